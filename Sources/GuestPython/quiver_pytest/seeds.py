"""Gives each fork random numbers of its own."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


class Seeds:
    """Knows whether the user has seeded Python's generator, and makes unseeded ones differ between forks."""

    def __init__(self) -> None:
        self.user_has_seeded = False
        self.real_seed = random.seed
        self.real_setstate = random.setstate
        # Python's module where OpenSSL is in use.
        self.ssl: ModuleType | None = None
        random.seed = self.seed
        random.setstate = self.setstate

    def seed(self, a: Any = None, *rest: Any, **named: Any) -> None:
        self.user_has_seeded = a is not None
        return self.real_seed(a, *rest, **named)

    def setstate(self, state: Any) -> None:
        self.user_has_seeded = True
        return self.real_setstate(state)

    def look_for_openssl(self) -> None:
        """Notes whether OpenSSL, which has its own random state, is in use: only then a fork has to reseed it."""
        if "_ssl" in sys.modules or is_mapped("libcrypto"):
            import ssl

            self.ssl = ssl

    def renew(self) -> None:
        if not self.user_has_seeded:
            self.real_seed()
        # Made at its first use and then kept: every fork would go on with the same temporary names.
        tempfile._name_sequence = None  # type: ignore[attr-defined]
        # It notices a fork of the process but not of the machine.
        if self.ssl is not None:
            self.ssl.RAND_add(os.urandom(32), 32.0)


def is_mapped(library: str) -> bool:
    with open("/proc/self/maps") as maps:
        return library in maps.read()

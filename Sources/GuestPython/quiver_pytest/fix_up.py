"""The fix-up of clock and random pool in a fork, before its test runs.

The guest's helper would do it too; where pytest runs as root, waking the helper takes longer.
"""

from __future__ import annotations

import binascii
import time
from typing import TYPE_CHECKING

from quiver_shared.clock import follow_host_clock

if TYPE_CHECKING:
    from quiver_shared.random_pool import RandomPool

    from .channel import Message


def fix_up(request: Message, pool: RandomPool) -> None:
    feed(pool, binascii.a2b_base64(request["entropy"]))
    if "time" in request:
        follow_host_clock(request["time"], request["since"], time.monotonic_ns())


def feed(pool: RandomPool, entropy: bytes) -> None:
    """Feeds the pool if that is allowed: root may not be allowed to, for example in a container."""
    try:
        pool.feed(entropy)
    except OSError:
        pass

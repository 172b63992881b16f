"""What the plugin puts right in a fork."""

from __future__ import annotations

import base64
import types
from typing import Any

import pytest
from quiver_pytest import fix_up as fix_up_module
from quiver_pytest.fix_up import fix_up


class Pool:
    def __init__(self, error: OSError | None = None) -> None:
        self.fed: list[bytes] = []
        self.error = error

    def feed(self, entropy: bytes) -> None:
        self.fed.append(entropy)
        if self.error:
            raise self.error


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    said: list[tuple[int, ...]] = []
    monkeypatch.setattr(fix_up_module, "time", types.SimpleNamespace(monotonic_ns=lambda: 500))
    monkeypatch.setattr(fix_up_module, "follow_host_clock", lambda *words: said.append(words))
    return said


ENTROPY = base64.b64encode(b"entropy").decode()


def test_the_pool_is_fed_before_the_clock_is_set(clock: list[tuple[int, ...]]) -> None:
    pool: Any = Pool()
    fix_up({"entropy": ENTROPY, "time": 10000, "since": 400}, pool)
    assert pool.fed == [b"entropy"]
    assert clock == [(10000, 400, 500)]


def test_a_clock_that_the_host_does_not_tell_is_left_alone(clock: list[tuple[int, ...]]) -> None:
    pool: Any = Pool()
    fix_up({"entropy": ENTROPY}, pool)
    assert clock == []


def test_a_root_that_may_not_feed_the_pool_goes_on(clock: list[tuple[int, ...]]) -> None:
    pool: Any = Pool(PermissionError(1, "no"))
    fix_up({"entropy": ENTROPY, "time": 10000, "since": 400}, pool)
    assert clock == [(10000, 400, 500)]

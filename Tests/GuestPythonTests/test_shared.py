"""What programs for guests share."""

from __future__ import annotations

import errno
import struct
import time
import types

import pytest
from quiver_shared import clock, random_pool
from quiver_shared.random_pool import RNDADDENTROPY, RNDRESEEDCRNG, RandomPool


class Kernel:
    """Takes down what it is asked, and refuses one request."""

    def __init__(self, refused: int, number: int) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.refused = refused
        self.number = number

    def ioctl(self, descriptor: int, request: int, *words: bytes) -> None:
        self.asked.append((request, *words))
        if request == self.refused:
            raise OSError(self.number, "no")


def feed(monkeypatch: pytest.MonkeyPatch, refused: int = 0, number: int = 0) -> list[tuple[object, ...]]:
    kernel = Kernel(refused, number)
    monkeypatch.setattr(random_pool, "fcntl", kernel)
    RandomPool().feed(b"12345")
    return kernel.asked


def test_the_pool_is_given_the_bytes_with_their_number_of_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert feed(monkeypatch) == [(RNDADDENTROPY, struct.pack("ii5s", 40, 5, b"12345")), (RNDRESEEDCRNG,)]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTTY])
def test_an_old_kernel_takes_its_new_key_by_itself(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    assert len(feed(monkeypatch, RNDRESEEDCRNG, number)) == 2


@pytest.mark.parametrize("refused", [RNDADDENTROPY, RNDRESEEDCRNG])
def test_a_pool_that_may_not_be_fed_is_told(monkeypatch: pytest.MonkeyPatch, refused: int) -> None:
    with pytest.raises(PermissionError):
        feed(monkeypatch, refused, errno.EPERM)


def test_the_clock_goes_on_from_the_hosts_time(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[int, int]] = []
    stand_in = types.SimpleNamespace(
        CLOCK_REALTIME=time.CLOCK_REALTIME, clock_settime_ns=lambda *words: said.append(words)
    )
    monkeypatch.setattr(clock, "time", stand_in)
    clock.follow_host_clock(10000, 400, 500)
    assert said == [(time.CLOCK_REALTIME, 10100)]

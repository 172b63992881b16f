"""The guest's clocks."""

from __future__ import annotations

import time


def uptime() -> float:
    return round(time.clock_gettime(time.CLOCK_BOOTTIME), 3)


def set_clock(nanoseconds: int) -> float:
    """Sets the wall clock; returns by how many seconds it was wrong."""
    wrong = time.time_ns() - nanoseconds
    time.clock_settime_ns(time.CLOCK_REALTIME, nanoseconds)
    return wrong / 1e9

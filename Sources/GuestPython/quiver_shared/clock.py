"""The wall clock of a guest that was frozen."""

from __future__ import annotations

import time


def follow_host_clock(wall: int, since: int, now: int) -> None:
    """Sets the wall clock to the host's, which was `wall` when the guest's monotonic clock was `since`.

    `now` is where the monotonic clock stands; all are nanoseconds.
    """
    time.clock_settime_ns(time.CLOCK_REALTIME, wall + now - since)

"""Starts the helper: python3 -m quiver_helper [PORT]."""

from __future__ import annotations

import os
import sys
import time

from .port import PORT, find_port
from .service import Helper


def hurry() -> None:
    """Schedules the helper before all other programs that are not real-time ones, but not what it starts.

    The host waits for every answer: programs that a change of the clock wakes must not run before it is sent.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
    except OSError:
        # Guests exist that give real-time scheduling to nobody; there the helper is only a little slower.
        pass


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else PORT
    port = find_port(name)
    while port is None:
        time.sleep(0.05)
        port = find_port(name)
    hurry()
    # Nonblocking from the start: a blocking open or write would hang for as long as nobody listens on the host.
    Helper(os.open(port, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)).run()


if __name__ == "__main__":
    main()

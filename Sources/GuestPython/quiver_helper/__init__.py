"""Quiver's helper: a small root service in the guest that the host talks to over a virtio-serial port.

It reports the milestones of a boot, and after a restore or fork puts right what went stale: wall clock, random pool,
identity. Messages are JSON objects, one a line. The host asks with {"id": N, "do": NAME, ...}; the answer is
{"id": N, "ok": {...}} or {"id": N, "error": TEXT}. What nobody asked for is {"event": NAME, ...}.

Python 3.8 or newer, standard library only. Everything is imported at the start and waits take no timeout once the
boot is over: a machine is frozen while this program sleeps, and each of its forks pays for every page touched. Under
software emulation a fork pays for every instruction that it executes for the first time, too: what puts clock and
random pool right is therefore asked for by a line of words, see Helper.fix_up_first, and takes the shortest way.
"""

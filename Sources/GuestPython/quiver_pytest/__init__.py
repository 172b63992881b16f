"""Quiver's pytest plugin: lets a host freeze a machine when pytest has collected, and run each test in a fork of it.

pytest starts and collects as always. Then, instead of running the tests, this plugin tells the host what there is and
waits at a virtio-serial port. The host freezes the machine there. Every fork wakes up at that very instant and is told
what it is: a *runner* runs some of the tests and sends pytest's own reports to the host; the one *coordinator* is given
the reports of all runners in order and passes them through pytest's own hooks, so that the terminal output, the JUnit
file, the cache of failures and the exit code are pytest's.

Messages are JSON objects, one a line. Python 3.8 or newer; nothing but pytest.
"""

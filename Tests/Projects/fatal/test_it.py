"""Tests that take their interpreter or their machine with them."""

import os
import signal
import sys


def test_before():
    pass


def test_ends_the_interpreter():
    os._exit(3)


def test_kills_the_interpreter():
    os.kill(os.getpid(), signal.SIGKILL)


def test_switches_the_machine_off():
    with open("/proc/sysrq-trigger", "w") as trigger:
        trigger.write("o")
    signal.pause()


def test_restarts_the_machine():
    with open("/proc/sysrq-trigger", "w") as trigger:
        trigger.write("b")
    signal.pause()


def test_panics_the_kernel():
    with open("/proc/sysrq-trigger", "w") as trigger:
        trigger.write("c")
    signal.pause()


def test_exits():
    sys.exit(4)


def test_leaves_a_child_behind():
    if os.fork() == 0:
        return


def test_after():
    pass

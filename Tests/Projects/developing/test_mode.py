"""A command that differs from the usual one is run as it is written."""

import sys


def test_mode():
    assert sys.flags.dev_mode

"""A test that never ends, between two that do."""

import signal


def test_before():
    pass


def test_never_ends():
    signal.pause()


def test_after():
    pass

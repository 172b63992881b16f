"""Tests that leave time to make the next fork ahead: what isolation costs where a standby is ready."""

import time

import pytest


@pytest.mark.parametrize("number", range(12))
def test_waits(number):
    time.sleep(1.5)

"""What must differ between forks, told to the host as properties."""

import os
import random
import secrets
import ssl
import tempfile
import threading
import time
import uuid

import pytest


@pytest.mark.parametrize("fork", range(3))
def test_tells_what_is_random(fork, record_property):
    record_property("random", random.random())
    record_property("uuid", uuid.uuid4())
    record_property("secret", secrets.token_hex())
    record_property("urandom", os.urandom(16).hex())
    record_property("openssl", ssl.RAND_bytes(16).hex())
    record_property("mktemp", tempfile.mktemp())


def test_the_clock_is_the_hosts(record_property):
    record_property("time", time.time())


def test_a_timer_fires_once_and_not_early():
    fired = []
    begin = time.monotonic()
    timer = threading.Timer(0.05, lambda: fired.append(time.monotonic() - begin))
    timer.start()
    timer.join()
    assert len(fired) == 1 and fired[0] >= 0.05

"""Tests that speak to pytest's port themselves: none of that makes a test pass, or harms another or the host."""

import os
import sys

import pytest

PASSED = {"event": "ran", "payload": "[[],[]]", "failed": False, "seconds": 0, "fix_up": 0, "ending": None}


@pytest.fixture
def port(request):
    plugins = request.config.pluginmanager.get_plugins()
    ports = [plugin.port for plugin in plugins if hasattr(plugin, "port")]
    assert ports
    return ports[0]


@pytest.fixture
def send(port):
    return port.send


def test_sends_a_result_of_another(send):
    send(**PASSED, item=1)


def test_fails():
    assert False, "its own"


@pytest.mark.parametrize("changes", [{"item": 999_999}, {"item": -1, "seconds": 1e300}, {"item": "x"}, {"payload": 7}])
def test_sends_what_no_plugin_sends(send, changes):
    send(**{"item": 2, **PASSED, **changes})


def test_says_that_all_have_run(send):
    send(event="done")


def test_claims_to_have_passed_with_the_token_of_its_fork(send):
    frame = sys._getframe()
    while "token" not in frame.f_locals:
        frame = frame.f_back
    own = frame.f_locals["indices"][frame.f_locals["position"]]
    send(**PASSED, item=own, token=frame.f_locals["token"])
    assert False, "it does not pass"


def test_floods_the_port(port):
    for _ in range(300):
        os.write(port.descriptor, b'{"event": "ran", "item": 0}\n' * 100)


@pytest.mark.parametrize("what", ["{\"event\": \"ran\", \"it", "[" * 5000, "\x1b[2J\n", "{\"seconds\": NaN}\n", "\n" * 9000])
def test_leaves_what_is_no_message_and_passes(port, what):
    os.write(port.descriptor, what.encode())


def test_sends_more_than_is_kept_and_passes(port):
    os.write(port.descriptor, b"{\"event\": \"")
    for _ in range(70):
        os.write(port.descriptor, b"x" * (1 << 20))


def test_passes():
    pass

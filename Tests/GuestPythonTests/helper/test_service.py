"""Requests to the helper and its answers."""

from __future__ import annotations

import base64
import json
import pwd
import types
from typing import Any

import pytest
from quiver_helper import restoring
from quiver_helper.protocol import VERSION
from quiver_helper.service import Helper


class Port:
    """Takes down what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, message: object) -> None:
        self.sent.append(message)

    def send_line(self, line: bytes) -> None:
        self.sent.append(line)


@pytest.fixture
def helper() -> Any:
    made: Any = Helper.__new__(Helper)
    made.port = Port()
    made.nonce = ""
    made.commands = {}
    made.pool = types.SimpleNamespace(fed=[])
    made.pool.feed = made.pool.fed.append
    return made


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({"id": 1, "do": "ping", "token": "t"}, {"id": 1, "ok": {"token": "t"}}),
        ({"id": "a", "do": "ping"}, {"id": "a", "ok": {"token": None}}),
        (
            {"id": 2, "do": "fly-away"},
            {"id": 2, "error": "this helper (version %d) does not know 'fly-away'" % VERSION},
        ),
        ({"id": 3, "do": None}, {"id": 3, "error": "this helper (version %d) does not know None" % VERSION}),
        ({"id": 4, "do": "write-nonce"}, {"id": 4, "error": "KeyError: 'nonce'"}),
        ({"id": 5, "do": "kill", "command": 9}, {"id": 5, "ok": {"was_running": False}}),
        ({"id": 7, "do": "run", "argv": []}, {"id": 7, "error": "argv must be a list of words"}),
        ({"id": 8, "do": "run", "argv": [1]}, {"id": 8, "error": "argv must be a list of words"}),
        (
            {"id": 9, "do": "run", "argv": ["x"], "cwd": "/no"},
            {"id": 9, "error": "there is no directory /no in the guest"},
        ),
        ({"id": 10, "do": "run", "argv": ["x"], "user": "-"}, {"id": 10, "error": "there is no user - in the guest"}),
    ],
)
def test_each_askedis_answered(helper: Any, asked: dict[str, Any], answer: Any) -> None:
    helper.receive(json.dumps(asked).encode())
    assert helper.port.sent == [answer]


@pytest.mark.parametrize(
    "line",
    [b"", b"\xff", b"{", b"[]", b"null", b'"id"', b'{"do":"ping"}', b'{"id":1}', b"!", b"!1 2 3", b"!1 t x y =="],
)
def test_the_rest_of_a_line_is_not_answered(helper: Any, line: bytes) -> None:
    helper.receive(line)
    assert helper.port.sent == []


def test_a_nonce_is_kept(helper: Any) -> None:
    for request in ({"do": "read-nonce"}, {"do": "write-nonce", "nonce": "n"}, {"do": "read-nonce"}):
        helper.receive(json.dumps({"id": 1, **request}).encode())
    assert [sent["ok"] for sent in helper.port.sent] == [{"nonce": None}, {}, {"nonce": "n"}]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Where the clock is set: a guest whose monotonic clock stands at 500."""
    said: list[tuple[int, ...]] = []
    monkeypatch.setattr(restoring, "time", types.SimpleNamespace(monotonic_ns=lambda: 500))
    monkeypatch.setattr(restoring, "follow_host_clock", lambda *words: said.append(words))
    monkeypatch.setattr(restoring, "set_clock", lambda nanoseconds: said.append((nanoseconds,)))
    return said


def test_a_fork_that_wakes_up_feeds_its_pool_and_follows_the_hosts_clock(
    helper: Any, clock: list[tuple[int, ...]]
) -> None:
    helper.nonce = "n"
    helper.receive(b"!7 tok 10000 400 " + base64.b64encode(b"entropy"))
    assert helper.pool.fed == [b"entropy"]
    assert clock == [(10000, 400, 500)]
    assert helper.port.sent == [b'{"id":7,"ok":{"token":"tok","nonce":"n","monotonic":500}}\n']


def test_a_clock_since_zero_is_left_alone(helper: Any, clock: list[tuple[int, ...]]) -> None:
    helper.receive(b"!7 tok 10000 0 " + base64.b64encode(b"entropy"))
    assert clock == []
    assert json.loads(helper.port.sent[0])["ok"]["monotonic"] == 500


def test_a_restore_does_what_is_asked_and_sets_the_clock_last(
    helper: Any, clock: list[tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    for name in ("set_machine_id", "set_hostname", "set_host_keys"):
        monkeypatch.setattr(restoring, name, lambda value, name=name: done.append("%s %s" % (name, value)))
    monkeypatch.setattr(restoring, "set_mac", lambda name, address: {"eth0": "10.0.2.15"}.get(name))
    monkeypatch.setattr(restoring, "renew_lease", lambda: "dhclient")
    request = {
        "entropy": base64.b64encode(b"e").decode(),
        "machine_id": "m",
        "hostname": "h",
        "host_keys": "k",
        "mac": {"eth0": "a", "eth1": "b"},
        "renew_lease": True,
        "time": 10000,
        "since": 450,
        "token": "t",
    }
    answer = helper.do_restore(request)
    assert helper.pool.fed == [b"e"]
    assert done == ["set_machine_id m", "set_hostname h", "set_host_keys k"]
    assert clock == [(10050,)]
    assert answer == {
        "token": "t",
        "nonce": None,
        "addresses": {"eth0": "10.0.2.15"},
        "dhcp_client": "dhclient",
        "clock_was_off": None,
    }


class Service(Helper):
    """A helper that waits for nothing, and whose commands are run to their end by the test."""

    def __init__(self) -> None:
        self.taken = Port()
        self.port = self.taken  # type: ignore[assignment]
        self.commands = {}
        self.watched: dict[int, Any] = {}

    def watch(self, descriptor: int, handler: Any, events: int = 0) -> None:
        self.watched[descriptor] = handler

    def unwatch(self, descriptor: int) -> None:
        del self.watched[descriptor]

    def run_command(self, **request: object) -> tuple[str, str, Any]:
        """Its outputs and its answer."""
        self.receive(json.dumps({"id": 1, "do": "run", **request}).encode())
        for command in list(self.commands.values()):
            while command.given:
                command.write(command.process.stdin.fileno())
            command.process.wait()
            command.look_for_end()
        assert not self.commands
        assert not self.watched
        output = {"stdout": b"", "stderr": b""}
        for message in self.taken.sent[:-1]:
            output[message["stream"]] += base64.b64decode(message["data"])
        return output["stdout"].decode(), output["stderr"].decode(), self.taken.sent[-1]


def test_a_commands_outputs_come_before_its_answer() -> None:
    said = Service().run_command(argv=["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert said == ("out\n", "err\n", {"id": 1, "ok": {"status": 3}})


def test_a_command_that_a_signal_ended_is_told_as_by_a_shell() -> None:
    assert Service().run_command(argv=["sh", "-c", "kill -TERM $$"])[2] == {
        "id": 1,
        "ok": {"status": 143, "signal": 15},
    }


def test_a_command_gets_its_input_and_its_surroundings() -> None:
    root = pwd.getpwnam("root").pw_dir
    program = 'cat; echo "$HOME $USER $X $PWD"'
    said = Service().run_command(
        argv=["sh", "-c", program], stdin=base64.b64encode(b"in\n").decode(), env={"X": "x"}, cwd="/"
    )
    assert said[0] == "in\n%s root x /\n" % root


def test_a_command_that_cannot_be_started_is_told_as_by_a_shell() -> None:
    missing = Service().run_command(argv=["no-such-command"])
    assert missing == ("", "no-such-command: command not found\n", {"id": 1, "ok": {"status": 127}})
    forbidden = Service().run_command(argv=["/"])
    assert forbidden == ("", "/: Permission denied\n", {"id": 1, "ok": {"status": 126}})

"""What the helper makes of the files that cloud-init writes, and of the kernel's table of sockets."""

from __future__ import annotations

import json
import types
from typing import TYPE_CHECKING, Any

import pytest
from quiver_helper import boot as boot_module
from quiver_helper import cloud_init
from quiver_helper.boot import Boot, listens_on
from quiver_helper.cloud_init import cloud_init_log

if TYPE_CHECKING:
    import pathlib


class Guest:
    """A guest that has been up for ten seconds, and whose clock began at 1000."""

    def __init__(self, run: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.run = run
        self.up = 10.0
        self.listens = False
        monkeypatch.setattr(boot_module, "CLOUD_INIT_RUN", str(run))
        monkeypatch.setattr(boot_module, "CLOUD_INIT_DATA", str(run))
        monkeypatch.setattr(boot_module, "uptime", lambda: self.up)
        monkeypatch.setattr(boot_module, "time", types.SimpleNamespace(time=lambda: 1000 + self.up))
        monkeypatch.setattr(boot_module, "listens_on", lambda port: self.listens and port == 22)
        self.told: list[Any] = []
        self.boot = Boot(self.told.append)

    def write(self, name: str, content: object) -> None:
        self.run.mkdir(exist_ok=True)
        (self.run / name).write_text(json.dumps(content))

    def names(self) -> list[str]:
        return [milestone["name"] for milestone in self.told]


@pytest.fixture
def guest(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Guest:
    return Guest(tmp_path / "cloud-init", monkeypatch)


def test_each_milestone_is_told_once_with_its_time(guest: Guest) -> None:
    guest.write("status.json", {"v1": {"init-local": {"start": 1003.0, "finished": 1004.25}, "init": {"start": 1005}}})
    guest.boot.look()
    guest.boot.look()
    assert [(milestone["name"], milestone["uptime"]) for milestone in guest.told] == [
        ("cloud-init init-local start", 3.0),
        ("cloud-init init-local finished", 4.25),
        ("cloud-init init start", 5.0),
    ]
    assert guest.boot.milestones == guest.told


def test_a_boot_is_over_when_cloud_init_has_finished_and_ssh_listens(guest: Guest) -> None:
    guest.write("status.json", {"v1": {}})
    guest.write("result.json", {"v1": {"errors": []}})
    guest.boot.look()
    assert guest.names() == ["cloud-init"]
    assert guest.told[0]["state"] == "finished"
    assert guest.told[0]["result"] == {"v1": {"errors": []}}
    assert not guest.boot.is_over
    guest.listens = True
    guest.boot.look()
    assert guest.names() == ["cloud-init", "ssh"]
    assert guest.boot.is_over


def test_cloud_init_may_be_disabled(guest: Guest) -> None:
    guest.write("disabled", None)
    guest.boot.look()
    assert [milestone["state"] for milestone in guest.told] == ["disabled"]


def test_cloud_init_is_absent_when_it_has_made_no_directory_within_a_minute(guest: Guest) -> None:
    guest.boot.look()
    assert guest.told == []
    guest.up = 61
    guest.boot.look()
    assert [milestone["state"] for milestone in guest.told] == ["absent"]


@pytest.mark.parametrize("text", ["", "[]", '{"v1": ', "null"])
def test_a_status_that_is_half_written_is_looked_at_again(guest: Guest, text: str) -> None:
    guest.write("status.json", {})
    (guest.run / "status.json").write_text(text)
    guest.up = 100
    guest.boot.look()
    assert guest.told == []


def test_only_a_socket_that_listens_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {
        "/proc/net/tcp": "  sl  local_address rem_address   st\n   0: 0100007F:0016 00000000:0000 01\n   1: short\n",
        "/proc/net/tcp6": "  sl  local_address rem_address   st\n   0: 00000000:1F90 00000000:0000 0A\n",
    }
    monkeypatch.setattr(boot_module, "read_text", tables.get)
    assert not listens_on(22)
    assert listens_on(8080)


def test_the_log_is_told_only_when_something_went_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = {
        "/var/log/cloud-init.log": "1 [DEBUG]: x\n" + "2 [WARNING]: " + "y" * 1000 + "\n",
        "/var/log/cloud-init-output.log": "ci-info: table\n\nE: no such package\n",
    }
    monkeypatch.setattr(cloud_init, "read_text", logs.get)
    assert cloud_init_log({"v1": {"init": {"errors": []}, "stage": "init", "datasource": None}}) == []
    told = cloud_init_log({"v1": {"init": {"recoverable_errors": {"WARNING": ["y"]}}}})
    assert told == [("2 [WARNING]: " + "y" * 1000)[:500], "E: no such package"]

"""Names, keys and addresses that a fork gets of its own; the system's files are stand-ins."""

from __future__ import annotations

import signal
import stat
import sys
import types
from typing import TYPE_CHECKING

import pytest
from quiver_helper import identity, network
from quiver_helper.protocol import Refused

if TYPE_CHECKING:
    import pathlib

OLD, NEW = "52:54:00:aa:bb:cc", "52:54:00:11:22:33"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, int]]:
    """What is written, with its mode."""
    files: dict[str, tuple[str, int]] = {}

    def write_whole(path: str, text: str, mode: int = 0o644) -> None:
        files[path] = (text, mode)

    monkeypatch.setattr(identity, "write_whole", write_whole)
    return files


def test_the_hostname_is_changed_where_hosts_has_it(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, tuple[str, int]]
) -> None:
    hosts = "127.0.0.1 localhost\n127.0.1.1\told.domain old\n\n10.0.0.1 127.0.1.1\n"
    said: list[str] = []
    names = types.SimpleNamespace(gethostname=lambda: "old", sethostname=said.append)
    monkeypatch.setattr(identity, "socket", names)
    monkeypatch.setattr(identity, "read_text", {"/etc/hosts": hosts}.get)
    identity.set_hostname("new")
    assert said == ["new"]
    assert written["/etc/hostname"] == ("new\n", 0o644)
    assert written["/etc/hosts"] == ("127.0.0.1 localhost\n127.0.1.1 new\n\n10.0.0.1 127.0.1.1\n", 0o644)


def test_private_host_keys_are_roots_alone(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, tuple[str, int]]
) -> None:
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(identity, "os", types.SimpleNamespace(kill=lambda *words: killed.append(words)))
    monkeypatch.setattr(identity, "read_text", {"/run/sshd.pid": "42\n"}.get)
    identity.set_host_keys({"ed25519": {"private": "P", "public": "Q"}})
    assert written == {
        "/etc/ssh/ssh_host_ed25519_key": ("P", 0o600),
        "/etc/ssh/ssh_host_ed25519_key.pub": ("Q", 0o644),
    }
    assert killed == [(42, signal.SIGHUP)]


@pytest.mark.parametrize("text", [None, "", "-1", "4 2"])
def test_what_is_not_a_process_is_not_told_of_new_keys(
    text: str | None, monkeypatch: pytest.MonkeyPatch, written: dict[str, tuple[str, int]]
) -> None:
    monkeypatch.setattr(identity, "os", types.SimpleNamespace())
    monkeypatch.setattr(identity, "read_text", lambda path: text)
    identity.set_host_keys({})
    assert written == {}


def test_configurations_match_the_new_address_and_keep_their_mode(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "NETWORK_CONFIGURATIONS", (str(tmp_path / "missing"), str(tmp_path)))
    (tmp_path / "lower").write_text("MACAddress=%s\n" % OLD)
    (tmp_path / "upper").write_text("macaddress: %s # %s\n" % (OLD.upper(), OLD))
    (tmp_path / "upper").chmod(0o600)
    (tmp_path / "other").write_text("52-54-00-aa-bb-cc\n")
    network.rename_mac(OLD, NEW)
    assert (tmp_path / "lower").read_text() == "MACAddress=%s\n" % NEW
    assert (tmp_path / "upper").read_text() == "macaddress: %s # %s\n" % (NEW, NEW)
    assert (tmp_path / "other").read_text() == "52-54-00-aa-bb-cc\n"
    assert stat.S_IMODE((tmp_path / "upper").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("manager", "client", "commands"),
    [
        (network.NETWORKD, "systemd-networkd", ["networkctl renew eth0", "networkctl renew eth1"]),
        (network.NETWORK_MANAGER, "NetworkManager", ["nmcli device reapply eth0", "nmcli device reapply eth1"]),
        (None, "dhclient", ["dhclient -1 eth0", "dhclient -1 eth1"]),
    ],
)
def test_a_lease_is_renewed_by_whichever_client_runs(
    manager: str | None, client: str, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The loopback interface belongs to no device.
    there = {manager, "/sys/class/net/eth0/device", "/sys/class/net/eth1/device"}
    system = types.SimpleNamespace(
        listdir=lambda path: ["lo", "eth0", "eth1"], path=types.SimpleNamespace(exists=there.__contains__)
    )
    run: list[str] = []
    monkeypatch.setattr(network, "os", system)
    monkeypatch.setattr(network, "tool", lambda argv: run.append(" ".join(argv)))
    assert network.renew_lease() == client
    assert run == commands


def test_an_interface_whose_driver_refuses_is_taken_down_for_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[str] = []

    def tool(argv: list[str]) -> None:
        run.append(" ".join(argv[4:]))
        if len(run) == 1:
            raise Refused("busy")

    monkeypatch.setattr(network, "tool", tool)
    monkeypatch.setattr(network, "NETWORKD", "/nowhere")
    monkeypatch.setattr(network, "NETWORK_MANAGER", "/nowhere")
    monkeypatch.setattr(network, "read_text", lambda path: None)
    monkeypatch.setattr(network, "ipv4_address", lambda interface: None)
    assert network.set_mac("eth0", NEW) is None
    assert run == ["eth0 address " + NEW, "eth0 down", "eth0 address " + NEW, "eth0 up"]


def test_an_interface_that_gets_no_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "ADDRESS_PATIENCE", 0.0)
    with pytest.raises(Refused, match="eth0 got no address"):
        network.wait_for_address("eth0")


@pytest.mark.parametrize(("program", "said"), [("print(1); print(2); exit(3)", "2"), ("exit(3)", "exit status 3")])
def test_a_tool_that_fails_is_told_by_its_last_line(program: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        network.tool([sys.executable, "-c", program])
    assert str(refused.value).endswith(": " + said)

"""The helper's port, with a socket in the place of the device."""

from __future__ import annotations

import os
import select
import socket
import types
from typing import TYPE_CHECKING

import pytest
from quiver_helper import port as port_module
from quiver_helper.port import Port, find_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Port]]:
    host, guest = socket.socketpair()
    guest.setblocking(False)
    with host, guest:
        yield host, Port(guest.fileno(), select.poll())


def test_a_line_that_comes_in_pieces_is_put_together(ends: tuple[socket.socket, Port]) -> None:
    host, port = ends
    assert port.read_lines() == []
    host.sendall(b"one\ntw")
    assert port.read_lines() == [b"one"]
    host.sendall(b"o")
    assert port.read_lines() == []
    host.sendall(b"\nthree\n")
    assert port.read_lines() == [b"two", b"three"]


def test_an_empty_line_announces_another_host_until_it_is_answered(ends: tuple[socket.socket, Port]) -> None:
    host, port = ends
    host.sendall(b"\none\n")
    port.read_lines()
    assert port.has_newcomer
    port.send({"id": 1})
    assert not port.has_newcomer
    assert host.recv(100) == b'{"id":1}\n'


def test_what_the_host_does_not_take_yet_is_sent_later(ends: tuple[socket.socket, Port]) -> None:
    host, port = ends
    line = b"x" * 5_000_000 + b"\n"
    port.send_line(line)
    assert port.waits_for_room
    received = b""
    while len(received) < len(line):
        received += host.recv(1_000_000)
        port.flush()
    assert received == line
    assert not port.waits_for_room


def test_the_device_is_found_by_name_before_udev_has_linked_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"/sys/class/virtio-ports/vport1p1/name": "other\n", "/sys/class/virtio-ports/vport1p2/name": "wanted\n"}
    system = types.SimpleNamespace(
        listdir=lambda path: ["vport1p1", "vport1p2", "vport1p3"],
        path=types.SimpleNamespace(exists=lambda path: False, join=os.path.join),
    )
    monkeypatch.setattr(port_module, "os", system)
    monkeypatch.setattr(port_module, "read_text", names.get)
    assert find_port("wanted") == "/dev/vport1p2"
    assert find_port("missing") is None

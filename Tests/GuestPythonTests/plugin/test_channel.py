"""The plugin's channel, with a socket in the place of the virtio-serial port."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
from quiver_pytest.channel import Port

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Port]]:
    host, guest = socket.socketpair()
    with host, guest:
        yield host, Port("fd:%d" % guest.fileno())


def test_requests_are_received_one_by_one_in_whatever_pieces_they_come(ends: tuple[socket.socket, Port]) -> None:
    host, port = ends
    host.sendall(b'{"do":"run","items":[1]}\n{"do":"fin')
    assert port.receive() == {"do": "run", "items": [1]}
    host.sendall(b'ish"}\n')
    assert port.receive() == {"do": "finish"}


def test_what_was_for_another_reader_is_passed_over(ends: tuple[socket.socket, Port]) -> None:
    host, port = ends
    host.sendall(b'items":[1]}\n\n[1]\n"do"\n{"event":"x"}\n{"do":"finish"}\n')
    assert port.receive() == {"do": "finish"}


def test_a_device_is_opened_by_its_path(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("port") / "device"
    file.write_bytes(b'{"do":"finish"}\n')
    assert Port(str(file)).receive() == {"do": "finish"}


def test_a_message_of_any_length_and_text_is_one_line(ends: tuple[socket.socket, Port]) -> None:
    host, port = ends
    port.send(event="ran", text="ü\ud800\n", other={1, 2})
    with host.makefile("rb") as lines:
        line = lines.readline()
    assert line.startswith(b"\xff")
    assert json.loads(line[1:]) == {"event": "ran", "text": "ü\ud800\n", "other": "{1, 2}"}


def test_a_child_that_a_test_forked_and_did_not_end_sends_nothing(ends: tuple[socket.socket, Port]) -> None:
    host, port = ends
    port.owner += 1
    port.send(event="child")
    port.owner -= 1
    port.send(event="parent")
    assert host.recv(1000) == b'\xff{"event":"parent"}\n'

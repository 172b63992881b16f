"""The virtio-serial port, as a guest sees it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import select
from typing import TYPE_CHECKING

from .protocol import CHUNK
from .text_files import read_text

if TYPE_CHECKING:
    from .protocol import Message

PORT = "org.quiver.helper.0"


def find_port(name: str) -> str | None:
    """Finds the port's device, even before udev has created its link."""
    link = "/dev/virtio-ports/" + name
    if os.path.exists(link):
        return link
    directory = "/sys/class/virtio-ports"
    try:
        for device in os.listdir(directory):
            if (read_text(os.path.join(directory, device, "name")) or "").strip() == name:
                return "/dev/" + device
    except OSError:
        pass
    return None


class Port:
    """The virtio-serial port: lines in, lines out, and whether the host is connected."""

    def __init__(self, descriptor: int, poll: select.poll) -> None:
        self.descriptor = descriptor
        self.poll = poll
        # The beginning of a line, in pieces.
        self.received: list[bytes] = []
        self.unsent = b""
        self.waits_for_room = False
        self.connected = True
        # Whether a host has connected that was not yet written to: it begins with an empty line.
        self.has_newcomer = False
        poll.register(descriptor, select.POLLIN)

    def read_lines(self) -> list[bytes]:
        try:
            data = os.read(self.descriptor, CHUNK)
        except BlockingIOError:
            return []
        if not data:
            self.lost_host()
            return []
        self.received.append(data)
        if b"\n" not in data:
            # A line of megabytes comes in thousands of pieces, and is put together once.
            return []
        lines = b"".join(self.received).split(b"\n")
        self.received = [lines.pop()]
        if b"" in lines:
            self.has_newcomer = True
        return lines

    def send(self, message: Message) -> None:
        self.send_line(json.dumps(message, separators=(",", ":")).encode() + b"\n")

    def send_line(self, line: bytes) -> None:
        self.unsent += line
        self.flush()

    def flush(self) -> None:
        while self.unsent and self.connected:
            try:
                sent = os.write(self.descriptor, self.unsent[:CHUNK])
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno not in (errno.EPIPE, errno.EIO):
                    raise
                self.lost_host()
                return
            self.unsent = self.unsent[sent:]
            self.has_newcomer = False
        waits_for_room = self.connected and bool(self.unsent)
        if waits_for_room != self.waits_for_room:
            self.waits_for_room = waits_for_room
            self.poll.modify(self.descriptor, select.POLLIN | (select.POLLOUT if waits_for_room else 0))

    def lost_host(self) -> None:
        """The host closed its end: drops what was queued for it; a signal comes when it is back.

        The requests of a host that connects at once may arrive before the news that the one before it has left: the
        answers to these are kept, and whoever else gets one does not know its number.
        Polling would return at once again and again: the driver reports a hang-up for as long as nobody is connected.
        """
        if not self.connected:
            return
        self.connected = False
        self.waits_for_room = False
        if not self.has_newcomer:
            self.received = []
            self.unsent = b""
        self.has_newcomer = False
        self.poll.unregister(self.descriptor)
        flags = fcntl.fcntl(self.descriptor, fcntl.F_GETFL)
        fcntl.fcntl(self.descriptor, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(self.descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)

    def look_for_host(self) -> bool:
        """Whether the host is connected again."""
        probe = select.poll()
        probe.register(self.descriptor, select.POLLIN)
        if any(events & select.POLLHUP for _, events in probe.poll(0)):
            return False
        self.connected = True
        flags = fcntl.fcntl(self.descriptor, fcntl.F_GETFL)
        fcntl.fcntl(self.descriptor, fcntl.F_SETFL, flags & ~os.O_ASYNC)
        self.poll.register(self.descriptor, select.POLLIN)
        self.flush()
        return True

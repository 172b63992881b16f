"""The channel to the host: lines of JSON through a virtio-serial port."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Dict

    # A message, either way. What the host sends is what the plugin's own version asks for.
    Message = Dict[str, Any]

VERSION = 2


CHUNK = 65536


# Made once, and decoding spared the searches for white space that json.loads begins and ends with: a fork pays for all
# that it executes for the first time.
ENCODER = json.JSONEncoder(separators=(",", ":"), default=repr)


DECODER = json.JSONDecoder()


class Port:
    """The channel to the host."""

    def __init__(self, path: str) -> None:
        if path.startswith("fd:"):
            self.descriptor = int(path[3:])
        else:
            self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self.received = b""
        self.owner = os.getpid()

    def send(self, **message: object) -> None:
        if os.getpid() != self.owner:
            # A test that forked and did not end its child: what the child reports is nobody's.
            return
        # The byte that no text contains ends whatever a test has left half written in front of it.
        data = b"\xff" + (ENCODER.encode(message) + "\n").encode("utf-8", "surrogatepass")
        while data:
            data = data[os.write(self.descriptor, data[:CHUNK]) :]

    def receive(self) -> Message:
        while True:
            line, newline, rest = self.received.partition(b"\n")
            if newline:
                self.received = rest
                try:
                    message, _ = DECODER.raw_decode(line.decode())
                except ValueError:
                    # The end of a message that was under way to an earlier reader.
                    continue
                if isinstance(message, dict) and "do" in message:
                    return message
                continue
            data = os.read(self.descriptor, CHUNK)
            if not data:
                # Nobody is connected on the host; the driver answers at once instead of waiting.
                time.sleep(0.05)
            self.received += data

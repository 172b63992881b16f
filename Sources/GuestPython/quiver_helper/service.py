"""The service itself: waits for events and answers the host's requests."""

from __future__ import annotations

import base64
import json
import os
import select
import signal
import sys
from typing import TYPE_CHECKING

from quiver_shared.random_pool import RandomPool

from .boot import Boot
from .clock import uptime
from .commands import Command
from .copy_requests import CopyRequests
from .file_requests import FileRequests
from .port import Port
from .protocol import CHUNK, VERSION, Refused
from .restoring import Restoring
from .text_files import read_text

if TYPE_CHECKING:
    from typing import Any, Callable, NoReturn

    from .protocol import Message


class Helper(Restoring, FileRequests, CopyRequests):
    """Serves one host. A request with `"do": "some-name"` is handled by the method `do_some_name`."""

    def __init__(self, descriptor: int) -> None:
        self.poll = select.poll()
        self.handlers: dict[int, Callable[[int], object]] = {}
        self.port = Port(descriptor, self.poll)
        self.commands: dict[int, Command] = {}
        self.pool = RandomPool()
        self.nonce = ""
        self.wake_reader, wake_writer = os.pipe()
        os.set_blocking(self.wake_reader, False)
        os.set_blocking(wake_writer, False)
        signal.set_wakeup_fd(wake_writer, warn_on_full_buffer=False)
        for number in (signal.SIGIO, signal.SIGCHLD):
            signal.signal(number, lambda number, frame: None)
        self.watch(self.wake_reader, self.wake)
        self.boot = Boot(self.port.send)
        if self.boot.notifier is not None:
            self.watch(self.boot.notifier, lambda _: self.boot.look())

    def watch(self, descriptor: int, handler: Callable[[int], object], events: int = select.POLLIN) -> None:
        self.handlers[descriptor] = handler
        self.poll.register(descriptor, events)

    def unwatch(self, descriptor: int) -> None:
        del self.handlers[descriptor]
        self.poll.unregister(descriptor)

    def wake(self, reader: int) -> None:
        """Handles a signal: the host is connected again, or a command has ended."""
        os.read(reader, CHUNK)
        for command in list(self.commands.values()):
            command.look_for_end()

    def run(self) -> NoReturn:
        self.boot.reach("helper")
        self.boot.look()
        while True:
            if not self.port.connected and self.port.look_for_host():
                continue
            for descriptor, _ in self.poll.poll(self.patience()):
                if descriptor == self.port.descriptor:
                    if self.port.waits_for_room:
                        self.port.flush()
                    for line in self.port.read_lines() if self.port.connected else ():
                        self.receive(line)
                elif descriptor in self.handlers:
                    self.handlers[descriptor](descriptor)
            if not self.boot.is_over:
                self.boot.look()

    def patience(self) -> int | None:
        """How long a wait may last, in milliseconds: forever once the boot is over."""
        if not self.boot.is_over:
            return 100
        return None if self.port.connected else 5000

    def receive(self, line: bytes) -> None:
        if line[:1] == b"!":
            try:
                self.fix_up_first(line)
            except ValueError:
                # The rest of a line, as below: some of its words are missing, or its entropy is cut off.
                pass
            return
        try:
            request = json.loads(line)
            identifier, name = request["id"], request["do"]
        except (ValueError, KeyError, TypeError):
            # The rest of a line that an earlier client of the port did not finish.
            return
        action = getattr(self, "do_" + str(name).replace("-", "_"), None)
        try:
            if action is None:
                raise Refused("this helper (version %d) does not know %r" % (VERSION, name))
            result = action(request)
        except Refused as error:
            self.port.send({"id": identifier, "error": str(error)})
        except Exception as error:
            self.port.send({"id": identifier, "error": "%s: %s" % (type(error).__name__, error)})
        else:
            if result is not None:
                self.answer(identifier, result)

    def answer(self, identifier: Any, result: Message) -> None:
        self.port.send({"id": identifier, "ok": result})

    def do_hello(self, request: Message) -> Message:
        return {
            "version": VERSION,
            "token": request.get("token"),
            "boot_id": (read_text("/proc/sys/kernel/random/boot_id") or "").strip(),
            "python": "%d.%d.%d" % sys.version_info[:3],
            "uptime": uptime(),
            "milestones": self.boot.milestones,
        }

    def do_ping(self, request: Message) -> Message:
        return {"token": request.get("token")}

    def do_run(self, request: Message) -> Message | None:
        try:
            self.commands[request["id"]] = Command(self, request)
        except (FileNotFoundError, PermissionError) as error:
            # What a shell would say and answer.
            missing = isinstance(error, FileNotFoundError)
            line = "%s: %s\n" % (request["argv"][0], "command not found" if missing else error.strerror)
            text = base64.b64encode(line.encode()).decode()
            self.port.send({"event": "output", "id": request["id"], "stream": "stderr", "data": text})
            return {"status": 127 if missing else 126}
        return None

    def do_kill(self, request: Message) -> Message:
        command = self.commands.get(request["command"])
        if command:
            command.kill(request.get("signal", signal.SIGKILL))
        return {"was_running": command is not None}

    def do_sync(self, request: Message) -> Message:
        os.sync()
        return {}

    def do_exit(self, request: Message) -> NoReturn:
        os._exit(0)

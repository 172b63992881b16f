"""Commands that run in the guest for the host."""

from __future__ import annotations

import base64
import os
import pwd
import select
import subprocess
from typing import TYPE_CHECKING

from .protocol import CHUNK, Refused

if TYPE_CHECKING:
    from typing import IO

    from .protocol import Message
    from .service import Helper

    class Piped(subprocess.Popen[bytes]):
        """Starts a process whose outputs are pipes, and whose input is one if the host sends input."""

        stdin: IO[bytes]
        stdout: IO[bytes]
        stderr: IO[bytes]


class Command:
    """A command that the host requested; its output is sent as it is produced."""

    def __init__(self, helper: Helper, request: Message) -> None:
        self.helper = helper
        self.id = request["id"]
        argv = request.get("argv")
        if not argv or not all(isinstance(word, str) for word in argv):
            raise Refused("argv must be a list of words")
        environment = dict(os.environ)
        user = request.get("user")
        try:
            account = pwd.getpwnam(user or "root")
        except KeyError:
            raise Refused("there is no user %s in the guest" % user) from None
        directory = request.get("cwd") or (account.pw_dir if user else "/")
        if not os.path.isdir(directory):
            raise Refused("there is no directory %s in the guest" % directory)
        environment.update(HOME=account.pw_dir, USER=account.pw_name, LOGNAME=account.pw_name)
        environment.update(request.get("env") or {})

        def become_user() -> None:
            if user:
                os.initgroups(account.pw_name, account.pw_gid)
                os.setgid(account.pw_gid)
                os.setuid(account.pw_uid)

        given = base64.b64decode(request.get("stdin") or "")
        self.process: Piped = subprocess.Popen(  # type: ignore[assignment]
            argv,
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=directory,
            env=environment,
            preexec_fn=become_user,
            start_new_session=True,
        )
        self.given = given
        self.streams = {self.process.stdout.fileno(): "stdout", self.process.stderr.fileno(): "stderr"}
        for stream in self.streams:
            os.set_blocking(stream, False)
            helper.watch(stream, self.read)
        if given:
            os.set_blocking(self.process.stdin.fileno(), False)
            helper.watch(self.process.stdin.fileno(), self.write, select.POLLOUT)

    def write(self, descriptor: int) -> None:
        try:
            self.given = self.given[os.write(descriptor, self.given[:CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self.given = b""
        if not self.given:
            self.helper.unwatch(descriptor)
            self.process.stdin.close()

    def drain(self, descriptor: int) -> int | None:
        """Forwards what can be read now; returns the number of bytes, 0 at the end, None if there are none now."""
        try:
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:
            return None
        if data:
            text = base64.b64encode(data).decode()
            self.helper.port.send({"event": "output", "id": self.id, "stream": self.streams[descriptor], "data": text})
        return len(data)

    def read(self, descriptor: int) -> None:
        if self.drain(descriptor) == 0:
            self.forget(descriptor)
            self.look_for_end()

    def forget(self, descriptor: int) -> None:
        self.helper.unwatch(descriptor)
        del self.streams[descriptor]

    def look_for_end(self) -> None:
        """Answers once the process has exited, even if processes it left behind still hold its outputs."""
        status = self.process.poll()
        if status is None:
            return
        for descriptor in list(self.streams):
            while self.drain(descriptor):
                pass
            self.forget(descriptor)
        self.process.stdout.close()
        self.process.stderr.close()
        if self.process.stdin and not self.process.stdin.closed:
            self.helper.unwatch(self.process.stdin.fileno())
            self.process.stdin.close()
        self.helper.commands.pop(self.id, None)
        ended = {"status": status} if status >= 0 else {"status": 128 - status, "signal": -status}
        self.helper.answer(self.id, ended)

    def kill(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

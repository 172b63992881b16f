"""The host's requests to read and write files as a whole."""

from __future__ import annotations

import base64
import os
import pwd
from typing import TYPE_CHECKING

from .files import make_directories, read_file, remove, write_file
from .protocol import Refused

if TYPE_CHECKING:
    from .protocol import Message


class FileRequests:
    """The requests that copy a project into the guest and its results out of it."""

    def do_write_files(self, request: Message) -> Message:
        """Removes some entries below a directory, then writes files, links and directories owned by one user."""
        try:
            owner = pwd.getpwnam(request.get("user") or "root")
        except KeyError:
            raise Refused("there is no user %s in the guest" % request["user"]) from None
        directory = request["folder"]
        make_directories(directory, owner)
        for name in request["removed"]:
            remove(os.path.join(directory, name))
        for file in request["files"]:
            write_file(os.path.join(directory, file["name"]), file, owner)
        return {}

    def do_read_files(self, request: Message) -> Message:
        """All files below a directory; empty if it is missing or the files exceed the limit in total."""
        top, room = request["folder"], request["limit"]
        if not os.path.isdir(top):
            return {}
        files = {}
        for directory, _, names in os.walk(top):
            for name in names:
                content = read_file(os.path.join(directory, name), room)
                if content is None:
                    continue
                room -= len(content)
                if room < 0:
                    return {}
                files[os.path.relpath(os.path.join(directory, name), top)] = base64.b64encode(content).decode()
        return {"files": files}

"""The host's requests to read and write files as a whole."""

from __future__ import annotations

import base64
import os
import pwd
from typing import TYPE_CHECKING

from .files import make_folders, read_file, remove, write_file
from .protocol import Refused

if TYPE_CHECKING:
    from .protocol import Message


class FileRequests:
    """What the host asks for when a project is brought into the guest, and its results out of it."""

    def do_write_files(self, request: Message) -> Message:
        """Removes some of what is below a folder, then writes files, links and folders there; all are one user's."""
        try:
            owner = pwd.getpwnam(request.get("user") or "root")
        except KeyError:
            raise Refused("there is no user %s in the guest" % request["user"]) from None
        folder = request["folder"]
        make_folders(folder, owner)
        for name in request["removed"]:
            remove(os.path.join(folder, name))
        for file in request["files"]:
            write_file(os.path.join(folder, file["name"]), file, owner)
        return {}

    def do_read_files(self, request: Message) -> Message:
        """All files below a folder; no answer to that when it is missing or they are more than the limit together."""
        top, room = request["folder"], request["limit"]
        if not os.path.isdir(top):
            return {}
        files = {}
        for folder, _, names in os.walk(top):
            for name in names:
                content = read_file(os.path.join(folder, name), room)
                if content is None:
                    continue
                room -= len(content)
                if room < 0:
                    return {}
                files[os.path.relpath(os.path.join(folder, name), top)] = base64.b64encode(content).decode()
        return {"files": files}

"""The host's requests to copy trees of any size, step by step."""

from __future__ import annotations

import base64
import glob
import os
from typing import TYPE_CHECKING

from .accounts import ActingAs
from .copy_in import copy_in
from .copy_out import found_path, list_directory, read_part
from .protocol import Refused

if TYPE_CHECKING:
    from .protocol import Message


class CopyRequests:
    """The requests that `quiver cp` sends."""

    def do_find_paths(self, request: Message) -> Message:
        """Lists what exists at some paths or patterns, relative to `below` or else to the user's home."""
        with ActingAs(request.get("user")) as account:
            start = request.get("below") or account.pw_dir
            found: list[Message | None] = []
            for asked, path in enumerate(request["paths"]):
                if path == "~" or path.startswith("~/"):
                    path = account.pw_dir + path[1:]
                path = os.path.join(start, path)
                paths = [path]
                if request.get("patterns") and not os.path.lexists(path) and glob.has_magic(path):
                    paths = sorted(glob.iglob(path))
                found += (found_path(asked, path, bool(request.get("follows"))) for path in paths)
            return {"start": start, "found": [item for item in found if item]}

    def do_list_folders(self, request: Message) -> Message:
        """Lists some directories: at least the first, and further ones until the answer is large."""
        answers: list[Message] = []
        count = 0
        with ActingAs(request.get("user")):
            for path in request["folders"]:
                try:
                    entries = list_directory(path, request["limit"])
                    answers.append({"entries": entries})
                    count += len(entries)
                except OSError as error:
                    answers.append({"error": error.strerror})
                if count >= 2000:
                    break
        return {"folders": answers}

    def do_read_parts(self, request: Message) -> Message:
        """Reads parts of files, as Base64."""
        parts: list[Message] = []
        with ActingAs(request.get("user")):
            for part in request["parts"]:
                try:
                    data = read_part(part["path"], part["offset"], part["length"])
                    parts.append({"data": base64.b64encode(data).decode()})
                except OSError as error:
                    parts.append({"error": error.strerror})
        return {"parts": parts}

    def do_copy_in(self, request: Message) -> Message:
        """Carries out steps of a copy into the guest, in order, with a user's rights."""
        with ActingAs(request.get("user")):
            for item in request["items"]:
                try:
                    copy_in(item)
                except OSError as error:
                    raise Refused("%s: %s" % (item["path"], error.strerror)) from None
        return {}

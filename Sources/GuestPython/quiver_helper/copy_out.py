"""The guest's side of a copy from the guest."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from .protocol import CHUNK, Refused

if TYPE_CHECKING:
    from .protocol import Message


def is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def copied_entry(name: str, path: str, status: os.stat_result) -> Message:
    """Describes an entry to the host, which may then copy it."""
    mode = status.st_mode
    entry: Message = {"name": name, "mode": stat.S_IMODE(mode), "modified": status.st_mtime_ns, "kind": "special"}
    if not is_utf8(name):
        entry["name"] = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        entry["kind"] = "unnameable"
    elif stat.S_ISDIR(mode):
        entry["kind"] = "folder"
    elif stat.S_ISREG(mode):
        entry.update(kind="file", size=status.st_size)
    elif stat.S_ISLNK(mode):
        target = os.readlink(path)
        if is_utf8(target):
            entry.update(kind="link", target=target)
    return entry


def list_directory(path: str, limit: int) -> list[Message]:
    """Returns the entries of a directory, without those that vanish meanwhile."""
    entries: list[Message] = []
    with os.scandir(path) as found:
        for item in found:
            if len(entries) == limit:
                raise Refused("%s has more than %d entries" % (path, limit))
            try:
                entries.append(copied_entry(item.name, item.path, item.stat(follow_symlinks=False)))
            except FileNotFoundError:
                pass
    return entries


def found_path(asked: int, path: str, follows: bool) -> Message | None:
    """Describes the entry at a path, in answer to question number `asked`; None if there is no entry."""
    name = os.path.basename(path)
    try:
        if follows:
            path = os.path.realpath(path)
        entry = copied_entry(name, path, os.lstat(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return {"asked": asked, "path": path, "entry": entry} if is_utf8(path) else None


def read_part(path: str, offset: int, length: int) -> bytes:
    """Returns a part of a file, which is shorter at the file's end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refused("%s: not a file any more" % path)
        return os.pread(descriptor, min(length, 16 * CHUNK), offset)
    finally:
        os.close(descriptor)

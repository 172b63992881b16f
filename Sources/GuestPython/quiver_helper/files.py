"""Files, links and directories as the host describes them."""

from __future__ import annotations

import base64
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pwd import struct_passwd

    from .protocol import Message


def read_file(path: str, limit: int) -> bytes | None:
    """Returns a file's content, up to one byte beyond the limit.

    None for what is not a file, is gone, or has no name in UTF-8.
    """
    try:
        path.encode()
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        with open(path, "rb") as file:
            return file.read(limit + 1)
    except (OSError, UnicodeEncodeError):
        return None


def make_directories(path: str, owner: struct_passwd) -> None:
    """Creates a directory and its missing parents, owned by a user."""
    if not os.path.isdir(path):
        make_directories(os.path.dirname(path), owner)
        os.mkdir(path)
        os.chown(path, owner.pw_uid, owner.pw_gid)


def remove(path: str) -> None:
    """Removes a file, a link, or a directory with everything in it; a missing path is not an error."""
    if not os.path.isdir(path) or os.path.islink(path):
        if os.path.lexists(path):
            os.unlink(path)
        return
    for name in os.listdir(path):
        remove(os.path.join(path, name))
    os.rmdir(path)


def write_file(path: str, file: Message, owner: struct_passwd) -> None:
    """Writes a file if there is content, a link if there is a target, otherwise creates a directory."""
    make_directories(os.path.dirname(path), owner)
    if "target" in file:
        remove(path)
        os.symlink(file["target"], path)
        os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)
        return
    if "content" in file:
        # It may be a link, or another name of a file that is not to change.
        remove(path)
        with open(path, "wb") as opened:
            opened.write(base64.b64decode(file["content"]))
    elif not os.path.isdir(path):
        os.mkdir(path)
    os.chown(path, owner.pw_uid, owner.pw_gid)
    if "mode" in file:
        os.chmod(path, file["mode"])
    if "modified" in file:
        os.utime(path, ns=(file["modified"], file["modified"]))

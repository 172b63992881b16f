"""Files, links and folders as the host describes them."""

from __future__ import annotations

import base64
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pwd import struct_passwd

    from .protocol import Message


def read_file(path: str, limit: int) -> bytes | None:
    """A file's content, as far as one byte beyond the limit.

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


def make_folders(path: str, owner: struct_passwd) -> None:
    """Makes a folder and those around it, where they are missing, for a user."""
    if not os.path.isdir(path):
        make_folders(os.path.dirname(path), owner)
        os.mkdir(path)
        os.chown(path, owner.pw_uid, owner.pw_gid)


def remove(path: str) -> None:
    """Removes a file, a link, or a folder with all that is in it; what is not there need not be removed."""
    if not os.path.isdir(path) or os.path.islink(path):
        if os.path.lexists(path):
            os.unlink(path)
        return
    for name in os.listdir(path):
        remove(os.path.join(path, name))
    os.rmdir(path)


def write_file(path: str, file: Message, owner: struct_passwd) -> None:
    """Writes a file, for which there is a content, or a link, for which there is a target; else makes a folder."""
    make_folders(os.path.dirname(path), owner)
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

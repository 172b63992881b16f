"""The guest's side of a copy to the guest."""

from __future__ import annotations

import base64
import binascii
import errno
import os
from typing import TYPE_CHECKING

from .files import remove
from .protocol import VERSION, Refused

if TYPE_CHECKING:
    from .protocol import Message


def write_part(item: Message) -> None:
    """Writes a part of a file next to its final path; the last part renames it into place."""
    path, offset = item["path"], item["offset"]
    directory, name = os.path.split(path)
    part = os.path.join(directory, ".quiver-%08x.part" % binascii.crc32(name.encode()))
    try:
        if offset == 0:
            remove(part)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        else:
            flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(part, flags, 0o600), "wb") as file:
            file.seek(offset)
            file.write(base64.b64decode(item["data"]))
        if item.get("is_last"):
            os.chmod(part, item["mode"])
            os.utime(part, ns=(item["modified"], item["modified"]))
            os.rename(part, path)
    except OSError:
        remove(part)
        raise


def copy_in(item: Message) -> None:
    """Carries out one step of a copy into the guest."""
    path, step = item["path"], item["step"]
    is_directory = os.path.isdir(path) and not os.path.islink(path)
    if step == "remove":
        # What is excluded from the copy stays, and the directories that it is in.
        try:
            os.rmdir(path) if is_directory else os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
    elif step == "destination":
        os.makedirs(path, exist_ok=True)
    elif step == "folder":
        if not is_directory:
            remove(path)
            os.mkdir(path)
        elif not os.access(path, os.W_OK, effective_ids=True):
            # From an earlier copy; it gets its permissions again at the end.
            os.chmod(path, 0o700)
    elif step == "link":
        if is_directory:
            os.rmdir(path)
        else:
            remove(path)
        os.symlink(item["target"], path)
    elif step == "part":
        write_part(item)
    elif step == "attributes":
        os.chmod(path, item["mode"])
        if "modified" in item:
            os.utime(path, ns=(item["modified"], item["modified"]))
    else:
        raise Refused("this helper (version %d) does not know the step %r" % (VERSION, step))

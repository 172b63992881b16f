"""Short text files of the system, read and written whole."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def read_text(path: str) -> str | None:
    """Returns a file's text, or None if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def read_json(path: str) -> Any:
    try:
        return json.loads(read_text(path) or "")
    except ValueError:
        return None


def write_whole(path: str, text: str, mode: int = 0o644) -> None:
    """Writes atomically: a reader sees either the old file or the new one."""
    temporary = "%s.%d.tmp" % (path, os.getpid())
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)
        file.write(text)
    os.rename(temporary, path)

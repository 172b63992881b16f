"""A runner's reports as text, which the host forwards to the coordinator unchanged."""

from __future__ import annotations

import binascii
import marshal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def pack(value: object) -> str:
    """Encodes a value as text that another process of the same interpreter reads back exactly."""
    return binascii.b2a_base64(marshal.dumps(plain(value)), newline=False).decode()


def unpack(text: str) -> Any:
    return marshal.loads(binascii.a2b_base64(text))


def plain(value: Any) -> Any:
    """Returns the value with all other objects replaced by their text, as JUnit's XML shows them.

    Exact types only: an enumeration that is a number too, say, is more than the number.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str, bytes):
        return value
    if kind is dict:
        return {plain(key): plain(member) for key, member in value.items()}
    if kind is tuple:
        return tuple(plain(member) for member in value)
    if kind is list:
        return [plain(member) for member in value]
    if isinstance(value, dict):
        return plain(dict(value))
    if isinstance(value, (tuple, list)):
        return [plain(member) for member in value]
    return str(value)

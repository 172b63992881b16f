"""A runner's reports as text, which the host forwards to the coordinator unchanged.

JSON, with a name for each type that JSON has not: {"tuple": [...]}, {"bytes": BASE64}, {"float": "nan"}, and
{"pairs": [[KEY, VALUE], ...]} for a dictionary whose keys are not all texts, or that could be taken for one of these.
"""

from __future__ import annotations

import binascii
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

NAMES = frozenset(("tuple", "bytes", "float", "pairs"))

# Made once, like the channel's: a fork pays for all that it executes for the first time.
PACKER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)

UNPACKER = json.JSONDecoder()


def pack(value: object) -> str:
    """Encodes a value as text from which unpack() makes an equal one."""
    return PACKER.encode(plain(value))


def unpack(text: str) -> Any:
    """Reads what pack() wrote; ValueError for anything else."""
    try:
        value, end = UNPACKER.raw_decode(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if end != len(text):
        raise ValueError("there is more after it")
    return restored(value)


def plain(value: Any) -> Any:
    """Returns the value in what JSON has; all other objects become their text, as JUnit's XML shows them.

    Exact types only: an enumeration that is a number too, say, is more than the number.
    """
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if value - value == 0 else {"float": repr(value)}
    if kind is list:
        return [plain(member) for member in value]
    if kind is dict:
        if all(type(key) is str for key in value) and not (len(value) == 1 and NAMES.intersection(value)):
            return {key: plain(member) for key, member in value.items()}
        return {"pairs": [[plain(key), plain(member)] for key, member in value.items()]}
    if kind is tuple:
        return {"tuple": [plain(member) for member in value]}
    if kind is bytes:
        return {"bytes": binascii.b2a_base64(value, newline=False).decode()}
    if isinstance(value, dict):
        return plain(dict(value))
    if isinstance(value, (tuple, list)):
        return [plain(member) for member in value]
    return str(value)


def restored(value: Any) -> Any:
    if type(value) is list:
        return [restored(member) for member in value]
    if type(value) is not dict:
        return value
    if len(value) == 1:
        ((name, content),) = value.items()
        try:
            if name == "tuple":
                return tuple(restored(member) for member in content)
            if name == "bytes":
                return binascii.a2b_base64(content)
            if name == "float":
                return float(content)
            if name == "pairs":
                return {restored(key): restored(member) for key, member in content}
        except TypeError as error:
            raise ValueError(str(error)) from None
    return {key: restored(member) for key, member in value.items()}

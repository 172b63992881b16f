"""The protocol between the helper and the host."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, Dict

    # A request, an answer or a part of one: an object of JSON. What is in a request is checked where it is used.
    Message = Dict[str, Any]

VERSION = 2
CHUNK = 65536


class Refused(Exception):
    """A request that cannot be carried out; its text becomes the answer."""

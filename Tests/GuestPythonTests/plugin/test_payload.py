"""What a report may hold, on its way from a runner to the coordinator."""

from __future__ import annotations

import collections
import enum
import pathlib
from typing import Any, NamedTuple

import pytest
from quiver_pytest.payload import pack, plain, unpack


class Colour(enum.IntEnum):
    RED = 1


class Named(NamedTuple):
    one: int


class Text(str):
    def __str__(self) -> str:
        return "told"


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        1 << 70,
        0.1,
        float("inf"),
        "ü\ud800",
        b"\x00\xff",
        (1, [2, {"3": (4,)}]),
        {1: "a", ("b",): None},
        {"tuple": [1]},
        {"bytes": "a", "float": float("-inf")},
        [],
    ],
)
def test_plain_values_arrive_exactly(value: object) -> None:
    arrived = unpack(pack(value))
    assert arrived == value
    assert type(arrived) is type(value)


@pytest.mark.parametrize(
    ("value", "arrives"),
    [
        (Colour.RED, str(Colour.RED)),
        (Named(1), [1]),
        (collections.OrderedDict(a=Colour.RED), {"a": str(Colour.RED)}),
        (pathlib.PurePosixPath("/a"), "/a"),
        ([{1}], ["{1}"]),
        (Text("x"), "told"),
        ({Colour.RED: (Named(2),)}, {str(Colour.RED): ([2],)}),
    ],
)
def test_other_values_arrive_as_their_text(value: object, arrives: Any) -> None:
    assert unpack(pack(value)) == arrives


def test_the_text_of_a_payload_is_one_line_of_ascii() -> None:
    text = pack(["x" * 10_000])
    assert text.isascii()
    assert "\n" not in text


def test_a_dictionary_keeps_its_order() -> None:
    assert list(plain({"b": 1, "a": 2})) == ["b", "a"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "{} {}",
        "nonsense",
        '{"tuple":1}',
        '{"bytes":"a"}',
        '{"bytes":7}',
        '{"float":"x"}',
        '{"float":[]}',
        '{"pairs":[[[],1]]}',
        '{"pairs":[[1]]}',
        '{"pairs":7}',
        "[" * 100_000,
    ],
)
def test_what_no_runner_wrote_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        unpack(text)

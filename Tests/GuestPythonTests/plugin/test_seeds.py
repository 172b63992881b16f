"""Random numbers of forks: their own, unless the user has seeded."""

from __future__ import annotations

import random
import tempfile
from typing import TYPE_CHECKING, Any

import pytest
from quiver_pytest.seeds import Seeds

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def seeds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Seeds]:
    state = random.getstate()
    monkeypatch.setattr(random, "seed", random.seed)
    monkeypatch.setattr(random, "setstate", random.setstate)
    yield Seeds()
    monkeypatch.undo()
    random.setstate(state)


def test_a_generator_that_nobody_seeded_gets_another_state(seeds: Seeds) -> None:
    before = random.getstate()
    seeds.renew()
    assert random.getstate() != before


@pytest.mark.parametrize("seed", [0, "text"])
def test_a_generator_that_the_user_seeded_keeps_its_state(seeds: Seeds, seed: Any) -> None:
    random.seed(seed)
    before = random.getstate()
    seeds.renew()
    assert random.getstate() == before


def test_a_state_that_the_user_set_is_kept(seeds: Seeds) -> None:
    random.setstate(random.Random(1).getstate())
    seeds.renew()
    assert random.random() == random.Random(1).random()


def test_a_seed_that_is_taken_back_is_none(seeds: Seeds) -> None:
    random.seed(1)
    random.seed()
    before = random.getstate()
    seeds.renew()
    assert random.getstate() != before


def test_temporary_names_begin_again(seeds: Seeds) -> None:
    tempfile.mktemp()
    seeds.renew()
    assert tempfile._name_sequence is None  # type: ignore[attr-defined]


def test_openssl_gets_fresh_bytes_only_where_it_is_in_use(seeds: Seeds) -> None:
    seeds.renew()
    fed: list[Any] = []

    class SSL:
        @staticmethod
        def RAND_add(data: bytes, entropy: float) -> None:
            fed.append((len(data), entropy))

    seeds.ssl = SSL  # type: ignore[assignment]
    seeds.renew()
    assert fed == [(32, 32.0)]

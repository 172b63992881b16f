"""A module whose fixture changes what all modules share, and so cannot be set up ahead."""

import os

import pytest


@pytest.fixture(scope="module", autouse=True)
def mode():
    os.environ["MODE"] = "changed"
    yield
    del os.environ["MODE"]


def test_sees_its_change():
    assert os.environ["MODE"] == "changed"

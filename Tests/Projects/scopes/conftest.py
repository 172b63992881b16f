"""Fixtures that several modules share: what is kept of one module must not be given to another."""

import pytest


@pytest.fixture(scope="session")
def base():
    yield "base"


@pytest.fixture(scope="module")
def database(request, base):
    yield {"module": request.module.__name__, "rows": []}
    if request.module.__name__ == "test_teardown":
        raise RuntimeError("the tear-down of a module fails")


@pytest.fixture(scope="module", params=["first", "second"])
def flavour(request):
    return request.param


@pytest.fixture(scope="module")
def twice(flavour):
    """Depends on a parameter, so that it cannot be set up ahead."""
    return flavour * 2

import pytest


@pytest.fixture(scope="session")
def journal():
    """Set up once in a plain run, and once in every fork."""
    entries = ["session"]
    yield entries
    entries.clear()


@pytest.fixture(scope="module", params=["first", "second"])
def flavour(request):
    return request.param


def pytest_runtest_setup(item):
    if item.name == "test_refused_by_a_hook":
        pytest.skip("a hook refuses it")

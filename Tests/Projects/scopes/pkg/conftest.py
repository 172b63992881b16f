"""A fixture of a package, which both of its modules see set up once."""

import pytest

set_up = []


@pytest.fixture(scope="package")
def package():
    set_up.append("package")
    yield len(set_up)


@pytest.fixture(scope="module")
def inner(package, database):
    return (package, database["module"])

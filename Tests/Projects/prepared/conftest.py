import pathlib

import pytest


@pytest.fixture(scope="session")
def service():
    log = pathlib.Path("/run/set-ups")
    with log.open("a") as file:
        file.write("set up\n")
    yield log
    with log.open("a") as file:
        file.write("torn down\n")


@pytest.fixture(scope="session")
def unwanted():
    with pathlib.Path("/run/set-ups").open("a") as file:
        file.write("nobody wants this\n")

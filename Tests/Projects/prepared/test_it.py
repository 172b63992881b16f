import time

import pytest

started = time.monotonic()


@pytest.mark.parametrize("number", range(4))
def test_finds_the_service_set_up_once(service, number, record_property):
    assert service.read_text() == "set up\n"
    with service.open("a") as file:
        file.write("dirtied\n")


@pytest.mark.skip(reason="nothing is set up for it")
def test_is_skipped(unwanted):
    pass

import conftest
import pytest


@pytest.mark.parametrize("number", range(3))
def test_goes_on_from_the_chosen_instant(number):
    assert conftest.prepared.read_text() == "before\nafter\n"
    with conftest.prepared.open("a") as file:
        file.write("dirtied\n")

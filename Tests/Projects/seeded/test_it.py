import random

import pytest

random.seed(42)


@pytest.mark.parametrize("fork", range(2))
def test_keeps_the_seed(fork):
    assert random.random() == random.Random(42).random()

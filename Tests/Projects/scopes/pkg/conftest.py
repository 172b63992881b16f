import pytest
count = []
@pytest.fixture(scope="package")
def pack(): count.append(1); yield len(count)
@pytest.fixture(scope="module")
def inner(pack, db): return (pack, db["module"])

import pytest
log = []
@pytest.fixture(scope="session")
def base():
    log.append("base"); yield "base"
@pytest.fixture(scope="module")
def db(request, base):
    v = {"module": request.module.__name__, "rows": []}
    yield v
    if request.module.__name__ == "test_bad": raise RuntimeError("teardown of bad")
@pytest.fixture(scope="module", params=["x", "y"])
def flavour(request): return request.param
@pytest.fixture(scope="module")
def derived(flavour): return flavour * 2

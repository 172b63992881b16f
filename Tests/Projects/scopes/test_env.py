import os, pytest
@pytest.fixture(scope="module", autouse=True)
def env():
    os.environ["MODE"] = "env"; yield; del os.environ["MODE"]
def test_env(): assert os.environ["MODE"] == "env"

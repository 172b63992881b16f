import os, threading, pytest
@pytest.fixture(scope="module")
def skipping(): pytest.skip("not here")
@pytest.fixture(scope="module")
def thread():
    e = threading.Event(); t = threading.Thread(target=e.wait); t.start(); yield t; e.set(); t.join()
def test_noenv(db): assert "MODE" not in os.environ and db["module"] == "test_z"
def test_skips(skipping): pass
def test_thread(thread): assert thread.is_alive()

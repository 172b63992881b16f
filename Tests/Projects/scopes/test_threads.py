"""A module whose fixture keeps a thread, and one that another's fixture must not have changed."""

import os
import threading

import pytest


@pytest.fixture(scope="module")
def refusing():
    pytest.skip("a fixture skips its tests")


@pytest.fixture(scope="module")
def thread():
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    yield thread
    end.set()
    thread.join()


def test_sees_no_other_change(database):
    assert "MODE" not in os.environ
    assert database["module"] == "test_threads"


def test_skipped_by_its_fixture(refusing):
    pass


def test_thread_goes_on(thread):
    assert thread.is_alive()

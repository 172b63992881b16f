"""A module whose fixture cannot be torn down, which its last test reports."""


def test_first(database):
    assert database["module"] == "test_teardown"


def test_last(database):
    assert database["module"] == "test_teardown"
    assert database["rows"] == []

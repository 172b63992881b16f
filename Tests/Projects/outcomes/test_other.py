import pathlib

import pytest


@pytest.mark.slow
def test_leaves_a_mark():
    pathlib.Path("/run/mark").write_text("left")


def test_sees_its_temporary_directory(tmp_path):
    (tmp_path / "file").write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_fails_too():
    assert 1 == 2

"""When a Python that has loaded pytest may go on as the pytest of a project."""

from __future__ import annotations

import json
import logging
import os
import random
import threading
from typing import TYPE_CHECKING

import pytest
import quiver_ahead

if TYPE_CHECKING:
    import pathlib


def test_a_project_hides_modules_with_files_and_packages_of_their_names(tmp_path: pathlib.Path) -> None:
    directory = str(tmp_path)
    (tmp_path / "conftest.py").touch()
    (tmp_path / "json").mkdir()
    (tmp_path / "json.txt").touch()
    assert not quiver_ahead.hides_modules(directory)
    (tmp_path / "json" / "__init__.py").touch()
    assert quiver_ahead.hides_modules(directory)
    (tmp_path / "json" / "__init__.py").unlink()
    (tmp_path / "threading.py").touch()
    assert quiver_ahead.hides_modules(directory)


def test_built_in_modules_are_not_hidden(tmp_path: pathlib.Path) -> None:
    (tmp_path / "sys.py").touch()
    assert not quiver_ahead.hides_modules(str(tmp_path))


def test_it_is_known_where_modules_were_loaded_from(tmp_path: pathlib.Path) -> None:
    directory = os.path.dirname(os.path.dirname(json.__file__))
    assert quiver_ahead.is_loaded_from(directory)
    assert not quiver_ahead.is_loaded_from(directory[:-1])
    assert not quiver_ahead.is_loaded_from(str(tmp_path))


def test_a_request_that_comes_in_pieces_is_put_together() -> None:
    reader, writer = os.pipe()
    more = threading.Timer(0.1, os.write, (writer, b'"start"}\n'))
    os.write(writer, b'{"do":')
    more.start()
    request = quiver_ahead.receive(reader)
    more.join()
    os.close(reader)
    os.close(writer)
    assert request == {"do": "start"}


def test_seed_and_start_time_are_renewed_as_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    state = random.getstate()
    for old in (1.0, 1):
        monkeypatch.setattr(logging, "_startTime", old)
        quiver_ahead.renew_seed_and_start_time()
        new = logging._startTime  # type: ignore[attr-defined]
        assert type(new) is type(old)
        assert new > old
    assert random.getstate() != state
    random.setstate(state)

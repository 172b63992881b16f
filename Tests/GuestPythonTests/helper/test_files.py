"""Files that the helper reads, writes and removes."""

from __future__ import annotations

import base64
import os
import pwd
import stat
from typing import TYPE_CHECKING

from quiver_helper.file_requests import FileRequests
from quiver_helper.files import make_directories, read_file, remove, write_file
from quiver_helper.text_files import read_json, read_text, write_whole

if TYPE_CHECKING:
    import pathlib

MYSELF = pwd.getpwuid(os.geteuid())


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def test_a_text_that_cannot_be_read_is_none(tmp_path: pathlib.Path) -> None:
    assert read_text(str(tmp_path / "missing")) is None
    assert read_text(str(tmp_path)) is None
    (tmp_path / "bytes").write_bytes(b"a\xffb")
    assert read_text(str(tmp_path / "bytes")) == "a\ufffdb"


def test_what_is_not_json_is_none(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "file"
    for text, value in [("", None), ("{", None), ("[1]", [1])]:
        file.write_text(text)
        assert read_json(str(file)) == value
    assert read_json(str(tmp_path / "missing")) is None


def test_a_file_that_is_written_whole_gets_its_mode_and_leaves_nothing_beside_it(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    write_whole(str(file), "new", 0o600)
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_is_read_one_byte_beyond_the_limit(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_file(str(tmp_path / "file"), 3) == b"1234"
    assert read_file(str(tmp_path / "file"), 5) == b"12345"


def test_what_is_not_a_file_is_not_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("link", "missing", "", "no\udcffname"):
        assert read_file(os.path.join(str(tmp_path), name), 10) is None


def test_a_tree_is_removed_but_not_what_its_links_lead_to(tmp_path: pathlib.Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("x")
    (tmp_path / "tree" / "inner").mkdir(parents=True)
    (tmp_path / "tree" / "inner" / "file").write_text("x")
    (tmp_path / "tree" / "link").symlink_to(tmp_path / "kept")
    remove(str(tmp_path / "tree"))
    remove(str(tmp_path / "tree"))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "file").exists()


def test_directories_are_made_where_they_are_missing(tmp_path: pathlib.Path) -> None:
    make_directories(str(tmp_path / "a" / "b" / "c"), MYSELF)
    make_directories(str(tmp_path / "a" / "b" / "d"), MYSELF)
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == ["c", "d"]


def test_a_file_replaces_a_link_and_not_what_it_leads_to(tmp_path: pathlib.Path) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / "file").symlink_to("other")
    description = {"content": in_base64(b"new"), "mode": 0o750, "modified": 1_000_000_000_123_456_789}
    write_file(str(tmp_path / "file"), description, MYSELF)
    status = (tmp_path / "file").lstat()
    assert stat.S_ISREG(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o750
    assert status.st_mtime_ns // 1000 == 1_000_000_000_123_456
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "other").read_text() == "other"


def test_a_link_replaces_a_directory(tmp_path: pathlib.Path) -> None:
    (tmp_path / "it" / "inner").mkdir(parents=True)
    write_file(str(tmp_path / "it"), {"target": "elsewhere"}, MYSELF)
    assert os.readlink(str(tmp_path / "it")) == "elsewhere"


def test_a_request_removes_and_writes_below_its_directory(tmp_path: pathlib.Path) -> None:
    (tmp_path / "project" / "old").mkdir(parents=True)
    file = {"name": "sub/file", "content": in_base64(b"x")}
    request = {
        "user": MYSELF.pw_name,
        "folder": str(tmp_path / "project"),
        "removed": ["old", "missing"],
        "files": [file, {"name": "empty"}],
    }
    assert FileRequests().do_write_files(request) == {}
    assert sorted(path.name for path in (tmp_path / "project").rglob("*")) == ["empty", "file", "sub"]


def test_files_are_read_only_if_all_of_them_are_within_the_limit(tmp_path: pathlib.Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "one").write_bytes(b"12")
    (tmp_path / "sub" / "two").write_bytes(b"345")
    requests = FileRequests()
    assert requests.do_read_files({"folder": str(tmp_path), "limit": 5}) == {
        "files": {"one": in_base64(b"12"), "sub/two": in_base64(b"345")}
    }
    assert requests.do_read_files({"folder": str(tmp_path), "limit": 4}) == {}
    assert requests.do_read_files({"folder": str(tmp_path / "missing"), "limit": 5}) == {}

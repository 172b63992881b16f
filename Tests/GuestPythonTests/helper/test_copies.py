"""The helper's side of `quiver cp`."""

from __future__ import annotations

import base64
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest
from quiver_helper.copy_in import copy_in
from quiver_helper.copy_out import copied_entry, found_path, list_directory, read_part
from quiver_helper.copy_requests import CopyRequests
from quiver_helper.protocol import Refused

if TYPE_CHECKING:
    import pathlib


def entries(directory: pathlib.Path) -> dict[str, Any]:
    return {entry["name"]: entry for entry in list_directory(str(directory), 100)}


def test_the_host_is_told_what_kind_each_entry_is(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_bytes(b"123")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    os.mkfifo(str(tmp_path / "pipe"))
    os.symlink("no\udcffname", str(tmp_path / "odd"))
    found = entries(tmp_path)
    kinds = {name: entry["kind"] for name, entry in found.items()}
    assert kinds == {"file": "file", "folder": "folder", "link": "link", "pipe": "special", "odd": "special"}
    assert found["file"]["size"] == 3
    assert found["link"]["target"] == "nowhere"


def test_a_name_that_is_not_utf8_is_told_in_escapes(tmp_path: pathlib.Path) -> None:
    entry = copied_entry("no\udcffname", str(tmp_path), os.lstat(str(tmp_path)))
    assert (entry["kind"], entry["name"]) == ("unnameable", "no\\xffname")


def test_a_directory_with_more_entries_than_the_limit_is_refused(tmp_path: pathlib.Path) -> None:
    for name in "abc":
        (tmp_path / name).touch()
    assert len(list_directory(str(tmp_path), 3)) == 3
    with pytest.raises(Refused, match="more than 2 entries"):
        list_directory(str(tmp_path), 2)


def test_a_path_is_followed_on_request(tmp_path: pathlib.Path) -> None:
    path = tmp_path.resolve()
    (path / "file").write_text("x")
    (path / "link").symlink_to("file")
    link, followed = found_path(7, str(path / "link"), False), found_path(7, str(path / "link"), True)
    assert link is not None
    assert followed is not None
    assert (link["asked"], link["entry"]["kind"], link["path"]) == (7, "link", str(path / "link"))
    assert (followed["entry"]["kind"], followed["entry"]["name"]) == ("file", "link")
    assert followed["path"] == str(path / "file")
    assert found_path(0, str(path / "missing"), False) is None
    assert found_path(0, str(path / "file" / "inner"), False) is None


def test_a_part_of_a_file_is_shorter_at_its_end(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_part(str(tmp_path / "file"), 1, 2) == b"23"
    assert read_part(str(tmp_path / "file"), 4, 10) == b"5"
    assert read_part(str(tmp_path / "file"), 9, 10) == b""


def test_only_files_have_parts(tmp_path: pathlib.Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="not a file any more"):
        read_part(str(tmp_path), 0, 1)
    with pytest.raises(OSError, match="symbolic links"):
        read_part(str(tmp_path / "link"), 0, 1)


def part(path: pathlib.Path, offset: int, data: bytes, **more: object) -> dict[str, object]:
    text = base64.b64encode(data).decode()
    return {"step": "part", "path": str(path), "offset": offset, "data": text, **more}


def test_a_file_gets_its_name_with_its_last_part(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    copy_in(part(file, 0, b"abc"))
    assert file.read_text() == "old"
    copy_in(part(file, 3, b"def", is_last=True, mode=0o640, modified=1_000_000_000))
    assert file.read_text() == "abcdef"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_part_that_cannot_be_written_leaves_nothing(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / "inner").touch()
    with pytest.raises(OSError, match="directory"):
        copy_in(part(tmp_path / "file", 0, b"x", is_last=True, mode=0o600, modified=0))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_directory_that_is_not_empty_is_not_removed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "excluded").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("full")
    for name in ("full", "empty", "link", "missing"):
        copy_in({"step": "remove", "path": str(tmp_path / name)})
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_directories_and_links_replace_files(tmp_path: pathlib.Path) -> None:
    (tmp_path / "one").touch()
    (tmp_path / "two").touch()
    copy_in({"step": "folder", "path": str(tmp_path / "one")})
    copy_in({"step": "link", "path": str(tmp_path / "two"), "target": "one"})
    copy_in({"step": "attributes", "path": str(tmp_path / "one"), "mode": 0o700, "modified": 2_000_000_000})
    assert (tmp_path / "two").is_symlink()
    assert (tmp_path / "one").stat().st_mtime_ns == 2_000_000_000


def test_an_unknown_step_is_refused_with_the_helpers_version(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Refused, match=r"version 2\) does not know the step 'fly'"):
        copy_in({"step": "fly", "path": str(tmp_path)})


def test_paths_may_be_patterns_that_start_in_a_directory(tmp_path: pathlib.Path) -> None:
    for name in ("b.txt", "a.txt", "[x]"):
        (tmp_path / name).touch()

    def names(*paths: str, patterns: bool) -> list[tuple[int, str]]:
        request = {"below": str(tmp_path), "paths": paths, "patterns": patterns}
        found = CopyRequests().do_find_paths(request)["found"]
        return [(item["asked"], item["entry"]["name"]) for item in found]

    assert names("*.txt", "[x]", patterns=True) == [(0, "a.txt"), (0, "b.txt"), (1, "[x]")]
    assert names("*.txt", "a.txt", patterns=False) == [(1, "a.txt")]


def test_what_cannot_be_listed_or_read_is_told_beside_the_rest(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    listed = CopyRequests().do_list_folders({"folders": [str(tmp_path / "missing"), str(tmp_path)], "limit": 10})
    assert listed["folders"][0] == {"error": "No such file or directory"}
    assert [entry["name"] for entry in listed["folders"][1]["entries"]] == ["file"]
    wanted = [{"path": str(tmp_path / name), "offset": 0, "length": 5} for name in ("missing", "file")]
    assert CopyRequests().do_read_parts({"parts": wanted})["parts"] == [
        {"error": "No such file or directory"},
        {"data": base64.b64encode(b"x").decode()},
    ]


def test_a_step_that_fails_is_refused_with_its_path(tmp_path: pathlib.Path) -> None:
    item = {"step": "link", "path": str(tmp_path / "missing" / "link"), "target": "x"}
    with pytest.raises(Refused, match="missing/link: No such file or directory"):
        CopyRequests().do_copy_in({"items": [item]})


def test_nobody_acts_as_a_user_that_the_guest_does_not_have() -> None:
    with pytest.raises(Refused, match="no user nobody-of-that-name in the guest"):
        CopyRequests().do_copy_in({"user": "nobody-of-that-name", "items": []})

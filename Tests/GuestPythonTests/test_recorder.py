"""What is recorded for the host's report."""

from __future__ import annotations

import json
import types
import warnings
from typing import TYPE_CHECKING, Any

from pytest import CollectReport, TestReport
from quiver_recorder import LIMIT, Recorder

if TYPE_CHECKING:
    import pathlib


def report(when: Any, outcome: Any = "passed", longrepr: Any = None, sections: Any = ()) -> TestReport:
    location = ("t.py", 1, "t")
    return TestReport("t.py::t", location, {}, outcome, longrepr, when, sections=sections, duration=0.5)


def test_a_record_has_tests_errors_and_warnings(tmp_path: pathlib.Path) -> None:
    recorder = Recorder(str(tmp_path / "record"))
    recorder.pytest_runtest_logreport(report("setup", sections=[("out", "a")]))
    failed = report("call", "failed", "wrong", [("out", "a"), ("err", "\ud800" + "b" * LIMIT)])
    failed.wasxfail = "why"
    recorder.pytest_runtest_logreport(failed)
    recorder.pytest_collectreport(CollectReport("b.py", "failed", "no module", None))
    recorder.pytest_collectreport(CollectReport("c.py", "passed", None, None))
    message = warnings.WarningMessage(UserWarning("w"), UserWarning, "t.py", 3)
    recorder.pytest_warning_recorded(message, "t.py::t")
    session: Any = types.SimpleNamespace()
    recorder.pytest_sessionfinish(session, 1)

    record = json.loads((tmp_path / "record").read_text(encoding="utf-8"))
    test = record["tests"][0]
    assert [phase["when"] for phase in test["phases"]] == ["setup", "call"]
    assert test["phases"][0]["expected"] is None
    assert test["phases"][1] == {
        "when": "call",
        "outcome": "failed",
        "seconds": 0.5,
        "text": "wrong",
        "expected": "why",
    }
    assert test["output"] == [["out", "a"], ["err", "\ud800" + "b" * (LIMIT - 1)]]
    assert record["errors"] == [{"id": "b.py", "text": "no module"}]
    assert record["warnings"] == [{"id": "t.py::t", "text": "UserWarning: w", "place": "t.py:3"}]


def test_a_skip_is_told_by_its_reason(tmp_path: pathlib.Path) -> None:
    recorder = Recorder(str(tmp_path / "record"))
    recorder.pytest_runtest_logreport(report("setup", "skipped", ("t.py", 1, "Skipped: no")))
    assert recorder.tests["t.py::t"]["phases"][0]["text"] == "Skipped: no"

"""What the coordinator makes of reports, warnings and crashes."""

from __future__ import annotations

import types
import warnings
from typing import Any

import pytest
from quiver_pytest.payload import pack
from quiver_pytest.replaying import MalformedError, crash_reports, end_as, results_from, warning_from
from quiver_pytest.runner import Runner, following_item


class Odd(Warning):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one, two)


def kept(message: Warning) -> Any:
    """A warning as a runner sends it."""
    runner = Runner(port=None, modules=None)  # type: ignore[arg-type]
    runner.keep_warning(warnings.WarningMessage(message, type(message), "file.py", 7), "runtest", "t.py::t", None)
    return runner.warnings[0]


def test_a_warning_arrives_as_what_it_was() -> None:
    arrived = warning_from(kept(DeprecationWarning("old")))
    assert arrived.category is DeprecationWarning
    assert isinstance(arrived.message, DeprecationWarning)
    assert (str(arrived.message), arrived.filename, arrived.lineno) == ("old", "file.py", 7)


def test_a_warning_that_cannot_be_made_again_arrives_as_its_text() -> None:
    arrived = warning_from(kept(Odd("a", "b")))
    assert arrived.category is Odd
    assert arrived.message == "('a', 'b')"


@pytest.mark.parametrize(("module", "category"), [("no.such.module", "X"), ("builtins", "X"), ("builtins", "int")])
def test_a_category_that_the_coordinator_does_not_know_is_a_user_warning(module: str, category: str) -> None:
    data = {"module": module, "category": category, "text": "x", "filename": "f", "lineno": 1}
    assert warning_from(data).category is UserWarning


def test_a_crash_fails_the_call_and_passes_the_teardown() -> None:
    item: Any = types.SimpleNamespace(nodeid="t.py::t", location=("t.py", 1, "t"))
    call, teardown = crash_reports(item, "it ended", "said", 1.5)
    assert (call.outcome, call.when, call.longrepr, call.duration) == ("failed", "call", "it ended", 1.5)
    assert call.sections == [("Captured output of the interpreter", "said")]
    assert (teardown.outcome, teardown.when) == ("passed", "teardown")
    assert next(crash_reports(item, "it ended", "", 0)).sections == []


class Session:
    class Interrupted(Exception):
        pass


@pytest.mark.parametrize(
    ("ending", "exception"),
    [
        ({"kind": "exit", "message": "m", "status": 3}, pytest.exit.Exception),
        ({"kind": "interrupt", "message": "m"}, KeyboardInterrupt),
        ({"kind": "stop", "message": "m"}, Session.Interrupted),
    ],
)
def test_a_run_ends_as_its_test_ended_it(ending: dict[str, Any], exception: type[BaseException]) -> None:
    with pytest.raises(exception, match="m") as raised:
        end_as(Session, ending)  # type: ignore[arg-type]
    assert getattr(raised.value, "returncode", 3) == 3


@pytest.mark.parametrize(
    ("indices", "position", "following"),
    [([0], 0, "b"), ([1], 0, "c"), ([2], 0, None), ([0, 2], 0, "c"), ([0, 2], 1, None), ([2, 0], 1, "b")],
)
def test_a_test_is_followed_by_the_next_that_is_run_or_collected(
    indices: list[int], position: int, following: str | None
) -> None:
    session: Any = types.SimpleNamespace(items=["a", "b", "c"])
    assert following_item(session, indices, position) == following  # type: ignore[comparison-overlap]


class Hook:
    """pytest's own reading of a report, without the rest of pytest."""

    def pytest_report_from_serializable(self, config: Any, data: Any) -> Any:
        if data.pop("$report_type") != "TestReport":
            return None
        return pytest.TestReport._from_json(data)


ITEM: Any = types.SimpleNamespace(nodeid="t.py::own", location=("t.py", 1, "own"))
CONFIG: Any = types.SimpleNamespace(hook=Hook())


def report(**changes: Any) -> Any:
    data = pytest.TestReport("t.py::other", ("t.py", 2, "other"), {}, "passed", None, "call")._to_json()
    return {**data, "$report_type": "TestReport", **changes}


def test_results_are_of_the_test_that_ran_whatever_they_say() -> None:
    warning = {**kept(UserWarning("x")), "nodeid": "t.py::other"}
    (passed,), (warned,) = results_from(pack([[report()], [warning]]), ITEM, CONFIG)
    assert (passed.nodeid, passed.location, passed.outcome) == (ITEM.nodeid, ITEM.location, "passed")
    assert warned["nodeid"] == ITEM.nodeid
    assert results_from(None, ITEM, CONFIG) == ([], [])


@pytest.mark.parametrize(
    "payload",
    [
        "nonsense",
        pack([]),
        pack({}),
        pack([[7], []]),
        pack([[{}], []]),
        pack([[report(**{"$report_type": "Other"})], []]),
        pack([[report()], [{}]]),
        pack([[report()], [7]]),
    ],
)
def test_results_that_are_none_are_told_from_errors_of_the_users_plugins(payload: str) -> None:
    with pytest.raises(MalformedError):
        results_from(payload, ITEM, CONFIG)

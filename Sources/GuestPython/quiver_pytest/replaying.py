"""Turns the reports of runners and of the host into pytest's."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

import pytest

from .internals import TestReport
from .payload import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

    from .channel import Message


class MalformedError(Exception):
    """What a runner sent is not what the plugin sends."""


def results_from(
    payload: str | None, item: pytest.Item, config: pytest.Config
) -> tuple[list[pytest.TestReport], list[Message]]:
    """Reads a test's reports, and its warnings as arguments for pytest's hook.

    Whatever a report says, it is of this test: node id and place are the collected item's own.
    """
    if not payload:
        return [], []
    try:
        reports, recorded = unpack(payload)
        reports = [
            config.hook.pytest_report_from_serializable(
                config=config, data={**data, "nodeid": item.nodeid, "location": item.location}
            )
            for data in reports
        ]
        if not all(isinstance(report, TestReport) for report in reports):
            raise MalformedError("there is something that is no report")
        return reports, [
            {
                "warning_message": warning_from(warning),
                "when": warning["when"],
                "nodeid": item.nodeid if warning["nodeid"] else "",
                "location": tuple(warning["location"]) if warning["location"] else None,
            }
            for warning in recorded
        ]
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise MalformedError("%s: %s" % (type(error).__name__, error)) from error


def warning_from(data: Message) -> warnings.WarningMessage:
    category = getattr(sys.modules.get(data["module"]), data["category"], None)
    if not (isinstance(category, type) and issubclass(category, Warning)):
        category = UserWarning
    try:
        message = category(data["text"])
    except TypeError:
        message = data["text"]
    return warnings.WarningMessage(message=message, category=category, filename=data["filename"], lineno=data["lineno"])


def crash_reports(item: pytest.Item, crash: str, output: str, seconds: float) -> Iterator[pytest.TestReport]:
    """Makes the report that pytest would have made if the test had not ended its interpreter or machine."""
    sections = [("Captured output of the interpreter", output)] if output else []
    common: dict[str, Any] = {"nodeid": item.nodeid, "location": item.location, "keywords": {}}
    yield TestReport(outcome="failed", longrepr=crash, when="call", sections=sections, duration=seconds, **common)
    yield TestReport(outcome="passed", longrepr=None, when="teardown", duration=0, **common)


def end_as(session: pytest.Session, ending: Message) -> NoReturn:
    if ending["kind"] == "exit":
        pytest.exit(ending["message"], returncode=ending["status"])
    if ending["kind"] == "interrupt":
        raise KeyboardInterrupt(ending["message"])
    raise session.Interrupted(ending["message"])

"""A fork that runs tests."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from .payload import pack

if TYPE_CHECKING:
    import warnings
    from typing import Any, NoReturn

    from .channel import Message, Port
    from .modules import Modules


class Runner:
    """Runs some of the tests, and sends pytest's reports of each to the host."""

    def __init__(self, port: Port, modules: Modules) -> None:
        self.port = port
        self.modules = modules
        # Of the test that runs.
        self.reports: list[dict[str, Any]] = []
        self.warnings: list[Message] = []
        # What putting clock and random pool right took in this fork; told with its first test.
        self.fix_up_seconds = 0.0

    def run(self, session: pytest.Session, indices: list[int], token: str) -> NoReturn:
        """Runs the tests and sends the reports of each; the machine is discarded afterwards."""
        items = [session.items[index] for index in indices]
        for position, item in enumerate(items):
            following = following_item(session, indices, position)
            self.reports = []
            self.warnings = []
            ending: Message | None = None
            started = time.perf_counter()
            self.modules.reinstate(item)
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except pytest.exit.Exception as end:
                ending = {"kind": "exit", "message": str(end.msg), "status": end.returncode}
            except KeyboardInterrupt:
                ending = {"kind": "interrupt", "message": "KeyboardInterrupt in %s" % item.nodeid}
            except session.Interrupted as stop:
                ending = {"kind": "stop", "message": str(stop)}
            if os.getpid() != self.port.owner:
                os._exit(0)
            if ending is None and session.shouldstop:
                ending = {"kind": "stop", "message": str(session.shouldstop)}
            self.port.send(
                event="ran",
                token=token,
                item=indices[position],
                payload=pack([self.reports, self.warnings]),
                failed=any(report.get("outcome") == "failed" for report in self.reports),
                seconds=time.perf_counter() - started,
                fix_up=self.fix_up_seconds,
                ending=ending,
            )
            self.fix_up_seconds = 0.0
            if ending is not None:
                break
        self.port.send(event="done", token=token)
        while True:
            self.port.receive()

    def keep_report(self, config: pytest.Config, report: pytest.TestReport) -> None:
        self.reports.append(config.hook.pytest_report_to_serializable(config=config, report=report))

    def keep_warning(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        category = warning_message.category
        self.warnings.append(
            {
                "text": str(warning_message.message),
                "module": category.__module__,
                "category": category.__name__,
                "filename": warning_message.filename,
                "lineno": warning_message.lineno,
                "when": when,
                "nodeid": nodeid,
                "location": location,
            }
        )


def following_item(session: pytest.Session, indices: list[int], position: int) -> pytest.Item | None:
    """Returns the test that would come next, so that pytest keeps the fixtures both use; None after the last.

    A fork that ends before its test's module does tears nothing of that down, and so reports no failure of it: the
    fork of the module's last test does.
    """
    following = indices[position + 1] if position + 1 < len(indices) else indices[position] + 1
    return session.items[following] if following < len(session.items) else None

"""The fork that prints what all others report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .internals import count_failed_subtest, tear_down_all
from .replaying import MalformedError, crash_reports, end_as, results_from
from .terminal import captured

if TYPE_CHECKING:
    from typing import Any

    import pytest

    from .channel import Message, Port
    from .modules import Modules


class Coordinator:
    """Passes the reports of all runners, in order, through pytest's own hooks."""

    def __init__(self, port: Port, modules: Modules) -> None:
        self.port = port
        self.modules = modules

    def coordinate(self, session: pytest.Session) -> None:
        while True:
            request = self.port.receive()
            if request["do"] == "finish":
                # Every runner has torn down its own copy of what was set up before the freeze.
                with captured(session.config):
                    self.modules.tear_down()
                    tear_down_all(session)
                return
            if request["do"] == "replay":
                self.replay(session, request)

    def replay(self, session: pytest.Session, request: Message) -> None:
        item = session.items[request["item"]]
        hook = session.config.hook
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        crash = request.get("crash")
        reports: list[Any] = []
        try:
            reports, warnings = results_from(request.get("payload"), item, session.config)
        except MalformedError as error:
            crash = "what pytest reported of the test cannot be read: %s" % error
        else:
            for warning in warnings:
                hook.pytest_warning_recorded.call_historic(kwargs=warning)
        for report in reports:
            # Controllers of distributed runs do the same, and junitxml looks for it.
            report.item = item
            count_failed_subtest(session.config, report)
            item.ihook.pytest_runtest_logreport(report=report)
        if crash is not None:
            for report in crash_reports(item, crash, request.get("output", ""), request.get("seconds", 0)):
                item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        ending = request.get("ending")
        # The answer goes first: an ending leaves through an exception, as it would have in the run itself.
        stops = bool(ending or session.shouldfail or session.shouldstop)
        self.port.send(event="replayed", item=request["item"], stops=stops)
        if ending:
            end_as(session, ending)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

"""The plugin itself: waits for the freeze when pytest has collected, and resumes as a runner or the coordinator."""

from __future__ import annotations

import gc
import os
import sys
import time
from typing import TYPE_CHECKING

import pytest
from quiver_shared.random_pool import RandomPool

from .channel import ENCODER, VERSION, Port
from .coordinator import Coordinator
from .fix_up import feed, fix_up
from .internals import TestReport, move_start_times
from .modules import Modules
from .payload import pack, unpack
from .runner import Runner
from .seeds import Seeds
from .session_fixtures import set_up_session_fixtures
from .terminal import Nowhere, captured

if TYPE_CHECKING:
    import warnings

    from .channel import Message


class Quiver:
    """The plugin object that is registered with pytest."""

    config: pytest.Config

    def __init__(self, path: str, checkpoint: str) -> None:
        self.port = Port(path)
        self.checkpoint = checkpoint
        self.seeds = Seeds()
        self.modules = Modules()
        self.runner = Runner(self.port, self.modules)
        self.coordinator = Coordinator(self.port, self.modules)
        self.role = "collector"
        self.session: pytest.Session | None = None
        # What the host has asked of this fork, when a conftest chose the instant of the freeze.
        self.order: Message | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.config.pluginmanager.hasplugin("dsession"):
            raise pytest.UsageError(
                "tests cannot be distributed by pytest-xdist and isolated in machines of their own: leave its options "
                "out; `quiver test -n` says how many machines run at once"
            )
        if session.config.option.collectonly or not session.items:
            return None
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            return None
        if self.order is None:
            if self.checkpoint in ("session-fixtures", "module-fixtures"):
                with captured(session.config):
                    set_up_session_fixtures(session)
            if self.checkpoint == "module-fixtures":
                with captured(session.config):
                    self.modules.set_up(session)
                self.modules.tell(session.config.pluginmanager.getplugin("terminalreporter"))
            self.order = self.wait_for_freeze(session)
        self.obey(session, self.order)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.session = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.role == "runner":
            self.runner.keep_report(self.config, report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        if self.role == "runner":
            self.runner.keep_warning(warning_message, when, nodeid, location)

    def freeze_here(self) -> None:
        """Freezes the machine when a conftest asks for it: what follows the call in its hook runs in every fork."""
        if self.session is None:
            raise pytest.UsageError(
                "quiver.checkpoint() was called before the tests were collected; call it in pytest_collection_finish"
            )
        options = self.session.config.option
        has_failed = self.session.testsfailed and not options.continue_on_collection_errors
        if self.order is None and self.session.items and not options.collectonly and not has_failed:
            self.order = self.wait_for_freeze(self.session)

    def wait_for_freeze(self, session: pytest.Session) -> Message:
        """Reports the collected tests, and resumes in a fork; returns the host's order to that fork."""
        terminal = session.config.pluginmanager.getplugin("terminalreporter")
        screen = getattr(terminal, "_tw", None)
        screen_file = getattr(screen, "_file", None)
        for stream in (screen_file, sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        if screen is not None and screen_file is not None:
            screen._file = Nowhere()
        items = [{"id": item.nodeid, "file": item.nodeid.split("::")[0]} for item in session.items]
        self.seeds.look_for_openssl()
        # What exists now is never garbage: without this a collection in a fork touches, and so copies, it all.
        gc.collect()
        gc.freeze()
        # Otherwise every fork would begin with writing back what was written before the freeze.
        os.sync()
        is_root = os.geteuid() == 0
        pool = RandomPool()
        for _ in range(3):
            if is_root:
                feed(pool, os.urandom(32))
            self.rehearse()
        self.port.send(event="collected", version=VERSION, pytest=pytest.__version__, root=is_root, items=items)
        frozen_at = time.time()
        request = self.port.receive()
        while request["do"] == "rehearse":
            if request.get("fix_up"):
                fix_up(request["fix_up"], pool)
            self.rehearse()
            self.port.send(event="rehearsed")
            request = self.port.receive()
        woken = time.perf_counter()
        if request.get("fix_up"):
            fix_up(request["fix_up"], pool)
        self.seeds.renew()
        self.runner.fix_up_seconds = time.perf_counter() - woken
        if request["do"] == "run":
            self.role = "runner"
        elif request["do"] == "coordinate":
            self.role = "coordinator"
            if screen is not None and screen_file is not None:
                screen._file = screen_file
            move_start_times(self.config, terminal, time.time() - frozen_at)
        return request

    def rehearse(self) -> None:
        """Rehearses what every fork does apart from its test and other plugins: reseeding, and a report.

        Before the freeze it loads what every fork will touch; in a fork made ahead it has the processor's emulator
        translate what the fork will execute.
        """
        self.seeds.renew()
        report = TestReport("quiver", ("quiver", None, "quiver"), {}, "passed", None, "call")
        unpack(pack([[report._to_json()], []]))
        ENCODER.encode({"event": "ran", "item": 0, "seconds": 0.5, "fix_up": 0.5, "ending": None})

    def obey(self, session: pytest.Session, request: Message) -> None:
        if request["do"] == "run":
            self.runner.run(session, request["items"], request["token"])
        elif request["do"] == "coordinate":
            self.coordinator.coordinate(session)

"""What pytest's public interface does not offer, with the versions in which it differs.

Typed loosely: no version of pytest has all of it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

try:
    from pytest import TestReport as TestReport
except ImportError:
    # Exported since pytest 7.0.
    from _pytest.reports import TestReport as TestReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


def setup_state(session: pytest.Session) -> Any:
    """Returns the nodes that pytest has set up at the moment."""
    return session._setupstate


def set_up_session(session: pytest.Session) -> None:
    state = setup_state(session)
    # Since pytest 7.0 it is called setup.
    (state.setup if hasattr(state, "setup") else state.prepare)(session)


def tear_down_all(session: pytest.Session) -> None:
    state = setup_state(session)
    try:
        # Before pytest 7.0 it took the item as well, and another method did without.
        state.teardown_all() if hasattr(state, "teardown_all") else state.teardown_exact(None)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # Outcomes such as a failure do not derive from Exception; every runner has reported its own.
        pass


def fixture_definitions(item: pytest.Item, name: str) -> Any:
    """Returns the fixtures of that name that a test could use, with the one it uses last; None or empty if none."""
    return item.session._fixturemanager.getfixturedefs(name, item if takes_node() else item.nodeid)  # type: ignore[arg-type]


def takes_node() -> bool:
    """Looks fixtures up by node since pytest 8.1, before that by its id."""
    return tuple(int(part) for part in pytest.__version__.split(".")[:2]) >= (8, 1)


def active_fixtures(session: pytest.Session, scope: str) -> Iterator[Any]:
    for definitions in session._fixturemanager._arg2fixturedefs.values():
        for definition in definitions:
            if definition.scope == scope and definition.cached_result is not None:
                yield definition


@contextlib.contextmanager
def kept_by_pytest() -> Iterator[None]:
    """Ignores a fixture's outcome: pytest caches it, and every test that uses the fixture gets it too."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # Outcomes such as a skip do not derive from Exception.
        pass


def run_finalizers(finalizers: list[Callable[[], object]]) -> None:
    while finalizers:
        try:
            finalizers.pop()()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            # Whoever runs a test of the module reports its own.
            pass


def is_skipped(item: pytest.Item) -> bool:
    """Whether a mark skips the test, so that pytest sets nothing up for it."""
    try:
        from _pytest.skipping import evaluate_skip_marks

        return evaluate_skip_marks(item) is not None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # A condition that cannot be evaluated is an error of the test, which its fork reports.
        return True


def count_failed_subtest(config: pytest.Config, report: pytest.TestReport) -> None:
    """Counts a failed subtest: the count decides since pytest 9.0 whether the test fails."""
    try:
        from _pytest.subtests import SubtestReport, failed_subtests_key  # type: ignore[import-not-found]
    except ImportError:
        return
    if isinstance(report, SubtestReport) and report.failed:
        config.stash[failed_subtests_key][report.nodeid] += 1


def move_start_times(config: pytest.Config, terminal: Any, elapsed: float) -> None:
    """Shifts the start times that were taken before the freeze, so that time spent frozen does not count."""
    started = getattr(terminal, "_sessionstarttime", None)
    if isinstance(started, float):
        terminal._sessionstarttime = started + elapsed
    stash: Any = getattr(config, "stash", None) or getattr(config, "_store", None)
    try:
        from _pytest.junitxml import xml_key

        xml = stash.get(xml_key, None)
        if xml is not None and isinstance(xml.suite_start_time, float):
            xml.suite_start_time += elapsed
    except (ImportError, AttributeError):
        pass

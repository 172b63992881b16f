"""Session-scoped fixtures that are set up before the freeze."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .internals import fixture_definitions, is_skipped, kept_by_pytest, set_up_session

if TYPE_CHECKING:
    import pytest


def set_up_session_fixtures(session: pytest.Session) -> None:
    """Sets up the session-scoped fixtures that tests use, once, before the freeze.

    One that fails keeps its error, and every test that uses it fails with it, as in a plain run.
    """
    set_up_session(session)
    for item in session.items:
        if is_skipped(item):
            continue
        request = getattr(item, "_request", None)
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        for name in getattr(item, "fixturenames", ()):
            definitions = fixture_definitions(item, name)
            if request is None or name in parameters or not definitions:
                continue
            if definitions[-1].scope != "session" or definitions[-1].cached_result is not None:
                continue
            with kept_by_pytest():
                request._get_active_fixturedef(name)

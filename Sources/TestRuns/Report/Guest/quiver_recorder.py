# Joined by Tools/join-guest-python from Sources/GuestPython; edit what is there.
"""Writes pytest's report of every test to a file, from which the host makes its own report.

Loaded beside the user's plugins where the host wants a report; in isolated runs the coordinator's pytest is given the
reports of all tests, so that this sees the same as in a plain run. Python 3.8 or newer, nothing but pytest.
"""

import json
import os

LIMIT = 200_000


class Recorder:
    """Collects the reports, and writes them when the session ends."""

    def __init__(self, path):
        self.path = path
        self.tests = {}
        self.errors = []
        self.warnings = []

    def pytest_runtest_logreport(self, report):
        test = self.tests.setdefault(report.nodeid, {"id": report.nodeid, "phases": [], "output": []})
        # Each phase's report repeats what was captured in the phases before.
        test["output"] = [[str(title), str(text)[:LIMIT]] for title, text in report.sections]
        test["phases"].append(
            {
                "when": report.when,
                "outcome": report.outcome,
                "seconds": report.duration,
                "text": told(report),
                "expected": getattr(report, "wasxfail", None),
            }
        )

    def pytest_collectreport(self, report):
        if report.failed:
            self.errors.append({"id": report.nodeid, "text": told(report)})

    def pytest_warning_recorded(self, warning_message, nodeid):
        text = "%s: %s" % (warning_message.category.__name__, warning_message.message)
        place = "%s:%d" % (warning_message.filename, warning_message.lineno)
        self.warnings.append({"id": nodeid, "text": text[:LIMIT], "place": place})

    def pytest_sessionfinish(self, session, exitstatus):
        record = {"tests": list(self.tests.values()), "errors": self.errors, "warnings": self.warnings}
        with open(self.path, "w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(record, file)


def told(report):
    """Returns what a report says about a failure, or why a test was skipped."""
    if report.longrepr is None:
        return ""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    return str(report.longrepr)[:LIMIT]


# Hidden from pytests that the tests start.
_path = os.environ.pop("QUIVER_PYTEST_RECORD", None)
if os.environ.get("PYTEST_PLUGINS") == "quiver_recorder":
    del os.environ["PYTEST_PLUGINS"]


def pytest_configure(config):
    if _path is not None:
        config.pluginmanager.register(Recorder(_path), "quiver-recorder")

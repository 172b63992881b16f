"""The terminal, on which only the coordinator prints."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


class Nowhere:
    """Replaces the terminal in a runner, whose output the coordinator prints."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


@contextlib.contextmanager
def captured(config: pytest.Config) -> Iterator[None]:
    """Keeps fixtures' output and warnings off the terminal while no test is running that would report it."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if capture is None or not capture.is_globally_capturing():
            yield
            return
        capture.resume_global_capture()
        try:
            yield
        finally:
            capture.suspend_global_capture(in_=False)
            capture.read_global_capture()

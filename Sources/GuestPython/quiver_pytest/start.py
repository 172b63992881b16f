"""Registers the plugin when pytest loads it."""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from typing import TYPE_CHECKING

from .plugin import Quiver

if TYPE_CHECKING:
    import pytest


def start() -> Quiver | None:
    """Registers the plugin if the host asked for it, and hides it from pytest processes that tests start."""
    path = os.environ.pop("QUIVER_PYTEST_PORT", None)
    checkpoint = os.environ.pop("QUIVER_PYTEST_CHECKPOINT", "collected")
    ours = ("", "quiver_pytest", "quiver_recorder")
    others = [name for name in os.environ.pop("PYTEST_PLUGINS", "").split(",") if name not in ours]
    if others:
        os.environ["PYTEST_PLUGINS"] = ",".join(others)
    # What the tests start themselves must not find this plugin either.
    own = os.path.dirname(os.path.abspath(__file__))
    left = [
        directory for directory in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if directory and directory != own
    ]
    if left:
        os.environ["PYTHONPATH"] = os.pathsep.join(left)
    if not path:
        return None
    quiver = Quiver(path, checkpoint)
    quiver.port.send(event="loaded")
    return quiver


def offer_checkpoint(quiver: Quiver) -> None:
    """Lets a conftest `import quiver`, unless the project has a module of that name."""
    if importlib.util.find_spec("quiver") is None:
        module = types.ModuleType("quiver", "What tests can ask of the machine that they run in.")
        module.checkpoint = quiver.freeze_here  # type: ignore[attr-defined]
        sys.modules["quiver"] = module


_quiver = start()
if _quiver is not None:
    offer_checkpoint(_quiver)


def pytest_configure(config: pytest.Config) -> None:
    if _quiver is not None:
        config.pluginmanager.register(_quiver, "quiver")

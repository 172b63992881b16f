"""Module- and package-scoped fixtures that are set up before the freeze."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from .internals import active_fixtures, fixture_definitions, is_skipped, kept_by_pytest, run_finalizers, setup_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, List, Tuple

    from _pytest.nodes import Node
    from _pytest.terminal import TerminalReporter

    Finalizers = List[Callable[[], object]]
    # A fixture, its value as pytest keeps it, and what tears it down.
    Kept = Tuple[Any, Any, Finalizers]


class Modules:
    """Holds what was set up for each test module before the freeze until a test of that module runs.

    pytest has one module set up at a time. So what it knows of a module is taken from it when the module is ready, and
    given back in the fork that runs a test of the module, which then tears it down as ever.
    """

    def __init__(self) -> None:
        # Finalizers by module or package, outermost first, as in pytest's own stack.
        self.nodes: dict[Node, tuple[Finalizers, object]] = {}
        # By module: fixtures with their values and finalizers. Several modules may use one fixture of a conftest.
        self.fixtures: dict[Node, list[Kept]] = {}
        # Why a module is set up in each fork after all.
        self.refusals: dict[str, str] = {}

    def set_up(self, session: pytest.Session) -> None:
        state = setup_state(session)
        if not (hasattr(state, "setup") and isinstance(getattr(state, "stack", None), dict)):
            self.refusals["every module"] = "pytest %s is too old" % pytest.__version__
            return
        modules: dict[pytest.Module, list[pytest.Item]] = {}
        for item in session.items:
            module = item.getparent(pytest.Module)
            if module is not None and not is_skipped(item):
                modules.setdefault(module, []).append(item)
        for module, items in modules.items():
            names = [(item, name) for item in items for name in early_fixtures(item)]
            if names:
                self.set_up_module(session, module, names)

    def set_up_module(self, session: pytest.Session, module: pytest.Module, names: list[tuple[Any, str]]) -> None:
        state = setup_state(session)
        before = surroundings()
        self.push(state, module)
        try:
            state.setup(module)
            for item, name in names:
                with kept_by_pytest():
                    item._request._get_active_fixturedef(name)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            # pytest keeps the error with the package or module, and raises it for each of its tests.
            pass
        for item in {item for item, _ in names}:
            # A request remembers the fixtures that it has seen, also those that are torn down again here.
            item._initrequest()
        changed = [what for what, value in surroundings().items() if value != before[what]]
        if changed:
            what = " and ".join(changed)
            self.refusals[module.nodeid] = "its fixtures change %s, which tests of other modules would see" % what
            run_finalizers(state.stack.pop(module, ([], None))[0])
        else:
            self.fixtures[module] = []
            for definition in active_fixtures(session, "module"):
                self.fixtures[module].append((definition, definition.cached_result, definition._finalizers))
                definition.cached_result = None
                definition._finalizers = []
        for node in list(state.stack):
            if node is not session:
                self.nodes[node] = state.stack.pop(node)

    def push(self, state: Any, node: Node) -> None:
        """Gives back to pytest what is kept for a node and its parents."""
        for part in node.listchain():
            if part in state.stack:
                continue
            if part not in self.nodes:
                return
            state.stack[part] = self.nodes.pop(part)
            self.give_back_fixtures(part)

    def give_back_fixtures(self, node: Node) -> None:
        for definition, result, finalizers in self.fixtures.pop(node, ()):
            definition.cached_result = result
            definition._finalizers = finalizers

    def reinstate(self, item: pytest.Item) -> None:
        if self.nodes:
            self.push(setup_state(item.session), item)

    def tell(self, terminal: TerminalReporter | None) -> None:
        for module, reason in self.refusals.items():
            if terminal is not None:
                terminal.write_line("quiver: %s is set up in each machine: %s" % (module, reason))

    def tear_down(self) -> None:
        """Tears down what is still kept: its threads could keep the interpreter from exiting."""
        for node in reversed(list(self.nodes)):
            self.give_back_fixtures(node)
            run_finalizers(self.nodes.pop(node)[0])


def surroundings() -> dict[str, object]:
    """The interpreter state that fixtures often change and that all tests share."""
    return {"os.environ": dict(os.environ), "the working directory": os.getcwd(), "sys.path": list(sys.path)}


def early_fixtures(item: Any) -> Iterator[str]:
    """Returns the names of a test's module- and package-scoped fixtures that do not depend on its parameters."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if getattr(item, "_request", None) is None or not hasattr(item, "_initrequest"):
        return
    definitions = {name: fixture_definitions(item, name) or () for name in item.fixturenames}

    def is_fixed(name: str, seen: set[str]) -> bool:
        if name in parameters:
            return False
        needed = {other for definition in definitions.get(name, ()) for other in definition.argnames}
        return all(is_fixed(other, seen | needed) for other in needed - seen)

    for name, found in definitions.items():
        if found and found[-1].scope in ("package", "module") and is_fixed(name, {name}):
            yield name

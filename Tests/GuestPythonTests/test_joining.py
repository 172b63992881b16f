"""Tools/join-guest-python, which makes one file of a program's modules."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import pathlib
from typing import Any

import pytest

TOOL = pathlib.Path(__file__).resolve().parent.parent.parent / "Tools" / "join-guest-python"


def load() -> Any:
    loader = importlib.machinery.SourceFileLoader("join_guest_python", str(TOOL))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


tool = load()


class Sources:
    """The modules of a program."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory
        self.write("program/__init__.py", '"""A program."""\n')

    def write(self, name: str, text: str) -> None:
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def join(self, program: str = "program") -> str:
        joined = tool.join(program, self.directory)
        assert isinstance(joined, str)
        return joined

    def run(self, program: str = "program") -> dict[str, Any]:
        names: dict[str, Any] = {"__name__": "program"}
        exec(compile(self.join(program), "joined", "exec"), names)
        return names


@pytest.fixture
def sources(tmp_path: pathlib.Path) -> Sources:
    return Sources(tmp_path)


def test_a_module_follows_those_that_it_imports(sources: Sources) -> None:
    sources.write("program/a.py", '"""First."""\nfrom .b import two\nfrom quiver_x.c import three\nsum = two + three\n')
    sources.write("program/b.py", "import os.path\nfrom .d import one\ntwo = one + len(os.path.sep)\n")
    sources.write("program/d.py", "one = 1\n")
    sources.write("quiver_x/__init__.py", "")
    sources.write("quiver_x/c.py", "three = 3\n")
    names = sources.run()
    assert names["sum"] == 5
    assert names["__doc__"] == "A program."
    assert "# program.a\n#\n# First.\n" in sources.join()


def test_nothing_is_left_of_annotations(sources: Sources) -> None:
    text = '''"""A module."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    Alias = Any


class Kept:
    """A class."""

    declared: Alias
    given: int = 3

    def method(
        self,
        one: Alias,
        *rest: int,
        two: str = "ü -> ü",
        **named: Alias,
    ) -> dict[str, Alias]:
        # A comment.
        local: dict[str, int] = {}
        self.x: int = os.getpid()  # type: ignore[attr-defined]
        return {"one": one, "two": two, **local}


async def function() -> Alias: ...
'''
    sources.write("single.py", text)
    joined = sources.join("single")
    for absent in ("Alias", "int", "annotations", "typing", "type:"):
        assert absent not in joined
    assert "# A comment." in joined
    names = sources.run("single")
    assert names["Kept"]().method(1) == {"one": 1, "two": "ü -> ü"}
    assert names["Kept"].given == 3
    assert names["Kept"].method.__annotations__ == {}


def test_an_import_that_several_modules_need_is_there_once(sources: Sources) -> None:
    sources.write("program/a.py", "import os\nfrom .b import x\nimport pytest\n")
    sources.write(
        "program/b.py", "from __future__ import annotations\nfrom os import sep\nimport os\nx = os.getpid()\n"
    )
    assert "import os\nfrom os import sep\n\nimport pytest\n" in sources.join()
    assert sources.join().count("import os\n") == 1


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"a": "from .b import x\ny = 1\n", "b": "x = y = 2\n"}, "program.a: y is also defined by: program.b"),
        ({"a": "from .b import x\nimport os\n", "b": "x = os = 2\n"}, "os is also defined by: program.b"),
        ({"a": "from .b import x\nfrom posix import sep\n", "b": "x = 1\nfrom os import sep\n"}, "sep is also defined"),
        (
            {"a": "from .b import x\n", "b": "from .c import z\nx = 1\n", "c": "from .b import x\n"},
            "b -> program.c -> ",
        ),
        ({"a": "from .b import x as y\n", "b": "x = 1\n"}, "line 1: a module that is joined is imported with `as`"),
        ({"a": "x = 1\n", "b": "y = 1\n"}, "one module begins and needs all others, not these: program.a program.b"),
        ({"a": "from .missing import x\n"}, "program.missing is imported, and there is no"),
        ({"a": "import dataclasses\n"}, "line 1: only `if TYPE_CHECKING` may import that"),
        ({"a": "from typing import NamedTuple\n"}, "line 1: only `if TYPE_CHECKING` may import that"),
        ({"a": "def f():\n    from .b import x\n", "b": "x = 1\n"}, "line 2: modules are imported at the top"),
        ({"a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    x = 1\nelse:\n    x = 2\n"}, "has an else"),
    ],
)
def test_what_one_file_cannot_say_is_refused(sources: Sources, files: dict[str, str], why: str) -> None:
    for name, text in files.items():
        sources.write(f"program/{name}.py", text)
    with pytest.raises(tool.Unjoinable) as refused:
        sources.join()
    assert why in str(refused.value)


def test_syntax_that_python_3_8_lacks_is_refused(sources: Sources) -> None:
    sources.write("program/a.py", "match 1:\n    case 1:\n        pass\n")
    with pytest.raises(SyntaxError):
        sources.join()

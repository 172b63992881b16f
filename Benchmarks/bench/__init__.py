"""What the groups share: the programs that are measured, the QEMUs they speak to, rounds, and the table."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
BUILD = HERE / ".build"
BUILD.mkdir(exist_ok=True)


def note(text: str) -> None:
    """Says what is going on, beside the table."""
    print(text, file=sys.stderr, flush=True)

"""A table in Markdown, a row at a time."""

from . import note


class Table:
    def __init__(self, *columns: str):
        """Columns are the programs; before them stands what is measured, after them the ratio and its goal."""
        self.columns = columns
        self.rows = []

    def row(self, what: str, figures: dict, ratio: float, goal: str) -> None:
        """Adds a row; a program without a figure gets a dash."""
        cells = [f"{figures[name]:,.1f}" if name in figures else "-" for name in self.columns]
        self.rows.append([what, *cells, f"{ratio:.2f}", goal])
        note(" | ".join(self.rows[-1]))

    def print(self) -> None:
        print("| " + " | ".join(["", *self.columns, "ratio", "goal"]) + " |")
        print("|---" * (len(self.columns) + 3) + "|")
        for cells in self.rows:
            print("| " + " | ".join(cells) + " |")

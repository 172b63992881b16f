"""The widths of integers, read out of a QEMU executable where its documents just say "int".

For each member of each type QEMU's generated code loads the member's name and calls the visitor of its type. Members
of known width tell which function is the visitor of which width; the function called after another member's name
then tells that member's width. Needs objdump (binutils) and an x86_64 executable.
"""

import re
import subprocess
from collections import Counter, defaultdict

_WIDTH = re.compile(r"u?int\d*|size|bool|str|number")
_LOAD = re.compile(r"lea\s+rsi,\[rip.*# ([0-9a-f]+)")
_CALL = re.compile(r"\b(?:call|jmp)\s+([0-9a-f]+)")
# How many instructions may lie between the load of a name and the call.
_REACH = 8
# How many instructions around a visit count as the same type's.
_NEIGHBOURHOOD = 250


class Widths:
    """What one executable says. known: {member name: {types}} of an older version's facts."""

    def __init__(self, executable, known):
        with open(executable, "rb") as file:
            self.data = file.read()
        listing = ["objdump", "-d", "--no-show-raw-insn", "-M", "intel", executable]
        self.lines = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.splitlines()
        self.loads = defaultdict(list)
        for index, line in enumerate(self.lines):
            match = _LOAD.search(line)
            if match:
                self.loads[int(match[1], 16)].append(index)
        votes = defaultdict(Counter)
        for name, types in known.items():
            if len(types) == 1 and _WIDTH.fullmatch(next(iter(types))):
                for function in self._functions(name):
                    votes[function].update(types)
        self.visitors = {}
        for function, count in votes.items():
            width, most = count.most_common(1)[0]
            if most >= 5 and most >= 0.95 * sum(count.values()):
                self.visitors[function] = width

    def of(self, name, siblings):
        """The widths with which the executable visits the member `name` of a type that also has `siblings`.

        A name may be a member of several types: the visits with the most siblings close by are the type's own.
        """
        nearby = defaultdict(set)
        lines = sorted((line, sibling) for sibling in siblings for line in self._lines_loading(sibling))
        for line in self._lines_loading(name):
            function = self._function_after(line)
            width = self.visitors.get(function)
            if width is None or width in ("bool", "str", "number"):
                continue
            score = len({sibling for other, sibling in lines if abs(other - line) <= _NEIGHBOURHOOD})
            nearby[score].add(width)
        return nearby[max(nearby)] if nearby else set()

    def _functions(self, name):
        for line in self._lines_loading(name):
            function = self._function_after(line)
            if function is not None:
                yield function

    def _lines_loading(self, name):
        for address in self._addresses(name):
            yield from self.loads.get(address, [])

    def _function_after(self, line):
        for text in self.lines[line + 1 : line + 1 + _REACH]:
            match = _CALL.search(text)
            if match:
                return match[1]
        return None

    def _addresses(self, name):
        """Where the name ends a string: linkers let a string share the tail of a longer one."""
        text = name.encode() + b"\0"
        start = self.data.find(text)
        while start >= 0:
            yield start
            start = self.data.find(text, start + 1)

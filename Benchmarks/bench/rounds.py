"""Interleaved rounds: one program after another, so that whatever else the machine does hits all alike."""

import json
import os
import statistics
import subprocess
import time

ROUNDS = int(os.environ.get("QUIVER_BENCH_ROUNDS", "7"))


def measure(program: list, *arguments) -> dict:
    """Runs a program that prints one line of JSON."""
    output = subprocess.check_output([*program, *map(str, arguments)], text=True, timeout=120)
    # A monitor serves one client at a time: it needs a moment to see that the last one is gone.
    time.sleep(0.05)
    return json.loads(output)


def rounds(programs: dict, key: str, *arguments) -> dict:
    """The median over the rounds of one figure of each program, by the program's name."""
    figures = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            figures[name].append(measure(program, *arguments)[key])
    return {name: statistics.median(values) for name, values in figures.items()}

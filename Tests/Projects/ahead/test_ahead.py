"""A pytest that was loaded before the machine was frozen cannot be told from one that was started just now."""

import json
import logging
import os
import subprocess

import surroundings


def test_as_anew(tmp_path):
    if "SURROUNDINGS" in os.environ:
        with open(os.environ["SURROUNDINGS"], "w") as file:
            json.dump([surroundings.tell(), surroundings.draw()], file)
        return
    file = tmp_path / "surroundings.json"
    subprocess.run(
        ["python3", "-m", "pytest", "-q", "-o", "cache_dir=%s" % tmp_path, __file__],
        env={**os.environ, "SURROUNDINGS": str(file)},
        check=True,
    )
    anew, drawn = json.loads(file.read_text())
    ours = json.loads(json.dumps(surroundings.tell()))
    for what in anew:
        assert ours[what] == anew[what], what
    assert surroundings.draw() != drawn


def test_time_of_start():
    assert abs(logging.LogRecord("", 0, "", 0, "", (), None).relativeCreated) < 60_000

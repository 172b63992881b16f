"""Asks a QEMU executable for its own schema."""

import json
import subprocess


def query_qmp_schema(command):
    """The array that query-qmp-schema returns. command: the executable, with what must come before its arguments."""
    script = '{"execute":"qmp_capabilities"}\n{"execute":"query-qmp-schema"}\n{"execute":"quit"}\n'
    arguments = ["-machine", "none", "-nodefaults", "-display", "none", "-qmp", "stdio"]
    done = subprocess.run([*command, *arguments], input=script, capture_output=True, text=True, timeout=60, check=True)
    for line in done.stdout.splitlines():
        returned = json.loads(line).get("return")
        if isinstance(returned, list):
            return returned
    raise RuntimeError(f"{command[0]} returned no schema: {done.stderr.strip() or done.stdout[:200]}")

"""What the programs speak to: real QEMUs without a guest, and a fake one in C that answers at once."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import time

from . import HERE


def qemus() -> dict:
    """The installed QEMU and, where they are, the newer ones of the tests: the command of each, by its version."""
    build = HERE.parent / ".build"
    usual = f"{build / 'qemu-backports'}:{build / 'qemu-unstable'}"
    directories = [pathlib.Path(name) for name in (os.environ.get("QUIVER_TEST_QEMU_NEXT") or usual).split(":") if name]
    found = [[shutil.which("qemu-system-x86_64") or "/usr/bin/qemu-system-x86_64"]]
    for directory in directories:
        newer = directory / "usr" / "bin" / "qemu-system-x86_64"
        if newer.exists():
            found.append([str(newer), "-L", str(directory / "usr" / "share" / "qemu"), "-L", "/usr/share/seabios"])
    return {_version(command[0]): command for command in found}


def _version(program: str) -> str:
    # QEMU emulator version 7.2.22 (Debian ...)
    return "QEMU " + subprocess.check_output([program, "--version"], text=True).split()[3]


def qemu(command: list, directory: str):
    """A QEMU without a machine: a monitor and nothing else."""
    socket = f"{directory}/qmp.sock"
    machine = ["-machine", "none", "-display", "none", "-nodefaults", "-accel", "tcg"]
    return serving([*command, *machine, "-qmp", f"unix:{socket},server=on,wait=off"], socket)


def fake(floor: list, directory: str):
    """The floor's own server."""
    socket = f"{directory}/fake.sock"
    return serving([*floor, "serve", socket], socket)


@contextlib.contextmanager
def serving(command: list, socket: str):
    """Runs a server; what is inside has its socket."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(500):
            if os.path.exists(socket):
                break
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} ended with {process.returncode}")
            time.sleep(0.01)
        time.sleep(0.2)
        yield socket
    finally:
        process.kill()
        process.wait()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(socket)

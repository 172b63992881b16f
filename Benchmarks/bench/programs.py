"""Builds what is measured. A peer that cannot be had is named and left out."""

import os
import shutil
import subprocess
import sys

from . import BUILD, HERE, note

GO_QEMU = "/usr/share/gocode/src/github.com/digitalocean/go-qemu"


def swift(product: str) -> list:
    """A product of Benchmarks/Package.swift, built for release."""
    note(f"building {product}")
    command = [os.environ.get("SWIFT", "swift"), "build", "-c", "release", "--package-path", str(HERE), "--product", product]
    subprocess.check_call(command, stdout=sys.stderr)
    directory = subprocess.check_output([*command, "--show-bin-path"], text=True).strip()
    return [f"{directory}/{product}"]


def floor() -> list:
    program = BUILD / "wire_floor"
    flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "jansson"], text=True).split()
    subprocess.check_call(["cc", "-O2", "-o", str(program), str(HERE / "floor" / "wire_floor.c"), *flags])
    return [str(program)]


def peers() -> dict:
    """The other clients that are there, by name."""
    found = {"qemu.qmp": _python(), "go-qemu": _go()}
    return {name: program for name, program in found.items() if program}


def _python():
    directory = BUILD / "venv"
    python = directory / "bin" / "python3"
    try:
        if not python.exists():
            subprocess.check_call([sys.executable, "-m", "venv", str(directory)], stdout=sys.stderr)
        if subprocess.call([str(python), "-c", "import qemu.qmp"], stderr=subprocess.DEVNULL) != 0:
            subprocess.check_call([str(python), "-m", "pip", "install", "-q", "qemu.qmp"], stdout=sys.stderr)
    except (OSError, subprocess.CalledProcessError) as error:
        note(f"qemu.qmp is missing: {error}")
        return None
    return [str(python), str(HERE / "peers" / "qemu_qmp.py")]


def _go():
    if not shutil.which("go") or not os.path.isdir(GO_QEMU):
        note("go-qemu is missing: apt-get install golang-go golang-github-digitalocean-go-qemu-dev")
        return None
    program = BUILD / "go_qemu"
    # Debian's packages are sources under GOPATH, not modules.
    settings = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(BUILD / "go-cache"), "GOFLAGS": ""}
    try:
        subprocess.check_call(
            ["go", "build", "-o", str(program), str(HERE / "peers" / "go_qemu.go")],
            env={**os.environ, **settings},
        )
    except subprocess.CalledProcessError as error:
        note(f"go-qemu is missing: {error}")
        return None
    return [str(program)]

"""What distinguishes a guest from the one it was forked from, apart from its network."""

from __future__ import annotations

import os
import signal
import socket
import subprocess

from .network import NETWORKD
from .text_files import read_text, write_whole


def set_machine_id(machine_id: str) -> None:
    write_whole("/etc/machine-id", machine_id + "\n", 0o444)
    bus = "/var/lib/dbus/machine-id"
    if os.path.isfile(bus) and not os.path.islink(bus):
        write_whole(bus, machine_id + "\n", 0o444)
    if os.path.exists(NETWORKD):
        # It has read the old id, of which its DHCP client identifier is made. Whether it comes up again is not what
        # was asked for.
        subprocess.call(["systemctl", "try-restart", "systemd-networkd.service"], stdin=subprocess.DEVNULL)


def set_hostname(name: str) -> None:
    old = socket.gethostname()
    socket.sethostname(name)
    write_whole("/etc/hostname", name + "\n")
    hosts = read_text("/etc/hosts")
    if hosts and old:
        lines = []
        for line in hosts.splitlines():
            fields = line.split()
            if fields and fields[0] == "127.0.1.1":
                line = "127.0.1.1 " + name
            lines.append(line)
        write_whole("/etc/hosts", "\n".join(lines) + "\n")


def set_host_keys(keys: dict[str, dict[str, str]]) -> None:
    """Replaces sshd's host keys: {"ed25519": {"private": TEXT, "public": TEXT}, ...}."""
    for kind, pair in keys.items():
        path = "/etc/ssh/ssh_host_%s_key" % kind
        write_whole(path, pair["private"], 0o600)
        write_whole(path + ".pub", pair["public"], 0o644)
    main = (read_text("/run/sshd.pid") or "").strip()
    if main.isdigit():
        os.kill(int(main), signal.SIGHUP)

"""Hardware addresses of network interfaces, and the DHCP leases that depend on them."""

from __future__ import annotations

import os
import re
import subprocess
import time

from .protocol import Refused
from .text_files import read_text, write_whole

NETWORK_CONFIGURATIONS = (
    "/etc/netplan",
    "/etc/systemd/network",
    "/run/systemd/network",
    "/etc/NetworkManager/system-connections",
    "/run/NetworkManager/system-connections",
    "/etc/udev/rules.d",
)
NETWORKD = "/run/systemd/netif/links"
NETWORK_MANAGER = "/run/NetworkManager"
ADDRESS_PATIENCE = 20.0


def set_mac(interface: str, address: str) -> str | None:
    """Changes an interface's hardware address; returns its new IPv4 address, or None without DHCP.

    It stays up where its driver can: a link that goes down loses its routes.
    """
    old = (read_text("/sys/class/net/%s/address" % interface) or "").strip().lower()
    had_address = ipv4_address(interface) is not None
    if old:
        rename_mac(old, address)
    try:
        tool(["ip", "link", "set", "dev", interface, "address", address])
    except Refused:
        tool(["ip", "link", "set", "dev", interface, "down"])
        tool(["ip", "link", "set", "dev", interface, "address", address])
        tool(["ip", "link", "set", "dev", interface, "up"])
    if os.path.exists(NETWORKD):
        tool(["networkctl", "reload"])
    elif os.path.exists(NETWORK_MANAGER):
        tool(["nmcli", "connection", "reload"])
        tool(["nmcli", "device", "reapply", interface])
    return wait_for_address(interface) if had_address else None


def rename_mac(old: str, new: str) -> None:
    """Has the network's configurations that match an interface by its old address, as cloud-init writes them, match it
    by the new one.
    """
    for directory in NETWORK_CONFIGURATIONS:
        for name in os.listdir(directory) if os.path.isdir(directory) else ():
            path = os.path.join(directory, name)
            text = read_text(path)
            if not text or old not in text.lower():
                continue
            status = os.stat(path)
            write_whole(path, re.sub(re.escape(old), new, text, flags=re.IGNORECASE), status.st_mode & 0o777)
            os.chown(path, status.st_uid, status.st_gid)


def ipv4_address(interface: str) -> str | None:
    listed = subprocess.run(
        ["ip", "-4", "-o", "addr", "show", "dev", interface, "scope", "global"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ).stdout.decode()
    found = re.search(r"inet ([0-9.]+)/", listed)
    return found.group(1) if found else None


def wait_for_address(interface: str) -> str:
    """Returns the interface's address once it is stable: a restarted DHCP client drops the old one first."""
    end = time.monotonic() + ADDRESS_PATIENCE
    last, since = None, time.monotonic()
    while time.monotonic() < end:
        address = ipv4_address(interface)
        if address != last:
            last, since = address, time.monotonic()
        elif address and time.monotonic() - since >= 0.5:
            return address
        time.sleep(0.1)
    raise Refused("%s got no address within %d s of its new hardware address" % (interface, ADDRESS_PATIENCE))


def renew_lease() -> str:
    """Requests a new lease on every interface from the DHCP client that runs here; returns the client's name."""
    interfaces = [name for name in os.listdir("/sys/class/net") if os.path.exists("/sys/class/net/%s/device" % name)]
    if os.path.exists(NETWORKD):
        for interface in interfaces:
            tool(["networkctl", "renew", interface])
        return "systemd-networkd"
    if os.path.exists(NETWORK_MANAGER):
        for interface in interfaces:
            tool(["nmcli", "device", "reapply", interface])
        return "NetworkManager"
    for interface in interfaces:
        tool(["dhclient", "-1", interface])
    return "dhclient"


def tool(argv: list[str]) -> None:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        words = done.stdout.decode("utf-8", "replace").strip().splitlines()
        raise Refused("%s: %s" % (" ".join(argv), words[-1] if words else "exit status %d" % done.returncode))

"""A small network laboratory: bridges, routes, kernel settings and services, by the system's own tools."""

import pathlib
import subprocess


def run(*command):
    """Run a command, which must succeed, and return what it printed."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip() or result.returncode}")
    return result.stdout


def add_bridge(name, address):
    """Create a bridge with an address and switch it on."""
    run("ip", "link", "add", name, "type", "bridge")
    run("ip", "address", "add", address, "dev", name)
    run("ip", "link", "set", name, "up")


def add_cable(left, right):
    """Create a pair of interfaces that are the two ends of one cable."""
    run("ip", "link", "add", left, "type", "veth", "peer", "name", right)


def add_route(network, gateway):
    run("ip", "route", "add", network, "via", gateway)


def set_kernel(name, value):
    run("sysctl", "-q", "-w", f"{name}={value}")


def kernel(name):
    return run("sysctl", "-n", name).strip()


def add_host(name, address):
    """Append a name to /etc/hosts."""
    with open("/etc/hosts", "a") as hosts:
        hosts.write(f"{address} {name}\n")


def install_service(name, command):
    """Write a systemd unit that runs the command, and start it; a unit that exists is never overwritten."""
    unit = pathlib.Path("/etc/systemd/system") / f"{name}.service"
    with unit.open("x") as file:
        file.write(f"[Unit]\nDescription=netlab {name}\n\n[Service]\nExecStart={command}\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", name)

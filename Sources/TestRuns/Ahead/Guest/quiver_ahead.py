# Joined by Tools/join-guest-python from Sources/GuestPython; edit what is there.
"""Loads Python and pytest before a run asks for them.

Started while the machine is made ready that all runs go on from, this program loads what `python3 -m pytest` loads
before it looks at a project, and waits at a virtio-serial port. The machine is frozen there. In each fork the host says
where and with which arguments pytest is to run, and this process goes on as that pytest. Where the project has modules
by the names of some that are loaded, pytest is started again instead, and finds those.

Messages are JSON objects, one a line. Python 3.8 or newer; nothing but pytest.
"""

import importlib
import importlib.machinery
import json
import logging
import os
import random
import runpy
import sys
import time
import types

# What pytest loads beside its own plugins before it looks at the project, where the version has it.
OTHER_MODULES = ("_pytest._argcomplete", "_pytest.config.compat", "faulthandler", "pdb", "tomllib", "tomli")


def load():
    from _pytest import config

    importlib.import_module("pytest")
    for name in config.default_plugins:
        importlib.import_module("_pytest." + name)
    for name in OTHER_MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            pass


def is_loaded_from(directory):
    """Whether a module was loaded from there, as with a project that is installed in development mode."""
    # Modules of other types may load more when they are looked at.
    modules = [module for module in sys.modules.values() if type(module) is types.ModuleType]
    files = [getattr(module, "__file__", None) for module in modules]
    return any(file.startswith(directory + "/") for file in files if file)


def hides_modules(directory):
    """Whether the directory has modules that pytest would import in place of loaded ones of the same names."""
    names = {name.partition(".")[0] for name in sys.modules} - set(sys.builtin_module_names)
    suffixes = importlib.machinery.all_suffixes()
    for name in names:
        path = os.path.join(directory, name)
        if os.path.exists(os.path.join(path, "__init__.py")) or any(os.path.exists(path + end) for end in suffixes):
            return True
    return False


def receive(port):
    received = b""
    while not received.endswith(b"\n"):
        data = os.read(port, 65536)
        if not data:
            # Nobody is connected on the host; the driver answers at once instead of waiting.
            time.sleep(0.05)
        received += data
    return json.loads(received)


def renew_seed_and_start_time():
    """Renews values that were computed when the modules were loaded and would be the same in every fork, or stale."""
    random.seed()
    # Nanoseconds since Python 3.13.
    now = time.time if isinstance(logging._startTime, float) else time.time_ns
    logging._startTime = now()


def go_on(command):
    renew_seed_and_start_time()
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:1] = [os.getcwd(), *paths]
    sys.argv = ["pytest", *command[3:]]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv = command
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)


def main():
    path, projects = sys.argv[1:]
    load()
    if is_loaded_from(projects):
        sys.exit("pytest belongs to a project below %s" % projects)
    port = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    os.write(port, b'{"event":"waiting"}\n')
    request = receive(port)
    if request["do"] != "start":
        return
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    command = ["python3", "-m", "pytest"] + request["arguments"]
    if hides_modules(request["folder"]):
        # The port is closed with that, for the plugin to open.
        os.execvp(command[0], command)
    if "QUIVER_PYTEST_PORT" in os.environ:
        os.environ["QUIVER_PYTEST_PORT"] = "fd:%d" % port
    else:
        os.close(port)
    go_on(command)


if __name__ == "__main__":
    main()

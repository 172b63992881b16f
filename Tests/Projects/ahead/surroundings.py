"""What a program can see of how its Python was started."""

import os
import random
import signal
import stat
import sys


def tell():
    main = sys.modules["__main__"]
    return {
        "main": [main.__name__, main.__spec__.name, main.__file__],
        "program": [sys.argv[0], sys.orig_argv[:3]],
        "path": sys.path,
        "modules": sorted(sys.modules),
        "flags": list(sys.flags),
        "encodings": [sys.getfilesystemencoding(), sys.__stdout__.encoding, sys.__stderr__.errors],
        "streams": [stream.write_through for stream in (sys.__stdout__, sys.__stderr__)],
        "folder": os.getcwd(),
        "user": [os.getuid(), os.getgid(), os.getgroups(), os.environ["HOME"], os.environ["USER"]],
        "python": {name: value for name, value in os.environ.items() if name.startswith("PYTHON")},
        "mask": os.umask(0o022),
        "signals": {str(number): str(signal.getsignal(number)) for number in signal.valid_signals()},
        "devices": sorted(filter(stat.S_ISCHR, map(mode, os.listdir("/proc/self/fd")))),
    }


def mode(descriptor):
    try:
        return os.fstat(int(descriptor)).st_mode
    except OSError:
        # The directory's own.
        return 0


def draw():
    return random.random()

"""The kernel's random pool."""

from __future__ import annotations

import errno
import fcntl
import os
import struct

# From linux/random.h; the numbers are the same on every architecture with a generic ioctl layout (x86, arm, riscv).
RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207


class RandomPool:
    """The kernel's random pool, opened before a machine is frozen so that no fork has to open it."""

    def __init__(self) -> None:
        self.descriptor = os.open("/dev/urandom", os.O_WRONLY | os.O_CLOEXEC)

    def feed(self, entropy: bytes) -> None:
        """Mixes fresh bytes into the pool and makes the kernel's generators take a new key from it at once.

        Only root may.
        """
        fcntl.ioctl(self.descriptor, RNDADDENTROPY, struct.pack("ii", len(entropy) * 8, len(entropy)) + entropy)
        try:
            fcntl.ioctl(self.descriptor, RNDRESEEDCRNG)
        except OSError as error:
            # Kernels before 4.14 lack it and take the new key by themselves within five minutes.
            if error.errno not in (errno.EINVAL, errno.ENOTTY):
                raise

#pragma once
#include <poll.h>
#include <sys/types.h>

/// Waits until what was written to a file is on the disk itself: macOS's fsync leaves it in the drive's cache.
/// Returns 0, or -1 with errno.
int cplatform_synchronize(int descriptor);

/// Makes sure that what was written to a file reaches the disk before anything that is written later, and on Linux that
/// it is there. Cheaper on macOS than cplatform_synchronize. Returns 0, or -1 with errno.
int cplatform_order_writes(int descriptor);

/// Goes to the first byte of a file that has space on the disk. Returns its position: 0 where the file system does not
/// tell; or -1 with errno, for a file without such a byte.
off_t cplatform_seek_data(int descriptor);

/// poll() for descriptors that may be terminals: if poll() refuses one, as on macOS for /dev/tty, select() is used.
/// Waits `timeout` milliseconds, or without a limit for -1. Returns how many are ready, or -1 with errno (EBADF for a
/// descriptor that is not open).
int cplatform_poll(struct pollfd *sources, nfds_t count, int timeout);

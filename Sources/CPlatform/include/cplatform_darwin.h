#pragma once

#if defined(__APPLE__)
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What Linux tells in files below /proc, and macOS by calls of its own. Compiled for macOS, but not yet tried there.

/// What a process is at.
enum {
    CPLATFORM_PROCESS_GONE = 0,
    CPLATFORM_PROCESS_RUNNING = 1,
    CPLATFORM_PROCESS_STOPPED = 2,
};

/// Whether a process runs, was stopped by a signal, or has ended, be it collected by its parent or not.
int cplatform_process_state(pid_t process);

/// The memory that a process has in use, in bytes, or 0 when it is another user's or gone.
uint64_t cplatform_process_memory(pid_t process);

/// Puts the name of a process's program into `name`, which it ends with a zero. Returns its length, or 0.
int cplatform_process_name(pid_t process, char *name, size_t size);

/// Puts the ids of this user's processes that have a file open into `processes`. Returns how many there are, at most
/// `capacity`, or -1 with errno.
int cplatform_file_holders(const char *path, pid_t *processes, int capacity);

/// The memory that can be used without anything being swapped out, in bytes, or 0.
uint64_t cplatform_available_memory(void);

/// Makes a file at a path where there is none, readable and writable by its owner alone, which shares the blocks of an
/// open file. Returns 0, or -1 with errno: ENOTSUP and EXDEV where the file system cannot, which only APFS can.
int cplatform_clone_file(int source, const char *destination);
#endif

#pragma once

#if defined(__APPLE__)
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What Linux reports in files in /proc, and macOS through its own calls. Compiled for macOS, but not yet run there.

/// The state of a process.
enum {
    CPLATFORM_PROCESS_GONE = 0,
    CPLATFORM_PROCESS_RUNNING = 1,
    CPLATFORM_PROCESS_STOPPED = 2,
};

/// Whether a process runs, was stopped by a signal, or has ended (collected by its parent or not).
int cplatform_process_state(pid_t process);

/// The memory that a process uses, in bytes, or 0 when it is another user's or has ended.
uint64_t cplatform_process_memory(pid_t process);

/// Puts the name of a process's program into `name`, zero-terminated. Returns its length, or 0.
int cplatform_process_name(pid_t process, char *name, size_t size);

/// Puts the ids of this user's processes that have a file open into `processes`. Returns how many there are, at most
/// `capacity`, or -1 with errno.
int cplatform_file_holders(const char *path, pid_t *processes, int capacity);

/// The memory that can be used without anything being swapped out, in bytes, or 0.
uint64_t cplatform_available_memory(void);

/// Makes a new file that shares the blocks of an open file; only its owner can read and write it. The path must not
/// exist yet. Returns 0, or -1 with errno: ENOTSUP or EXDEV on file systems without clones, that is all but APFS.
int cplatform_clone_file(int source, const char *destination);
#endif

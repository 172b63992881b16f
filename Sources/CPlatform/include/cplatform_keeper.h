#pragma once

#include <sys/types.h>

// A keeper is a small process between a machine's owner and its QEMU. It exists because nothing else holds on every
// system and at every death: a parent-death signal follows the spawning thread and is Linux only, a process that
// outlives its starter has nobody who learns its exit status, and a process id alone may belong to somebody else.
// As QEMU's parent the keeper knows all of this for certain, whatever happens to the owner.

/// What the keeper starts, and what it writes down.
struct cplatform_keeper_plan {
    /// The program's path; it is not looked up in PATH.
    const char *path;
    /// The program's arguments, ending with NULL.
    char *const *arguments;
    /// The descriptors that the program inherits, as 3, 4, 5 and so on. The first is also held by the keeper until it
    /// has written how the program ended: the machine's lock.
    const int *descriptors;
    int descriptor_count;
    /// Where the program's standard output and error go; truncated first.
    const char *log_path;
    /// Where the keeper writes how the program ended, as `exited 0` or `killed 9`.
    const char *exit_path;
    /// A connected socket whose other end speaks QMP; -1 for none. The keeper records what arrives there.
    int recorder;
    /// Where what the recorder received is written.
    const char *events_path;
    /// A folder that the keeper removes when the owner dies; NULL for none.
    const char *scope_path;
    /// A second such folder, for sockets; NULL for none.
    const char *second_scope_path;
    /// Whether the program gets its memory in small pages only (Linux).
    int avoids_huge_pages;
};

/// What a message from the keeper says.
enum {
    /// The program runs; the value is its process id.
    CPLATFORM_KEEPER_STARTED = 1,
    /// The program could not be executed; the value is an errno.
    CPLATFORM_KEEPER_FAILED = 2,
    /// The program ended by itself; the value is its exit status.
    CPLATFORM_KEEPER_EXITED = 3,
    /// The program was ended by a signal; the value is the signal's number.
    CPLATFORM_KEEPER_KILLED = 4,
};

/// One message from the keeper, as it lies in the socket.
struct cplatform_keeper_message {
    int kind;
    int value;
};

/// What the owner may ask for, a byte each.
enum {
    /// The program may outlive its owner from now on.
    CPLATFORM_KEEPER_RELEASE = 'R',
    /// End the program by SIGTERM.
    CPLATFORM_KEEPER_TERMINATE = 'T',
    /// End the program by SIGKILL.
    CPLATFORM_KEEPER_KILL = 'K',
};

/// Starts a keeper, which starts the program. Its messages arrive at `link`, which the caller must close.
///
/// Until it is released the program is killed when the last copy of `link` closes, and the scope folders are removed.
/// Returns the keeper's process id, which the caller must reap, or -1 with errno.
pid_t cplatform_keeper_start(const struct cplatform_keeper_plan *plan, int *link);

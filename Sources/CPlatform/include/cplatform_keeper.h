#pragma once

#include <sys/types.h>

// A keeper is a small process between a machine's owner and its QEMU. Nothing else works on every system and for every
// way to die: a parent-death signal is tied to the thread that started the process and is Linux only, nobody learns the
// exit status of a process that outlives its starter, and a process id may be reused by another process.
// The keeper is QEMU's parent, so it knows all of this for certain, whatever happens to the owner.

/// What the keeper starts, and what it records.
struct cplatform_keeper_plan {
    /// The program's path; it is not looked up in PATH.
    const char *path;
    /// The program's arguments, ending with NULL.
    char *const *arguments;
    /// The descriptors that the program inherits, as 3, 4, 5 and so on. The first, the machine's lock, is
    /// also held by the keeper until it has written how the program ended.
    const int *descriptors;
    int descriptor_count;
    /// Where the program's standard output and error go; truncated first.
    const char *log_path;
    /// Another log that the program writes, at the end of the file; NULL for none.
    ///
    /// Of a log that grows larger than 64 MiB only the last 16 keep their disk space: a guest decides what is in it.
    const char *console_log_path;
    /// Where the keeper writes how the program ended, as `exited 0` or `killed 9`.
    const char *exit_path;
    /// A connected socket whose other end speaks QMP; -1 for none. The keeper records what arrives there.
    int recorder;
    /// The file for everything that the recorder receives.
    const char *events_path;
    /// A directory that the keeper removes when the owner dies; NULL for none.
    const char *scope_path;
    /// A second such directory, for sockets; NULL for none.
    const char *second_scope_path;
    /// Whether the program gets its memory in small pages only (Linux).
    int avoids_huge_pages;
};

/// The kinds of messages from the keeper.
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

/// One message from the keeper, as it is sent through the socket.
struct cplatform_keeper_message {
    int kind;
    int value;
};

/// What the owner may ask for; each is one byte.
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
/// When the last copy of `link` closes before the program is released, the program is killed and the scope directories
/// are removed.
/// Returns the keeper's process id, which the caller must reap, or -1 with errno.
pid_t cplatform_keeper_start(const struct cplatform_keeper_plan *plan, int *link);

#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "cplatform_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

extern char **environ;

// After fork() in a process with threads only async-signal-safe calls are allowed: everything below
// cplatform_keeper_start runs there, so it neither allocates nor uses stdio.

enum { FIRST_INHERITED = 3, EVENTS_LIMIT = 1 << 20, EXIT_LENGTH = 32 };
enum { LOG_LIMIT = 64 << 20, LOG_KEPT = 16 << 20, LOG_UNIT = 1 << 20, LOG_INTERVAL = 5 };

static volatile sig_atomic_t termination_wanted;

static void on_child(int number) { (void)number; }

static void on_termination(int number) {
    (void)number;
    termination_wanted = 1;
}

static void close_from(int first) {
#if defined(__linux__) && defined(SYS_close_range)
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0) return;
#endif
    long limit = sysconf(_SC_OPEN_MAX);
    if (limit < 0 || limit > 65536) limit = 65536;
    for (int descriptor = first; descriptor < limit; descriptor++) close(descriptor);
}

static void write_all(int descriptor, const void *bytes, size_t count) {
    const char *position = bytes;
    while (count > 0) {
        ssize_t written = write(descriptor, position, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        position += written;
        count -= (size_t)written;
    }
}

static void tell(int link, int kind, int value) {
    struct cplatform_keeper_message message = { kind, value };
    // The owner may be gone. That must not end the keeper, so SIGPIPE and the error are ignored.
    write_all(link, &message, sizeof message);
}

/// Puts the name of the file in which the end's record waits until it is complete into `beside`; returns whether it fits.
static int name_beside(const char *path, char *beside, size_t size) {
    size_t length = strlen(path);
    if (length + 2 > size) return 0;
    memcpy(beside, path, length);
    beside[length] = '~';
    beside[length + 1] = 0;
    return 1;
}

/// Reserves disk space for the record of the end while there is some: a full disk is what often kills machines.
/// Returns the open file, or -1.
static int reserve_exit(const char *path) {
    char beside[4096];
    if (!name_beside(path, beside, sizeof beside)) return -1;
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return -1;
    char blanks[EXIT_LENGTH];
    memset(blanks, ' ', sizeof blanks);
    if (pwrite(file, blanks, sizeof blanks, 0) == (ssize_t)sizeof blanks) return file;
    close(file);
    return -1;
}

/// Writes how the program ended over the blanks and gives the file its name, so that no reader sees half of it.
/// A record that could not be written is not named: the machine then counts as gone without a trace.
static void write_exit(int file, const char *path, int kind, int value) {
    char text[EXIT_LENGTH], digits[12], beside[4096];
    size_t length = 0, count = 0;
    const char *word = kind == CPLATFORM_KEEPER_EXITED ? "exited " : "killed ";
    memset(text, ' ', sizeof text);
    while (word[length]) { text[length] = word[length]; length++; }
    do { digits[count++] = (char)('0' + value % 10); value /= 10; } while (value > 0);
    while (count > 0) text[length++] = digits[--count];
    text[sizeof text - 1] = '\n';

    if (file < 0) file = reserve_exit(path);
    if (file < 0 || !name_beside(path, beside, sizeof beside)) return;
    ssize_t written = pwrite(file, text, sizeof text, 0);
    close(file);
    if (written == (ssize_t)sizeof text) rename(beside, path);
}

/// Frees the disk space of all but the end of a log that is larger than its limit.
///
/// Positions in the file stay what they are for those who read it and for the program that writes it; what is gone reads
/// as zeros. On a file system that cannot do this nothing happens.
static void limit_log(const char *path) {
    struct stat facts;
    if (path == NULL || lstat(path, &facts) < 0 || !S_ISREG(facts.st_mode)) return;
    if ((off_t)facts.st_blocks * 512 <= LOG_LIMIT || facts.st_size <= LOG_KEPT) return;
    int file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return;
    off_t freed = (facts.st_size - LOG_KEPT) / LOG_UNIT * LOG_UNIT;
#if defined(__linux__)
    if (fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, freed) < 0) { /* It cannot. */ }
#elif defined(F_PUNCHHOLE)
    struct fpunchhole hole = { .fp_offset = 0, .fp_length = freed };
    fcntl(file, F_PUNCHHOLE, &hole);
#endif
    close(file);
}

/// A clock that nobody sets.
static time_t seconds(void) {
    struct timespec now = { 0 };
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void remove_directory(const char *path) {
    if (path == NULL) return;
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(127);
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
}

static _Noreturn void become_program(const struct cplatform_keeper_plan *plan, int report, pid_t keeper) {
#if defined(__linux__)
    // If the keeper itself were killed, nobody would be left to watch the owner. The keeper has one thread, so
    // this signal means the end of the process here.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != keeper) _exit(127);
    if (plan->avoids_huge_pages) prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
#else
    // macOS has no such signal: a keeper that is killed there leaves its program running. `quiver doctor` finds a machine
    // that has outlived its owner so, and ends it.
    (void)keeper;
#endif
    // Files that the program makes, such as the console's log, are readable only for its user.
    umask(077);
    int log = open(plan->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    if (log >= 0) {
        dup2(log, 1);
        dup2(log, 2);
        if (log > 2) close(log);
    }
    struct sigaction standard = { .sa_handler = SIG_DFL };
    for (int number = 1; number < NSIG; number++) {
        if (number != SIGKILL && number != SIGSTOP) sigaction(number, &standard, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(plan->path, plan->arguments, environ);
    int reason = errno;
    write_all(report, &reason, sizeof reason);
    _exit(127);
}

/// Writes what the recorder has received to its file, which is started over when it reaches its size limit.
static int record(int recorder, int file, off_t *size) {
    char bytes[4096];
    for (;;) {
        ssize_t count = read(recorder, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) return 1;
        if (count <= 0) return 0;
        if (file < 0) continue;
        if (*size > EVENTS_LIMIT && ftruncate(file, 0) == 0) *size = 0;
        write_all(file, bytes, (size_t)count);
        *size += count;
    }
}

static _Noreturn void keep(
    const struct cplatform_keeper_plan *plan, int link, int recorder, int inherited_count, pid_t program,
    const sigset_t *while_waiting
) {
    int events = -1, exit_record = reserve_exit(plan->exit_path);
    off_t events_size = 0;
    if (recorder >= 0) {
        static const char greeting[] = "{\"execute\":\"qmp_capabilities\"}\n";
        write_all(recorder, greeting, sizeof greeting - 1);
        fcntl(recorder, F_SETFL, fcntl(recorder, F_GETFL) | O_NONBLOCK);
        events = open(plan->events_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    }
    // The first inherited descriptor, the lock, stays with the keeper; the listeners must close with the program.
    for (int index = 1; index < inherited_count; index++) close(FIRST_INHERITED + index);

    int owned = 1, link_open = 1, status = 0;
    time_t logs_checked = seconds();
    for (;;) {
        pid_t ended = waitpid(program, &status, WNOHANG);
        if (ended == program || (ended < 0 && errno == ECHILD)) break;
        if (termination_wanted) {
            termination_wanted = 0;
            kill(program, SIGTERM);
        }
        fd_set readable;
        FD_ZERO(&readable);
        int highest = -1;
        if (link_open) { FD_SET(link, &readable); highest = link; }
        if (recorder >= 0) { FD_SET(recorder, &readable); if (recorder > highest) highest = recorder; }
        // Signals are only unblocked while this waits, so none can arrive between the checks above and the wait.
        struct timespec interval = { .tv_sec = LOG_INTERVAL };
        int ready = pselect(highest + 1, &readable, NULL, NULL, &interval, while_waiting);
        if (seconds() - logs_checked >= LOG_INTERVAL) {
            limit_log(plan->log_path);
            limit_log(plan->console_log_path);
            logs_checked = seconds();
        }
        if (ready <= 0) continue;
        if (recorder >= 0 && FD_ISSET(recorder, &readable) && !record(recorder, events, &events_size)) {
            close(recorder);
            recorder = -1;
        }
        if (link_open && FD_ISSET(link, &readable)) {
            char request = 0;
            ssize_t count = read(link, &request, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) {
                link_open = 0;
                if (owned) kill(program, SIGKILL);
            } else if (request == CPLATFORM_KEEPER_RELEASE) {
                owned = 0;
            } else if (request == CPLATFORM_KEEPER_TERMINATE) {
                kill(program, SIGTERM);
            } else if (request == CPLATFORM_KEEPER_KILL) {
                kill(program, SIGKILL);
            }
        }
    }
    if (recorder >= 0) record(recorder, events, &events_size);
    int kind = WIFSIGNALED(status) ? CPLATFORM_KEEPER_KILLED : CPLATFORM_KEEPER_EXITED;
    int value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    write_exit(exit_record, plan->exit_path, kind, value);
    // Release the lock before telling the owner about the end: the owner may then start the machine again.
    close(FIRST_INHERITED);
    tell(link, kind, value);
    if (owned) {
        // Wait until the owner has seen the message or is gone: only then does nobody use the directory.
        char request = 0;
        for (;;) {
            ssize_t count = link_open ? read(link, &request, 1) : 0;
            if (count < 0 && errno == EINTR) continue;
            if (count > 0 && request == CPLATFORM_KEEPER_RELEASE) _exit(0);
            if (count > 0) continue;
            break;
        }
        remove_directory(plan->scope_path);
        remove_directory(plan->second_scope_path);
    }
    _exit(0);
}

static _Noreturn void run_keeper(const struct cplatform_keeper_plan *plan, int link) {
    setsid();
#if defined(__linux__)
    prctl(PR_SET_NAME, "quiver-keeper");
#endif
    int count = plan->descriptor_count, after = FIRST_INHERITED + count;
    int has_recorder = plan->recorder >= 0;

    // First above everything, then down into place: a descriptor could otherwise be overwritten before its turn.
    int lifted[64];
    for (int index = 0; index < count; index++) {
        lifted[index] = fcntl(plan->descriptors[index], F_DUPFD, after + 2);
    }
    int lifted_link = fcntl(link, F_DUPFD, after + 2);
    int lifted_recorder = has_recorder ? fcntl(plan->recorder, F_DUPFD, after + 2) : -1;
    for (int index = 0; index < count; index++) dup2(lifted[index], FIRST_INHERITED + index);
    dup2(lifted_link, after);
    link = after;
    fcntl(link, F_SETFD, FD_CLOEXEC);
    int recorder = -1;
    if (has_recorder) {
        dup2(lifted_recorder, after + 1);
        recorder = after + 1;
        fcntl(recorder, F_SETFD, FD_CLOEXEC);
    }
    close_from(after + 1 + has_recorder);

    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        if (null > 2) close(null);
    }

    sigset_t blocked, while_waiting;
    sigemptyset(&while_waiting);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    struct sigaction child = { .sa_handler = on_child }, termination = { .sa_handler = on_termination };
    struct sigaction ignored = { .sa_handler = SIG_IGN };
    sigaction(SIGCHLD, &child, NULL);
    sigaction(SIGTERM, &termination, NULL);
    sigaction(SIGPIPE, &ignored, NULL);
    sigaction(SIGHUP, &ignored, NULL);
    sigaction(SIGINT, &ignored, NULL);

    int report[2];
    if (pipe(report) < 0) {
        tell(link, CPLATFORM_KEEPER_FAILED, errno);
        _exit(1);
    }
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    pid_t keeper = getpid(), program = fork();
    if (program == 0) become_program(plan, report[1], keeper);
    int reason = program < 0 ? errno : 0;
    close(report[1]);
    if (program > 0) {
        ssize_t got;
        do { got = read(report[0], &reason, sizeof reason); } while (got < 0 && errno == EINTR);
        if (got != (ssize_t)sizeof reason) reason = 0;
    }
    close(report[0]);
    if (reason != 0) {
        tell(link, CPLATFORM_KEEPER_FAILED, reason);
        _exit(1);
    }
    tell(link, CPLATFORM_KEEPER_STARTED, program);
    keep(plan, link, recorder, count, program, &while_waiting);
}

pid_t cplatform_keeper_start(const struct cplatform_keeper_plan *plan, int *link) {
    if (plan->descriptor_count < 1 || plan->descriptor_count > 60) {
        errno = EINVAL;
        return -1;
    }
    int ends[2];
#if defined(__linux__)
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return -1;
#else
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#endif
    // All signals wait until the keeper has its own handlers: the owner's must not run in its copy.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t keeper = fork();
    if (keeper == 0) {
        run_keeper(plan, ends[1]);
    }
    int reason = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (keeper < 0) {
        close(ends[0]);
        errno = reason;
        return -1;
    }
    *link = ends[0];
    return keeper;
}

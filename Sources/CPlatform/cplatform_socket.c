#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cplatform_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif
#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0
#endif
// Where a socket cannot be created close-on-exec, set_flags makes it so a moment later.
#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC 0
#endif

static int set_flags(int descriptor, int nonblocking) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    flags = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    if (fcntl(descriptor, F_SETFL, flags) < 0) return -1;
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

static int silence_sigpipe(int descriptor) {
#ifdef SO_NOSIGPIPE
    int one = 1;
    return setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &one, sizeof one);
#else
    (void)descriptor;
    return 0;
#endif
}

ssize_t cplatform_send(int socket, const void *bytes, size_t count, int descriptor) {
    ssize_t sent;
    if (descriptor < 0) {
        do sent = send(socket, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL);
        while (sent < 0 && errno == EINTR);
        return sent;
    }
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    do sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

int cplatform_send_all(int socket, const void *bytes, size_t count) {
    const char *position = bytes;
    if (silence_sigpipe(socket) < 0) return -1;
    while (count > 0) {
        ssize_t sent = send(socket, position, count, MSG_NOSIGNAL);
        if (sent >= 0) {
            position += sent;
            count -= (size_t)sent;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd room = {.fd = socket, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

ssize_t cplatform_receive(int socket, void *bytes, size_t count, int *descriptors, int capacity, int *received) {
    struct iovec part = {.iov_base = bytes, .iov_len = count};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(16 * sizeof(int))];
    } control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t result;
    *received = 0;
    do result = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (result < 0 && errno == EINTR);
    if (result < 0) return result;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        int total = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int index = 0; index < total; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + (size_t)index * sizeof(int), sizeof descriptor);
            if (*received < capacity) {
                fcntl(descriptor, F_SETFD, FD_CLOEXEC);
                descriptors[(*received)++] = descriptor;
            } else {
                close(descriptor);
            }
        }
    }
    return result;
}

static int fill_address(struct sockaddr_un *address, const char *path) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return 0;
}

static int close_keeping_errno(int descriptor) {
    int saved = errno;
    close(descriptor);
    errno = saved;
    return -1;
}

int cplatform_connect_unix(const char *path) {
    struct sockaddr_un address;
    if (fill_address(&address, path) < 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    // Non-blocking while it connects: with a full backlog, connect() would wait forever.
    if (set_flags(descriptor, 1) < 0 || silence_sigpipe(descriptor) < 0) return close_keeping_errno(descriptor);
    int result;
    do result = connect(descriptor, (struct sockaddr *)&address, sizeof address);
    while (result < 0 && errno == EINTR);
    if (result < 0 || set_flags(descriptor, 0) < 0) return close_keeping_errno(descriptor);
    return descriptor;
}

int cplatform_listen_unix(const char *path, int backlog) {
    struct sockaddr_un address;
    if (fill_address(&address, path) < 0) return -1;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    if (set_flags(descriptor, 0) < 0 || bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(descriptor, backlog) < 0)
        return close_keeping_errno(descriptor);
    return descriptor;
}

int cplatform_adopt_socket(int descriptor) {
    return set_flags(descriptor, 0) < 0 ? -1 : silence_sigpipe(descriptor);
}

pid_t cplatform_peer_process(int socket) {
#if defined(SO_PEERCRED)
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) return -1;
    return credentials.pid;
#elif defined(LOCAL_PEERPID)
    pid_t process;
    socklen_t size = sizeof process;
    if (getsockopt(socket, SOL_LOCAL, LOCAL_PEERPID, &process, &size) < 0) return -1;
    return process;
#else
    (void)socket;
    return -1;
#endif
}

int cplatform_wake_pipe(int *reading, int *writing) {
    int ends[2];
#ifdef __linux__
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return -1;
#else
    if (pipe(ends) < 0) return -1;
    if (set_flags(ends[0], 1) < 0 || set_flags(ends[1], 1) < 0) {
        close_keeping_errno(ends[1]);
        return close_keeping_errno(ends[0]);
    }
#endif
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

struct thread_start {
    void (*body)(void *);
    void *context;
    char name[16];
};

static void *run_thread(void *argument) {
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
#ifdef __APPLE__
    pthread_setname_np(start.name);
#else
    pthread_setname_np(pthread_self(), start.name);
#endif
    start.body(start.context);
    return NULL;
}

int cplatform_start_thread(const char *name, size_t stack_size, void (*body)(void *), void *context) {
    struct thread_start *start = malloc(sizeof *start);
    if (!start) return ENOMEM;
    start->body = body;
    start->context = context;
    strncpy(start->name, name, sizeof start->name - 1);
    start->name[sizeof start->name - 1] = 0;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_size);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    int result = pthread_create(&thread, &attributes, run_thread, start);
    pthread_attr_destroy(&attributes);
    if (result) free(start);
    return result;
}

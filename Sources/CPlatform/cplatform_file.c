#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "cplatform_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>

#if defined(__APPLE__)
/// Flushes the drive's cache too. Network file systems do not support this request; for them fsync is used.
static int synchronize(int descriptor, int request) {
    int result;
    do result = fcntl(descriptor, request);
    while (result < 0 && errno == EINTR);
    return result < 0 ? fsync(descriptor) : 0;
}
#endif

int cplatform_synchronize(int descriptor) {
#if defined(__APPLE__)
    return synchronize(descriptor, F_FULLFSYNC);
#else
    return fsync(descriptor);
#endif
}

int cplatform_order_writes(int descriptor) {
#if defined(__APPLE__)
    return synchronize(descriptor, F_BARRIERFSYNC);
#else
    return fsync(descriptor);
#endif
}

off_t cplatform_seek_data(int descriptor) { return lseek(descriptor, 0, SEEK_DATA); }

static int poll_by_select(struct pollfd *sources, nfds_t count, int timeout) {
    fd_set readable, writable;
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    int highest = -1;
    for (nfds_t index = 0; index < count; index++) {
        int descriptor = sources[index].fd;
        if (descriptor < 0) continue;
        if (descriptor >= FD_SETSIZE) {
            errno = EBADF;
            return -1;
        }
        if (sources[index].events & POLLIN) FD_SET(descriptor, &readable);
        if (sources[index].events & POLLOUT) FD_SET(descriptor, &writable);
        if (descriptor > highest) highest = descriptor;
    }
    struct timeval limit = {.tv_sec = timeout / 1000, .tv_usec = timeout % 1000 * 1000};
    if (select(highest + 1, &readable, &writable, NULL, timeout < 0 ? NULL : &limit) < 0) return -1;
    int ready = 0;
    for (nfds_t index = 0; index < count; index++) {
        struct pollfd *source = &sources[index];
        source->revents = 0;
        if (source->fd < 0) continue;
        if (FD_ISSET(source->fd, &readable)) source->revents |= POLLIN;
        if (FD_ISSET(source->fd, &writable)) source->revents |= POLLOUT;
        ready += source->revents != 0;
    }
    return ready;
}

int cplatform_poll(struct pollfd *sources, nfds_t count, int timeout) {
    int ready = poll(sources, count, timeout);
    // poll() returns at once when it refuses a descriptor, so none of the time has passed.
    for (nfds_t index = 0; ready > 0 && index < count; index++) {
        if (sources[index].revents & POLLNVAL) return poll_by_select(sources, count, timeout);
    }
    return ready;
}

#pragma once
#include <stddef.h>
#include <sys/types.h>

/// Sends what the socket accepts right away; a descriptor of 0 or more goes along with the first byte (SCM_RIGHTS).
/// Never blocks and never raises SIGPIPE. Returns the bytes sent, or -1 with errno.
ssize_t cplatform_send(int socket, const void *bytes, size_t count, int descriptor);

/// Sends everything, waiting for room. Never raises SIGPIPE, whoever opened the socket. Returns 0, or -1 with errno.
int cplatform_send_all(int socket, const void *bytes, size_t count);

/// Receives bytes, waiting for the first, and up to `capacity` descriptors that came with them (close-on-exec).
/// Returns the bytes received, 0 at the end, or -1 with errno; `*received` is the number of descriptors.
ssize_t cplatform_receive(int socket, void *bytes, size_t count, int *descriptors, int capacity, int *received);

/// Begins to connect to a unix socket; Swift cannot fill sockaddr_un's array. Never blocks.
/// Returns a blocking, close-on-exec descriptor, or -1 with errno (ENAMETOOLONG for a path that does not fit).
int cplatform_connect_unix(const char *path);

/// Listens at a unix socket. Returns a close-on-exec descriptor, or -1 with errno.
int cplatform_listen_unix(const char *path, int backlog);

/// Sets up a connected socket that somebody else opened like those of cplatform_connect_unix: blocking, close-on-exec,
/// and without SIGPIPE where this is set on the socket. Returns 0, or -1 with errno.
int cplatform_adopt_socket(int descriptor);

/// The process at the other end of a unix socket, or -1 where the system cannot tell.
pid_t cplatform_peer_process(int socket);

/// Makes a pipe with which one thread wakes another that polls: neither end blocks, both are close-on-exec.
/// Returns 0, or -1 with errno.
int cplatform_wake_pipe(int *reading, int *writing);

/// Starts a detached thread: pthread_create takes another function type on each platform.
/// Returns 0 or an error number.
int cplatform_start_thread(const char *name, size_t stack_size, void (*body)(void *), void *context);

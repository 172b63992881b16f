// The least that a client can do: one thread, one socket, blocking calls, no understanding of what it reads.
//
//   wire_floor roundtrip SOCKET COUNT      p50 of query-status in microseconds, CPU microseconds a round trip
//   wire_floor pipelined SOCKET COUNT      commands a second with eight in flight
//   wire_floor schema    SOCKET COUNT      p50 of json_loadb on the reply to query-qmp-schema, in microseconds
//   wire_floor serve     SOCKET            a fake monitor that answers every line at once, and floods events when
//                                          asked by the command "flood"
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char *buffer;
static size_t capacity = 1 << 20, filled;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static double cpu_us(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    return address;
}

static void write_all(int descriptor, const char *text, size_t count) {
    while (count) {
        ssize_t written = write(descriptor, text, count);
        if (written < 0) die("write");
        text += written;
        count -= (size_t)written;
    }
}

// Reads until a line is there; returns its length, the line is at the start of the buffer.
static size_t read_line(int descriptor) {
    size_t scanned = 0;
    for (;;) {
        char *end = memchr(buffer + scanned, '\n', filled - scanned);
        if (end) return (size_t)(end - buffer) + 1;
        scanned = filled;
        if (filled == capacity && !(buffer = realloc(buffer, capacity *= 2))) die("realloc");
        ssize_t count = read(descriptor, buffer + filled, capacity - filled);
        if (count <= 0) die("read");
        filled += (size_t)count;
    }
}

static void drop_line(size_t length) {
    memmove(buffer, buffer + length, filled - length);
    filled -= length;
}

// Reads lines until a reply is there and drops the rest.
static void read_reply(int descriptor) {
    for (;;) {
        size_t length = read_line(descriptor);
        int is_reply = length > 10 && !memcmp(buffer, "{\"return\"", 9);
        drop_line(length);
        if (is_reply) return;
    }
}

static int connect_and_negotiate(const char *path) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = address_of(path);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address)) die("connect");
    drop_line(read_line(descriptor));
    const char *text = "{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":[\"oob\"]},\"id\":0}\n";
    write_all(descriptor, text, strlen(text));
    read_reply(descriptor);
    return descriptor;
}

static const char *status_command(int id) {
    static char text[64];
    snprintf(text, sizeof text, "{\"execute\":\"query-status\",\"id\":%d}\n", id);
    return text;
}

static void roundtrip(const char *path, int count) {
    int descriptor = connect_and_negotiate(path);
    double *times = malloc(sizeof *times * (size_t)count);
    double cpu = cpu_us();
    for (int index = 0; index < count; index++) {
        const char *text = status_command(index + 1);
        double start = now_us();
        write_all(descriptor, text, strlen(text));
        read_reply(descriptor);
        times[index] = now_us() - start;
    }
    cpu = cpu_us() - cpu;
    qsort(times, (size_t)count, sizeof *times, by_size);
    printf("{\"p50\": %.2f, \"cpu\": %.3f}\n", times[count / 2], cpu / count);
}

static void pipelined(const char *path, int count) {
    int descriptor = connect_and_negotiate(path), sent = 0;
    double start = now_us();
    for (; sent < 8; sent++) write_all(descriptor, status_command(sent + 1), strlen(status_command(sent + 1)));
    for (int received = 0; received < count; received++) {
        read_reply(descriptor);
        if (sent < count) {
            const char *text = status_command(++sent);
            write_all(descriptor, text, strlen(text));
        }
    }
    printf("{\"rate\": %.1f}\n", count / (now_us() - start) * 1e6);
}

static void schema(const char *path, int count) {
    int descriptor = connect_and_negotiate(path);
    const char *text = "{\"execute\":\"query-qmp-schema\",\"id\":1}\n";
    write_all(descriptor, text, strlen(text));
    size_t length = read_line(descriptor);
    double *times = malloc(sizeof *times * (size_t)count);
    for (int index = 0; index < count; index++) {
        double start = now_us();
        json_error_t error;
        json_t *root = json_loadb(buffer, length, 0, &error);
        if (!root) die(error.text);
        times[index] = now_us() - start;
        json_decref(root);
    }
    qsort(times, (size_t)count, sizeof *times, by_size);
    printf("{\"p50\": %.1f, \"bytes\": %zu}\n", times[count / 2], length);
}

static void answer(int descriptor) {
    const char *greeting =
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, \"package\": \"\"}, "
        "\"capabilities\": [\"oob\"]}}\r\n";
    write_all(descriptor, greeting, strlen(greeting));
    for (;;) {
        // A command ends where its braces balance: not every client ends its lines.
        size_t length = 0;
        int depth = 0;
        for (;;) {
            while (length < filled) {
                char byte = buffer[length++];
                depth += byte == '{' ? 1 : byte == '}' ? -1 : 0;
                if (byte == '}' && depth == 0) break;
            }
            if (length && depth == 0 && buffer[length - 1] == '}') break;
            ssize_t count = read(descriptor, buffer + filled, capacity - 1 - filled);
            if (count <= 0) return;
            filled += (size_t)count;
        }
        char after = buffer[length];
        buffer[length] = 0;
        char id[64] = "null", *found = strstr(buffer, "\"id\":");
        if (found) {
            found += 5;
            while (*found == ' ') found++;
            size_t width = found[0] == '"' ? strcspn(found + 1, "\"") + 2 : strcspn(found, ",}");
            snprintf(id, sizeof id, "%.*s", (int)width, found);
        }
        static char block[1 << 16];
        if (strstr(buffer, "\"flood\"")) {
            // 100,000 events, then the reply.
            for (int number = 0; number < 100000;) {
                size_t used = 0;
                for (; number < 100000 && used < sizeof block - 256; number++)
                    used += (size_t)snprintf(block + used, 256,
                                             "{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": %d}, "
                                             "\"event\": \"JOB_STATUS_CHANGE\", \"data\": {\"status\": \"running\", "
                                             "\"id\": \"job%d\"}}\r\n",
                                             number, number);
                write_all(descriptor, block, used);
            }
        }
        int negotiating = strstr(buffer, "qmp_capabilities") != NULL;
        int size = snprintf(block, sizeof block, "{\"return\": %s, \"id\": %s}\r\n",
                              negotiating ? "{}" : "{\"status\": \"running\", \"singlestep\": false, \"running\": true}",
                              id);
        write_all(descriptor, block, (size_t)size);
        buffer[length] = after;
        drop_line(length);
    }
}

static void serve(const char *path) {
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = address_of(path);
    unlink(path);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4)) die("listen");
    for (;;) {
        int descriptor = accept(listener, NULL, NULL);
        if (descriptor < 0) die("accept");
        filled = 0;
        pid_t child = fork();
        if (child == 0) {
            answer(descriptor);
            _exit(0);
        }
        close(descriptor);
    }
}

int main(int count, char **arguments) {
    buffer = malloc(capacity);
    if (count == 3 && !strcmp(arguments[1], "serve")) serve(arguments[2]);
    if (count != 4) {
        fprintf(stderr, "usage: wire_floor roundtrip|pipelined|schema SOCKET COUNT | serve SOCKET\n");
        return 64;
    }
    int times = atoi(arguments[3]);
    if (!strcmp(arguments[1], "roundtrip")) roundtrip(arguments[2], times);
    if (!strcmp(arguments[1], "pipelined")) pipelined(arguments[2], times);
    if (!strcmp(arguments[1], "schema")) schema(arguments[2], times);
    return 0;
}

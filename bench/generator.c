/* Many WebSocket subscribers in one process, so light that the server is what is measured.
 *
 * generator HOST PORT PATH SUBPROTOCOL SOCKETS
 *
 * Commands on stdin, a line each:
 *   hello TEXT     one more message that each socket sends after the upgrade, and that is answered once;
 *                  {who} in it is replaced by the words of `who`, in turn by socket
 *   who TEXT       a word for {who}
 *   forget         no hello
 *   open INFLIGHT  open every socket, so many at a time        -> ready SECONDS
 *   reset NEXT     forget what was counted; NEXT is the number each socket must see first (-1: any)
 *   report         -> report {...}
 *   cut            close every socket
 * Each broadcast that every socket has seen                    -> done NUMBER
 * A message is counted if it holds `"n":NUMBER,"t":NANOSECONDS` (CLOCK_MONOTONIC, the intended send time).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tally.h"

enum { NONE, CONNECTING, UPGRADING, GREETING, OPEN };
enum { MOST_HELLO = 4, MOST_WHO = 65536, BUFFER = 1 << 18, EVENTS = 1024 };

typedef struct {
    int fd, state, answers, held;
    int64_t next;
    char *part;
} Conn;

static const char *path, *subprotocol;
static char *host, *hello[MOST_HELLO], *who[MOST_WHO];
static int port, total, hellos, whos, poller, opened, started, inflight, opening;
static Conn *conns;
static uint32_t *seen;
static int64_t seen_size;
static double opening_since;
static char buffer[BUFFER];

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void say(Conn *c, int opcode, const char *text, size_t size) { /* masked with zeros: as it is */
    char out[16384];
    size_t at = 0;
    if (size > sizeof out - 8) die("hello too long");
    out[at++] = (char)(0x80 | opcode);
    if (size < 126) out[at++] = (char)(0x80 | size);
    else {
        out[at++] = (char)(0x80 | 126);
        out[at++] = (char)(size >> 8);
        out[at++] = (char)size;
    }
    memset(out + at, 0, 4);
    memcpy(out + at + 4, text, size);
    if (send(c->fd, out, at + 4 + size, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET) die("send");
}

static void greet(Conn *c) {
    char text[16000];
    for (int i = 0; i < hellos; i++) {
        char *hole = strstr(hello[i], "{who}");
        if (hole && whos)
            snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - hello[i]), hello[i], who[(c - conns) % whos], hole + 5);
        else
            snprintf(text, sizeof text, "%s", hello[i]);
        say(c, 1, text, strlen(text));
    }
}

static void start(Conn *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)}, from = {.sin_family = AF_INET};
    int i = (int)(c - conns), one = 1;
    inet_pton(AF_INET, host, &to.sin_addr);
    from.sin_addr.s_addr = htonl(0x7f000002 + i / 10000); /* 127.0.0.2 and on: ports enough for all */
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) die("socket");
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(c->fd, (void *)&from, sizeof from) < 0) die("bind");
    if (connect(c->fd, (void *)&to, sizeof to) < 0 && errno != EINPROGRESS) die("connect");
    c->state = CONNECTING;
    c->answers = c->held = 0;
    struct epoll_event want = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &want) < 0) die("epoll_ctl");
}

static void start_more(void) {
    while (opening < inflight && started < total) {
        start(&conns[started++]);
        opening++;
    }
}

static void became_open(Conn *c) {
    c->state = OPEN;
    opening--;
    if (++opened == total) {
        printf("ready %.4f\n", now_ns() / 1e9 - opening_since);
        fflush(stdout);
    }
    start_more();
}

static void drop(Conn *c) {
    close(c->fd);
    free(c->part);
    c->part = NULL;
    opened -= c->state == OPEN;
    c->state = NONE;
}

static void ended(Conn *c) {
    lost++;
    if (c->state != OPEN) {
        fprintf(stderr, "a socket was refused in state %d: %.300s\n", c->state, c->state == UPGRADING ? buffer : "");
        exit(1);
    }
    drop(c);
}

static void event(Conn *c, int64_t at, int64_t number, int64_t stamp) {
    if (c->next >= 0 && number < c->next) {
        doubled++;
        return;
    }
    if (c->next >= 0) gaps += number - c->next;
    c->next = number + 1;
    count_delay(at, stamp);
    while (number >= seen_size) {
        seen = realloc(seen, 2 * seen_size * sizeof *seen);
        memset(seen + seen_size, 0, seen_size * sizeof *seen);
        seen_size *= 2;
    }
    if (++seen[number] == (uint32_t)total) printf("done %lld\n", (long long)number);
}

static void message(Conn *c, int64_t at, char *text, size_t size) {
    char *n = memmem(text, size, "\"n\":", 4);
    if (n) {
        char *t;
        int64_t number = strtoll(n + 4, &t, 10);
        event(c, at, number, strtoll(t + 5, NULL, 10));
    } else if (memmem(text, size, "\"op\":\"error\"", 12)) {
        fprintf(stderr, "the server said %.*s\n", (int)size, text);
        exit(1);
    } else if (c->state == GREETING && ++c->answers == hellos)
        became_open(c);
}

/* Take whole frames from `data`; how much of it was used. -1: the socket is gone. */
static ssize_t take(Conn *c, int64_t at, char *data, size_t size) {
    size_t used = 0;
    while (size - used >= 2) {
        unsigned char *f = (unsigned char *)data + used;
        size_t length = f[1] & 0x7f, head = 2;
        if (length == 126) head = 4;
        if (length == 127) head = 10;
        if (size - used < head) break;
        if (head == 4) length = f[2] << 8 | f[3];
        if (head == 10) length = (size_t)f[6] << 24 | f[7] << 16 | f[8] << 8 | f[9];
        if (size - used < head + length) break;
        int opcode = f[0] & 0x0f;
        if (opcode == 1 || opcode == 2) message(c, at, (char *)f + head, length);
        if (opcode == 9) say(c, 10, (char *)f + head, length);
        if (opcode == 8) {
            int code = length >= 2 ? f[head] << 8 | f[head + 1] : 1005;
            closed[code < CODES ? code : 0]++;
            ended(c);
            return -1;
        }
        used += head + length;
    }
    return (ssize_t)used;
}

static void readable(Conn *c) {
    size_t held = c->held;
    if (held) memcpy(buffer, c->part, held);
    ssize_t got = recv(c->fd, buffer + held, BUFFER - 1 - held, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        closed[0]++;
        return ended(c);
    }
    reads++;
    bytes += got;
    size_t size = held + got, from = 0;
    buffer[size] = 0;
    if (c->state == UPGRADING) {
        char *end = memmem(buffer, size, "\r\n\r\n", 4);
        if (end) {
            if (!strstr(buffer, " 101 ")) ended(c);
            from = end + 4 - buffer;
            c->state = GREETING;
            if (hellos) greet(c);
            else became_open(c);
        }
    }
    if (c->state >= GREETING) {
        ssize_t used = take(c, now_ns(), buffer + from, size - from);
        if (used < 0) return;
        from += used;
    }
    c->held = (int)(size - from);
    if (c->held) {
        c->part = realloc(c->part, c->held);
        memcpy(c->part, buffer + from, c->held);
    } else if (held) {
        free(c->part);
        c->part = NULL;
    }
}

static void writable(Conn *c) {
    int size = snprintf(buffer, BUFFER,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
        path, host, port, *subprotocol ? "Sec-WebSocket-Protocol: " : "", subprotocol, *subprotocol ? "\r\n" : "");
    struct epoll_event want = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &want);
    c->state = UPGRADING;
    if (send(c->fd, buffer, size, MSG_NOSIGNAL) < 0) die("no connection");
}

static void reset(int64_t next) {
    forget_counts();
    memset(seen, 0, seen_size * sizeof *seen);
    for (int i = 0; i < total; i++) conns[i].next = next;
}

static void command(char *line) {
    char *rest = strchr(line, ' ');
    rest = rest ? rest + 1 : "";
    if (!strncmp(line, "hello ", 6) && hellos < MOST_HELLO) hello[hellos++] = strdup(rest);
    else if (!strncmp(line, "who ", 4) && whos < MOST_WHO) who[whos++] = strdup(rest);
    else if (!strcmp(line, "forget")) hellos = 0;
    else if (!strncmp(line, "reset", 5)) reset(atoll(rest));
    else if (!strcmp(line, "report")) report(opened);
    else if (!strcmp(line, "cut")) {
        for (int i = 0; i < total; i++)
            if (conns[i].state != NONE) drop(&conns[i]);
    } else if (!strncmp(line, "open", 4)) {
        opening_since = now_ns() / 1e9;
        started = opening = opened = 0;
        inflight = atoi(rest);
        start_more();
    }
}

static void commands(void) {
    static char text[1 << 17];
    static size_t held;
    ssize_t got = read(0, text + held, sizeof text - 1 - held);
    if (got <= 0) exit(0);
    held += got;
    text[held] = 0;
    char *line = text, *end;
    while ((end = strchr(line, '\n'))) {
        *end = 0;
        command(line);
        line = end + 1;
    }
    held -= line - text;
    memmove(text, line, held);
}

int main(int argc, char **argv) {
    if (argc != 6) return fprintf(stderr, "generator HOST PORT PATH SUBPROTOCOL SOCKETS\n"), 2;
    host = argv[1], port = atoi(argv[2]), path = argv[3], subprotocol = argv[4], total = atoi(argv[5]);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    conns = calloc(total, sizeof *conns);
    seen = calloc(seen_size = 1 << 16, sizeof *seen);
    reset(-1);
    poller = epoll_create1(0);
    struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL}, ready[EVENTS];
    epoll_ctl(poller, EPOLL_CTL_ADD, 0, &in);
    for (;;) {
        int count = epoll_wait(poller, ready, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            Conn *c = ready[i].data.ptr;
            if (!c) commands();
            else if (c->state == CONNECTING) writable(c);
            else if (c->state != NONE) readable(c);
        }
        fflush(stdout);
    }
}

/* The floor of a fan-out: epoll, and one send() a socket and message. `floor PORT`.
 *
 * A socket that asks for /publish is the publisher: each text frame it sends goes to every other socket.
 * Handshakes are answered without looking at the key, frames of subscribers are dropped: nothing but the
 * sending is here to be measured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 65536, BUFFER = 1 << 20, EVENTS = 1024 };
enum { NEW, SUBSCRIBER, PUBLISHER };

static int state[MOST], subscribers[MOST], place[MOST], count, poller;
static char buffer[BUFFER], held[BUFFER];
static size_t held_size;

static void drop(int fd) {
    if (state[fd] == SUBSCRIBER) {
        subscribers[place[fd]] = subscribers[--count];
        place[subscribers[place[fd]]] = place[fd];
    }
    close(fd);
}

static void upgrade(int fd, ssize_t got) {
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    state[fd] = got > 12 && !memcmp(buffer, "GET /publish", 12) ? PUBLISHER : SUBSCRIBER;
    if (state[fd] == SUBSCRIBER) {
        place[fd] = count;
        subscribers[count++] = fd;
    }
    send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
}

static void broadcast(const char *text, size_t size) {
    static char frame[BUFFER + 4];
    size_t head = 2;
    frame[0] = (char)0x81;
    frame[1] = (char)size;
    if (size > 125) {
        frame[1] = 126;
        frame[2] = (char)(size >> 8);
        frame[3] = (char)size;
        head = 4;
    }
    memcpy(frame + head, text, size);
    for (int i = 0; i < count; i++)
        if (send(subscribers[i], frame, head + size, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)(head + size))
            shutdown(subscribers[i], SHUT_RDWR); /* too slow, or gone: its event comes */
}

static void publish(ssize_t got) { /* masked with zeros by our own publisher */
    memcpy(held + held_size, buffer, got);
    held_size += got;
    size_t at = 0;
    while (held_size - at >= 8) {
        unsigned char *f = (unsigned char *)held + at;
        size_t size = f[1] & 0x7f, head = 6;
        if (size == 126) size = f[2] << 8 | f[3], head = 8;
        if (held_size - at < head + size) break;
        if ((f[0] & 15) == 1) broadcast((char *)f + head, size);
        at += head + size;
    }
    memmove(held, held + at, held_size -= at);
}

static void readable(int fd) {
    ssize_t got = recv(fd, buffer, state[fd] == PUBLISHER ? BUFFER - held_size : BUFFER, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) drop(fd);
    else if (state[fd] == NEW) upgrade(fd, got);
    else if (state[fd] == PUBLISHER) publish(got);
}

static void welcome(int listener) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        state[fd] = NEW;
        struct epoll_event want = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &want);
    }
}

int main(int argc, char **argv) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
    if (bind(listener, (void *)&at, sizeof at) < 0 || listen(listener, 4096) < 0) return perror("floor"), 1;
    poller = epoll_create1(0);
    struct epoll_event want = {.events = EPOLLIN, .data.fd = listener}, ready[EVENTS];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &want);
    for (;;) {
        int got = epoll_wait(poller, ready, EVENTS, -1);
        for (int i = 0; i < got; i++) {
            if (ready[i].data.fd == listener) welcome(listener);
            else readable(ready[i].data.fd);
        }
    }
}

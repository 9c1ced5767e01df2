// WebRequest over a real socket, plain http, one connection a call: what a test hub on this machine needs. With
// SHIM_ALLOWED (origins, `,` between) it asks nobody else, as the terminal asks none but those in its options.
#pragma once
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include "files.h"

// Everything the other side sent until it closed, or until the time ran out (then false).
inline bool ShimReadAll(int at, int milliseconds, std::string &answer) {
  ulong until = GetMicrosecondCount() / 1000 + static_cast<ulong>(milliseconds);
  char part[8192];
  for (;;) {
    ulong now = GetMicrosecondCount() / 1000;
    pollfd wanted{at, POLLIN, 0};
    if (now >= until) return false;
    int ready = poll(&wanted, 1, static_cast<int>(until - now));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    ssize_t got = recv(at, part, sizeof part, 0);
    if (got == 0) return true;
    if (got < 0) return false;
    answer.append(part, static_cast<size_t>(got));
  }
}

inline int ShimDial(const std::string &host, const std::string &port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  int at = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (at >= 0 && connect(at, found->ai_addr, found->ai_addrlen) != 0) {
    close(at);
    at = -1;
  }
  freeaddrinfo(found);
  return at;
}

// The value of a header, "" when it is not there. `head` is the answer's first part.
inline std::string ShimHeader(const std::string &head, const std::string &name) {
  std::istringstream lines(head);
  for (std::string line; std::getline(lines, line);) {
    size_t colon = line.find(':');
    if (colon == name.size() && strncasecmp(line.c_str(), name.c_str(), colon) == 0) {
      size_t from = line.find_first_not_of(' ', colon + 1), to = line.find_last_not_of("\r ");
      return from == std::string::npos ? "" : line.substr(from, to - from + 1);
    }
  }
  return "";
}

// False when the body is shorter than was promised.
inline bool ShimBody(const std::string &head, const std::string &raw, std::string &body) {
  std::string length = ShimHeader(head, "Content-Length");
  if (strcasecmp(ShimHeader(head, "Transfer-Encoding").c_str(), "chunked") != 0) {
    body = raw;
    return length.empty() || raw.size() >= static_cast<size_t>(std::atol(length.c_str()));
  }
  for (size_t at = 0;;) {
    size_t line = raw.find("\r\n", at);
    if (line == std::string::npos) return false;
    size_t size = std::strtoul(raw.c_str() + at, nullptr, 16);
    if (size == 0) return true;
    if (line + 2 + size > raw.size()) return false;
    body += raw.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
}

inline bool ShimAllowed(const std::string &origin) {
  const char *given = std::getenv("SHIM_ALLOWED");
  return !given || ("," + std::string(given) + ",").find("," + origin + ",") != std::string::npos;
}
inline int ShimFailed(int error) {
  ShimError() = error;
  return -1;
}

// The status, or -1 (and GetLastError) when no whole answer came in time. Redirects are not followed.
inline int WebRequest(const string &method, const string &url, const string &headers, int timeout, const Array<char> &data,
                      Array<char> &result, string &result_headers) {
  std::string text = url.utf8(), scheme = "http://";
  ArrayResize(result, 0);
  result_headers = "";
  size_t slash = text.find('/', text.find("://") + 3);
  if (!ShimAllowed(text.substr(0, slash))) return ShimFailed(ERR_FUNCTION_NOT_ALLOWED);
  if (text.rfind(scheme, 0) != 0) return ShimFailed(ERR_WEBREQUEST_INVALID_ADDRESS);
  std::string host = text.substr(scheme.size(), slash - scheme.size()), path = slash == std::string::npos ? "/" : text.substr(slash);
  size_t colon = host.find(':');
  int at = ShimDial(host.substr(0, colon), colon == std::string::npos ? "80" : host.substr(colon + 1));
  if (at < 0) return ShimFailed(ERR_WEBREQUEST_CONNECT_FAILED);
  std::string head = method.utf8() + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + headers.utf8();
  head += "Content-Length: " + std::to_string(ArraySize(data)) + "\r\n\r\n";
  head.append(data.items().data(), data.items().size());
  bool sent = send(at, head.data(), head.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(head.size());
  std::string answer, body;
  bool whole = sent && ShimReadAll(at, timeout, answer);
  close(at);
  size_t end = answer.find("\r\n\r\n");
  if (!whole || end == std::string::npos || answer.rfind("HTTP/1.", 0) != 0) return ShimFailed(ERR_WEBREQUEST_REQUEST_FAILED);
  std::string first = answer.substr(0, end + 2);
  if (!ShimBody(first, answer.substr(end + 4), body)) return ShimFailed(ERR_WEBREQUEST_REQUEST_FAILED);
  result.items().assign(body.begin(), body.end());
  result_headers = string::Of(first.substr(first.find("\r\n") + 2));
  return std::atoi(first.c_str() + 9);
}

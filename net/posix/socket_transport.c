#include "socket_transport.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int32_t fail(socket_transport *s, int32_t error)
{
  s->broken = error;
  return error;
}

static bool is_for_later(int error)
{
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}

/* True: connected. False: not yet, or broken. */
static bool is_connected(socket_transport *s)
{
  if (!s->connecting) return true;
  struct pollfd ready = {.fd = s->fd, .events = POLLOUT};
  int error = 0;
  socklen_t bytes = sizeof error;
  if (poll(&ready, 1, 0) <= 0) return false;
  if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0 || error != 0) {
    fail(s, NET_RESET);
    return false;
  }
  s->connecting = false;
  return true;
}

/* 0: go on. Otherwise what the call answers; *wait: it answers 0. */
static int32_t not_now(socket_transport *s, bool *wait)
{
  *wait = false;
  if (s->fd < 0) return NET_NOT_OPEN;
  if (s->broken != 0) return s->broken;
  *wait = !is_connected(s);
  return s->broken;
}

static int32_t send_bytes(net_transport *transport, const void *from, size_t bytes)
{
  socket_transport *s = (void *)transport; /* its first member */
  bool wait;
  int32_t error = not_now(s, &wait);
  if (error != 0 || wait) return error;
  ssize_t moved = send(s->fd, from, bytes < SOCKET_CALL_BYTES ? bytes : SOCKET_CALL_BYTES, MSG_NOSIGNAL);
  if (moved >= 0) return (int32_t)moved;
  /* Not `broken`: what the other side said before it hung up can still be received. */
  return is_for_later(errno) ? 0 : NET_RESET;
}

static int32_t receive_bytes(net_transport *transport, void *to, size_t room)
{
  socket_transport *s = (void *)transport;
  bool wait;
  int32_t error = not_now(s, &wait);
  if (error != 0 || wait) return error;
  ssize_t moved = recv(s->fd, to, room < SOCKET_CALL_BYTES ? room : SOCKET_CALL_BYTES, 0);
  if (moved > 0) return (int32_t)moved;
  if (moved == 0) return fail(s, NET_CLOSED);
  return is_for_later(errno) ? 0 : fail(s, NET_RESET);
}

static void end(net_transport *transport)
{
  socket_transport *s = (void *)transport;
  if (s->fd >= 0) (void)close(s->fd);
  s->fd = -1;
}

static void fill(socket_transport *s, int fd, bool connecting)
{
  *s = (socket_transport){.transport = {send_bytes, receive_bytes, end}, .fd = fd, .connecting = connecting};
}

static bool never_waits(int fd)
{
  int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool socket_adopt(socket_transport *socket, int fd)
{
  fill(socket, -1, false);
  if (fd < 0 || !never_waits(fd)) return false;
  socket->fd = fd;
  return true;
}

/* Small packets at once: MQTT's are, and each is answered. Without, it works too. */
static void hurry(int fd)
{
  int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static bool begin(socket_transport *s, const struct addrinfo *where)
{
  int fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  hurry(fd);
  if (never_waits(fd) && (connect(fd, where->ai_addr, where->ai_addrlen) == 0 || errno == EINPROGRESS)) {
    fill(s, fd, true);
    return true;
  }
  (void)close(fd);
  return false;
}

bool socket_open(socket_transport *socket, const char *address, uint16_t port)
{
  const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  struct addrinfo *where;
  char service[8];
  fill(socket, -1, false);
  snprintf(service, sizeof service, "%u", (unsigned)port);
  if (getaddrinfo(address, service, &numeric, &where) != 0) return false;
  bool begun = begin(socket, where);
  freeaddrinfo(where);
  return begun;
}

/* A TCP connection of the host as a transport: for tests and for simulated devices.
 *
 *   socket_transport socket;
 *   if (!socket_open(&socket, "127.0.0.1", 8883)) ...
 *   net_send(&socket.transport, ...)     0 until the connection is there
 *   net_close(&socket.transport);
 *
 * Nothing waits: how long a connection may take is for the layer above to say (TLS: handshake_ms). One task per
 * transport. A process that uses it is never ended by SIGPIPE. */
#ifndef HF_NET_SOCKET_TRANSPORT_H
#define HF_NET_SOCKET_TRANSPORT_H

#include <stdbool.h>

#include "transport.h"

/* Most bytes moved in one call. */
#define SOCKET_CALL_BYTES 65536u

typedef struct socket_transport {
  net_transport transport;
  int fd; /* for poll(); -1: not open */
  bool connecting;
  int32_t broken; /* a net_error; 0: it is not */
} socket_transport;

/* Begins to connect. address: numeric, IPv4 or IPv6 (names are resolved elsewhere: that may take long). False: no such
 * address, or no socket to be had; nothing is open then. */
bool socket_open(socket_transport *socket, const char *address, uint16_t port) __attribute__((warn_unused_result));

/* Takes over a connected stream socket. False: it cannot be used without waiting; it is still the caller's then. */
bool socket_adopt(socket_transport *socket, int fd) __attribute__((warn_unused_result));

#endif

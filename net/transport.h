/* What carries bytes to the other side and back: TLS on a device, a socket in a test.
 *
 *   int32_t moved = net_receive(transport, buffer, sizeof buffer);
 *   if (moved < 0) return lost(transport, moved);
 *   if (moved == 0) return wait_for_more();
 *   take(buffer, (size_t)moved);
 *
 * Three answers, of both directions:
 *   positive   so many bytes were moved: at least one, at most those that were asked for
 *   zero       none now, try again later; this says nothing about the other side
 *   negative   broken for good, a net_error: close it. That the other side closed in an orderly way is one of these
 *              (NET_CLOSED) and never a zero: who reads zero as "closed" hangs up on a slow peer, who reads "closed"
 *              as zero waits for ever.
 *
 * Calls do not wait. A transport belongs to one task; it is not for interrupts. What its maker allocated is the
 * maker's: close() ends the connection and may be called more than once. */
#ifndef HF_NET_TRANSPORT_H
#define HF_NET_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

/* Why a transport is broken. Append only: the numbers are reported. */
typedef enum net_error {
  NET_CLOSED = -1,      /* by the other side, in an orderly way */
  NET_RESET = -2,       /* by the other side or the network, without a word */
  NET_NOT_SECURE = -3,  /* the security layer refused what came: forged, replayed or against its protocol */
  NET_OUT_OF_ROOM = -4, /* no memory where it had to be */
  NET_NOT_OPEN = -5,    /* never opened, or closed by us */
  NET_BAD_REQUEST = -6, /* bytes is 0 or above NET_BYTES_MAX: the caller is wrong */
} net_error;

/* Of one call. */
#define NET_BYTES_MAX 0x7fffffffu

typedef struct net_transport net_transport;

/* The maker of a transport embeds this as its first member and fills it. */
struct net_transport {
  int32_t (*send)(net_transport *transport, const void *from, size_t bytes);
  int32_t (*receive)(net_transport *transport, void *to, size_t room);
  void (*close)(net_transport *transport);
};

/* bytes: 1 to NET_BYTES_MAX. What was not moved is sent again by the caller, from the same place on. */
static inline int32_t net_send(net_transport *transport, const void *from, size_t bytes)
{
  return bytes - 1 < NET_BYTES_MAX ? transport->send(transport, from, bytes) : NET_BAD_REQUEST;
}

/* room: 1 to NET_BYTES_MAX. */
static inline int32_t net_receive(net_transport *transport, void *to, size_t room)
{
  return room - 1 < NET_BYTES_MAX ? transport->receive(transport, to, room) : NET_BAD_REQUEST;
}

static inline void net_close(net_transport *transport)
{
  transport->close(transport);
}

#endif

/* A TCP connection as a net_transport (net/transport.h): what TLS runs over.
 *
 *   static tcp_transport connection;
 *   if (tcp_transport_open(&connection, address, 8883, 10000) != 0) return not_reached();
 *   while ((moved = net_receive(&connection.transport, to, room)) == 0)
 *     if (!tcp_transport_wait(&connection, TCP_TRANSPORT_READABLE, 1000)) return slow();
 *   ...
 *   net_close(&connection.transport);
 *
 * What was received and not taken yet lies in a ring of the connection's own, as large as the window that the other side was
 * offered: a slow reader keeps none of the network's buffers, and a peer that sends single bytes costs a byte for each.
 *
 * A connection belongs to one task. tcp_transport_wake() alone is for any task. */
#ifndef HF_TCP_TRANSPORT_H
#define HF_TCP_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "FreeRTOS.h"
#include "semphr.h"
#include "transport.h"

#define TCP_TRANSPORT_WINDOW 5840u /* TCP_WND of lwipopts.h */

/* For tcp_transport_wait(), one or both. That the connection broke ends every wait. */
#define TCP_TRANSPORT_READABLE 1u
#define TCP_TRANSPORT_WRITABLE 2u

/* The connection's own; all zero before the first open. */
typedef struct tcp_transport {
  net_transport transport;
  struct tcp_pcb *pcb; /* lwIP's; NULL: none */
  int32_t broken;      /* net_error, or 0 */
  bool is_connected;
  bool is_woken;
  uint32_t first; /* of the bytes in the ring */
  uint32_t used;
  StaticSemaphore_t memory;
  SemaphoreHandle_t events;
  uint8_t ring[TCP_TRANSPORT_WINDOW];
} tcp_transport;

/* Connects to `address` (network byte order, network_resolve()). The network is started; an open connection is closed first. Memory
 * must stay until net_close(). 0 | NET_RESET refused, or no answer within timeout_ms | NET_OUT_OF_ROOM too many connections */
int32_t tcp_transport_open(tcp_transport *connection, uint32_t address, uint16_t port, uint32_t timeout_ms)
  __attribute__((warn_unused_result));

/* Waits until something can be received or sent, the connection breaks, or tcp_transport_wake(). False: not within timeout_ms. */
bool tcp_transport_wait(tcp_transport *connection, uint32_t what, uint32_t timeout_ms);

/* Ends the wait of the task that owns the connection, or its next one. The connection was opened once. */
void tcp_transport_wake(tcp_transport *connection);

#endif

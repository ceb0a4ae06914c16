/* The device's network: TCP/IP (lwIP) over the board's Ethernet, with an address from DHCP.
 *
 *   static const network_config config = {.name = "lamp-7", .time_server = "pool.ntp.org"};
 *   if (network_start(&config) != NETWORK_OK) return no_network();
 *   while (!network_wait(NETWORK_UP, 1000)) feed_the_watchdog();
 *
 * Connections: tcp_transport.h. lwIP's thread does the work, and everything that comes from the wire is handled there; tasks call
 * from here, interrupts do not. A link that goes and comes again keeps its address and its connections; they end by their own
 * time-outs, or by MQTT's.
 *
 * Nothing here is secret or authentic: that is TLS's. A flood is taken in bursts with rests between them, in which the product
 * runs; what the device has no room for is lost. */
#ifndef HF_NETWORK_H
#define HF_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "ethernet.h"

/* Append only. */
typedef enum network_status {
  NETWORK_OK = 0,
  NETWORK_NO_DEVICE = 1, /* the Ethernet device does not answer */
  NETWORK_NO_RANDOM = 2, /* the secure services have no random numbers: nobody should be spoken to */
  NETWORK_NO_MEMORY =
    3, /* or, of names: too many questions that were given up still wait for their answers; ask again later */
  NETWORK_TIMEOUT = 4,
  NETWORK_NO_SUCH_NAME = 5, /* or the name servers say nothing */
  NETWORK_BAD_REQUEST = 6,
} network_status;

/* Each has what those before it have. */
typedef enum network_state {
  NETWORK_OFF = 0,     /* not started */
  NETWORK_NO_LINK = 1, /* the cable is out */
  NETWORK_LINK = 2,    /* no address yet */
  NETWORK_UP = 3,      /* an address */
} network_state;

typedef struct network_config {
  const char *name;        /* told to the DHCP server; NULL: none. Kept. */
  const char *time_server; /* asked for the time by SNTP, name or address; NULL: nobody is asked. Kept. */
  /* Called when the state changes, in lwIP's thread: must not wait, nor call the network. NULL: nobody is told. */
  void (*on_change)(network_state state);
} network_config;

/* Highest use since the start of what has a bound, and what went wrong for want of it. */
typedef struct network_statistics {
  ethernet_statistics ethernet;
  uint32_t no_buffer;       /* frames dropped because lwIP had no buffer */
  uint32_t rests;           /* times that reading frames was interrupted to let others run */
  uint32_t heap_bytes;      /* in use now */
  uint32_t heap_peak_bytes; /* of MEM_SIZE in lwipopts.h */
  uint32_t heap_failures;
  uint32_t frames;      /* in use now */
  uint32_t frames_peak; /* of PBUF_POOL_SIZE */
  uint32_t frame_failures;
  uint32_t segments_peak;    /* of MEMP_NUM_TCP_SEG */
  uint32_t stack_left_bytes; /* of lwIP's thread: never less was left */
} network_statistics;

/* Once; the scheduler runs. config: read during the call, but for the texts. Comes back as soon as the address is being asked for.
 * NETWORK_OK | NETWORK_NO_DEVICE | NETWORK_NO_RANDOM | NETWORK_NO_MEMORY | NETWORK_TIMEOUT */
network_status network_start(const network_config *config) __attribute__((warn_unused_result));

network_state network_get_state(void);

/* Waits until the state is this or a higher one. False: not within timeout_ms (at most an hour). One task at a time. */
bool network_wait(network_state state, uint32_t timeout_ms) __attribute__((warn_unused_result));

/* The device's address, network byte order; 0: none. */
uint32_t network_get_address(void);

/* The IPv4 address of a name, or of an address as text; network byte order. Waits for the name servers. One task at a time.
 * NETWORK_OK | NETWORK_TIMEOUT | NETWORK_NO_SUCH_NAME | NETWORK_NO_MEMORY | NETWORK_BAD_REQUEST no such thing can be a name */
network_status network_resolve(const char *name, uint32_t timeout_ms, uint32_t *address)
  __attribute__((warn_unused_result));

/* What the time server says, seconds since 1970: a hint, whoever is on the way can forge it. False: nothing yet. */
bool network_get_time(uint64_t *unix_seconds) __attribute__((warn_unused_result));

network_statistics network_get_statistics(void);

#endif

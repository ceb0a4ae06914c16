/* TLS over any other transport: the server is authenticated by name, chain and time, we by a key that only its holder
 * has. None of that can be switched off.
 *
 *   tls_status status = tls_open(&tls, &config, &socket.transport, now_ms());
 *   while (status == TLS_BUSY && (status = tls_step(&tls, now_ms())) == TLS_BUSY) wait_for_bytes();
 *   if (status != TLS_OK) log("TLS: %s", tls_status_sentence(status)), net_close(&tls.transport);
 *
 * From then on it is a net_transport. When a call answers negative, tls_why() has the reason.
 *
 * With TLS 1.3 the handshake ends for us before the server has judged our certificate: a refusal comes as the answer
 * of a later receive (or send). That we are connected is for the protocol above to say: MQTT, with its CONNACK.
 *
 * Bytes that net_send() has taken may still lie here when the transport below could not take them: every later call of
 * tls_step(), net_send() or net_receive() pushes them on (tls_has_unsent()). Before waiting for the transport below to
 * become readable, receive until the answer is 0: part of a record may be decrypted here already.
 *
 * No call waits. One call takes at most TLS_CALL_BYTES from below and then returns, whatever a hostile server sends; it
 * may compute for as long as two operations on P-256 take. Not for interrupts, one task for all TLS (tls_library.h). */
#ifndef HF_NET_TLS_TRANSPORT_H
#define HF_NET_TLS_TRANSPORT_H

#include <stdbool.h>

#include "tls_status.h"
#include "transport.h"

#define TLS_ANCHORS_MAX 4u
#define TLS_ALPN_MAX 3u
#define TLS_NAME_MAX 253u
#define TLS_CALL_BYTES 16384u

typedef struct tls_der {
  const uint8_t *data;
  size_t bytes;
} tls_der;

/* Copied by tls_open(). What it points to stays the caller's and must stay until the transport is closed. */
typedef struct tls_config {
  /* A DNS name, letters, digits, hyphens and dots: asked for (SNI) and required in the certificate. No address: where to
   * connect is the transport's below. */
  const char *server_name;

  tls_der anchors[TLS_ANCHORS_MAX]; /* X.509: whom to believe; every one of them must be readable */
  size_t anchor_count;              /* 1 to TLS_ANCHORS_MAX */

  tls_der certificate; /* ours, X.509 */
  /* Signs with the key of `certificate`: P-256, r then s, big-endian. 0: done; anything else: not, and the connection
   * does not come to be. */
  int (*sign)(void *context, const uint8_t hash[32], uint8_t signature[64]);
  void *sign_context;

  /* Seconds since 1970, as well as the device knows; 0 if it does not. Certificates are judged by it or by utc_floor,
   * whichever is later. */
  int64_t (*utc)(void *context);
  void *utc_context;
  int64_t utc_floor; /* it is certainly later than this: when the firmware was made, say; above 0 */

  /* Application protocols, the preferred first, null after the last; none: all null. If there are any, the server must
   * choose one. AWS IoT on port 443: "x-amzn-mqtt-ca". */
  const char *alpn[TLS_ALPN_MAX + 1];

  uint32_t handshake_ms; /* from tls_open() on, the opening of the transport below included; 1 to 2^31 - 1 */
} tls_config;

/* Of one connection, since tls_open(); byte counters wrap. */
typedef struct tls_statistics {
  uint32_t handshake_sent; /* bytes below, until the handshake was over */
  uint32_t handshake_received;
  uint32_t sent; /* bytes below, all */
  uint32_t received;
  uint32_t handshake_ms;
  uint16_t version; /* 0x0303: TLS 1.2, 0x0304: TLS 1.3; 0 before */
  uint16_t suite;   /* IANA's number; 0 before */
  uint8_t alert;    /* of the server, of TLS_ALERT and the statuses that an alert told; 0: none (or close_notify) */
  int32_t detail;   /* mbedTLS's number of the last failure, for its developers */
} tls_statistics;

typedef enum tls_state { TLS_STATE_CLOSED, TLS_STATE_SHAKING_HANDS, TLS_STATE_OPEN, TLS_STATE_BROKEN } tls_state;

/* Members but `transport` and `statistics` are tls_transport.c's. Zeroed before the first tls_open(). */
typedef struct tls_transport {
  net_transport transport;
  tls_statistics statistics;
  tls_config config;
  struct tls_inside *inside; /* in the library's pool */
  net_transport *below;
  tls_state state;
  tls_status why; /* of BROKEN */
  int32_t below_error;
  uint32_t opened_ms;
  uint32_t unsent;  /* application bytes of a record that is on its way down */
  uint32_t allowed; /* bytes from below in this call */
  bool dry;         /* nothing came from below the last time */
  bool signed_once;
  bool sign_failed;
} tls_transport;

/* Begins; nothing is sent before the first tls_step(). below: open or opening, the caller's; closed with this transport
 * (a refused configuration leaves it open).
 * TLS_BUSY | TLS_NOT_OPEN tls_library_start() was not called, or this transport is not closed | TLS_BAD_CONFIG |
 * TLS_ANCHOR_UNUSABLE | TLS_OWN_CERTIFICATE_UNUSABLE | TLS_NO_MEMORY */
tls_status tls_open(tls_transport *tls, const tls_config *config, net_transport *below, uint32_t now_ms)
  __attribute__((warn_unused_result));

/* Goes on. TLS_BUSY call again when bytes have come or could leave, and before handshake_ms is over | TLS_OK it is open |
 * anything else: it is broken, close it; the same answer again until then. */
tls_status tls_step(tls_transport *tls, uint32_t now_ms) __attribute__((warn_unused_result));

/* TLS_OK open | TLS_BUSY | TLS_NOT_OPEN | why it broke */
tls_status tls_why(const tls_transport *tls);

bool tls_has_unsent(const tls_transport *tls);

/* The protocol the server chose; null: none was asked for, or not open. */
const char *tls_alpn(const tls_transport *tls);

#endif

/* Why a TLS connection is not there: one status for each reason a person would act on differently. */
#ifndef HF_NET_TLS_STATUS_H
#define HF_NET_TLS_STATUS_H

/* Append only: the numbers are reported. */
typedef enum tls_status {
  TLS_OK = 0,
  TLS_BUSY = 1,     /* the handshake goes on */
  TLS_NOT_OPEN = 2, /* never opened, or closed by us */

  /* On our side. */
  TLS_BAD_CONFIG = 3,
  TLS_ANCHOR_UNUSABLE = 4,
  TLS_OWN_CERTIFICATE_UNUSABLE = 5,
  TLS_NO_MEMORY = 6,
  TLS_NO_RANDOM = 7,
  TLS_SIGN_FAILED = 8,

  /* The server's certificate. */
  TLS_UNKNOWN_CA = 9,
  TLS_WRONG_NAME = 10,
  TLS_EXPIRED = 11,
  TLS_NOT_YET_VALID = 12,
  TLS_WRONG_USE = 13,
  TLS_WEAK = 14,
  TLS_UNREADABLE = 15,
  TLS_FALSE_SIGNATURE = 16,

  /* What both sides can do. */
  TLS_NO_COMMON_VERSION = 17,
  TLS_NO_COMMON_SUITE = 18,
  TLS_NO_COMMON_ALPN = 19,
  TLS_ALPN_IGNORED = 20,
  TLS_NOT_MUTUAL = 21,
  TLS_PROTOCOL_ERROR = 22,

  /* What the server says of us; with TLS 1.3 only after the handshake. */
  TLS_WE_ARE_REFUSED = 23,
  TLS_WE_ARE_REVOKED = 24,
  TLS_WE_ARE_EXPIRED = 25,
  TLS_OUR_CA_UNKNOWN = 26,
  TLS_OUR_SIGNATURE_REFUSED = 27,
  TLS_SERVER_NAME_UNKNOWN = 28,
  TLS_ALERT = 29,

  /* The line. */
  TLS_PEER_CLOSED = 30,
  TLS_CUT_OFF = 31,
  TLS_TIMED_OUT = 32,
} tls_status;

/* "wrong name": for logs and tests; never null, static. */
const char *tls_status_name(tls_status status);
/* What it means and what to look at, for a person; never null, static. */
const char *tls_status_sentence(tls_status status);

#endif

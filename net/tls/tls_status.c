#include "tls_status.h"

#include <stddef.h>

typedef struct words {
  const char *name;
  const char *sentence;
} words;

static const words of_status[] = {
  [TLS_OK] = {"ok", "The connection is there."},
  [TLS_BUSY] = {"busy", "The handshake goes on."},
  [TLS_NOT_OPEN] = {"not open", "The connection was never opened, or was closed by us."},
  [TLS_BAD_CONFIG] = {"bad configuration", "The caller's configuration lacks something or contradicts itself."},
  [TLS_ANCHOR_UNUSABLE] = {"trust anchor unusable", "A trust anchor is not a P-256 CA certificate in DER."},
  [TLS_OWN_CERTIFICATE_UNUSABLE] = {"own certificate unusable", "Our certificate is not one for a P-256 key in DER."},
  [TLS_NO_MEMORY] = {"no memory", "The pool of the TLS library is too small for this connection."},
  [TLS_NO_RANDOM] = {"no random numbers", "The source of random numbers failed."},
  [TLS_SIGN_FAILED] = {"signing failed", "The holder of the device key did not sign."},
  [TLS_UNKNOWN_CA] = {"unknown CA", "The server's certificate does not lead to any of our trust anchors."},
  [TLS_WRONG_NAME] = {"wrong name", "The server's certificate is for another name than the one we asked for."},
  [TLS_EXPIRED] = {"expired", "A certificate of the server, or its trust anchor, is no longer valid."},
  [TLS_NOT_YET_VALID] = {"not yet valid", "A certificate of the server is not valid yet; our clock may be behind."},
  [TLS_WRONG_USE] = {"wrong use", "The server's certificate is not meant for servers."},
  [TLS_WEAK] = {"weak", "A certificate of the server has a key, hash or signature that we do not accept."},
  [TLS_UNREADABLE] = {"unreadable", "A certificate of the server cannot be read: malformed, or not for a P-256 key."},
  [TLS_FALSE_SIGNATURE] = {"false signature", "The server did not show that it has the key of its certificate."},
  [TLS_NO_COMMON_VERSION] = {"no common version", "The server speaks neither TLS 1.3 nor TLS 1.2."},
  [TLS_NO_COMMON_SUITE] = {"no common suite", "The server has no suite, curve or kind of key in common with us."},
  [TLS_NO_COMMON_ALPN] = {"no common ALPN", "The server speaks none of our application protocols on this port."},
  [TLS_ALPN_IGNORED] = {"ALPN ignored", "The server did not say which application protocol it speaks."},
  [TLS_NOT_MUTUAL] = {"not mutual", "The server did not ask who we are: it is not set up for device certificates."},
  [TLS_PROTOCOL_ERROR] = {"protocol error", "What came is malformed, forged, or not allowed now."},
  [TLS_WE_ARE_REFUSED] = {"we are refused", "The server refuses our certificate."},
  [TLS_WE_ARE_REVOKED] = {"we are revoked", "The server says that our certificate is revoked."},
  [TLS_WE_ARE_EXPIRED] = {"we are expired", "The server says that our certificate is expired."},
  [TLS_OUR_CA_UNKNOWN] = {"our CA is unknown", "The server does not know the CA of our certificate."},
  [TLS_OUR_SIGNATURE_REFUSED] = {"our signature is refused", "Our signature does not fit our certificate: wrong key."},
  [TLS_SERVER_NAME_UNKNOWN] = {"server name unknown", "The server says that it does not have the name we asked for."},
  [TLS_ALERT] = {"alert", "The server ended the connection with an alert; its number is in the statistics."},
  [TLS_PEER_CLOSED] = {"closed by the server", "The server closed the connection in an orderly way."},
  [TLS_CUT_OFF] = {"cut off", "The line broke, or was closed without the end that TLS requires."},
  [TLS_TIMED_OUT] = {"timed out", "The handshake was not complete in time."},
};

static const words unknown = {"unknown", "This status is not known."};

static const words *find(tls_status status)
{
  size_t at = (size_t)status;
  return at < sizeof of_status / sizeof *of_status && of_status[at].name != NULL ? &of_status[at] : &unknown;
}

const char *tls_status_name(tls_status status)
{
  return find(status)->name;
}

const char *tls_status_sentence(tls_status status)
{
  return find(status)->sentence;
}

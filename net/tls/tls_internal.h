/* What the files of tls_transport share: its part in the library's pool. */
#ifndef HF_NET_TLS_INTERNAL_H
#define HF_NET_TLS_INTERNAL_H

#include "mbedtls/pk.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"
#include "tls_transport.h"

struct tls_inside {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config conf;
  mbedtls_x509_crt anchors;
  mbedtls_x509_crt own;
  mbedtls_pk_context key;
};

/* tls_setup.c: makes and fills tls->inside from tls->config. TLS_OK, or why not, and nothing is left of it. */
tls_status tls_set_up(tls_transport *tls);
void tls_tear_down(tls_transport *tls);

/* tls_reason.c: what mbedTLS's answer means for this connection. */
tls_status tls_reason(tls_transport *tls, int result);
/* What has failed on our side since tls_library_calm(), though mbedTLS may have gone on without: for want of memory it
 * sends a signature that the server then refuses. TLS_OK: nothing. */
tls_status tls_own_failure(const tls_transport *tls);

#endif

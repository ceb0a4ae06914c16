/* From mbedTLS's many numbers to the few reasons a person would act on. */
#include "mbedtls/ecp.h"
#include "tls_internal.h"
#include "tls_library_internal.h"

/* Alerts of RFC 8446 section 6.2 that mean something more precise than "alert". */
static const struct {
  uint8_t alert;
  tls_status status;
} alerts[] = {
  {40, TLS_NO_COMMON_SUITE},       /* handshake_failure */
  {42, TLS_WE_ARE_REFUSED},        /* bad_certificate */
  {43, TLS_WE_ARE_REFUSED},        /* unsupported_certificate */
  {44, TLS_WE_ARE_REVOKED},        /* certificate_revoked */
  {45, TLS_WE_ARE_EXPIRED},        /* certificate_expired */
  {46, TLS_WE_ARE_REFUSED},        /* certificate_unknown */
  {48, TLS_OUR_CA_UNKNOWN},        /* unknown_ca */
  {49, TLS_WE_ARE_REFUSED},        /* access_denied */
  {51, TLS_OUR_SIGNATURE_REFUSED}, /* decrypt_error */
  {70, TLS_NO_COMMON_VERSION},     /* protocol_version */
  {71, TLS_NO_COMMON_SUITE},       /* insufficient_security */
  {112, TLS_SERVER_NAME_UNKNOWN},  /* unrecognized_name */
  {116, TLS_WE_ARE_REFUSED},       /* certificate_required */
  {120, TLS_NO_COMMON_ALPN},       /* no_application_protocol */
};

static tls_status reason_of_alert(tls_transport *tls)
{
  const mbedtls_ssl_context *ssl = &tls->inside->ssl;
  if (ssl->in_msgtype != MBEDTLS_SSL_MSG_ALERT) return TLS_PROTOCOL_ERROR; /* one of ours, for an empty chain */
  tls->statistics.alert = ssl->in_msg[1];
  for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
    if (alerts[i].alert == tls->statistics.alert) return alerts[i].status;
  return TLS_ALERT;
}

/* The gravest first: of a certificate that nobody vouches for, neither name nor dates mean anything. */
static tls_status reason_of_certificate(uint32_t flags)
{
  if (flags == UINT32_MAX) return TLS_UNREADABLE; /* it did not come to verifying */
  static const struct {
    uint32_t flag;
    tls_status status;
  } faults[] = {
    {MBEDTLS_X509_BADCERT_BAD_KEY | MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK, TLS_WEAK},
    {MBEDTLS_X509_BADCERT_NOT_TRUSTED, TLS_UNKNOWN_CA},
    {MBEDTLS_X509_BADCERT_CN_MISMATCH, TLS_WRONG_NAME},
    {MBEDTLS_X509_BADCERT_EXPIRED, TLS_EXPIRED},
    {MBEDTLS_X509_BADCERT_FUTURE, TLS_NOT_YET_VALID},
    {MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE | MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
     TLS_WRONG_USE},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    if ((flags & faults[i].flag) != 0) return faults[i].status;
  return TLS_UNREADABLE;
}

/* mbedTLS adds a low-level number (-0x0001 to -0x007f) to a high-level one (-0x1000 and below, in steps of 0x80). */
static int high(int result)
{
  return -(-result & ~0x7f);
}

/* X.509's and PK's numbers: a certificate that was being read. */
static bool is_of_parsing(int result)
{
  int of = high(result);
  return (of <= MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE && of >= MBEDTLS_ERR_X509_FATAL_ERROR) ||
         (of <= MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE && of >= MBEDTLS_ERR_PK_ALLOC_FAILED);
}

/* TLS 1.2 says it in its numbers, TLS 1.3 by where it stopped. */
static bool is_false_signature(const tls_transport *tls, int result)
{
  if (result == MBEDTLS_ERR_ECP_VERIFY_FAILED) return true;
  return result == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE && tls->inside->ssl.state == MBEDTLS_SSL_CERTIFICATE_VERIFY;
}

static tls_status reason_of_result(const tls_transport *tls, int result)
{
  if (is_false_signature(tls, result)) return TLS_FALSE_SIGNATURE;
  switch (result) {
  case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
  case MBEDTLS_ERR_SSL_BAD_CERTIFICATE: /* its use or its curve; or there was none */
    return reason_of_certificate(mbedtls_ssl_get_verify_result(&tls->inside->ssl));
  case MBEDTLS_ERR_SSL_CONN_EOF: return TLS_CUT_OFF;
  case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION: return TLS_NO_COMMON_VERSION;
  default: return is_of_parsing(result) ? TLS_UNREADABLE : TLS_PROTOCOL_ERROR;
  }
}

tls_status tls_own_failure(const tls_transport *tls)
{
  if (tls->sign_failed) return TLS_SIGN_FAILED;
  if (tls_library_random_failed()) return TLS_NO_RANDOM;
  return tls_library_memory_ended() ? TLS_NO_MEMORY : TLS_OK;
}

tls_status tls_reason(tls_transport *tls, int result)
{
  tls->statistics.detail = result;
  tls_status ours = tls_own_failure(tls);
  if (ours != TLS_OK) return ours;
  if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) return reason_of_alert(tls);
  if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return TLS_PEER_CLOSED;
  return tls->below_error != 0 ? TLS_CUT_OFF : reason_of_result(tls, result);
}

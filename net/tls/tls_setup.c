/* A connection's configuration, in mbedTLS's terms. */
#include <string.h>

#include "mbedtls/platform.h"
#include "mbedtls/psa_util.h"
#include "mbedtls/ssl_ciphersuites.h"
#include "pk_wrap.h"
#include "tls_internal.h"
#include "tls_library_internal.h"

#define HASH_BYTES 32u
#define SIGNATURE_BYTES 64u

/* --- the device key: mbedTLS sees a kind of key that can do nothing but ask its holder for a signature --- */

static size_t key_bits(mbedtls_pk_context *key)
{
  (void)key;
  return 256;
}

static int key_can_do(mbedtls_pk_type_t type)
{
  return type == MBEDTLS_PK_ECKEY || type == MBEDTLS_PK_ECDSA;
}

static int key_sign(mbedtls_pk_context *key, mbedtls_md_type_t hash_kind, const unsigned char *hash, size_t hash_bytes,
                    unsigned char *signature, size_t room, size_t *bytes,
                    int (*random)(void *context, unsigned char *out, size_t bytes), void *random_context)
{
  (void)random;
  (void)random_context;
  tls_transport *tls = key->pk_ctx;
  uint8_t raw[SIGNATURE_BYTES];
  if (hash_kind != MBEDTLS_MD_SHA256 || hash_bytes != HASH_BYTES) return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  if (tls->config.sign(tls->config.sign_context, hash, raw) != 0) {
    tls->sign_failed = true;
    return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  }
  tls->signed_once = true;
  return mbedtls_ecdsa_raw_to_der(256, raw, sizeof raw, signature, room, bytes);
}

static const mbedtls_pk_info_t key_kind = {
  .type = MBEDTLS_PK_OPAQUE,
  .name = "held elsewhere",
  .get_bitlen = key_bits,
  .can_do = key_can_do,
  .sign_func = key_sign,
};

/* --- what is negotiated --- */

/* ChaCha20 first: without AES hardware it is several times faster, and in constant time. */
static const int suites[] = {
  MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
  MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
  MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  0,
};

static const mbedtls_x509_crt_profile acceptable = {
  .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256),
  .allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
  .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1),
};

/* --- filling --- */

static tls_status memory_or(tls_transport *tls, int result, tls_status otherwise)
{
  tls->statistics.detail = result;
  return tls_library_memory_ended() ? TLS_NO_MEMORY : otherwise;
}

static bool is_p256(mbedtls_x509_crt *certificate)
{
  return mbedtls_pk_can_do(&certificate->pk, MBEDTLS_PK_ECDSA) != 0 && mbedtls_pk_get_bitlen(&certificate->pk) == 256;
}

static tls_status read_anchors(tls_transport *tls)
{
  mbedtls_x509_crt *chain = &tls->inside->anchors;
  for (size_t i = 0; i < tls->config.anchor_count; i++) {
    const tls_der *anchor = &tls->config.anchors[i];
    int result = mbedtls_x509_crt_parse_der_nocopy(chain, anchor->data, anchor->bytes);
    if (result != 0) return memory_or(tls, result, TLS_ANCHOR_UNUSABLE);
  }
  for (mbedtls_x509_crt *each = chain; each != NULL; each = each->next)
    if (!each->ca_istrue || !is_p256(each)) return TLS_ANCHOR_UNUSABLE;
  return TLS_OK;
}

static tls_status read_own(tls_transport *tls)
{
  struct tls_inside *in = tls->inside;
  const tls_der *own = &tls->config.certificate;
  int result = mbedtls_x509_crt_parse_der_nocopy(&in->own, own->data, own->bytes);
  if (result != 0) return memory_or(tls, result, TLS_OWN_CERTIFICATE_UNUSABLE);
  if (!is_p256(&in->own)) return TLS_OWN_CERTIFICATE_UNUSABLE;
  in->key.pk_info = &key_kind;
  in->key.pk_ctx = tls;
  return mbedtls_ssl_conf_own_cert(&in->conf, &in->own, &in->key) == 0 ? TLS_OK : TLS_NO_MEMORY;
}

static tls_status set_policy(tls_transport *tls)
{
  mbedtls_ssl_config *conf = &tls->inside->conf;
  int result = mbedtls_ssl_config_defaults(conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                           MBEDTLS_SSL_PRESET_DEFAULT);
  if (result != 0) return TLS_NO_MEMORY;
  mbedtls_ssl_conf_rng(conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
  mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_REQUIRED);
  mbedtls_ssl_conf_cert_profile(conf, &acceptable);
  mbedtls_ssl_conf_ca_chain(conf, &tls->inside->anchors, NULL);
  mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
  mbedtls_ssl_conf_max_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_3);
  mbedtls_ssl_conf_ciphersuites(conf, suites);
  if (mbedtls_ssl_conf_max_frag_len(conf, MBEDTLS_SSL_MAX_FRAG_LEN_2048) != 0) return TLS_BAD_CONFIG;
  if (tls->config.alpn[0] == NULL) return TLS_OK;
  return mbedtls_ssl_conf_alpn_protocols(conf, tls->config.alpn) == 0 ? TLS_OK : TLS_BAD_CONFIG;
}

static tls_status set_name(tls_transport *tls)
{
  struct tls_inside *in = tls->inside;
  if (mbedtls_ssl_setup(&in->ssl, &in->conf) != 0) return TLS_NO_MEMORY;
  return mbedtls_ssl_set_hostname(&in->ssl, tls->config.server_name) == 0 ? TLS_OK : TLS_NO_MEMORY;
}

static tls_status fill(tls_transport *tls)
{
  tls_status status = set_policy(tls);
  if (status == TLS_OK) status = read_anchors(tls);
  if (status == TLS_OK) status = read_own(tls);
  return status == TLS_OK ? set_name(tls) : status;
}

tls_status tls_set_up(tls_transport *tls)
{
  struct tls_inside *in = mbedtls_calloc(1, sizeof *in);
  if (in == NULL) return TLS_NO_MEMORY;
  tls->inside = in;
  tls_library_enter();
  mbedtls_ssl_init(&in->ssl);
  mbedtls_ssl_config_init(&in->conf);
  mbedtls_x509_crt_init(&in->anchors);
  mbedtls_x509_crt_init(&in->own);
  mbedtls_pk_init(&in->key);
  tls_status status = fill(tls);
  if (status != TLS_OK) tls_tear_down(tls);
  return status;
}

/* The key is not freed: nothing of it is in the pool. */
void tls_tear_down(tls_transport *tls)
{
  struct tls_inside *in = tls->inside;
  if (in == NULL) return;
  tls->inside = NULL;
  mbedtls_ssl_free(&in->ssl);
  mbedtls_ssl_config_free(&in->conf);
  mbedtls_x509_crt_free(&in->anchors);
  mbedtls_x509_crt_free(&in->own);
  mbedtls_free(in);
  tls_library_leave();
}

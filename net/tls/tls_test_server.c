#include "tls_test_server.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- certificates --- */

static EVP_PKEY *make_key(const char *curve)
{
  EVP_PKEY *key = curve != NULL && strcmp(curve, "RSA") == 0 ? EVP_RSA_gen(2048) : EVP_EC_gen(curve ? curve : "P-256");
  assert_non_null(key);
  return key;
}

static void extend(X509 *certificate, int kind, const char *value)
{
  X509V3_CTX context;
  X509V3_set_ctx(&context, NULL, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
  assert_non_null(extension);
  assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
  X509_EXTENSION_free(extension);
}

static void extend_as_asked(X509 *certificate, const test_request *request)
{
  char names[300];
  extend(certificate, NID_basic_constraints, request->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(certificate, NID_key_usage, request->is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (request->use != NULL) extend(certificate, NID_ext_key_usage, request->use);
  if (request->dns == NULL) return;
  snprintf(names, sizeof names, "DNS:%s", request->dns);
  extend(certificate, NID_subject_alt_name, names);
}

static void set_name(X509_NAME *name, const char *text)
{
  assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0), 1);
}

test_pair test_certify(const test_request *request)
{
  static long serial;
  test_pair pair = {X509_new(), make_key(request->curve)};
  const test_pair *issuer = request->issuer != NULL ? request->issuer : &pair;
  assert_non_null(pair.certificate);
  X509_set_version(pair.certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(pair.certificate), ++serial);
  set_name(X509_get_subject_name(pair.certificate), request->name);
  X509_set_issuer_name(pair.certificate, X509_get_subject_name(issuer->certificate));
  ASN1_TIME_set(X509_getm_notBefore(pair.certificate), request->from != 0 ? request->from : TEST_NOW - 10 * TEST_DAY);
  ASN1_TIME_set(X509_getm_notAfter(pair.certificate), request->to != 0 ? request->to : TEST_NOW + 10 * TEST_DAY);
  X509_set_pubkey(pair.certificate, pair.key);
  extend_as_asked(pair.certificate, request);
  assert_true(X509_sign(pair.certificate, issuer->key, EVP_sha256()) > 0);
  return pair;
}

void test_pair_free(test_pair *pair)
{
  X509_free(pair->certificate);
  EVP_PKEY_free(pair->key);
  *pair = (test_pair){0};
}

tls_der test_der(const test_pair *pair)
{
  unsigned char *der = NULL;
  int bytes = i2d_X509(pair->certificate, &der);
  assert_true(bytes > 0);
  uint8_t *copy = malloc((size_t)bytes);
  assert_non_null(copy);
  memcpy(copy, der, (size_t)bytes);
  OPENSSL_free(der);
  return (tls_der){copy, (size_t)bytes};
}

/* OpenSSL compares public halves only: ours are of `of`, the private half is another's. */
test_pair test_impostor(const test_pair *of)
{
  static char curve[] = "P-256";
  uint8_t point[65];
  size_t bytes = 0;
  BIGNUM *private = NULL;
  EVP_PKEY *other = make_key(NULL), *mixed = NULL;
  assert_int_equal(EVP_PKEY_get_bn_param(other, OSSL_PKEY_PARAM_PRIV_KEY, &private), 1);
  EVP_PKEY_set_utf8_string_param(of->key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
  assert_int_equal(EVP_PKEY_get_octet_string_param(of->key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &bytes), 1);
  OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
  OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, bytes);
  OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, private);
  OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
  assert_int_equal(EVP_PKEY_fromdata(context, &mixed, EVP_PKEY_KEYPAIR, parameters), 1);
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(build);
  BN_clear_free(private);
  EVP_PKEY_free(other);
  X509_up_ref(of->certificate);
  return (test_pair){of->certificate, mixed};
}

X509_CRL *test_revoke(const test_pair *ca, const test_pair *revoked)
{
  X509_CRL *list = X509_CRL_new();
  X509_REVOKED *entry = X509_REVOKED_new();
  ASN1_TIME *now = ASN1_TIME_set(NULL, TEST_NOW - TEST_DAY), *next = ASN1_TIME_set(NULL, TEST_NOW + TEST_DAY);
  X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->certificate));
  X509_REVOKED_set_revocationDate(entry, now);
  X509_CRL_set_version(list, X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list, X509_get_subject_name(ca->certificate));
  X509_CRL_set1_lastUpdate(list, now);
  X509_CRL_set1_nextUpdate(list, next);
  X509_CRL_add0_revoked(list, entry);
  assert_true(X509_CRL_sign(list, ca->key, EVP_sha256()) > 0);
  ASN1_TIME_free(now);
  ASN1_TIME_free(next);
  return list;
}

int test_sign(void *key, const uint8_t hash[32], uint8_t signature[64])
{
  uint8_t der[80];
  const uint8_t *at = der;
  size_t bytes = sizeof der;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
  bool good = EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_sign(context, der, &bytes, hash, 32) == 1;
  ECDSA_SIG *sig = good ? d2i_ECDSA_SIG(NULL, &at, (long)bytes) : NULL;
  if (sig != NULL) {
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + 32, 32);
  }
  ECDSA_SIG_free(sig);
  EVP_PKEY_CTX_free(context);
  return sig != NULL ? 0 : -1;
}

/* --- the server --- */

static void keep(test_server *s, const uint8_t *bytes, size_t count)
{
  if (s->inbox_bytes + count > s->inbox_room) {
    s->inbox_room = 2 * (s->inbox_bytes + count);
    s->inbox = realloc(s->inbox, s->inbox_room);
    assert_non_null(s->inbox);
  }
  memcpy(s->inbox + s->inbox_bytes, bytes, count);
  s->inbox_bytes += count;
}

static void refused(test_server *s)
{
  s->silent = true; /* it has sent its alert */
  s->gone = !s->lingers;
}

static void run(test_server *s)
{
  uint8_t bytes[4096];
  int count;
  if (s->silent || s->gone) return;
  if (!SSL_is_init_finished(s->ssl) && SSL_do_handshake(s->ssl) != 1) {
    if (SSL_get_error(s->ssl, -1) == SSL_ERROR_SSL) refused(s);
    ERR_clear_error();
    return;
  }
  while ((count = SSL_read(s->ssl, bytes, sizeof bytes)) > 0) {
    keep(s, bytes, (size_t)count);
    if (s->echo) assert_int_equal(SSL_write(s->ssl, bytes, count), count);
  }
  if (SSL_get_error(s->ssl, count) == SSL_ERROR_SSL) refused(s);
  ERR_clear_error();
}

/* --- the line --- */

static void capture(uint8_t *into, size_t at, const uint8_t *bytes, size_t count)
{
  if (at < TEST_CAPTURE) memcpy(into + at, bytes, count < TEST_CAPTURE - at ? count : TEST_CAPTURE - at);
}

static bool hesitates(test_server *s)
{
  s->calls++;
  return s->stalled || (s->reluctant && s->calls % 2 == 0);
}

static int32_t line_send(net_transport *transport, const void *from, size_t bytes)
{
  test_server *s = (test_server *)transport;
  if (s->cut_after != 0 && s->to_us >= s->cut_after) return s->cut_error;
  if (s->gone) return NET_RESET;
  if (hesitates(s) || s->send_stuck) return 0;
  size_t count = s->piece != 0 && bytes > s->piece ? s->piece : bytes;
  if (count > 100000) count = 100000;
  assert_int_equal(BIO_write(s->in, from, (int)count), count);
  capture(s->seen_by_server, s->to_server, from, count);
  s->to_server += count;
  run(s);
  return (int32_t)count;
}

static int32_t nothing_to_receive(test_server *s)
{
  if (s->gone) return s->cut_error != 0 ? s->cut_error : NET_CLOSED;
  return 0;
}

static int32_t line_receive(net_transport *transport, void *to, size_t room)
{
  test_server *s = (test_server *)transport;
  if (s->cut_after != 0 && s->to_us >= s->cut_after) return s->cut_error;
  if (hesitates(s)) return 0;
  run(s);
  size_t count = s->piece != 0 && room > s->piece ? s->piece : room;
  if (s->cut_after != 0 && count > s->cut_after - s->to_us) count = s->cut_after - s->to_us;
  int got = BIO_read(s->out, to, (int)count);
  if (got <= 0) return nothing_to_receive(s);
  size_t flip = s->flip_at - 1 - s->to_us;
  if (s->flip_at > s->to_us && flip < (size_t)got) ((uint8_t *)to)[flip] ^= 0x20;
  capture(s->seen_by_us, s->to_us, to, (size_t)got);
  s->to_us += (size_t)got;
  return got;
}

static void line_close(net_transport *transport)
{
  ((test_server *)transport)->closes++;
}

static void set_peers(SSL_CTX *settings, const test_pair *client_ca)
{
  X509_STORE_add_cert(SSL_CTX_get_cert_store(settings), client_ca->certificate);
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(settings), TEST_NOW);
  SSL_CTX_set_verify(settings, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
}

void test_server_start(test_server *s, int version, const test_pair *own, const test_pair *client_ca)
{
  *s = (test_server){.transport = {line_send, line_receive, line_close}};
  s->settings = SSL_CTX_new(TLS_server_method());
  assert_non_null(s->settings);
  SSL_CTX_set_security_level(s->settings, version < TLS1_2_VERSION ? 0 : 1);
  SSL_CTX_set_min_proto_version(s->settings, version);
  SSL_CTX_set_max_proto_version(s->settings, version);
  assert_int_equal(SSL_CTX_use_certificate(s->settings, own->certificate), 1);
  assert_int_equal(SSL_CTX_use_PrivateKey(s->settings, own->key), 1);
  set_peers(s->settings, client_ca);
  test_server_again(s);
}

void test_server_again(test_server *s)
{
  SSL_free(s->ssl);
  s->ssl = SSL_new(s->settings);
  s->in = BIO_new(BIO_s_mem());
  s->out = BIO_new(BIO_s_mem());
  assert_true(s->ssl != NULL && s->in != NULL && s->out != NULL);
  SSL_set_bio(s->ssl, s->in, s->out);
  SSL_set_accept_state(s->ssl);
  s->gone = s->silent = false;
  s->to_us = s->to_server = s->inbox_bytes = 0;
}

void test_server_stop(test_server *s)
{
  SSL_free(s->ssl);
  SSL_CTX_free(s->settings);
  free(s->inbox);
  *s = (test_server){0};
}

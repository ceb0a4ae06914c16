/* The TLS transport against OpenSSL's server (tls_test_server.h). */
#include "tls_transport.h"

#include <openssl/rand.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "socket_transport.h"
#include "tls_library.h"
#include "tls_test_server.h"

enum { HANDSHAKE_MS = 20000, STEPS = 200000, TELEGRAM = 64 };

static _Alignas(16) uint8_t pool[65536];
static test_pair ca, device_ca, server_pair, device_pair;
static tls_der anchor, device_der;
static test_server server;
static tls_transport tls;
static tls_config config;
static uint32_t now_ms;
static int64_t utc_now;
static bool random_works;
static size_t baseline; /* bytes of the pool in use without a connection */

static bool random_bytes(void *context, uint8_t *out, size_t bytes)
{
  (void)context;
  return random_works && RAND_bytes(out, (int)bytes) == 1;
}

static int64_t utc(void *context)
{
  (void)context;
  return utc_now;
}

static const tls_library_config library = {.pool = pool, .pool_bytes = sizeof pool, .random = random_bytes};

static int set_up_group(void **state)
{
  (void)state;
  ca = test_certify(&(test_request){.name = "Server CA", .is_ca = true});
  device_ca = test_certify(&(test_request){.name = "Device CA", .is_ca = true});
  server_pair = test_certify(
    &(test_request){.name = "server", .issuer = &ca, .dns = TEST_SERVER_NAME, .use = "serverAuth"});
  device_pair = test_certify(&(test_request){.name = TEST_THING, .issuer = &device_ca, .use = "clientAuth"});
  anchor = test_der(&ca);
  device_der = test_der(&device_pair);
  return 0;
}

static int tear_down_group(void **state)
{
  (void)state;
  tls_der der[] = {anchor, device_der};
  for (size_t i = 0; i < 2; i++) free((void *)(uintptr_t)der[i].data);
  test_pair *pairs[] = {&ca, &device_ca, &server_pair, &device_pair};
  for (size_t i = 0; i < 4; i++) test_pair_free(pairs[i]);
  return 0;
}

static int set_up(void **state)
{
  (void)state;
  now_ms = 0xffffffffu - 5000; /* the clock wraps on the way */
  utc_now = TEST_NOW;
  random_works = true;
  tls = (tls_transport){0};
  config = (tls_config){
    .server_name = TEST_SERVER_NAME,
    .anchors = {anchor},
    .anchor_count = 1,
    .certificate = device_der,
    .sign = test_sign,
    .sign_context = device_pair.key,
    .utc = utc,
    .utc_floor = TEST_NOW - TEST_DAY,
    .handshake_ms = HANDSHAKE_MS,
  };
  assert_true(tls_library_start(&library));
  baseline = tls_library_memory().in_use;
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  if (tls.transport.close != NULL) net_close(&tls.transport);
  assert_int_equal(tls_library_memory().in_use, baseline);
  tls_library_stop();
  test_server_stop(&server);
  return 0;
}

static void serve(int version)
{
  test_server_start(&server, version, &server_pair, &device_ca);
}

static tls_status shake_hands(void)
{
  tls_status status = tls_open(&tls, &config, &server.transport, now_ms);
  for (int i = 0; status == TLS_BUSY && i < STEPS; i++) status = tls_step(&tls, now_ms);
  return status;
}

static tls_status hear_the_verdict(void)
{
  uint8_t byte;
  tls_status status = shake_hands();
  for (int i = 0; status == TLS_OK && i < 10; i++) {
    (void)net_receive(&tls.transport, &byte, 1);
    status = tls_why(&tls);
  }
  return status;
}

static void send_all(const uint8_t *bytes, size_t count)
{
  for (size_t sent = 0, calls = 0; sent < count;) {
    int32_t moved = net_send(&tls.transport, bytes + sent, count - sent);
    assert_true(moved >= 0 && calls++ < STEPS * 10);
    sent += (size_t)moved;
  }
  for (int i = 0; tls_has_unsent(&tls) && i < STEPS; i++) assert_int_equal(tls_step(&tls, now_ms), TLS_OK);
}

static void receive_all(uint8_t *bytes, size_t count)
{
  for (size_t got = 0, calls = 0; got < count;) {
    int32_t moved = net_receive(&tls.transport, bytes + got, count - got);
    assert_true(moved >= 0 && calls++ < STEPS * 10);
    got += (size_t)moved;
  }
}

static void talk(void)
{
  uint8_t out[TELEGRAM], back[TELEGRAM];
  for (size_t i = 0; i < sizeof out; i++) out[i] = (uint8_t)i;
  server.echo = true;
  send_all(out, sizeof out);
  receive_all(back, sizeof back);
  assert_memory_equal(out, back, sizeof out);
}

/* --- it connects --- */

static void assert_server_knows_us(void)
{
  char name[80] = "";
  X509 *seen = SSL_get1_peer_certificate(server.ssl);
  assert_non_null(seen);
  X509_NAME_get_text_by_NID(X509_get_subject_name(seen), NID_commonName, name, sizeof name);
  X509_free(seen);
  assert_string_equal(name, TEST_THING);
  assert_int_equal(SSL_get_verify_result(server.ssl), X509_V_OK);
}

static void connects(int version, uint16_t suite)
{
  assert_int_equal(shake_hands(), TLS_OK);
  talk();
  assert_server_knows_us();
  assert_string_equal(SSL_get_servername(server.ssl, TLSEXT_NAMETYPE_host_name), TEST_SERVER_NAME);
  assert_int_equal(tls.statistics.version, version);
  assert_int_equal(tls.statistics.suite, suite);
  assert_true(tls.statistics.handshake_sent > 500 && tls.statistics.handshake_received > 500);
  print_message("  %04x: handshake %u bytes out, %u in; pool peak %zu\n", (unsigned)suite,
                (unsigned)tls.statistics.handshake_sent, (unsigned)tls.statistics.handshake_received,
                tls_library_memory().peak);
}

static void connects_by_tls_1_3_with_mutual_authentication(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  connects(0x0304, 0x1303);
}

static void connects_by_tls_1_3_with_aes(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  assert_int_equal(SSL_CTX_set_ciphersuites(server.settings, "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"), 1);
  test_server_again(&server);
  connects(0x0304, 0x1301);
}

static void connects_by_tls_1_2_with_mutual_authentication(void **state)
{
  (void)state;
  serve(TLS1_2_VERSION);
  connects(0x0303, 0xc02b);
}

static void any_of_four_anchors_will_do(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  test_pair other = test_certify(&(test_request){.name = "Other CA", .is_ca = true});
  tls_der der = test_der(&other);
  config.anchor_count = 4;
  for (size_t i = 0; i < 3; i++) config.anchors[i] = der;
  config.anchors[3] = anchor;
  assert_int_equal(shake_hands(), TLS_OK);
  net_close(&tls.transport);
  free((void *)(uintptr_t)der.data);
  test_pair_free(&other);
}

static void a_chain_with_an_intermediate_ca_is_followed(void **state)
{
  (void)state;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    test_pair middle = test_certify(&(test_request){.name = "Middle CA", .issuer = &ca, .is_ca = true});
    test_pair leaf = test_certify(&(test_request){.name = "leaf", .issuer = &middle, .dns = "*.example.com"});
    test_server_start(&server, version, &leaf, &device_ca);
    assert_int_equal(SSL_CTX_add1_chain_cert(server.settings, middle.certificate), 1);
    test_server_again(&server);
    assert_int_equal(shake_hands(), TLS_OK);
    net_close(&tls.transport);
    test_server_stop(&server);
    test_pair_free(&leaf);
    test_pair_free(&middle);
  }
}

/* --- the server is refused --- */

static void assert_refused(const test_request *request, tls_status why)
{
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    test_pair pair = test_certify(request);
    test_server_start(&server, version, &pair, &device_ca);
    assert_int_equal(shake_hands(), why);
    assert_int_equal(tls_step(&tls, now_ms), why);
    assert_int_equal(server.inbox_bytes, 0);
    assert_true(net_send(&tls.transport, "x", 1) == NET_NOT_SECURE);
    net_close(&tls.transport);
    assert_int_equal(tls_library_memory().in_use, baseline);
    test_server_stop(&server);
    test_pair_free(&pair);
  }
}

#define OF_SERVER .name = "server", .dns = TEST_SERVER_NAME, .use = "serverAuth"

static void refuses_an_unknown_ca(void **state)
{
  (void)state;
  test_pair other = test_certify(&(test_request){.name = "Other CA", .is_ca = true});
  assert_refused(&(test_request){OF_SERVER, .issuer = &other}, TLS_UNKNOWN_CA);
  assert_refused(&(test_request){OF_SERVER}, TLS_UNKNOWN_CA);
  test_pair_free(&other);
}

static void refuses_a_man_in_the_middle_who_signs_anew_under_the_name_of_our_ca(void **state)
{
  (void)state;
  test_pair impostor = test_certify(&(test_request){.name = "Server CA", .is_ca = true});
  assert_refused(&(test_request){OF_SERVER, .issuer = &impostor}, TLS_UNKNOWN_CA);
  test_pair_free(&impostor);
}

static void refuses_a_certificate_issued_by_another_server_of_our_ca(void **state)
{
  (void)state;
  assert_refused(&(test_request){OF_SERVER, .issuer = &server_pair}, TLS_UNKNOWN_CA);
}

static void refuses_a_man_in_the_middle_who_has_only_the_certificate_of_the_server(void **state)
{
  (void)state;
  test_pair impostor = test_impostor(&server_pair);
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    test_server_start(&server, version, &impostor, &device_ca);
    assert_int_equal(shake_hands(), TLS_FALSE_SIGNATURE);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
  test_pair_free(&impostor);
}

static void refuses_a_wrong_name(void **state)
{
  (void)state;
  assert_refused(&(test_request){.name = "s", .issuer = &ca, .dns = "other.example.com"}, TLS_WRONG_NAME);
  assert_refused(&(test_request){.name = "s", .issuer = &ca, .dns = "*.com"}, TLS_WRONG_NAME);
  assert_refused(&(test_request){.name = TEST_SERVER_NAME, .issuer = &ca, .dns = "x.example.com"}, TLS_WRONG_NAME);
}

static void refuses_an_expired_certificate(void **state)
{
  (void)state;
  assert_refused(&(test_request){OF_SERVER, .issuer = &ca, .to = TEST_NOW - 1}, TLS_EXPIRED);
}

static void refuses_a_certificate_that_is_not_yet_valid(void **state)
{
  (void)state;
  assert_refused(&(test_request){OF_SERVER, .issuer = &ca, .from = TEST_NOW + 1}, TLS_NOT_YET_VALID);
}

static void certificates_are_valid_from_their_first_to_their_last_second(void **state)
{
  (void)state;
  test_pair pair = test_certify(&(test_request){OF_SERVER, .issuer = &ca, .from = TEST_NOW, .to = TEST_NOW});
  test_server_start(&server, TLS1_3_VERSION, &pair, &device_ca);
  assert_int_equal(shake_hands(), TLS_OK);
  test_pair_free(&pair);
}

static void refuses_a_certificate_for_clients(void **state)
{
  (void)state;
  assert_refused(&(test_request){.name = "s", .issuer = &ca, .dns = TEST_SERVER_NAME, .use = "clientAuth"},
                 TLS_WRONG_USE);
}

static void refuses_an_expired_trust_anchor(void **state)
{
  (void)state;
  utc_now = TEST_NOW + 11 * TEST_DAY;
  assert_refused(&(test_request){OF_SERVER, .issuer = &ca, .to = TEST_NOW + 20 * TEST_DAY}, TLS_EXPIRED);
}

static void time_is_never_before_the_floor(void **state)
{
  (void)state;
  utc_now = 0; /* a device that does not know */
  serve(TLS1_3_VERSION);
  assert_int_equal(shake_hands(), TLS_OK);
  net_close(&tls.transport);
  test_server_again(&server);
  utc_now = INT64_MIN;
  config.utc_floor = TEST_NOW + 11 * TEST_DAY;
  assert_int_equal(shake_hands(), TLS_EXPIRED);
}

static void refuses_a_server_of_tls_1_1(void **state)
{
  (void)state;
  serve(TLS1_1_VERSION);
  assert_int_equal(shake_hands(), TLS_NO_COMMON_VERSION);
  assert_int_equal(tls.statistics.alert, 70);
}

/* A ServerHello of TLS 1.1, by hand: a server that does not say no but goes on. */
static void refuses_a_server_that_answers_in_tls_1_1(void **state)
{
  (void)state;
  uint8_t hello[47] = {22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2};
  hello[44] = 0xc0;
  hello[45] = 0x09; /* ECDHE-ECDSA-AES128-SHA */
  serve(TLS1_2_VERSION);
  server.silent = true;
  assert_int_equal(BIO_write(server.out, hello, sizeof hello), sizeof hello);
  assert_int_equal(shake_hands(), TLS_NO_COMMON_VERSION);
  assert_int_equal(tls.statistics.alert, 0);
}

static void refuses_a_server_with_rsa_or_another_curve_only(void **state)
{
  (void)state;
  assert_refused(&(test_request){OF_SERVER, .issuer = &ca, .curve = "RSA"}, TLS_NO_COMMON_SUITE);
  assert_refused(&(test_request){OF_SERVER, .issuer = &ca, .curve = "P-384"}, TLS_NO_COMMON_SUITE);
}

static void refuses_a_server_without_our_key_exchange(void **state)
{
  (void)state;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    int groups[] = {NID_secp521r1};
    assert_int_equal(SSL_CTX_set1_groups(server.settings, groups, 1), 1);
    test_server_again(&server);
    assert_int_equal(shake_hands(), TLS_NO_COMMON_SUITE);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

static void refuses_a_chain_through_a_ca_whose_key_we_cannot_check(void **state)
{
  (void)state;
  test_pair rsa_ca = test_certify(&(test_request){.name = "RSA CA", .is_ca = true, .curve = "RSA"});
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    test_pair leaf = test_certify(&(test_request){OF_SERVER, .issuer = &rsa_ca});
    test_server_start(&server, version, &leaf, &device_ca);
    tls_status status = shake_hands();
    assert_int_equal(status, version == TLS1_2_VERSION ? TLS_WEAK : TLS_UNREADABLE);
    net_close(&tls.transport);
    test_server_stop(&server);
    test_pair_free(&leaf);
  }
  test_pair_free(&rsa_ca);
}

static void refuses_a_server_that_does_not_ask_who_we_are(void **state)
{
  (void)state;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    SSL_CTX_set_verify(server.settings, SSL_VERIFY_NONE, NULL);
    test_server_again(&server);
    assert_int_equal(shake_hands(), TLS_NOT_MUTUAL);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

/* --- application protocols --- */

static int choose_mqtt(SSL *ssl, const unsigned char **out, unsigned char *bytes, const unsigned char *in,
                       unsigned in_bytes, void *wanted)
{
  (void)ssl;
  unsigned char *chosen = NULL;
  int found = SSL_select_next_proto(&chosen, bytes, wanted, (unsigned)strlen(wanted), in, in_bytes);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void agrees_on_an_application_protocol(void **state)
{
  (void)state;
  static char offered[] = "\016x-amzn-mqtt-ca";
  serve(TLS1_3_VERSION);
  SSL_CTX_set_alpn_select_cb(server.settings, choose_mqtt, offered);
  config.alpn[0] = "mqtt";
  config.alpn[1] = "x-amzn-mqtt-ca";
  test_server_again(&server);
  assert_int_equal(shake_hands(), TLS_OK);
  assert_string_equal(tls_alpn(&tls), "x-amzn-mqtt-ca");
}

static void refuses_a_port_of_another_application_protocol(void **state)
{
  (void)state;
  static char offered[] = "\010http/1.1";
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    SSL_CTX_set_alpn_select_cb(server.settings, choose_mqtt, offered);
    config.alpn[0] = "x-amzn-mqtt-ca";
    test_server_again(&server);
    assert_int_equal(shake_hands(), TLS_NO_COMMON_ALPN);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

static void refuses_a_server_that_ignores_the_application_protocol(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  config.alpn[0] = "x-amzn-mqtt-ca";
  assert_int_equal(shake_hands(), TLS_ALPN_IGNORED);
}

static int refuse_name(SSL *ssl, int *alert, void *context)
{
  (void)ssl;
  (void)context;
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void tells_that_the_server_does_not_have_the_name(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  SSL_CTX_set_tlsext_servername_callback(server.settings, refuse_name);
  test_server_again(&server);
  assert_int_equal(shake_hands(), TLS_SERVER_NAME_UNKNOWN);
}

/* --- we are refused --- */

static void assert_refused_by(bool lingers, tls_status early, tls_status why, uint8_t alert)
{
  server.lingers = lingers;
  test_server_again(&server);
  assert_int_equal(shake_hands(), early);
  net_close(&tls.transport);
  test_server_again(&server);
  assert_int_equal(hear_the_verdict(), why);
  assert_int_equal(tls.statistics.alert, alert);
  net_close(&tls.transport);
}

/* The promise of the header: with TLS 1.3 we cannot know yet, unless the server hung up while we still spoke. */
static void assert_we_are_refused(tls_status why, uint8_t alert)
{
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    SSL_CTX_set_min_proto_version(server.settings, version);
    SSL_CTX_set_max_proto_version(server.settings, version);
    assert_refused_by(true, version == TLS1_3_VERSION ? TLS_OK : why, why, alert);
    bool at_the_end = why == TLS_OUR_SIGNATURE_REFUSED && version == TLS1_3_VERSION;
    if (!at_the_end) assert_refused_by(false, why, why, alert);
  }
}

static void tells_that_our_certificate_is_revoked(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  X509_CRL *list = test_revoke(&device_ca, &device_pair);
  X509_STORE *store = SSL_CTX_get_cert_store(server.settings);
  X509_STORE_add_crl(store, list);
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  assert_we_are_refused(TLS_WE_ARE_REVOKED, 44);
  X509_CRL_free(list);
}

static void tells_that_our_ca_is_unknown(void **state)
{
  (void)state;
  test_server_start(&server, TLS1_3_VERSION, &server_pair, &ca);
  assert_we_are_refused(TLS_OUR_CA_UNKNOWN, 48);
}

static void tells_that_our_certificate_is_expired(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(server.settings), TEST_NOW + 30 * TEST_DAY);
  assert_we_are_refused(TLS_WE_ARE_EXPIRED, 45);
}

static void tells_that_our_signature_is_refused(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  config.sign_context = server_pair.key;
  assert_we_are_refused(TLS_OUR_SIGNATURE_REFUSED, 51);
}

/* A task that only sends hears it too. */
static void a_refusal_is_told_to_who_sends(void **state)
{
  (void)state;
  test_server_start(&server, TLS1_3_VERSION, &server_pair, &ca);
  server.lingers = true;
  assert_int_equal(shake_hands(), TLS_OK);
  server.gone = true;
  assert_int_equal(net_send(&tls.transport, "x", 1), NET_NOT_SECURE);
  assert_int_equal(tls_why(&tls), TLS_OUR_CA_UNKNOWN);
}

static int no_signature(void *context, const uint8_t hash[32], uint8_t signature[64])
{
  (void)context;
  (void)hash;
  (void)signature;
  return -1;
}

static void without_a_signature_there_is_no_connection(void **state)
{
  (void)state;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    config.sign = no_signature;
    assert_int_equal(shake_hands(), TLS_SIGN_FAILED);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

static void without_random_numbers_there_is_no_connection(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  random_works = false;
  assert_int_equal(shake_hands(), TLS_NO_RANDOM);
  assert_int_equal(server.to_server, 0);
}

/* --- the line --- */

static void works_over_single_bytes_that_hesitate(void **state)
{
  (void)state;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    server.piece = 1;
    server.reluctant = true;
    assert_int_equal(shake_hands(), TLS_OK);
    talk();
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

static void carries_a_megabyte_both_ways(void **state)
{
  (void)state;
  enum { BYTES = 1000003 };
  uint8_t *out = malloc(BYTES), *back = malloc(BYTES);
  assert_true(out != NULL && back != NULL && RAND_bytes(out, BYTES) == 1);
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    server.piece = 1399;
    server.reluctant = true;
    assert_int_equal(shake_hands(), TLS_OK);
    send_all(out, BYTES);
    assert_int_equal(server.inbox_bytes, BYTES);
    assert_memory_equal(server.inbox, out, BYTES);
    assert_int_equal(SSL_write(server.ssl, out, BYTES), BYTES);
    receive_all(back, BYTES);
    assert_memory_equal(back, out, BYTES);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
  free(out);
  free(back);
}

static void works_over_a_socket(void **state)
{
  (void)state;
  int pair[2];
  uint8_t out[TELEGRAM] = {1, 2, 3}, got[TELEGRAM];
  socket_transport line;
  serve(TLS1_3_VERSION);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
  assert_int_equal(SSL_set_fd(server.ssl, pair[1]), 1);
  assert_true(socket_adopt(&line, pair[0]));
  tls_status status = tls_open(&tls, &config, &line.transport, now_ms);
  for (int i = 0; i < 20; i++) {
    (void)SSL_do_handshake(server.ssl);
    if (status == TLS_BUSY) status = tls_step(&tls, now_ms);
  }
  assert_int_equal(status, TLS_OK);
  send_all(out, sizeof out);
  assert_int_equal(SSL_read(server.ssl, got, sizeof got), sizeof out);
  assert_memory_equal(got, out, sizeof out);
  net_close(&tls.transport);
  assert_int_equal(line.fd, -1);
  close(pair[1]);
}

/* The caller whose bytes were taken may send others next, or fewer, while the line is stuck. */
static void what_was_taken_is_sent_once_whatever_is_sent_next(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  assert_int_equal(shake_hands(), TLS_OK);
  server.send_stuck = true;
  assert_int_equal(net_send(&tls.transport, "first ", 6), 6);
  assert_true(tls_has_unsent(&tls));
  assert_int_equal(net_send(&tls.transport, "more than the first", 19), 0);
  server.send_stuck = false;
  assert_int_equal(net_send(&tls.transport, "2nd", 3), 3);
  assert_false(tls_has_unsent(&tls));
  assert_int_equal(server.inbox_bytes, 9);
  assert_memory_equal(server.inbox, "first 2nd", 9);
}

static void receiving_and_stepping_push_on_what_is_unsent(void **state)
{
  (void)state;
  uint8_t byte;
  serve(TLS1_3_VERSION);
  assert_int_equal(shake_hands(), TLS_OK);
  server.send_stuck = true;
  assert_int_equal(net_send(&tls.transport, "a", 1), 1);
  server.send_stuck = false;
  assert_int_equal(net_receive(&tls.transport, &byte, 1), 0);
  assert_int_equal(server.inbox_bytes, 1);
  server.send_stuck = true;
  assert_int_equal(net_send(&tls.transport, "b", 1), 1);
  server.send_stuck = false;
  assert_int_equal(tls_step(&tls, now_ms), TLS_OK);
  assert_int_equal(server.inbox_bytes, 2);
}

static void an_orderly_end_is_told_apart_from_a_cut(void **state)
{
  (void)state;
  uint8_t byte;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    for (int orderly = 0; orderly < 2; orderly++) {
      serve(version);
      assert_int_equal(shake_hands(), TLS_OK);
      talk();
      if (orderly) SSL_shutdown(server.ssl);
      server.gone = true;
      assert_int_equal(net_receive(&tls.transport, &byte, 1), orderly ? NET_CLOSED : NET_RESET);
      assert_int_equal(tls_why(&tls), orderly ? TLS_PEER_CLOSED : TLS_CUT_OFF);
      net_close(&tls.transport);
      test_server_stop(&server);
    }
  }
}

static void says_goodbye(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  assert_int_equal(shake_hands(), TLS_OK);
  net_close(&tls.transport);
  uint8_t byte;
  assert_int_equal(SSL_read(server.ssl, &byte, 1), 0);
  assert_int_equal(SSL_get_error(server.ssl, 0), SSL_ERROR_ZERO_RETURN);
  net_close(&tls.transport);
  assert_int_equal(server.closes, 1);
  assert_int_equal(net_receive(&tls.transport, &byte, 1), NET_NOT_OPEN);
  assert_int_equal(tls_step(&tls, now_ms), TLS_NOT_OPEN);
}

static void a_line_cut_anywhere_in_the_handshake_is_told_and_leaves_nothing(void **state)
{
  (void)state;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    for (size_t cut = 1; cut < 500; cut += 23) {
      test_server_again(&server);
      server.cut_after = cut;
      server.cut_error = cut % 2 == 0 ? NET_RESET : NET_CLOSED;
      assert_int_equal(shake_hands(), TLS_CUT_OFF);
      assert_int_equal(net_send(&tls.transport, "x", 1), NET_RESET);
      net_close(&tls.transport);
      assert_int_equal(tls_library_memory().in_use, baseline);
    }
    test_server_stop(&server);
  }
}

/* Some flips end in a record that never becomes complete: those are ended by the time-out. */
static void a_bit_flipped_anywhere_in_the_handshake_is_noticed(void **state)
{
  (void)state;
  uint32_t told = 0;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    for (size_t at = 6; at < 740; at += 29) {
      test_server_again(&server);
      server.flip_at = at;
      tls_status status = tls_open(&tls, &config, &server.transport, now_ms);
      for (int i = 0; status == TLS_BUSY && i < 100; i++) status = tls_step(&tls, now_ms);
      if (status == TLS_BUSY) status = tls_step(&tls, now_ms + HANDSHAKE_MS);
      assert_true(status != TLS_OK && status != TLS_BUSY);
      told |= 1u << (status % 32);
      net_close(&tls.transport);
    }
    test_server_stop(&server);
  }
  assert_true((told & 1u << TLS_PROTOCOL_ERROR) != 0);
}

static void a_record_damaged_on_the_way_breaks_the_connection(void **state)
{
  (void)state;
  uint8_t byte;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    assert_int_equal(shake_hands(), TLS_OK);
    talk();
    server.flip_at = server.to_us + 12;
    assert_int_equal(SSL_write(server.ssl, "reboot", 6), 6);
    assert_int_equal(net_receive(&tls.transport, &byte, 1), NET_NOT_SECURE);
    assert_int_equal(tls_why(&tls), TLS_PROTOCOL_ERROR);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

static void garbage_is_refused(void **state)
{
  (void)state;
  uint8_t junk[3000];
  static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
  for (int i = 0; i < 20; i++) {
    serve(TLS1_3_VERSION);
    server.silent = true;
    assert_int_equal(RAND_bytes(junk, sizeof junk), 1);
    if (i == 0) memcpy(junk, http, sizeof http);
    if (i % 2 == 1) memcpy(junk, "\026\003\003\010\000", 5); /* a good head of a handshake record */
    BIO_write(server.out, junk, sizeof junk);
    assert_int_equal(shake_hands(), TLS_PROTOCOL_ERROR);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

static void a_silent_server_times_out(void **state)
{
  (void)state;
  uint32_t begin = now_ms;
  serve(TLS1_3_VERSION);
  server.silent = true;
  assert_int_equal(tls_open(&tls, &config, &server.transport, begin), TLS_BUSY);
  assert_int_equal(tls_step(&tls, begin), TLS_BUSY);
  assert_int_equal(tls_step(&tls, begin + HANDSHAKE_MS - 1), TLS_BUSY);
  assert_int_equal(tls_step(&tls, begin + HANDSHAKE_MS), TLS_TIMED_OUT);
  assert_int_equal(tls_step(&tls, begin), TLS_TIMED_OUT);
  assert_int_equal(net_send(&tls.transport, "x", 1), NET_RESET);
}

/* Warnings that mean nothing, without end: no call of ours lasts for ever, and the time-out is kept. */
static void a_flood_of_warnings_does_not_hold_us(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  server.silent = true;
  for (int i = 0; i < 10000; i++) BIO_write(server.out, "\025\003\003\000\002\001\132", 7); /* user_canceled */
  assert_int_equal(tls_open(&tls, &config, &server.transport, now_ms), TLS_BUSY);
  assert_int_equal(tls_step(&tls, now_ms), TLS_BUSY);
  assert_in_range(server.to_us, 1, TLS_CALL_BYTES);
  assert_int_equal(tls_step(&tls, now_ms), TLS_BUSY);
  assert_in_range(server.to_us, TLS_CALL_BYTES, 2 * TLS_CALL_BYTES);
  assert_int_equal(tls_step(&tls, now_ms + HANDSHAKE_MS), TLS_TIMED_OUT);
}

static bool contains(const uint8_t *where, size_t bytes, const char *what)
{
  size_t length = strlen(what);
  for (size_t i = 0; i + length <= bytes; i++)
    if (memcmp(where + i, what, length) == 0) return true;
  return false;
}

static void nothing_of_the_application_is_in_the_clear(void **state)
{
  (void)state;
  static const char secret[] = "temperature 21.5, humidity 40";
  uint8_t back[sizeof secret];
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    server.echo = true;
    assert_int_equal(shake_hands(), TLS_OK);
    send_all((const uint8_t *)secret, sizeof secret);
    receive_all(back, sizeof back);
    assert_string_equal((const char *)back, secret);
    assert_true(server.to_server < TEST_CAPTURE && server.to_us < TEST_CAPTURE);
    for (size_t at = 0; at + 4 < sizeof secret; at++) {
      char part[5] = {0};
      memcpy(part, secret + at, 4);
      assert_false(contains(server.seen_by_server, server.to_server, part));
      assert_false(contains(server.seen_by_us, server.to_us, part));
    }
    /* The search works: the server's name is in the clear, ours only with TLS 1.2. */
    assert_true(contains(server.seen_by_server, server.to_server, TEST_SERVER_NAME));
    assert_int_equal(contains(server.seen_by_server, server.to_server, TEST_THING), version == TLS1_2_VERSION);
    net_close(&tls.transport);
    test_server_stop(&server);
  }
}

/* --- memory --- */

static void two_hundred_connections_leave_nothing(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  size_t peak = 0;
  for (int i = 0; i < 200; i++) {
    SSL_CTX_set_min_proto_version(server.settings, i % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
    SSL_CTX_set_max_proto_version(server.settings, i % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
    test_server_again(&server);
    assert_int_equal(shake_hands(), TLS_OK);
    if (i == 1) peak = tls_library_memory().peak;
    net_close(&tls.transport);
    assert_int_equal(tls_library_memory().in_use, baseline);
  }
  assert_in_range(tls_library_memory().peak, 1, peak + 64);
}

/* Whatever allocation fails, it is told as that, and nothing stays behind. */
static void a_pool_too_small_is_told_wherever_it_ends(void **state)
{
  (void)state;
  size_t smallest = 0;
  for (int version = TLS1_2_VERSION; version <= TLS1_3_VERSION; version++) {
    serve(version);
    for (size_t bytes = 256; smallest == 0; bytes += 256) {
      tls_library_stop();
      tls_library_config small = library;
      small.pool_bytes = bytes;
      assert_true(bytes <= sizeof pool && tls_library_start(&small));
      size_t before = tls_library_memory().in_use;
      test_server_again(&server);
      tls_status status = hear_the_verdict();
      if (status == TLS_OK)
        smallest = bytes;
      else
        assert_int_equal(status, TLS_NO_MEMORY);
      net_close(&tls.transport);
      assert_int_equal(tls_library_memory().in_use, before);
    }
    print_message("  %04x: the smallest pool on this machine has %zu bytes\n", (unsigned)version, smallest);
    smallest = 0;
    test_server_stop(&server);
  }
}

/* --- configuration --- */

static void assert_bad(tls_status why)
{
  assert_int_equal(tls_open(&tls, &config, &server.transport, now_ms), why);
  assert_int_equal(tls_library_memory().in_use, baseline);
  assert_int_equal(tls_step(&tls, now_ms), TLS_NOT_OPEN);
  assert_int_equal(server.closes, 0);
}

static void refuses_names_that_are_none(void **state)
{
  (void)state;
  static const char *const bad[] = {NULL,  "",    ".",      "a.",       ".a",  "a..b",
                                    "a b", "a/b", "-a.com", "10.0.2.2", "a.1", "a_b.c"};
  static char longest[300];
  serve(TLS1_3_VERSION);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    config.server_name = bad[i];
    assert_bad(TLS_BAD_CONFIG);
  }
  memset(longest, 'a', TLS_NAME_MAX + 1);
  config.server_name = longest;
  assert_bad(TLS_BAD_CONFIG);
  longest[TLS_NAME_MAX] = 0;
  assert_int_equal(tls_open(&tls, &config, &server.transport, now_ms), TLS_BUSY);
}

static void refuses_a_configuration_that_would_check_nothing(void **state)
{
  (void)state;
  const tls_config good = config;
  serve(TLS1_3_VERSION);
  config.anchor_count = 0;
  assert_bad(TLS_BAD_CONFIG);
  config.anchor_count = TLS_ANCHORS_MAX + 1;
  assert_bad(TLS_BAD_CONFIG);
  config = good, config.utc = NULL;
  assert_bad(TLS_BAD_CONFIG);
  config = good, config.utc_floor = 0;
  assert_bad(TLS_BAD_CONFIG);
  config = good, config.sign = NULL;
  assert_bad(TLS_BAD_CONFIG);
  config = good, config.handshake_ms = 0;
  assert_bad(TLS_BAD_CONFIG);
}

static void refuses_certificates_of_its_own_that_it_cannot_use(void **state)
{
  (void)state;
  const tls_config good = config;
  serve(TLS1_3_VERSION);
  config.anchors[0].bytes--;
  assert_bad(TLS_ANCHOR_UNUSABLE);
  config = good, config.anchors[0] = device_der; /* no CA */
  assert_bad(TLS_ANCHOR_UNUSABLE);
  config = good, config.certificate.bytes--;
  assert_bad(TLS_OWN_CERTIFICATE_UNUSABLE);
  test_pair rsa = test_certify(&(test_request){.name = "RSA", .is_ca = true, .curve = "RSA"});
  tls_der der = test_der(&rsa);
  config = good, config.certificate = der;
  assert_bad(TLS_OWN_CERTIFICATE_UNUSABLE);
  config = good, config.anchors[0] = der;
  assert_bad(TLS_ANCHOR_UNUSABLE);
  free((void *)(uintptr_t)der.data);
  test_pair_free(&rsa);
}

static void opens_once_at_a_time_and_not_without_the_library(void **state)
{
  (void)state;
  serve(TLS1_3_VERSION);
  assert_int_equal(shake_hands(), TLS_OK);
  assert_int_equal(tls_open(&tls, &config, &server.transport, now_ms), TLS_NOT_OPEN);
  assert_int_equal(tls_why(&tls), TLS_OK);
  net_close(&tls.transport);
  tls_library_stop();
  assert_int_equal(tls_open(&tls, &config, &server.transport, now_ms), TLS_NOT_OPEN);
  assert_true(tls_library_start(&library));
}

static void every_status_has_words_of_its_own(void **state)
{
  (void)state;
  for (int a = TLS_OK; a <= TLS_TIMED_OUT; a++) {
    assert_string_not_equal(tls_status_name((tls_status)a), "unknown");
    for (int b = TLS_OK; b < a; b++) {
      assert_string_not_equal(tls_status_name((tls_status)a), tls_status_name((tls_status)b));
      assert_string_not_equal(tls_status_sentence((tls_status)a), tls_status_sentence((tls_status)b));
    }
  }
  assert_string_equal(tls_status_name((tls_status)1000), "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(connects_by_tls_1_3_with_mutual_authentication),
    TEST(connects_by_tls_1_3_with_aes),
    TEST(connects_by_tls_1_2_with_mutual_authentication),
    TEST(any_of_four_anchors_will_do),
    TEST(a_chain_with_an_intermediate_ca_is_followed),
    TEST(refuses_an_unknown_ca),
    TEST(refuses_a_man_in_the_middle_who_signs_anew_under_the_name_of_our_ca),
    TEST(refuses_a_certificate_issued_by_another_server_of_our_ca),
    TEST(refuses_a_man_in_the_middle_who_has_only_the_certificate_of_the_server),
    TEST(refuses_a_wrong_name),
    TEST(refuses_an_expired_certificate),
    TEST(refuses_a_certificate_that_is_not_yet_valid),
    TEST(certificates_are_valid_from_their_first_to_their_last_second),
    TEST(refuses_a_certificate_for_clients),
    TEST(refuses_an_expired_trust_anchor),
    TEST(time_is_never_before_the_floor),
    TEST(refuses_a_server_of_tls_1_1),
    TEST(refuses_a_server_that_answers_in_tls_1_1),
    TEST(refuses_a_server_with_rsa_or_another_curve_only),
    TEST(refuses_a_server_without_our_key_exchange),
    TEST(refuses_a_chain_through_a_ca_whose_key_we_cannot_check),
    TEST(refuses_a_server_that_does_not_ask_who_we_are),
    TEST(agrees_on_an_application_protocol),
    TEST(refuses_a_port_of_another_application_protocol),
    TEST(refuses_a_server_that_ignores_the_application_protocol),
    TEST(tells_that_the_server_does_not_have_the_name),
    TEST(tells_that_our_certificate_is_revoked),
    TEST(tells_that_our_ca_is_unknown),
    TEST(tells_that_our_certificate_is_expired),
    TEST(tells_that_our_signature_is_refused),
    TEST(a_refusal_is_told_to_who_sends),
    TEST(without_a_signature_there_is_no_connection),
    TEST(without_random_numbers_there_is_no_connection),
    TEST(works_over_single_bytes_that_hesitate),
    TEST(carries_a_megabyte_both_ways),
    TEST(works_over_a_socket),
    TEST(what_was_taken_is_sent_once_whatever_is_sent_next),
    TEST(receiving_and_stepping_push_on_what_is_unsent),
    TEST(an_orderly_end_is_told_apart_from_a_cut),
    TEST(says_goodbye),
    TEST(a_line_cut_anywhere_in_the_handshake_is_told_and_leaves_nothing),
    TEST(a_bit_flipped_anywhere_in_the_handshake_is_noticed),
    TEST(a_record_damaged_on_the_way_breaks_the_connection),
    TEST(garbage_is_refused),
    TEST(a_silent_server_times_out),
    TEST(a_flood_of_warnings_does_not_hold_us),
    TEST(nothing_of_the_application_is_in_the_clear),
    TEST(two_hundred_connections_leave_nothing),
    TEST(a_pool_too_small_is_told_wherever_it_ends),
    TEST(refuses_names_that_are_none),
    TEST(refuses_a_configuration_that_would_check_nothing),
    TEST(refuses_certificates_of_its_own_that_it_cannot_use),
    TEST(opens_once_at_a_time_and_not_without_the_library),
    TEST(every_status_has_words_of_its_own),
  };
  return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}

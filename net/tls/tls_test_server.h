/* A TLS server for tests, by OpenSSL, in the same thread: the line between it and us is memory, so that a test decides
 * how many bytes move in each call, what is damaged, and when it breaks. And a small certificate maker. */
#ifndef HF_NET_TLS_TEST_SERVER_H
#define HF_NET_TLS_TEST_SERVER_H

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls_transport.h"

#define TEST_NOW 1900000000 /* in 2030 */
#define TEST_DAY 86400
#define TEST_SERVER_NAME "broker.example.com"
#define TEST_THING "thing-42"

/* --- certificates --- */

typedef struct test_pair {
  X509 *certificate;
  EVP_PKEY *key;
} test_pair;

typedef struct test_request {
  const char *name;        /* common name */
  const test_pair *issuer; /* null: itself */
  const char *dns;         /* subject alternative name; null: none */
  const char *use;         /* extended key usage; null: none */
  const char *curve;       /* null: P-256; "RSA" is one, too */
  int64_t from, to;        /* 0: ten days before and after TEST_NOW */
  bool is_ca;
} test_request;

test_pair test_certify(const test_request *request);
void test_pair_free(test_pair *pair);
tls_der test_der(const test_pair *pair); /* freed with free() */
/* The certificate of `of` with a key that is not its own, though OpenSSL cannot see that: who has copied a certificate. */
test_pair test_impostor(const test_pair *of);
/* A list of `ca` that revokes the one certificate. */
X509_CRL *test_revoke(const test_pair *ca, const test_pair *revoked);
/* ECDSA by OpenSSL, as the transport's sign callback wants it; key: EVP_PKEY *. */
int test_sign(void *key, const uint8_t hash[32], uint8_t signature[64]);

/* --- the server and the line to it --- */

#define TEST_CAPTURE 8192u /* of the beginning, each way */

typedef struct test_server {
  net_transport transport; /* the line's near end */
  SSL_CTX *settings;
  SSL *ssl;
  BIO *in, *out;
  /* the line */
  size_t piece;      /* most bytes in one call; 0: no limit */
  bool reluctant;    /* every other call moves nothing */
  bool stalled;      /* nothing moves */
  bool send_stuck;   /* nothing moves towards the server */
  size_t cut_after;  /* bytes towards us after which the line answers cut_error; 0: never */
  size_t flip_at;    /* this byte towards us (from 1) has a wrong bit */
  int32_t cut_error; /* also what sending answers once the server is gone */
  bool gone;         /* the server hung up after what is under way: nothing can be sent to it */
  bool lingers;      /* after a refusal, the server hangs up later */
  bool silent;       /* the server program does nothing: what the test puts into `out` is all */
  uint32_t calls;
  size_t to_us, to_server; /* bytes */
  uint32_t closes;
  uint8_t seen_by_us[TEST_CAPTURE], seen_by_server[TEST_CAPTURE];
  /* the server's side of the conversation */
  uint8_t *inbox;
  size_t inbox_bytes, inbox_room;
  bool echo;
} test_server;

/* Asks for client certificates of `client_ca`. version: TLS1_3_VERSION and so on. */
void test_server_start(test_server *s, int version, const test_pair *own, const test_pair *client_ca);
/* A new connection to the same server. */
void test_server_again(test_server *s);
void test_server_stop(test_server *s);

#endif

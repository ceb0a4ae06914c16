#define MBEDTLS_ALLOW_PRIVATE_ACCESS /* to look at what is wiped */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "host_board.h"

#include "random.c" /* with its insides: a restart is a new state, and what is wiped can be looked at */

/* ---- A noise source that does as it is told ---- */

#define NEVER (~0u)

static struct {
  unsigned taken; /* bytes so far */
  unsigned dead_at, stuck_at,
    biased_at; /* number of the first byte from which it is silent, always the same, every second the same */
} noise;

/* Byte number n of the good source: the second implementation is fed with it, too. */
static uint8_t noise_byte(unsigned n)
{
  uint32_t x = n * 2654435761u + 12345u;
  x = (x ^ x >> 15) * 0x2c1b3c6du;
  x = (x ^ x >> 12) * 0x297a2d39u;
  return (uint8_t)(x >> 24);
}

static bool scripted(void *context, uint8_t *byte)
{
  (void)context;
  if (noise.taken >= noise.dead_at) return false;
  const unsigned n = noise.taken++;
  *byte = n >= noise.stuck_at || (n >= noise.biased_at && n % 2 == 0) ? 0x42 : noise_byte(n);
  return true;
}

static uint8_t otp[8192];

static int restart(void **unused)
{
  (void)unused;
  mbedtls_hmac_drbg_free(&drbg);
  state = UNSEEDED;
  noise.taken = 0;
  noise.dead_at = noise.stuck_at = noise.biased_at = NEVER;
  memset(otp, 0x5a, sizeof otp);
  host_otp_attach(otp, true);
  host_noise_script(scripted, NULL);
  return 0;
}

static bool all_zero(const void *memory, size_t bytes)
{
  const uint8_t *p = memory;
  while (bytes > 0 && *p == 0) {
    p++;
    bytes--;
  }
  return bytes == 0;
}

/* ---- The second implementation: OpenSSL's HMAC-DRBG over entropy that is handed to it ---- */

static EVP_RAND_CTX *oracle_source, *oracle;

static EVP_RAND_CTX *oracle_new(const char *name, EVP_RAND_CTX *parent)
{
  EVP_RAND *kind = EVP_RAND_fetch(NULL, name, NULL);
  EVP_RAND_CTX *made = EVP_RAND_CTX_new(kind, parent);
  EVP_RAND_free(kind);
  assert_non_null(made);
  return made;
}

static void oracle_feed(unsigned from, size_t entropy_bytes, size_t nonce_bytes)
{
  uint8_t raw[256];
  unsigned strength = 256;
  for (unsigned i = 0; i < entropy_bytes + nonce_bytes; i++) raw[i] = noise_byte(from + i);
  OSSL_PARAM params[] = {
    OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength),
    OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, raw, entropy_bytes),
    OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_NONCE, raw + entropy_bytes, nonce_bytes),
    OSSL_PARAM_construct_end(),
  };
  if (nonce_bytes == 0) params[2] = OSSL_PARAM_construct_end();
  assert_int_equal(EVP_RAND_CTX_set_params(oracle_source, params), 1);
}

/* Seeded as random.h says: after the start-up test 64 bytes of entropy, then 32 of nonce. */
static void oracle_start(void)
{
  char digest[] = "SHA256", mac[] = "HMAC";
  unsigned never = 1u << 20; /* requests to the oracle before it reseeds by itself */
  uint8_t own[ROOT_KEY_BYTES];
  OSSL_PARAM params[] = {
    OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_DIGEST, digest, 0),
    OSSL_PARAM_construct_utf8_string(OSSL_DRBG_PARAM_MAC, mac, 0),
    OSSL_PARAM_construct_uint(OSSL_DRBG_PARAM_RESEED_REQUESTS, &never),
    OSSL_PARAM_construct_end(),
  };
  assert_int_equal(root_key_derive(own, "drbg"), PSA_SUCCESS);
  oracle_source = oracle_new("TEST-RAND", NULL);
  oracle_feed(1024, 64, 32);
  assert_int_equal(EVP_RAND_instantiate(oracle_source, 256, 0, NULL, 0, NULL), 1);
  oracle = oracle_new("HMAC-DRBG", oracle_source);
  assert_int_equal(EVP_RAND_instantiate(oracle, 256, 0, own, sizeof own, params), 1);
}

static void oracle_stop(void)
{
  EVP_RAND_CTX_free(oracle);
  EVP_RAND_CTX_free(oracle_source);
}

static void oracle_reseed(unsigned from)
{
  oracle_feed(from, 64, 0);
  assert_int_equal(EVP_RAND_reseed(oracle, 0, NULL, 0, NULL, 0), 1);
}

static void assert_as_oracle(const uint8_t *out, size_t bytes)
{
  uint8_t expected[4096];
  assert_int_equal(EVP_RAND_generate(oracle, expected, bytes, 256, 0, NULL, 0), 1);
  assert_memory_equal(out, expected, bytes);
}

/* ---- Seeding ---- */

static void gives_what_a_second_implementation_gives(void **unused)
{
  (void)unused;
  uint8_t out[1024];
  assert_int_equal(random_start(), PSA_SUCCESS);
  oracle_start();
  for (size_t bytes = 1; bytes <= sizeof out; bytes = bytes * 3 / 2 + 1) {
    assert_int_equal(random_bytes(out, bytes), PSA_SUCCESS);
    assert_as_oracle(out, bytes);
  }
  oracle_stop();
}

static void uses_64_fresh_raw_bytes_for_a_key(void **unused)
{
  (void)unused;
  uint8_t out[32];
  assert_int_equal(random_start(), PSA_SUCCESS);
  assert_int_equal(noise.taken, 1024 + 96);
  oracle_start();
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(random_fresh_bytes(out, sizeof out), PSA_SUCCESS);
    assert_int_equal(noise.taken, 1024 + 96 + 64 * (i + 1));
    oracle_reseed(1024 + 96 + 64 * i);
    assert_as_oracle(out, sizeof out);
  }
  oracle_stop();
}

static void reseeds_when_a_thousand_requests_are_served(void **unused)
{
  (void)unused;
  uint8_t out[16];
  assert_int_equal(random_start(), PSA_SUCCESS);
  oracle_start();
  for (unsigned i = 0; i < 2500; i++) {
    if (i == 1000) oracle_reseed(1024 + 96);
    if (i == 2000) oracle_reseed(1024 + 96 + 64);
    assert_int_equal(random_bytes(out, sizeof out), PSA_SUCCESS);
    assert_as_oracle(out, sizeof out);
  }
  assert_int_equal(noise.taken, 1024 + 96 + 2 * 64);
  oracle_stop();
}

static void gives_long_requests_in_pieces(void **unused)
{
  (void)unused;
  static uint8_t out[2500];
  assert_int_equal(random_bytes(out, sizeof out), PSA_SUCCESS);
  oracle_start();
  assert_as_oracle(out, 1024);
  assert_as_oracle(out + 1024, 1024);
  assert_as_oracle(out + 2048, 452);
  assert_int_equal(random_bytes(NULL, 0), PSA_SUCCESS);
  oracle_stop();
}

static void starts_by_itself(void **unused)
{
  (void)unused;
  uint8_t out[32];
  assert_false(random_is_good());
  assert_int_equal(random_fresh_bytes(out, sizeof out), PSA_SUCCESS);
  assert_true(random_is_good());
}

static void differs_on_devices_with_the_same_noise(void **unused)
{
  uint8_t one[32], other[32];
  assert_int_equal(random_bytes(one, sizeof one), PSA_SUCCESS);
  restart(unused);
  memset(otp, 0xa7, sizeof otp);
  assert_int_equal(random_bytes(other, sizeof other), PSA_SUCCESS);
  assert_memory_not_equal(one, other, sizeof one);
}

static void works_on_a_blank_device(void **unused)
{
  (void)unused;
  uint8_t out[32];
  host_otp_silence(true);
  const psa_status_t status = random_bytes(out, sizeof out);
  host_otp_silence(false);
  assert_int_equal(status, PSA_SUCCESS);
}

/* ---- Failures ---- */

/* Nothing comes any more, and nothing is left, though the source is good again. */
static void assert_failed_for_good(void)
{
  uint8_t out[40];
  noise.stuck_at = noise.biased_at = NEVER;
  for (unsigned i = 0; i < 3; i++) {
    memset(out, 0xee, sizeof out);
    assert_int_equal(random_bytes(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    assert_true(all_zero(out, sizeof out));
    memset(out, 0xee, sizeof out);
    assert_int_equal(random_fresh_bytes(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    assert_true(all_zero(out, sizeof out));
    assert_int_equal(random_start(), PSA_ERROR_INSUFFICIENT_ENTROPY);
    assert_false(random_is_good());
  }
  assert_true(all_zero(drbg.V, sizeof drbg.V));
  assert_null(drbg.md_ctx.hmac_ctx);
}

static void stays_failed_when_the_source_is_stuck_at_the_start(void **unused)
{
  for (unsigned stuck_at = 0; stuck_at < 1024 + 96 - HEALTH_REPETITION_CUTOFF; stuck_at += 31) {
    restart(unused);
    noise.stuck_at = stuck_at;
    assert_int_equal(random_start(), PSA_ERROR_INSUFFICIENT_ENTROPY);
    assert_failed_for_good();
  }
}

static void stays_failed_when_the_source_is_biased(void **unused)
{
  (void)unused;
  noise.biased_at = 300;
  assert_int_equal(random_start(), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_failed_for_good();
}

static void stays_failed_when_a_source_gets_stuck_later(void **unused)
{
  (void)unused;
  uint8_t out[32];
  assert_int_equal(random_start(), PSA_SUCCESS);
  noise.stuck_at = noise.taken + 10;
  assert_int_equal(random_fresh_bytes(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_true(all_zero(out, sizeof out));
  assert_failed_for_good();
}

static void stays_failed_when_a_planned_reseed_finds_it_stuck(void **unused)
{
  (void)unused;
  static uint8_t out[4 * 1024];
  assert_int_equal(random_start(), PSA_SUCCESS);
  for (unsigned i = 0; i < RANDOM_RESEED_INTERVAL - 2; i++) assert_int_equal(random_bytes(out, 8), PSA_SUCCESS);
  noise.stuck_at = noise.taken;
  memset(out, 0xee, sizeof out);
  assert_int_equal(random_bytes(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY); /* two pieces were made */
  assert_true(all_zero(out, sizeof out));
  assert_failed_for_good();
}

static void tries_a_silent_source_again(void **unused)
{
  uint8_t out[32];
  for (unsigned dead_at = 0; dead_at < 1024 + 96; dead_at += 7) {
    restart(unused);
    noise.dead_at = dead_at;
    assert_int_equal(random_start(), PSA_ERROR_INSUFFICIENT_ENTROPY);
    assert_false(random_is_good());
    memset(out, 0xee, sizeof out);
    assert_int_equal(random_bytes(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
    assert_true(all_zero(out, sizeof out));
    noise.dead_at = NEVER;
    const unsigned before = noise.taken;
    assert_int_equal(random_bytes(out, sizeof out), PSA_SUCCESS);
    assert_int_equal(noise.taken - before, 1024 + 96); /* from the beginning */
  }
}

/* It gives all that is asked, but so slowly that the watchdog would be next. */
static void takes_a_source_that_dribbles_for_a_silent_one(void **unused)
{
  (void)unused;
  uint8_t out[16];
  host_clock_step(RANDOM_START_MAX_MS / 4);
  assert_int_equal(random_start(), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_in_range(noise.taken, 1, 6 * 64);
  host_clock_step(1);
  assert_int_equal(random_bytes(out, sizeof out), PSA_SUCCESS);
}

static void makes_no_key_when_the_source_died_but_goes_on_otherwise(void **unused)
{
  (void)unused;
  uint8_t out[32];
  assert_int_equal(random_start(), PSA_SUCCESS);
  noise.dead_at = noise.taken + 63;
  memset(out, 0xee, sizeof out);
  assert_int_equal(random_fresh_bytes(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_true(all_zero(out, sizeof out));
  assert_true(random_is_good());
  for (unsigned i = 0; i < RANDOM_RESEED_INTERVAL; i++) assert_int_equal(random_bytes(out, sizeof out), PSA_SUCCESS);
  assert_int_equal(random_bytes(out, sizeof out), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_true(all_zero(out, sizeof out));
  noise.dead_at = NEVER;
  assert_int_equal(random_fresh_bytes(out, sizeof out), PSA_SUCCESS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(gives_what_a_second_implementation_gives, restart),
    cmocka_unit_test_setup(uses_64_fresh_raw_bytes_for_a_key, restart),
    cmocka_unit_test_setup(reseeds_when_a_thousand_requests_are_served, restart),
    cmocka_unit_test_setup(gives_long_requests_in_pieces, restart),
    cmocka_unit_test_setup(starts_by_itself, restart),
    cmocka_unit_test_setup(differs_on_devices_with_the_same_noise, restart),
    cmocka_unit_test_setup(works_on_a_blank_device, restart),
    cmocka_unit_test_setup(stays_failed_when_the_source_is_stuck_at_the_start, restart),
    cmocka_unit_test_setup(stays_failed_when_the_source_is_biased, restart),
    cmocka_unit_test_setup(stays_failed_when_a_source_gets_stuck_later, restart),
    cmocka_unit_test_setup(stays_failed_when_a_planned_reseed_finds_it_stuck, restart),
    cmocka_unit_test_setup(tries_a_silent_source_again, restart),
    cmocka_unit_test_setup(takes_a_source_that_dribbles_for_a_silent_one, restart),
    cmocka_unit_test_setup(makes_no_key_when_the_source_died_but_goes_on_otherwise, restart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

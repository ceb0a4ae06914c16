/* The numbers against libcrypto's SHA-256, with a seed of the test's. */
#include "network_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "hf_kernel.h"
#include "psa/crypto.h"

#define SEED_BYTES 32u

static psa_status_t random_status;
static uint64_t uptime_ms;

psa_status_t psa_generate_random(uint8_t *output, size_t output_size)
{
  memset(output, 0x5A, output_size);
  return random_status;
}

uint64_t hf_uptime_ms(void)
{
  return uptime_ms;
}

static int start(void **state)
{
  (void)state;
  random_status = PSA_SUCCESS;
  uptime_ms = 0;
  return network_random_start() ? 0 : -1;
}

/* The words of SHA-256(seed, mark, data). */
static void expected(uint32_t words[8], uint8_t mark, const void *data, size_t bytes)
{
  uint8_t message[SEED_BYTES + 1u + 16u], digest[SHA256_DIGEST_LENGTH];
  memset(message, 0x5A, SEED_BYTES);
  message[SEED_BYTES] = mark;
  memcpy(message + SEED_BYTES + 1u, data, bytes);
  (void)SHA256(message, SEED_BYTES + 1u + bytes, digest);
  memcpy(words, digest, sizeof digest);
}

static void there_is_no_network_without_random_numbers(void **state)
{
  (void)state;
  random_status = PSA_ERROR_INSUFFICIENT_ENTROPY;
  assert_false(network_random_start());
}

static void numbers_are_the_hashes_of_the_seed_and_a_count_that_goes_on(void **state)
{
  (void)state;
  uint32_t words[8];
  for (uint64_t block = 1; block <= 3; block++) {
    expected(words, 0, &block, sizeof block);
    for (uint32_t i = 8; i-- != 0;) assert_int_equal(network_random(), words[i]);
  }
}

static void a_first_sequence_number_is_a_secret_of_the_connection_and_a_clock(void **state)
{
  (void)state;
  const uint32_t connection[] = {0x0F02000A, 0x0202000A, 0xC000u << 16 | 8883u};
  uint32_t words[8];
  expected(words, 1, connection, sizeof connection);
  assert_int_equal(network_first_sequence_number(connection[0], 0xC000, connection[1], 8883), words[0]);
  uptime_ms = 4; /* RFC 6528: one every 4 microseconds */
  assert_int_equal(network_first_sequence_number(connection[0], 0xC000, connection[1], 8883),
                   (uint32_t)(words[0] + 1000u));
  assert_int_not_equal(network_first_sequence_number(connection[0], 0xC001, connection[1], 8883),
                       (uint32_t)(words[0] + 1000u));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(numbers_are_the_hashes_of_the_seed_and_a_count_that_goes_on, start),
    cmocka_unit_test_setup(a_first_sequence_number_is_a_secret_of_the_connection_and_a_clock, start),
    cmocka_unit_test_setup(there_is_no_network_without_random_numbers, start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

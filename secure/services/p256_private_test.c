#define OPENSSL_SUPPRESS_DEPRECATED /* EC_KEY is the shortest way to a second opinion */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>

#include "p256_private.h"
#include "random.h"

/* ---- A fault while a key is made: the linker puts this before p256-m's function ---- */

static unsigned faulty_byte; /* of private and public key, one after the other; 0: none */

int __real_p256_gen_keypair(uint8_t private_key[P256_BYTES], uint8_t public_key[P256_PUBLIC_KEY_BYTES]);
int __wrap_p256_gen_keypair(uint8_t private_key[P256_BYTES], uint8_t public_key[P256_PUBLIC_KEY_BYTES]);

int __wrap_p256_gen_keypair(uint8_t private_key[P256_BYTES], uint8_t public_key[P256_PUBLIC_KEY_BYTES])
{
  const int made = __real_p256_gen_keypair(private_key, public_key);
  if (faulty_byte >= P256_BYTES)
    public_key[faulty_byte - P256_BYTES] ^= 0x10;
  else if (faulty_byte > 0)
    private_key[faulty_byte] ^= 0x10;
  return made;
}

/* ---- Random numbers that do as they are told (instead of random.c) ---- */

static enum { GOOD, REPEATING, NONE } numbers;
static uint32_t counter;
static unsigned fresh_requests;

psa_status_t random_bytes(void *out, size_t bytes)
{
  uint8_t *p = out;
  if (numbers == NONE) memset(out, 0, bytes);
  if (numbers == NONE) return PSA_ERROR_INSUFFICIENT_ENTROPY;
  for (size_t i = 0; i < bytes; i++) {
    if (numbers == GOOD) counter = counter * 1664525u + 1013904223u;
    p[i] = numbers == GOOD ? (uint8_t)(counter >> 24) : 0x33;
  }
  return PSA_SUCCESS;
}

psa_status_t random_fresh_bytes(void *out, size_t bytes)
{
  fresh_requests++;
  return random_bytes(out, bytes);
}

static int good_numbers(void **state)
{
  (void)state;
  numbers = GOOD;
  fresh_requests = 0;
  faulty_byte = 0;
  return 0;
}

/* ---- OpenSSL's opinion ---- */

static EC_KEY *openssl_key(const uint8_t private_key[P256_BYTES], const uint8_t public_key[P256_PUBLIC_KEY_BYTES])
{
  uint8_t point[1 + P256_PUBLIC_KEY_BYTES] = {0x04};
  memcpy(point + 1, public_key, P256_PUBLIC_KEY_BYTES);
  EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
  if (private_key) assert_int_equal(EC_KEY_oct2priv(key, private_key, P256_BYTES), 1);
  assert_int_equal(EC_KEY_oct2key(key, point, sizeof point, NULL), 1);
  return key;
}

/* Also that the public key is the private key's. */
static bool openssl_takes_pair(const uint8_t private_key[P256_BYTES], const uint8_t public_key[P256_PUBLIC_KEY_BYTES])
{
  EC_KEY *key = openssl_key(private_key, public_key);
  const bool good = EC_KEY_check_key(key) == 1;
  EC_KEY_free(key);
  return good;
}

static bool openssl_verifies(const uint8_t public_key[P256_PUBLIC_KEY_BYTES], const uint8_t hash[P256_BYTES],
                             const uint8_t signature[P256_SIGNATURE_BYTES])
{
  EC_KEY *key = openssl_key(NULL, public_key);
  ECDSA_SIG *pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, BN_bin2bn(signature, P256_BYTES, NULL), BN_bin2bn(signature + P256_BYTES, P256_BYTES, NULL));
  const bool good = ECDSA_do_verify(hash, P256_BYTES, pair, key) == 1;
  ECDSA_SIG_free(pair);
  EC_KEY_free(key);
  return good;
}

/* ---- RFC 6979, A.2.5 ---- */

static const uint8_t rfc_private[] = {0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21,
                                      0x57, 0x67, 0xb1, 0xd6, 0x93, 0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8,
                                      0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21};
static const char rfc_public[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                 "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
/* SHA-256 of "sample" and of "test", and the signatures of them. */
static const char sample_hash[] = "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf";
static const char sample_signature[] = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                                       "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
static const char test_hash[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
static const char test_signature[] = "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
                                     "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";

static void unhex(uint8_t *out, const char *hex)
{
  for (; *hex; hex += 2) {
    const char digits[3] = {hex[0], hex[1], 0};
    *out++ = (uint8_t)strtoul(digits, NULL, 16);
  }
}

static void assert_signs_as_rfc(const char *hash_hex, const char *signature_hex)
{
  uint8_t public_key[P256_PUBLIC_KEY_BYTES], hash[P256_BYTES];
  uint8_t expected[P256_SIGNATURE_BYTES], signature[P256_SIGNATURE_BYTES];
  unhex(public_key, rfc_public);
  unhex(hash, hash_hex);
  unhex(expected, signature_hex);
  assert_int_equal(p256_private_sign(signature, rfc_private, public_key, hash), PSA_SUCCESS);
  assert_memory_equal(signature, expected, sizeof expected);
}

static void signs_as_rfc_6979_when_there_are_no_random_numbers(void **state)
{
  (void)state;
  numbers = NONE;
  assert_signs_as_rfc(sample_hash, sample_signature);
  assert_signs_as_rfc(test_hash, test_signature);
}

/* ---- Keys ---- */

static void makes_pairs_that_openssl_takes(void **state)
{
  (void)state;
  uint8_t private_key[P256_BYTES], public_key[P256_PUBLIC_KEY_BYTES];
  for (unsigned i = 0; i < 20; i++) {
    assert_int_equal(p256_private_generate(private_key, public_key), PSA_SUCCESS);
    assert_true(openssl_takes_pair(private_key, public_key));
  }
}

static void makes_keys_from_fresh_random_numbers(void **state)
{
  (void)state;
  uint8_t private_key[P256_BYTES], public_key[P256_PUBLIC_KEY_BYTES], numbers_used[P256_BYTES];
  const uint32_t before = counter;
  assert_int_equal(p256_private_generate(private_key, public_key), PSA_SUCCESS);
  assert_int_equal(fresh_requests, 1);
  counter = before;
  assert_int_equal(random_bytes(numbers_used, sizeof numbers_used), PSA_SUCCESS);
  assert_memory_equal(private_key, numbers_used, sizeof private_key);
}

static void makes_no_key_without_random_numbers(void **state)
{
  (void)state;
  static const uint8_t zeros[P256_PUBLIC_KEY_BYTES];
  uint8_t private_key[P256_BYTES], public_key[P256_PUBLIC_KEY_BYTES];
  memset(private_key, 0xee, sizeof private_key);
  memset(public_key, 0xee, sizeof public_key);
  numbers = NONE;
  assert_int_equal(p256_private_generate(private_key, public_key), PSA_ERROR_INSUFFICIENT_ENTROPY);
  assert_memory_equal(private_key, zeros, sizeof private_key);
  assert_memory_equal(public_key, zeros, sizeof public_key);
}

static void gives_no_pair_out_that_does_not_fit(void **state)
{
  (void)state;
  static const uint8_t zeros[P256_PUBLIC_KEY_BYTES];
  uint8_t private_key[P256_BYTES], public_key[P256_PUBLIC_KEY_BYTES];
  for (faulty_byte = 1; faulty_byte < P256_BYTES + P256_PUBLIC_KEY_BYTES; faulty_byte += 5) {
    assert_int_equal(p256_private_generate(private_key, public_key), PSA_ERROR_CORRUPTION_DETECTED);
    assert_memory_equal(private_key, zeros, sizeof private_key);
    assert_memory_equal(public_key, zeros, sizeof public_key);
  }
}

/* ---- Signatures ---- */

typedef struct pair {
  uint8_t private_key[P256_BYTES], public_key[P256_PUBLIC_KEY_BYTES];
} pair;

static pair new_pair(void)
{
  pair made = {0};
  assert_int_equal(p256_private_generate(made.private_key, made.public_key), PSA_SUCCESS);
  return made;
}

static void makes_signatures_that_openssl_verifies(void **state)
{
  (void)state;
  uint8_t hash[P256_BYTES], signature[P256_SIGNATURE_BYTES];
  const pair key = new_pair();
  for (unsigned i = 0; i < 50; i++) {
    assert_int_equal(random_bytes(hash, sizeof hash), PSA_SUCCESS);
    assert_int_equal(p256_private_sign(signature, key.private_key, key.public_key, hash), PSA_SUCCESS);
    assert_true(openssl_verifies(key.public_key, hash, signature));
  }
}

static void signs_the_extreme_hashes(void **state)
{
  (void)state;
  uint8_t hash[P256_BYTES], signature[P256_SIGNATURE_BYTES];
  const pair key = new_pair();
  for (unsigned i = 0; i < 2; i++) {
    memset(hash, i == 0 ? 0x00 : 0xff, sizeof hash);
    assert_int_equal(p256_private_sign(signature, key.private_key, key.public_key, hash), PSA_SUCCESS);
    assert_true(openssl_verifies(key.public_key, hash, signature));
  }
}

/* r is the nonce's: equal r, equal nonce. */
static bool share_nonce(const uint8_t a[P256_SIGNATURE_BYTES], const uint8_t b[P256_SIGNATURE_BYTES])
{
  return memcmp(a, b, P256_BYTES) == 0;
}

static void uses_another_nonce_each_time_for_one_hash(void **state)
{
  (void)state;
  static const uint8_t hash[P256_BYTES] = {1};
  uint8_t one[P256_SIGNATURE_BYTES], other[P256_SIGNATURE_BYTES];
  const pair key = new_pair();
  assert_int_equal(p256_private_sign(one, key.private_key, key.public_key, hash), PSA_SUCCESS);
  assert_int_equal(p256_private_sign(other, key.private_key, key.public_key, hash), PSA_SUCCESS);
  assert_false(share_nonce(one, other));
}

static void uses_another_nonce_for_another_hash_or_key_though_random_numbers_repeat(void **state)
{
  (void)state;
  uint8_t hash[P256_BYTES] = {1}, signatures[20][P256_SIGNATURE_BYTES];
  const pair keys[2] = {new_pair(), new_pair()};
  for (unsigned none = 0; none < 2; none++) {
    numbers = none ? NONE : REPEATING;
    for (unsigned i = 0; i < 20; i++) {
      const pair *key = &keys[i % 2];
      hash[P256_BYTES - 1] = (uint8_t)(i / 2);
      assert_int_equal(p256_private_sign(signatures[i], key->private_key, key->public_key, hash), PSA_SUCCESS);
      for (unsigned before = 0; before < i; before++) assert_false(share_nonce(signatures[before], signatures[i]));
    }
  }
}

static void gives_no_signature_out_that_does_not_verify(void **state)
{
  (void)state;
  static const uint8_t zeros[P256_SIGNATURE_BYTES], hash[P256_BYTES] = {1};
  uint8_t signature[P256_SIGNATURE_BYTES];
  const pair key = new_pair(), other = new_pair();
  assert_int_equal(p256_private_sign(signature, key.private_key, other.public_key, hash),
                   PSA_ERROR_CORRUPTION_DETECTED);
  assert_memory_equal(signature, zeros, sizeof zeros);
  for (unsigned bit = 0; bit < 8 * P256_BYTES; bit += 37) { /* a bit of the key flips in RAM */
    pair faulty = key;
    faulty.private_key[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(p256_private_sign(signature, faulty.private_key, key.public_key, hash),
                     PSA_ERROR_CORRUPTION_DETECTED);
    assert_memory_equal(signature, zeros, sizeof zeros);
  }
}

static void refuses_private_keys_out_of_range(void **state)
{
  (void)state;
  static const uint8_t zeros[P256_SIGNATURE_BYTES], hash[P256_BYTES] = {1};
  uint8_t private_key[P256_BYTES], signature[P256_SIGNATURE_BYTES];
  const pair key = new_pair();
  for (unsigned i = 0; i < 2; i++) {
    memset(private_key, i == 0 ? 0x00 : 0xff, sizeof private_key);
    assert_int_equal(p256_private_sign(signature, private_key, key.public_key, hash), PSA_ERROR_CORRUPTION_DETECTED);
    assert_memory_equal(signature, zeros, sizeof zeros);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(signs_as_rfc_6979_when_there_are_no_random_numbers, good_numbers),
    cmocka_unit_test_setup(makes_pairs_that_openssl_takes, good_numbers),
    cmocka_unit_test_setup(makes_keys_from_fresh_random_numbers, good_numbers),
    cmocka_unit_test_setup(makes_no_key_without_random_numbers, good_numbers),
    cmocka_unit_test_setup(gives_no_pair_out_that_does_not_fit, good_numbers),
    cmocka_unit_test_setup(makes_signatures_that_openssl_verifies, good_numbers),
    cmocka_unit_test_setup(signs_the_extreme_hashes, good_numbers),
    cmocka_unit_test_setup(uses_another_nonce_each_time_for_one_hash, good_numbers),
    cmocka_unit_test_setup(uses_another_nonce_for_another_hash_or_key_though_random_numbers_repeat, good_numbers),
    cmocka_unit_test_setup(gives_no_signature_out_that_does_not_verify, good_numbers),
    cmocka_unit_test_setup(refuses_private_keys_out_of_range, good_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

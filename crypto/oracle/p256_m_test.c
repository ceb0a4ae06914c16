/* Our P-256 verification against p256-m of the pinned mbedTLS source: a second implementation with
 * another design (constant time, 32-bit limbs throughout), and the one many devices ship. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ct.h"
/* Its verify has the name of ours. */
#define p256_ecdsa_verify p256_ecdsa_verify_oracle
#include "p256-m.h"
#undef p256_ecdsa_verify
#include "p256.h"
#include "psa/crypto.h"
#include "mbedtls/platform_util.h"
#include "sha256.h"

enum { KEYS = 40, SIGNATURES_PER_KEY = 5 };

/* ---- What p256-m calls. Deterministic: a failure can be repeated. ---- */

static uint32_t drawn;

psa_status_t psa_generate_random(uint8_t *out, size_t bytes)
{
  uint8_t digest[SHA256_BYTES];
  for (size_t done = 0; done < bytes; done++) {
    if (done % sizeof digest == 0) {
      drawn++;
      sha256(digest, &drawn, sizeof drawn);
    }
    out[done] = digest[done % sizeof digest];
  }
  return 0;
}

void mbedtls_platform_zeroize(void *memory, size_t bytes)
{
  wipe(memory, bytes);
}

/* ---- Tests ---- */

static void expect_the_same_verdict(const uint8_t public_key[64], const uint8_t hash[32], const uint8_t signature[64])
{
  const int theirs = p256_ecdsa_verify_oracle(signature, public_key, hash, 32);
  const crypto_status ours = p256_ecdsa_verify(public_key, hash, signature);
  assert_int_equal(ours == CRYPTO_OK, theirs == P256_SUCCESS);
}

static void takes_what_p256_m_signs_and_refuses_what_it_refuses(void **state)
{
  (void)state;
  for (uint32_t k = 0; k < KEYS; k++) {
    uint8_t private_key[32], public_key[64], hash[32], signature[64];
    assert_int_equal(p256_gen_keypair(private_key, public_key), P256_SUCCESS);
    for (uint32_t i = 0; i < SIGNATURES_PER_KEY; i++) {
      assert_int_equal(psa_generate_random(hash, sizeof hash), 0);
      assert_int_equal(p256_ecdsa_sign(signature, private_key, hash, sizeof hash), P256_SUCCESS);
      assert_int_equal(p256_ecdsa_verify(public_key, hash, signature), CRYPTO_OK);

      const uint32_t bit = (k * SIGNATURES_PER_KEY + i) * 37;
      signature[bit / 8 % 64] ^= (uint8_t)(1u << bit % 8);
      expect_the_same_verdict(public_key, hash, signature);
      signature[bit / 8 % 64] ^= (uint8_t)(1u << bit % 8);
      hash[bit / 8 % 32] ^= (uint8_t)(1u << bit % 8);
      expect_the_same_verdict(public_key, hash, signature);
      public_key[bit / 8 % 64] ^= (uint8_t)(1u << bit % 8);
      expect_the_same_verdict(public_key, hash, signature);
      public_key[bit / 8 % 64] ^= (uint8_t)(1u << bit % 8);
    }
  }
}

static void agrees_on_edges(void **state)
{
  (void)state;
  static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                    0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
  uint8_t private_key[32], public_key[64], hash[32], good[64];
  assert_int_equal(p256_gen_keypair(private_key, public_key), P256_SUCCESS);
  memset(hash, 0, sizeof hash); /* u1 = 0 */
  assert_int_equal(p256_ecdsa_sign(good, private_key, hash, sizeof hash), P256_SUCCESS);
  assert_int_equal(p256_ecdsa_verify(public_key, hash, good), CRYPTO_OK);
  memcpy(hash, order, sizeof hash); /* the same, not reduced */
  expect_the_same_verdict(public_key, hash, good);
  for (uint32_t half = 0; half < 2; half++) {
    uint8_t signature[64];
    memcpy(signature, good, sizeof signature);
    memset(signature + 32 * half, 0, 32);
    expect_the_same_verdict(public_key, hash, signature);
    memcpy(signature + 32 * half, order, 32);
    expect_the_same_verdict(public_key, hash, signature);
    memset(signature + 32 * half, 0xff, 32);
    expect_the_same_verdict(public_key, hash, signature);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(takes_what_p256_m_signs_and_refuses_what_it_refuses),
    cmocka_unit_test(agrees_on_edges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The private halves of the test keys. */
#ifndef HF_TEST_KEYS_H
#define HF_TEST_KEYS_H

#include "image_maker.h"
#include "lms_sign.h"

/* r || s over a SHA-256 digest; the nonce is derived from key and digest, so that the result never changes. */
void test_p256_sign(uint8_t signature[64], test_key key, const uint8_t digest[32]);
/* X || Y. */
void test_p256_public(uint8_t public_key[64], test_key key);

/* Computed at first use; trees of height 10 are kept in TEST_CACHE_DIR between runs. Never null. */
const lms_signing_key *test_lms(test_key key);

#endif

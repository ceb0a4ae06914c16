#include "p256_private.h"

#include <string.h>

#include "mbedtls/hmac_drbg.h"

#include "ct.h"
#include "random.h"

/* p256-m's functions; its header has another p256_ecdsa_verify() than ours. */
int p256_gen_keypair(uint8_t private_key[32], uint8_t public_key[64]);
int p256_ecdsa_sign(uint8_t signature[64], const uint8_t private_key[32], const uint8_t *hash, size_t hash_bytes);
/* What p256-m calls when it needs random numbers. (The API's function of this name is another one: psa/error.h.) */
psa_status_t psa_generate_random(uint8_t *out, size_t bytes);

/* Where they come from: nonces while a signature is being made, otherwise (null) fresh random numbers for a new key. */
static mbedtls_hmac_drbg_context *nonces;

psa_status_t psa_generate_random(uint8_t *out, size_t bytes)
{
  if (nonces == NULL) return random_fresh_bytes(out, bytes);
  return mbedtls_hmac_drbg_random(nonces, out, bytes) == 0 ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

/* RFC 6979, 3.2 d: the seed is private key || hash, and by 3.6 what random bytes there are. (The RFC reduces the hash mod n first;
 * for the one in 2^32 that are not below n the nonce is another one, and as good.) */
static bool nonces_seed(mbedtls_hmac_drbg_context *drbg, const uint8_t private_key[P256_BYTES],
                        const uint8_t hash[P256_BYTES])
{
  uint8_t seed[3 * P256_BYTES];
  memcpy(seed, private_key, P256_BYTES);
  memcpy(seed + P256_BYTES, hash, P256_BYTES);
  const bool hedged = random_bytes(seed + 2 * P256_BYTES, P256_BYTES) == PSA_SUCCESS;
  const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  const int seeded = mbedtls_hmac_drbg_seed_buf(drbg, sha256, seed, hedged ? sizeof seed : 2 * P256_BYTES);
  wipe(seed, sizeof seed);
  return seeded == 0;
}

static bool sign(uint8_t signature[P256_SIGNATURE_BYTES], const uint8_t private_key[P256_BYTES],
                 const uint8_t hash[P256_BYTES])
{
  mbedtls_hmac_drbg_context drbg;
  mbedtls_hmac_drbg_init(&drbg);
  bool made = nonces_seed(&drbg, private_key, hash);
  if (made) {
    nonces = &drbg;
    made = p256_ecdsa_sign(signature, private_key, hash, P256_BYTES) == 0;
    nonces = NULL;
  }
  mbedtls_hmac_drbg_free(&drbg);
  return made;
}

psa_status_t p256_private_sign(uint8_t signature[P256_SIGNATURE_BYTES], const uint8_t private_key[P256_BYTES],
                               const uint8_t public_key[P256_PUBLIC_KEY_BYTES], const uint8_t hash[P256_BYTES])
{
  if (sign(signature, private_key, hash) && p256_ecdsa_verify(public_key, hash, signature) == CRYPTO_OK)
    return PSA_SUCCESS;
  wipe(signature, P256_SIGNATURE_BYTES);
  return PSA_ERROR_CORRUPTION_DETECTED;
}

static psa_status_t pair_is_consistent(const uint8_t private_key[P256_BYTES],
                                       const uint8_t public_key[P256_PUBLIC_KEY_BYTES])
{
  static const uint8_t hash[P256_BYTES] = "any hash does: pairwise test";
  uint8_t signature[P256_SIGNATURE_BYTES];
  return p256_private_sign(signature, private_key, public_key, hash);
}

psa_status_t p256_private_generate(uint8_t private_key[P256_BYTES], uint8_t public_key[P256_PUBLIC_KEY_BYTES])
{
  psa_status_t status = PSA_ERROR_INSUFFICIENT_ENTROPY;
  if (p256_gen_keypair(private_key, public_key) == 0) status = pair_is_consistent(private_key, public_key);
  if (status == PSA_SUCCESS) return PSA_SUCCESS;
  wipe(private_key, P256_BYTES);
  wipe(public_key, P256_PUBLIC_KEY_BYTES);
  return status;
}

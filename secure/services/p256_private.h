/* P-256 with private keys: p256-m (constant time), with what it leaves to its user: where nonces come from, and checks of the
 * results.
 *
 * A nonce that repeats, or is known, gives the private key away. So nonces are hedged (RFC 6979, 3.6): HMAC_DRBG over private key,
 * hash and 32 fresh random bytes. When the random numbers are bad, two hashes still get two nonces, as long as the key is secret;
 * when they are good, a fault cannot be made to strike the same nonce twice. When there are none at all the nonce is that of RFC
 * 6979, 3.2, and signing goes on: a device with a dead noise source can still say so to its service. Making keys cannot.
 *
 * All numbers as in p256.h. Own secrets are wiped before return, but p256-m leaves pieces of its work on the stack: the caller (the
 * gate) wipes the stack when the service is done. Not reentrant; context as storage.h. */
#ifndef HF_SECURE_P256_PRIVATE_H
#define HF_SECURE_P256_PRIVATE_H

#include <stdint.h>

#include "p256.h"
#include "psa/error.h"

/* Makes a key pair from fresh random numbers and lets it sign once and verify that (pairwise consistency, SP 800-56A, 5.6.2.1.4).
 * PSA_SUCCESS, and the caller wipes private_key | PSA_ERROR_INSUFFICIENT_ENTROPY | PSA_ERROR_CORRUPTION_DETECTED it does not fit.
 * After an error both are 0. */
psa_status_t p256_private_generate(uint8_t private_key[P256_BYTES],
                                   uint8_t public_key[P256_PUBLIC_KEY_BYTES]) PSA_MUST_CHECK;

/* Signs, and verifies the signature before it gives it out: one made under a fault can give the key away.
 * PSA_SUCCESS | PSA_ERROR_CORRUPTION_DETECTED the signature does not verify, or the private key is none (0, or not below n).
 * After an error signature is 0. */
psa_status_t p256_private_sign(uint8_t signature[P256_SIGNATURE_BYTES], const uint8_t private_key[P256_BYTES],
                               const uint8_t public_key[P256_PUBLIC_KEY_BYTES],
                               const uint8_t hash[P256_BYTES]) PSA_MUST_CHECK;

#endif

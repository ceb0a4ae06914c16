/* ECDSA verification on the NIST curve P-256 (FIPS 186-5, SP 800-186), and nothing else.
 *
 * Verification touches public data only: the code runs in variable time on purpose, and must never be given a secret.
 *
 * Boot code wants a value, not an answer. ECDSA accepts when a point computed from key, hash and signature has the
 * x coordinate r; the first function computes that coordinate and leaves the comparison to the caller, who can derive
 * something that is needed later from "recomputed r == r" instead of guarding it by one branch:
 *
 *     uint8_t r[P256_BYTES];
 *     crypto_status computed = p256_ecdsa_recompute_r(r, key, hash, signature);
 *     unlock ^= ct_difference(r, signature, sizeof r) ^ share;    (the signature starts with its r)
 *
 * All numbers are 32 bytes, big-endian: a public key is x || y (SEC 1 without the 0x04), a signature is r || s.
 * Reentrant, no static state. About 1.0 KB of stack. No pointer needs any alignment. */
#ifndef HF_CRYPTO_P256_H
#define HF_CRYPTO_P256_H

#include <stdint.h>

#include "crypto_status.h"

enum {
  P256_BYTES = 32,
  P256_PUBLIC_KEY_BYTES = 2 * P256_BYTES,
  P256_SIGNATURE_BYTES = 2 * P256_BYTES,
};

/* Computes the r that a valid signature of this hash by this key would contain:
 *     r_out = x(e/s G + r/s Q) mod n,   e = hash.
 * The signature is good if and only if the result is CRYPTO_OK *and* r_out equals the first 32 bytes of signature.
 *
 * CRYPTO_OK        | r_out was computed
 * CRYPTO_BAD_INPUT | r or s is 0 or >= n; a coordinate is >= p; the point is not on the curve
 * CRYPTO_INVALID   | the sum is the point at infinity, which has no x coordinate (no honest signer produces this)
 *
 * Unless CRYPTO_OK, r_out is the bitwise complement of the signature's r and so differs from it in every bit.
 * r_out must not overlap an input. hash is a SHA-256 digest; longer digests must be cut by the caller (FIPS 186-5,
 * 6.4.2). */
CRYPTO_MUST_USE crypto_status p256_ecdsa_recompute_r(uint8_t r_out[P256_BYTES],
                                                     const uint8_t public_key[P256_PUBLIC_KEY_BYTES],
                                                     const uint8_t hash[P256_BYTES],
                                                     const uint8_t signature[P256_SIGNATURE_BYTES]);

/* The plain question, for callers outside the boot path.
 * CRYPTO_OK the signature is good | CRYPTO_INVALID it is not | CRYPTO_BAD_INPUT as above */
CRYPTO_MUST_USE crypto_status p256_ecdsa_verify(const uint8_t public_key[P256_PUBLIC_KEY_BYTES],
                                                const uint8_t hash[P256_BYTES],
                                                const uint8_t signature[P256_SIGNATURE_BYTES]);

#endif

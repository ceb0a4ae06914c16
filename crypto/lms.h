/* Verification of LMS and HSS hash-based signatures (RFC 8554, NIST SP 800-208), SHA-256 with 32-byte nodes.
 *
 * Supported: trees of height 5 and 10, one-time signatures with Winternitz parameter 4 and 8, HSS with one or two
 * levels, every combination. Any other type code is refused.
 *
 * Boot code wants a value, not an answer. A verifier recomputes the root of the tree from message and signature and
 * accepts if it is the root in the public key; the recompute functions return that root and leave the comparison to
 * the caller, who can derive something that is needed later from it instead of guarding it by one branch:
 *
 *     uint8_t root[LMS_NODE_BYTES];
 *     crypto_status computed = hss_recompute_root(root, key, msg, msg_len, sig, sig_len);
 *     unlock ^= ct_difference(root, hss_root(key), sizeof root) ^ share;
 *
 * The signature is good if and only if the result is CRYPTO_OK *and* the roots are equal.
 *
 * Everything is public: no constant-time claim is needed. Lengths are exact, a trailing byte is an error, and no
 * type code is taken from the signature: those in it must equal those in the public key. Reentrant, no static state,
 * about 0.8 KB of stack, no pointer needs any alignment. Outputs must not overlap inputs. */
#ifndef HF_CRYPTO_LMS_H
#define HF_CRYPTO_LMS_H

#include <stddef.h>
#include <stdint.h>

#include "crypto_status.h"

enum {
  LMS_NODE_BYTES = 32,
  LMS_ID_BYTES = 16, /* I, the identifier of one tree */

  /* u32 tree type || u32 one-time type || I || root (RFC 8554, 5.3); integers are big-endian. */
  LMS_PUBLIC_KEY_BYTES = 4 + 4 + LMS_ID_BYTES + LMS_NODE_BYTES,
  /* u32 levels || LMS public key of the top level (RFC 8554, 6.1). */
  HSS_PUBLIC_KEY_BYTES = 4 + LMS_PUBLIC_KEY_BYTES,

  /* u32 q || u32 one-time type || C || y[chains] || u32 tree type || path[height] (RFC 8554, 5.4) */
  LMS_SIGNATURE_BYTES_H10_W4 = 4 + 4 + 32 + 67 * 32 + 4 + 10 * 32,
  LMS_SIGNATURE_BYTES_H10_W8 = 4 + 4 + 32 + 34 * 32 + 4 + 10 * 32,
  /* One level: u32 0 || LMS signature. Two: u32 1 || signature of the lower key || lower key || signature. */
  HSS_SIGNATURE_BYTES_H10_W4 = 4 + LMS_SIGNATURE_BYTES_H10_W4,
  HSS_SIGNATURE_BYTES_H10_W8 = 4 + LMS_SIGNATURE_BYTES_H10_W8,
};

/* RFC 8554, 5.1: SHA-256, 32-byte nodes. The height is 5 (type - 4). */
enum lms_tree_type {
  LMS_SHA256_M32_H5 = 5,
  LMS_SHA256_M32_H10 = 6,
};

/* RFC 8554, 4.1. */
enum lms_ots_type {
  LMOTS_SHA256_N32_W4 = 3, /* 67 chains of at most 15 steps */
  LMOTS_SHA256_N32_W8 = 4, /* 34 chains of at most 255 steps */
};

/* Exact length of every signature by this key; 0 if its type codes are not supported. */
size_t lms_signature_bytes(const uint8_t public_key[LMS_PUBLIC_KEY_BYTES]);

/* The same for a one-level HSS key; 0 if it has more levels (the length then depends on the lower key) or is not
 * supported. */
size_t hss_signature_bytes(const uint8_t public_key[HSS_PUBLIC_KEY_BYTES]);

/* Where the root is inside a public key: what the recomputed value must equal. */
static inline const uint8_t *lms_root(const uint8_t public_key[LMS_PUBLIC_KEY_BYTES])
{
  return public_key + LMS_PUBLIC_KEY_BYTES - LMS_NODE_BYTES;
}
static inline const uint8_t *hss_root(const uint8_t public_key[HSS_PUBLIC_KEY_BYTES])
{
  return lms_root(public_key + 4);
}

/* Computes the root that message and signature lead to (RFC 8554, algorithm 6a, with I and types from the public key).
 * msg may be NULL if msg_len is 0; sig may be NULL if sig_len is 0.
 *
 * CRYPTO_OK        | root_out was computed; compare it with lms_root(public_key)
 * CRYPTO_BAD_INPUT | unsupported type in the key; sig_len is not exact; a type code in the signature differs from the
 *                  | key's; the leaf number q lies outside the tree
 *
 * Unless CRYPTO_OK, root_out is the bitwise complement of the key's root and so differs from it in every bit. */
CRYPTO_MUST_USE crypto_status lms_recompute_root(uint8_t root_out[LMS_NODE_BYTES],
                                                 const uint8_t public_key[LMS_PUBLIC_KEY_BYTES], const void *msg,
                                                 size_t msg_len, const uint8_t *sig, size_t sig_len);

/* The same for HSS. With two levels the signature carries a lower public key, signed by the top level, which signs msg.
 * The lower level is compared here, and the difference found is also folded into root_out: if a fault skips the
 * refusal below, the value still differs from hss_root(public_key). The caller's one comparison covers both levels.
 *
 * CRYPTO_OK        | root_out was computed; compare it with hss_root(public_key)
 * CRYPTO_BAD_INPUT | levels other than 1 or 2, or not those of the signature; or as lms_recompute_root() at either level
 * CRYPTO_INVALID   | two levels, and the lower key did not sign msg
 *
 * Unless CRYPTO_OK, root_out is the bitwise complement of the key's root. */
CRYPTO_MUST_USE crypto_status hss_recompute_root(uint8_t root_out[LMS_NODE_BYTES],
                                                 const uint8_t public_key[HSS_PUBLIC_KEY_BYTES], const void *msg,
                                                 size_t msg_len, const uint8_t *sig, size_t sig_len);

/* The plain question, for callers outside the boot path.
 * CRYPTO_OK the signature is good | CRYPTO_INVALID it is not | CRYPTO_BAD_INPUT as above */
CRYPTO_MUST_USE crypto_status hss_verify(const uint8_t public_key[HSS_PUBLIC_KEY_BYTES], const void *msg,
                                         size_t msg_len, const uint8_t *sig, size_t sig_len);

#endif

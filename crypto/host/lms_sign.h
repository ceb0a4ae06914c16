/* Host side of LMS: making keys and signatures (RFC 8554), one-level HSS as the device expects them. Never built for
 * a device.
 *
 *     lms_signing_key key;
 *     uint8_t *tree = malloc(lms_tree_bytes(LMS_SHA256_M32_H10));
 *     if (lms_signing_key_init(&key, LMS_SHA256_M32_H10, LMOTS_SHA256_N32_W4, id, seed, tree) != CRYPTO_OK) ...
 *     hss_public_key(public_key, &key);
 *     -- reserve leaf q durably, then --
 *     if (hss_sign(sig, hss_sign_bytes(&key), &key, q, NULL, msg, msg_len) != CRYPTO_OK) ...
 *     lms_signing_key_wipe(&key);
 *
 * STATE IS THE CALLER'S. A leaf that signs two different messages lets anybody forge a third. This code keeps no
 * counter and would not notice. Record durably (fsync) that q is spent *before* asking for its signature; a leaf
 * lost in a crash is cheap. Copies and backups of the seed must never sign independently.
 *
 * All private values come from the 32-byte seed (RFC 8554, appendix A), so seed, id and the types are the whole
 * private key. Reentrant. Side channels: runs on a trusted machine, but no branch or index depends on the seed. */
#ifndef HF_CRYPTO_HOST_LMS_SIGN_H
#define HF_CRYPTO_HOST_LMS_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "crypto_status.h"
#include "lms.h"

enum { LMS_SEED_BYTES = 32 };

/* Owned by the caller; contains the seed; points at the caller's tree. */
typedef struct lms_signing_key {
  enum lms_tree_type tree_type;
  enum lms_ots_type ots_type;
  uint8_t id[LMS_ID_BYTES];
  uint8_t seed[LMS_SEED_BYTES];
  const uint8_t *tree; /* node r, 32 bytes, at 32 r: 1 is the root, 2r and 2r + 1 are the children of r; 0 is unused */
} lms_signing_key;

/* Memory for the tree: 64 KiB for height 10, 2 KiB for height 5; 0 if the type is not supported. The tree is public,
 * may be stored, and may be given to lms_signing_key_load() instead of being computed again. */
size_t lms_tree_bytes(enum lms_tree_type tree_type);

/* Number of signatures the key can make, numbered from 0; 0 if the type is not supported. */
uint32_t lms_leaf_count(enum lms_tree_type tree_type);

/* Computes the tree: about 1.1 million SHA-256 blocks for H10/W4, 9 million for H10/W8.
 * id: 16 random bytes, unique per key. seed: 32 random bytes, secret; copied. tree: lms_tree_bytes(), kept until the
 * key is no longer used. CRYPTO_OK | CRYPTO_BAD_INPUT a type is not supported; key is wiped. */
CRYPTO_MUST_USE crypto_status lms_signing_key_init(lms_signing_key *key, enum lms_tree_type tree_type,
                                                   enum lms_ots_type ots_type, const uint8_t id[LMS_ID_BYTES],
                                                   const uint8_t seed[LMS_SEED_BYTES], uint8_t *tree);

/* The same from a stored tree, in milliseconds. Every inner node is recomputed from its children, so damage anywhere is
 * noticed. A whole tree of another key is not: compare lms_public_key() with the one on record.
 * CRYPTO_OK | CRYPTO_BAD_INPUT a type is not supported | CRYPTO_INVALID the tree is inconsistent; key is wiped. */
CRYPTO_MUST_USE crypto_status lms_signing_key_load(lms_signing_key *key, enum lms_tree_type tree_type,
                                                   enum lms_ots_type ots_type, const uint8_t id[LMS_ID_BYTES],
                                                   const uint8_t seed[LMS_SEED_BYTES], const uint8_t *tree);

/* Forgets the seed. The tree memory is the caller's to free. */
void lms_signing_key_wipe(lms_signing_key *key);

void lms_public_key(uint8_t public_key[LMS_PUBLIC_KEY_BYTES], const lms_signing_key *key);
void hss_public_key(uint8_t public_key[HSS_PUBLIC_KEY_BYTES], const lms_signing_key *key);

/* Exact signature lengths; 0 for a wiped key. */
size_t lms_sign_bytes(const lms_signing_key *key);
size_t hss_sign_bytes(const lms_signing_key *key);

/* Signs with leaf q (see STATE above). sig_len must be lms_sign_bytes().
 * randomizer: 32 bytes that an attacker choosing the message could not foresee, or NULL to derive them from the seed
 * and q; signing the same message with the same leaf again then gives the same bytes, which is safe and makes a
 * signing step repeatable.
 * CRYPTO_OK | CRYPTO_BAD_INPUT q is not below lms_leaf_count(), or sig_len is wrong; sig is untouched. */
CRYPTO_MUST_USE crypto_status lms_sign(uint8_t *sig, size_t sig_len, const lms_signing_key *key, uint32_t q,
                                       const uint8_t *randomizer, const void *msg, size_t msg_len);

/* The same as a one-level HSS signature, of hss_sign_bytes(). */
CRYPTO_MUST_USE crypto_status hss_sign(uint8_t *sig, size_t sig_len, const lms_signing_key *key, uint32_t q,
                                       const uint8_t *randomizer, const void *msg, size_t msg_len);

#endif

/* HMAC-SHA-256 (RFC 2104, FIPS 198-1) and HKDF-SHA-256 (RFC 5869).
 *
 * Reentrant; keys of any length; no pointer needs any alignment. NULL is allowed only with length 0. Everything derived
 * from a key is wiped from the stack before return. Compare tags with ct_equal(), never memcmp(). */
#ifndef HF_CRYPTO_HMAC_H
#define HF_CRYPTO_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "crypto_status.h"
#include "sha256.h"

enum {
  HMAC_BYTES = SHA256_BYTES,
  HKDF_MAX_BYTES = 255 * SHA256_BYTES, /* RFC 5869, 2.3: the block counter is one byte */
};

/* Owned by the caller; secret; holds no pointers and may be copied with `=`. */
typedef struct hmac_ctx {
  sha256_ctx inner; /* has absorbed key ^ ipad, then the message so far */
  sha256_ctx outer; /* has absorbed key ^ opad */
} hmac_ctx;

void hmac_init(hmac_ctx *ctx, const void *key, size_t key_len);
void hmac_update(hmac_ctx *ctx, const void *data, size_t len);

/* Writes the tag and wipes the context, which must be initialised again before its next use. */
void hmac_final(hmac_ctx *ctx, uint8_t tag[HMAC_BYTES]);

/* All three in one. tag may overlap key or data. */
void hmac(uint8_t tag[HMAC_BYTES], const void *key, size_t key_len, const void *data, size_t len);

/* RFC 5869, 2.2: concentrates input key material into a uniform key. No salt: NULL, 0. prk may overlap the inputs. */
void hkdf_extract(uint8_t prk[HMAC_BYTES], const void *salt, size_t salt_len, const void *ikm, size_t ikm_len);

/* RFC 5869, 2.3: expands prk into out_len bytes bound to info. out must not overlap prk or info.
 * CRYPTO_OK | CRYPTO_BAD_INPUT out_len is greater than HKDF_MAX_BYTES; out is untouched. */
CRYPTO_MUST_USE crypto_status hkdf_expand(void *out, size_t out_len, const uint8_t prk[HMAC_BYTES], const void *info,
                                          size_t info_len);

/* Extract, then expand. Overlap and errors as hkdf_expand(). */
CRYPTO_MUST_USE crypto_status hkdf(void *out, size_t out_len, const void *salt, size_t salt_len, const void *ikm,
                                   size_t ikm_len, const void *info, size_t info_len);

#endif

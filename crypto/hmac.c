#include "hmac.h"

#include <string.h>

#include "ct.h"

enum { INNER_PAD = 0x36, OUTER_PAD = 0x5c };

static void absorb_padded_key(sha256_ctx *ctx, uint8_t block[SHA256_BLOCK_BYTES], uint8_t pad)
{
  for (size_t i = 0; i < SHA256_BLOCK_BYTES; i++) block[i] ^= pad;
  sha256_init(ctx);
  sha256_update(ctx, block, SHA256_BLOCK_BYTES);
}

void hmac_init(hmac_ctx *ctx, const void *key, size_t key_len)
{
  uint8_t block[SHA256_BLOCK_BYTES] = {0};
  if (key_len > sizeof block) {
    sha256(block, key, key_len);
  } else if (key_len > 0) {
    memcpy(block, key, key_len);
  }
  absorb_padded_key(&ctx->inner, block, INNER_PAD);
  absorb_padded_key(&ctx->outer, block, INNER_PAD ^ OUTER_PAD); /* takes the inner pad off again */
  wipe(block, sizeof block);
}

void hmac_update(hmac_ctx *ctx, const void *data, size_t len)
{
  sha256_update(&ctx->inner, data, len);
}

void hmac_final(hmac_ctx *ctx, uint8_t tag[HMAC_BYTES])
{
  sha256_final(&ctx->inner, tag);
  sha256_update(&ctx->outer, tag, HMAC_BYTES);
  sha256_final(&ctx->outer, tag);
}

void hmac(uint8_t tag[HMAC_BYTES], const void *key, size_t key_len, const void *data, size_t len)
{
  hmac_ctx ctx;
  hmac_init(&ctx, key, key_len);
  hmac_update(&ctx, data, len);
  hmac_final(&ctx, tag);
}

void hkdf_extract(uint8_t prk[HMAC_BYTES], const void *salt, size_t salt_len, const void *ikm, size_t ikm_len)
{
  /* RFC 5869 replaces an absent salt by 32 zero bytes; HMAC pads an empty key to the same block. */
  hmac(prk, salt, salt_len, ikm, ikm_len);
}

crypto_status hkdf_expand(void *out, size_t out_len, const uint8_t prk[HMAC_BYTES], const void *info, size_t info_len)
{
  if (out_len > HKDF_MAX_BYTES) return CRYPTO_BAD_INPUT;
  uint8_t *to = out;
  uint8_t t[HMAC_BYTES];
  /* The counter is at most 255: out_len was checked above. */
  for (uint8_t counter = 1; out_len > 0; counter++) {
    hmac_ctx ctx;
    hmac_init(&ctx, prk, HMAC_BYTES);
    if (counter > 1) hmac_update(&ctx, t, sizeof t);
    hmac_update(&ctx, info, info_len);
    hmac_update(&ctx, &counter, 1);
    hmac_final(&ctx, t);
    size_t take = out_len < sizeof t ? out_len : sizeof t;
    memcpy(to, t, take);
    to += take;
    out_len -= take;
  }
  wipe(t, sizeof t);
  return CRYPTO_OK;
}

crypto_status hkdf(void *out, size_t out_len, const void *salt, size_t salt_len, const void *ikm, size_t ikm_len,
                   const void *info, size_t info_len)
{
  uint8_t prk[HMAC_BYTES];
  hkdf_extract(prk, salt, salt_len, ikm, ikm_len);
  crypto_status status = hkdf_expand(out, out_len, prk, info, info_len);
  wipe(prk, sizeof prk);
  return status;
}

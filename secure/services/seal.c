#include "seal.h"

#include <string.h>

#include "ct.h"
#include "hmac.h"
#include "random.h"

psa_status_t seal_keys_derive(seal_keys *keys)
{
  psa_status_t status = root_key_derive(keys->header, "storage header");
  if (status == PSA_SUCCESS) status = root_key_derive(keys->salt, "storage salt");
  if (status == PSA_SUCCESS) status = root_key_derive(keys->record, "storage record");
  if (status != PSA_SUCCESS) seal_keys_wipe(keys);
  return status;
}

void seal_keys_wipe(seal_keys *keys)
{
  wipe(keys, sizeof *keys);
}

static void make_salt(const seal_keys *keys, storage_record *record, const uint8_t *value)
{
  uint8_t random[16], digest[HMAC_BYTES];
  hmac_ctx ctx;
  /* Without random numbers equal records have equal salts: an observer learns that they are equal, no more. */
  if (random_bytes(random, sizeof random) != PSA_SUCCESS) memset(random, 0, sizeof random);
  hmac_init(&ctx, keys->salt, sizeof keys->salt);
  hmac_update(&ctx, random, sizeof random);
  hmac_update(&ctx, record, offsetof(storage_record, salt));
  hmac_update(&ctx, value, record->bytes);
  hmac_final(&ctx, digest);
  memcpy(record->salt, digest, sizeof record->salt);
  wipe(random, sizeof random);
  wipe(digest, sizeof digest);
}

static void make_check(const seal_keys *keys, const storage_record *record, uint8_t check[HMAC_BYTES])
{
  hmac(check, keys->header, sizeof keys->header, record, offsetof(storage_record, check));
}

void seal_header(const seal_keys *keys, storage_record *record, const uint8_t *value)
{
  uint8_t check[HMAC_BYTES];
  make_salt(keys, record, value);
  make_check(keys, record, check);
  memcpy(record->check, check, sizeof record->check);
}

bool seal_header_is_authentic(const seal_keys *keys, const storage_record *record)
{
  uint8_t check[HMAC_BYTES];
  make_check(keys, record, check);
  const bool authentic = ct_equal(check, record->check, sizeof record->check);
  wipe(check, sizeof check);
  return authentic;
}

bool seal_start(seal_stream *stream, const seal_keys *keys, const storage_record *record, seal_direction direction)
{
  static const uint8_t nonce[12]; /* each key seals one record */
  uint8_t key[HMAC_BYTES];
  hmac(key, keys->record, sizeof keys->record, record->salt, sizeof record->salt);
  mbedtls_chachapoly_init(&stream->cipher);
  const bool ok = mbedtls_chachapoly_setkey(&stream->cipher, key) == 0 &&
                  mbedtls_chachapoly_starts(&stream->cipher, nonce,
                                            direction == SEAL_ENCRYPT ? MBEDTLS_CHACHAPOLY_ENCRYPT
                                                                      : MBEDTLS_CHACHAPOLY_DECRYPT) == 0 &&
                  mbedtls_chachapoly_update_aad(&stream->cipher, (const uint8_t *)record,
                                                offsetof(storage_record, check)) == 0;
  wipe(key, sizeof key);
  return ok;
}

bool seal_update(seal_stream *stream, const uint8_t *in, uint8_t *out, uint32_t bytes)
{
  return mbedtls_chachapoly_update(&stream->cipher, bytes, in, out) == 0;
}

bool seal_finish(seal_stream *stream, uint8_t tag[STORAGE_TAG_BYTES])
{
  return mbedtls_chachapoly_finish(&stream->cipher, tag) == 0;
}

void seal_stop(seal_stream *stream)
{
  mbedtls_chachapoly_free(&stream->cipher);
  wipe(stream, sizeof *stream);
}

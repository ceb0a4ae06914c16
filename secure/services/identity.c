#include "identity.h"

#include <string.h>

#include "csr.h"
#include "keys.h"
#include "storage.h"

/* A P-256 key in a certificate (RFC 5480): these bytes, then x and y. */
static const uint8_t p256_key_info[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
                                        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

static bool item_exists(storage_owner owner, uint64_t uid)
{
  struct psa_storage_info_t info;
  return storage_get_info(owner, uid, &info) == PSA_SUCCESS;
}

bool identity_has_key(void)
{
  return item_exists(STORAGE_SECURE, HF_KEY_DEVICE_IDENTITY);
}

bool identity_is_complete(void)
{
  return identity_has_key() && item_exists(STORAGE_NONSECURE, HF_UID_THING_NAME) &&
         item_exists(STORAGE_NONSECURE, HF_UID_DEVICE_CERTIFICATE);
}

bool identity_is_equipped(void)
{
  return identity_is_complete() && item_exists(STORAGE_NONSECURE, HF_UID_ENDPOINT) &&
         item_exists(STORAGE_NONSECURE, HF_UID_TRUST_ANCHOR(0));
}

psa_status_t identity_trust_only(uint32_t count)
{
  if (count == 0 || count > HF_TRUST_ANCHORS) return PSA_ERROR_INVALID_ARGUMENT;
  for (uint32_t i = 0; i < count; i++)
    if (!item_exists(STORAGE_NONSECURE, HF_UID_TRUST_ANCHOR(i))) return PSA_ERROR_BAD_STATE;
  for (uint32_t i = count; i < HF_TRUST_ANCHORS; i++) {
    const psa_status_t status = storage_remove(STORAGE_NONSECURE, HF_UID_TRUST_ANCHOR(i));
    if (status != PSA_SUCCESS && status != PSA_ERROR_DOES_NOT_EXIST) return status;
  }
  return PSA_SUCCESS;
}

size_t identity_name(char out[HF_THING_NAME_MAX])
{
  size_t used = 0;
  if (storage_get(STORAGE_NONSECURE, HF_UID_THING_NAME, 0, out, HF_THING_NAME_MAX, &used) != PSA_SUCCESS) return 0;
  return used;
}

/* PSA_SUCCESS: the item is there with this very value | PSA_ERROR_ALREADY_EXISTS with another | as storage_get() */
static psa_status_t compare(psa_storage_uid_t uid, const uint8_t *data, size_t bytes)
{
  uint8_t piece[64];
  struct psa_storage_info_t info;
  const psa_status_t found = storage_get_info(STORAGE_NONSECURE, uid, &info);
  if (found != PSA_SUCCESS) return found;
  if (info.size != bytes) return PSA_ERROR_ALREADY_EXISTS;
  for (size_t at = 0, used; at < bytes; at += used) {
    const psa_status_t status = storage_get(STORAGE_NONSECURE, uid, at, piece, sizeof piece, &used);
    if (status != PSA_SUCCESS) return status;
    if (used == 0 || memcmp(piece, data + at, used) != 0) return PSA_ERROR_ALREADY_EXISTS;
  }
  return PSA_SUCCESS;
}

/* Write-once items: the same value again is what a repeated request brings. */
static psa_status_t store_once(psa_storage_uid_t uid, const uint8_t *data, size_t bytes)
{
  const psa_status_t found = compare(uid, data, bytes);
  if (found != PSA_ERROR_DOES_NOT_EXIST) return found;
  return storage_set(STORAGE_NONSECURE, uid, data, bytes, PSA_STORAGE_FLAG_WRITE_ONCE);
}

/* The others: a repeated request must not use up storage's counter. */
static psa_status_t store_when_changed(psa_storage_uid_t uid, const uint8_t *data, size_t bytes)
{
  if (compare(uid, data, bytes) == PSA_SUCCESS) return PSA_SUCCESS;
  return storage_set(STORAGE_NONSECURE, uid, data, bytes, PSA_STORAGE_FLAG_NONE);
}

psa_status_t identity_begin(const char *name, size_t bytes)
{
  if (!csr_name_is_valid(name, bytes)) return PSA_ERROR_INVALID_ARGUMENT;
  const psa_status_t status = store_once(HF_UID_THING_NAME, (const uint8_t *)name, bytes);
  return status == PSA_SUCCESS ? keys_make_identity() : status;
}

/* One SEQUENCE from the first byte to the last (X.690, 8.1.3): a certificate that lost its end is written once, and for good. */
static bool is_whole(const uint8_t *certificate, size_t bytes)
{
  if (bytes < 4 || certificate[0] != 0x30) return false;
  if (certificate[1] == 0x81) return certificate[2] == bytes - 3;
  return certificate[1] == 0x82 && ((size_t)certificate[2] << 8 | certificate[3]) == bytes - 4;
}

/* Not a parser: the factory's certificate must contain this key where keys are written, or TLS would fail in the field. */
static bool carries_key(const uint8_t *certificate, size_t bytes, const uint8_t key[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE])
{
  const size_t wanted = sizeof p256_key_info + PSA_EXPORT_PUBLIC_KEY_MAX_SIZE;
  for (size_t at = 0; at + wanted <= bytes; at++)
    if (memcmp(certificate + at, p256_key_info, sizeof p256_key_info) == 0)
      return memcmp(certificate + at + sizeof p256_key_info, key, PSA_EXPORT_PUBLIC_KEY_MAX_SIZE) == 0;
  return false;
}

static psa_status_t store_certificate(const uint8_t *data, size_t bytes)
{
  uint8_t key[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE];
  size_t used;
  const psa_status_t status = keys_export_public(HF_KEY_DEVICE_IDENTITY, key, sizeof key, &used);
  if (status == PSA_ERROR_INVALID_HANDLE) return PSA_ERROR_BAD_STATE;
  if (status != PSA_SUCCESS) return status;
  if (!is_whole(data, bytes) || !carries_key(data, bytes, key)) return PSA_ERROR_INVALID_SIGNATURE;
  return store_once(HF_UID_DEVICE_CERTIFICATE, data, bytes);
}

psa_status_t identity_store(psa_storage_uid_t uid, const uint8_t *data, size_t bytes)
{
  const bool is_anchor = uid - HF_UID_TRUST_ANCHOR(0) < HF_TRUST_ANCHORS;
  const size_t most = uid == HF_UID_ENDPOINT ? HF_ENDPOINT_MAX : HF_CERTIFICATE_MAX;
  if (bytes == 0 || bytes > most) return PSA_ERROR_INVALID_ARGUMENT;
  if (uid == HF_UID_DEVICE_CERTIFICATE) return store_certificate(data, bytes);
  if (uid != HF_UID_ENDPOINT && !is_anchor) return PSA_ERROR_INVALID_ARGUMENT;
  return store_when_changed(uid, data, bytes);
}

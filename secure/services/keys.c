#include "keys.h"

#include <string.h>

#include "ct.h"
#include "hf_identity.h"
#include "p256_private.h"
#include "storage.h"

/* A slot is an item of STORAGE_SECURE whose uid is the key's id. What everybody may know is in front, so that the private half is read
 * only by who uses it. Numbers are little-endian, as on every machine this runs on. */
typedef struct key_face {
  uint32_t version;
  psa_key_attributes_t attributes;
  uint8_t public_key[P256_PUBLIC_KEY_BYTES];
} key_face;

typedef struct key_slot {
  key_face face;
  uint8_t private_key[P256_BYTES];
} key_slot;

#define KEY_SLOT_VERSION 1u
_Static_assert(sizeof(psa_key_attributes_t) == 20, "docs/formats.md: no padding");
_Static_assert(offsetof(key_slot, private_key) == 88 && sizeof(key_slot) == 120, "docs/formats.md");

#define USAGE_ALLOWED (PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_VERIFY_HASH)
#define USAGE_FORBIDDEN (PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_COPY)

/* ---- Policy ---- */

static bool id_is_of_application(psa_key_id_t id)
{
  return id >= PSA_KEY_ID_USER_MIN && id <= PSA_KEY_ID_USER_MAX;
}

/* No other item of STORAGE_SECURE is a key, whatever its id. */
static bool id_is_of_key(psa_key_id_t id)
{
  return id_is_of_application(id) || id == HF_KEY_DEVICE_IDENTITY;
}

static bool kind_is_supported(const psa_key_attributes_t *a)
{
  return a->type == PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1) && a->bits == 8 * P256_BYTES &&
         a->algorithm == PSA_ALG_ECDSA(PSA_ALG_SHA_256) && (a->usage & PSA_KEY_USAGE_SIGN_HASH) != 0 &&
         (a->usage & ~USAGE_ALLOWED) == 0;
}

static psa_status_t policy_of_new_key(const psa_key_attributes_t *a)
{
  if (!id_is_of_application(a->id)) return PSA_ERROR_INVALID_ARGUMENT;
  if ((a->usage & USAGE_FORBIDDEN) != 0) return PSA_ERROR_NOT_PERMITTED;
  if (a->lifetime != PSA_KEY_LIFETIME_PERSISTENT || !kind_is_supported(a)) return PSA_ERROR_NOT_SUPPORTED;
  return PSA_SUCCESS;
}

/* ---- Slots ---- */

/* Storage has authenticated what it gives out; this finds slots of another version, and our own mistakes. */
static bool face_is_sound(const key_face *face, psa_key_id_t id)
{
  const psa_key_lifetime_t lifetime = id == HF_KEY_DEVICE_IDENTITY ? PSA_KEY_PERSISTENCE_READ_ONLY
                                                                   : PSA_KEY_LIFETIME_PERSISTENT;
  return face->version == KEY_SLOT_VERSION && face->attributes.id == id && face->attributes.lifetime == lifetime &&
         kind_is_supported(&face->attributes);
}

static psa_status_t slot_exists(psa_key_id_t id)
{
  struct psa_storage_info_t info;
  if (!id_is_of_key(id)) return PSA_ERROR_INVALID_HANDLE;
  const psa_status_t status = storage_get_info(STORAGE_SECURE, id, &info);
  if (status == PSA_ERROR_DOES_NOT_EXIST) return PSA_ERROR_INVALID_HANDLE;
  if (status != PSA_SUCCESS) return status;
  return info.size == sizeof(key_slot) ? PSA_SUCCESS : PSA_ERROR_DATA_CORRUPT;
}

static psa_status_t slot_read(psa_key_id_t id, size_t offset, void *out, size_t bytes)
{
  size_t used;
  const psa_status_t status = storage_get(STORAGE_SECURE, id, offset, out, bytes, &used);
  if (status == PSA_SUCCESS && used != bytes) return PSA_ERROR_DATA_CORRUPT;
  return status;
}

static psa_status_t face_read(psa_key_id_t id, key_face *face)
{
  psa_status_t status = slot_exists(id);
  if (status == PSA_SUCCESS) status = slot_read(id, 0, face, sizeof *face);
  if (status == PSA_SUCCESS && !face_is_sound(face, id)) status = PSA_ERROR_DATA_CORRUPT;
  return status;
}

/* Makes a key pair and keeps it; storage makes that one step. */
static psa_status_t slot_make(const psa_key_attributes_t *attributes, psa_storage_create_flags_t flags)
{
  key_slot slot = {.face = {.version = KEY_SLOT_VERSION, .attributes = *attributes}};
  psa_status_t status = p256_private_generate(slot.private_key, slot.face.public_key);
  if (status == PSA_SUCCESS) status = storage_set(STORAGE_SECURE, attributes->id, &slot, sizeof slot, flags);
  wipe(&slot, sizeof slot);
  return status;
}

/* ---- The service ---- */

psa_status_t keys_generate(const psa_key_attributes_t *attributes, psa_key_id_t *id)
{
  *id = PSA_KEY_ID_NULL;
  psa_status_t status = policy_of_new_key(attributes);
  if (status != PSA_SUCCESS) return status;
  status = slot_exists(attributes->id);
  if (status == PSA_SUCCESS) return PSA_ERROR_ALREADY_EXISTS;
  if (status != PSA_ERROR_INVALID_HANDLE) return status;
  if (storage_count(STORAGE_SECURE, PSA_KEY_ID_USER_MIN, PSA_KEY_ID_USER_MAX) >= KEYS_MAX)
    return PSA_ERROR_INSUFFICIENT_STORAGE;
  status = slot_make(attributes, PSA_STORAGE_FLAG_NONE);
  if (status == PSA_SUCCESS) *id = attributes->id;
  return status;
}

psa_status_t keys_make_identity(void)
{
  static const psa_key_attributes_t attributes = {
    .type = PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1),
    .bits = 8 * P256_BYTES,
    .lifetime = PSA_KEY_PERSISTENCE_READ_ONLY,
    .id = HF_KEY_DEVICE_IDENTITY,
    .usage = PSA_KEY_USAGE_SIGN_HASH,
    .algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_256),
  };
  key_face face;
  const psa_status_t status = face_read(HF_KEY_DEVICE_IDENTITY, &face);
  if (status != PSA_ERROR_INVALID_HANDLE) return status;
  return slot_make(&attributes, PSA_STORAGE_FLAG_WRITE_ONCE);
}

psa_status_t keys_destroy(psa_key_id_t id)
{
  if (id == PSA_KEY_ID_NULL) return PSA_SUCCESS;
  if (id == HF_KEY_DEVICE_IDENTITY) return PSA_ERROR_NOT_PERMITTED;
  if (!id_is_of_key(id)) return PSA_ERROR_INVALID_HANDLE;
  const psa_status_t status = storage_remove(STORAGE_SECURE, id);
  return status == PSA_ERROR_DOES_NOT_EXIST ? PSA_ERROR_INVALID_HANDLE : status;
}

psa_status_t keys_get_attributes(psa_key_id_t id, psa_key_attributes_t *attributes)
{
  key_face face;
  const psa_status_t status = face_read(id, &face);
  *attributes = status == PSA_SUCCESS ? face.attributes : psa_key_attributes_init();
  return status;
}

psa_status_t keys_export(psa_key_id_t id)
{
  return slot_exists(id) == PSA_ERROR_INVALID_HANDLE ? PSA_ERROR_INVALID_HANDLE : PSA_ERROR_NOT_PERMITTED;
}

psa_status_t keys_export_public(psa_key_id_t id, uint8_t *out, size_t out_bytes, size_t *used)
{
  *used = 0;
  key_face face;
  const psa_status_t status = face_read(id, &face);
  if (status != PSA_SUCCESS) return status;
  if (out_bytes < PSA_EXPORT_PUBLIC_KEY_MAX_SIZE) return PSA_ERROR_BUFFER_TOO_SMALL;
  out[0] = 0x04; /* SEC 1, 2.3.3: uncompressed */
  memcpy(out + 1, face.public_key, sizeof face.public_key);
  *used = PSA_EXPORT_PUBLIC_KEY_MAX_SIZE;
  return PSA_SUCCESS;
}

psa_status_t keys_sign_hash(psa_key_id_t id, psa_algorithm_t alg, const uint8_t *hash, size_t hash_bytes,
                            uint8_t *signature, size_t signature_bytes, size_t *used)
{
  *used = 0;
  key_face face;
  psa_status_t status = face_read(id, &face);
  if (status != PSA_SUCCESS) return status;
  if (alg != face.attributes.algorithm) return PSA_ERROR_NOT_PERMITTED;
  if (hash_bytes != PSA_HASH_LENGTH_SHA_256) return PSA_ERROR_INVALID_ARGUMENT;
  if (signature_bytes < PSA_SIGNATURE_MAX_SIZE) return PSA_ERROR_BUFFER_TOO_SMALL;

  uint8_t private_key[P256_BYTES];
  status = slot_read(id, offsetof(key_slot, private_key), private_key, sizeof private_key);
  if (status == PSA_SUCCESS) status = p256_private_sign(signature, private_key, face.public_key, hash);
  wipe(private_key, sizeof private_key);
  if (status == PSA_SUCCESS) *used = PSA_SIGNATURE_MAX_SIZE;
  return status;
}

/* Keys and random numbers of the secure world: a subset of the PSA Crypto API 1.1, with its names, types and status codes.
 *
 *     psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
 *     psa_set_key_id(&attributes, 7);
 *     psa_set_key_lifetime(&attributes, PSA_KEY_LIFETIME_PERSISTENT);
 *     psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
 *     psa_set_key_bits(&attributes, 256);
 *     psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
 *     psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
 *     psa_key_id_t key;
 *     if (psa_generate_key(&attributes, &key) != PSA_SUCCESS) ...
 *
 * What is there: P-256 key pairs, persistent, made on the chip, for ECDSA over SHA-256. What is deliberately not: import, copy,
 * and any way to a private key. Keys live sealed in flash; their private half is in RAM only while it signs.
 *
 * Every function may also answer what psa/error.h says of all calls, those with keys what it says of storage. Tasks only. All
 * buffers are the caller's. */
#ifndef PSA_CRYPTO_H
#define PSA_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

typedef uint32_t psa_key_id_t;
typedef uint16_t psa_key_type_t;
typedef uint8_t psa_ecc_family_t;
typedef uint32_t psa_key_lifetime_t;
typedef uint32_t psa_key_usage_t;
typedef uint32_t psa_algorithm_t;

#define PSA_KEY_ID_NULL ((psa_key_id_t)0)
#define PSA_KEY_ID_USER_MIN ((psa_key_id_t)0x00000001) /* ids that an application chooses */
#define PSA_KEY_ID_USER_MAX ((psa_key_id_t)0x3fffffff)
#define PSA_KEY_ID_VENDOR_MIN ((psa_key_id_t)0x40000000) /* keys of the device itself: hf_identity.h */
#define PSA_KEY_ID_VENDOR_MAX ((psa_key_id_t)0x7fffffff)

#define PSA_KEY_LIFETIME_VOLATILE ((psa_key_lifetime_t)0)
#define PSA_KEY_LIFETIME_PERSISTENT ((psa_key_lifetime_t)1)
#define PSA_KEY_PERSISTENCE_READ_ONLY ((psa_key_lifetime_t)0xff) /* cannot be destroyed */

#define PSA_ECC_FAMILY_SECP_R1 ((psa_ecc_family_t)0x12)
#define PSA_KEY_TYPE_NONE ((psa_key_type_t)0)
#define PSA_KEY_TYPE_ECC_KEY_PAIR(family) ((psa_key_type_t)(0x7100 | (family)))
#define PSA_KEY_TYPE_ECC_PUBLIC_KEY(family) ((psa_key_type_t)(0x4100 | (family)))

#define PSA_KEY_USAGE_EXPORT ((psa_key_usage_t)0x00000001)
#define PSA_KEY_USAGE_COPY ((psa_key_usage_t)0x00000002)
#define PSA_KEY_USAGE_SIGN_MESSAGE ((psa_key_usage_t)0x00000400)
#define PSA_KEY_USAGE_VERIFY_MESSAGE ((psa_key_usage_t)0x00000800)
#define PSA_KEY_USAGE_SIGN_HASH ((psa_key_usage_t)0x00001000)
#define PSA_KEY_USAGE_VERIFY_HASH ((psa_key_usage_t)0x00002000)

#define PSA_ALG_NONE ((psa_algorithm_t)0)
#define PSA_ALG_SHA_256 ((psa_algorithm_t)0x02000009)
#define PSA_ALG_ECDSA(hash) ((psa_algorithm_t)(0x06000600 | ((hash)&0x000000ff)))
#define PSA_ALG_DETERMINISTIC_ECDSA(hash) ((psa_algorithm_t)(0x06000700 | ((hash)&0x000000ff)))

#define PSA_HASH_LENGTH_SHA_256 32u
#define PSA_EXPORT_PUBLIC_KEY_MAX_SIZE 65u /* 0x04, x, y */
#define PSA_SIGNATURE_MAX_SIZE 64u         /* r, s */

/* Use the functions; the fields are also the layout in which attributes cross the gate and lie in storage. */
typedef struct psa_key_attributes_t {
  psa_key_type_t type;
  uint16_t bits;
  psa_key_lifetime_t lifetime;
  psa_key_id_t id;
  psa_key_usage_t usage;
  psa_algorithm_t algorithm;
} psa_key_attributes_t;
#define PSA_KEY_ATTRIBUTES_INIT \
  {                             \
    0, 0, 0, 0, 0, 0            \
  }

static inline psa_key_attributes_t psa_key_attributes_init(void)
{
  return (psa_key_attributes_t)PSA_KEY_ATTRIBUTES_INIT;
}
/* Also makes the lifetime persistent, as the specification says. */
static inline void psa_set_key_id(psa_key_attributes_t *a, psa_key_id_t id)
{
  a->id = id;
  if (a->lifetime == PSA_KEY_LIFETIME_VOLATILE) a->lifetime = PSA_KEY_LIFETIME_PERSISTENT;
}
static inline void psa_set_key_lifetime(psa_key_attributes_t *a, psa_key_lifetime_t lifetime)
{
  a->lifetime = lifetime;
}
static inline void psa_set_key_type(psa_key_attributes_t *a, psa_key_type_t type)
{
  a->type = type;
}
static inline void psa_set_key_bits(psa_key_attributes_t *a, size_t bits)
{
  a->bits = bits > UINT16_MAX ? UINT16_MAX : (uint16_t)bits; /* no key has as many */
}
static inline void psa_set_key_usage_flags(psa_key_attributes_t *a, psa_key_usage_t usage)
{
  a->usage = usage;
}
static inline void psa_set_key_algorithm(psa_key_attributes_t *a, psa_algorithm_t algorithm)
{
  a->algorithm = algorithm;
}
static inline psa_key_id_t psa_get_key_id(const psa_key_attributes_t *a)
{
  return a->id;
}
static inline psa_key_lifetime_t psa_get_key_lifetime(const psa_key_attributes_t *a)
{
  return a->lifetime;
}
static inline psa_key_type_t psa_get_key_type(const psa_key_attributes_t *a)
{
  return a->type;
}
static inline size_t psa_get_key_bits(const psa_key_attributes_t *a)
{
  return a->bits;
}
static inline psa_key_usage_t psa_get_key_usage_flags(const psa_key_attributes_t *a)
{
  return a->usage;
}
static inline psa_algorithm_t psa_get_key_algorithm(const psa_key_attributes_t *a)
{
  return a->algorithm;
}
static inline void psa_reset_key_attributes(psa_key_attributes_t *a)
{
  *a = psa_key_attributes_init();
}

/* Nothing to initialise; there because programs call it. Always PSA_SUCCESS. */
psa_status_t psa_crypto_init(void) PSA_LINK_NAME(psa_crypto_init) PSA_MUST_CHECK;

/* Makes a key pair on the chip. The id must be in the user range and free. Survives power loss: there afterwards, or not at all.
 * PSA_SUCCESS, *key is the id | PSA_ERROR_ALREADY_EXISTS | PSA_ERROR_INVALID_ARGUMENT id out of range |
 * PSA_ERROR_NOT_SUPPORTED another type, size, algorithm or lifetime, or a usage other than SIGN_HASH (with VERIFY_HASH allowed) |
 * PSA_ERROR_NOT_PERMITTED usage EXPORT or COPY: no key made here leaves | PSA_ERROR_INSUFFICIENT_ENTROPY the noise source is
 * dead or failed its tests | PSA_ERROR_INSUFFICIENT_STORAGE | PSA_ERROR_STORAGE_FAILURE | PSA_ERROR_DATA_CORRUPT storage is stale */
psa_status_t psa_generate_key(const psa_key_attributes_t *attributes, psa_key_id_t *key)
  PSA_LINK_NAME(psa_generate_key) PSA_MUST_CHECK;

/* PSA_SUCCESS (also for PSA_KEY_ID_NULL) | PSA_ERROR_INVALID_HANDLE | PSA_ERROR_NOT_PERMITTED a read-only key (the device's) |
 * PSA_ERROR_STORAGE_FAILURE | PSA_ERROR_DATA_CORRUPT storage is stale */
psa_status_t psa_destroy_key(psa_key_id_t key) PSA_LINK_NAME(psa_destroy_key) PSA_MUST_CHECK;

/* PSA_SUCCESS | PSA_ERROR_INVALID_HANDLE | PSA_ERROR_DATA_CORRUPT | PSA_ERROR_STORAGE_FAILURE */
psa_status_t psa_get_key_attributes(psa_key_id_t key, psa_key_attributes_t *attributes)
  PSA_LINK_NAME(psa_get_key_attributes) PSA_MUST_CHECK;

/* Never gives a private key. PSA_ERROR_NOT_PERMITTED the key exists | PSA_ERROR_INVALID_HANDLE it does not. *data_length is 0. */
psa_status_t psa_export_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length)
  PSA_LINK_NAME(psa_export_key) PSA_MUST_CHECK;

/* 65 bytes: 0x04, x, y (SEC 1). PSA_SUCCESS | PSA_ERROR_INVALID_HANDLE | PSA_ERROR_BUFFER_TOO_SMALL | PSA_ERROR_DATA_CORRUPT |
 * PSA_ERROR_STORAGE_FAILURE */
psa_status_t psa_export_public_key(psa_key_id_t key, uint8_t *data, size_t data_size, size_t *data_length)
  PSA_LINK_NAME(psa_export_public_key) PSA_MUST_CHECK;

/* Signs a hash of 32 bytes; 64 bytes: r, s, big-endian. The signature is verified before it is given out.
 * PSA_SUCCESS | PSA_ERROR_INVALID_HANDLE | PSA_ERROR_NOT_PERMITTED alg is not the key's policy (mbedTLS asks for
 * DETERMINISTIC_ECDSA first and takes this for an answer) | PSA_ERROR_INVALID_ARGUMENT another hash length |
 * PSA_ERROR_BUFFER_TOO_SMALL | PSA_ERROR_CORRUPTION_DETECTED the signature came out wrong: a fault |
 * PSA_ERROR_DATA_CORRUPT | PSA_ERROR_STORAGE_FAILURE */
psa_status_t psa_sign_hash(psa_key_id_t key, psa_algorithm_t alg, const uint8_t *hash, size_t hash_length,
                           uint8_t *signature, size_t signature_size, size_t *signature_length)
  PSA_LINK_NAME(psa_sign_hash) PSA_MUST_CHECK;

/* Random bytes, any number (asked of the secure side in pieces). PSA_SUCCESS | PSA_ERROR_INSUFFICIENT_ENTROPY: output undefined. */
psa_status_t psa_generate_random(uint8_t *output, size_t output_size) PSA_LINK_NAME(psa_generate_random) PSA_MUST_CHECK;

#endif

/* Key slots: P-256 private keys, sealed in storage, in RAM only while they are made or sign. Errors as psa/crypto.h has them; all of
 * it, besides, answers PSA_ERROR_BAD_STATE before storage_mount().
 *
 * Signing goes on when the noise source is dead (p256_private.h says why that is safe); making keys does not. Power loss leaves a
 * key whole or not there; one that was reported is there. Each change of a key uses up one raise of storage's counter.
 *
 * Context as storage.h. All buffers are the caller's; outputs must not overlap inputs; *used is 0 after an error. */
#ifndef HF_SECURE_KEYS_H
#define HF_SECURE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psa/crypto.h"

#define KEYS_MAX 8u /* slots of the application; the device's own key has one more */

/* A key of the application. *id is PSA_KEY_ID_NULL after an error. */
psa_status_t keys_generate(const psa_key_attributes_t *attributes, psa_key_id_t *id) PSA_MUST_CHECK;
/* The device's own key (hf_identity.h): made when there is none, and from then on never again: later calls find it and answer
 * PSA_SUCCESS, so a factory that was interrupted just asks again. For factory code only. Errors as keys_generate(). */
psa_status_t keys_make_identity(void) PSA_MUST_CHECK;
/* A damaged key, too. */
psa_status_t keys_destroy(psa_key_id_t id) PSA_MUST_CHECK;
psa_status_t keys_get_attributes(psa_key_id_t id, psa_key_attributes_t *attributes) PSA_MUST_CHECK;
/* PSA_ERROR_NOT_PERMITTED or PSA_ERROR_INVALID_HANDLE; the doors to a private key are none. */
psa_status_t keys_export(psa_key_id_t id) PSA_MUST_CHECK;
psa_status_t keys_export_public(psa_key_id_t id, uint8_t *out, size_t out_bytes, size_t *used) PSA_MUST_CHECK;
psa_status_t keys_sign_hash(psa_key_id_t id, psa_algorithm_t alg, const uint8_t *hash, size_t hash_bytes,
                            uint8_t *signature, size_t signature_bytes, size_t *used) PSA_MUST_CHECK;

#endif

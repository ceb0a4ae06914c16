/* The device's identity as a whole (hf_identity.h): is it there, and storing its parts in the factory.
 *
 * Context as storage.h. */
#ifndef HF_SECURE_IDENTITY_H
#define HF_SECURE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hf_identity.h"

bool identity_has_key(void);
/* Key, thing name and certificate are there. */
bool identity_is_complete(void);

/* Its thing name; 0: none. out: caller's. */
size_t identity_name(char out[HF_THING_NAME_MAX]);

/* Gives the device its name and its key. The same name again is no error, and never makes a second key.
 * PSA_SUCCESS | PSA_ERROR_INVALID_ARGUMENT the name | PSA_ERROR_ALREADY_EXISTS it has another name |
 * what keys_make_identity() and storage_set() answer */
psa_status_t identity_begin(const char *name, size_t bytes) PSA_MUST_CHECK;

/* Stores one of the factory's items. The certificate must carry the device's own public key, and is written once; the same one again
 * is no error. The same value of any item again writes nothing. uid: of hf_identity.h.
 * PSA_SUCCESS | PSA_ERROR_INVALID_ARGUMENT no such item, or its size | PSA_ERROR_BAD_STATE there is no key yet |
 * PSA_ERROR_INVALID_SIGNATURE a certificate of another key, or not whole | PSA_ERROR_ALREADY_EXISTS it has another certificate | storage_set()'s */
psa_status_t identity_store(psa_storage_uid_t uid, const uint8_t *data, size_t bytes) PSA_MUST_CHECK;

/* How many trust anchors there are to be: 0 to count - 1 must be there, all others are removed, whoever put them there.
 * PSA_SUCCESS | PSA_ERROR_INVALID_ARGUMENT count is 0 or more than HF_TRUST_ANCHORS | PSA_ERROR_BAD_STATE one is missing: nothing
 * was removed | storage_remove()'s */
psa_status_t identity_trust_only(uint32_t count) PSA_MUST_CHECK;

/* Key, name, certificate, endpoint and a trust anchor are there. */
bool identity_is_equipped(void);

#endif

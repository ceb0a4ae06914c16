/* Keys that follow from the hardware unique key in OTP. It is read anew for each derivation and wiped after it: between
 * calls no RAM holds it.
 *
 *     uint8_t key[ROOT_KEY_BYTES];
 *     if (root_key_derive(key, "storage record") != PSA_SUCCESS) ...
 *     wipe(key, sizeof key);
 *
 * Context as storage.h. */
#ifndef HF_SECURE_ROOT_KEY_H
#define HF_SECURE_ROOT_KEY_H

#include <stdint.h>

#include "psa/error.h"

#define ROOT_KEY_BYTES 32u

/* key = HKDF-SHA-256(hardware unique key, no salt, info = "holdfast " + label). label: a literal of at most
 * ROOT_KEY_LABEL_MAX characters, one per use. The caller wipes key.
 * PSA_SUCCESS | PSA_ERROR_INVALID_ARGUMENT label too long | PSA_ERROR_HARDWARE_FAILURE OTP does not answer, or its key
 * is blank. After an error key is all 0. */
psa_status_t root_key_derive(uint8_t key[ROOT_KEY_BYTES], const char *label) PSA_MUST_CHECK;
#define ROOT_KEY_LABEL_MAX 32u

#endif

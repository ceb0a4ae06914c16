/* Keys that follow from the hardware unique key in OTP. It is read anew for each derivation and wiped after it: between calls no RAM
 * holds it. */
#ifndef HF_SECURE_ROOT_KEY_H
#define HF_SECURE_ROOT_KEY_H

#include <stdint.h>

#include "psa/error.h"

#define ROOT_KEY_BYTES 32u

/* key = HKDF-SHA-256(hardware unique key, info = "holdfast " + label). label: a literal, one per use. The caller wipes key.
 * PSA_SUCCESS | PSA_ERROR_HARDWARE_FAILURE OTP does not answer, or its key is blank: key is all 0 */
psa_status_t root_key_derive(uint8_t key[ROOT_KEY_BYTES], const char *label) PSA_MUST_CHECK;

#endif

/* Certificate signing request (PKCS #10, RFC 2986), DER: subject CN = thing name, P-256 key and signature (ecdsa-with-SHA256) of the
 * device's identity key, no attributes. */
#ifndef HF_SECURE_CSR_H
#define HF_SECURE_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

#define CSR_MAX 512u /* bytes, for the longest name */

/* 1..HF_THING_NAME_MAX of [a-zA-Z0-9:_-] */
bool csr_name_is_valid(const char *name, size_t bytes);

/* PSA_SUCCESS | PSA_ERROR_INVALID_ARGUMENT the name | PSA_ERROR_BUFFER_TOO_SMALL | what keys_sign_hash() answers */
psa_status_t csr_make(const char *thing_name, size_t name_bytes, uint8_t *out, size_t out_bytes,
                      size_t *used) PSA_MUST_CHECK;

#endif

/* Certificate signing request (PKCS #10, RFC 2986), DER: subject CN = thing name (UTF8String: printable strings have no '_'), P-256
 * key (RFC 5480) and signature (ecdsa-with-SHA256, RFC 5758) of the device's identity key, no attributes.
 *
 * X.509 wants no CN beyond 64 characters (RFC 5280, appendix A.1, ub-common-name): some verifiers refuse longer ones.
 *
 * Context as storage.h. */
#ifndef HF_SECURE_CSR_H
#define HF_SECURE_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

#define CSR_MAX 512u /* bytes, more than the longest name needs */

/* 1..HF_THING_NAME_MAX of [a-zA-Z0-9:_-] */
bool csr_name_is_valid(const char *name, size_t bytes);

/* thing_name: need not end with 0. out: CSR_MAX bytes are enough for every name; *used of them hold the request (0 after an error).
 * PSA_SUCCESS | PSA_ERROR_INVALID_ARGUMENT the name | PSA_ERROR_BUFFER_TOO_SMALL | what keys_sign_hash() answers */
psa_status_t csr_make(const char *thing_name, size_t name_bytes, uint8_t *out, size_t out_bytes,
                      size_t *used) PSA_MUST_CHECK;

#endif

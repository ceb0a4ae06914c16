/* Random numbers: HMAC_DRBG (SP 800-90A, mbedTLS's) seeded from the board's noise source, whose every sample passes the health
 * tests of SP 800-90B (health.h). Fails closed: after a failed test nothing random is given out until the next restart; a source
 * that is silent is asked again at the next call that needs it.
 *
 * Context as storage.h. */
#ifndef HF_SECURE_RANDOM_H
#define HF_SECURE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

/* Start-up test and first seed; once per boot. PSA_SUCCESS | PSA_ERROR_INSUFFICIENT_ENTROPY (later calls try again, unless a test failed) */
psa_status_t random_start(void) PSA_MUST_CHECK;

/* PSA_SUCCESS | PSA_ERROR_INSUFFICIENT_ENTROPY: out is wiped. Any number of bytes. */
psa_status_t random_bytes(void *out, size_t bytes) PSA_MUST_CHECK;

/* The same, with fresh entropy mixed in first: for keys. So a source that died since the start stops it. */
psa_status_t random_fresh_bytes(void *out, size_t bytes) PSA_MUST_CHECK;

/* Seeded, and no test has failed. */
bool random_is_good(void);

#endif

/* Random numbers: HMAC_DRBG with SHA-256 (SP 800-90A, mbedTLS's) seeded from the board's noise source, whose every sample passes
 * the health tests of SP 800-90B (health.h).
 *
 *     if (random_start() != PSA_SUCCESS) log("no noise");            once per boot; what needs random numbers tries again
 *     if (random_bytes(nonce, sizeof nonce) != PSA_SUCCESS) refuse();
 *
 * Fails closed: after a failed health test nothing random is given out until the next restart. A source that is silent is asked
 * again at the next call that needs it; what was seeded before goes on giving random_bytes() until its next reseed is due.
 *
 * Costs of noise: 1,024 bytes for the start-up test and 96 for the seed, then 64 per reseed. The port bounds the wait for each
 * piece (entropy.h), RANDOM_START_MAX_MS that for all of the start-up test: a source that dribbles counts as silent.
 *
 * Context as storage.h. */
#ifndef HF_SECURE_RANDOM_H
#define HF_SECURE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

/* Raw bytes at HEALTH_MIN_ENTROPY_BITS each: 256 bits of min-entropy for every seed, and half as much again as the nonce of the
 * first one (SP 800-90A, 8.6.7 and 10.1, table 2). HMAC_DRBG concentrates them, no conditioning is needed before it. */
#define RANDOM_RESEED_RAW_BYTES 64u
#define RANDOM_SEED_RAW_BYTES 96u
#define RANDOM_START_MAX_MS 3000u   /* well below the watchdog's limit */
#define RANDOM_RESEED_INTERVAL 1000 /* requests; the standard allows 2^48 */

/* Start-up test and first seed, anew each time it is called. PSA_SUCCESS | PSA_ERROR_INSUFFICIENT_ENTROPY (later calls of any
 * function here try again, unless a health test failed) */
psa_status_t random_start(void) PSA_MUST_CHECK;

/* PSA_SUCCESS | PSA_ERROR_INSUFFICIENT_ENTROPY: out is wiped. Any number of bytes. */
psa_status_t random_bytes(void *out, size_t bytes) PSA_MUST_CHECK;

/* The same, with fresh entropy mixed in first: for keys. So a source that died since the start stops it. */
psa_status_t random_fresh_bytes(void *out, size_t bytes) PSA_MUST_CHECK;

/* Seeded, and no test has failed. */
bool random_is_good(void);

#endif

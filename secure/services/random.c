/* States:
 *   UNSEEDED   nothing is given out; the next call tests the source and seeds
 *   SEEDED     drbg is ready; every sample it was fed passed its tests
 *   FAILED     a health test failed: drbg is wiped, and no call does anything until the next restart
 * UNSEEDED -> SEEDED, UNSEEDED -> FAILED, SEEDED -> FAILED; a silent source changes nothing. */
#include "random.h"

#include "mbedtls/hmac_drbg.h"

#include "clock.h"
#include "ct.h"
#include "entropy.h"
#include "health.h"
#include "root_key.h"

_Static_assert(RANDOM_RESEED_RAW_BYTES *HEALTH_MIN_ENTROPY_BITS >= 256,
               "SP 800-90A table 2: security strength of SHA-256");
_Static_assert(RANDOM_SEED_RAW_BYTES == RANDOM_RESEED_RAW_BYTES * 3 / 2, "what mbedTLS takes for a first seed");
_Static_assert(RANDOM_SEED_RAW_BYTES + ROOT_KEY_BYTES <= MBEDTLS_HMAC_DRBG_MAX_SEED_INPUT, "mbedTLS's seed buffer");

static enum { UNSEEDED = 0, SEEDED, FAILED } state;
static mbedtls_hmac_drbg_context drbg;
static health noise_health;

/* ---- Noise ---- */

/* On false, out is wiped. */
static bool noise_read(uint8_t *out, size_t bytes)
{
  if (state != FAILED && entropy_read(out, (uint32_t)bytes)) {
    if (health_take(&noise_health, out, bytes)) return true;
    state = FAILED;
  }
  wipe(out, bytes);
  return false;
}

/* The DRBG asks for its entropy. 0: there it is. A failed test cannot free the DRBG while it is at work: refuse() does. */
static int noise_for_drbg(void *unused, unsigned char *out, size_t bytes)
{
  (void)unused;
  return noise_read(out, bytes) ? 0 : -1;
}

/* SP 800-90B, 4.3: tested, and not used for anything. */
static bool startup_test_passes(void)
{
  uint8_t samples[64];
  _Static_assert(HEALTH_STARTUP_SAMPLES % sizeof samples == 0, "whole pieces");
  const uint32_t begin = clock_ms();
  health_start(&noise_health);
  for (unsigned taken = 0; taken < HEALTH_STARTUP_SAMPLES; taken += sizeof samples)
    if (clock_ms() - begin > RANDOM_START_MAX_MS || !noise_read(samples, sizeof samples)) return false;
  wipe(samples, sizeof samples);
  return true;
}

/* ---- The generator ---- */

/* With the device's own secret as personalization, even a source that gives the same on every device seeds each one differently.
 * Only a second line, so a device without it (blank OTP: the key is all 0) has random numbers, too. */
static bool drbg_seeds(void)
{
  uint8_t own[ROOT_KEY_BYTES];
  if (root_key_derive(own, "drbg") != PSA_SUCCESS) wipe(own, sizeof own);
  mbedtls_hmac_drbg_init(&drbg);
  mbedtls_hmac_drbg_set_entropy_len(&drbg, RANDOM_RESEED_RAW_BYTES);
  mbedtls_hmac_drbg_set_reseed_interval(&drbg, RANDOM_RESEED_INTERVAL);
  const mbedtls_md_info_t *sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  const bool seeded = mbedtls_hmac_drbg_seed(&drbg, sha256, noise_for_drbg, NULL, own, sizeof own) == 0;
  wipe(own, sizeof own);
  if (!seeded) mbedtls_hmac_drbg_free(&drbg);
  return seeded;
}

/* What every failure leads to. */
static psa_status_t refuse(void)
{
  if (state == FAILED) mbedtls_hmac_drbg_free(&drbg); /* wipes it */
  return PSA_ERROR_INSUFFICIENT_ENTROPY;
}

psa_status_t random_start(void)
{
  if (state == FAILED) return PSA_ERROR_INSUFFICIENT_ENTROPY;
  mbedtls_hmac_drbg_free(&drbg);
  state = UNSEEDED;
  if (!startup_test_passes() || !drbg_seeds()) return refuse();
  state = SEEDED;
  return PSA_SUCCESS;
}

static psa_status_t generate(uint8_t *out, size_t bytes)
{
  while (bytes > 0) {
    const size_t piece = bytes < MBEDTLS_HMAC_DRBG_MAX_REQUEST ? bytes : MBEDTLS_HMAC_DRBG_MAX_REQUEST;
    if (mbedtls_hmac_drbg_random(&drbg, out, piece) != 0) return refuse();
    out += piece;
    bytes -= piece;
  }
  return PSA_SUCCESS;
}

static psa_status_t ready(void)
{
  return state == SEEDED ? PSA_SUCCESS : random_start();
}

static psa_status_t reseed(void)
{
  return mbedtls_hmac_drbg_reseed(&drbg, NULL, 0) == 0 ? PSA_SUCCESS : refuse();
}

psa_status_t random_bytes(void *out, size_t bytes)
{
  psa_status_t status = ready();
  if (status == PSA_SUCCESS) status = generate(out, bytes);
  if (status != PSA_SUCCESS) wipe(out, bytes);
  return status;
}

psa_status_t random_fresh_bytes(void *out, size_t bytes)
{
  psa_status_t status = ready();
  if (status == PSA_SUCCESS) status = reseed();
  if (status == PSA_SUCCESS) status = generate(out, bytes);
  if (status != PSA_SUCCESS) wipe(out, bytes);
  return status;
}

bool random_is_good(void)
{
  return state == SEEDED;
}

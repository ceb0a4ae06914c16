#include "network_random.h"

#include <string.h>

#include "hf_kernel.h"
#include "psa/crypto.h"
#include "sha256.h"

#define SEED_BYTES 32u
#define CLOCK_TICKS_PER_MS 250u /* of 4 microseconds */

typedef enum use { USE_NUMBERS, USE_SEQUENCE } use;

static uint8_t seed[SEED_BYTES];
static uint64_t blocks;
static uint32_t numbers[SHA256_BYTES / sizeof(uint32_t)];
static uint32_t numbers_left;

bool network_random_start(void)
{
  numbers_left = 0;
  return psa_generate_random(seed, sizeof seed) == PSA_SUCCESS;
}

/* digest = SHA-256(seed, use, data): neither use tells anything of the other. */
static void derive(uint32_t digest[8], use which, const void *data, uint32_t bytes)
{
  const uint8_t mark = (uint8_t)which;
  uint8_t out[SHA256_BYTES];
  sha256_ctx ctx;
  sha256_init(&ctx);
  sha256_update(&ctx, seed, sizeof seed);
  sha256_update(&ctx, &mark, sizeof mark);
  sha256_update(&ctx, data, bytes);
  sha256_final(&ctx, out);
  memcpy(digest, out, sizeof out);
}

uint32_t network_random(void)
{
  if (numbers_left == 0) {
    blocks++;
    derive(numbers, USE_NUMBERS, &blocks, sizeof blocks);
    numbers_left = sizeof numbers / sizeof numbers[0];
  }
  return numbers[--numbers_left];
}

unsigned long network_first_sequence_number(unsigned long local, unsigned short local_port, unsigned long remote,
                                            unsigned short remote_port)
{
  const uint32_t connection[] = {(uint32_t)local, (uint32_t)remote, (uint32_t)local_port << 16 | remote_port};
  uint32_t digest[8];
  derive(digest, USE_SEQUENCE, connection, sizeof connection);
  return (uint32_t)(digest[0] + (uint32_t)(hf_uptime_ms() * CLOCK_TICKS_PER_MS));
}

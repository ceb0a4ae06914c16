#include "drbg_memory.h"

#include <stdbool.h>
#include <stdint.h>

#include "ct.h"

/* mbedtls_md_setup() takes two: the hash's context and the two padded keys. The DRBG keeps one such pair; a second one is in use
 * while a signature's own DRBG runs. */
#define BLOCKS 4u
#define BLOCK_BYTES 128u

static _Alignas(8) uint8_t blocks[BLOCKS][BLOCK_BYTES];
static bool used[BLOCKS];

void *hf_drbg_calloc(size_t count, size_t bytes)
{
  if (bytes == 0 || count > BLOCK_BYTES / bytes) return NULL;
  for (unsigned i = 0; i < BLOCKS; i++) {
    if (used[i]) continue;
    used[i] = true;
    wipe(blocks[i], BLOCK_BYTES);
    return blocks[i];
  }
  return NULL;
}

void hf_drbg_free(void *memory)
{
  for (unsigned i = 0; i < BLOCKS; i++) {
    if (memory != blocks[i]) continue;
    wipe(blocks[i], BLOCK_BYTES);
    used[i] = false;
  }
}

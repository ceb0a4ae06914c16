#include "storage_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "otp_map.h"
#include "random.h"
#include "storage.h"

storage_rig_memory storage_rig;
storage_rig_random storage_rig_random_is;

static const board_map map = {
  .name = "storage rig",
  .flash_bytes = STORAGE_RIG_FLASH_BYTES,
  .storage = STORAGE_RIG_AREA,
  .storage_bytes = STORAGE_RIG_AREA_BYTES,
};

void storage_rig_blank(void)
{
  host_board_select(&map);
  memset(storage_rig.flash, 0xFF, sizeof storage_rig.flash);
  memset(storage_rig.otp, 0, sizeof storage_rig.otp);
  for (uint32_t i = 0; i < 32; i++) storage_rig.otp[OTP_UNIQUE_KEY_OFFSET + i] = (uint8_t)(i * 7u + 1u);
  host_flash_attach(storage_rig.flash, NULL);
  host_otp_attach(storage_rig.otp, true);
  storage_rig_random_is = STORAGE_RIG_RANDOM_GOOD;
}

psa_status_t storage_rig_restart(void)
{
  return storage_mount();
}

void storage_rig_new(void)
{
  storage_rig_blank();
  if (storage_rig_restart() == PSA_SUCCESS) return;
  fprintf(stderr, "a blank device does not mount\n");
  abort();
}

void storage_rig_save(storage_rig_state *state)
{
  state->memory = storage_rig;
  memcpy(state->marks, host_flash_marks(), sizeof state->marks);
}

void storage_rig_put_back_flash(const storage_rig_state *state)
{
  memcpy(storage_rig.flash, state->memory.flash, sizeof storage_rig.flash);
  memcpy(host_flash_marks(), state->marks, sizeof state->marks);
}

void storage_rig_put_back(const storage_rig_state *state)
{
  storage_rig_put_back_flash(state);
  memcpy(storage_rig.otp, state->memory.otp, sizeof storage_rig.otp);
}

/* ---- In place of random.c ---- */

psa_status_t random_bytes(void *out, size_t bytes)
{
  static uint32_t seed = 1;
  uint8_t *to = out;
  memset(out, 0x5A, bytes);
  if (storage_rig_random_is == STORAGE_RIG_RANDOM_GOOD)
    for (size_t i = 0; i < bytes; i++) to[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
  return storage_rig_random_is == STORAGE_RIG_RANDOM_DEAD ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS;
}

psa_status_t random_fresh_bytes(void *out, size_t bytes)
{
  return random_bytes(out, bytes);
}

psa_status_t random_start(void)
{
  return storage_rig_random_is == STORAGE_RIG_RANDOM_DEAD ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS;
}

bool random_is_good(void)
{
  return storage_rig_random_is != STORAGE_RIG_RANDOM_DEAD;
}

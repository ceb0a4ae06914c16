#include "storage_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "otp_map.h"
#include "random.h"
#include "storage.h"

rig_memory rig;
rig_random rig_random_is;

static const board_map map = {
  .name = "storage rig",
  .flash_bytes = RIG_FLASH_BYTES,
  .storage = RIG_STORAGE,
  .storage_bytes = RIG_STORAGE_BYTES,
};

void rig_blank(void)
{
  host_board_select(&map);
  memset(rig.flash, 0xFF, sizeof rig.flash);
  memset(rig.otp, 0, sizeof rig.otp);
  for (uint32_t i = 0; i < 32; i++) rig.otp[OTP_UNIQUE_KEY_OFFSET + i] = (uint8_t)(i * 7u + 1u);
  host_flash_attach(rig.flash, NULL);
  host_otp_attach(rig.otp, true);
  rig_random_is = RIG_RANDOM_GOOD;
}

psa_status_t rig_restart(void)
{
  return storage_mount();
}

void rig_new(void)
{
  rig_blank();
  if (rig_restart() == PSA_SUCCESS) return;
  fprintf(stderr, "a blank device does not mount\n");
  abort();
}

void rig_save(rig_state *state)
{
  state->memory = rig;
  memcpy(state->marks, host_flash_marks(), sizeof state->marks);
}

void rig_put_back_flash(const rig_state *state)
{
  memcpy(rig.flash, state->memory.flash, sizeof rig.flash);
  memcpy(host_flash_marks(), state->marks, sizeof state->marks);
}

void rig_put_back(const rig_state *state)
{
  rig_put_back_flash(state);
  memcpy(rig.otp, state->memory.otp, sizeof rig.otp);
}

/* ---- In place of random.c ---- */

psa_status_t random_bytes(void *out, size_t bytes)
{
  static uint32_t seed = 1;
  uint8_t *to = out;
  memset(out, 0x5A, bytes);
  if (rig_random_is == RIG_RANDOM_GOOD)
    for (size_t i = 0; i < bytes; i++) to[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
  return rig_random_is == RIG_RANDOM_DEAD ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS;
}

psa_status_t random_fresh_bytes(void *out, size_t bytes)
{
  return random_bytes(out, bytes);
}

psa_status_t random_start(void)
{
  return rig_random_is == RIG_RANDOM_DEAD ? PSA_ERROR_INSUFFICIENT_ENTROPY : PSA_SUCCESS;
}

bool random_is_good(void)
{
  return rig_random_is != RIG_RANDOM_DEAD;
}

/* The memories that sealed storage lives in, for tests: flash, OTP, random numbers.
 *
 *     storage_rig_new();                a new device, mounted
 *     storage_rig_save(&before); ...; storage_rig_put_back_flash(&before);
 *     storage_rig_restart();            power off and on: mounts */
#ifndef HF_TEST_STORAGE_RIG_H
#define HF_TEST_STORAGE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "flash.h"
#include "host_board.h"
#include "otp.h"
#include "psa/error.h"

/* Offset of the area; the block before it and the one behind are not storage's. */
#define STORAGE_RIG_AREA FLASH_BLOCK_BYTES
#define STORAGE_RIG_AREA_BYTES (32u * FLASH_BLOCK_BYTES)
#define STORAGE_RIG_FLASH_BYTES (STORAGE_RIG_AREA + STORAGE_RIG_AREA_BYTES + FLASH_BLOCK_BYTES)
#define STORAGE_RIG_UNITS (STORAGE_RIG_FLASH_BYTES / FLASH_UNIT_BYTES)

/* All that outlives a restart. */
typedef struct storage_rig_memory {
  uint8_t flash[STORAGE_RIG_FLASH_BYTES];
  uint8_t otp[OTP_BYTES];
} storage_rig_memory;
extern storage_rig_memory storage_rig;

typedef struct storage_rig_state {
  storage_rig_memory memory;
  uint8_t marks[STORAGE_RIG_UNITS]; /* what is wrong with which unit */
} storage_rig_state;

/* What random_bytes() answers. */
typedef enum storage_rig_random {
  STORAGE_RIG_RANDOM_DEAD,
  STORAGE_RIG_RANDOM_SAME,
  STORAGE_RIG_RANDOM_GOOD
} storage_rig_random;
extern storage_rig_random storage_rig_random_is;

/* Blank flash, OTP with a unique key; not mounted. */
void storage_rig_blank(void);
/* The same, mounted; ends the program when that fails. */
void storage_rig_new(void);
psa_status_t storage_rig_restart(void);

void storage_rig_save(storage_rig_state *state);
void storage_rig_put_back(const storage_rig_state *state);
/* What somebody with a programmer can do: OTP stays. */
void storage_rig_put_back_flash(const storage_rig_state *state);

#endif

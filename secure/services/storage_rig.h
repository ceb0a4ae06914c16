/* The memories that sealed storage lives in, for tests: flash, OTP, random numbers.
 *
 *     rig_new();                      a new device, mounted
 *     rig_save(&before); ...; rig_put_back_flash(&before);
 *     rig_restart();                  power off and on: mounts */
#ifndef HF_SECURE_STORAGE_RIG_H
#define HF_SECURE_STORAGE_RIG_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "flash.h"
#include "host_board.h"
#include "otp.h"
#include "psa/error.h"

#define RIG_STORAGE FLASH_BLOCK_BYTES /* offset of the area; the block before it and the one behind are not storage's */
#define RIG_STORAGE_BYTES (32u * FLASH_BLOCK_BYTES)
#define RIG_FLASH_BYTES (RIG_STORAGE + RIG_STORAGE_BYTES + FLASH_BLOCK_BYTES)
#define RIG_UNITS (RIG_FLASH_BYTES / FLASH_UNIT_BYTES)

/* All that outlives a restart. */
typedef struct rig_memory {
  uint8_t flash[RIG_FLASH_BYTES];
  uint8_t otp[OTP_BYTES];
} rig_memory;
extern rig_memory rig;

typedef struct rig_state {
  rig_memory memory;
  uint8_t marks[RIG_UNITS]; /* what is wrong with which unit */
} rig_state;

/* What random_bytes() answers. */
typedef enum rig_random { RIG_RANDOM_DEAD, RIG_RANDOM_SAME, RIG_RANDOM_GOOD } rig_random;
extern rig_random rig_random_is;

/* Blank flash, OTP with a unique key; not mounted. */
void rig_blank(void);
/* The same, mounted; ends the program when that fails. */
void rig_new(void);
psa_status_t rig_restart(void);

void rig_save(rig_state *state);
void rig_put_back(const rig_state *state);
/* What somebody with a programmer can do: OTP stays. */
void rig_put_back_flash(const rig_state *state);

#endif

/* A whole small device on the host: flash, OTP and RAM in buffers, and its boot as on a board.
 *
 *     rig_new();                                  blank flash, OTP of a factory-state device
 *     rig_put(rig_map.slot_a, &image);
 *     if (rig_boot(&boot) == BOOT_OK) ...         ROM, loader, settle; what the board would jump to
 */
#ifndef HF_TEST_RIG_H
#define HF_TEST_RIG_H

#include "board.h"
#include "flash.h"
#include "host_board.h"
#include "image_maker.h"
#include "loader.h"
#include "otp.h"

#define RIG_PLACE_BYTES 0x2000u /* of a slot, of a loader copy: manifest and one block */
#define RIG_FLASH_BYTES (4u * RIG_PLACE_BYTES + 2u * FLASH_BLOCK_BYTES)
#define RIG_RAM_BASE 0x30000000u
#define RIG_RAM_BYTES 0x8000u

/* The memories of the device. */
typedef struct rig_memory {
  uint8_t flash[RIG_FLASH_BYTES];
  uint8_t otp[OTP_BYTES];
} rig_memory;
extern rig_memory rig;
extern uint32_t rig_wear[RIG_FLASH_BYTES / FLASH_BLOCK_BYTES];
extern uint8_t rig_ram[RIG_RAM_BYTES];
extern const board_map rig_map;

void rig_new(void);
/* The fuses, to be changed by a test. */
otp_fuses *rig_fuses(void);
/* Lays an image into flash, as a factory would: no operation is counted. */
void rig_put(uint32_t base, const test_image *image);
/* Starts the journal with one record that names the active slot. */
void rig_settle_on(uint32_t slot);

typedef struct rig_boot_result {
  boot_status rom;    /* of the ROM */
  boot_status status; /* of the whole: BOOT_OK, or why no firmware was started */
  boot_status settle; /* BOOT_OK too when there was nothing to settle */
  manifest loader_manifest;
  boot_handoff handoff;
  loader l;
  boot_info info;
} rig_boot_result;

/* ROM and loader after power-on. The result is the caller's and holds the loader's memory; recovery,
 * when status is not BOOT_OK, is the caller's next step. */
boot_status rig_boot(rig_boot_result *boot);
/* As the n-th boot in a row that did not reach firmware (1 is the first). */
boot_status rig_boot_attempt(rig_boot_result *boot, uint32_t attempts);

/* RAM holds exactly this payload, where its segments belong. */
bool rig_ram_holds(const test_image *image);

#endif

/* NOR flash port: what every board's non-volatile program memory must do.
 *
 * The rules are those of real NOR parts with ECC (STM32U5 reference manual, FLASH chapter, is the
 * model): an erase sets every bit of a whole block to 1; programming works on whole units, only
 * clears bits, and a unit is programmed at most once between two erases; every erase wears the
 * block. A unit can become unreadable (ECC double error, bus fault): the port reports that and
 * the machine goes on.
 *
 * Offsets count bytes from the start of the flash device; the map of what lies where is the
 * board's `board.h`. Context: boot code and secure services, one caller at a time, not from an ISR.
 *
 *     uint8_t head[16];
 *     if (flash_read(BOARD_FLASH_SLOT_A, head, sizeof head) == FLASH_UNREADABLE) ...
 */
#ifndef HF_PORT_FLASH_H
#define HF_PORT_FLASH_H

#include <stdint.h>

/* Same on every board: the on-flash formats (docs/formats.md) are laid out in these. */
#define FLASH_UNIT_BYTES 16u    /* smallest thing that can be programmed */
#define FLASH_BLOCK_BYTES 4096u /* smallest thing that can be erased */

typedef enum flash_status {
  FLASH_OK = 0,
  FLASH_RANGE,      /* offset or length beyond the device: nothing was done */
  FLASH_ALIGNMENT,  /* program not in whole units, or erase not in whole blocks: nothing was done */
  FLASH_UNREADABLE, /* a unit in the range cannot be read; `out` is undefined */
  FLASH_NOT_ERASED, /* a unit to be programmed is not blank, or unreadable: units before it were programmed */
  FLASH_FAILED,     /* the part did not take the data (read back differs): treat the unit as torn */
} flash_status;

/* Reads `bytes` (any alignment, 0 allowed) from `offset` into out (caller's, at least `bytes`). */
flash_status flash_read(uint32_t offset, void *out, uint32_t bytes) __attribute__((warn_unused_result));

/* Programs `bytes` (a multiple of FLASH_UNIT_BYTES) at `offset` (likewise), unit by unit in
 * ascending order. Power loss leaves a prefix of units programmed and at most one torn. */
flash_status flash_program(uint32_t offset, const void *data, uint32_t bytes) __attribute__((warn_unused_result));

/* Erases `bytes` (a multiple of FLASH_BLOCK_BYTES) from `offset` (likewise), ascending;
 * unreadable units become readable again. */
flash_status flash_erase(uint32_t offset, uint32_t bytes) __attribute__((warn_unused_result));

/* Number of erases the block that contains `offset` has seen; saturates. 0 beyond the device. */
uint32_t flash_wear(uint32_t offset);

#endif

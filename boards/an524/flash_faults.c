#include "flash_faults.h"

#include <stdbool.h>

#include "board.h"
#include "registers.h"

/* The controller counts from the start of the memory file, not from the flash window. */
#define FIRST_GRANULE (BOARD_FLASH_FILE_OFFSET / MPC_GRANULE_BYTES)

#define LIST_COUNT REG(BOARD_FLASH_BAD_WINDOW)
#define LIST_ENTRY(i) REG(BOARD_FLASH_BAD_WINDOW + 4u + 4u * (i))
#define LIST_NO_ENTRY 0xFFFFFFFFu /* beyond the device: ignored */

static void granule_set_readable(uint32_t offset, bool readable)
{
  uint32_t granule = FIRST_GRANULE + offset / MPC_GRANULE_BYTES;
  uint32_t bit = 1u << granule % 32u;
  REG(MPC_DDR + MPC_CTRL) &= ~MPC_CTRL_AUTOINC; /* or reading the LUT would move the index */
  REG(MPC_DDR + MPC_BLK_IDX) = granule / 32u;
  uint32_t lut = REG(MPC_DDR + MPC_BLK_LUT);
  REG(MPC_DDR + MPC_BLK_LUT) = readable ? lut & ~bit : lut | bit;
}

static uint32_t list_count(void)
{
  uint32_t count = LIST_COUNT;
  return count <= BOARD_FLASH_BAD_MAX ? count : 0; /* a fresh part's list is blank: all ones */
}

void board_flash_power_up(void)
{
  uint32_t count = list_count();
  for (uint32_t i = 0; i < count; i++) {
    uint32_t offset = LIST_ENTRY(i);
    if (offset < BOARD_FLASH_BYTES) granule_set_readable(offset, false);
  }
}

void board_flash_heal(uint32_t offset, uint32_t bytes)
{
  uint32_t count = list_count();
  for (uint32_t i = 0; i < count; i++) {
    uint32_t bad = LIST_ENTRY(i);
    if (bad >= BOARD_FLASH_BYTES || bad - offset >= bytes) continue; /* below offset: wraps to a large number */
    LIST_ENTRY(i) = LIST_NO_ENTRY;
    granule_set_readable(bad, true);
  }
}

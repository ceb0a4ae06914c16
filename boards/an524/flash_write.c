/* The emulated part is plain memory: the rules of NOR flash are enforced here. */
#include <string.h>

#include "flash_faults.h"
#include "flash_guard.h"
#include "flash_internal.h"

static const uint8_t blank_unit[FLASH_UNIT_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

static uint32_t *wear_of(uint32_t offset)
{
  return (uint32_t *)(uintptr_t)(BOARD_FLASH_WEAR_WINDOW + offset / FLASH_BLOCK_BYTES * 4u);
}

static bool unit_holds(uint32_t offset, const uint8_t *expected)
{
  uint8_t now[FLASH_UNIT_BYTES];
  return flash_guard_copy(now, flash_at(offset), sizeof now) == 0 && memcmp(now, expected, sizeof now) == 0;
}

static bool unit_write(uint32_t offset, const uint8_t *data)
{
  return flash_guard_copy(flash_at(offset), data, FLASH_UNIT_BYTES) == 0 && unit_holds(offset, data);
}

flash_status flash_program(uint32_t offset, const void *data, uint32_t bytes)
{
  if (!flash_in_range(offset, bytes)) return FLASH_RANGE;
  if (offset % FLASH_UNIT_BYTES != 0 || bytes % FLASH_UNIT_BYTES != 0) return FLASH_ALIGNMENT;
  const uint8_t *from = data;
  for (const uint32_t end = offset + bytes; offset < end; offset += FLASH_UNIT_BYTES, from += FLASH_UNIT_BYTES) {
    if (!unit_holds(offset, blank_unit)) return FLASH_NOT_ERASED; /* an unreadable unit is not blank either */
    if (!unit_write(offset, from)) return FLASH_FAILED;
  }
  return FLASH_OK;
}

static flash_status block_erase(uint32_t block)
{
  uint32_t *wear = wear_of(block);
  if (*wear != UINT32_MAX) ++*wear; /* before the erase: an interrupted one wears too */
  board_flash_heal(block, FLASH_BLOCK_BYTES);
  for (uint32_t at = block; at < block + FLASH_BLOCK_BYTES; at += FLASH_UNIT_BYTES) {
    if (!unit_write(at, blank_unit)) return FLASH_FAILED;
  }
  return FLASH_OK;
}

flash_status flash_erase(uint32_t offset, uint32_t bytes)
{
  if (!flash_in_range(offset, bytes)) return FLASH_RANGE;
  if (offset % FLASH_BLOCK_BYTES != 0 || bytes % FLASH_BLOCK_BYTES != 0) return FLASH_ALIGNMENT;
  for (const uint32_t end = offset + bytes; offset < end; offset += FLASH_BLOCK_BYTES) {
    flash_status status = block_erase(offset);
    if (status != FLASH_OK) return status;
  }
  return FLASH_OK;
}

uint32_t flash_wear(uint32_t offset)
{
  return offset < BOARD_FLASH_BYTES ? *wear_of(offset) : 0;
}

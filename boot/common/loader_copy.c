#include "loader_copy.h"

#include "board.h"
#include "flash.h"
#include "manifest.h"

uint32_t loader_copy_base(uint32_t copy)
{
  return copy == 0 ? BOARD_FLASH_LOADER_0 : BOARD_FLASH_LOADER_1;
}

/* 0 for a copy that cannot be read: the other one goes first. Erased flash claims the greatest
 * version there is, and is refused by its magic at the cost of one read. */
static uint64_t claimed_version(uint32_t copy)
{
  manifest_version version;
  const uint32_t at = loader_copy_base(copy) + (uint32_t)offsetof(manifest, version);
  return flash_read(at, &version, sizeof version) == FLASH_OK ? manifest_version_order(version) : 0;
}

uint32_t loader_copy_newer(void)
{
  return claimed_version(1) > claimed_version(0);
}

#include "flash_guard.h"
#include "flash_internal.h"

flash_status flash_read(uint32_t offset, void *out, uint32_t bytes)
{
  if (!flash_in_range(offset, bytes)) return FLASH_RANGE;
  return flash_guard_copy(out, flash_at(offset), bytes) == 0 ? FLASH_OK : FLASH_UNREADABLE;
}

/* Shared by the files of the flash driver. */
#ifndef HF_AN524_FLASH_INTERNAL_H
#define HF_AN524_FLASH_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "flash.h"

static inline bool flash_in_range(uint32_t offset, uint32_t bytes)
{
  return offset <= BOARD_FLASH_BYTES && bytes <= BOARD_FLASH_BYTES - offset;
}

/* Where flash offset `offset` is on the bus. */
static inline void *flash_at(uint32_t offset)
{
  return (void *)(uintptr_t)(BOARD_FLASH_WINDOW + offset);
}

#endif

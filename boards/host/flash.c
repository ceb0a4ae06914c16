/* NOR flash over a buffer, with operations counted and cut for power-loss tests. */
#include <stdlib.h>
#include <string.h>

#include "cut.h"
#include "flash.h"
#include "host_board.h"

static uint8_t *memory;
static uint32_t *wear_counts;
static uint8_t *marks; /* one byte per unit, when attached */
static uint64_t bytes_read;

/* What a unit can suffer from. */
enum { UNREADABLE = 1, STUCK = 2 };

static const uint8_t blank[FLASH_UNIT_BYTES] = {
  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
};

void host_flash_attach(uint8_t *bytes, uint32_t *wear)
{
  free(marks);
  marks = bytes ? calloc(BOARD_FLASH_BYTES / FLASH_UNIT_BYTES, 1) : NULL;
  if (bytes && !marks) abort();
  memory = bytes;
  wear_counts = wear;
}

void host_flash_make_unreadable(uint32_t offset)
{
  marks[offset / FLASH_UNIT_BYTES] |= UNREADABLE;
}

void host_flash_make_stuck(uint32_t offset)
{
  marks[offset / FLASH_UNIT_BYTES] |= STUCK;
}

uint8_t *host_flash_marks(void)
{
  return marks;
}

uint64_t host_flash_bytes_read(void)
{
  return bytes_read;
}

/* Erased units can be read again; what is stuck stays so. */
static void clear_unreadable(uint32_t offset, uint32_t bytes)
{
  for (uint32_t unit = offset / FLASH_UNIT_BYTES; unit < (offset + bytes) / FLASH_UNIT_BYTES; unit++)
    marks[unit] &= (uint8_t)~UNREADABLE;
}

static bool in_device(uint32_t offset, uint32_t bytes)
{
  return offset <= BOARD_FLASH_BYTES && bytes <= BOARD_FLASH_BYTES - offset;
}

static bool aligned(uint32_t offset, uint32_t bytes, uint32_t granule)
{
  return offset % granule == 0 && bytes % granule == 0;
}

flash_status flash_read(uint32_t offset, void *out, uint32_t bytes)
{
  if (!in_device(offset, bytes)) return FLASH_RANGE;
  if (bytes == 0) return FLASH_OK;
  const uint32_t last = (offset + bytes - 1) / FLASH_UNIT_BYTES;
  for (uint32_t unit = offset / FLASH_UNIT_BYTES; unit <= last; unit++)
    if (marks[unit] & UNREADABLE) return FLASH_UNREADABLE;
  bytes_read += bytes;
  memcpy(out, memory + offset, bytes);
  return FLASH_OK;
}

static void tear_program(uint8_t *unit, const uint8_t *data, uint32_t offset)
{
  const cut_plan *cut = cut_now();
  uint32_t seed = cut->detail;
  switch (cut->outcome) {
  case HOST_TORN_NOTHING: break;
  case HOST_TORN_ALL: memcpy(unit, data, FLASH_UNIT_BYTES); break;
  case HOST_TORN_PREFIX: memcpy(unit, data, cut->detail < FLASH_UNIT_BYTES ? cut->detail : FLASH_UNIT_BYTES); break;
  case HOST_TORN_RANDOM: /* each bit to be cleared is, or is not */
    for (uint32_t i = 0; i < FLASH_UNIT_BYTES; i++) unit[i] = (uint8_t)(data[i] | cut_random(&seed));
    break;
  case HOST_TORN_UNREADABLE: host_flash_make_unreadable(offset); break;
  }
  cut_power();
}

static flash_status program_unit(uint32_t offset, const uint8_t *data)
{
  uint8_t *unit = memory + offset;
  const uint8_t mark = marks[offset / FLASH_UNIT_BYTES];
  if (mark & UNREADABLE || memcmp(unit, blank, FLASH_UNIT_BYTES) != 0) return FLASH_NOT_ERASED;
  if (cut_due(HOST_PROGRAM)) tear_program(unit, data, offset);
  if (mark & STUCK) {
    memcpy(unit, data, FLASH_UNIT_BYTES / 2);
    return FLASH_FAILED;
  }
  memcpy(unit, data, FLASH_UNIT_BYTES);
  return FLASH_OK;
}

flash_status flash_program(uint32_t offset, const void *data, uint32_t bytes)
{
  if (!in_device(offset, bytes)) return FLASH_RANGE;
  if (!aligned(offset, bytes, FLASH_UNIT_BYTES)) return FLASH_ALIGNMENT;
  const uint8_t *from = data;
  for (uint32_t done = 0; done < bytes; done += FLASH_UNIT_BYTES) {
    const flash_status status = program_unit(offset + done, from + done);
    if (status != FLASH_OK) return status;
  }
  return FLASH_OK;
}

static void erase_prefix(uint32_t offset, uint32_t bytes)
{
  memset(memory + offset, 0xFF, bytes);
  clear_unreadable(offset, bytes);
}

static void tear_erase(uint32_t offset)
{
  uint8_t *block = memory + offset;
  const cut_plan *cut = cut_now();
  uint32_t seed = cut->detail;
  switch (cut->outcome) {
  case HOST_TORN_NOTHING: break;
  case HOST_TORN_ALL: erase_prefix(offset, FLASH_BLOCK_BYTES); break;
  case HOST_TORN_PREFIX: erase_prefix(offset, cut->detail < FLASH_BLOCK_BYTES ? cut->detail : FLASH_BLOCK_BYTES); break;
  case HOST_TORN_RANDOM: /* each bit to be set is, or is not */
    for (uint32_t i = 0; i < FLASH_BLOCK_BYTES; i++) block[i] = (uint8_t)(block[i] | cut_random(&seed));
    break;
  case HOST_TORN_UNREADABLE: host_flash_make_unreadable(offset + cut->detail % FLASH_BLOCK_BYTES); break;
  }
  cut_power();
}

flash_status flash_erase(uint32_t offset, uint32_t bytes)
{
  if (!in_device(offset, bytes)) return FLASH_RANGE;
  if (!aligned(offset, bytes, FLASH_BLOCK_BYTES)) return FLASH_ALIGNMENT;
  for (uint32_t end = offset + bytes; offset < end; offset += FLASH_BLOCK_BYTES) {
    uint32_t *wear = wear_counts ? &wear_counts[offset / FLASH_BLOCK_BYTES] : NULL;
    if (wear && *wear != UINT32_MAX) ++*wear;
    if (cut_due(HOST_ERASE)) tear_erase(offset);
    erase_prefix(offset, FLASH_BLOCK_BYTES);
  }
  return FLASH_OK;
}

uint32_t flash_wear(uint32_t offset)
{
  if (offset >= BOARD_FLASH_BYTES || !wear_counts) return 0;
  return wear_counts[offset / FLASH_BLOCK_BYTES];
}

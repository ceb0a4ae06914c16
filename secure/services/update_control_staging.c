/* Invariants, whatever the instant power fails:
 *   1. A whole begun mark means: the slot's manifest, the map and the staged manifest were erased before it was written.
 *   2. A map unit that is not blank means: its block was erased for this image, completely. The unit is programmed
 *      after the erase, so even a torn one says so; a block whose erase was torn has a blank unit and is erased again.
 *   3. The slot's manifest is programmed last, from bytes that were verified, over a payload that was.
 *
 * So there is no state from which the slot could pass for an image it is not, and none that needs repair: what is torn
 * in a block stays inside it, and is replaced when the block is written again.
 */
#include "update_control_staging.h"

#include <string.h>

#include "board.h"
#include "crc32.h"
#include "flash.h"
#include "update.h"

/* Unit 0 of the map. */
#define BEGUN_MAGIC 0x47545348u /* "HSTG" */
typedef struct begun_mark {
  uint32_t magic;
  uint32_t slot;
  uint32_t reserved; /* 0 */
  uint32_t crc;      /* CRC-32 (IEEE 802.3) of the bytes before it */
} begun_mark;
static_assert(sizeof(begun_mark) == FLASH_UNIT_BYTES, "one program unit");
static_assert(STAGING_MAP_UNITS * FLASH_UNIT_BYTES == FLASH_BLOCK_BYTES, "the map is one block");
static_assert(MANIFEST_BYTES == FLASH_BLOCK_BYTES, "block 0 of an image is its manifest");

static uint32_t map_unit(uint32_t i)
{
  return BOARD_FLASH_STAGING + i * FLASH_UNIT_BYTES;
}

static uint32_t staged_manifest(void)
{
  return BOARD_FLASH_STAGING + FLASH_BLOCK_BYTES;
}

/* Where block i of the image lies while it is being written. */
static uint32_t block_place(uint32_t slot, uint32_t i)
{
  return i == 0 ? staged_manifest() : update_slot_base(slot) + i * FLASH_BLOCK_BYTES;
}

static boot_status erase_block(uint32_t at)
{
  return flash_erase(at, FLASH_BLOCK_BYTES) == FLASH_OK ? BOOT_OK : BOOT_FLASH_WRITE;
}

static boot_status program(uint32_t at, const void *data, uint32_t bytes)
{
  return flash_program(at, data, bytes) == FLASH_OK ? BOOT_OK : BOOT_FLASH_WRITE;
}

/* ---- Units ---- */

static bool is_blank(const uint8_t unit[FLASH_UNIT_BYTES])
{
  for (uint32_t i = 0; i < FLASH_UNIT_BYTES; i++)
    if (unit[i] != 0xFF) return false;
  return true;
}

typedef enum unit_state { UNIT_SAME, UNIT_BLANK, UNIT_OTHER } unit_state;

/* An unreadable unit is torn, or worn; either way its block must be erased before anything can be put there. */
static unit_state compare_unit(uint32_t at, const uint8_t wanted[FLASH_UNIT_BYTES])
{
  uint8_t there[FLASH_UNIT_BYTES];
  if (flash_read(at, there, sizeof there) != FLASH_OK) return UNIT_OTHER;
  if (memcmp(there, wanted, sizeof there) == 0) return UNIT_SAME;
  return is_blank(there) ? UNIT_BLANK : UNIT_OTHER;
}

static bool unit_is_blank(uint32_t at)
{
  uint8_t there[FLASH_UNIT_BYTES];
  return flash_read(at, there, sizeof there) == FLASH_OK && is_blank(there);
}

/* ---- The map ---- */

static begun_mark mark_for(uint32_t slot)
{
  begun_mark mark = {.magic = BEGUN_MAGIC, .slot = slot};
  mark.crc = crc32(0, &mark, (uint32_t)offsetof(begun_mark, crc));
  return mark;
}

bool staging_is_begun(uint32_t slot)
{
  const begun_mark wanted = mark_for(slot);
  begun_mark mark;
  return flash_read(map_unit(0), &mark, sizeof mark) == FLASH_OK && memcmp(&mark, &wanted, sizeof mark) == 0;
}

/* Block 0, the staged manifest, was erased when the image was begun. */
static bool block_is_begun(uint32_t i)
{
  return i == 0 || !unit_is_blank(map_unit(i));
}

static boot_status begin_block(uint32_t slot, uint32_t i)
{
  static const uint8_t mark[FLASH_UNIT_BYTES] = {0};
  if (block_is_begun(i)) return BOOT_OK;
  const boot_status status = erase_block(block_place(slot, i));
  return status == BOOT_OK ? program(map_unit(i), mark, sizeof mark) : status;
}

boot_status staging_begin(uint32_t slot, const manifest *m)
{
  const begun_mark mark = mark_for(slot);
  boot_status status = staging_discard(slot);
  if (status == BOOT_OK) status = erase_block(staged_manifest());
  if (status == BOOT_OK && m) status = program(staged_manifest(), m, MANIFEST_BYTES);
  if (status == BOOT_OK) status = program(map_unit(0), &mark, sizeof mark);
  return status;
}

boot_status staging_forget(void)
{
  return erase_block(map_unit(0));
}

boot_status staging_discard(uint32_t slot)
{
  const boot_status status = erase_block(update_slot_base(slot)); /* both before the mark: invariant 1 */
  return status == BOOT_OK ? staging_forget() : status;
}

/* ---- Writing ---- */

static bool is_in_the_way(uint32_t at, const uint8_t *data, uint32_t bytes)
{
  for (uint32_t done = 0; done < bytes; done += FLASH_UNIT_BYTES)
    if (compare_unit(at + done, data + done) == UNIT_OTHER) return true;
  return false;
}

/* Only what is missing: a unit is programmed once between two erases, and never one that is to be blank. */
static psa_status_t fill(uint32_t at, const uint8_t *data, uint32_t bytes)
{
  for (uint32_t done = 0; done < bytes; done += FLASH_UNIT_BYTES) {
    if (compare_unit(at + done, data + done) == UNIT_SAME) continue;
    if (program(at + done, data + done, FLASH_UNIT_BYTES) != BOOT_OK) return PSA_ERROR_STORAGE_FAILURE;
  }
  return PSA_SUCCESS;
}

/* within: bytes into block i, where the piece begins; it ends in the same block. */
static psa_status_t write_piece(uint32_t slot, uint32_t i, uint32_t within, const uint8_t *data, uint32_t bytes)
{
  const uint32_t place = block_place(slot, i);
  if (begin_block(slot, i) != BOOT_OK) return PSA_ERROR_STORAGE_FAILURE;
  if (is_in_the_way(place + within, data, bytes)) {
    if (bytes != FLASH_BLOCK_BYTES)
      return PSA_ERROR_ALREADY_EXISTS; /* the block has bytes this caller does not bring */
    if (erase_block(place) != BOOT_OK) return PSA_ERROR_STORAGE_FAILURE;
  }
  return fill(place + within, data, bytes);
}

psa_status_t staging_write(uint32_t slot, uint32_t offset, const void *data, uint32_t bytes)
{
  const uint8_t *from = data;
  psa_status_t status = PSA_SUCCESS;
  while (bytes > 0 && status == PSA_SUCCESS) {
    const uint32_t within = offset % FLASH_BLOCK_BYTES, left = FLASH_BLOCK_BYTES - within;
    const uint32_t piece = bytes < left ? bytes : left;
    status = write_piece(slot, offset / FLASH_BLOCK_BYTES, within, from, piece);
    from += piece;
    offset += piece;
    bytes -= piece;
  }
  return status;
}

/* ---- Finishing ---- */

boot_status staging_manifest(manifest *m)
{
  return flash_read(staged_manifest(), m, MANIFEST_BYTES) == FLASH_OK ? BOOT_OK : BOOT_FLASH_UNREADABLE;
}

bool staging_has_all_blocks(uint32_t bytes)
{
  for (uint32_t i = 0; i * FLASH_BLOCK_BYTES < bytes; i++)
    if (!block_is_begun(i)) return false;
  return true;
}

bool staging_has_gaps(uint32_t slot, uint32_t bytes)
{
  if (!staging_has_all_blocks(bytes)) return true;
  for (uint32_t at = 0; at < bytes; at += FLASH_UNIT_BYTES)
    if (unit_is_blank(block_place(slot, at / FLASH_BLOCK_BYTES) + at % FLASH_BLOCK_BYTES)) return true;
  return false;
}

bool staging_is_complete(uint32_t slot)
{
  uint8_t there[256], staged[256];
  for (uint32_t at = 0; at < MANIFEST_BYTES; at += sizeof there) {
    if (flash_read(update_slot_base(slot) + at, there, sizeof there) != FLASH_OK) return false;
    if (flash_read(staged_manifest() + at, staged, sizeof staged) != FLASH_OK) return false;
    if (memcmp(there, staged, sizeof there) != 0) return false;
    if (at == 0 && is_blank(there)) return false; /* neither of them is there yet */
  }
  return true;
}

boot_status staging_complete(uint32_t slot, const manifest *m)
{
  boot_status status = erase_block(update_slot_base(slot)); /* an attempt before may have been torn */
  if (status == BOOT_OK) status = program(update_slot_base(slot), m, MANIFEST_BYTES);
  if (status == BOOT_OK && !staging_is_complete(slot)) status = BOOT_FLASH_WRITE;
  return status;
}

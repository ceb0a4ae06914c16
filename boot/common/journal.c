/* The boot journal.
 *
 * Invariants, whatever the instant power fails:
 *   1. The block that holds the newest complete record is never erased (but see SEQUENCE_LAST).
 *   2. A record counts only whole: magic, CRC over all of it, every unit readable.
 *   3. Sequence numbers only grow; the greatest complete one is the state.
 *   4. A place that is not blank, or did not take a record, is passed over, never used again
 *      before its block is erased.
 *
 * So an append either is not there yet (the old state counts) or is there (the new one does).
 */
#include "journal.h"

#include <string.h>

#include "board.h"
#include "crc32.h"
#include "flash.h"
#include "handoff.h"

#define JOURNAL_MAGIC 0x4C4E4A48u /* "HJNL" */
#define RECORD_BYTES ((uint32_t)sizeof(journal_record))

static uint32_t record_crc(const journal_record *record)
{
  return crc32(0, record, (uint32_t)offsetof(journal_record, crc));
}

static bool is_slot_or_none(uint8_t slot)
{
  return slot == BOOT_SLOT_A || slot == BOOT_SLOT_B || slot == BOOT_SLOT_NONE;
}

static bool read_record(uint32_t at, journal_record *record)
{
  return flash_read(at, record, RECORD_BYTES) == FLASH_OK && record->magic == JOURNAL_MAGIC &&
         record->crc == record_crc(record) && is_slot_or_none(record->active) && is_slot_or_none(record->trial);
}

static bool place_is_blank(uint32_t at)
{
  uint8_t bytes[RECORD_BYTES];
  if (flash_read(at, bytes, RECORD_BYTES) != FLASH_OK) return false;
  for (uint32_t i = 0; i < RECORD_BYTES; i++)
    if (bytes[i] != 0xFF) return false;
  return true;
}

static uint32_t other_block(uint32_t block)
{
  return block == BOARD_FLASH_JOURNAL ? BOARD_FLASH_JOURNAL + FLASH_BLOCK_BYTES : BOARD_FLASH_JOURNAL;
}

/* First blank place at or after `at` in the block that ends at `end`, or JOURNAL_FULL. */
static uint32_t blank_place(uint32_t at, uint32_t end)
{
  for (; at < end; at += RECORD_BYTES)
    if (place_is_blank(at)) return at;
  return JOURNAL_FULL;
}

static void start_empty(journal *j)
{
  memset(j, 0, sizeof *j);
  j->now.active = BOOT_SLOT_NONE;
  j->now.trial = BOOT_SLOT_NONE;
  j->now.revert_reason = (uint32_t)BOOT_OK;
  j->block = other_block(BOARD_FLASH_JOURNAL); /* so the first append erases and uses the first block */
  j->next = JOURNAL_FULL;
}

void journal_open(journal *j)
{
  start_empty(j);
  uint32_t newest = 0;
  for (uint32_t i = 0; i < JOURNAL_BLOCKS * (FLASH_BLOCK_BYTES / RECORD_BYTES); i++) {
    const uint32_t at = BOARD_FLASH_JOURNAL + i * RECORD_BYTES;
    journal_record record;
    if (!read_record(at, &record) || (j->found && record.sequence <= j->now.sequence)) continue;
    j->now = record;
    j->found = true;
    newest = at;
  }
  if (!j->found) return;
  j->block = newest - newest % FLASH_BLOCK_BYTES;
  j->next = blank_place(newest + RECORD_BYTES, j->block + FLASH_BLOCK_BYTES);
}

/* Programs the record at the next place that takes it; false when the block has none left. */
static bool place_record(journal *j, const journal_record *record, uint32_t end)
{
  while (j->next != JOURNAL_FULL) {
    const uint32_t at = j->next;
    journal_record seen;
    j->next = blank_place(at + RECORD_BYTES, end);
    if (flash_program(at, record, RECORD_BYTES) == FLASH_OK && read_record(at, &seen) &&
        memcmp(&seen, record, RECORD_BYTES) == 0)
      return true;
  }
  return false;
}

static uint32_t block_end(uint32_t block)
{
  return block + FLASH_BLOCK_BYTES;
}

/* Appends can never come this far; a record written from outside could, and would then be the newest for ever.
 * The count begins again in the other block; the block that holds the far one goes once its successor is whole, so
 * until then the old state counts. */
#define SEQUENCE_LAST 0xFFFFFF00u

static boot_status append_and_count_anew(journal *j, journal_record *record)
{
  const uint32_t fresh = other_block(j->block);
  record->sequence = 1;
  record->crc = record_crc(record);
  if (flash_erase(fresh, FLASH_BLOCK_BYTES) != FLASH_OK) return BOOT_JOURNAL_WRITE;
  j->next = blank_place(fresh, block_end(fresh));
  if (!place_record(j, record, block_end(fresh)) || flash_erase(j->block, FLASH_BLOCK_BYTES) != FLASH_OK)
    return BOOT_JOURNAL_WRITE;
  j->block = fresh;
  j->now = *record;
  return BOOT_OK;
}

boot_status journal_append(journal *j, const journal_record *next)
{
  journal_record record = *next;
  record.magic = JOURNAL_MAGIC;
  record.sequence = j->now.sequence + 1;
  memset(record.reserved, 0, sizeof record.reserved);
  record.crc = record_crc(&record);
  if (j->now.sequence >= SEQUENCE_LAST) return append_and_count_anew(j, &record);

  if (!place_record(j, &record, block_end(j->block))) {
    const uint32_t fresh = other_block(j->block);
    if (flash_erase(fresh, FLASH_BLOCK_BYTES) != FLASH_OK) return BOOT_JOURNAL_WRITE;
    j->next = blank_place(fresh, block_end(fresh));
    if (!place_record(j, &record, block_end(fresh))) return BOOT_JOURNAL_WRITE;
    j->block = fresh;
  }
  j->now = record;
  j->found = true;
  return BOOT_OK;
}

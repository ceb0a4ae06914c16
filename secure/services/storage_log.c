#include "storage_log.h"

#include <string.h>

#include "board.h"
#include "ct.h"

enum { CHUNK_BYTES = 64 };
static_assert(CHUNK_BYTES % FLASH_UNIT_BYTES == 0, "programmed as they are");

/* The one at work: wiped by seal_stop(). Static, as it would be a fifth of the stack. */
static seal_stream stream;

static uint32_t copy_base(uint32_t generation, uint32_t copy)
{
  return BOARD_FLASH_STORAGE + generation % 2u * STORAGE_HALF_BYTES + copy * STORAGE_LOG_BYTES;
}

/* ---- Reading ---- */

/* Header with right magic and place, not checked. */
static bool read_header(uint32_t half, uint32_t copy, uint32_t at, storage_record *record)
{
  const uint32_t from = copy_base(half, copy) + at;
  if (flash_read(from, &record->magic, sizeof record->magic) != FLASH_OK || record->magic != STORAGE_RECORD_MAGIC)
    return false;
  return flash_read(from, record, sizeof *record) == FLASH_OK && record->magic == STORAGE_RECORD_MAGIC &&
         record->generation % 2u == half % 2u && record->place == at / FLASH_UNIT_BYTES;
}

static bool authentic_header(const seal_keys *keys, uint32_t half, uint32_t copy, uint32_t at, storage_record *record)
{
  return read_header(half, copy, at, record) && seal_header_is_authentic(keys, record) &&
         record->bytes <= HF_ITS_VALUE_MAX && storage_record_bytes(record->bytes) <= STORAGE_LOG_BYTES - at;
}

/* Decrypts what follows an authentic header. False: value is wiped. */
static bool open_value(const seal_keys *keys, uint32_t from, const storage_record *record, uint8_t *value,
                       uint8_t tag[STORAGE_TAG_BYTES])
{
  const uint32_t bytes = storage_padded(record->bytes);
  uint8_t computed[STORAGE_TAG_BYTES] = {0};
  bool ok = seal_start(&stream, keys, record, SEAL_DECRYPT);
  ok = ok && flash_read(from + sizeof *record, value, bytes) == FLASH_OK;
  ok = ok && flash_read(from + (uint32_t)sizeof *record + bytes, tag, STORAGE_TAG_BYTES) == FLASH_OK;
  ok = ok && seal_update(&stream, value, value, bytes) && seal_finish(&stream, computed);
  seal_stop(&stream);
  ok = ok && ct_equal(computed, tag, sizeof computed);
  if (!ok) wipe(value, bytes);
  wipe(computed, sizeof computed);
  return ok;
}

static bool open_copy(const seal_keys *keys, uint32_t generation, uint32_t copy, uint32_t at, storage_found *found,
                      uint8_t *value)
{
  found->copies = 0;
  if (!authentic_header(keys, generation, copy, at, &found->record) || found->record.generation != generation ||
      !open_value(keys, copy_base(generation, copy) + at, &found->record, value, found->tag))
    return false;
  found->copies = 1;
  return true;
}

bool storage_log_find(const seal_keys *keys, uint32_t generation, uint32_t at, storage_found *found, uint8_t *value)
{
  storage_found other;
  const bool first = open_copy(keys, generation, 0, at, found, value);
  if (!open_copy(keys, generation, 1, at, first ? &other : found, value)) return first;
  if (first && memcmp(other.tag, found->tag, sizeof other.tag) == 0) found->copies = STORAGE_COPIES;
  return true;
}

bool storage_log_fetch(const seal_keys *keys, uint32_t generation, uint32_t at, const uint8_t *tag, uint32_t tag_bytes,
                       storage_found *found, uint8_t *value)
{
  for (uint32_t copy = 0; copy < STORAGE_COPIES; copy++) {
    if (!open_copy(keys, generation, copy, at, found, value)) continue;
    if (ct_equal(found->tag, tag, tag_bytes)) return true;
    wipe(value, storage_padded(found->record.bytes));
  }
  return false;
}

static bool is_whole_commit(const seal_keys *keys, uint32_t half, uint32_t copy, uint32_t at, uint8_t *value,
                            uint32_t *generation)
{
  storage_found found;
  if (!authentic_header(keys, half, copy, at, &found.record) || found.record.kind != STORAGE_KIND_COMMIT) return false;
  *generation = found.record.generation;
  return open_copy(keys, *generation, copy, at, &found, value) && found.record.kind == STORAGE_KIND_COMMIT;
}

uint32_t storage_log_newest(const seal_keys *keys, uint8_t *value)
{
  uint32_t newest = 0;
  for (uint32_t half = 0; half < 2u; half++) {
    for (uint32_t copy = 0; copy < STORAGE_COPIES; copy++) {
      for (uint32_t at = 0; at < STORAGE_LOG_BYTES; at += FLASH_UNIT_BYTES) {
        uint32_t generation = 0;
        if (is_whole_commit(keys, half, copy, at, value, &generation) && generation > newest) newest = generation;
      }
    }
  }
  return newest;
}

/* ---- Places ---- */

typedef enum unit_state { UNIT_BLANK, UNIT_USED, UNIT_UNREADABLE } unit_state;

static unit_state unit_at(uint32_t offset)
{
  uint8_t unit[FLASH_UNIT_BYTES];
  if (flash_read(offset, unit, sizeof unit) != FLASH_OK) return UNIT_UNREADABLE;
  for (uint32_t i = 0; i < sizeof unit; i++)
    if (unit[i] != 0xFF) return UNIT_USED;
  return UNIT_BLANK;
}

static bool blank_in_both(uint32_t generation, uint32_t at)
{
  for (uint32_t copy = 0; copy < STORAGE_COPIES; copy++)
    if (unit_at(copy_base(generation, copy) + at) != UNIT_BLANK) return false;
  return true;
}

/* Behind the last unit of the range that is not blank in both copies; `at` when all are. */
static uint32_t used_until(uint32_t generation, uint32_t at, uint32_t bytes)
{
  for (uint32_t end = at + bytes; end > at; end -= FLASH_UNIT_BYTES)
    if (!blank_in_both(generation, end - FLASH_UNIT_BYTES)) return end;
  return at;
}

/* Moves log->next to the first blank place of so many bytes. */
static bool find_place(storage_log *log, uint32_t bytes)
{
  while (log->next <= STORAGE_LOG_BYTES && bytes <= STORAGE_LOG_BYTES - log->next) {
    const uint32_t free_from = used_until(log->generation, log->next, bytes);
    if (free_from == log->next) return true;
    log->next = free_from;
  }
  return false;
}

static bool was_begun(uint32_t offset, bool at_the_end)
{
  const unit_state state = unit_at(offset);
  return state == UNIT_USED || (state == UNIT_UNREADABLE && at_the_end);
}

/* An interrupted record began at the first place free then: if it left an unreadable unit only, it lies there, and an
 * unreadable unit further on is decay, which no erase may cure. */
bool storage_log_skip_tail(storage_log *log)
{
  bool torn = false;
  const uint32_t end = log->next;
  for (uint32_t at = end; at < STORAGE_LOG_BYTES; at += FLASH_UNIT_BYTES) {
    bool begun = false;
    for (uint32_t copy = 0; copy < STORAGE_COPIES; copy++)
      begun |= was_begun(copy_base(log->generation, copy) + at, at == end);
    if (begun) log->next = at + FLASH_UNIT_BYTES;
    torn |= begun;
  }
  return torn;
}

/* ---- Writing ---- */

void storage_log_begin(storage_log *log, uint32_t generation)
{
  *log = (storage_log){.generation = generation};
  const uint32_t base = copy_base(generation, 0);
  for (uint32_t block = 0; block < STORAGE_HALF_BYTES; block += FLASH_BLOCK_BYTES) {
    const flash_status status = flash_erase(base + block, FLASH_BLOCK_BYTES);
    (void)status; /* places that are not blank are passed over */
  }
}

static bool write_value(uint32_t *to, const uint8_t *value, uint32_t bytes)
{
  uint8_t chunk[CHUNK_BYTES];
  for (uint32_t done = 0; done < bytes; done += (uint32_t)sizeof chunk) {
    const uint32_t step = bytes - done < sizeof chunk ? bytes - done : (uint32_t)sizeof chunk;
    if (!seal_update(&stream, value + done, chunk, step) || flash_program(*to, chunk, step) != FLASH_OK) return false;
    *to += step;
  }
  return true;
}

static bool write_copy(const seal_keys *keys, uint32_t to, const storage_record *record, const uint8_t *value,
                       uint8_t tag[STORAGE_TAG_BYTES])
{
  bool ok = seal_start(&stream, keys, record, SEAL_ENCRYPT);
  ok = ok && flash_program(to, record, sizeof *record) == FLASH_OK;
  to += (uint32_t)sizeof *record;
  ok = ok && write_value(&to, value, storage_padded(record->bytes));
  ok = ok && seal_finish(&stream, tag) && flash_program(to, tag, STORAGE_TAG_BYTES) == FLASH_OK;
  seal_stop(&stream);
  return ok;
}

static bool write_copies(const seal_keys *keys, const storage_log *log, storage_record *record, const uint8_t *value,
                         uint8_t tag[STORAGE_TAG_BYTES])
{
  record->place = (uint16_t)(log->next / FLASH_UNIT_BYTES);
  seal_header(keys, record, value);
  for (uint32_t copy = 0; copy < STORAGE_COPIES; copy++)
    if (!write_copy(keys, copy_base(log->generation, copy) + log->next, record, value, tag)) return false;
  return true;
}

static void advance(storage_log *log, const storage_record *record, const uint8_t tag[STORAGE_TAG_BYTES])
{
  log->sequence = record->sequence;
  log->epoch = record->epoch;
  log->next += storage_record_bytes(record->bytes);
  memcpy(log->link, tag, sizeof log->link);
}

bool storage_log_append(const seal_keys *keys, storage_log *log, storage_record *record, const uint8_t *value,
                        uint32_t *at, uint8_t tag[STORAGE_TAG_BYTES])
{
  record->magic = STORAGE_RECORD_MAGIC;
  record->generation = log->generation;
  record->sequence = log->sequence + 1u;
  memcpy(record->link, log->link, sizeof record->link);
  for (; find_place(log, storage_record_bytes(record->bytes)); log->next += FLASH_UNIT_BYTES) {
    if (!write_copies(keys, log, record, value, tag)) continue;
    *at = log->next;
    advance(log, record, tag);
    return true;
  }
  return false;
}

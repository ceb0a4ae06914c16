/* The log of sealed storage: records one after the other, each written twice, at the same place of two copies in
 * different blocks. Knows places, flash and seals; what the records mean is storage.c's.
 *
 * The area is two halves. A log lives in the half that its generation's lowest bit names, so the next log never touches
 * this one. */
#ifndef HF_SECURE_STORAGE_LOG_H
#define HF_SECURE_STORAGE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "seal.h"
#include "storage_record.h"

#define STORAGE_COPIES 2u
#define STORAGE_LOG_BYTES (8u * FLASH_BLOCK_BYTES) /* one copy */
#define STORAGE_HALF_BYTES (STORAGE_COPIES * STORAGE_LOG_BYTES)
#define STORAGE_AREA_BYTES (2u * STORAGE_HALF_BYTES) /* of BOARD_FLASH_STORAGE, from its start */

typedef struct storage_log {
  uint32_t generation;
  uint32_t sequence; /* of the newest record; 0: none yet */
  uint32_t epoch;    /* of the newest record */
  uint32_t next;     /* bytes; the next record is tried from here on */
  uint8_t link[STORAGE_TAG_BYTES];
} storage_log;

typedef struct storage_found {
  storage_record record;
  uint8_t tag[STORAGE_TAG_BYTES];
  uint32_t copies; /* whole ones */
} storage_found;

/* The greatest generation that has a whole COMMIT; 0: none. value: HF_ITS_VALUE_MAX bytes to work in. */
uint32_t storage_log_newest(const seal_keys *keys, uint8_t *value);

/* A record of that generation that begins at `at` and is whole in at least one copy; both are looked at. value:
 * HF_ITS_VALUE_MAX bytes to work in. */
bool storage_log_find(const seal_keys *keys, uint32_t generation, uint32_t at, storage_found *found, uint8_t *value);
/* The same, for its value, from the first copy that is whole and whose tag begins with the `tag_bytes` at tag: from no
 * other record, whoever changed the flash meanwhile. value: its bytes, or wiped. */
bool storage_log_fetch(const seal_keys *keys, uint32_t generation, uint32_t at, const uint8_t *tag, uint32_t tag_bytes,
                       storage_found *found, uint8_t *value);

/* Empties the half of log->generation and begins there. What cannot be erased is not used. */
void storage_log_begin(storage_log *log, uint32_t generation);
/* Writes a record both times; what the log knows (generation, sequence, place, link) is filled in. value: rounded up to
 * units, with 0. *at, tag: of what was written. False: no place took it. */
bool storage_log_append(const seal_keys *keys, storage_log *log, storage_record *record, const uint8_t *value,
                        uint32_t *at, uint8_t tag[STORAGE_TAG_BYTES]);

/* Moves log->next behind what was begun after the newest record; false: nothing was. */
bool storage_log_skip_tail(storage_log *log);

#endif

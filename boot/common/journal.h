/* The boot journal: the only truth about which slot runs.
 *
 * Two flash blocks, append-only records with a sequence number and a CRC; the newest complete
 * record wins. Invariants: journal.c; transitions: update.c and the drawing in loader.c. States:
 *
 *     SETTLED   trial == NONE: `active` runs
 *     TRIAL     trial != NONE: `trial` gets tries_left more boots, then `active` again
 *
 * Context: one caller at a time; the struct is the caller's.
 */
#ifndef HF_BOOT_JOURNAL_H
#define HF_BOOT_JOURNAL_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "status.h"

#define JOURNAL_BLOCKS 2u
#define JOURNAL_JOB_BYTES 64u /* AWS IoT job id: 1..64 characters; shorter ones padded with 0 */

/* What became of the last update, until the cloud has been told. */
typedef enum journal_outcome {
  JOURNAL_OUTCOME_NONE = 0,
  JOURNAL_OUTCOME_CONFIRMED = 1,
  JOURNAL_OUTCOME_REVERTED = 2, /* reason in revert_reason */
} journal_outcome;

/* The record as it lies in flash: 8 program units. */
typedef struct journal_record {
  uint32_t magic;
  uint32_t sequence;
  uint8_t active;     /* BOOT_SLOT_A, _B or _NONE */
  uint8_t trial;      /* likewise */
  uint8_t tries_left; /* boots the trial may still start */
  uint8_t rejected;   /* bit i: the image in slot i was given up, and is not booted again until rewritten */
  uint32_t
    revert_reason;  /* boot_status: why the last trial was given up, or the loader fell back; BOOT_OK: it was not */
  uint32_t outcome; /* journal_outcome */
  char job[JOURNAL_JOB_BYTES];
  uint8_t reserved[40]; /* 0 */
  uint32_t crc;         /* CRC-32 (IEEE 802.3) of all bytes before it */
} journal_record;
static_assert(sizeof(journal_record) == 128, "8 program units");

typedef struct journal {
  journal_record now; /* newest complete record, or the defaults of an empty journal */
  uint32_t block;     /* flash offset of the block that holds it: never erased while it does */
  uint32_t next;      /* flash offset where the next record goes; JOURNAL_FULL: the other block is erased first */
  bool found;         /* some complete record exists */
} journal;
#define JOURNAL_FULL 0xFFFFFFFFu

/* The bit of `rejected` for BOOT_SLOT_A or _B. */
static inline uint8_t journal_slot_bit(uint32_t slot)
{
  return (uint8_t)(1u << (slot & 1u));
}
static inline bool journal_rejects(const journal_record *record, uint32_t slot)
{
  return (record->rejected & journal_slot_bit(slot)) != 0;
}

/* Reads the journal. Unreadable and torn records are skipped; an empty journal gives
 * {active NONE, trial NONE}. Never fails. */
void journal_open(journal *j);

/* Appends `next` (magic, sequence and crc are filled in here), reads it back, and makes it j->now.
 * BOOT_OK | BOOT_JOURNAL_WRITE: no place took it; j->now is unchanged and still what counts. */
boot_status journal_append(journal *j, const journal_record *next) BOOT_MUST_CHECK;

#endif

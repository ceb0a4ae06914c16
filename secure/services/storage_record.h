/* A record of sealed storage as it lies in flash (docs/formats.md): this header, `bytes` of ciphertext rounded up to
 * whole flash units, and 16 bytes of tag. */
#ifndef HF_SECURE_STORAGE_RECORD_H
#define HF_SECURE_STORAGE_RECORD_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "flash.h"
#include "psa/internal_trusted_storage.h"

#define STORAGE_RECORD_MAGIC 0x31525348u /* "HSR1" */
#define STORAGE_TAG_BYTES 16u

typedef enum storage_kind {
  STORAGE_KIND_SET = 1,    /* the item has this value */
  STORAGE_KIND_REMOVE = 2, /* there is no such item any more */
  STORAGE_KIND_LOST = 3,   /* the item's value was lost to damage */
  STORAGE_KIND_COMMIT = 4, /* all items are copied: from here on this log counts, not the older one */
  STORAGE_KIND_SETTLE = 5, /* no change; a new epoch, after one that was given up */
} storage_kind;

/* marks of a COMMIT: items of that owner that nobody knows of were lost before it */
#define STORAGE_MARK_LOST(owner) ((uint8_t)(1u << ((owner)-1u)))

typedef struct storage_record {
  uint32_t magic;
  uint32_t generation; /* of the log; its lowest bit says which half of the area */
  uint32_t sequence;   /* 1, 2, 3, ... within the log */
  uint32_t epoch;      /* newest one when this was written (epoch.h) */
  uint64_t uid;        /* 0 in COMMIT and SETTLE, as are owner and flags */
  uint8_t owner;
  uint8_t kind;
  uint8_t flags;
  uint8_t marks;
  uint16_t bytes;                   /* of the value */
  uint16_t place;                   /* where in the log, in flash units */
  uint8_t link[STORAGE_TAG_BYTES];  /* tag of the record before; of the first: 0 */
  uint8_t salt[16];                 /* makes the key of this record */
  uint8_t check[STORAGE_TAG_BYTES]; /* authenticates all above: `bytes` is known to be good before the rest is read */
} storage_record;
static_assert(sizeof(storage_record) == 80 && offsetof(storage_record, check) == 64, "docs/formats.md");
static_assert(offsetof(storage_record, link) == 32 && offsetof(storage_record, salt) == 48, "docs/formats.md");
static_assert(sizeof(storage_record) % FLASH_UNIT_BYTES == 0, "headers are whole units");

/* What one record takes besides its value rounded up to units. */
#define STORAGE_RECORD_OVERHEAD ((uint32_t)sizeof(storage_record) + STORAGE_TAG_BYTES)
static_assert(STORAGE_RECORD_OVERHEAD == HF_ITS_ITEM_OVERHEAD, "what the application is told");

static inline uint32_t storage_padded(uint32_t bytes)
{
  return (bytes + FLASH_UNIT_BYTES - 1u) / FLASH_UNIT_BYTES * FLASH_UNIT_BYTES;
}

static inline uint32_t storage_record_bytes(uint32_t value_bytes)
{
  return STORAGE_RECORD_OVERHEAD + storage_padded(value_bytes);
}

#endif

/* Sealed storage: what the records of the log mean, and which log counts.
 *
 * ---- Invariants ----
 *
 *   1. A record counts only whole and authentic, at the place and in the generation it was written for, in at least one
 *      of its two copies.
 *   2. Records form a chain: each holds the tag of the one before it. So what is known of a record is known of all
 *   before
 *      it in its log.
 *   3. A log counts from its COMMIT on, and of two the one with the greater generation. The next log is written in the
 *      other half: until its COMMIT is whole this one counts.
 *   4. A place that is not blank, or did not take a record, is never used again before its half is erased.
 *   5. Of each epoch (epoch.h) one change at most is ever written, by the attempt that set its "begun" bit, before that
 *      bit's next.
 *   6. Keys are in RAM only while an operation runs, values only while they are read or written; plaintext is used only
 *      after its tag.
 *   7. The index remembers the tag of each item's record: a later reading finds that record or none, whoever writes the
 *      flash meanwhile.
 *
 * ---- Order of writes of a protected change ----
 *
 *   a. "begun" of epoch k in OTP   b. record with epoch k, copy 0, copy 1   c. "done" of epoch k in OTP; reported after
 *
 * An unprotected change is b alone, with the epoch of the record before. Compaction repeats the state with the epoch it
 * has, the secure owner's items first. storage_reset() and storage_forget_losses() are protected changes whose record
 * is the COMMIT of a whole log with epoch k.
 *
 * ---- States of a mount ----    (d, b: newest epoch done, begun; e: epoch of the newest record of the log that counts)
 *
 *   b == d, e == d             settled
 *   b > d,  e == d             change b never got whole: given up. Begin b + 1 (the one bit that decides), SETTLE
 *   record
 *                              with epoch b + 1, done. b is never accepted again
 *   b > d,  e == b             change b is whole: "done" of b (the one bit that decides). e == d is never accepted
 *   again no log, b == 0             a new device: first log anything else              stale: flash was put back, or
 *   both copies of the newest record are gone. Only
 *                              storage_reset() goes on
 *
 * Before deciding, a log that ends in an interrupted record, or has records with one whole copy, or without the change
 * that is given up, is copied to the other half: what is torn (there it may be a COMMIT) may read well today and not
 * tomorrow, so it must not lie where a later mount could find it.
 *
 * ---- Why no earlier protected state comes back ----
 *
 * After a change with epoch k was reported, d >= k. Accepted are logs with e == d, or e == b > d. Let e be accepted. By
 * 5 there is one record with epoch e that is a change (and copies of it: 3, with the same protected content). By 2 the
 * log holds all that was before that change, and what follows it is unprotected. So the protected content is that of
 * change e, made on a log that was accepted then. It remains to show that of two logs for the same k only one is ever
 * shown. They are the one without change b (O) and the one with it (N), while b is open. A mount shows O only after
 * "begun" of b + 1: from then on e == b is not accepted. It shows N only after "done" of b: from then on O's e is not
 * accepted. Each is one bit, and the other mount cannot set it and still hold the other log: O's mount writes nothing
 * with epoch b, N's nothing with b + 1. A cut before that bit leaves everything as it was, a cut after it leaves it
 * decided.
 *
 * ---- Losses ----
 *
 * Records can not be cut out, exchanged or moved either: 2. A missing link (both copies of a record gone) is a hole:
 * items it may have changed are lost and answer PSA_ERROR_DATA_CORRUPT. Which items are missing altogether nobody knows
 * then: an unknown uid of an owner whom the hole may concern answers PSA_ERROR_DATA_CORRUPT too, not that it does not
 * exist. Whom it may concern:
 *
 *   behind the COMMIT   if what is missing raised no epoch, it was unprotected: the application's unprotected items
 *   only.
 *                       (By the above equal epochs have equal protected content, in whatever history they were
 *                       written.) Else everything
 *   among the copies    no item read so far. Between two of one owner: that owner; else both. Of two attempts at the
 *   same
 *                       generation with different epochs: everything
 *
 * storage_forget_losses() ends it with a log that has no hole, in a new epoch: flash from before it is stale. It is not
 * a record in the log with the hole, or it would cover for what is cut out of that log later.
 *
 * What an attacker who writes flash can do: destroy (stale, DATA_CORRUPT), put back unprotected items.
 */
#include "storage.h"

#include <string.h>

#include "board.h"
#include "ct.h"
#include "epoch.h"
#include "seal.h"
#include "storage_log.h"

/* Epochs kept for what power cuts use up: giving up a change takes one. */
#define SETTLE_RAISES 64u
#define ALL_FLAGS \
  (PSA_STORAGE_FLAG_WRITE_ONCE | PSA_STORAGE_FLAG_NO_CONFIDENTIALITY | PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION)
#define ITEMS_MAX (STORAGE_SECURE_ITEMS_MAX + HF_ITS_ITEMS_MAX)
#define OWNERS 2u
static_assert(STORAGE_SECURE == 1 && STORAGE_NONSECURE == 2, "owners count from 1");

/* Both owners' items, a COMMIT, and one change of the greatest size fit one log, with a fourth of it to spare for bad
 * places. */
static_assert(STORAGE_SECURE_BYTES_MAX + HF_ITS_BYTES_MAX + HF_ITS_VALUE_MAX + 3u * STORAGE_RECORD_OVERHEAD <=
                STORAGE_LOG_BYTES / 4u * 3u,
              "a full storage still takes changes");
static_assert(ALL_FLAGS <= UINT8_MAX, "flags of a record are one byte");

typedef struct item {
  uint64_t uid;
  uint8_t tag[8]; /* first bytes of its record's tag */
  uint16_t place; /* of its record, in flash units */
  uint16_t bytes;
  uint8_t owner; /* 0: this entry is free */
  uint8_t flags;
  bool lost; /* its newest value is gone */
} item;

typedef enum storage_state {
  STORAGE_NOT_MOUNTED,
  STORAGE_UNSETTLED, /* a write or OTP failed half-way: the next call mounts first */
  STORAGE_STALE,
  STORAGE_READY,
} storage_state;

static storage_state state;
static storage_log now;
static item items[ITEMS_MAX];
static bool doubtful[OWNERS];           /* by owner - 1: items that nobody knows of were lost */
static uint8_t value[HF_ITS_VALUE_MAX]; /* of the item at hand; wiped between calls */
static_assert(HF_ITS_VALUE_MAX % FLASH_UNIT_BYTES == 0, "the greatest value is whole units");

/* ---- Index ---- */

static item *find_item(uint8_t owner, uint64_t uid)
{
  for (uint32_t i = 0; i < ITEMS_MAX; i++)
    if (items[i].owner == owner && items[i].uid == uid) return &items[i];
  return NULL;
}

static item *find_or_add(uint8_t owner, uint64_t uid)
{
  item *known = find_item(owner, uid);
  if (known) return known;
  for (uint32_t i = 0; i < ITEMS_MAX; i++) {
    if (items[i].owner != 0) continue;
    items[i].owner = owner;
    items[i].uid = uid;
    return &items[i];
  }
  return NULL;
}

static void forget_all(void)
{
  memset(items, 0, sizeof items);
  memset(doubtful, 0, sizeof doubtful);
}

/* What is write-once would not be, if it could be put back to the time before it was written. */
static bool is_protected(uint8_t owner, uint32_t flags)
{
  return owner == STORAGE_SECURE || (flags & PSA_STORAGE_FLAG_WRITE_ONCE) != 0 ||
         (flags & PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION) == 0;
}

static void index_set(const storage_record *record, const uint8_t *tag)
{
  item *it = find_or_add(record->owner, record->uid);
  if (!it) {
    doubtful[record->owner - 1u] = true; /* quotas keep it from happening */
    return;
  }
  it->place = record->place;
  it->bytes = record->bytes;
  it->flags = record->flags;
  it->lost = record->kind == STORAGE_KIND_LOST;
  memcpy(it->tag, tag, sizeof it->tag);
}

static void index_remove(const storage_record *record)
{
  item *it = find_item(record->owner, record->uid);
  if (it) memset(it, 0, sizeof *it);
}

static void index_commit(const storage_record *record)
{
  for (uint8_t owner = 1; owner <= OWNERS; owner++)
    if ((record->marks & STORAGE_MARK_LOST(owner)) != 0) doubtful[owner - 1u] = true;
}

static void index_apply(const storage_record *record, const uint8_t *tag)
{
  switch ((storage_kind)record->kind) {
  case STORAGE_KIND_SET:
  case STORAGE_KIND_LOST: index_set(record, tag); break;
  case STORAGE_KIND_REMOVE: index_remove(record); break;
  case STORAGE_KIND_COMMIT: index_commit(record); break;
  case STORAGE_KIND_SETTLE: break;
  }
}

/* ---- Reading a log ---- */

typedef struct replay_result {
  storage_record last;
  bool committed;
  bool thin; /* a record has only one whole copy */
} replay_result;

static bool follows(const storage_record *record)
{
  return record->sequence == now.sequence + 1u && record->epoch >= now.epoch &&
         memcmp(record->link, now.link, sizeof now.link) == 0;
}

/* The same change once more, further on: its first place did not take both copies. */
static bool repeats(const storage_record *record, const storage_record *last)
{
  storage_record same = *last;
  same.place = record->place;
  return now.sequence != 0 && memcmp(&same, record, offsetof(storage_record, salt)) == 0;
}

static bool is_protected_change(const storage_record *record)
{
  return (record->kind == STORAGE_KIND_SET || record->kind == STORAGE_KIND_REMOVE) &&
         is_protected(record->owner, record->flags);
}

/* A protected change has the epoch after the one it was made in, an unprotected one the same: is the raise since the
 * last record that of `next` alone, nothing protected is missing. (A SETTLE raises by what power cuts used up, so it
 * tells nothing.) */
static bool only_unprotected_are_missing_before(const storage_record *next)
{
  return next->epoch == now.epoch + (is_protected_change(next) ? 1u : 0u);
}

/* Copies of items: nothing read so far was changed by them. The secure owner's come first. */
static void note_missing_copies(const storage_record *last, const storage_record *next)
{
  const bool ends_in_secure = next->owner == STORAGE_SECURE;
  const bool begins_in_nonsecure = last->owner == STORAGE_NONSECURE && !ends_in_secure;
  if (!begins_in_nonsecure) doubtful[STORAGE_SECURE - 1] = true;
  if (!ends_in_secure || last->owner == STORAGE_NONSECURE) doubtful[STORAGE_NONSECURE - 1] = true;
}

/* Changes of items: what was read so far may be one of those they changed. */
static void note_missing_changes(bool protected_too)
{
  doubtful[STORAGE_NONSECURE - 1] = true;
  if (protected_too) doubtful[STORAGE_SECURE - 1] = true;
  for (uint32_t i = 0; i < ITEMS_MAX; i++)
    if (items[i].owner != 0 && (protected_too || !is_protected(items[i].owner, items[i].flags))) items[i].lost = true;
}

static void note_hole(const storage_record *next, const replay_result *result)
{
  const bool is_first = now.sequence == 0;
  if (result->committed)
    note_missing_changes(!only_unprotected_are_missing_before(next));
  else if (is_first || next->epoch == now.epoch)
    note_missing_copies(&result->last, next);
  else
    note_missing_changes(true); /* two attempts at this log, of different times */
}

static void replay_record(const storage_found *found, replay_result *result)
{
  const storage_record *record = &found->record;
  if (!follows(record) && !repeats(record, &result->last)) note_hole(record, result);
  index_apply(record, found->tag);
  now.sequence = record->sequence;
  now.epoch = record->epoch;
  memcpy(now.link, found->tag, sizeof now.link);
  result->committed |= record->kind == STORAGE_KIND_COMMIT;
  result->thin |= found->copies < STORAGE_COPIES;
  result->last = *record;
}

/* Everything the log of that generation says. Places between records are passed over unit by unit. */
static replay_result replay(const seal_keys *keys, uint32_t generation)
{
  replay_result result = {0};
  storage_found found;
  forget_all();
  now = (storage_log){.generation = generation};
  for (uint32_t at = 0; at < STORAGE_LOG_BYTES;) {
    if (!storage_log_find(keys, generation, at, &found, value)) {
      at += FLASH_UNIT_BYTES;
      continue;
    }
    replay_record(&found, &result);
    at += storage_record_bytes(found.record.bytes);
    now.next = at;
  }
  return result;
}

/* ---- Writing ---- */

static storage_record record_of(storage_kind kind, const item *it)
{
  storage_record record = {.kind = (uint8_t)kind, .epoch = now.epoch};
  if (!it) return record;
  record.uid = it->uid;
  record.owner = it->owner;
  record.flags = it->flags;
  if (kind == STORAGE_KIND_SET) record.bytes = it->bytes;
  return record;
}

/* Loads an item's value. A lost one stays lost. */
static bool load(const seal_keys *keys, const item *it)
{
  storage_found found;
  const uint32_t at = it->place * FLASH_UNIT_BYTES;
  return !it->lost && storage_log_fetch(keys, now.generation, at, it->tag, sizeof it->tag, &found, value) &&
         found.record.kind == STORAGE_KIND_SET && found.record.uid == it->uid && found.record.owner == it->owner &&
         found.record.bytes == it->bytes;
}

/* The index keeps what the old log says until the new one is complete. */
static bool copy_item(const seal_keys *keys, storage_log *to, item *it)
{
  storage_record record = record_of(load(keys, it) ? STORAGE_KIND_SET : STORAGE_KIND_LOST, it);
  uint8_t tag[STORAGE_TAG_BYTES];
  uint32_t at;
  if (!storage_log_append(keys, to, &record, value, &at, tag)) return false;
  index_set(&record, tag);
  return true;
}

static bool copy_items_of(storage_owner owner, const seal_keys *keys, storage_log *to)
{
  for (uint32_t i = 0; i < ITEMS_MAX; i++)
    if (items[i].owner == owner && !copy_item(keys, to, &items[i])) return false;
  return true;
}

static bool write_commit(const seal_keys *keys, storage_log *to)
{
  storage_record record = record_of(STORAGE_KIND_COMMIT, NULL);
  uint8_t tag[STORAGE_TAG_BYTES];
  uint32_t at;
  for (uint8_t owner = 1; owner <= OWNERS; owner++)
    if (doubtful[owner - 1u]) record.marks |= STORAGE_MARK_LOST(owner);
  return storage_log_append(keys, to, &record, value, &at, tag);
}

/* Writes all items as the next log, in an order that note_missing_copies() relies on. False: the old one still counts,
 * and the index must be read anew. */
static bool compact(const seal_keys *keys)
{
  storage_log to;
  storage_log_begin(&to, now.generation + 1u);
  if (!copy_items_of(STORAGE_SECURE, keys, &to) || !copy_items_of(STORAGE_NONSECURE, keys, &to)) return false;
  if (!write_commit(keys, &to)) return false;
  now = to;
  return true;
}

/* Puts the value where it is sealed from: the caller's memory is read once for each attempt. */
static void take_value(const void *data, uint32_t bytes)
{
  wipe(value, sizeof value);
  if (data && bytes > 0) memcpy(value, data, bytes);
}

static bool append(const seal_keys *keys, storage_record *record, const void *data)
{
  uint8_t tag[STORAGE_TAG_BYTES];
  uint32_t at;
  take_value(data, record->bytes);
  if (!storage_log_append(keys, &now, record, value, &at, tag)) {
    if (!compact(keys)) return false;
    take_value(data, record->bytes);
    if (!storage_log_append(keys, &now, record, value, &at, tag)) return false;
  }
  index_apply(record, tag);
  return true;
}

/* ---- Mounting ---- */

static bool write_settle(const seal_keys *keys, uint32_t epoch)
{
  storage_record record = record_of(STORAGE_KIND_SETTLE, NULL);
  record.epoch = epoch;
  return append(keys, &record, NULL);
}

/* Gives up the open change: from the first bit on its record is refused. Writes a record that says nothing before, or
 * flash that takes no more would use the counter up, mount by mount. */
static psa_status_t settle_without(const seal_keys *keys, uint32_t begun)
{
  if (!write_settle(keys, now.epoch)) return PSA_ERROR_STORAGE_FAILURE;
  const psa_status_t status = epoch_begin(begun + 1u);
  if (status != PSA_SUCCESS) return status;
  return write_settle(keys, begun + 1u) ? epoch_finish(begun + 1u) : PSA_ERROR_STORAGE_FAILURE;
}

static psa_status_t settle(const seal_keys *keys, const epoch_state *epoch)
{
  if (epoch->begun == epoch->done) return PSA_SUCCESS;
  return now.epoch == epoch->begun ? epoch_finish(epoch->begun) : settle_without(keys, epoch->begun);
}

/* Copies a log that has suffered. When the other half does not take it, this one goes on, behind what was begun. */
static psa_status_t heal(const seal_keys *keys, bool suffered)
{
  const bool torn = storage_log_skip_tail(&now);
  if ((!suffered && !torn) || compact(keys)) return PSA_SUCCESS;
  if (!replay(keys, now.generation).committed) return PSA_ERROR_STORAGE_FAILURE;
  (void)storage_log_skip_tail(&now);
  return PSA_SUCCESS;
}

static bool is_present(const epoch_state *epoch)
{
  return now.epoch == epoch->done || now.epoch == epoch->begun;
}

/* Finds the log that counts; begins the first one, copies one that has suffered. A change to be given up may have been
 * a log of its own (begin_log()) with a torn COMMIT in the other half: copying erases it. */
static psa_status_t open_log(const seal_keys *keys, const epoch_state *epoch)
{
  now = (storage_log){.generation = storage_log_newest(keys, value)};
  if (now.generation == 0 && epoch->begun == 0) return compact(keys) ? PSA_SUCCESS : PSA_ERROR_STORAGE_FAILURE;
  const replay_result log = replay(keys, now.generation);
  if (!log.committed || !is_present(epoch)) {
    forget_all();
    state = STORAGE_STALE;
    return PSA_ERROR_DATA_CORRUPT;
  }
  return heal(keys, log.thin || now.epoch != epoch->begun);
}

static psa_status_t mount(const seal_keys *keys)
{
  epoch_state epoch;
  state = STORAGE_UNSETTLED;
  forget_all();
  psa_status_t status = epoch_read(&epoch);
  if (status == PSA_SUCCESS) status = open_log(keys, &epoch);
  if (status == PSA_SUCCESS) status = settle(keys, &epoch);
  if (status == PSA_SUCCESS) state = STORAGE_READY;
  wipe(value, sizeof value);
  return status;
}

/* Otherwise an erase would hit what lies beside it. */
static bool area_is_sound(void)
{
  return BOARD_FLASH_STORAGE % FLASH_BLOCK_BYTES == 0 && BOARD_FLASH_STORAGE_BYTES >= STORAGE_AREA_BYTES &&
         BOARD_FLASH_STORAGE <= BOARD_FLASH_BYTES && STORAGE_AREA_BYTES <= BOARD_FLASH_BYTES - BOARD_FLASH_STORAGE;
}

psa_status_t storage_mount(void)
{
  seal_keys keys;
  state = STORAGE_UNSETTLED;
  if (!area_is_sound()) return PSA_ERROR_HARDWARE_FAILURE;
  psa_status_t status = seal_keys_derive(&keys);
  if (status == PSA_SUCCESS) status = mount(&keys);
  seal_keys_wipe(&keys);
  return status;
}

/* Before every operation. */
static psa_status_t enter(void)
{
  switch (state) {
  case STORAGE_NOT_MOUNTED: return PSA_ERROR_BAD_STATE;
  case STORAGE_UNSETTLED: return storage_mount();
  case STORAGE_STALE: return PSA_ERROR_DATA_CORRUPT;
  case STORAGE_READY: return PSA_SUCCESS;
  }
  return PSA_ERROR_CORRUPTION_DETECTED;
}

/* ---- Changes ---- */

static uint32_t raises_left(const epoch_state *epoch)
{
  const uint32_t last = EPOCH_MAX - SETTLE_RAISES;
  return epoch->begun < last ? last - epoch->begun : 0;
}

static psa_status_t begin_epoch(uint8_t owner, uint32_t *epoch)
{
  epoch_state counter;
  const psa_status_t status = epoch_read(&counter);
  if (status != PSA_SUCCESS) return status;
  if (counter.begun != now.epoch) return PSA_ERROR_CORRUPTION_DETECTED; /* settled storage has them equal */
  if (raises_left(&counter) <= (owner == STORAGE_SECURE ? 0 : STORAGE_SECURE_RAISES))
    return PSA_ERROR_INSUFFICIENT_STORAGE;
  *epoch = counter.begun + 1u;
  return PSA_SUCCESS;
}

static psa_status_t write_protected(const seal_keys *keys, storage_record *record, const void *data)
{
  psa_status_t status = epoch_begin(record->epoch);
  if (status != PSA_SUCCESS) return status;
  if (!append(keys, record, data)) return PSA_ERROR_STORAGE_FAILURE;
  return epoch_finish(record->epoch);
}

/* After a failure half-way the flash says what is true. */
static psa_status_t write_record(const seal_keys *keys, storage_record *record, const void *data, bool protect)
{
  psa_status_t status = protect ? begin_epoch(record->owner, &record->epoch) : PSA_SUCCESS;
  if (status != PSA_SUCCESS) return status;
  if (protect)
    status = write_protected(keys, record, data);
  else
    status = append(keys, record, data) ? PSA_SUCCESS : PSA_ERROR_STORAGE_FAILURE;
  if (status != PSA_SUCCESS) state = STORAGE_UNSETTLED;
  wipe(value, sizeof value);
  return status;
}

static psa_status_t change(storage_record *record, const void *data, bool protect)
{
  seal_keys keys;
  psa_status_t status = seal_keys_derive(&keys);
  if (status == PSA_SUCCESS) status = write_record(&keys, record, data, protect);
  seal_keys_wipe(&keys);
  return status;
}

typedef struct room {
  uint32_t items, bytes;
} room;

/* What an owner has, with one item as it will be. */
static room room_used(uint8_t owner, uint64_t uid, uint32_t bytes)
{
  room used = {1, storage_record_bytes(bytes)};
  for (uint32_t i = 0; i < ITEMS_MAX; i++) {
    if (items[i].owner != owner || items[i].uid == uid) continue;
    used.items++;
    used.bytes += storage_record_bytes(items[i].bytes);
  }
  return used;
}

static bool fits(uint8_t owner, uint64_t uid, uint32_t bytes)
{
  const room used = room_used(owner, uid, bytes);
  if (owner == STORAGE_SECURE) return used.items <= STORAGE_SECURE_ITEMS_MAX && used.bytes <= STORAGE_SECURE_BYTES_MAX;
  return used.items <= HF_ITS_ITEMS_MAX && used.bytes <= HF_ITS_BYTES_MAX;
}

static bool is_fixed(const item *it)
{
  return it && (it->flags & PSA_STORAGE_FLAG_WRITE_ONCE) != 0 && !it->lost;
}

psa_status_t storage_set(storage_owner owner, uint64_t uid, const void *data, size_t bytes, uint32_t flags)
{
  const psa_status_t status = enter();
  if (status != PSA_SUCCESS) return status;
  if (uid == 0 || bytes > HF_ITS_VALUE_MAX || (!data && bytes > 0)) return PSA_ERROR_INVALID_ARGUMENT;
  if ((flags & ~ALL_FLAGS) != 0) return PSA_ERROR_NOT_SUPPORTED;
  const item *it = find_item((uint8_t)owner, uid);
  if (is_fixed(it)) return PSA_ERROR_NOT_PERMITTED;
  if (!fits((uint8_t)owner, uid, (uint32_t)bytes)) return PSA_ERROR_INSUFFICIENT_STORAGE;
  storage_record record = record_of(STORAGE_KIND_SET, NULL);
  record.uid = uid;
  record.owner = (uint8_t)owner;
  record.flags = (uint8_t)flags;
  record.bytes = (uint16_t)bytes;
  return change(&record, data, is_protected(record.owner, flags) || (it && is_protected(it->owner, it->flags)));
}

/* It may be one of those that were lost. */
static psa_status_t unknown_item(uint8_t owner)
{
  return doubtful[owner - 1u] ? PSA_ERROR_DATA_CORRUPT : PSA_ERROR_DOES_NOT_EXIST;
}

psa_status_t storage_remove(storage_owner owner, uint64_t uid)
{
  const psa_status_t status = enter();
  if (status != PSA_SUCCESS) return status;
  if (uid == 0) return PSA_ERROR_INVALID_ARGUMENT;
  const item *it = find_item((uint8_t)owner, uid);
  if (!it) return unknown_item((uint8_t)owner);
  if (is_fixed(it)) return PSA_ERROR_NOT_PERMITTED;
  storage_record record = record_of(STORAGE_KIND_REMOVE, it);
  return change(&record, NULL, is_protected(it->owner, it->flags));
}

/* ---- Reading ---- */

static psa_status_t find_readable(storage_owner owner, uint64_t uid, const item **it)
{
  const psa_status_t status = enter();
  if (status != PSA_SUCCESS) return status;
  if (uid == 0) return PSA_ERROR_INVALID_ARGUMENT;
  *it = find_item((uint8_t)owner, uid);
  if (!*it) return unknown_item((uint8_t)owner);
  return (*it)->lost ? PSA_ERROR_DATA_CORRUPT : PSA_SUCCESS;
}

static psa_status_t load_with_keys(const item *it)
{
  seal_keys keys;
  psa_status_t status = seal_keys_derive(&keys);
  if (status == PSA_SUCCESS && !load(&keys, it)) status = PSA_ERROR_DATA_CORRUPT;
  seal_keys_wipe(&keys);
  return status;
}

static psa_status_t get(storage_owner owner, uint64_t uid, size_t offset, void *out, size_t out_bytes, size_t *out_used)
{
  const item *it;
  psa_status_t status = find_readable(owner, uid, &it);
  if (status != PSA_SUCCESS) return status;
  if (offset > it->bytes || (!out && out_bytes > 0)) return PSA_ERROR_INVALID_ARGUMENT;
  status = load_with_keys(it);
  if (status == PSA_SUCCESS) {
    const size_t left = it->bytes - offset;
    *out_used = left < out_bytes ? left : out_bytes;
    if (*out_used > 0) memcpy(out, value + offset, *out_used);
  }
  wipe(value, sizeof value);
  return status;
}

psa_status_t storage_get(storage_owner owner, uint64_t uid, size_t offset, void *out, size_t out_bytes,
                         size_t *out_used)
{
  *out_used = 0;
  const psa_status_t status = get(owner, uid, offset, out, out_bytes, out_used);
  if (status != PSA_SUCCESS && out) wipe(out, out_bytes);
  return status;
}

psa_status_t storage_get_info(storage_owner owner, uint64_t uid, struct psa_storage_info_t *info)
{
  const item *it;
  memset(info, 0, sizeof *info);
  const psa_status_t status = find_readable(owner, uid, &it);
  if (status != PSA_SUCCESS) return status;
  info->capacity = it->bytes;
  info->size = it->bytes;
  info->flags = it->flags;
  return PSA_SUCCESS;
}

uint32_t storage_count(storage_owner owner, uint64_t first, uint64_t last)
{
  uint32_t count = 0;
  if (enter() != PSA_SUCCESS) return 0;
  for (uint32_t i = 0; i < ITEMS_MAX; i++)
    if (items[i].owner == owner && first <= items[i].uid && items[i].uid <= last) count++;
  return count;
}

/* ---- Beginning anew, with all or without what was lost ---- */

/* A protected change whose record is the COMMIT of the next log. */
static psa_status_t begin_log(const seal_keys *keys, uint32_t epoch)
{
  const psa_status_t status = epoch_begin(epoch);
  if (status != PSA_SUCCESS) return status;
  now.epoch = epoch;
  const bool written = compact(keys);
  wipe(value, sizeof value);
  return written ? epoch_finish(epoch) : PSA_ERROR_STORAGE_FAILURE;
}

bool storage_is_stale(void)
{
  return state == STORAGE_STALE;
}

static psa_status_t begin_anew(const seal_keys *keys)
{
  epoch_state epoch;
  const psa_status_t status = epoch_read(&epoch);
  if (status != PSA_SUCCESS) return status;
  forget_all();
  return begin_log(keys, epoch.begun + 1u);
}

psa_status_t storage_reset(void)
{
  seal_keys keys;
  const psa_status_t entered = enter();
  if (entered == PSA_SUCCESS) return PSA_ERROR_NOT_PERMITTED;
  if (state != STORAGE_STALE) return entered;
  psa_status_t status = seal_keys_derive(&keys);
  if (status != PSA_SUCCESS) return status;
  status = begin_anew(&keys);
  state = status == PSA_SUCCESS ? STORAGE_READY : STORAGE_UNSETTLED;
  seal_keys_wipe(&keys);
  return status;
}

bool storage_has_losses(void)
{
  if (enter() != PSA_SUCCESS) return false;
  for (uint32_t i = 0; i < ITEMS_MAX; i++)
    if (items[i].owner != 0 && items[i].lost) return true;
  return doubtful[STORAGE_SECURE - 1] || doubtful[STORAGE_NONSECURE - 1];
}

static void drop_lost_items(void)
{
  for (uint32_t i = 0; i < ITEMS_MAX; i++)
    if (items[i].lost) memset(&items[i], 0, sizeof items[i]);
  memset(doubtful, 0, sizeof doubtful);
}

static psa_status_t forget_losses(const seal_keys *keys)
{
  uint32_t epoch;
  const psa_status_t status = begin_epoch(STORAGE_SECURE, &epoch);
  if (status != PSA_SUCCESS) return status;
  drop_lost_items();
  state = STORAGE_UNSETTLED;
  const psa_status_t written = begin_log(keys, epoch);
  if (written == PSA_SUCCESS) state = STORAGE_READY;
  return written;
}

/* Not a record in this log: what this log loses later, before that record, would be forgotten with the rest. */
psa_status_t storage_forget_losses(void)
{
  seal_keys keys;
  if (state == STORAGE_READY) state = STORAGE_UNSETTLED; /* what was lost since the mount counts too */
  psa_status_t status = enter();
  if (status != PSA_SUCCESS) return status;
  if (!storage_has_losses()) return PSA_ERROR_NOT_PERMITTED;
  status = seal_keys_derive(&keys);
  if (status == PSA_SUCCESS) status = forget_losses(&keys);
  seal_keys_wipe(&keys);
  return status;
}

uint32_t storage_raises_left(void)
{
  epoch_state epoch;
  const uint32_t all = epoch_read(&epoch) == PSA_SUCCESS ? raises_left(&epoch) : 0;
  return all > STORAGE_SECURE_RAISES ? all - STORAGE_SECURE_RAISES : 0;
}

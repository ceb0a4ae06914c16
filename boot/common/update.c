/* Changing what a device runs.
 *
 * Order is everything here; each function's order is what makes power loss harmless:
 *   writing   manifest erased first, written last: a place with a manifest has a whole payload
 *   install   image complete and verified, then one journal record
 *   confirm   one journal record, then the counter; a confirm torn between the two is completed by
 *             the next update_confirm() and by the loader's next boot
 *   reject    one journal record
 */
#include "update.h"

#include <string.h>

#include "board.h"
#include "counter.h"
#include "flash.h"
#include "handoff.h"
#include "loader_copy.h"

/* ---- Writing an image ---- */

static uint32_t up_to(uint32_t bytes, uint32_t granule)
{
  return (bytes + granule - 1) / granule * granule;
}

boot_status update_begin(update_writer *w, uint32_t base, uint32_t capacity, uint32_t payload_bytes)
{
  if (payload_bytes == 0 || payload_bytes > capacity - MANIFEST_BYTES) return BOOT_MANIFEST_SIZE;
  *w = (update_writer){.base = base, .capacity = capacity, .payload_bytes = payload_bytes};
  /* The manifest's block goes first: from here on the place holds no image. */
  const uint32_t bytes = MANIFEST_BYTES + up_to(payload_bytes, FLASH_BLOCK_BYTES);
  return flash_erase(base, bytes) == FLASH_OK ? BOOT_OK : BOOT_FLASH_WRITE;
}

static boot_status program_payload(update_writer *w, const void *data, uint32_t bytes)
{
  const uint32_t at = w->base + MANIFEST_BYTES + w->written - w->held;
  return flash_program(at, data, bytes) == FLASH_OK ? BOOT_OK : BOOT_FLASH_WRITE;
}

/* Moves bytes into the half-filled unit; programs it when it is full. */
static boot_status fill_unit(update_writer *w, const uint8_t **from, uint32_t *bytes)
{
  uint32_t take = FLASH_UNIT_BYTES - w->held;
  if (take > *bytes) take = *bytes;
  memcpy(w->unit + w->held, *from, take);
  *from += take;
  *bytes -= take;
  if (w->held + take == FLASH_UNIT_BYTES) {
    const boot_status status = program_payload(w, w->unit, FLASH_UNIT_BYTES);
    if (status != BOOT_OK) return status;
    w->held = 0;
  } else {
    w->held += take;
  }
  w->written += take;
  return BOOT_OK;
}

boot_status update_write(update_writer *w, const void *data, uint32_t bytes)
{
  const uint8_t *from = data;
  boot_status status = BOOT_OK;
  if (bytes > w->payload_bytes - w->written) return BOOT_UPDATE_RANGE;
  if (w->held > 0) status = fill_unit(w, &from, &bytes);
  const uint32_t whole = bytes - bytes % FLASH_UNIT_BYTES;
  if (status == BOOT_OK && whole > 0) {
    status = program_payload(w, from, whole);
    w->written += whole;
  }
  if (status == BOOT_OK && bytes > whole) {
    from += whole;
    bytes -= whole;
    status = fill_unit(w, &from, &bytes);
  }
  return status;
}

boot_status update_finish(update_writer *w, const manifest *m)
{
  if (w->written != w->payload_bytes) return BOOT_UPDATE_RANGE;
  if (w->held > 0) { /* a verified payload is whole units; an unchecked one may not be */
    memset(w->unit + w->held, 0xFF, FLASH_UNIT_BYTES - w->held);
    const boot_status status = program_payload(w, w->unit, FLASH_UNIT_BYTES);
    if (status != BOOT_OK) return status;
  }
  return flash_program(w->base, m, MANIFEST_BYTES) == FLASH_OK ? BOOT_OK : BOOT_FLASH_WRITE;
}

/* ---- Slots ---- */

uint32_t update_slot_base(uint32_t slot)
{
  return slot == BOOT_SLOT_B ? BOARD_FLASH_SLOT_B : BOARD_FLASH_SLOT_A;
}

uint32_t update_staging_slot(const journal *j)
{
  if (j->now.trial != BOOT_SLOT_NONE) return BOOT_SLOT_NONE;
  return j->now.active == BOOT_SLOT_A ? BOOT_SLOT_B : BOOT_SLOT_A;
}

/* ---- Loader ---- */

/* Would the firmware that runs still boot under loader m? */
static boot_status keeps_firmware(const journal *j, const manifest *m, const device_facts *device, manifest *scratch)
{
  verify_trust trust;
  if (j->now.active == BOOT_SLOT_NONE) return BOOT_OK;
  const boot_status status = device_firmware_trust(device, m, &trust);
  if (status != BOOT_OK) return status;
  return verify_in_flash(update_slot_base(j->now.active), &trust, scratch) == BOOT_OK ? BOOT_OK : BOOT_UPDATE_ORPHANS;
}

boot_status update_begin_loader(update_writer *w, const journal *j, uint32_t running_copy, const manifest *m,
                                const device_facts *device, manifest *scratch)
{
  verify_trust trust;
  unlock nothing_to_unlock;
  unlock_begin(&nothing_to_unlock, 0);
  if (j->now.trial != BOOT_SLOT_NONE) return BOOT_UPDATE_BUSY;
  boot_status status = device_loader_trust(device, &trust);
  if (status == BOOT_OK) status = verify_manifest(m, &trust, &nothing_to_unlock);
  if (status == BOOT_OK) status = counter_can_reach(COUNTER_LOADER, m->security_version);
  if (status == BOOT_OK) status = keeps_firmware(j, m, device, scratch);
  if (status != BOOT_OK) return status;
  return update_begin(w, loader_copy_base(running_copy ^ 1u), BOARD_FLASH_LOADER_BYTES, m->payload_bytes);
}

/* ---- Install, confirm, reject ---- */

boot_status update_install(journal *j, uint32_t slot, const verify_trust *trust, uint32_t tries, const char *job,
                           manifest *scratch)
{
  if (j->now.trial != BOOT_SLOT_NONE) return BOOT_UPDATE_BUSY;
  if (slot == j->now.active) return BOOT_UPDATE_RUNNING;
  boot_status status = verify_in_flash(update_slot_base(slot), trust, scratch);
  if (status != BOOT_OK) return status;
  status = counter_can_reach(COUNTER_FIRMWARE, scratch->security_version);
  if (status != BOOT_OK) return status;
  return update_start_trial(j, slot, tries, job);
}

boot_status update_start_trial(journal *j, uint32_t slot, uint32_t tries, const char *job)
{
  journal_record next = j->now;
  next.trial = (uint8_t)slot;
  next.tries_left = (uint8_t)tries;
  next.rejected &= (uint8_t)~journal_slot_bit(slot); /* the slot holds another image now */
  next.revert_reason = (uint32_t)BOOT_OK;
  next.outcome = JOURNAL_OUTCOME_NONE;
  memset(next.job, 0, sizeof next.job);
  if (job) memcpy(next.job, job, strnlen(job, sizeof next.job)); /* the rest is 0 already */
  return journal_append(j, &next);
}

/* update_start_trial() clears the outcome. One that is still there belongs to an earlier update, and this
 * trial is one the loader or recovery began: telling the cloud that the earlier job succeeded would be a lie. */
static void note_outcome(journal_record *record, journal_outcome outcome, boot_status reason)
{
  if (record->outcome != JOURNAL_OUTCOME_NONE) return;
  record->outcome = outcome;
  record->revert_reason = (uint32_t)reason;
}

boot_status update_confirm(journal *j, uint32_t running_slot, uint32_t security_version)
{
  uint32_t counter;
  const boot_status readable = counter_read(COUNTER_FIRMWARE, &counter);
  if (j->now.trial == running_slot) {
    journal_record next = j->now;
    next.active = (uint8_t)running_slot;
    next.trial = BOOT_SLOT_NONE;
    next.tries_left = 0;
    note_outcome(&next, JOURNAL_OUTCOME_CONFIRMED, BOOT_OK);
    const boot_status status = journal_append(j, &next);
    if (status != BOOT_OK) return status;
  } else if (j->now.active != running_slot || (readable == BOOT_OK && counter >= security_version)) {
    return BOOT_UPDATE_NO_TRIAL;
  }
  return counter_raise(COUNTER_FIRMWARE, security_version);
}

boot_status update_reject(journal *j, boot_status reason)
{
  if (j->now.trial == BOOT_SLOT_NONE) return BOOT_UPDATE_NO_TRIAL;
  journal_record next = j->now;
  next.rejected |= journal_slot_bit(next.trial);
  next.trial = BOOT_SLOT_NONE;
  next.tries_left = 0;
  note_outcome(&next, JOURNAL_OUTCOME_REVERTED, reason);
  return journal_append(j, &next);
}

boot_status update_outcome_told(journal *j)
{
  if (j->now.outcome == JOURNAL_OUTCOME_NONE) return BOOT_OK;
  journal_record next = j->now;
  next.outcome = JOURNAL_OUTCOME_NONE;
  memset(next.job, 0, sizeof next.job);
  return journal_append(j, &next);
}

/* Stage 2: which firmware runs.
 *
 *               trial set, tries left            trial verified
 *   [journal] -------------------------> [trial] --------------> start it, watchdog running
 *       |                                 ^ | refused, or no tries left: reject (reason kept)
 *       | no trial                        | v
 *       +-----------------------------> [active] ----verified---> settle, start it
 *                                         | | refused, or none
 *              put on trial (persistent)  | v
 *                                       [a slot that is neither active nor rejected]
 *                                           | none left
 *                                           v
 *                                       recovery
 *
 * A try is spent (persistently) before the trial image is looked at: whatever hangs or crashes
 * from there on has cost one. Only a confirmed image is ever "active"; what the loader falls back to
 * has to confirm like any other, so an image that was written but never proved itself neither
 * raises the counter nor stays.
 */
#include "loader.h"

#include <string.h>

#include "board.h"
#include "counter.h"
#include "ct.h"
#include "flash.h"
#include "loader_copy.h"
#include "log.h"
#include "otp.h"
#include "sha256.h"
#include "update.h"

boot_status loader_open(loader *l)
{
  if (l->handoff->magic != BOOT_HANDOFF_MAGIC) return BOOT_HANDOFF;
  boot_status status = device_read(&l->device);
  if (status != BOOT_OK) return status;
  status = device_firmware_trust(&l->device, l->self, &l->trust);
  if (status != BOOT_OK) return status;
  journal_open(&l->journal);
  return BOOT_OK;
}

/* ---- One slot ---- */

static boot_status try_and_log(loader *l, uint32_t slot)
{
  const boot_status status = verify_and_load(update_slot_base(slot), &l->trust, &l->firmware, &l->entry);
  l->slot = slot;
  if (status != BOOT_OK) log_slot_refused(slot, status);
  return status;
}

/* ---- Trial ---- */

static boot_status spend_a_try(loader *l)
{
  journal_record next = l->journal.now;
  if (next.tries_left == 0) return BOOT_TRIES_EXHAUSTED;
  next.tries_left--;
  return journal_append(&l->journal, &next);
}

static boot_status try_trial(loader *l)
{
  const uint32_t slot = l->journal.now.trial;
  boot_status status = spend_a_try(l);
  if (status == BOOT_OK) status = try_and_log(l, slot);
  /* One whose confirmation could not raise the counter must not run: its rollback protection would be void. */
  if (status == BOOT_OK) status = counter_can_reach(COUNTER_FIRMWARE, l->firmware.security_version);
  if (status == BOOT_OK) {
    l->standing = LOADER_TRIAL;
    return BOOT_OK;
  }
  log_trial_reverted(slot, status);
  if (status != BOOT_JOURNAL_WRITE && update_reject(&l->journal, status) != BOOT_OK) log_trouble(BOOT_JOURNAL_WRITE);
  return status;
}

/* ---- Active, and what is left ---- */

static boot_status try_active(loader *l)
{
  const uint32_t active = l->journal.now.active;
  if (active == BOOT_SLOT_NONE || journal_rejects(&l->journal.now, active)) return BOOT_NO_FIRMWARE;
  l->standing = LOADER_SETTLED;
  return try_and_log(l, active);
}

/* why: the reason the journal's own choice did not do. Only an image that verifies is put on trial: an empty slot
 * must not leave its "no manifest here" as the reason for ever. */
static boot_status try_fallback(loader *l, uint32_t slot, boot_status why)
{
  journal_record next = l->journal.now;
  if (slot == next.active || journal_rejects(&next, slot)) return BOOT_NO_FIRMWARE;
  const boot_status status = try_and_log(l, slot);
  if (status != BOOT_OK) return status;
  next.trial = (uint8_t)slot;
  next.tries_left = UPDATE_TRIES;
  if (next.outcome == JOURNAL_OUTCOME_NONE) next.revert_reason = (uint32_t)why; /* else it belongs to that outcome */
  if (journal_append(&l->journal, &next) == BOOT_OK) return try_trial(l);
  /* No journal to write and no active image: running unrecorded is better than not at all. */
  log_trouble(BOOT_JOURNAL_WRITE);
  l->standing = LOADER_UNRECORDED;
  return BOOT_OK;
}

boot_status loader_choose_firmware(loader *l)
{
  l->entry = ~l->firmware.entry; /* unequal until the checks say otherwise */
  if (l->journal.now.trial != BOOT_SLOT_NONE && try_trial(l) == BOOT_OK) return BOOT_OK;
  const boot_status active = try_active(l);
  if (active == BOOT_OK) return BOOT_OK;
  boot_status status = try_fallback(l, BOOT_SLOT_A, active);
  if (status != BOOT_OK) status = try_fallback(l, BOOT_SLOT_B, active);
  /* What ails the active image says more than what ails the other slot. */
  return status != BOOT_OK && active != BOOT_NO_FIRMWARE ? active : status;
}

/* ---- Settled ---- */

/* Whole, to the byte: an equal manifest says nothing about a payload that has decayed since it was written. */
static bool copy_is_whole(uint32_t place, const manifest *m)
{
  uint8_t piece[256];
  for (uint32_t at = 0; at < MANIFEST_BYTES; at += sizeof piece)
    if (flash_read(place + at, piece, sizeof piece) != FLASH_OK ||
        memcmp(piece, (const uint8_t *)m + at, sizeof piece) != 0)
      return false;
  return verify_payload_in_flash(place, m) == BOOT_OK;
}

/* Copies the running loader's place over the other copy, manifest last, and only when the copy is good:
 * what is read here is not what the ROM verified, but a second reading of flash. */
static boot_status heal_other_copy(const loader *l)
{
  const uint32_t mine = loader_copy_base(l->handoff->loader_copy),
                 other = loader_copy_base(l->handoff->loader_copy ^ 1u);
  uint8_t piece[256];
  update_writer w;

  if (copy_is_whole(other, l->self)) return BOOT_OK;
  if (!copy_is_whole(mine, l->self)) return BOOT_PAYLOAD_DIGEST; /* decayed since the ROM read it: touch nothing */
  boot_status status = update_begin(&w, other, BOARD_FLASH_LOADER_BYTES, l->self->payload_bytes);
  for (uint32_t at = 0; at < l->self->payload_bytes && status == BOOT_OK; at += sizeof piece) {
    const uint32_t left = l->self->payload_bytes - at;
    const uint32_t bytes = left < sizeof piece ? left : (uint32_t)sizeof piece;
    if (flash_read(mine + MANIFEST_BYTES + at, piece, bytes) != FLASH_OK) return BOOT_FLASH_UNREADABLE;
    status = update_write(&w, piece, bytes);
  }
  if (status == BOOT_OK) status = verify_payload_in_flash(other, l->self);
  return status == BOOT_OK ? update_finish(&w, l->self) : status;
}

typedef struct root_list {
  uint32_t otp_offset;     /* of the marks */
  const uint32_t *revoked; /* marks */
  const uint8_t (*hashes)[TRUST_HASH_BYTES];
  const void *own_key; /* record of the key that signed the running loader */
  uint32_t own_key_bytes;
} root_list;

/* Burns the wanted marks, but never the one of the key that signed the running loader: the ROM
 * would refuse both copies. A torn mark counts as set, so there is nothing to complete. */
static boot_status burn_marks(const root_list *roots, uint32_t wanted)
{
  const uint32_t mark = OTP_MARK_SET;
  uint8_t own[TRUST_HASH_BYTES];
  sha256(own, roots->own_key, roots->own_key_bytes);
  for (uint32_t i = 0; i < ROOT_KEYS; i++) {
    const bool asked = wanted >> i & 1u;
    if (!asked || roots->revoked[i] != 0 || ct_equal(own, roots->hashes[i], sizeof own)) continue;
    if (otp_program(roots->otp_offset + i * (uint32_t)sizeof mark, &mark, sizeof mark) != OTP_OK)
      return BOOT_OTP_NOT_TAKEN;
  }
  return BOOT_OK;
}

static boot_status burn_revocations(const loader *l)
{
  const root_list p256 = {OTP_REVOCATION_OFFSET + offsetof(otp_revocation, p256), l->device.revoked.p256,
                          l->device.fuses.root_p256, &l->self->p256_key, sizeof l->self->p256_key};
  const root_list lms = {OTP_REVOCATION_OFFSET + offsetof(otp_revocation, lms), l->device.revoked.lms,
                         l->device.fuses.root_lms, &l->self->lms_key, sizeof l->self->lms_key};
  const boot_status status = burn_marks(&p256, l->self->revoke_root_p256);
  const boot_status other = burn_marks(&lms, l->self->revoke_root_lms);
  return status != BOOT_OK ? status : other;
}

/* Both copies must be new before older loaders stop counting, or one damaged copy would be the end. */
static boot_status settle_loader(const loader *l)
{
  boot_status status = heal_other_copy(l);
  if (status == BOOT_OK) status = counter_raise(COUNTER_LOADER, l->self->security_version);
  if (status == BOOT_OK && (l->self->revoke_root_p256 | l->self->revoke_root_lms)) status = burn_revocations(l);
  return status;
}

boot_status loader_settle(loader *l)
{
  if (l->standing != LOADER_SETTLED) return BOOT_OK;
  const boot_status firmware = counter_raise(COUNTER_FIRMWARE, l->firmware.security_version);
  if (firmware == BOOT_OK && l->trust.security_counter < l->firmware.security_version)
    l->trust.security_counter = l->firmware.security_version;
  const boot_status own = settle_loader(l);
  return firmware != BOOT_OK ? firmware : own;
}

void loader_describe(const loader *l, boot_info *info)
{
  *info = (boot_info){
    .magic = BOOT_INFO_MAGIC,
    .size = sizeof *info,
    .reset_cause = l->handoff->reset_cause,
    .slot = l->slot,
    .trial = l->standing == LOADER_TRIAL,
    .tries_left = l->standing == LOADER_TRIAL ? l->journal.now.tries_left : 0,
    .revert_reason = l->journal.now.revert_reason,
    .security_counter = l->trust.security_counter,
    .lifecycle_secured = l->trust.secured,
    .watchdog_ms = LOADER_WATCHDOG_MS,
    .version = l->firmware.version,
    .security_version = l->firmware.security_version,
    .hardware_revision = l->trust.hardware_revision,
    .loader_version = l->self->version,
    .loader_security_version = l->self->security_version,
    .loader_copy = l->handoff->loader_copy,
  };
  memcpy(info->measurement, l->firmware.payload_sha256, sizeof info->measurement);
}

/* Which state it is, is read from the journal, the staging area and what the loader said runs; no variable holds it:
 *
 *   TRIAL      the journal's trial is what runs
 *   STAGED     its trial is the other slot
 *   REJECTED   no trial, what runs is given up in the journal: the active slot is back after a restart
 *   FAILED     the other slot is given up in the journal: by a reverted trial, by reject() or by cancel()
 *   CANDIDATE  an image was begun there, and its manifest, which goes in last, is in place
 *   WRITING    an image was begun there
 *   READY      none of these. What the other slot holds then (the image before this one, mostly) is nobody's candidate
 *
 * Each function changes the state by one step that is there or is not: a journal record, the begun mark, or the last
 * unit of a manifest. What must happen before that step is erased and written before, and is harmless without it
 * (tests/update_powercut).
 *
 * The verdict of finish() and install() spares everybody a trial that cannot succeed. It protects nothing by itself:
 * the loader verifies what it boots, from the copy in RAM that it boots.
 */
#include "update_control.h"

#include <assert.h>
#include <string.h>

#include "board.h"
#include "counter.h"
#include "device.h"
#include "flash.h"
#include "journal.h"
#include "update.h"
#include "update_control_staging.h"
#include "verify.h"

static_assert(HF_REASON_NONE == (uint32_t)BOOT_OK, "psa/update.h names it");

static_assert(HF_JOB_MAX == JOURNAL_JOB_BYTES, "a job id fits the journal, to the character");
static_assert(HF_OUTCOME_NONE == (unsigned)JOURNAL_OUTCOME_NONE &&
                HF_OUTCOME_CONFIRMED == (unsigned)JOURNAL_OUTCOME_CONFIRMED &&
                HF_OUTCOME_REVERTED == (unsigned)JOURNAL_OUTCOME_REVERTED,
              "the journal's numbers are the caller's");
static_assert(HF_FWU_UNIT_BYTES == FLASH_UNIT_BYTES && PSA_FWU_MAX_WRITE_SIZE == FLASH_BLOCK_BYTES, "psa/update.h");

static struct {
  bool started;
  boot_info info;
  const manifest *loader;
  journal journal;     /* nobody else appends while firmware runs */
  boot_status refused; /* why begin, finish or install did not; BOOT_OK: they did, or were not asked */
} control;

static manifest image; /* of the image in question; too large for the stack */

/* ---- What the caller is told of a boot_status ---- */

/* The list psa/update.h has for psa_fwu_finish(), word by word. */
static psa_status_t status_of(boot_status status)
{
  switch (status) {
  case BOOT_OK: return PSA_SUCCESS;

  case BOOT_SIG_P256_KEY:
  case BOOT_SIG_P256:
  case BOOT_SIG_LMS_KEY:
  case BOOT_SIG_LMS:
  case BOOT_SIG_DEVELOPMENT:
  case BOOT_UNLOCK:
  case BOOT_PAYLOAD_DIGEST: return PSA_ERROR_INVALID_SIGNATURE;

  case BOOT_MANIFEST_ROLLBACK:
  case BOOT_OTP_FULL: return PSA_ERROR_NOT_PERMITTED;

  case BOOT_MANIFEST_LOADER: return PSA_ERROR_DEPENDENCY_NEEDED;
  case BOOT_MANIFEST_SIZE: return PSA_ERROR_INSUFFICIENT_STORAGE;

  case BOOT_MANIFEST_MAGIC:
  case BOOT_MANIFEST_FORMAT:
  case BOOT_MANIFEST_KIND:
  case BOOT_MANIFEST_RESERVED:
  case BOOT_MANIFEST_PRODUCT:
  case BOOT_MANIFEST_HARDWARE:
  case BOOT_MANIFEST_SEGMENT:
  case BOOT_MANIFEST_ADDRESS:
  case BOOT_MANIFEST_OVERLAP:
  case BOOT_MANIFEST_ENTRY: return PSA_ERROR_NOT_SUPPORTED;

  case BOOT_FLASH_UNREADABLE:
  case BOOT_FLASH_WRITE:
  case BOOT_JOURNAL_WRITE: return PSA_ERROR_STORAGE_FAILURE;

  case BOOT_OTP_NO_REPLY:
  case BOOT_OTP_BLANK:
  case BOOT_OTP_RETIRED:
  case BOOT_OTP_POLICY:
  case BOOT_OTP_NOT_TAKEN: return PSA_ERROR_HARDWARE_FAILURE;

  case BOOT_UPDATE_BUSY:
  case BOOT_UPDATE_RUNNING:
  case BOOT_UPDATE_NO_TRIAL: return PSA_ERROR_BAD_STATE;

  /* Of a trial, not of an image; or of other stages. */
  case BOOT_TRIES_EXHAUSTED:
  case BOOT_TRIAL_REJECTED:
  case BOOT_UPDATE_RANGE:
  case BOOT_UPDATE_ORPHANS:
  case BOOT_NO_LOADER:
  case BOOT_NO_FIRMWARE:
  case BOOT_HANDOFF:
  case BOOT_RECOVERY_PROTOCOL: break;
  }
  return PSA_ERROR_GENERIC_ERROR;
}

static psa_status_t refuse(boot_status why)
{
  control.refused = why;
  return status_of(why);
}

/* ---- State ---- */

static uint32_t other_slot(void)
{
  return control.info.slot == BOOT_SLOT_A ? BOOT_SLOT_B : BOOT_SLOT_A;
}

/* The loader says which slot runs, the journal that it is active and nothing on trial: the other may be written. */
static bool other_slot_is_free(void)
{
  return control.journal.now.active == control.info.slot && update_staging_slot(&control.journal) == other_slot();
}

static uint8_t state_now(void)
{
  const journal_record *now = &control.journal.now;
  if (now->trial == control.info.slot) return PSA_FWU_TRIAL;
  if (now->trial != BOOT_SLOT_NONE) return PSA_FWU_STAGED;
  if (journal_rejects(now, control.info.slot)) return PSA_FWU_REJECTED;
  if (journal_rejects(now, other_slot())) return PSA_FWU_FAILED;
  if (!other_slot_is_free() || !staging_is_begun(other_slot())) return PSA_FWU_READY;
  return staging_is_complete(other_slot()) ? PSA_FWU_CANDIDATE : PSA_FWU_WRITING;
}

static bool is_in(uint8_t state)
{
  return control.started && state_now() == state;
}

/* Given up, or no longer so. A reason still to be told is left. */
static boot_status set_given_up(bool given_up, boot_status why)
{
  journal_record next = control.journal.now;
  const uint8_t bit = journal_slot_bit(other_slot());
  next.rejected = (uint8_t)(given_up ? next.rejected | bit : next.rejected & ~bit);
  if (next.outcome == JOURNAL_OUTCOME_NONE) next.revert_reason = (uint32_t)why;
  return journal_append(&control.journal, &next);
}

/* ---- Start ---- */

/* Once an image has come as far as a trial, the mark that says it is being written must not outlive it. */
static void forget_what_was_installed(void)
{
  const bool installed = control.journal.now.trial != BOOT_SLOT_NONE &&
                         (staging_is_begun(BOOT_SLOT_A) || staging_is_begun(BOOT_SLOT_B));
  /* A block that cannot be erased is the next begin()'s trouble; until then all states but READY say the truth. */
  if (installed && staging_forget() != BOOT_OK) control.refused = BOOT_FLASH_WRITE;
}

psa_status_t update_control_start(const boot_info *info, const manifest *loader)
{
  control.started = false;
  if (info->magic != BOOT_INFO_MAGIC || info->size < sizeof *info) return PSA_ERROR_HARDWARE_FAILURE;
  if (info->slot != BOOT_SLOT_A && info->slot != BOOT_SLOT_B) return PSA_ERROR_HARDWARE_FAILURE;
  if (loader->magic != MANIFEST_MAGIC || loader->kind != MANIFEST_KIND_LOADER) return PSA_ERROR_HARDWARE_FAILURE;
  if (BOARD_FLASH_SLOT_BYTES / FLASH_BLOCK_BYTES > STAGING_MAP_UNITS) return PSA_ERROR_HARDWARE_FAILURE;
  control.info = *info;
  control.loader = loader;
  control.refused = BOOT_OK;
  journal_open(&control.journal);
  forget_what_was_installed();
  control.started = true;
  return PSA_SUCCESS;
}

/* ---- Query ---- */

static psa_fwu_image_version_t short_version(manifest_version v)
{
  return (psa_fwu_image_version_t){
    .major = (uint8_t)(v.major < 255 ? v.major : 255),
    .minor = (uint8_t)(v.minor < 255 ? v.minor : 255),
    .patch = (uint16_t)(v.patch < 65535 ? v.patch : 65535),
  };
}

/* Version of the image in the other slot, or 0: as its manifest says, verified by whoever put it there. */
static manifest_version other_version(void)
{
  static const manifest_version none = {0, 0, 0};
  const uint32_t base = update_slot_base(other_slot());
  uint32_t magic;
  manifest_version v;
  if (flash_read(base, &magic, sizeof magic) != FLASH_OK || magic != MANIFEST_MAGIC) return none;
  return flash_read(base + (uint32_t)offsetof(manifest, version), &v, sizeof v) == FLASH_OK ? v : none;
}

static void describe_candidate(psa_fwu_component_info_t *info)
{
  if (info->state != PSA_FWU_CANDIDATE && info->state != PSA_FWU_STAGED && info->state != PSA_FWU_TRIAL) return;
  const manifest_version v = other_version();
  info->impl.candidate_major = v.major;
  info->impl.candidate_minor = v.minor;
  info->impl.candidate_patch = v.patch;
}

psa_status_t update_control_query(psa_fwu_component_info_t *info)
{
  const journal_record *now = &control.journal.now;
  memset(info, 0, sizeof *info);
  if (!control.started) return PSA_ERROR_BAD_STATE;
  info->state = state_now();
  info->version = short_version(control.info.version);
  info->max_size = BOARD_FLASH_SLOT_BYTES;
  info->impl.version_major = control.info.version.major;
  info->impl.version_minor = control.info.version.minor;
  info->impl.version_patch = control.info.version.patch;
  info->impl.security_version = control.info.security_version;
  info->impl.reason = control.refused != BOOT_OK ? (uint32_t)control.refused : now->revert_reason;
  info->impl.outcome = now->outcome;
  memcpy(info->impl.job, now->job, sizeof info->impl.job);
  if (info->state == PSA_FWU_FAILED || info->state == PSA_FWU_REJECTED)
    info->error = status_of((boot_status)info->impl.reason);
  describe_candidate(info);
  return PSA_SUCCESS;
}

/* ---- Judging ---- */

/* Who may sign, and what the counter allows, as OTP says now. device: must outlive the trust. */
static boot_status read_trust(device_facts *device, verify_trust *trust)
{
  const boot_status status = device_read(device);
  return status == BOOT_OK ? device_firmware_trust(device, control.loader, trust) : status;
}

/* Everything about `image` that needs no payload. */
static boot_status judge_manifest(void)
{
  device_facts device;
  verify_trust trust;
  unlock nothing_to_unlock;
  unlock_begin(&nothing_to_unlock, 0);
  boot_status status = read_trust(&device, &trust);
  if (status == BOOT_OK) status = verify_manifest(&image, &trust, &nothing_to_unlock);
  if (status == BOOT_OK) status = counter_can_reach(COUNTER_FIRMWARE, image.security_version);
  return status;
}

static boot_status judge_payload(void)
{
  /* Were the digest of what lay there before right by chance, it would still be a block that nobody erased. */
  if (!staging_has_all_blocks(MANIFEST_BYTES + image.payload_bytes)) return BOOT_PAYLOAD_DIGEST;
  return verify_payload_in_flash(update_slot_base(other_slot()), &image);
}

/* ---- Writing ---- */

psa_status_t update_control_begin(const void *manifest_of_image, size_t manifest_bytes)
{
  const manifest *early = manifest_bytes == 0 ? NULL : &image;
  if (manifest_bytes != 0 && manifest_bytes != MANIFEST_BYTES) return PSA_ERROR_INVALID_ARGUMENT;
  if (!is_in(PSA_FWU_READY) && !is_in(PSA_FWU_FAILED)) return PSA_ERROR_BAD_STATE;
  if (!other_slot_is_free()) return refuse(BOOT_JOURNAL_WRITE); /* what runs is not recorded: no journal takes it */
  boot_status status = BOOT_OK;
  if (early) {
    memcpy(&image, manifest_of_image, MANIFEST_BYTES);
    status = judge_manifest();
  }
  if (status != BOOT_OK) return refuse(status);
  status = staging_begin(other_slot(), early);
  if (status == BOOT_OK && journal_rejects(&control.journal.now, other_slot())) status = set_given_up(false, BOOT_OK);
  return refuse(status);
}

psa_status_t update_control_write(size_t offset, const void *data, size_t bytes)
{
  if (!is_in(PSA_FWU_WRITING)) return PSA_ERROR_BAD_STATE;
  if (offset % FLASH_UNIT_BYTES != 0 || bytes % FLASH_UNIT_BYTES != 0) return PSA_ERROR_INVALID_ARGUMENT;
  if (bytes > PSA_FWU_MAX_WRITE_SIZE || offset > BOARD_FLASH_SLOT_BYTES || bytes > BOARD_FLASH_SLOT_BYTES - offset)
    return PSA_ERROR_INVALID_ARGUMENT;
  return staging_write(other_slot(), (uint32_t)offset, data, (uint32_t)bytes);
}

/* gaps: bytes of the image in which a gap would explain the refusal. */
static psa_status_t refuse_unless_gaps(boot_status why, uint32_t gaps)
{
  const psa_status_t status = refuse(why);
  const bool is_content = status != PSA_ERROR_STORAGE_FAILURE && status != PSA_ERROR_HARDWARE_FAILURE;
  return is_content && staging_has_gaps(other_slot(), gaps) ? PSA_ERROR_INSUFFICIENT_DATA : status;
}

psa_status_t update_control_finish(void)
{
  if (!is_in(PSA_FWU_WRITING)) return PSA_ERROR_BAD_STATE;
  boot_status status = staging_manifest(&image);
  if (status == BOOT_OK) status = judge_manifest();
  if (status != BOOT_OK) return refuse_unless_gaps(status, MANIFEST_BYTES);
  status = judge_payload();
  if (status != BOOT_OK) return refuse_unless_gaps(status, MANIFEST_BYTES + image.payload_bytes);
  return refuse(staging_complete(other_slot(), &image));
}

psa_status_t update_control_cancel(void)
{
  if (!is_in(PSA_FWU_WRITING) && !is_in(PSA_FWU_CANDIDATE)) return PSA_ERROR_BAD_STATE;
  return status_of(set_given_up(true, control.refused));
}

psa_status_t update_control_clean(void)
{
  if (!is_in(PSA_FWU_FAILED)) return PSA_ERROR_BAD_STATE;
  if (!other_slot_is_free()) return refuse(BOOT_JOURNAL_WRITE);
  boot_status status = staging_discard(other_slot());
  if (status == BOOT_OK) status = set_given_up(false, BOOT_OK);
  return refuse(status);
}

/* ---- Trial ---- */

psa_status_t update_control_install(const char job[HF_JOB_MAX])
{
  device_facts device;
  verify_trust trust;
  if (!is_in(PSA_FWU_CANDIDATE)) return PSA_ERROR_BAD_STATE;
  boot_status status = read_trust(&device, &trust);
  if (status == BOOT_OK) status = update_install(&control.journal, other_slot(), &trust, UPDATE_TRIES, job, &image);
  return status == BOOT_OK ? PSA_SUCCESS_REBOOT : refuse(status);
}

psa_status_t update_control_reject(void)
{
  const bool on_trial = is_in(PSA_FWU_TRIAL);
  if (!on_trial && !is_in(PSA_FWU_STAGED)) return PSA_ERROR_BAD_STATE;
  const boot_status status = update_reject(&control.journal, BOOT_TRIAL_REJECTED);
  return status == BOOT_OK && on_trial ? PSA_SUCCESS_REBOOT : status_of(status);
}

psa_status_t update_control_accept(void)
{
  if (!control.started) return PSA_ERROR_BAD_STATE;
  const boot_status status = update_confirm(&control.journal, control.info.slot, control.info.security_version);
  return status == BOOT_OTP_FULL ? PSA_ERROR_HARDWARE_FAILURE : status_of(status); /* accepted, but not raised */
}

psa_status_t update_control_outcome_told(void)
{
  if (!control.started) return PSA_ERROR_BAD_STATE;
  return status_of(update_outcome_told(&control.journal));
}

/* What is going on when the power goes. */
#include <string.h>

#include "counter.h"
#include "powercut.h"
#include "update.h"

static void must(boot_status status, const char *what)
{
  if (status != BOOT_OK) powercut_fail("preparing, %s: %s", what, boot_status_text(status));
}

static journal open_journal(void)
{
  journal j;
  journal_open(&j);
  return j;
}

/* ---- States to start from ---- */

/* Old loader twice, old firmware active in A, something older in B, counters raised. */
static void prepare_settled(void)
{
  rig_new();
  rig_put(rig_map.loader_0, &loaders[LOADER_OLD]);
  rig_put(rig_map.loader_1, &loaders[LOADER_OLD]);
  rig_put(rig_map.slot_a, &firmwares[FIRMWARE_OLD]);
  rig_put(rig_map.slot_b, &firmwares[FIRMWARE_ANCIENT]);
  rig_settle_on(BOOT_SLOT_A);
  must(counter_raise(COUNTER_LOADER, loaders[LOADER_OLD].m.security_version), "loader counter");
  must(counter_raise(COUNTER_FIRMWARE, firmwares[FIRMWARE_OLD].m.security_version), "counter");
}

static void prepare_factory_fresh(void)
{
  rig_new();
  rig_put(rig_map.loader_0, &loaders[LOADER_OLD]);
  rig_put(rig_map.loader_1, &loaders[LOADER_OLD]);
  rig_put(rig_map.slot_a, &firmwares[FIRMWARE_OLD]);
}

static void start_trial(uint32_t tries)
{
  journal j = open_journal();
  rig_put(rig_map.slot_b, &firmwares[FIRMWARE_NEW]);
  must(update_start_trial(&j, BOOT_SLOT_B, tries, JOB), "trial");
}

static void prepare_installed(void)
{
  prepare_settled();
  start_trial(UPDATE_TRIES);
}

static void prepare_last_try_spent(void)
{
  prepare_settled();
  start_trial(0);
}

static void prepare_two_tries(void)
{
  prepare_settled();
  start_trial(2);
}

static void prepare_trial_damaged(void)
{
  prepare_installed();
  rig.flash[rig_map.slot_b + MANIFEST_BYTES + 77] ^= 4;
}

/* Confirmed in the journal, the counter not raised yet. */
static void prepare_confirm_torn(void)
{
  prepare_installed();
  journal j = open_journal();
  journal_record next = j.now;
  next.active = BOOT_SLOT_B;
  next.trial = BOOT_SLOT_NONE;
  next.tries_left = 0;
  next.outcome = JOURNAL_OUTCOME_CONFIRMED;
  must(journal_append(&j, &next), "confirm");
}

static void prepare_confirmed(void)
{
  prepare_confirm_torn();
  must(counter_raise(COUNTER_FIRMWARE, firmwares[FIRMWARE_NEW].m.security_version), "counter");
}

static void prepare_counter_torn_before(void)
{
  prepare_confirm_torn();
  rig.otp[OTP_FIRMWARE_COUNTER_OFFSET + sizeof(otp_counter_cell)] = 0x40; /* a raise torn earlier */
}

static void prepare_loader_written_on_trial(void)
{
  prepare_installed();
  rig_put(rig_map.loader_1, &loaders[LOADER_NEW]);
}

static void prepare_copy_0_lost(void)
{
  prepare_settled();
  memset(rig.flash + rig_map.loader_0, 0xFF, MANIFEST_BYTES);
}

static void prepare_copy_0_payload_rotten(void)
{
  prepare_settled();
  rig.flash[rig_map.loader_0 + MANIFEST_BYTES + 100] ^= 1;
}

static void prepare_active_lost(void)
{
  prepare_settled();
  rig_put(rig_map.slot_b, &firmwares[FIRMWARE_OLD]);
  host_flash_make_unreadable(rig_map.slot_a + 256);
}

static void prepare_no_firmware(void)
{
  prepare_settled();
  rig.flash[rig_map.slot_a + 20] ^= 1;
}

static void prepare_no_firmware_worn(void)
{
  prepare_no_firmware();
  host_flash_make_stuck(rig_map.slot_a + MANIFEST_BYTES + 64);
}

/* The update was given up; then the active image rots. */
static void prepare_no_firmware_rejected(void)
{
  prepare_installed();
  journal j = open_journal();
  must(update_reject(&j, BOOT_TRIAL_REJECTED), "reject");
  rig.flash[rig_map.slot_a + 20] ^= 1;
}

/* ---- What is interrupted ---- */

static void write_image(update_writer *w, const test_image *image)
{
  for (uint32_t at = 0; at < image->m.payload_bytes; at += 100) { /* pieces that do not fit the units */
    const uint32_t left = image->m.payload_bytes - at;
    must(update_write(w, image->payload + at, left < 100 ? left : 100), "write");
  }
  must(update_finish(w, &image->m), "finish");
}

static void act_install(void)
{
  static manifest scratch;
  static device_facts device;
  verify_trust trust;
  update_writer w;
  journal j = open_journal();
  must(device_read(&device), "device");
  must(device_firmware_trust(&device, &loaders[LOADER_OLD].m, &trust), "trust");
  must(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, firmwares[FIRMWARE_NEW].m.payload_bytes), "begin");
  write_image(&w, &firmwares[FIRMWARE_NEW]);
  must(update_install(&j, BOOT_SLOT_B, &trust, UPDATE_TRIES, JOB, &scratch), "install");
}

static void act_confirm(void)
{
  journal j = open_journal();
  must(update_confirm(&j, BOOT_SLOT_B, firmwares[FIRMWARE_NEW].m.security_version), "confirm");
}

static void act_reject(void)
{
  journal j = open_journal();
  must(update_reject(&j, BOOT_TRIAL_REJECTED), "reject");
}

static void act_tell(void)
{
  journal j = open_journal();
  must(update_outcome_told(&j), "outcome told");
}

static void act_write_loader(void)
{
  static device_facts device;
  static manifest scratch;
  update_writer w;
  const journal j = open_journal();
  must(device_read(&device), "device");
  must(update_begin_loader(&w, &j, 0, &loaders[LOADER_NEW].m, &device, &scratch), "begin");
  write_image(&w, &loaders[LOADER_NEW]);
}

/* ---- The list ---- */

#define TELLS         \
  {                   \
    .confirmed = true \
  }
#define REVERTS(why)  \
  {                   \
    .reverted = (why) \
  }

const scenario scenarios[] = {
  {.name = "first boot", .prepare = prepare_factory_fresh, .end_old = true},
  {.name = "install",
   .prepare = prepare_settled,
   .act = act_install,
   .end_old = true,
   .end_new = true,
   .changes_journal = true,
   .outcome = TELLS},
  {.name = "trial boot",
   .prepare = prepare_installed,
   .end_old = true,
   .end_new = true,
   .changes_journal = true,
   .outcome = TELLS},
  {.name = "confirm",
   .prepare = prepare_installed,
   .act = act_confirm,
   .end_new = true,
   .changes_journal = true,
   .outcome = TELLS},
  {.name = "counter raise", .prepare = prepare_confirm_torn, .end_new = true, .outcome = TELLS},
  {.name = "counter raise after a torn one", .prepare = prepare_counter_torn_before, .end_new = true, .outcome = TELLS},
  {.name = "outcome told", .prepare = prepare_confirmed, .act = act_tell, .end_new = true, .changes_journal = true},
  {.name = "revert, tries used up",
   .prepare = prepare_last_try_spent,
   .habit = TRIAL_IS_SILENT,
   .end_old = true,
   .changes_journal = true,
   .outcome = REVERTS(BOOT_TRIES_EXHAUSTED)},
  {.name = "revert, from the first try",
   .prepare = prepare_two_tries,
   .habit = TRIAL_IS_SILENT,
   .end_old = true,
   .changes_journal = true,
   .outcome = REVERTS(BOOT_TRIES_EXHAUSTED)},
  {.name = "revert, rejected by firmware",
   .prepare = prepare_installed,
   .act = act_reject,
   .habit = TRIAL_REJECTS,
   .end_old = true,
   .changes_journal = true,
   .outcome = REVERTS(BOOT_TRIAL_REJECTED)},
  {.name = "revert, image damaged",
   .prepare = prepare_trial_damaged,
   .habit = TRIAL_IS_SILENT,
   .end_old = true,
   .outcome = REVERTS(BOOT_PAYLOAD_DIGEST)},
  {.name = "active slot lost", .prepare = prepare_active_lost, .end_old = true, .changes_journal = true},
  {.name = "loader update", .prepare = prepare_settled, .act = act_write_loader, .end_old = true, .new_loader = true},
  {.name = "loader update in a trial",
   .prepare = prepare_loader_written_on_trial,
   .end_old = true,
   .end_new = true,
   .new_loader = true,
   .outcome = TELLS},
  {.name = "loader copy lost", .prepare = prepare_copy_0_lost, .end_old = true},
  {.name = "loader copy rotten", .prepare = prepare_copy_0_payload_rotten, .end_old = true},
  {.name = "recovery", .prepare = prepare_no_firmware, .recovers = true, .end_new = true, .changes_journal = true},
  {.name = "recovery, slot worn out",
   .prepare = prepare_no_firmware_worn,
   .recovers = true,
   .end_new = true,
   .slot_worn = true},
  {.name = "recovery after a revert",
   .prepare = prepare_no_firmware_rejected,
   .recovers = true,
   .end_new = true,
   .outcome = REVERTS(BOOT_TRIAL_REJECTED)}, /* still to be told */
};
const uint32_t scenario_count = sizeof scenarios / sizeof scenarios[0];

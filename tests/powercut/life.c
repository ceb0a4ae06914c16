/* One life of the device, from power-on to the next reset, and all that must be true in it. */
#include <string.h>

#include "counter.h"
#include "powercut.h"
#include "recovery.h"
#include "recovery_host.h"
#include "update.h"

enum { LIVES_MAX = 12, POLLS_MAX = 4000 };

static rig_boot_result boot;
static uint32_t counters_seen[2]; /* greatest values, by counter_id */

void life_forget(void)
{
  memset(counters_seen, 0, sizeof counters_seen);
}

/* ---- What must be true whenever firmware starts ---- */

static firmware_id running_firmware(void)
{
  for (uint32_t i = 0; i < FIRMWARES; i++)
    if (memcmp(boot.info.measurement, firmwares[i].m.payload_sha256, 32) == 0 && rig_ram_holds(&firmwares[i]))
      return (firmware_id)i;
  powercut_fail("what runs is no image of ours, byte for byte");
}

static loader_id running_loader(void)
{
  for (uint32_t i = 0; i < LOADERS; i++)
    if (memcmp(&boot.loader_manifest, &loaders[i].m, sizeof(manifest)) == 0 && rig_ram_holds(&loaders[i]))
      return (loader_id)i;
  powercut_fail("the loader that runs is none of ours, byte for byte");
}

/* Counters never fall, in any life, and OTP answers. */
static uint32_t counter_now(counter_id id)
{
  uint32_t value;
  if (counter_read(id, &value) != BOOT_OK) powercut_fail("counter %d cannot be read", (int)id);
  if (value < counters_seen[id]) powercut_fail("counter %d fell from %u to %u", (int)id, counters_seen[id], value);
  counters_seen[id] = value;
  return value;
}

/* Before anything is booted: the counter must not be ahead of what the journal says is confirmed. */
static void check_power_on(void)
{
  static manifest m;
  journal j;
  journal_open(&j);
  const uint32_t counter = counter_now(COUNTER_FIRMWARE);
  if (j.now.active == BOOT_SLOT_NONE || flash_read(update_slot_base(j.now.active), &m, sizeof m) != FLASH_OK) return;
  if (m.magic == MANIFEST_MAGIC && counter > m.security_version)
    powercut_fail("counter %u is above what was confirmed, %u", counter, m.security_version);
}

static void check_life(uint32_t counter_at_power_on)
{
  const journal_record *now = &boot.l.journal.now;
  running_firmware();
  const test_image *own = &loaders[running_loader()];
  const uint32_t firmware_counter = counter_now(COUNTER_FIRMWARE), loader_counter = counter_now(COUNTER_LOADER);
  if (boot.settle != BOOT_OK) powercut_fail("settling: %s", boot_status_text(boot.settle));
  if (journal_rejects(now, boot.info.slot)) powercut_fail("a rejected image runs");
  if (boot.info.trial ? now->trial != boot.info.slot : now->active != boot.info.slot)
    powercut_fail("slot %u runs, the journal disagrees", boot.info.slot);
  if (loader_counter > own->m.security_version) powercut_fail("loader counter %u is ahead", loader_counter);
  if (boot.info.trial && firmware_counter != counter_at_power_on)
    powercut_fail("the counter rose to %u in a trial", firmware_counter);
  if (boot.info.trial) return;
  if (firmware_counter != boot.info.security_version)
    powercut_fail("counter is %u, version %u is confirmed", firmware_counter, boot.info.security_version);
  if (loader_counter != own->m.security_version) powercut_fail("loader counter was not raised");
}

/* ---- What firmware and operator do ---- */

static void expect(boot_status status, const char *what)
{
  if (status != BOOT_OK) powercut_fail("%s: %s", what, boot_status_text(status));
}

static void live_on_trial(trial_habit habit)
{
  journal j;
  journal_open(&j);
  switch (habit) {
  case TRIAL_CONFIRMS: expect(update_confirm(&j, boot.info.slot, boot.info.security_version), "confirm"); break;
  case TRIAL_REJECTS: expect(update_reject(&j, BOOT_TRIAL_REJECTED), "reject"); break;
  case TRIAL_IS_SILENT: break; /* the watchdog ends this life */
  }
}

/* The operator at the console sends the new image until the device says DONE. */
static void recover(void)
{
  static recovery r;
  host_frame frame;
  recovery_host_listen();
  host_clock_step(100);
  recovery_begin(&r, &boot.l, boot.status);
  for (uint32_t polls = 0; polls < POLLS_MAX; polls++) {
    if (recovery_poll(&r)) return;
    while (recovery_host_hear(&frame)) {
      if (frame.type == RECOVERY_HELLO) recovery_host_image_chunk(&firmwares[FIRMWARE_NEW], 0);
      if (frame.type == RECOVERY_ACK) recovery_host_image_chunk(&firmwares[FIRMWARE_NEW], recovery_host_number(&frame));
    }
  }
  powercut_fail("recovery does not end");
}

/* True when this life changed nothing and nothing is on trial: the next would be the same. */
static bool live_once(const scenario *s)
{
  const uint64_t before = host_operations();
  check_power_on();
  const uint32_t counter = counter_now(COUNTER_FIRMWARE);
  const boot_status status = rig_boot(&boot);
  if (status != BOOT_OK) {
    if (boot.rom != BOOT_OK || !s->recovers) powercut_fail("refused: %s", boot_status_text(status));
    recover();
    return false;
  }
  check_life(counter);
  if (boot.info.trial) live_on_trial(s->habit);
  return !boot.info.trial && host_operations() == before;
}

void life_to_the_end(const scenario *s)
{
  for (uint32_t lives = 0; lives < LIVES_MAX; lives++)
    if (live_once(s)) return;
  powercut_fail("not settled after %d lives", LIVES_MAX);
}

/* ---- The end ---- */

static void judge_outcome(const scenario *s, firmware_id runs)
{
  const journal_record *now = &boot.l.journal.now;
  if (now->trial != BOOT_SLOT_NONE) powercut_fail("a trial is left over");
  if (s->outcome.confirmed && runs == FIRMWARE_NEW &&
      (now->outcome != JOURNAL_OUTCOME_CONFIRMED || strcmp(now->job, JOB) != 0))
    powercut_fail("confirmed, and nothing will tell the cloud");
  if (s->outcome.reverted != 0 && (now->outcome != JOURNAL_OUTCOME_REVERTED || strcmp(now->job, JOB) != 0 ||
                                   now->revert_reason != (uint32_t)s->outcome.reverted))
    powercut_fail("reverted, and the reason is lost: %s", boot_status_text((boot_status)now->revert_reason));
}

/* Both copies are the running loader, to the byte, and revocations are burnt as it asks. */
static void judge_loader(const scenario *s)
{
  const loader_id runs = running_loader();
  const test_image *own = &loaders[runs];
  if (runs == LOADER_NEW && !s->new_loader) powercut_fail("a new loader from nowhere");
  for (uint32_t copy = 0; copy < 2; copy++) {
    static uint8_t bytes[MANIFEST_BYTES + TEST_PAYLOAD_MAX];
    const uint32_t size = MANIFEST_BYTES + own->m.payload_bytes;
    if (flash_read(copy ? rig_map.loader_1 : rig_map.loader_0, bytes, size) != FLASH_OK ||
        memcmp(bytes, &own->m, MANIFEST_BYTES) != 0 ||
        memcmp(bytes + MANIFEST_BYTES, own->payload, own->m.payload_bytes) != 0)
      powercut_fail("loader copy %u is not whole", copy);
  }
  const otp_revocation *revoked = (const otp_revocation *)(const void *)(rig.otp + OTP_REVOCATION_OFFSET);
  for (uint32_t i = 0; i < ROOT_KEYS; i++)
    if ((revoked->p256[i] != 0) != (own->m.revoke_root_p256 >> i & 1) ||
        (revoked->lms[i] != 0) != (own->m.revoke_root_lms >> i & 1))
      powercut_fail("root key %u is revoked wrongly", i);
}

/* Whatever was interrupted, the next update succeeds. */
static void judge_next_update(void)
{
  static const scenario next = {.name = "next update", .habit = TRIAL_CONFIRMS};
  static manifest scratch;
  const test_image *image = &firmwares[FIRMWARE_NEXT];
  const uint32_t slot = update_staging_slot(&boot.l.journal);
  update_writer w;
  expect(update_begin(&w, update_slot_base(slot), rig_map.slot_bytes, image->m.payload_bytes), "next update: begin");
  expect(update_write(&w, image->payload, image->m.payload_bytes), "next update: write");
  expect(update_finish(&w, &image->m), "next update: finish");
  expect(update_install(&boot.l.journal, slot, &boot.l.trust, UPDATE_TRIES, JOB, &scratch), "next update: install");
  life_to_the_end(&next);
  if (running_firmware() != FIRMWARE_NEXT) powercut_fail("the next update did not take");
}

void life_judge_the_end(const scenario *s, bool update_again)
{
  const firmware_id runs = running_firmware();
  const bool fits = (runs == FIRMWARE_OLD && s->end_old) || (runs == FIRMWARE_NEW && s->end_new);
  if (!fits) powercut_fail("firmware %d runs in the end", (int)runs);
  judge_outcome(s, runs);
  judge_loader(s);
  if (update_again && !s->slot_worn) judge_next_update();
}

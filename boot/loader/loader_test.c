/* Which firmware the loader chooses, and what it settles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counter.h"
#include "rig.h"
#include "rom.h"
#include "update.h"

static test_image own, older_own, firmware_a, firmware_b;
static rig_boot_result boot;

enum { VERSION_A = 5, VERSION_B = 6 };

static void make_images(void)
{
  if (own.m.magic != 0) return;
  image_make(&older_own, MANIFEST_KIND_LOADER, (manifest_version){1, 0, 0}, 1, 256, 1);
  image_make(&own, MANIFEST_KIND_LOADER, (manifest_version){1, 1, 0}, 2, 256, 2);
  image_make(&firmware_a, MANIFEST_KIND_FIRMWARE, (manifest_version){1, 0, 0}, VERSION_A, 512, 3);
  image_make(&firmware_b, MANIFEST_KIND_FIRMWARE, (manifest_version){1, 1, 0}, VERSION_B, 512, 4);
}

/* Good loaders, good firmware in both slots, empty journal, counter at A's version. */
static int good_device(void **state)
{
  (void)state;
  rig_new();
  make_images();
  rig_put(rig_map.loader_0, &own);
  rig_put(rig_map.loader_1, &own);
  rig_put(rig_map.slot_a, &firmware_a);
  rig_put(rig_map.slot_b, &firmware_b);
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, VERSION_A), BOOT_OK);
  assert_int_equal(counter_raise(COUNTER_LOADER, 2), BOOT_OK);
  return 0;
}

static void put_journal(uint8_t active, uint8_t trial, uint8_t tries, uint8_t rejected)
{
  journal j;
  journal_open(&j);
  journal_record next = j.now;
  next.active = active;
  next.trial = trial;
  next.tries_left = tries;
  next.rejected = rejected;
  assert_int_equal(journal_append(&j, &next), BOOT_OK);
}

static journal_record journal_now(void)
{
  journal j;
  journal_open(&j);
  return j.now;
}

static uint32_t counter_now(counter_id id)
{
  uint32_t value;
  assert_int_equal(counter_read(id, &value), BOOT_OK);
  return value;
}

static void damage(uint32_t slot)
{
  rig.flash[update_slot_base(slot) + MANIFEST_BYTES + 200] ^= 1;
}

static void wear_out_the_journal(void)
{
  for (uint32_t at = 0; at < 2 * FLASH_BLOCK_BYTES; at += FLASH_UNIT_BYTES) host_flash_make_stuck(rig_map.journal + at);
}

static void assert_runs(uint32_t slot, loader_standing standing)
{
  assert_int_equal(boot.status, BOOT_OK);
  assert_int_equal(boot.info.slot, slot);
  assert_int_equal(boot.l.standing, standing);
  assert_int_equal(boot.info.trial, standing == LOADER_TRIAL);
  assert_true(rig_ram_holds(slot == BOOT_SLOT_A ? &firmware_a : &firmware_b));
}

/* ---- The whole decision table ---- */

typedef struct situation {
  uint8_t active, trial, tries, rejected;
  bool good[2];
  bool journal_works;
} situation;

typedef struct decision {
  bool boots;
  uint32_t slot;
  loader_standing standing;
  uint8_t trial, tries, rejected; /* in the journal afterwards */
} decision;

static bool is_rejected(uint8_t rejected, uint32_t slot)
{
  return rejected >> slot & 1;
}

/* Runs `slot` on trial with `tries` (not 0) when the journal can record that. */
static bool decide_trial(const situation *s, decision *d, uint8_t slot, uint8_t tries)
{
  d->trial = slot;
  d->tries = (uint8_t)(tries - 1);
  d->slot = slot;
  d->standing = LOADER_TRIAL;
  if (s->good[slot]) return d->boots = true;
  d->trial = BOOT_SLOT_NONE;
  d->tries = 0;
  d->rejected = (uint8_t)(d->rejected | 1u << slot);
  return false;
}

/* The rules in plain words (loader.c, DESIGN section 4), written again for this test. */
static decision decide(const situation *s)
{
  decision d = {.trial = s->trial, .tries = s->tries, .rejected = s->rejected};
  if (s->trial != BOOT_SLOT_NONE && s->journal_works) {
    if (s->tries > 0) {
      if (decide_trial(s, &d, s->trial, s->tries)) return d;
    } else {
      d.trial = BOOT_SLOT_NONE;
      d.rejected = (uint8_t)(d.rejected | 1u << s->trial);
    }
  }
  if (s->active != BOOT_SLOT_NONE && !is_rejected(d.rejected, s->active) && s->good[s->active]) {
    d.boots = true;
    d.slot = s->active;
    d.standing = LOADER_SETTLED;
    return d;
  }
  for (uint8_t slot = 0; slot < 2; slot++) {
    if (slot == s->active || is_rejected(d.rejected, slot) || !s->good[slot]) continue;
    if (s->journal_works) {
      if (decide_trial(s, &d, slot, UPDATE_TRIES)) return d;
    } else {
      d.boots = true;
      d.slot = slot;
      d.standing = LOADER_UNRECORDED;
      return d;
    }
  }
  return d;
}

static void check_situation(const situation *s)
{
  char what[128];
  snprintf(what, sizeof what, "active %u trial %u tries %u rejected %u good %d%d journal %d", s->active, s->trial,
           s->tries, s->rejected, s->good[0], s->good[1], s->journal_works);
  good_device(NULL);
  rig_fuses()->policy = OTP_POLICY_P256_ONLY; /* the quick signature: this is about decisions */
  put_journal(s->active, s->trial, s->tries, s->rejected);
  for (uint32_t slot = 0; slot < 2; slot++)
    if (!s->good[slot]) damage(slot);
  if (!s->journal_works) wear_out_the_journal();
  const decision wanted = decide(s);
  const boot_status status = rig_boot(&boot);
  if ((status == BOOT_OK) != wanted.boots) fail_msg("%s: %s", what, boot_status_text(status));
  if (wanted.boots && (boot.l.slot != wanted.slot || boot.l.standing != wanted.standing))
    fail_msg("%s: runs slot %u, standing %d", what, boot.l.slot, (int)boot.l.standing);
  if (wanted.boots) assert_runs(wanted.slot, wanted.standing);
  const journal_record now = journal_now();
  if (now.active != s->active || now.trial != wanted.trial || now.tries_left != wanted.tries ||
      now.rejected != wanted.rejected)
    fail_msg("%s: journal says active %u trial %u tries %u rejected %u, wanted trial %u tries %u rejected %u", what,
             now.active, now.trial, now.tries_left, now.rejected, wanted.trial, wanted.tries, wanted.rejected);
}

static void follows_the_whole_decision_table(void **state)
{
  (void)state;
  static const uint8_t slots[] = {BOOT_SLOT_A, BOOT_SLOT_B, BOOT_SLOT_NONE}, tries[] = {0, 1, 3};
  uint32_t situations = 0;
  for (uint32_t a = 0; a < 3; a++)
    for (uint32_t t = 0; t < 3; t++)
      for (uint32_t n = 0; n < 3; n++)
        for (uint32_t bits = 0; bits < 32; bits++) {
          const situation s = {.active = slots[a],
                               .trial = slots[t],
                               .tries = tries[n],
                               .rejected = bits & 3,
                               .good = {bits & 4, bits & 8},
                               .journal_works = bits & 16};
          check_situation(&s);
          situations++;
        }
  assert_int_equal(situations, 864);
}

/* ---- Stories ---- */

static void trial_that_never_confirms_is_reverted_after_its_tries(void **state)
{
  (void)state;
  rig_settle_on(BOOT_SLOT_A);
  journal j;
  journal_open(&j);
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, "job"), BOOT_OK);
  for (uint32_t left = 3; left-- > 0;) {
    rig_boot(&boot);
    assert_runs(BOOT_SLOT_B, LOADER_TRIAL);
    assert_int_equal(boot.info.tries_left, left);
    assert_int_equal(counter_now(COUNTER_FIRMWARE), VERSION_A);
  }
  for (uint32_t i = 0; i < 3; i++) {
    rig_boot(&boot);
    assert_runs(BOOT_SLOT_A, LOADER_SETTLED);
    assert_int_equal(boot.info.revert_reason, BOOT_TRIES_EXHAUSTED);
  }
  const journal_record now = journal_now();
  assert_int_equal(now.outcome, JOURNAL_OUTCOME_REVERTED);
  assert_string_equal(now.job, "job");
  assert_int_equal(counter_now(COUNTER_FIRMWARE), VERSION_A);
}

static void rejected_image_is_never_booted_even_when_the_active_one_is_lost(void **state)
{
  (void)state;
  put_journal(BOOT_SLOT_A, BOOT_SLOT_NONE, 0, 1u << BOOT_SLOT_B);
  damage(BOOT_SLOT_A);
  for (uint32_t i = 0; i < 3; i++) assert_int_not_equal(rig_boot(&boot), BOOT_OK);
}

static void lost_journal_finds_an_image_and_makes_it_prove_itself(void **state)
{
  (void)state;
  image_noise(rig.flash + rig_map.journal, 2 * FLASH_BLOCK_BYTES, 77);
  rig_boot(&boot);
  assert_runs(BOOT_SLOT_A, LOADER_TRIAL);
  journal j;
  journal_open(&j);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_A, VERSION_A), BOOT_OK);
  rig_boot(&boot);
  assert_runs(BOOT_SLOT_A, LOADER_SETTLED);
}

static void trial_without_room_in_otp_is_refused(void **state)
{
  (void)state;
  memset(rig.otp + OTP_FIRMWARE_COUNTER_OFFSET + 16, 1, (OTP_FIRMWARE_COUNTER_CELLS - 1) * 16);
  put_journal(BOOT_SLOT_A, BOOT_SLOT_B, 3, 0);
  rig_boot(&boot);
  assert_runs(BOOT_SLOT_A, LOADER_SETTLED);
  assert_int_equal(boot.info.revert_reason, BOOT_OTP_FULL);
  assert_true(journal_rejects(&boot.l.journal.now, BOOT_SLOT_B));
}

static void image_below_the_counter_is_no_fallback(void **state)
{
  (void)state;
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, VERSION_B), BOOT_OK);
  put_journal(BOOT_SLOT_B, BOOT_SLOT_NONE, 0, 0);
  damage(BOOT_SLOT_B);
  const journal_record before = journal_now();
  assert_int_equal(rig_boot(&boot), BOOT_PAYLOAD_DIGEST); /* B is active and bad, A too old: the reason is B's */
  const journal_record after = journal_now();
  assert_memory_equal(&after, &before, sizeof after); /* nothing was tried, so nothing was given up */
}

/* Records with a good CRC and any content: nothing but verified images runs, nothing crashes. */
static void hostile_journal_starts_verified_images_only(void **state)
{
  for (uint32_t seed = 0; seed < 300; seed++) {
    good_device(state);
    rig_fuses()->policy = OTP_POLICY_P256_ONLY;
    journal j;
    journal_open(&j);
    journal_record record = j.now;
    image_noise(&record.active, sizeof record - offsetof(journal_record, active), seed);
    static const uint8_t slots[] = {BOOT_SLOT_A, BOOT_SLOT_B,
                                    BOOT_SLOT_NONE}; /* others make no record (journal_test) */
    record.active = slots[seed % 3];
    record.trial = slots[seed / 3 % 3];
    assert_int_equal(journal_append(&j, &record), BOOT_OK);
    if (seed % 3 == 0) damage(BOOT_SLOT_A);
    if (seed % 5 == 0) damage(BOOT_SLOT_B);
    for (uint32_t i = 0; i < 3; i++)
      if (rig_boot(&boot) == BOOT_OK) assert_true(rig_ram_holds(&firmware_a) || rig_ram_holds(&firmware_b));
  }
}

static void hostile_slots_cost_a_bounded_amount_of_reading(void **state)
{
  for (uint32_t seed = 0; seed < 60; seed++) {
    good_device(state);
    put_journal(BOOT_SLOT_A, seed % 2 ? BOOT_SLOT_B : BOOT_SLOT_NONE, 3, 0);
    uint32_t at;
    image_noise(&at, sizeof at, seed);
    image_noise(rig.flash + rig_map.slot_a + at % 4000, 40, seed);
    image_noise(rig.flash + rig_map.slot_b + (seed % 4 ? 56 : 4200), 4, seed); /* payload_bytes, or payload */
    const uint64_t before = host_flash_bytes_read();
    (void)!rig_boot(&boot);
    /* ROM: one place. Loader: journal, each slot at most once, other copy. Blank checks and read backs of few appends. */
    assert_in_range(host_flash_bytes_read() - before, 0, 4 * RIG_PLACE_BYTES + 3 * FLASH_BLOCK_BYTES);
  }
}

static void does_not_open_without_handover_or_otp(void **state)
{
  (void)state;
  boot_handoff handoff = {.magic = BOOT_HANDOFF_MAGIC};
  loader *l = &boot.l;
  l->handoff = &handoff;
  l->self = &own.m;
  assert_int_equal(loader_open(l), BOOT_OK);
  handoff.magic ^= 1;
  assert_int_equal(loader_open(l), BOOT_HANDOFF);
  handoff.magic ^= 1;
  host_otp_silence(true);
  assert_int_equal(loader_open(l), BOOT_OTP_NO_REPLY);
  host_otp_silence(false);
  rig_fuses()->retired_mark = 2;
  assert_int_equal(loader_open(l), BOOT_OTP_RETIRED);
}

static void firmware_is_told_the_truth(void **state)
{
  (void)state;
  rig_settle_on(BOOT_SLOT_A);
  rig_boot(&boot);
  const boot_info *info = &boot.info;
  assert_int_equal(info->magic, BOOT_INFO_MAGIC);
  assert_int_equal(info->size, sizeof *info);
  assert_int_equal(info->slot, BOOT_SLOT_A);
  assert_int_equal(info->trial, 0);
  assert_int_equal(info->tries_left, 0);
  assert_int_equal(info->revert_reason, BOOT_OK);
  assert_int_equal(info->security_counter, VERSION_A);
  assert_int_equal(info->security_version, VERSION_A);
  assert_int_equal(info->lifecycle_secured, 0);
  assert_int_equal(info->watchdog_ms, LOADER_WATCHDOG_MS);
  assert_int_equal(info->hardware_revision, TEST_HARDWARE_REVISION);
  assert_memory_equal(&info->version, &firmware_a.m.version, sizeof info->version);
  assert_memory_equal(&info->loader_version, &own.m.version, sizeof info->loader_version);
  assert_int_equal(info->loader_security_version, 2);
  assert_int_equal(info->loader_copy, 0);
  assert_memory_equal(info->measurement, firmware_a.m.payload_sha256, 32);
}

/* ---- Settling ---- */

static void torn_confirm_is_completed(void **state)
{
  (void)state;
  rig_settle_on(BOOT_SLOT_B); /* confirmed in the journal, counter still at A's version */
  rig_boot(&boot);
  assert_runs(BOOT_SLOT_B, LOADER_SETTLED);
  assert_int_equal(counter_now(COUNTER_FIRMWARE), VERSION_B);
  assert_int_equal(boot.info.security_counter, VERSION_B);
}

static void settled_device_writes_nothing(void **state)
{
  (void)state;
  rig_settle_on(BOOT_SLOT_A);
  rig_boot(&boot);
  host_cut_disarm();
  rig_boot(&boot);
  assert_runs(BOOT_SLOT_A, LOADER_SETTLED);
  assert_int_equal(host_operations(), 0);
}

static void lose_manifest(uint32_t base)
{
  memset(rig.flash + base, 0xFF, MANIFEST_BYTES);
}
static void lose_all(uint32_t base)
{
  memset(rig.flash + base, 0x00, RIG_PLACE_BYTES);
}
static void rot_manifest(uint32_t base)
{
  rig.flash[base + 4095] ^= 1;
}
static void rot_payload(uint32_t base)
{
  rig.flash[base + MANIFEST_BYTES + 255] ^= 1;
}
static void lose_manifest_unit(uint32_t base)
{
  host_flash_make_unreadable(base + 2048);
}
static void lose_payload_unit(uint32_t base)
{
  host_flash_make_unreadable(base + MANIFEST_BYTES + 16);
}
static void be_older(uint32_t base)
{
  rig_put(base, &older_own);
}

static void other_loader_copy_is_healed_whatever_ails_it(void **state)
{
  static void (*const ailments[])(uint32_t) = {lose_manifest,      lose_all,          rot_manifest, rot_payload,
                                               lose_manifest_unit, lose_payload_unit, be_older};
  for (uint32_t i = 0; i < sizeof ailments / sizeof ailments[0]; i++)
    for (uint32_t copy = 0; copy < 2; copy++) {
      good_device(state);
      rig_settle_on(BOOT_SLOT_A);
      const uint32_t base = copy ? rig_map.loader_1 : rig_map.loader_0;
      ailments[i](base);
      assert_int_equal(rig_boot(&boot), BOOT_OK);
      assert_int_equal(boot.settle, BOOT_OK);
      assert_int_equal(boot.handoff.loader_copy, copy ^ 1);
      uint8_t unit[16];
      for (uint32_t at = 0; at < MANIFEST_BYTES + own.m.payload_bytes; at += 16)
        assert_int_equal(flash_read(base + at, unit, 16), FLASH_OK);
      assert_memory_equal(rig.flash + base, &own.m, MANIFEST_BYTES);
      assert_memory_equal(rig.flash + base + MANIFEST_BYTES, own.payload, own.m.payload_bytes);
    }
}

static void nothing_is_settled_during_a_trial(void **state)
{
  (void)state;
  lose_manifest(rig_map.loader_1);
  rig.otp[OTP_LOADER_COUNTER_OFFSET] = 0xFF; /* the loader counter reads 2 still; a raise would be seen */
  put_journal(BOOT_SLOT_A, BOOT_SLOT_B, 3, 0);
  rig_boot(&boot);
  assert_runs(BOOT_SLOT_B, LOADER_TRIAL);
  assert_int_equal(rig.flash[rig_map.loader_1], 0xFF);
  assert_int_equal(counter_now(COUNTER_FIRMWARE), VERSION_A);
}

static void loader_counter_waits_for_a_whole_second_copy(void **state)
{
  (void)state;
  rig_settle_on(BOOT_SLOT_A);
  test_image next = own;
  next.m.version.patch = 9;
  next.m.security_version = 8;
  image_sign(&next, KEY_ROOT_0);
  rig_put(rig_map.loader_1, &next);
  host_flash_make_stuck(rig_map.loader_0 + MANIFEST_BYTES + 32);
  assert_int_equal(rig_boot(&boot), BOOT_OK); /* trouble does not stop the boot */
  assert_int_equal(boot.handoff.loader_copy, 1);
  assert_int_equal(boot.settle, BOOT_FLASH_WRITE);
  assert_int_equal(counter_now(COUNTER_LOADER), 2);
}

/* `marks`: root keys the running loader asks to revoke, in both lists. */
static void boot_with_revocations(uint32_t marks, test_key key)
{
  test_image revoking = own;
  revoking.m.version.patch = 20;
  revoking.m.revoke_root_p256 = revoking.m.revoke_root_lms = marks;
  image_sign(&revoking, key);
  rig_put(rig_map.loader_0, &revoking);
  rig_settle_on(BOOT_SLOT_A);
  assert_int_equal(rig_boot(&boot), BOOT_OK);
  assert_int_equal(boot.settle, BOOT_OK);
  rig_put(rig_map.loader_1, &own);
}

static const otp_revocation *revoked(void)
{
  return (const otp_revocation *)(const void *)(rig.otp + OTP_REVOCATION_OFFSET);
}

static void revocations_are_burnt_but_never_of_the_own_key(void **state)
{
  (void)state;
  boot_with_revocations(0xF, KEY_ROOT_0);
  for (uint32_t i = 0; i < ROOT_KEYS; i++) {
    assert_int_equal(revoked()->p256[i], i == 0 ? 0 : OTP_MARK_SET);
    assert_int_equal(revoked()->lms[i], i == 0 ? 0 : OTP_MARK_SET);
  }
  assert_int_equal(rig_boot(&boot), BOOT_OK); /* still boots */
  good_device(state);
  boot_with_revocations(1, KEY_ROOT_1);
  assert_int_equal(revoked()->p256[0], OTP_MARK_SET);
  assert_int_equal(revoked()->p256[1], 0);
  assert_int_equal(rig_boot(&boot), BOOT_OK);
}

static void own_key_of_one_algorithm_stays_when_the_lists_differ(void **state)
{
  (void)state;
  test_image mixed = own; /* P-256 by root 0, LMS by root 1 */
  mixed.m.version.patch = 30;
  mixed.m.revoke_root_p256 = mixed.m.revoke_root_lms = 3;
  image_key_lms(&mixed.m.lms_key, KEY_ROOT_1, 0);
  image_sign_p256(&mixed.m, KEY_ROOT_0);
  image_sign_lms(&mixed.m, KEY_ROOT_1);
  rig_put(rig_map.loader_0, &mixed);
  rig_settle_on(BOOT_SLOT_A);
  assert_int_equal(rig_boot(&boot), BOOT_OK);
  assert_int_equal(revoked()->p256[0], 0);
  assert_int_equal(revoked()->p256[1], OTP_MARK_SET);
  assert_int_equal(revoked()->lms[0], OTP_MARK_SET);
  assert_int_equal(revoked()->lms[1], 0);
  assert_int_equal(rig_boot(&boot), BOOT_OK);
}

static void frozen_fuses_do_not_stop_counters_and_revocation(void **state)
{
  (void)state;
  host_otp_attach(rig.otp, true);
  boot_with_revocations(2, KEY_ROOT_0);
  assert_int_equal(revoked()->p256[1], OTP_MARK_SET);
}

static void loader_that_hangs_is_replaced_by_the_older_copy(void **state)
{
  (void)state;
  rig_put(rig_map.loader_0, &older_own);
  rig_settle_on(BOOT_SLOT_A);
  memset(rig.otp + OTP_LOADER_COUNTER_OFFSET, 0, 16); /* the newer one never got to settle */
  assert_int_equal(rig_boot_attempt(&boot, ROM_ATTEMPTS_PER_COPY), BOOT_OK);
  assert_int_equal(boot.handoff.loader_copy, 1);
  rig_put(rig_map.loader_0, &older_own);
  memset(rig.otp + OTP_LOADER_COUNTER_OFFSET, 0, 16);
  assert_int_equal(rig_boot_attempt(&boot, ROM_ATTEMPTS_PER_COPY + 1), BOOT_OK);
  assert_int_equal(boot.handoff.loader_copy, 0);
  assert_memory_equal(rig.flash + rig_map.loader_1, &older_own.m, MANIFEST_BYTES); /* and it heals over the bad one */
}

#define PROMISE(f) cmocka_unit_test_setup(f, good_device)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(follows_the_whole_decision_table),
    PROMISE(trial_that_never_confirms_is_reverted_after_its_tries),
    PROMISE(rejected_image_is_never_booted_even_when_the_active_one_is_lost),
    PROMISE(lost_journal_finds_an_image_and_makes_it_prove_itself),
    PROMISE(trial_without_room_in_otp_is_refused),
    PROMISE(image_below_the_counter_is_no_fallback),
    PROMISE(hostile_journal_starts_verified_images_only),
    PROMISE(hostile_slots_cost_a_bounded_amount_of_reading),
    PROMISE(does_not_open_without_handover_or_otp),
    PROMISE(firmware_is_told_the_truth),
    PROMISE(torn_confirm_is_completed),
    PROMISE(settled_device_writes_nothing),
    PROMISE(other_loader_copy_is_healed_whatever_ails_it),
    PROMISE(nothing_is_settled_during_a_trial),
    PROMISE(loader_counter_waits_for_a_whole_second_copy),
    PROMISE(revocations_are_burnt_but_never_of_the_own_key),
    PROMISE(own_key_of_one_algorithm_stays_when_the_lists_differ),
    PROMISE(frozen_fuses_do_not_stop_counters_and_revocation),
    PROMISE(loader_that_hangs_is_replaced_by_the_older_copy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counter.h"
#include "rig.h"
#include "update.h"

static test_image firmware, own_loader;
static device_facts device;
static verify_trust trust;
static journal j;
static manifest scratch;

/* A settled device: slot A runs, version 5 is confirmed; `firmware`, version 6, lies in B. */
static int settled_device(void **state)
{
  (void)state;
  rig_new();
  if (firmware.m.magic == 0) {
    image_make(&own_loader, MANIFEST_KIND_LOADER, (manifest_version){1, 0, 0}, 1, 256, 1);
    image_make(&firmware, MANIFEST_KIND_FIRMWARE, (manifest_version){1, 1, 0}, 6, 512, 2);
  }
  rig_put(rig_map.slot_a, &firmware);
  rig_put(rig_map.slot_b, &firmware);
  rig_settle_on(BOOT_SLOT_A);
  journal_open(&j);
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, 5), BOOT_OK);
  assert_int_equal(device_read(&device), BOOT_OK);
  assert_int_equal(device_firmware_trust(&device, &own_loader.m, &trust), BOOT_OK);
  host_cut_disarm();
  return 0;
}

static uint32_t counter_now(void)
{
  uint32_t value;
  assert_int_equal(counter_read(COUNTER_FIRMWARE, &value), BOOT_OK);
  return value;
}

/* ---- The writer ---- */

static void write_pieces(uint32_t first, uint32_t others)
{
  update_writer w;
  memset(rig.flash + rig_map.slot_b, 0x55, rig_map.slot_bytes); /* whatever was there */
  assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, firmware.m.payload_bytes), BOOT_OK);
  for (uint32_t at = 0; at < firmware.m.payload_bytes;) {
    const uint32_t wanted = at == 0 ? first : others, left = firmware.m.payload_bytes - at;
    const uint32_t bytes = wanted < left ? wanted : left;
    assert_int_equal(update_write(&w, firmware.payload + at, bytes), BOOT_OK);
    at += bytes;
  }
  assert_int_equal(update_finish(&w, &firmware.m), BOOT_OK);
  assert_memory_equal(rig.flash + rig_map.slot_b, &firmware.m, MANIFEST_BYTES);
  assert_memory_equal(rig.flash + rig_map.slot_b + MANIFEST_BYTES, firmware.payload, firmware.m.payload_bytes);
}

static void writes_the_same_bytes_however_they_are_split(void **state)
{
  (void)state;
  for (uint32_t first = 1; first <= 40; first++)
    for (uint32_t others = 1; others <= 40; others++) write_pieces(first, others);
  write_pieces(firmware.m.payload_bytes, 1);
}

static void pads_a_payload_that_ends_within_a_unit(void **state)
{
  (void)state;
  static const uint8_t padding[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                      0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  for (uint32_t bytes = 1; bytes < 50; bytes++) {
    update_writer w;
    assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, bytes), BOOT_OK);
    for (uint32_t i = 0; i < bytes; i++) assert_int_equal(update_write(&w, &firmware.payload[i], 1), BOOT_OK);
    assert_int_equal(update_finish(&w, &firmware.m), BOOT_OK);
    assert_memory_equal(rig.flash + rig_map.slot_b + MANIFEST_BYTES, firmware.payload, bytes);
    assert_memory_equal(rig.flash + rig_map.slot_b + MANIFEST_BYTES + bytes, padding, (16 - bytes % 16) % 16);
  }
}

static void refuses_a_payload_that_does_not_fit_before_it_erases(void **state)
{
  (void)state;
  update_writer w;
  static const uint32_t sizes[] = {
    0, RIG_PLACE_BYTES - MANIFEST_BYTES + 1, RIG_PLACE_BYTES, 0x80000000u, 0xFFFFF000u, 0xFFFFFFFFu};
  for (uint32_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
    assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, sizes[i]), BOOT_MANIFEST_SIZE);
  assert_int_equal(host_operations(), 0);
  assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, rig_map.slot_bytes - MANIFEST_BYTES), BOOT_OK);
}

static void stays_inside_its_slot(void **state)
{
  (void)state;
  static uint8_t before[RIG_FLASH_BYTES], payload[RIG_PLACE_BYTES - MANIFEST_BYTES];
  image_noise(rig.flash, sizeof rig.flash, 9);
  memcpy(before, rig.flash, sizeof before);
  for (uint32_t slot = 0; slot < 2; slot++) {
    update_writer w;
    const uint32_t base = update_slot_base(slot);
    assert_int_equal(update_begin(&w, base, rig_map.slot_bytes, sizeof payload), BOOT_OK);
    assert_int_equal(update_write(&w, payload, sizeof payload), BOOT_OK);
    assert_int_equal(update_finish(&w, &firmware.m), BOOT_OK);
    for (uint32_t i = 0; i < sizeof before; i++)
      if (i - base >= rig_map.slot_bytes) assert_int_equal(rig.flash[i], before[i]);
    memcpy(rig.flash, before, sizeof before);
  }
}

static void takes_no_more_and_no_less_than_announced(void **state)
{
  (void)state;
  update_writer w;
  assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, 100), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload, 101), BOOT_UPDATE_RANGE);
  assert_int_equal(update_write(&w, firmware.payload, 0xFFFFFFFFu), BOOT_UPDATE_RANGE);
  assert_int_equal(update_write(&w, firmware.payload, 60), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload + 60, 41), BOOT_UPDATE_RANGE);
  assert_int_equal(update_finish(&w, &firmware.m), BOOT_UPDATE_RANGE);
  assert_int_equal(update_write(&w, firmware.payload + 60, 40), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload, 1), BOOT_UPDATE_RANGE);
  assert_int_equal(update_finish(&w, &firmware.m), BOOT_OK);
  assert_memory_equal(rig.flash + rig_map.slot_b + MANIFEST_BYTES, firmware.payload, 100);
}

/* What is half written has no manifest. */
static void erases_the_manifest_first_and_writes_it_last(void **state)
{
  (void)state;
  update_writer w;
  assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, firmware.m.payload_bytes), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload, firmware.m.payload_bytes), BOOT_OK);
  for (uint32_t i = 0; i < MANIFEST_BYTES; i++) assert_int_equal(rig.flash[rig_map.slot_b + i], 0xFF);
  assert_int_equal(update_install(&j, BOOT_SLOT_B, &trust, 3, NULL, &scratch), BOOT_MANIFEST_MAGIC);
}

static void tells_when_flash_does_not_take_the_data(void **state)
{
  (void)state;
  update_writer w;
  host_flash_make_stuck(rig_map.slot_b + MANIFEST_BYTES + 32);
  assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, 512), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload, 32), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload + 32, 7), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload + 39, 100), BOOT_FLASH_WRITE);
  host_flash_make_stuck(rig_map.slot_b + 16);
  assert_int_equal(update_begin(&w, rig_map.slot_b, rig_map.slot_bytes, 16), BOOT_OK);
  assert_int_equal(update_write(&w, firmware.payload, 16), BOOT_OK);
  assert_int_equal(update_finish(&w, &firmware.m), BOOT_FLASH_WRITE);
}

/* ---- Install ---- */

static void install_puts_a_verified_image_on_trial(void **state)
{
  (void)state;
  assert_int_equal(update_staging_slot(&j), BOOT_SLOT_B);
  assert_int_equal(update_install(&j, BOOT_SLOT_B, &trust, 3, "job-1", &scratch), BOOT_OK);
  journal_open(&j);
  assert_int_equal(j.now.active, BOOT_SLOT_A);
  assert_int_equal(j.now.trial, BOOT_SLOT_B);
  assert_int_equal(j.now.tries_left, 3);
  assert_int_equal(j.now.outcome, JOURNAL_OUTCOME_NONE);
  assert_string_equal(j.now.job, "job-1");
  assert_int_equal(counter_now(), 5);
}

static void job_of_64_characters_is_kept_whole(void **state)
{
  (void)state;
  char job[80];
  memset(job, 'J', sizeof job);
  job[64] = '\0';
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 1, job), BOOT_OK);
  journal_open(&j);
  assert_memory_equal(j.now.job, job, 64);
  job[64] = 'X'; /* longer than any job may be: cut, not overrun */
  job[79] = '\0';
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 1, job), BOOT_OK);
  assert_memory_equal(j.now.job, job, 64);
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 1, NULL), BOOT_OK);
  for (uint32_t i = 0; i < sizeof j.now.job; i++) assert_int_equal(j.now.job[i], 0);
}

static void install_is_refused(boot_status why)
{
  const journal_record before = j.now;
  host_cut_disarm();
  assert_int_equal(update_install(&j, BOOT_SLOT_B, &trust, 3, "job", &scratch), why);
  assert_int_equal(host_operations(), 0);
  assert_memory_equal(&j.now, &before, sizeof before);
}

static void install_refuses_while_a_trial_is_under_way(void **state)
{
  (void)state;
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, "first"), BOOT_OK);
  install_is_refused(BOOT_UPDATE_BUSY);
}

static void install_refuses_the_running_slot(void **state)
{
  (void)state;
  rig_put(rig_map.slot_a, &firmware);
  host_cut_disarm();
  assert_int_equal(update_install(&j, BOOT_SLOT_A, &trust, 3, NULL, &scratch), BOOT_UPDATE_RUNNING);
  assert_int_equal(host_operations(), 0);
}

static void install_refuses_what_does_not_verify(void **state)
{
  (void)state;
  rig.flash[rig_map.slot_b + MANIFEST_BYTES + 511] ^= 1;
  install_is_refused(BOOT_PAYLOAD_DIGEST);
  rig.flash[rig_map.slot_b + MANIFEST_BYTES + 511] ^= 1;
  rig.flash[rig_map.slot_b + 300] ^= 1;
  install_is_refused(BOOT_SIG_P256_KEY);
  rig.flash[rig_map.slot_b + 300] ^= 1;
  rig.flash[rig_map.slot_b + 1024 + 5] ^= 1;
  install_is_refused(BOOT_SIG_P256);
  rig.flash[rig_map.slot_b + 1024 + 5] ^= 1;
  trust.security_counter = 7;
  install_is_refused(BOOT_MANIFEST_ROLLBACK);
  trust.security_counter = 5;
  host_flash_make_unreadable(rig_map.slot_b + 64);
  install_is_refused(BOOT_FLASH_UNREADABLE);
}

static void install_refuses_when_the_counter_could_not_be_raised(void **state)
{
  (void)state;
  memset(rig.otp + OTP_FIRMWARE_COUNTER_OFFSET + 16, 1, (OTP_FIRMWARE_COUNTER_CELLS - 1) * 16); /* all torn */
  assert_int_equal(counter_now(), 5);
  install_is_refused(BOOT_OTP_FULL);
  const otp_counter_cell six = {6, ~6u, 6, ~6u}; /* an image that raises nothing needs no room */
  memcpy(rig.otp + OTP_FIRMWARE_COUNTER_OFFSET, &six, sizeof six);
  assert_int_equal(update_install(&j, BOOT_SLOT_B, &trust, 3, NULL, &scratch), BOOT_OK);
}

static void no_slot_is_offered_while_a_trial_is_under_way(void **state)
{
  (void)state;
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, NULL), BOOT_OK);
  assert_int_equal(update_staging_slot(&j), BOOT_SLOT_NONE);
  assert_int_equal(update_reject(&j, BOOT_TRIAL_REJECTED), BOOT_OK);
  assert_int_equal(update_staging_slot(&j), BOOT_SLOT_B);
}

static void rewritten_slot_is_no_longer_rejected(void **state)
{
  (void)state;
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, NULL), BOOT_OK);
  assert_int_equal(update_reject(&j, BOOT_TRIAL_REJECTED), BOOT_OK);
  assert_true(journal_rejects(&j.now, BOOT_SLOT_B));
  assert_false(journal_rejects(&j.now, BOOT_SLOT_A));
  assert_int_equal(update_install(&j, BOOT_SLOT_B, &trust, 3, NULL, &scratch), BOOT_OK);
  assert_false(journal_rejects(&j.now, BOOT_SLOT_B));
}

/* ---- The loader ---- */

static test_image next_loader;

static void make_next_loader(void)
{
  if (next_loader.m.magic == 0) image_make(&next_loader, MANIFEST_KIND_LOADER, (manifest_version){1, 1, 0}, 2, 256, 5);
}

static void loader_update_goes_to_the_copy_that_does_not_run(void **state)
{
  (void)state;
  make_next_loader();
  for (uint32_t running = 0; running < 2; running++) {
    update_writer w;
    rig_put(rig_map.loader_0, &own_loader);
    rig_put(rig_map.loader_1, &own_loader);
    assert_int_equal(update_begin_loader(&w, &j, running, &next_loader.m, &device, &scratch), BOOT_OK);
    assert_int_equal(update_write(&w, next_loader.payload, next_loader.m.payload_bytes), BOOT_OK);
    assert_int_equal(update_finish(&w, &next_loader.m), BOOT_OK);
    const uint32_t mine = running ? rig_map.loader_1 : rig_map.loader_0,
                   other = running ? rig_map.loader_0 : rig_map.loader_1;
    assert_memory_equal(rig.flash + mine, &own_loader.m, MANIFEST_BYTES);
    assert_memory_equal(rig.flash + mine + MANIFEST_BYTES, own_loader.payload, own_loader.m.payload_bytes);
    assert_memory_equal(rig.flash + other, &next_loader.m, MANIFEST_BYTES);
    assert_memory_equal(rig.flash + other + MANIFEST_BYTES, next_loader.payload, next_loader.m.payload_bytes);
  }
}

static void loader_update_is_refused_before_anything_is_erased(void **state)
{
  (void)state;
  update_writer w;
  make_next_loader();
  test_image wrong = next_loader;
  wrong.m.build_id[3] ^= 1;
  assert_int_equal(update_begin_loader(&w, &j, 0, &wrong.m, &device, &scratch), BOOT_SIG_P256);
  image_sign(&wrong, KEY_FIRMWARE_0);
  assert_int_equal(update_begin_loader(&w, &j, 0, &wrong.m, &device, &scratch), BOOT_SIG_P256_KEY);
  assert_int_equal(update_begin_loader(&w, &j, 0, &firmware.m, &device, &scratch), BOOT_SIG_P256_KEY);
  wrong = next_loader;
  wrong.m.payload_bytes = 0xFFFFF000u;
  image_sign(&wrong, KEY_ROOT_0);
  assert_int_equal(update_begin_loader(&w, &j, 0, &wrong.m, &device, &scratch), BOOT_MANIFEST_SIZE);
  assert_int_equal(counter_raise(COUNTER_LOADER, 3), BOOT_OK);
  make_next_loader();
  host_cut_disarm();
  assert_int_equal(update_begin_loader(&w, &j, 0, &next_loader.m, &device, &scratch), BOOT_MANIFEST_ROLLBACK);
  assert_int_equal(host_operations(), 0);
}

static void loader_update_needs_room_for_its_counter(void **state)
{
  (void)state;
  update_writer w;
  memset(rig.otp + OTP_LOADER_COUNTER_OFFSET, 1, OTP_LOADER_COUNTER_CELLS * sizeof(otp_counter_cell)); /* all torn */
  make_next_loader();
  assert_int_equal(update_begin_loader(&w, &j, 0, &next_loader.m, &device, &scratch), BOOT_OTP_FULL);
  assert_int_equal(host_operations(), 0);
}

/* It would end in recovery, and the ROM would not go back: the new loader works. */
static void loader_that_would_refuse_the_running_firmware_is_refused(void **state)
{
  (void)state;
  update_writer w;
  make_next_loader();
  test_image orphaning = next_loader;
  memset(orphaning.m.authority_lms, 0, sizeof orphaning.m.authority_lms);
  image_sign(&orphaning, KEY_ROOT_0);
  host_cut_disarm();
  assert_int_equal(update_begin_loader(&w, &j, 0, &orphaning.m, &device, &scratch), BOOT_UPDATE_ORPHANS);
  assert_int_equal(host_operations(), 0);
  assert_int_equal(update_begin_loader(&w, &j, 0, &next_loader.m, &device, &scratch), BOOT_OK);
}

static void loader_is_not_changed_during_a_trial(void **state)
{
  (void)state;
  update_writer w;
  make_next_loader();
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, NULL), BOOT_OK);
  host_cut_disarm();
  assert_int_equal(update_begin_loader(&w, &j, 0, &next_loader.m, &device, &scratch), BOOT_UPDATE_BUSY);
  assert_int_equal(host_operations(), 0);
}

/* ---- Confirm, reject, told ---- */

static void confirm_makes_it_active_and_then_raises_the_counter(void **state)
{
  (void)state;
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, "job-2"), BOOT_OK);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_OK);
  journal_open(&j);
  assert_int_equal(j.now.active, BOOT_SLOT_B);
  assert_int_equal(j.now.trial, BOOT_SLOT_NONE);
  assert_int_equal(j.now.tries_left, 0);
  assert_int_equal(j.now.outcome, JOURNAL_OUTCOME_CONFIRMED);
  assert_string_equal(j.now.job, "job-2");
  assert_int_equal(counter_now(), 6);
  assert_int_equal(update_staging_slot(&j), BOOT_SLOT_A);
}

static void confirm_without_a_journal_does_not_raise_the_counter(void **state)
{
  (void)state;
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, NULL), BOOT_OK);
  for (uint32_t at = 0; at < 2 * FLASH_BLOCK_BYTES; at += FLASH_UNIT_BYTES) host_flash_make_stuck(rig_map.journal + at);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_JOURNAL_WRITE);
  assert_int_equal(counter_now(), 5);
  assert_int_equal(j.now.trial, BOOT_SLOT_B);
}

static void confirm_repeated_completes_and_then_has_nothing_to_do(void **state)
{
  (void)state;
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, NULL), BOOT_OK);
  host_otp_silence(true);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_OTP_NO_REPLY);
  host_otp_silence(false);
  assert_int_equal(j.now.active, BOOT_SLOT_B);
  assert_int_equal(counter_now(), 5);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_OK);
  assert_int_equal(counter_now(), 6);
  host_cut_disarm();
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_UPDATE_NO_TRIAL);
  assert_int_equal(host_operations(), 0);
}

static void only_the_slot_on_trial_can_confirm(void **state)
{
  (void)state;
  host_cut_disarm();
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 9), BOOT_UPDATE_NO_TRIAL); /* nothing on trial */
  assert_int_equal(update_confirm(&j, BOOT_SLOT_A, 5), BOOT_UPDATE_NO_TRIAL); /* nothing to complete */
  assert_int_equal(host_operations(), 0);
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, NULL), BOOT_OK);
  host_cut_disarm();
  assert_int_equal(update_confirm(&j, BOOT_SLOT_A, 5), BOOT_UPDATE_NO_TRIAL); /* another is on trial */
  assert_int_equal(host_operations(), 0);
  assert_int_equal(j.now.trial, BOOT_SLOT_B);
}

static void reject_keeps_the_active_slot_and_the_reason(void **state)
{
  (void)state;
  assert_int_equal(update_reject(&j, BOOT_TRIAL_REJECTED), BOOT_UPDATE_NO_TRIAL);
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, "job-3"), BOOT_OK);
  assert_int_equal(update_reject(&j, BOOT_TRIAL_REJECTED), BOOT_OK);
  journal_open(&j);
  assert_int_equal(j.now.active, BOOT_SLOT_A);
  assert_int_equal(j.now.trial, BOOT_SLOT_NONE);
  assert_int_equal(j.now.outcome, JOURNAL_OUTCOME_REVERTED);
  assert_int_equal(j.now.revert_reason, BOOT_TRIAL_REJECTED);
  assert_string_equal(j.now.job, "job-3");
  assert_true(journal_rejects(&j.now, BOOT_SLOT_B));
  assert_int_equal(counter_now(), 5);
  assert_int_equal(update_reject(&j, BOOT_TRIAL_REJECTED), BOOT_UPDATE_NO_TRIAL);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_UPDATE_NO_TRIAL);
}

static void told_outcome_is_forgotten_once(void **state)
{
  (void)state;
  host_cut_disarm();
  assert_int_equal(update_outcome_told(&j), BOOT_OK); /* nothing to tell: nothing written */
  assert_int_equal(host_operations(), 0);
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, "job-4"), BOOT_OK);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_OK);
  assert_int_equal(update_outcome_told(&j), BOOT_OK);
  journal_open(&j);
  assert_int_equal(j.now.outcome, JOURNAL_OUTCOME_NONE);
  assert_int_equal(j.now.job[0], 0);
  assert_int_equal(j.now.active, BOOT_SLOT_B);
}

/* A trial that the loader or recovery began (no update_start_trial()) says nothing about the job before. */
static void waiting_outcome_survives_a_trial_without_a_job(void **state)
{
  (void)state;
  assert_int_equal(update_start_trial(&j, BOOT_SLOT_B, 3, "job-5"), BOOT_OK);
  assert_int_equal(update_reject(&j, BOOT_TRIAL_REJECTED), BOOT_OK);
  journal_record recovered = j.now;
  recovered.trial = BOOT_SLOT_B;
  recovered.tries_left = 3;
  assert_int_equal(journal_append(&j, &recovered), BOOT_OK);
  assert_int_equal(update_confirm(&j, BOOT_SLOT_B, 6), BOOT_OK);
  assert_int_equal(j.now.outcome, JOURNAL_OUTCOME_REVERTED);
  assert_int_equal(j.now.revert_reason, BOOT_TRIAL_REJECTED);
  assert_string_equal(j.now.job, "job-5");
}

#define PROMISE(f) cmocka_unit_test_setup(f, settled_device)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(writes_the_same_bytes_however_they_are_split),
    PROMISE(pads_a_payload_that_ends_within_a_unit),
    PROMISE(refuses_a_payload_that_does_not_fit_before_it_erases),
    PROMISE(stays_inside_its_slot),
    PROMISE(takes_no_more_and_no_less_than_announced),
    PROMISE(erases_the_manifest_first_and_writes_it_last),
    PROMISE(tells_when_flash_does_not_take_the_data),
    PROMISE(install_puts_a_verified_image_on_trial),
    PROMISE(job_of_64_characters_is_kept_whole),
    PROMISE(install_refuses_while_a_trial_is_under_way),
    PROMISE(install_refuses_the_running_slot),
    PROMISE(install_refuses_what_does_not_verify),
    PROMISE(install_refuses_when_the_counter_could_not_be_raised),
    PROMISE(no_slot_is_offered_while_a_trial_is_under_way),
    PROMISE(rewritten_slot_is_no_longer_rejected),
    PROMISE(loader_update_goes_to_the_copy_that_does_not_run),
    PROMISE(loader_update_is_refused_before_anything_is_erased),
    PROMISE(loader_update_needs_room_for_its_counter),
    PROMISE(loader_that_would_refuse_the_running_firmware_is_refused),
    PROMISE(loader_is_not_changed_during_a_trial),
    PROMISE(confirm_makes_it_active_and_then_raises_the_counter),
    PROMISE(confirm_without_a_journal_does_not_raise_the_counter),
    PROMISE(confirm_repeated_completes_and_then_has_nothing_to_do),
    PROMISE(only_the_slot_on_trial_can_confirm),
    PROMISE(reject_keeps_the_active_slot_and_the_reason),
    PROMISE(told_outcome_is_forgotten_once),
    PROMISE(waiting_outcome_survives_a_trial_without_a_job),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "device_test_support.h"

#include "board.h"
#include "clock.h"
#include "counter.h"
#include "crash.h"
#include "device_service.h"
#include "hf_identity.h"
#include "journal.h"
#include "random.h"

static uint8_t flash[STORAGE_AREA_BYTES + JOURNAL_BLOCKS * FLASH_BLOCK_BYTES], otp[OTP_BYTES];
static const board_map map = {.name = "storage and journal",
                              .flash_bytes = sizeof flash,
                              .storage_bytes = STORAGE_AREA_BYTES,
                              .journal = STORAGE_AREA_BYTES};
static boot_info info;

static int new_device(void **state)
{
  (void)state;
  memset(flash, 0xff, sizeof flash);
  memset(otp, 0, sizeof otp);
  memset(otp + OTP_UNIQUE_KEY_OFFSET, 0x37, 32);
  host_board_select(&map);
  host_flash_attach(flash, NULL);
  host_otp_attach(otp, false);
  host_noise_script(NULL, NULL);
  host_power_off();
  host_clock_step(0);
  info = (boot_info){.magic = BOOT_INFO_MAGIC, .size = sizeof info, .slot = BOOT_SLOT_B, .watchdog_ms = 30000};
  assert_int_equal(storage_mount(), PSA_SUCCESS);
  return 0;
}

/* ---- Facts ---- */

static void tells_of_this_boot_what_the_loader_said(void **state)
{
  (void)state;
  hf_device_info told;
  info.version = (manifest_version){1, 2, 300000};
  info.loader_version = (manifest_version){4, 5, 6};
  info.security_version = 7;
  info.loader_security_version = 8;
  info.hardware_revision = 9;
  info.reset_cause = HF_RESET_SOFTWARE;
  info.trial = 1;
  info.tries_left = 2;
  info.lifecycle_secured = 1;
  for (unsigned i = 0; i < sizeof info.measurement; i++) info.measurement[i] = (uint8_t)(i + 100);
  device_service_start(&info);
  device_service_info(&told);
  assert_int_equal(told.firmware.major, 1);
  assert_int_equal(told.firmware.minor, 2);
  assert_int_equal(told.firmware.patch, 300000);
  assert_int_equal(told.loader.major, 4);
  assert_int_equal(told.loader.minor, 5);
  assert_int_equal(told.loader.patch, 6);
  assert_int_equal(told.security_version, 7);
  assert_int_equal(told.loader_security_version, 8);
  assert_int_equal(told.hardware_revision, 9);
  assert_int_equal(told.reset_cause, HF_RESET_SOFTWARE);
  assert_int_equal(told.slot, 1);
  assert_int_equal(told.trial, 1);
  assert_int_equal(told.tries_left, 2);
  assert_int_equal(told.trial_ms, 120000);
  assert_int_equal(told.watchdog_ms, 30000);
  assert_int_equal(told.secured, 1);
  assert_memory_equal(told.measurement, info.measurement, 32);
}

static void tells_the_serial_and_the_counter_that_are_in_otp_now(void **state)
{
  (void)state;
  hf_device_info told;
  memcpy(otp + offsetof(otp_fuses, serial), "HF-0123456789-0123456789", HF_SERIAL_MAX);
  info.security_counter = 3; /* at the boot */
  device_service_start(&info);
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, 12), BOOT_OK);
  device_service_info(&told);
  assert_int_equal(told.security_counter, 12);
  assert_memory_equal(told.serial, "HF-0123456789-0123456789", HF_SERIAL_MAX);
  host_otp_silence(true);
  device_service_info(&told);
  const char none[HF_SERIAL_MAX] = {0};
  assert_memory_equal(told.serial, none, sizeof none);
  assert_int_equal(told.security_counter, UINT32_MAX); /* everything is refused then */
}

static void tells_of_identity_storage_noise_and_clock(void **state)
{
  (void)state;
  hf_device_info told;
  device_service_start(&info);
  host_rtc_set(1700000000);
  assert_int_equal(random_start(), PSA_SUCCESS);
  device_service_info(&told);
  assert_int_equal(told.identity, 0);
  assert_int_equal(told.storage_stale, 0);
  assert_int_equal(told.storage_raises_left, storage_raises_left());
  assert_int_equal(told.entropy_ok, 1);
  assert_int_equal(told.rtc_seconds, 1700000000);
  host_rtc_set(0);
  host_noise_script(test_noise_stuck, NULL);
  (void)!random_start();
  memset(flash, 0xff, STORAGE_AREA_BYTES); /* put back to an earlier time: but the counter has moved */
  otp[OTP_STORAGE_COUNTER_OFFSET] = 0xff;
  assert_int_equal(storage_mount(), PSA_ERROR_DATA_CORRUPT);
  device_service_info(&told);
  assert_int_equal(told.storage_stale, 1);
  assert_int_equal(told.entropy_ok, 0);
  assert_int_equal(told.rtc_seconds, 0);
}

static void each_part_of_an_identity_must_be_there(void **state)
{
  (void)state;
  hf_device_info told;
  device_service_start(&info);
  for (unsigned parts = 0; parts < 8; parts++) {
    new_device(state);
    if (parts & 1) assert_int_equal(storage_set(STORAGE_SECURE, HF_KEY_DEVICE_IDENTITY, "k", 1, 0), PSA_SUCCESS);
    if (parts & 2) assert_int_equal(storage_set(STORAGE_NONSECURE, HF_UID_THING_NAME, "n", 1, 0), PSA_SUCCESS);
    if (parts & 4) assert_int_equal(storage_set(STORAGE_NONSECURE, HF_UID_DEVICE_CERTIFICATE, "c", 1, 0), PSA_SUCCESS);
    device_service_info(&told);
    assert_int_equal(told.identity, parts == 7);
  }
}

/* ---- Watchdog ---- */

static void journal_says(uint32_t active, uint32_t trial)
{
  journal j;
  journal_open(&j);
  journal_record next = j.now;
  next.active = (uint8_t)active;
  next.trial = (uint8_t)trial;
  next.tries_left = 2;
  assert_int_equal(journal_append(&j, &next), BOOT_OK);
}

/* From the service's start on, at this time of the service's next look at the clock. */
static void advance(uint32_t ms)
{
  host_clock_step(ms);
  (void)clock_ms();
  host_clock_step(0);
}

static void start_on_trial(void)
{
  info.trial = 1;
  journal_says(BOOT_SLOT_A, BOOT_SLOT_B);
  device_service_start(&info);
}

static void assert_feeds(bool fed)
{
  const uint32_t before = host_watchdog_feeds();
  assert_int_equal(device_service_feed(), fed ? PSA_SUCCESS : PSA_ERROR_NOT_PERMITTED);
  assert_int_equal(host_watchdog_feeds() - before, fed ? 1 : 0);
}

static void a_trial_can_be_fed_for_its_time_and_no_longer(void **state)
{
  (void)state;
  start_on_trial();
  assert_feeds(true);
  advance(DEVICE_TRIAL_MS - 1);
  assert_feeds(true);
  advance(1);
  assert_feeds(false);
  advance(1000000);
  assert_feeds(false);
}

static void a_trial_that_was_accepted_is_fed_for_ever(void **state)
{
  (void)state;
  start_on_trial();
  advance(DEVICE_TRIAL_MS);
  assert_feeds(false);
  journal_says(BOOT_SLOT_B, BOOT_SLOT_NONE);
  assert_feeds(true);
  advance(0x80000000u);
  assert_feeds(true);
}

/* Or an image that gave itself up could stay for as long as it likes. */
static void a_trial_that_was_rejected_is_not_fed_for_ever(void **state)
{
  (void)state;
  start_on_trial();
  journal_says(BOOT_SLOT_A, BOOT_SLOT_NONE);
  assert_feeds(true);
  advance(DEVICE_TRIAL_MS);
  assert_feeds(false);
  journal_says(BOOT_SLOT_A, BOOT_SLOT_A);
  assert_feeds(false);
}

static void a_boot_without_trial_is_fed_for_ever(void **state)
{
  (void)state;
  device_service_start(&info);
  journal_says(BOOT_SLOT_A, BOOT_SLOT_B); /* whatever it says */
  advance(DEVICE_TRIAL_MS);
  assert_feeds(true);
}

static void a_trial_whose_journal_is_lost_is_not_accepted(void **state)
{
  (void)state;
  start_on_trial();
  advance(DEVICE_TRIAL_MS);
  memset(flash + STORAGE_AREA_BYTES, 0xff, JOURNAL_BLOCKS * FLASH_BLOCK_BYTES);
  assert_feeds(false);
}

/* ---- Crash record ---- */

static void a_watchdog_reset_leaves_a_crash_record_and_no_other_does(void **state)
{
  hf_crash crash;
  for (uint32_t cause = HF_RESET_POWER_ON; cause <= HF_RESET_FAULT; cause++) {
    new_device(state);
    info.reset_cause = cause;
    device_service_start(&info);
    assert_int_equal(device_service_crash(&crash), cause == HF_RESET_WATCHDOG);
  }
  info.reset_cause = HF_RESET_WATCHDOG;
  device_service_start(&info);
  assert_true(device_service_crash(&crash));
  const hf_crash expected = {.kind = HF_FAULT_WATCHDOG, .count = 1};
  assert_memory_equal(&crash, &expected, sizeof crash);
}

static void tells_each_field_of_the_record(void **state)
{
  (void)state;
  hf_crash crash;
  crash_write(&(crash_record){CRASH_BUS, 2, 3, 4, 5, 6, 7, 8, 0});
  const hf_crash expected = {CRASH_BUS, 2, 3, 4, 5, 6, 7, 8, 1};
  assert_true(device_service_crash(&crash));
  assert_memory_equal(&crash, &expected, sizeof crash);
}

static void clear_keeps_the_count(void **state)
{
  (void)state;
  hf_crash crash;
  crash_write(&(crash_record){.kind = CRASH_BUS});
  device_service_crash_clear();
  assert_false(device_service_crash(&crash));
  info.reset_cause = HF_RESET_WATCHDOG;
  device_service_start(&info);
  assert_true(device_service_crash(&crash));
  assert_int_equal(crash.count, 2);
}

/* ---- Console, reset ---- */

static char printed[16];

static void keep(void *context, const void *bytes, uint32_t count)
{
  (void)context;
  strncat(printed, bytes, count);
}

static void prints_what_it_is_given(void **state)
{
  (void)state;
  host_uart_sink(keep, NULL);
  device_service_print("hello, not this", 5);
  host_uart_sink(NULL, NULL);
  assert_string_equal(printed, "hello");
}

static jmp_buf restarted;
static reset_cause restart_cause;

static void note_restart(reset_cause cause)
{
  restart_cause = cause;
  longjmp(restarted, 1);
}

static void reset_is_announced_as_softwares(void **state)
{
  (void)state;
  host_reset_handler(note_restart);
  if (setjmp(restarted) == 0) device_service_reset();
  assert_int_equal(restart_cause, RESET_SOFTWARE);
}

#define PROMISE(f) cmocka_unit_test_setup(f, new_device)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(tells_of_this_boot_what_the_loader_said),
    PROMISE(tells_the_serial_and_the_counter_that_are_in_otp_now),
    PROMISE(tells_of_identity_storage_noise_and_clock),
    PROMISE(each_part_of_an_identity_must_be_there),
    PROMISE(a_trial_can_be_fed_for_its_time_and_no_longer),
    PROMISE(a_trial_that_was_accepted_is_fed_for_ever),
    PROMISE(a_trial_that_was_rejected_is_not_fed_for_ever),
    PROMISE(a_boot_without_trial_is_fed_for_ever),
    PROMISE(a_trial_whose_journal_is_lost_is_not_accepted),
    PROMISE(a_watchdog_reset_leaves_a_crash_record_and_no_other_does),
    PROMISE(tells_each_field_of_the_record),
    PROMISE(clear_keeps_the_count),
    PROMISE(prints_what_it_is_given),
    PROMISE(reset_is_announced_as_softwares),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

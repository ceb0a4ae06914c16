/* What sealed storage promises its callers. The format against OpenSSL, and attacks: storage_attack_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "epoch.h"
#include "otp_map.h"
#include "storage.h"
#include "storage_log.h"
#include "storage_rig.h"

#define NS STORAGE_NONSECURE
#define REPLAYABLE PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION

static int new_device(void **unused)
{
  (void)unused;
  storage_rig_new();
  return 0;
}

static psa_status_t set_text(storage_owner owner, uint64_t uid, const char *text, uint32_t flags)
{
  return storage_set(owner, uid, text, strlen(text), flags);
}

static void assert_holds(storage_owner owner, uint64_t uid, const char *text)
{
  uint8_t out[64] = {0};
  size_t used;
  assert_int_equal(storage_get(owner, uid, 0, out, sizeof out, &used), PSA_SUCCESS);
  assert_int_equal(used, strlen(text));
  assert_memory_equal(out, text, used);
}

static psa_status_t read_status(storage_owner owner, uint64_t uid)
{
  uint8_t out[4];
  size_t used;
  return storage_get(owner, uid, 0, out, sizeof out, &used);
}

static void answers_bad_state_before_the_first_mount(void **unused)
{
  (void)unused;
  storage_rig_blank();
  struct psa_storage_info_t info;
  assert_int_equal(read_status(NS, 1), PSA_ERROR_BAD_STATE);
  assert_int_equal(set_text(NS, 1, "a", 0), PSA_ERROR_BAD_STATE);
  assert_int_equal(storage_get_info(NS, 1, &info), PSA_ERROR_BAD_STATE);
  assert_int_equal(storage_remove(NS, 1), PSA_ERROR_BAD_STATE);
  assert_int_equal(storage_reset(), PSA_ERROR_BAD_STATE);
  assert_int_equal(storage_forget_losses(), PSA_ERROR_BAD_STATE);
  assert_false(storage_has_losses());
}

static void keeps_items_over_a_restart(void **unused)
{
  (void)unused;
  assert_int_equal(set_text(NS, 1, "first", 0), PSA_SUCCESS);
  assert_int_equal(set_text(NS, 2, "second", REPLAYABLE), PSA_SUCCESS);
  assert_int_equal(set_text(NS, 1, "first again", 0), PSA_SUCCESS);
  assert_int_equal(set_text(NS, UINT64_MAX, "", 0), PSA_SUCCESS);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_holds(NS, 1, "first again");
  assert_holds(NS, 2, "second");
  assert_holds(NS, UINT64_MAX, "");
  assert_int_equal(storage_remove(NS, 1), PSA_SUCCESS);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(read_status(NS, 1), PSA_ERROR_DOES_NOT_EXIST);
  assert_holds(NS, 2, "second");
}

static void reads_from_an_offset_as_much_as_asked(void **unused)
{
  (void)unused;
  char out[8];
  size_t used;
  assert_int_equal(set_text(NS, 1, "0123456789", 0), PSA_SUCCESS);
  memset(out, 'x', sizeof out);
  assert_int_equal(storage_get(NS, 1, 3, out, 4, &used), PSA_SUCCESS);
  assert_int_equal(used, 4);
  assert_memory_equal(out, "3456xxxx", 8);
  assert_int_equal(storage_get(NS, 1, 8, out, 8, &used), PSA_SUCCESS);
  assert_int_equal(used, 2);
  assert_memory_equal(out, "89", 2);
  assert_int_equal(storage_get(NS, 1, 10, out, 8, &used), PSA_SUCCESS);
  assert_int_equal(used, 0);
  assert_int_equal(storage_get(NS, 1, 0, NULL, 0, &used), PSA_SUCCESS);
}

static void wipes_the_output_after_an_error(void **unused)
{
  (void)unused;
  static const uint8_t zero[8];
  uint8_t out[8];
  size_t used = 99;
  assert_int_equal(set_text(NS, 1, "0123456789", 0), PSA_SUCCESS);
  memset(out, 'x', sizeof out);
  assert_int_equal(storage_get(NS, 1, 11, out, sizeof out, &used), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(used, 0);
  assert_memory_equal(out, zero, sizeof out);
}

static void refuses_wrong_arguments(void **unused)
{
  (void)unused;
  static uint8_t data[HF_ITS_VALUE_MAX + 1];
  struct psa_storage_info_t info;
  assert_int_equal(storage_set(NS, 0, data, 1, 0), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(storage_set(NS, 1, NULL, 1, 0), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(storage_set(NS, 1, data, sizeof data, 0), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(storage_set(NS, 1, data, SIZE_MAX, 0), PSA_ERROR_INVALID_ARGUMENT);
  for (uint32_t bit = 3; bit < 32; bit++)
    assert_int_equal(storage_set(NS, 1, data, 1, 1u << bit), PSA_ERROR_NOT_SUPPORTED);
  assert_int_equal(read_status(NS, 0), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(storage_get_info(NS, 0, &info), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(storage_remove(NS, 0), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(read_status(NS, 1), PSA_ERROR_DOES_NOT_EXIST);
  assert_int_equal(storage_get_info(NS, 1, &info), PSA_ERROR_DOES_NOT_EXIST);
  assert_int_equal(storage_remove(NS, 1), PSA_ERROR_DOES_NOT_EXIST);
}

static void tells_size_and_flags(void **unused)
{
  (void)unused;
  struct psa_storage_info_t info;
  assert_int_equal(set_text(NS, 1, "12345", REPLAYABLE | PSA_STORAGE_FLAG_NO_CONFIDENTIALITY), PSA_SUCCESS);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(storage_get_info(NS, 1, &info), PSA_SUCCESS);
  assert_int_equal(info.size, 5);
  assert_int_equal(info.capacity, 5);
  assert_int_equal(info.flags, REPLAYABLE | PSA_STORAGE_FLAG_NO_CONFIDENTIALITY);
}

static void write_once_is_neither_changed_nor_removed(void **unused)
{
  (void)unused;
  assert_int_equal(set_text(NS, 1, "for ever", PSA_STORAGE_FLAG_WRITE_ONCE), PSA_SUCCESS);
  for (uint32_t boots = 0; boots < 2; boots++) {
    assert_int_equal(set_text(NS, 1, "other", 0), PSA_ERROR_NOT_PERMITTED);
    assert_int_equal(set_text(NS, 1, "other", PSA_STORAGE_FLAG_WRITE_ONCE), PSA_ERROR_NOT_PERMITTED);
    assert_int_equal(storage_remove(NS, 1), PSA_ERROR_NOT_PERMITTED);
    assert_holds(NS, 1, "for ever");
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  }
}

static void owners_have_items_apart(void **unused)
{
  (void)unused;
  assert_int_equal(set_text(STORAGE_SECURE, 7, "a key", 0), PSA_SUCCESS);
  assert_int_equal(read_status(NS, 7), PSA_ERROR_DOES_NOT_EXIST);
  assert_int_equal(set_text(NS, 7, "an item", 0), PSA_SUCCESS);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_holds(STORAGE_SECURE, 7, "a key");
  assert_holds(NS, 7, "an item");
  assert_int_equal(storage_remove(NS, 7), PSA_SUCCESS);
  assert_holds(STORAGE_SECURE, 7, "a key");
}

/* ---- Room ---- */

static void fill_value(uint8_t *data, uint32_t bytes, uint32_t seed)
{
  for (uint32_t i = 0; i < bytes; i++) data[i] = (uint8_t)(seed * 31u + i * (seed | 1u));
}

static psa_status_t set_bytes(storage_owner owner, uint64_t uid, uint32_t bytes, uint32_t seed, uint32_t flags)
{
  static uint8_t data[HF_ITS_VALUE_MAX];
  fill_value(data, bytes, seed);
  return storage_set(owner, uid, data, bytes, flags);
}

static void assert_bytes(storage_owner owner, uint64_t uid, uint32_t bytes, uint32_t seed)
{
  static uint8_t want[HF_ITS_VALUE_MAX], out[HF_ITS_VALUE_MAX];
  size_t used;
  fill_value(want, bytes, seed);
  assert_int_equal(storage_get(owner, uid, 0, out, sizeof out, &used), PSA_SUCCESS);
  assert_int_equal(used, bytes);
  assert_memory_equal(out, want, bytes);
}

/* 16384 = 5 x 3168 + 544; 4096 = 3168 + 928 */
static void fill_both_owners(void)
{
  for (uint32_t i = 0; i < 5; i++) assert_int_equal(set_bytes(NS, 100 + i, 3072, i, REPLAYABLE), PSA_SUCCESS);
  assert_int_equal(set_bytes(NS, 105, 544 - 96, 5, REPLAYABLE), PSA_SUCCESS);
  assert_int_equal(set_bytes(STORAGE_SECURE, 1, 3072, 6, 0), PSA_SUCCESS);
  assert_int_equal(set_bytes(STORAGE_SECURE, 2, 928 - 96, 7, 0), PSA_SUCCESS);
}

static void full_storage_takes_overwrites_and_removals(void **unused)
{
  (void)unused;
  fill_both_owners();
  assert_int_equal(set_bytes(NS, 106, 0, 0, REPLAYABLE), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(set_bytes(NS, 105, 544 - 96 + 1, 0, REPLAYABLE), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(set_bytes(STORAGE_SECURE, 3, 0, 0, 0), PSA_ERROR_INSUFFICIENT_STORAGE);
  for (uint32_t round = 1; round <= 12; round++) {
    for (uint32_t i = 0; i < 5; i++)
      assert_int_equal(set_bytes(NS, 100 + i, 3072, round * 8 + i, REPLAYABLE), PSA_SUCCESS);
    if (round % 4 == 0) assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    for (uint32_t i = 0; i < 5; i++) assert_bytes(NS, 100 + i, 3072, round * 8 + i);
  }
  assert_bytes(NS, 105, 544 - 96, 5);
  assert_bytes(STORAGE_SECURE, 1, 3072, 6);
  assert_bytes(STORAGE_SECURE, 2, 928 - 96, 7);
  assert_int_equal(storage_remove(NS, 102), PSA_SUCCESS);
  assert_int_equal(set_bytes(NS, 106, 3072, 9, REPLAYABLE), PSA_SUCCESS);
  assert_bytes(NS, 106, 3072, 9);
}

static void counts_items_of_each_owner(void **unused)
{
  (void)unused;
  for (uint32_t i = 1; i <= HF_ITS_ITEMS_MAX; i++) assert_int_equal(set_bytes(NS, i, i, i, REPLAYABLE), PSA_SUCCESS);
  assert_int_equal(set_bytes(NS, 1000, 1, 1, REPLAYABLE), PSA_ERROR_INSUFFICIENT_STORAGE);
  for (uint32_t i = 1; i <= STORAGE_SECURE_ITEMS_MAX; i++)
    assert_int_equal(set_bytes(STORAGE_SECURE, i, 32, i, 0), PSA_SUCCESS);
  assert_int_equal(set_bytes(STORAGE_SECURE, 1000, 1, 1, 0), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  for (uint32_t i = 1; i <= HF_ITS_ITEMS_MAX; i++) assert_bytes(NS, i, i, i);
  for (uint32_t i = 1; i <= STORAGE_SECURE_ITEMS_MAX; i++) assert_bytes(STORAGE_SECURE, i, 32, i);
}

static void does_not_touch_flash_beside_its_area(void **unused)
{
  (void)unused;
  fill_both_owners();
  for (uint32_t i = 0; i < 40; i++) assert_int_equal(set_bytes(NS, 100, 3072, i, REPLAYABLE), PSA_SUCCESS);
  for (uint32_t at = 0; at < STORAGE_RIG_FLASH_BYTES; at++)
    if (at < STORAGE_RIG_AREA || at >= STORAGE_RIG_AREA + STORAGE_RIG_AREA_BYTES)
      assert_int_equal(storage_rig.flash[at], 0xFF);
}

static void refuses_a_place_that_is_too_small_or_begins_within_a_block(void **unused)
{
  (void)unused;
  static board_map map;
  static const board_map good = {
    .flash_bytes = STORAGE_RIG_FLASH_BYTES, .storage = STORAGE_RIG_AREA, .storage_bytes = STORAGE_RIG_AREA_BYTES};
  for (uint32_t wrong = 0; wrong < 4; wrong++) {
    storage_rig_blank();
    map = good;
    if (wrong == 0) map.storage_bytes -= 1;
    if (wrong == 1) map.storage -= FLASH_UNIT_BYTES;
    if (wrong == 2) map.storage += 2 * FLASH_BLOCK_BYTES;
    if (wrong == 3) map.storage = UINT32_MAX / FLASH_BLOCK_BYTES * FLASH_BLOCK_BYTES;
    host_board_select(&map);
    host_cut_disarm();
    assert_int_equal(storage_rig_restart(), PSA_ERROR_HARDWARE_FAILURE);
    assert_int_equal(set_text(NS, 1, "a", 0), PSA_ERROR_HARDWARE_FAILURE);
    assert_int_equal(host_operations(), 0);
  }
  map = good;
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
}

/* ---- The counter ---- */

static uint32_t begun(void)
{
  epoch_state epoch;
  assert_int_equal(epoch_read(&epoch), PSA_SUCCESS);
  assert_int_equal(epoch.begun, epoch.done);
  return epoch.begun;
}

static void only_protected_changes_use_the_counter_up(void **unused)
{
  (void)unused;
  assert_int_equal(begun(), 0);
  assert_int_equal(set_text(NS, 1, "a", REPLAYABLE), PSA_SUCCESS);
  assert_int_equal(storage_remove(NS, 1), PSA_SUCCESS);
  assert_int_equal(begun(), 0);
  assert_int_equal(set_text(NS, 1, "a", 0), PSA_SUCCESS);
  assert_int_equal(begun(), 1);
  assert_int_equal(set_text(NS, 1, "a", REPLAYABLE), PSA_SUCCESS); /* until now it was protected */
  assert_int_equal(begun(), 2);
  assert_int_equal(set_text(STORAGE_SECURE, 1, "a", REPLAYABLE), PSA_SUCCESS);
  assert_int_equal(storage_remove(STORAGE_SECURE, 1), PSA_SUCCESS);
  assert_int_equal(begun(), 4);
  assert_int_equal(set_text(NS, 2, "a", REPLAYABLE | PSA_STORAGE_FLAG_WRITE_ONCE), PSA_SUCCESS);
  assert_int_equal(begun(), 5);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_int_equal(begun(), 5);
}

/* As after so many protected changes. */
static void raise_counter_to(uint32_t epoch)
{
  for (uint32_t i = begun() + 1; i < epoch; i++) {
    assert_int_equal(epoch_begin(i), PSA_SUCCESS);
    assert_int_equal(epoch_finish(i), PSA_SUCCESS);
  }
  assert_int_equal(storage_rig_restart(), PSA_ERROR_DATA_CORRUPT);
  assert_int_equal(storage_reset(), PSA_SUCCESS);
  assert_int_equal(begun(), epoch);
}

static void the_last_raises_are_kept_for_the_secure_owner(void **unused)
{
  (void)unused;
  const uint32_t all = storage_raises_left();
  assert_true(all > 3500);
  raise_counter_to(all - 2);
  assert_int_equal(storage_raises_left(), 2);
  assert_int_equal(set_text(NS, 1, "a", 0), PSA_SUCCESS);
  assert_int_equal(storage_raises_left(), 1);
  assert_int_equal(set_text(NS, 1, "b", 0), PSA_SUCCESS);
  assert_int_equal(storage_raises_left(), 0);
  assert_int_equal(set_text(NS, 1, "c", 0), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(storage_remove(NS, 1), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(set_text(NS, 2, "c", REPLAYABLE), PSA_SUCCESS);
  for (uint32_t i = 0; i < STORAGE_SECURE_RAISES; i++)
    assert_int_equal(set_text(STORAGE_SECURE, 1, "key", 0), PSA_SUCCESS);
  assert_int_equal(set_text(STORAGE_SECURE, 1, "key", 0), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(storage_raises_left(), 0);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_holds(NS, 1, "b");
  assert_holds(NS, 2, "c");
}

static void begins_and_finishes_epochs_bit_by_bit(void **unused)
{
  (void)unused;
  epoch_state epoch;
  static const uint32_t some[] = {1, 2, 8, 9, 256, 257, EPOCH_MAX};
  for (uint32_t i = 0; i < sizeof some / sizeof some[0]; i++) {
    assert_int_equal(epoch_begin(some[i]), PSA_SUCCESS);
    assert_int_equal(epoch_read(&epoch), PSA_SUCCESS);
    assert_int_equal(epoch.begun, some[i]);
    assert_int_equal(epoch.done, i == 0 ? 0 : some[i - 1]);
    assert_int_equal(epoch_finish(some[i]), PSA_SUCCESS);
    assert_int_equal(epoch_read(&epoch), PSA_SUCCESS);
    assert_int_equal(epoch.done, some[i]);
  }
  assert_int_equal(epoch_begin(EPOCH_MAX + 1), PSA_ERROR_INSUFFICIENT_STORAGE);
  assert_int_equal(epoch_finish(0), PSA_ERROR_INSUFFICIENT_STORAGE);
  for (uint32_t at = 0; at < OTP_STORAGE_COUNTER_OFFSET; at++)
    if (at < OTP_UNIQUE_KEY_OFFSET || at >= OTP_UNIQUE_KEY_OFFSET + 32) assert_int_equal(storage_rig.otp[at], 0);
}

/* ---- Failing parts ---- */

static void silent_otp_fails_closed_and_is_asked_again(void **unused)
{
  (void)unused;
  assert_int_equal(set_text(NS, 1, "a", 0), PSA_SUCCESS);
  host_otp_silence(true);
  assert_int_equal(read_status(NS, 1), PSA_ERROR_HARDWARE_FAILURE);
  assert_int_equal(set_text(NS, 1, "b", 0), PSA_ERROR_HARDWARE_FAILURE);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_HARDWARE_FAILURE);
  assert_int_equal(read_status(NS, 1), PSA_ERROR_HARDWARE_FAILURE);
  host_otp_silence(false);
  assert_holds(NS, 1, "a");
}

static void a_blank_unique_key_seals_nothing(void **unused)
{
  (void)unused;
  storage_rig_blank();
  memset(storage_rig.otp + OTP_UNIQUE_KEY_OFFSET, 0, 32);
  assert_int_equal(storage_rig_restart(), PSA_ERROR_HARDWARE_FAILURE);
  for (uint32_t at = 0; at < STORAGE_RIG_FLASH_BYTES; at++) assert_int_equal(storage_rig.flash[at], 0xFF);
}

static void works_without_random_numbers(void **unused)
{
  (void)unused;
  storage_rig_random_is = STORAGE_RIG_RANDOM_DEAD;
  assert_int_equal(set_text(NS, 1, "a", 0), PSA_SUCCESS);
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_holds(NS, 1, "a");
}

static void prepare_items(void)
{
  storage_rig_new();
  fill_both_owners();
  for (uint32_t i = 0; i < 3; i++) assert_int_equal(set_bytes(NS, 100 + i, 3072, 50 + i, REPLAYABLE), PSA_SUCCESS);
  assert_int_equal(set_bytes(STORAGE_SECURE, 2, 100, 60, 0), PSA_SUCCESS);
}

static void assert_items(void)
{
  for (uint32_t i = 0; i < 3; i++) assert_bytes(NS, 100 + i, 3072, 50 + i);
  assert_bytes(NS, 103, 3072, 3);
  assert_bytes(NS, 104, 3072, 4);
  assert_bytes(NS, 105, 544 - 96, 5);
  assert_bytes(STORAGE_SECURE, 1, 3072, 6);
  assert_bytes(STORAGE_SECURE, 2, 100, 60);
}

static void make_unreadable(uint32_t offset, uint32_t bytes)
{
  for (uint32_t at = offset; at < offset + bytes; at += FLASH_UNIT_BYTES) host_flash_make_unreadable(at);
}

static void no_unreadable_kilobyte_or_block_loses_an_item(void **unused)
{
  (void)unused;
  static storage_rig_state device;
  prepare_items();
  storage_rig_save(&device);
  for (uint32_t bytes = 1024; bytes <= 4096; bytes *= 4) {
    for (uint32_t at = 0; at < STORAGE_RIG_AREA_BYTES; at += bytes) {
      storage_rig_put_back(&device);
      assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
      make_unreadable(STORAGE_RIG_AREA + at, bytes);
      assert_items(); /* while running */
      assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
      assert_items();
      assert_int_equal(set_bytes(STORAGE_SECURE, 2, 100, 60, 0), PSA_SUCCESS);
    }
  }
}

/* One copy decays, and after the next mount the other: the first was made good in between. */
static void a_copy_that_decayed_is_made_good_at_the_next_mount(void **unused)
{
  (void)unused;
  static storage_rig_state device;
  prepare_items();
  storage_rig_save(&device);
  for (uint32_t at = 0; at < STORAGE_LOG_BYTES; at += 1024) {
    storage_rig_put_back(&device);
    for (uint32_t copy = 0; copy < 4; copy++) {
      make_unreadable(STORAGE_RIG_AREA + copy * STORAGE_LOG_BYTES + at, 1024);
      assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
      assert_items();
    }
  }
}

static void a_whole_dead_copy_loses_no_item(void **unused)
{
  (void)unused;
  static storage_rig_state device;
  prepare_items();
  storage_rig_save(&device);
  for (uint32_t copy = 0; copy < 4; copy++) {
    storage_rig_put_back(&device);
    make_unreadable(STORAGE_RIG_AREA + copy * STORAGE_LOG_BYTES, STORAGE_LOG_BYTES);
    assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
    assert_items();
  }
}

static void passes_over_places_that_take_nothing(void **unused)
{
  (void)unused;
  uint32_t seed = 5;
  for (uint32_t round = 0; round < 20; round++) {
    storage_rig_new();
    for (uint32_t i = 0; i < 2; i++) {
      seed = seed * 1664525u + 1013904223u;
      host_flash_make_stuck(STORAGE_RIG_AREA + (seed >> 8) % STORAGE_RIG_AREA_BYTES);
    }
    host_flash_make_stuck(STORAGE_RIG_AREA + STORAGE_HALF_BYTES);
    fill_both_owners();
    for (uint32_t i = 0; i < 15; i++) {
      assert_int_equal(set_bytes(NS, 100 + i % 5, 3072, i, REPLAYABLE), PSA_SUCCESS);
      assert_int_equal(set_bytes(STORAGE_SECURE, 2, 100, i, 0), PSA_SUCCESS);
      if (i % 4 == 3) assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
      assert_bytes(NS, 100 + i % 5, 3072, i);
      assert_bytes(STORAGE_SECURE, 2, 100, i);
    }
    assert_bytes(STORAGE_SECURE, 1, 3072, 6);
  }
}

static void flash_that_takes_nothing_keeps_what_it_has(void **unused)
{
  (void)unused;
  assert_int_equal(set_text(NS, 1, "old", 0), PSA_SUCCESS);
  for (uint32_t at = 0; at < STORAGE_RIG_AREA_BYTES; at += FLASH_UNIT_BYTES)
    host_flash_make_stuck(STORAGE_RIG_AREA + at);
  assert_int_equal(set_text(NS, 1, "new", 0), PSA_ERROR_STORAGE_FAILURE);
  assert_int_equal(set_text(NS, 2, "new", REPLAYABLE), PSA_ERROR_STORAGE_FAILURE);
  for (uint32_t at = 0; at < STORAGE_RIG_AREA_BYTES; at += FLASH_UNIT_BYTES)
    host_flash_marks()[(STORAGE_RIG_AREA + at) / FLASH_UNIT_BYTES] = 0;
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_holds(NS, 1, "old");
  assert_int_equal(read_status(NS, 2), PSA_ERROR_DOES_NOT_EXIST);
}

static void a_quiet_mount_writes_nothing(void **unused)
{
  (void)unused;
  prepare_items();
  host_cut_disarm();
  assert_int_equal(storage_rig_restart(), PSA_SUCCESS);
  assert_items();
  assert_int_equal(host_operations(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_bad_state_before_the_first_mount),
    cmocka_unit_test_setup(keeps_items_over_a_restart, new_device),
    cmocka_unit_test_setup(reads_from_an_offset_as_much_as_asked, new_device),
    cmocka_unit_test_setup(wipes_the_output_after_an_error, new_device),
    cmocka_unit_test_setup(refuses_wrong_arguments, new_device),
    cmocka_unit_test_setup(tells_size_and_flags, new_device),
    cmocka_unit_test_setup(write_once_is_neither_changed_nor_removed, new_device),
    cmocka_unit_test_setup(owners_have_items_apart, new_device),
    cmocka_unit_test_setup(full_storage_takes_overwrites_and_removals, new_device),
    cmocka_unit_test_setup(counts_items_of_each_owner, new_device),
    cmocka_unit_test_setup(does_not_touch_flash_beside_its_area, new_device),
    cmocka_unit_test(refuses_a_place_that_is_too_small_or_begins_within_a_block),
    cmocka_unit_test_setup(only_protected_changes_use_the_counter_up, new_device),
    cmocka_unit_test_setup(the_last_raises_are_kept_for_the_secure_owner, new_device),
    cmocka_unit_test_setup(begins_and_finishes_epochs_bit_by_bit, new_device),
    cmocka_unit_test_setup(silent_otp_fails_closed_and_is_asked_again, new_device),
    cmocka_unit_test_setup(a_blank_unique_key_seals_nothing, new_device),
    cmocka_unit_test_setup(works_without_random_numbers, new_device),
    cmocka_unit_test_setup(no_unreadable_kilobyte_or_block_loses_an_item, new_device),
    cmocka_unit_test_setup(a_copy_that_decayed_is_made_good_at_the_next_mount, new_device),
    cmocka_unit_test_setup(a_whole_dead_copy_loses_no_item, new_device),
    cmocka_unit_test_setup(passes_over_places_that_take_nothing, new_device),
    cmocka_unit_test_setup(flash_that_takes_nothing_keeps_what_it_has, new_device),
    cmocka_unit_test_setup(a_quiet_mount_writes_nothing, new_device),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

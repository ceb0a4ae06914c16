#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crc32.h"
#include "handoff.h"
#include "journal.h"
#include "rig.h"

enum { PLACES = FLASH_BLOCK_BYTES / sizeof(journal_record) };

static journal j;

static int empty_device(void **state)
{
  (void)state;
  rig_new();
  journal_open(&j);
  return 0;
}

static uint32_t place_of(uint32_t block, uint32_t place)
{
  return rig_map.journal + block * FLASH_BLOCK_BYTES + place * (uint32_t)sizeof(journal_record);
}

/* Appends a record that can be told from all others. */
static void append(uint32_t number)
{
  journal_record next = j.now;
  next.active = BOOT_SLOT_B;
  next.revert_reason = number;
  assert_int_equal(journal_append(&j, &next), BOOT_OK);
}

static void assert_newest(uint32_t number)
{
  journal reopened;
  journal_open(&reopened);
  assert_true(reopened.found);
  assert_int_equal(reopened.now.revert_reason, number);
  assert_int_equal(reopened.now.sequence, j.now.sequence);
  assert_int_equal(reopened.now.active, BOOT_SLOT_B);
  assert_int_equal(reopened.block, j.block);
  assert_int_equal(reopened.next, j.next);
}

static void assert_defaults(void)
{
  journal_open(&j);
  assert_false(j.found);
  assert_int_equal(j.now.active, BOOT_SLOT_NONE);
  assert_int_equal(j.now.trial, BOOT_SLOT_NONE);
  assert_int_equal(j.now.rejected, 0);
  assert_int_equal(j.now.sequence, 0);
  assert_int_equal(j.now.outcome, JOURNAL_OUTCOME_NONE);
  assert_int_equal(j.now.revert_reason, BOOT_OK);
}

static void empty_journal_gives_the_defaults(void **state)
{
  (void)state;
  assert_defaults();
  append(1);
  assert_newest(1);
  assert_int_equal(j.now.sequence, 1);
}

static void hostile_blocks_give_the_defaults_and_can_be_used_again(void **state)
{
  (void)state;
  for (uint32_t seed = 0; seed < 20; seed++) {
    rig_new();
    image_noise(rig.flash + rig_map.journal, 2 * FLASH_BLOCK_BYTES, seed);
    if (seed % 2) host_flash_make_unreadable(rig_map.journal + seed * 64);
    assert_defaults();
    append(seed);
    assert_newest(seed);
    append(seed + 100);
    assert_newest(seed + 100);
  }
}

static void newest_record_wins_wherever_it_lies(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < 3 * PLACES; i++) {
    append(i);
    assert_newest(i);
    assert_int_equal(j.now.sequence, i + 1);
  }
}

static void all_fields_come_back(void **state)
{
  (void)state;
  journal_record next = {.active = 1,
                         .trial = 0,
                         .tries_left = 200,
                         .rejected = 3,
                         .revert_reason = 0xDEADBEEF,
                         .outcome = JOURNAL_OUTCOME_REVERTED};
  memset(next.job, 'x', sizeof next.job);
  memset(next.reserved, 7, sizeof next.reserved);
  assert_int_equal(journal_append(&j, &next), BOOT_OK);
  journal_open(&j);
  assert_memory_equal(&j.now.active, &next.active,
                      offsetof(journal_record, reserved) - offsetof(journal_record, active));
  for (uint32_t i = 0; i < sizeof next.reserved; i++) assert_int_equal(j.now.reserved[i], 0);
}

/* Any one bit of any record: it no longer counts, the one before does. */
static void record_with_any_bit_wrong_is_skipped(void **state)
{
  (void)state;
  append(1);
  append(2);
  uint8_t *record = rig.flash + place_of(0, 1);
  for (uint32_t bit = 0; bit < 8 * sizeof(journal_record); bit++) {
    record[bit / 8] ^= (uint8_t)(1u << bit % 8);
    journal reopened;
    journal_open(&reopened);
    assert_int_equal(reopened.now.revert_reason, 1);
    assert_int_equal(reopened.next, place_of(0, 2)); /* and its place is not used again */
    record[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void record_of_another_kind_is_skipped_though_its_crc_is_good(void **state)
{
  (void)state;
  append(1);
  append(2);
  journal_record *record = (journal_record *)(void *)(rig.flash + place_of(0, 1));
  record->magic ^= 1;
  record->crc = crc32(0, record, offsetof(journal_record, crc));
  journal_open(&j);
  assert_int_equal(j.now.revert_reason, 1);
}

static void record_with_any_unit_unreadable_is_skipped(void **state)
{
  (void)state;
  for (uint32_t unit = 0; unit < sizeof(journal_record) / FLASH_UNIT_BYTES; unit++) {
    empty_device(state);
    append(1);
    append(2);
    host_flash_make_unreadable(place_of(0, 1) + unit * FLASH_UNIT_BYTES);
    journal_open(&j);
    assert_int_equal(j.now.revert_reason, 1);
    assert_int_equal(j.next, place_of(0, 2));
    append(3);
    assert_newest(3);
  }
}

static void record_torn_after_any_byte_is_skipped(void **state)
{
  (void)state;
  append(1);
  append(2);
  uint8_t whole[sizeof(journal_record)];
  uint8_t *record = rig.flash + place_of(0, 1);
  memcpy(whole, record, sizeof whole);
  for (uint32_t bytes = 0; bytes < sizeof whole; bytes++) {
    memset(record, 0xFF, sizeof whole);
    memcpy(record, whole, bytes);
    journal reopened;
    journal_open(&reopened);
    assert_int_equal(reopened.now.revert_reason, 1);
    assert_int_equal(reopened.next, place_of(0, bytes == 0 ? 1 : 2));
  }
}

static void full_block_gives_way_to_the_other_and_keeps_the_newest(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < PLACES; i++) append(i);
  assert_int_equal(j.next, JOURNAL_FULL);
  assert_int_equal(flash_wear(place_of(1, 0)), 0);
  append(1000);
  assert_int_equal(j.block, place_of(1, 0));
  assert_int_equal(flash_wear(place_of(1, 0)), 1);
  assert_int_equal(flash_wear(place_of(0, 0)), 1); /* the first use only: the newest record was there */
  assert_newest(1000);
}

/* Whatever happens, the block with the newest complete record is not erased. */
static void block_of_the_newest_record_is_never_erased(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < 5 * PLACES; i++) {
    const uint32_t block = j.block, wear = flash_wear(block);
    const bool found = j.found;
    if (i % 7 == 3) host_flash_make_stuck(place_of(i / 7 % 2, i % PLACES));
    append(i);
    if (found) assert_int_equal(flash_wear(block), wear);
  }
}

static void unwritable_places_are_passed_over(void **state)
{
  (void)state;
  append(1);
  host_flash_make_stuck(place_of(0, 1) + 32);
  host_flash_make_stuck(place_of(0, 2));
  host_flash_make_stuck(place_of(0, 4) + 112);
  append(2);
  assert_newest(2);
  assert_int_equal(j.next, place_of(0, 4));
  append(3);
  assert_newest(3);
  assert_int_equal(j.next, place_of(0, 6));
}

static void stained_places_are_passed_over(void **state)
{
  (void)state;
  append(1);
  rig.flash[place_of(0, 1) + 127] = 0x7F;
  host_flash_make_unreadable(place_of(0, 2) + 64);
  journal_open(&j);
  assert_int_equal(j.next, place_of(0, 3));
  append(2);
  assert_newest(2);
}

static void says_so_when_no_place_takes_it_and_changes_nothing(void **state)
{
  (void)state;
  append(1);
  for (uint32_t block = 0; block < 2; block++)
    for (uint32_t place = 0; place < PLACES; place++) host_flash_make_stuck(place_of(block, place));
  journal_record next = j.now;
  next.revert_reason = 2;
  for (uint32_t i = 0; i < 3; i++) {
    assert_int_equal(journal_append(&j, &next), BOOT_JOURNAL_WRITE);
    assert_int_equal(j.now.revert_reason, 1);
  }
  journal_open(&j);
  assert_int_equal(j.now.revert_reason, 1);
}

static void lives_through_ten_thousand_appends(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < 10000; i++) {
    append(i);
    if (i % 97 == 0) journal_open(&j); /* as a reboot does */
  }
  assert_newest(9999);
  assert_int_equal(j.now.sequence, 10000);
  const uint32_t wear[2] = {flash_wear(place_of(0, 0)), flash_wear(place_of(1, 0))};
  assert_in_range(wear[0], 10000 / PLACES / 2 - 1, 10000 / PLACES / 2 + 1); /* shared evenly, no erase wasted */
  assert_in_range(wear[1], 10000 / PLACES / 2 - 1, 10000 / PLACES / 2 + 1);
}

static void sequence_goes_on_from_the_newest(void **state)
{
  (void)state;
  journal_record *record = (journal_record *)(void *)(rig.flash + place_of(1, 5));
  append(1);
  *record = j.now;
  record->sequence = 0x7FFFFFFF;
  record->crc = crc32(0, record, offsetof(journal_record, crc));
  journal_open(&j);
  assert_int_equal(j.now.sequence, 0x7FFFFFFF);
  append(2);
  assert_int_equal(j.now.sequence, 0x80000000u);
  assert_int_equal(j.block, place_of(1, 0));
  assert_newest(2);
}

static void opening_writes_nothing(void **state)
{
  (void)state;
  append(1);
  host_cut_disarm();
  journal_open(&j);
  assert_int_equal(host_operations(), 0);
}

#define PROMISE(f) cmocka_unit_test_setup(f, empty_device)

/* Puts a record there that only the CRC vouches for, as somebody with a flash programmer would. */
static void plant(uint32_t at, journal_record record)
{
  record.crc = crc32(0, &record, offsetof(journal_record, crc));
  memcpy(rig.flash + at, &record, sizeof record);
}

static void record_from_the_end_of_the_count_does_not_freeze_the_journal(void **state)
{
  (void)state;
  append(1);
  const uint32_t far[] = {0xFFFFFFFFu, 0xFFFFFFFEu, 0xFFFFFF00u};
  for (uint32_t i = 0; i < sizeof far / sizeof far[0]; i++) {
    empty_device(state);
    append(1);
    journal_record planted = j.now;
    planted.sequence = far[i];
    plant(place_of(0, 5), planted);
    journal_open(&j);
    assert_int_equal(j.now.sequence, far[i]);
    for (uint32_t n = 10; n < 100; n++) { /* through both blocks */
      append(n);
      assert_newest(n);
    }
  }
}

static void record_with_an_impossible_slot_does_not_count(void **state)
{
  (void)state;
  append(1);
  journal_record planted = j.now;
  planted.sequence += 1;
  planted.active = 7;
  plant(place_of(0, 5), planted);
  planted.active = BOOT_SLOT_A;
  planted.trial = 2;
  plant(place_of(0, 6), planted);
  journal reopened;
  journal_open(&reopened);
  assert_int_equal(reopened.now.sequence, j.now.sequence);
  assert_int_equal(reopened.now.active, BOOT_SLOT_B);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(empty_journal_gives_the_defaults),
    PROMISE(hostile_blocks_give_the_defaults_and_can_be_used_again),
    PROMISE(newest_record_wins_wherever_it_lies),
    PROMISE(all_fields_come_back),
    PROMISE(record_with_any_bit_wrong_is_skipped),
    PROMISE(record_of_another_kind_is_skipped_though_its_crc_is_good),
    PROMISE(record_with_any_unit_unreadable_is_skipped),
    PROMISE(record_torn_after_any_byte_is_skipped),
    PROMISE(full_block_gives_way_to_the_other_and_keeps_the_newest),
    PROMISE(block_of_the_newest_record_is_never_erased),
    PROMISE(unwritable_places_are_passed_over),
    PROMISE(stained_places_are_passed_over),
    PROMISE(says_so_when_no_place_takes_it_and_changes_nothing),
    PROMISE(lives_through_ten_thousand_appends),
    PROMISE(sequence_goes_on_from_the_newest),
    PROMISE(opening_writes_nothing),
    PROMISE(record_from_the_end_of_the_count_does_not_freeze_the_journal),
    PROMISE(record_with_an_impossible_slot_does_not_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

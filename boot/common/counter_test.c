#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counter.h"
#include "rig.h"

static int blank_otp(void **state)
{
  (void)state;
  rig_new();
  return 0;
}

static uint32_t value_of(counter_id id)
{
  uint32_t value = 12345;
  assert_int_equal(counter_read(id, &value), BOOT_OK);
  return value;
}

static void starts_at_zero_with_all_its_room(void **state)
{
  (void)state;
  assert_int_equal(value_of(COUNTER_LOADER), 0);
  assert_int_equal(value_of(COUNTER_FIRMWARE), 0);
  assert_int_equal(counter_room(COUNTER_LOADER), OTP_LOADER_COUNTER_CELLS);
  assert_int_equal(counter_room(COUNTER_FIRMWARE), OTP_FIRMWARE_COUNTER_CELLS);
}

static void holds_any_value(void **state)
{
  (void)state;
  static const uint32_t values[] = {1,          2,           0xFF,        0x100,       0x12345678,
                                    0x7FFFFFFF, 0x80000000u, 0xAAAAAAAAu, 0xFFFFFFFEu, 0xFFFFFFFFu};
  for (uint32_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    assert_int_equal(counter_raise(COUNTER_FIRMWARE, values[i]), BOOT_OK);
    assert_int_equal(value_of(COUNTER_FIRMWARE), values[i]);
    assert_int_equal(counter_room(COUNTER_FIRMWARE), OTP_FIRMWARE_COUNTER_CELLS - i - 1);
  }
  for (uint32_t bit = 0; bit < 32; bit++) {
    rig_new();
    assert_int_equal(counter_raise(COUNTER_LOADER, 1u << bit), BOOT_OK);
    assert_int_equal(value_of(COUNTER_LOADER), 1u << bit);
  }
}

static void never_goes_down_and_writes_nothing_when_high_enough(void **state)
{
  (void)state;
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, 10), BOOT_OK);
  host_cut_disarm();
  for (uint32_t lower = 0; lower <= 10; lower++) assert_int_equal(counter_raise(COUNTER_FIRMWARE, lower), BOOT_OK);
  assert_int_equal(host_operations(), 0);
  assert_int_equal(value_of(COUNTER_FIRMWARE), 10);
}

static void rows_do_not_touch_each_other(void **state)
{
  (void)state;
  for (uint32_t i = 1; i <= OTP_LOADER_COUNTER_CELLS; i++) assert_int_equal(counter_raise(COUNTER_LOADER, i), BOOT_OK);
  assert_int_equal(value_of(COUNTER_FIRMWARE), 0);
  assert_int_equal(counter_room(COUNTER_FIRMWARE), OTP_FIRMWARE_COUNTER_CELLS);
  for (uint32_t i = 1; i <= OTP_FIRMWARE_COUNTER_CELLS; i++)
    assert_int_equal(counter_raise(COUNTER_FIRMWARE, 1000 + i), BOOT_OK);
  assert_int_equal(value_of(COUNTER_LOADER), OTP_LOADER_COUNTER_CELLS);
  for (uint32_t i = 0; i < OTP_BYTES; i++) { /* nothing outside the rows but the fuses */
    const bool row = i - OTP_LOADER_COUNTER_OFFSET < OTP_LOADER_COUNTER_CELLS * sizeof(otp_counter_cell) ||
                     i - OTP_FIRMWARE_COUNTER_OFFSET < OTP_FIRMWARE_COUNTER_CELLS * sizeof(otp_counter_cell);
    if (!row && i >= sizeof(otp_fuses)) assert_int_equal(rig.otp[i], 0);
  }
}

static void says_full_and_keeps_its_value(void **state)
{
  (void)state;
  for (uint32_t i = 1; i <= OTP_LOADER_COUNTER_CELLS; i++) assert_int_equal(counter_raise(COUNTER_LOADER, i), BOOT_OK);
  assert_int_equal(counter_room(COUNTER_LOADER), 0);
  assert_int_equal(counter_raise(COUNTER_LOADER, 1000), BOOT_OTP_FULL);
  assert_int_equal(counter_raise(COUNTER_LOADER, OTP_LOADER_COUNTER_CELLS), BOOT_OK); /* holds that already */
  assert_int_equal(value_of(COUNTER_LOADER), OTP_LOADER_COUNTER_CELLS);
}

static jmp_buf power_off;
static void cut_handler(void)
{
  longjmp(power_off, 1);
}

/* Power lost at every byte of a raise, with every number of bits done: the old value or the new, and the next raise works. */
static void torn_raise_is_the_old_value_or_the_new(void **state)
{
  static const uint32_t values[] = {8, 0x00010000, 0x01020304, 0x80000000u, 0xFFFFFFFFu, 0xFFFFFF00u};
  for (uint32_t v = 0; v < sizeof values / sizeof values[0]; v++) {
    bool cut = true;
    for (uint32_t at = 0; cut; at++)
      for (uint32_t way = 0; way < 24; way++) {
        blank_otp(state);
        assert_int_equal(counter_raise(COUNTER_FIRMWARE, 7), BOOT_OK);
        host_cut_arm(at, way < 8 ? HOST_TORN_PREFIX : HOST_TORN_RANDOM, way, cut_handler);
        cut = setjmp(power_off) != 0;
        if (!cut) assert_int_equal(counter_raise(COUNTER_FIRMWARE, values[v]), BOOT_OK);
        host_cut_disarm();
        const uint32_t now = value_of(COUNTER_FIRMWARE);
        assert_true(now == 7 || now == values[v]);
        assert_int_equal(counter_raise(COUNTER_FIRMWARE, values[v]), BOOT_OK);
        assert_int_equal(value_of(COUNTER_FIRMWARE), values[v]);
        assert_in_range(counter_room(COUNTER_FIRMWARE), OTP_FIRMWARE_COUNTER_CELLS - 3, OTP_FIRMWARE_COUNTER_CELLS - 2);
      }
  }
}

/* Bits of OTP are only ever set: no set of added bits may turn a cell into a lower or another higher number. */
static void added_bits_never_make_another_number(void **state)
{
  const uint32_t cell_at = OTP_FIRMWARE_COUNTER_OFFSET;
  for (uint32_t first = 0; first < 128; first++)
    for (uint32_t second = first; second < 128; second++) {
      blank_otp(state);
      assert_int_equal(counter_raise(COUNTER_FIRMWARE, 0x00F0A55A), BOOT_OK);
      rig.otp[cell_at + first / 8] |= (uint8_t)(1u << first % 8);
      rig.otp[cell_at + second / 8] |= (uint8_t)(1u << second % 8);
      const uint32_t now = value_of(COUNTER_FIRMWARE);
      assert_true(now == 0x00F0A55A || (now == 0 && first / 64 != second / 64)); /* both halves damaged: none counts */
    }
}

static void one_damaged_half_loses_nothing(void **state)
{
  (void)state;
  assert_int_equal(counter_raise(COUNTER_LOADER, 0x1234), BOOT_OK);
  memset(rig.otp + OTP_LOADER_COUNTER_OFFSET, 0xFF, 8);
  assert_int_equal(value_of(COUNTER_LOADER), 0x1234);
  assert_int_equal(counter_raise(COUNTER_LOADER, 0x1235), BOOT_OK);
  memset(rig.otp + OTP_LOADER_COUNTER_OFFSET + sizeof(otp_counter_cell) + 8, 0xFF, 8);
  assert_int_equal(value_of(COUNTER_LOADER), 0x1235);
}

static void silent_otp_fails_closed(void **state)
{
  (void)state;
  uint32_t value = 0;
  host_otp_silence(true);
  assert_int_equal(counter_read(COUNTER_LOADER, &value), BOOT_OTP_NO_REPLY);
  assert_int_equal(value, 0xFFFFFFFFu);
  assert_int_equal(counter_room(COUNTER_LOADER), 0);
  assert_int_equal(counter_raise(COUNTER_LOADER, 0), BOOT_OTP_NO_REPLY);
  assert_int_equal(counter_raise(COUNTER_LOADER, 1), BOOT_OTP_NO_REPLY);
}

static void counters_rise_on_a_device_with_frozen_fuses(void **state)
{
  (void)state;
  host_otp_attach(rig.otp, true);
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, 3), BOOT_OK);
  assert_int_equal(value_of(COUNTER_FIRMWARE), 3);
}

#define PROMISE(f) cmocka_unit_test_setup(f, blank_otp)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(starts_at_zero_with_all_its_room),
    PROMISE(holds_any_value),
    PROMISE(never_goes_down_and_writes_nothing_when_high_enough),
    PROMISE(rows_do_not_touch_each_other),
    PROMISE(says_full_and_keeps_its_value),
    PROMISE(torn_raise_is_the_old_value_or_the_new),
    PROMISE(added_bits_never_make_another_number),
    PROMISE(one_damaged_half_loses_nothing),
    PROMISE(silent_otp_fails_closed),
    PROMISE(counters_rise_on_a_device_with_frozen_fuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

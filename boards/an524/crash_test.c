/* The board's crash record, over memory of the test in place of retained RAM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board.h"

static uint32_t retained[BOARD_CRASH_BYTES / 4];
#undef BOARD_CRASH_BASE
#define BOARD_CRASH_BASE retained

#include "crash.c"

static const crash_record a_fault = {.kind = CRASH_SECURE_FAULT,
                                     .secure = 1,
                                     .status = 8,
                                     .address = 0x10000000,
                                     .address_valid = 1,
                                     .pc = 0x2345,
                                     .lr = 0x6789,
                                     .exception = 11};

/* What RAM holds after power came is anything. */
static int power_on(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof retained / 4; i++) retained[i] = 0x9e3779b9u * (uint32_t)(i + 1);
  return 0;
}

static void assert_count(uint32_t count)
{
  crash_record record = {0};
  assert_true(crash_read(&record));
  assert_int_equal(record.count, count);
}

static void noise_of_power_on_is_no_record(void **state)
{
  crash_record record;
  for (uint32_t fill = 0; fill < 256; fill++) {
    memset(retained, (int)fill, sizeof retained);
    assert_false(crash_read(&record));
  }
  power_on(state);
  assert_false(crash_read(&record));
  crash_write(&a_fault);
  assert_count(1);
}

static void gives_back_the_last_fault_and_counts_them(void **state)
{
  (void)state;
  crash_record record, expected = a_fault;
  crash_write(&(crash_record){.kind = CRASH_BUS});
  crash_write(&a_fault);
  expected.count = 2;
  assert_true(crash_read(&record));
  assert_memory_equal(&record, &expected, sizeof record);
}

static void clear_forgets_the_fault_and_keeps_the_count(void **state)
{
  (void)state;
  crash_record record;
  crash_write(&a_fault);
  crash_clear();
  assert_false(crash_read(&record));
  crash_clear();
  crash_write(&a_fault);
  assert_count(2);
}

static void clear_of_nothing_counts_from_none(void **state)
{
  (void)state;
  crash_clear();
  crash_write(&a_fault);
  assert_count(1);
}

static void a_record_with_any_bit_wrong_is_none(void **state)
{
  (void)state;
  crash_record record;
  crash_write(&a_fault);
  for (size_t bit = 0; bit < 8 * sizeof(kept); bit++) {
    ((uint8_t *)retained)[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_false(crash_read(&record));
    ((uint8_t *)retained)[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  assert_count(1);
}

static void keeps_to_its_place(void **state)
{
  (void)state;
  uint8_t before[BOARD_CRASH_BYTES];
  memcpy(before, retained, sizeof before);
  crash_write(&a_fault);
  assert_memory_equal((uint8_t *)retained + sizeof(kept), before + sizeof(kept), sizeof before - sizeof(kept));
}

#define PROMISE(f) cmocka_unit_test_setup(f, power_on)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(noise_of_power_on_is_no_record),
    PROMISE(gives_back_the_last_fault_and_counts_them),
    PROMISE(clear_forgets_the_fault_and_keeps_the_count),
    PROMISE(clear_of_nothing_counts_from_none),
    PROMISE(a_record_with_any_bit_wrong_is_none),
    PROMISE(keeps_to_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The host board must be as strict as the parts it stands for, or every test above it proves nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "flash.h"
#include "handover.h"
#include "host_board.h"
#include "otp.h"
#include "uart.h"

enum { FLASH_SIZE = 4 * FLASH_BLOCK_BYTES };

static const board_map map = {.name = "small", .flash_bytes = FLASH_SIZE};
static uint8_t flash[FLASH_SIZE], otp[OTP_BYTES];
static uint32_t wear[FLASH_SIZE / FLASH_BLOCK_BYTES];
static const uint8_t data[32] = "sixteen bytes__and sixteen more";

static int fresh(void **state)
{
  (void)state;
  host_board_select(&map);
  memset(flash, 0xFF, sizeof flash);
  memset(otp, 0, sizeof otp);
  memset(wear, 0, sizeof wear);
  host_flash_attach(flash, wear);
  host_otp_attach(otp, false);
  host_cut_disarm();
  return 0;
}

/* ---- Flash ---- */

static void flash_programs_whole_units_only(void **state)
{
  (void)state;
  assert_int_equal(flash_program(1, data, 16), FLASH_ALIGNMENT);
  assert_int_equal(flash_program(0, data, 15), FLASH_ALIGNMENT);
  assert_int_equal(flash_erase(16, FLASH_BLOCK_BYTES), FLASH_ALIGNMENT);
  assert_int_equal(flash_erase(0, 16), FLASH_ALIGNMENT);
  for (uint32_t i = 0; i < FLASH_SIZE; i++) assert_int_equal(flash[i], 0xFF);
}

static void flash_refuses_what_lies_beyond_it(void **state)
{
  (void)state;
  uint8_t out[32];
  assert_int_equal(flash_read(FLASH_SIZE - 16, out, 17), FLASH_RANGE);
  assert_int_equal(flash_read(0xFFFFFFF0u, out, 32), FLASH_RANGE);
  assert_int_equal(flash_program(FLASH_SIZE, data, 16), FLASH_RANGE);
  assert_int_equal(flash_program(0xFFFFFFF0u, data, 32), FLASH_RANGE);
  assert_int_equal(flash_erase(FLASH_SIZE, FLASH_BLOCK_BYTES), FLASH_RANGE);
  assert_int_equal(flash_erase(0, 0xFFFFF000u), FLASH_RANGE);
  assert_int_equal(flash_read(FLASH_SIZE, out, 0), FLASH_OK);
}

static void flash_unit_is_programmed_once_between_erases(void **state)
{
  (void)state;
  uint8_t out[16];
  assert_int_equal(flash_program(32, data, 16), FLASH_OK);
  assert_int_equal(flash_program(32, data, 16), FLASH_NOT_ERASED);
  assert_int_equal(flash_program(16, data, 32), FLASH_NOT_ERASED);
  assert_int_equal(flash_read(16, out, 16), FLASH_OK);
  assert_memory_equal(out, data, 16); /* units before the one refused were programmed */
  assert_int_equal(flash_erase(0, FLASH_BLOCK_BYTES), FLASH_OK);
  assert_int_equal(flash_program(32, data, 16), FLASH_OK);
}

static void flash_erase_wears_the_block_and_no_other(void **state)
{
  (void)state;
  assert_int_equal(flash_erase(FLASH_BLOCK_BYTES, 2 * FLASH_BLOCK_BYTES), FLASH_OK);
  assert_int_equal(flash_wear(0), 0);
  assert_int_equal(flash_wear(FLASH_BLOCK_BYTES), 1);
  assert_int_equal(flash_wear(3 * FLASH_BLOCK_BYTES - 1), 1);
  assert_int_equal(flash_wear(3 * FLASH_BLOCK_BYTES), 0);
  assert_int_equal(flash_wear(FLASH_SIZE), 0);
  wear[0] = UINT32_MAX;
  assert_int_equal(flash_erase(0, FLASH_BLOCK_BYTES), FLASH_OK);
  assert_int_equal(flash_wear(0), UINT32_MAX);
}

static void flash_unit_stays_unreadable_until_erased(void **state)
{
  (void)state;
  uint8_t out[64];
  host_flash_make_unreadable(40);
  assert_int_equal(flash_read(0, out, 32), FLASH_OK);
  assert_int_equal(flash_read(31, out, 2), FLASH_UNREADABLE);
  assert_int_equal(flash_read(47, out, 1), FLASH_UNREADABLE);
  assert_int_equal(flash_read(48, out, 16), FLASH_OK);
  assert_int_equal(flash_program(32, data, 16), FLASH_NOT_ERASED);
  assert_int_equal(flash_erase(0, FLASH_BLOCK_BYTES), FLASH_OK);
  assert_int_equal(flash_read(32, out, 16), FLASH_OK);
}

static void flash_stuck_unit_never_takes_data(void **state)
{
  (void)state;
  host_flash_make_stuck(16);
  assert_int_equal(flash_program(0, data, 32), FLASH_FAILED);
  assert_memory_equal(flash, data, 16);
  assert_memory_not_equal(flash + 16, data + 16, 16);
  assert_int_equal(flash_erase(0, FLASH_BLOCK_BYTES), FLASH_OK);
  assert_int_equal(flash_program(16, data, 16), FLASH_FAILED);
}

static void flash_counts_the_bytes_it_hands_out(void **state)
{
  (void)state;
  uint8_t out[40];
  const uint64_t before = host_flash_bytes_read();
  assert_int_equal(flash_read(3, out, 40), FLASH_OK);
  assert_int_equal(flash_read(FLASH_SIZE, out, 1), FLASH_RANGE);
  assert_int_equal(host_flash_bytes_read() - before, 40);
}

/* ---- OTP ---- */

static void otp_bits_are_set_and_never_cleared(void **state)
{
  (void)state;
  const uint8_t one[2] = {0x0F, 0}, more[2] = {0x1F, 0x80}, less[2] = {0x17, 0xFF};
  assert_int_equal(otp_program(10, one, 2), OTP_OK);
  assert_int_equal(otp_program(10, more, 2), OTP_OK);
  assert_int_equal(otp_program(10, less, 2), OTP_CONFLICT);
  assert_memory_equal(otp + 10, more, 2); /* nothing was done */
}

static void otp_fuses_freeze_and_counters_do_not(void **state)
{
  (void)state;
  const uint8_t one = 1;
  host_otp_attach(otp, true);
  assert_int_equal(otp_program(OTP_BANK_BYTES - 1, &one, 1), OTP_FROZEN);
  assert_int_equal(otp_program(OTP_BANK_BYTES, &one, 1), OTP_OK);
  assert_int_equal(otp[OTP_BANK_BYTES - 1], 0);
}

static void otp_that_is_silent_says_so(void **state)
{
  (void)state;
  uint8_t byte = 1;
  host_otp_silence(true);
  assert_int_equal(otp_read(0, &byte, 1), OTP_NO_REPLY);
  assert_int_equal(otp_program(0, &byte, 1), OTP_NO_REPLY);
  host_otp_silence(false);
  assert_int_equal(otp_read(OTP_BYTES, &byte, 1), OTP_RANGE);
  assert_int_equal(otp_program(OTP_BYTES - 1, &byte, 2), OTP_RANGE);
}

/* ---- Cuts ---- */

static jmp_buf power_off;

static void cut_handler(void)
{
  longjmp(power_off, 1);
}

/* True when the power went during `operation`. */
static bool cut(host_torn outcome, uint32_t detail, void (*operation)(void))
{
  host_cut_arm(1, outcome, detail, cut_handler);
  if (setjmp(power_off)) return true;
  operation();
  return false;
}

static void program_three_units(void)
{
  static const uint8_t zeros[48];
  (void)!flash_program(0, zeros, sizeof zeros);
}

static void erase_three_blocks(void)
{
  (void)!flash_erase(0, 3 * FLASH_BLOCK_BYTES);
}

static void program_three_fuses(void)
{
  static const uint8_t ones[3] = {0xFF, 0xFF, 0xFF};
  (void)!otp_program(0, ones, sizeof ones);
}

static void cut_program_leaves_whole_units_before_and_none_after(void **state)
{
  static const host_torn all[] = {HOST_TORN_NOTHING, HOST_TORN_PREFIX, HOST_TORN_ALL, HOST_TORN_RANDOM,
                                  HOST_TORN_UNREADABLE};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    fresh(state);
    assert_true(cut(all[i], 5, program_three_units));
    assert_int_equal(host_operation_kind(1), HOST_PROGRAM);
    for (uint32_t at = 0; at < 16; at++) assert_int_equal(flash[at], 0);
    for (uint32_t at = 32; at < 48; at++) assert_int_equal(flash[at], 0xFF);
    uint32_t done = 0;
    for (uint32_t at = 16; at < 32; at++) done += flash[at] == 0;
    if (all[i] == HOST_TORN_NOTHING || all[i] == HOST_TORN_UNREADABLE) assert_int_equal(done, 0);
    if (all[i] == HOST_TORN_PREFIX) assert_int_equal(done, 5);
    if (all[i] == HOST_TORN_ALL) assert_int_equal(done, 16);
    uint8_t out[16];
    assert_int_equal(flash_read(16, out, 16), all[i] == HOST_TORN_UNREADABLE ? FLASH_UNREADABLE : FLASH_OK);
  }
}

static void cut_erase_leaves_whole_blocks_before_and_none_after(void **state)
{
  static const host_torn all[] = {HOST_TORN_NOTHING, HOST_TORN_PREFIX, HOST_TORN_ALL, HOST_TORN_RANDOM,
                                  HOST_TORN_UNREADABLE};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    fresh(state);
    memset(flash, 0, sizeof flash);
    host_flash_make_unreadable(FLASH_BLOCK_BYTES + 32);
    assert_true(cut(all[i], 100, erase_three_blocks));
    assert_int_equal(host_operation_kind(1), HOST_ERASE);
    for (uint32_t at = 0; at < FLASH_BLOCK_BYTES; at++) assert_int_equal(flash[at], 0xFF);
    for (uint32_t at = 2 * FLASH_BLOCK_BYTES; at < FLASH_SIZE; at++) assert_int_equal(flash[at], 0);
    uint32_t blank = 0;
    for (uint32_t at = FLASH_BLOCK_BYTES; at < 2 * FLASH_BLOCK_BYTES; at++) blank += flash[at] == 0xFF;
    if (all[i] == HOST_TORN_NOTHING || all[i] == HOST_TORN_UNREADABLE) assert_int_equal(blank, 0);
    if (all[i] == HOST_TORN_PREFIX) assert_int_equal(blank, 100);
    if (all[i] == HOST_TORN_ALL) assert_int_equal(blank, FLASH_BLOCK_BYTES);
    uint8_t byte; /* readable again exactly when the erase got that far */
    const bool reached = all[i] == HOST_TORN_ALL || all[i] == HOST_TORN_PREFIX;
    assert_int_equal(flash_read(FLASH_BLOCK_BYTES + 32, &byte, 1), reached ? FLASH_OK : FLASH_UNREADABLE);
  }
}

static void cut_otp_sets_some_of_the_bits_of_one_byte(void **state)
{
  fresh(state);
  assert_true(cut(HOST_TORN_PREFIX, 3, program_three_fuses));
  assert_int_equal(host_operation_kind(1), HOST_OTP);
  assert_int_equal(otp[0], 0xFF);
  assert_int_equal(otp[1], 0x07);
  assert_int_equal(otp[2], 0);
}

static void operations_are_counted_without_a_cut(void **state)
{
  fresh(state);
  program_three_units();
  erase_three_blocks();
  program_three_fuses();
  assert_int_equal(host_operations(), 9);
  host_cut_arm(9, HOST_TORN_ALL, 0, cut_handler); /* counts from here */
  assert_int_equal(host_operations(), 0);
}

/* ---- Console and clock ---- */

static void keep(void *context, const void *bytes, uint32_t count)
{
  memcpy(context, bytes, count);
}

static void uart_carries_bytes_both_ways(void **state)
{
  (void)state;
  uint8_t byte, sent[4] = {0};
  assert_false(uart_read(&byte));
  host_uart_feed("ab", 2);
  host_uart_feed("c", 1);
  for (const char *c = "abc"; *c; c++) {
    assert_true(uart_read(&byte));
    assert_int_equal(byte, *c);
  }
  assert_false(uart_read(&byte));
  host_uart_sink(keep, sent);
  uart_write("xyz", 3);
  host_uart_sink(NULL, NULL);
  uart_write("123", 3);
  assert_memory_equal(sent, "xyz", 4);
}

static void clock_moves_as_the_test_says(void **state)
{
  (void)state;
  host_clock_step(250);
  const uint32_t start = clock_ms();
  assert_int_equal(clock_ms() - start, 250);
  host_clock_step(0);
  assert_int_equal(clock_ms() - start, 250);
}

#define PROMISE(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(flash_programs_whole_units_only),
    PROMISE(flash_refuses_what_lies_beyond_it),
    PROMISE(flash_unit_is_programmed_once_between_erases),
    PROMISE(flash_erase_wears_the_block_and_no_other),
    PROMISE(flash_unit_stays_unreadable_until_erased),
    PROMISE(flash_stuck_unit_never_takes_data),
    PROMISE(flash_counts_the_bytes_it_hands_out),
    PROMISE(otp_bits_are_set_and_never_cleared),
    PROMISE(otp_fuses_freeze_and_counters_do_not),
    PROMISE(otp_that_is_silent_says_so),
    PROMISE(cut_program_leaves_whole_units_before_and_none_after),
    PROMISE(cut_erase_leaves_whole_blocks_before_and_none_after),
    PROMISE(cut_otp_sets_some_of_the_bits_of_one_byte),
    PROMISE(operations_are_counted_without_a_cut),
    PROMISE(uart_carries_bytes_both_ways),
    PROMISE(clock_moves_as_the_test_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Board self-test. A sequence of boots, each ended by another kind of reset:
 *
 *     power on -> drivers -> watchdog bites -> software reset -> fault -> next stage -> locks, end
 *
 * What must survive between boots is in SRAM that no stage uses. Flash and OTP survive the second power-on,
 * for which the runner freezes the fuses: a marker in flash tells the two runs apart. */
#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "clock.h"
#include "entropy.h"
#include "flash.h"
#include "handover.h"
#include "isolation.h"
#include "otp.h"
#include "registers.h"
#include "reset.h"
#include "selftest_next.h"
#include "startup.h"
#include "uart.h"
#include "watchdog.h"

#define TEST_BLOCK 0x2F0000u    /* in slot B */
#define MARKER_BLOCK 0x2FF000u  /* holds the marker of the first run */
#define PLANTED_BLOCK 0x2E0000u /* run.py plants an unreadable granule at + 0x400, and another ... */
#define PLANTED_OFFSET 0x2E0400u
#define PLANTED_LATER 0x2D0000u /* ... here, for the test under the lock */
/* Middle of this program's RAM: above its data, below any stack it uses. */
#define MIDDLE_BEGIN ((uint32_t *)0x3000A000)
#define MIDDLE_END ((uint32_t *)0x3000C000)
#define NEXT_BASE 0x38000000u /* where the next stage is put */
#define NEXT_STACK 0x38001000u

/* Survives resets; zero when power comes. */
typedef struct progress {
  uint32_t boots;
  uint32_t failures;
  uint32_t fault_seen; /* CFSR that board_fault_report() was given */
  uint32_t second_run;
} progress;
#define PROGRESS ((volatile progress *)0x30004000)

static void print(const char *text)
{
  uart_write(text, (uint32_t)strlen(text));
}

static void print_number(uint32_t value)
{
  char digits[10];
  uint32_t n = sizeof digits;
  do {
    digits[--n] = (char)('0' + value % 10u);
    value /= 10u;
  } while (value != 0);
  uart_write(digits + n, sizeof digits - n);
}

static void check_at(bool good, const char *name, uint32_t line)
{
  if (!good) PROGRESS->failures++;
  print(good ? "PASS " : "FAIL ");
  print(name);
  if (!good) {
    print(" (line ");
    print_number(line);
    print(")");
  }
  print("\r\n");
}
#define CHECK(name, good) check_at((good), (name), __LINE__)

void board_fault_report(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return)
{
  (void)exc_return;
  (void)address;
  (void)pc;
  PROGRESS->fault_seen = cfsr;
}

/* ---- flash ---- */

static bool all_bytes_are(const uint8_t *bytes, uint32_t count, uint8_t value)
{
  for (uint32_t i = 0; i < count; i++) {
    if (bytes[i] != value) return false;
  }
  return true;
}

static void test_flash(void)
{
  uint8_t data[48], back[48];
  for (uint32_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)(i * 7u + 1u);

  uint32_t wear = flash_wear(TEST_BLOCK);
  CHECK("flash_erases_to_ones", flash_erase(TEST_BLOCK, FLASH_BLOCK_BYTES) == FLASH_OK &&
                                  flash_read(TEST_BLOCK + 4000, back, 48) == FLASH_OK && all_bytes_are(back, 48, 0xFF));
  CHECK("flash_counts_wear", flash_wear(TEST_BLOCK) == wear + 1 && flash_wear(TEST_BLOCK + 4095) == wear + 1 &&
                               flash_wear(BOARD_FLASH_BYTES) == 0);
  CHECK("flash_programs_units", flash_program(TEST_BLOCK + 16, data, 48) == FLASH_OK &&
                                  flash_read(TEST_BLOCK + 16, back, 48) == FLASH_OK && memcmp(data, back, 48) == 0);
  CHECK("flash_reads_any_alignment",
        flash_read(TEST_BLOCK + 19, back + 1, 41) == FLASH_OK && memcmp(back + 1, data + 3, 41) == 0);
  CHECK("flash_reads_nothing", flash_read(BOARD_FLASH_BYTES, back, 0) == FLASH_OK);
  CHECK("flash_refuses_a_second_program", flash_program(TEST_BLOCK + 16, data, 16) == FLASH_NOT_ERASED);
  CHECK("flash_programs_up_to_a_used_unit", flash_program(TEST_BLOCK, data, 32) == FLASH_NOT_ERASED &&
                                              flash_read(TEST_BLOCK, back, 16) == FLASH_OK &&
                                              memcmp(back, data, 16) == 0);
  CHECK("flash_refuses_half_units", flash_program(TEST_BLOCK + 72, data, 16) == FLASH_ALIGNMENT &&
                                      flash_program(TEST_BLOCK + 64, data, 8) == FLASH_ALIGNMENT);
  CHECK("flash_refuses_part_of_a_block", flash_erase(TEST_BLOCK + 16, FLASH_BLOCK_BYTES) == FLASH_ALIGNMENT &&
                                           flash_erase(TEST_BLOCK, 16) == FLASH_ALIGNMENT);
  CHECK("flash_refuses_what_is_beyond_it",
        flash_read(BOARD_FLASH_BYTES - 8, back, 9) == FLASH_RANGE && flash_read(0xFFFFFFF0u, back, 32) == FLASH_RANGE &&
          flash_program(BOARD_FLASH_BYTES, data, 16) == FLASH_RANGE &&
          flash_erase(BOARD_FLASH_BYTES - FLASH_BLOCK_BYTES, 2 * FLASH_BLOCK_BYTES) == FLASH_RANGE);
}

static void test_unreadable(void)
{
  uint8_t back[32];
  CHECK("flash_reports_an_unreadable_granule", flash_read(PLANTED_OFFSET, back, 16) == FLASH_UNREADABLE &&
                                                 flash_read(PLANTED_OFFSET + 1023, back, 1) == FLASH_UNREADABLE);
  CHECK("flash_reports_a_read_that_runs_into_it", flash_read(PLANTED_OFFSET - 16, back, 32) == FLASH_UNREADABLE);
  CHECK("flash_reads_around_it", flash_read(PLANTED_OFFSET - 32, back, 32) == FLASH_OK &&
                                   flash_read(PLANTED_OFFSET + 1024, back, 32) == FLASH_OK);
  __asm__ volatile("cpsid i");
  flash_status masked = flash_read(PLANTED_OFFSET, back, 16);
  __asm__ volatile("cpsie i");
  CHECK("flash_reports_it_with_interrupts_masked", masked == FLASH_UNREADABLE);
  CHECK("flash_does_not_program_it", flash_program(PLANTED_OFFSET, back, 16) == FLASH_NOT_ERASED);
  CHECK("flash_erase_makes_it_readable", flash_erase(PLANTED_BLOCK, FLASH_BLOCK_BYTES) == FLASH_OK &&
                                           flash_read(PLANTED_OFFSET, back, 16) == FLASH_OK &&
                                           all_bytes_are(back, 16, 0xFF));
}

/* ---- OTP ---- */

static void test_otp_bank(uint32_t base, const char *blank, const char *sets, const char *adds, const char *conflict)
{
  uint8_t back[8];
  CHECK(blank, otp_read(base, back, 8) == OTP_OK && all_bytes_are(back, 8, 0));
  CHECK(sets, otp_program(base, "\x01\x20\x03\x40", 4) == OTP_OK && otp_read(base, back, 8) == OTP_OK &&
                memcmp(back, "\x01\x20\x03\x40\0\0\0\0", 8) == 0);
  CHECK(adds, otp_program(base + 1, "\x21\x03", 2) == OTP_OK && otp_read(base, back, 4) == OTP_OK &&
                memcmp(back, "\x01\x21\x03\x40", 4) == 0);
  CHECK(conflict, otp_program(base, "\x03\x20", 2) == OTP_CONFLICT && otp_read(base, back, 2) == OTP_OK &&
                    memcmp(back, "\x01\x21", 2) == 0);
}

static void test_otp(void)
{
  uint8_t back[300];
  test_otp_bank(1024, "fuses_start_blank", "fuses_take_bits", "fuses_take_more_bits", "fuses_refuse_to_clear_bits");
  test_otp_bank(OTP_BANK_BYTES + 2048, "counters_start_blank", "counters_take_bits", "counters_take_more_bits",
                "counters_refuse_to_clear_bits");
  CHECK("otp_last_bytes", otp_program(OTP_BYTES - 2, "\x11\x22", 2) == OTP_OK &&
                            otp_read(OTP_BYTES - 2, back, 2) == OTP_OK && memcmp(back, "\x11\x22", 2) == 0);
  CHECK("otp_reads_across_banks", otp_program(OTP_BANK_BYTES - 1, "\x0F\xF0", 2) == OTP_OK &&
                                    otp_read(OTP_BANK_BYTES - 2, back, 4) == OTP_OK &&
                                    memcmp(back, "\0\x0F\xF0\0", 4) == 0);
  CHECK("otp_refuses_what_is_beyond_it", otp_read(OTP_BYTES - 1, back, 2) == OTP_RANGE &&
                                           otp_read(0xFFFFFFFFu, back, 2) == OTP_RANGE &&
                                           otp_program(OTP_BYTES, back, 1) == OTP_RANGE);
  CHECK("otp_reads_many", otp_read(1000, back, 300) == OTP_OK && back[24] == 0x01 && back[27] == 0x40 && back[28] == 0);
}

/* The reset came while the fuses were being read: the part may be waiting for clocks, holding SDA. */
static void test_otp_after_cut_read(void)
{
  uint8_t back[4];
  CHECK("otp_answers_after_a_cut_read", otp_read(1024, back, 4) == OTP_OK && memcmp(back, "\x01\x21\x03\x40", 4) == 0);
}

static void test_otp_frozen(void)
{
  uint8_t back[4];
  CHECK("fuses_survive_power_off", otp_read(1024, back, 4) == OTP_OK && memcmp(back, "\x01\x21\x03\x40", 4) == 0);
  CHECK("counters_survive_power_off",
        otp_read(OTP_BANK_BYTES + 2048, back, 4) == OTP_OK && memcmp(back, "\x01\x21\x03\x40", 4) == 0);
  CHECK("frozen_fuses_take_no_bits",
        otp_program(1030, "\x01", 1) == OTP_FROZEN && otp_read(1030, back, 1) == OTP_OK && back[0] == 0);
  CHECK("frozen_fuses_accept_what_they_hold", otp_program(1024, "\x01\x21", 2) == OTP_OK);
  CHECK("counters_are_never_frozen", otp_program(OTP_BANK_BYTES + 2056, "\x80", 1) == OTP_OK &&
                                       otp_read(OTP_BANK_BYTES + 2056, back, 1) == OTP_OK && back[0] == 0x80);
}

/* ---- the rest ---- */

static void test_clock(void)
{
  clock_init();
  uint32_t begin = clock_ms();
  uint32_t seconds = clock_rtc_seconds();
  while (clock_ms() - begin < 1100 && clock_rtc_seconds() - seconds < 3) {
  }
  uint32_t passed = clock_rtc_seconds() - seconds;
  CHECK("clock_agrees_with_rtc", passed >= 1 && passed <= 2);
  CHECK("rtc_knows_the_date", seconds > 1700000000u);
  uint32_t before = clock_ms();
  clock_init();
  CHECK("clock_init_again_is_harmless", clock_ms() - before < 50);
}

static void test_entropy(void)
{
  uint8_t a[64], b[64];
  memset(a, 0, sizeof a);
  memset(b, 0, sizeof b);
  bool got = entropy_read(a, sizeof a) && entropy_read(b, sizeof b);
  CHECK("entropy_gives_bytes", got && !all_bytes_are(a, sizeof a, a[0]));
  CHECK("entropy_differs", got && memcmp(a, b, sizeof a) != 0);
}

static void test_rom_write_ignored(void)
{
  volatile uint32_t *word = (volatile uint32_t *)BOARD_ROM_BASE;
  uint32_t before = *word;
  *word = ~before;
  CHECK("rom_ignores_writes", *word == before);
}

static void test_board_ram(void)
{
  void *p = board_ram(BOARD_FIRMWARE_LOAD_BASE + 0x7FF00, 256);
  memset(p, 0x5A, 256);
  CHECK("board_ram_is_writable", all_bytes_are(p, 256, 0x5A));
}

static void test_reset_power_on(reset_cause cause)
{
  CHECK("reset_cause_power_on", cause == RESET_POWER_ON);
  CHECK("attempts_start_at_one", reset_attempts_count_up() == 1 && reset_attempts_count_up() == 2);
}

/* Granules of non-secure memory must change hands only while their controller is not locked. */
static bool lut_can_change(uint32_t mpc, uint32_t word)
{
  REG(mpc + MPC_CTRL) &= ~MPC_CTRL_AUTOINC;
  REG(mpc + MPC_BLK_IDX) = word;
  uint32_t before = REG(mpc + MPC_BLK_LUT);
  REG(mpc + MPC_BLK_LUT) = before ^ 1u;
  bool changed = REG(mpc + MPC_BLK_LUT) == (before ^ 1u);
  REG(mpc + MPC_BLK_LUT) = before;
  return changed;
}

static void test_locks(void)
{
  const uint32_t last_rom_word = 0xFFu, unused_flash_word = 0x3000u;
  CHECK("mpc_changes_before_the_locks", lut_can_change(MPC_QSPI, last_rom_word) &&
                                          lut_can_change(MPC_DDR, unused_flash_word) &&
                                          lut_can_change(MPC_SRAM(0u), 0));
  board_lock_after_rom();
  CHECK("rom_lock_holds", !lut_can_change(MPC_QSPI, last_rom_word) && lut_can_change(MPC_DDR, unused_flash_word));
  board_lock_after_loader();
  CHECK("loader_lock_holds",
        !lut_can_change(MPC_DDR, unused_flash_word) && !lut_can_change(MPC_SRAM(0u), 0) && lut_can_change(MPC_BRAM, 0));
  REG(MPC_DDR + MPC_CTRL) = 0;
  CHECK("a_lock_cannot_be_taken_back", !lut_can_change(MPC_DDR, unused_flash_word));
}

static void test_unreadable_under_lock(void)
{
  uint8_t back[16];
  CHECK("locked_flash_erase_of_an_unreadable_block_fails",
        flash_read(PLANTED_LATER, back, 16) == FLASH_UNREADABLE &&
          flash_erase(PLANTED_LATER, FLASH_BLOCK_BYTES) == FLASH_FAILED);
}

static void test_isolation_refuses_unsound_tables(void)
{
  static const isolation_region odd = {0x28020200, 0x400, ISOLATION_NONSECURE};
  static const isolation_region empty = {0x28020000, 0, ISOLATION_NONSECURE};
  static const isolation_region rom = {0x00000000, 0x400, ISOLATION_NONSECURE};
  static const isolation_region over = {0x2807FC00, 0x800, ISOLATION_NONSECURE};
  static const isolation_region gates = {0x30008000, 0x400, ISOLATION_GATES};
  CHECK("isolation_refuses_unsound_tables", !isolation_apply(&odd, 1, 0, 0) && !isolation_apply(&empty, 1, 0, 0) &&
                                              !isolation_apply(&rom, 1, 0, 0) && !isolation_apply(&over, 1, 0, 0) &&
                                              !isolation_apply(&gates, 1, 0, 0));
}

/* ---- the boots ---- */

static _Noreturn void run_next_stage(void)
{
  uint8_t *code = board_ram(NEXT_BASE + 8, 256);
  memcpy(code, next_stage, (uint32_t)(next_stage_end - next_stage));
  uint32_t *table = board_ram(NEXT_BASE, 8);
  table[0] = NEXT_STACK;
  table[1] = 0xFFFFFFFFu; /* not to be used: the entry is what the checks unlocked */
  board_start_stage(NEXT_BASE, (NEXT_BASE + 8) | 1u);
}

static void test_next_stage_report(void)
{
  volatile next_report *r = NEXT_REPORT;
  CHECK("stage_starts_with_clear_registers", r->registers_or == 0 && r->masked == 0);
  CHECK("stage_starts_on_its_stack", r->stack == NEXT_STACK && r->stack_limit == 0 && r->vectors == NEXT_BASE);
  bool wiped = true; /* the boot before had filled it */
  for (const uint32_t *w = MIDDLE_BEGIN; w < MIDDLE_END; w++) wiped = wiped && *w == 0;
  CHECK("stage_ram_was_wiped", wiped);
}

static void dirty_ram(void)
{
  for (volatile uint32_t *w = MIDDLE_BEGIN; w < MIDDLE_END; w++) *w = 0xDEADBEEF;
}

static void first_run(reset_cause cause)
{
  test_reset_power_on(cause);
  test_flash();
  test_unreadable();
  test_otp();
  test_clock();
  test_entropy();
  test_rom_write_ignored();
  test_board_ram();
  test_isolation_refuses_unsound_tables();
  CHECK("flash_marks_the_run", flash_erase(MARKER_BLOCK, FLASH_BLOCK_BYTES) == FLASH_OK &&
                                 flash_program(MARKER_BLOCK, "HOLDFAST SELFTST", 16) == FLASH_OK);
}

static void second_run(void)
{
  uint8_t back[16];
  CHECK("flash_survives_power_off", flash_read(TEST_BLOCK + 16, back, 16) == FLASH_OK && back[0] == 1 && back[1] == 8);
  CHECK("erased_granule_stays_readable", flash_read(PLANTED_OFFSET, back, 16) == FLASH_OK);
  CHECK("granule_erased_under_lock_is_back", flash_read(PLANTED_LATER, back, 16) == FLASH_OK);
  test_otp_frozen();
}

static _Noreturn void finish(void)
{
  print("DONE ");
  print_number(PROGRESS->failures);
  print(" failed\r\n");
  for (;;) __asm__ volatile("wfi");
}

static _Noreturn void wait_for_watchdog(void)
{
  clock_init();
  watchdog_start(200);
  uint32_t begin = clock_ms();
  while (clock_ms() - begin < 600) watchdog_feed();
  begin = clock_ms();
  while (clock_ms() - begin < 150) {
  } /* past the half-time NMI: feeding still helps */
  watchdog_feed();
  while (clock_ms() - begin < 300) {
  }
  CHECK("watchdog_is_held_off_by_feeding", true);
  uint8_t back[64];
  while (clock_ms() - begin < 5000 && otp_read(1024, back, sizeof back) == OTP_OK) {
  } /* cut somewhere in a byte */
  CHECK("watchdog_resets", false);
  finish();
}

void stage_main(void)
{
  uart_init();
  reset_cause cause = reset_cause_take();
  switch (PROGRESS->boots++) {
  case 0: {
    uint8_t marker[16];
    PROGRESS->second_run = flash_read(MARKER_BLOCK, marker, 16) == FLASH_OK &&
                           memcmp(marker, "HOLDFAST SELFTST", 16) == 0;
    if (PROGRESS->second_run) {
      second_run();
      finish();
    }
    first_run(cause);
    wait_for_watchdog();
  }
  case 1:
    CHECK("reset_cause_watchdog", cause == RESET_WATCHDOG);
    CHECK("attempts_survive_reset", reset_attempts_count_up() == 3);
    test_otp_after_cut_read();
    reset_attempts_clear();
    reset_system(RESET_SOFTWARE);
  case 2:
    CHECK("reset_cause_software", cause == RESET_SOFTWARE);
    CHECK("attempts_were_cleared", reset_attempts_count_up() == 1);
    (void)*(volatile uint32_t *)(uintptr_t)(BOARD_FLASH_WINDOW + PLANTED_LATER); /* unguarded: a true fault */
    break;
  case 3:
    CHECK("reset_cause_fault", cause == RESET_FAULT);
    CHECK("fault_was_reported", PROGRESS->fault_seen == CFSR_PRECISE_BUS_FAULT);
    __asm__ volatile("msr msplim, %0\n push {r0-r7}" : : "r"(0x3000D000u)); /* a stack overflow */
    break;
  case 4:
    CHECK("stack_overflow_resets", cause == RESET_FAULT && PROGRESS->fault_seen == 1u << 20);
    dirty_ram();
    run_next_stage();
  case 5:
    CHECK("next_stage_ran", cause == RESET_WATCHDOG); /* it resets without announcing it */
    test_next_stage_report();
    test_locks();
    test_unreadable_under_lock();
    finish();
  default: break;
  }
  CHECK("boot_sequence", false);
  finish();
}

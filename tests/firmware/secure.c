/* The secure part: says what runs, opens the non-secure world's memory, starts it, and serves its gates. */
#include <arm_cmse.h>
#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "firmware_map.h"
#include "gates.h"
#include "handoff.h"
#include "isolation.h"
#include "journal.h"
#include "print.h"
#include "reset.h"
#include "startup.h"
#include "uart.h"
#include "update.h"
#include "watchdog.h"

#define GATE __attribute__((cmse_nonsecure_entry, used))

static const isolation_region regions[] = {
  {FIRMWARE_NONSECURE_BASE, FIRMWARE_NONSECURE_BYTES, ISOLATION_NONSECURE},
  {FIRMWARE_NONSECURE_RAM_BASE, FIRMWARE_NONSECURE_RAM_BYTES, ISOLATION_NONSECURE},
  {FIRMWARE_GATES_BASE, FIRMWARE_GATES_BYTES, ISOLATION_GATES},
};

static boot_info info; /* our copy: the original is in RAM that the next boot reuses */
static bool may_feed;  /* not on trial, or confirmed: only the watchdog ends a trial that stays silent */

void board_fault_report(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return)
{
  (void)exc_return;
  print_text(pc != 0 ? "fault in the secure part, cfsr " : "fault in the non-secure part, cfsr ");
  print_hex(cfsr);
  print_text(" address ");
  print_hex(address);
  print_text("\r\n");
}

static void announce(void)
{
  print_text("firmware ");
  print_decimal(info.version.major);
  print_text(".");
  print_decimal(info.version.minor);
  print_text(".");
  print_decimal(info.version.patch);
  print_text(info.slot == BOOT_SLOT_A ? " slot A" : " slot B");
  print_text(" trial ");
  print_decimal(info.trial);
  print_text(" secure part up\r\n");
}

void stage_main(void)
{
  uart_init();
  memcpy(&info, (const void *)BOARD_BOOT_INFO_BASE, sizeof info);
  if (info.magic != BOOT_INFO_MAGIC || info.size < sizeof info) {
    print_text("firmware: no boot information\r\n");
    reset_system(RESET_FAULT);
  }
  announce();
  may_feed = info.trial == 0;
  if (!isolation_apply(regions, sizeof regions / sizeof regions[0], 0, 0)) reset_system(RESET_FAULT);
  isolation_start_nonsecure(FIRMWARE_NONSECURE_BASE);
}

/* ---- gates ---- */

GATE uint32_t hf_gate_log(const char *text, uint32_t bytes)
{
  char copy[GATE_LOG_MAX];
  if (bytes > sizeof copy) return 0;
  if (bytes == 0) return 1;
  const void *readable = cmse_check_address_range((void *)(uintptr_t)text, bytes, CMSE_NONSECURE | CMSE_MPU_READ);
  if (readable == NULL) return 0;
  memcpy(copy, readable, bytes);
  uart_write(copy, bytes);
  return 1;
}

GATE uint32_t hf_gate_feed(void)
{
  if (!may_feed) return 0;
  watchdog_feed();
  return 1;
}

GATE uint32_t hf_gate_confirm(void)
{
  journal j;
  journal_open(&j);
  boot_status status = update_confirm(&j, info.slot, info.security_version);
  if (status == BOOT_OK) may_feed = true;
  return (uint32_t)status;
}

GATE uint32_t hf_gate_reject(void)
{
  journal j;
  journal_open(&j);
  return (uint32_t)update_reject(&j, BOOT_TRIAL_REJECTED);
}

GATE void hf_gate_reset(void)
{
  reset_system(RESET_SOFTWARE);
}

/* The loader on a board: decide, settle, lock, start the watchdog, jump; or recover. */
#include "board.h"
#include "clock.h"
#include "handover.h"
#include "loader.h"
#include "log.h"
#include "recovery.h"
#include "reset.h"
#include "stage.h"
#include "uart.h"
#include "watchdog.h"

static loader the_loader;
static recovery the_recovery;

/* Unequal only when a check was skipped: then nothing is written and nothing started. */
static void demand_unlocked(const loader *l)
{
  if (l->entry == l->firmware.entry && device_still_allows(COUNTER_FIRMWARE, l->firmware.security_version)) return;
  log_trouble(BOOT_UNLOCK);
  reset_system(RESET_FAULT);
}

static _Noreturn void start_firmware(void)
{
  loader *l = &the_loader;
  boot_info *info = (boot_info *)BOARD_BOOT_INFO_BASE;
  demand_unlocked(l); /* before OTP is written on its word */
  const boot_status status = loader_settle(l);
  if (status != BOOT_OK) log_trouble(status);
  loader_describe(l, info);
  log_boot(info);
  reset_attempts_clear();
  watchdog_start(LOADER_WATCHDOG_MS);
  board_lock_after_loader();
  demand_unlocked(l);
  board_start_stage(l->firmware.vectors, l->entry);
}

/* Waits for ever, since nothing else can help; each attempt in it is bounded. */
static _Noreturn void recover(boot_status why)
{
  log_recovery(why);
  reset_attempts_clear();          /* this loader works: do not make the ROM try the other copy */
  watchdog_start(WATCHDOG_MAX_MS); /* erasing a slot takes seconds on real parts */
  recovery_begin(&the_recovery, &the_loader, why);
  while (!recovery_poll(&the_recovery)) watchdog_feed();
  reset_system(RESET_SOFTWARE);
}

_Noreturn void stage_main(void)
{
  loader *l = &the_loader;
  clock_init();
  uart_init();
  watchdog_start(LOADER_WATCHDOG_MS);
  l->handoff = (const boot_handoff *)BOARD_HANDOFF_BASE;
  l->self = (const manifest *)BOARD_LOADER_MANIFEST_BASE;
  log_start(l->handoff, l->self);

  boot_status status = loader_open(l);
  if (status != BOOT_OK) {
    log_trouble(status);
    stage_halt(); /* until the watchdog bites and everything is tried again */
  }
  status = loader_choose_firmware(l);
  if (status != BOOT_OK) recover(status);
  start_firmware();
}

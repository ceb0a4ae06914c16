/* The ROM on a board: choose a loader, lock, jump. On failure one status code, then the watchdog
 * starts the machine again: a glitch of supply or flash must not need a person. */
#include "board.h"
#include "device.h"
#include "handover.h"
#include "reset.h"
#include "rom.h"
#include "stage.h"
#include "uart.h"
#include "watchdog.h"

#define ROM_WATCHDOG_MS 10000u /* until the loader takes over the watchdog; also the pause after a failure */

/* "ROM 53470002\n": the whole of what a ROM says, and only when it fails. */
static void report(boot_status status)
{
  char line[] = "ROM ........\n";
  for (uint32_t i = 0; i < 8; i++) line[4 + i] = "0123456789abcdef"[(uint32_t)status >> (28 - 4 * i) & 15];
  uart_init();
  uart_write(line, sizeof line - 1);
}

_Noreturn void stage_main(void)
{
  manifest *loader = (manifest *)BOARD_LOADER_MANIFEST_BASE;
  boot_handoff *handoff = (boot_handoff *)BOARD_HANDOFF_BASE;
  uint32_t entry =
    ~loader->entry; /* unequal until the checks say otherwise: RAM may hold the last attempt's manifest */

  watchdog_start(ROM_WATCHDOG_MS);
  handoff->reset_cause = (uint32_t)reset_cause_take();
  const boot_status status = rom_choose_loader(reset_attempts_count_up(), loader, handoff, &entry);
  if (status == BOOT_OK && entry == loader->entry && /* unequal only when a check was skipped */
      device_still_allows(COUNTER_LOADER, loader->security_version)) {
    board_lock_after_rom();
    board_start_stage(loader->vectors, entry);
  }
  handoff->magic = 0;
  report(status == BOOT_OK ? BOOT_UNLOCK : status);
  stage_halt(); /* until the watchdog bites */
}

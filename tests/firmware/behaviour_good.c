#include "gates.h"
#include "nonsecure.h"
#include "startup_nonsecure.h"
#include "status.h"

#define SYSTICK ((volatile uint32_t *)0xE000E010)
#define TICK_CYCLES 3200000u /* 100 ms at 32 MHz */

/* Only ends the wait. */
void SysTick_Handler(void)
{
}

static void tick_start(void)
{
  SYSTICK[1] = TICK_CYCLES - 1u;
  SYSTICK[2] = 0;
  SYSTICK[0] = 7; /* on, interrupt, CPU clock */
}

void behaviour(void)
{
  switch (hf_gate_confirm()) {
  case (uint32_t)BOOT_OK: say("confirmed\r\n"); break;
  case (uint32_t)BOOT_UPDATE_NO_TRIAL: say("settled\r\n"); break;
  default: say("not confirmed\r\n"); break;
  }
  tick_start();
  for (;;) {
    (void)hf_gate_feed(); /* refused: the watchdog is to bite */
    __asm__ volatile("wfi");
  }
}

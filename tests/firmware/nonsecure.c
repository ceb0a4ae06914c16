#include "nonsecure.h"

#include <stdint.h>
#include <string.h>

#include "hf_device.h"
#include "startup_nonsecure.h"

#define SYSTICK ((volatile uint32_t *)0xE000E010)
#define TICK_CYCLES 3200000u /* 100 ms at 32 MHz */

void say(const char *text)
{
  if (hf_console_write(text, strlen(text)) != PSA_SUCCESS) return; /* nothing to be done about a console that refuses */
}

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

void rest(void)
{
  __asm__ volatile("wfi");
}

static void say_number(uint32_t value)
{
  char digits[11]; /* 2^32 - 1 has ten, and the end */
  uint32_t first = sizeof digits - 1u;
  digits[first] = 0;
  do {
    digits[--first] = (char)('0' + value % 10u);
    value /= 10u;
  } while (value != 0);
  say(digits + first);
}

/* "firmware 1.0.0 slot A trial 0 up" */
static void say_what_runs(void)
{
  hf_device_info info;
  if (hf_device_get_info(&info) != PSA_SUCCESS) return;
  say("firmware ");
  say_number(info.firmware.major);
  say(".");
  say_number(info.firmware.minor);
  say(".");
  say_number(info.firmware.patch);
  say(info.slot == 0 ? " slot A trial " : " slot B trial ");
  say_number(info.trial);
  say(" up\r\n");
}

void nonsecure_main(void)
{
  say_what_runs();
  tick_start();
  behaviour();
}

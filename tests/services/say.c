#include "say.h"

#include <string.h>

#include "hf_device.h"

static uint32_t broken;

void say(const char *text)
{
  while (hf_console_write(text, strlen(text)) == PSA_ERROR_CONNECTION_BUSY) continue;
}

void say_number(const char *what, uint32_t number)
{
  char digits[12];
  uint32_t first = sizeof digits - 1u;
  digits[first] = 0;
  do {
    digits[--first] = (char)('0' + number % 10u);
    number /= 10u;
  } while (number != 0);
  say(what);
  say(" ");
  say(digits + first);
  say("\r\n");
}

void promise(bool kept, const char *what)
{
  if (kept) return;
  broken++;
  say("NOT KEPT: ");
  say(what);
  say("\r\n");
}

_Noreturn void say_verdict(void)
{
  say(broken == 0 ? "services: kept\r\n" : "services: NOT KEPT\r\n");
  for (;;) {
    if (hf_watchdog_feed() != PSA_SUCCESS) say("not fed\r\n");
    __asm__ volatile("wfi");
  }
}

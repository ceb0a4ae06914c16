/* Two words of RAM that survive a reset: the announced cause, and the attempts. The RAM is all
 * zeroes, or noise, when power comes: then the cookie is missing and both start afresh. */
#include "reset.h"

#include "board.h"
#include "registers.h"

#define COOKIE_WORD REG(BOARD_RETAINED_BASE)
#define ATTEMPTS_WORD REG(BOARD_RETAINED_BASE + 4)

#define COOKIE 0x5E7C0DA0u /* the cause is in the last two bits */
#define COOKIE_CAUSE 3u

reset_cause reset_cause_take(void)
{
  uint32_t word = COOKIE_WORD;
  COOKIE_WORD = COOKIE | RESET_WATCHDOG;
  if ((word & ~COOKIE_CAUSE) == COOKIE) return (reset_cause)(word & COOKIE_CAUSE);
  ATTEMPTS_WORD = 0;
  return RESET_POWER_ON;
}

void reset_system(reset_cause cause)
{
  COOKIE_WORD = COOKIE | cause;
  __asm__ volatile("dsb");
  REG(SCB_AIRCR) = AIRCR_KEY | AIRCR_SYSRESETREQ;
  for (;;) __asm__ volatile("dsb");
}

uint32_t reset_attempts_count_up(void)
{
  uint32_t attempts = ATTEMPTS_WORD + 1u;
  ATTEMPTS_WORD = attempts;
  return attempts;
}

void reset_attempts_clear(void)
{
  ATTEMPTS_WORD = 0;
}

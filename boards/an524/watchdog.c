/* The secure CMSDK watchdog. Its first expiry raises NMI (which start-up ignores), its second resets
 * the machine: it is loaded with half of the limit. Locked between uses against stray writes. */
#include "watchdog.h"

#include "registers.h"

#define WATCHDOG 0x50081000u
#define WATCHDOG_LOAD (WATCHDOG + 0x0u)
#define WATCHDOG_CTRL (WATCHDOG + 0x8u)
#define WATCHDOG_INTCLR (WATCHDOG + 0xCu)
#define WATCHDOG_LOCK (WATCHDOG + 0xC00u)
#define WATCHDOG_KEY 0x1ACCE551u
#define WATCHDOG_CTRL_ON 3u /* interrupt and reset */

#define TICKS_PER_HALF_MS (MAIN_CLOCK_HZ / 2000u)

void watchdog_start(uint32_t limit_ms)
{
  if (limit_ms - 1u >= WATCHDOG_MAX_MS) limit_ms = WATCHDOG_MAX_MS; /* 0 wraps and is out of range too */
  REG(WATCHDOG_LOCK) = WATCHDOG_KEY;
  REG(WATCHDOG_LOAD) = limit_ms * TICKS_PER_HALF_MS; /* 60 s: 960 million, fits */
  REG(WATCHDOG_CTRL) = WATCHDOG_CTRL_ON;
  watchdog_feed();
}

void watchdog_feed(void)
{
  REG(WATCHDOG_LOCK) = WATCHDOG_KEY;
  REG(WATCHDOG_INTCLR) = 1; /* withdraws the NMI and reloads the counter */
  REG(WATCHDOG_LOCK) = 0;
}

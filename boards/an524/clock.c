/* Milliseconds from the always-on 32 kHz timer, whose 32 bits last 37 hours; clock_ms() counts the
 * laps, so somebody must call it at least that often. A later stage goes on with the running count. */
#include "clock.h"

#include "registers.h"

#define TIMER 0x5002F000u
#define TIMER_CTRL (TIMER + 0x0u)
#define TIMER_VALUE (TIMER + 0x4u) /* counts down */
#define TIMER_RELOAD (TIMER + 0x8u)
#define TIMER_CTRL_ENABLE 1u
#define FULL 0xFFFFFFFFu

#define TICKS_PER_MS (SLOW_CLOCK_HZ / 1000u)
#define MS_PER_LAP (1u << 27) /* 2^32 ticks / 32 */
_Static_assert(TICKS_PER_MS == 32, "a lap is a whole number of milliseconds");

#define RTC_DATA 0x5130B000u /* PL031 */

static uint32_t laps_ms;
static uint32_t last_ticks;

void clock_init(void)
{
  if (REG(TIMER_CTRL) == TIMER_CTRL_ENABLE && REG(TIMER_RELOAD) == FULL) return;
  REG(TIMER_CTRL) = 0;
  REG(TIMER_RELOAD) = FULL;
  REG(TIMER_VALUE) = FULL;
  REG(TIMER_CTRL) = TIMER_CTRL_ENABLE;
}

uint32_t clock_ms(void)
{
  uint32_t ticks = FULL - REG(TIMER_VALUE);
  if (ticks < last_ticks) laps_ms += MS_PER_LAP;
  last_ticks = ticks;
  return laps_ms + ticks / TICKS_PER_MS;
}

uint32_t clock_rtc_seconds(void)
{
  return REG(RTC_DATA);
}

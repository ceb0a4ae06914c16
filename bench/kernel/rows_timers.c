/* Software timers, with 0, 1, 10 and 50 others that run. */
#include "bench.h"
#include "timers.h"

#include <stdio.h>

enum { OTHERS_MAX = 50 };

static StaticTimer_t memory[OTHERS_MAX + 2];
static TimerHandle_t timers[OTHERS_MAX + 2];

static void expired(TimerHandle_t timer)
{
  (void)timer;
  mark_to();
}

static TimerHandle_t make(unsigned i, TickType_t period)
{
  timers[i] = xTimerCreateStatic("timer", period, pdFALSE, NULL, expired, &memory[i]);
  return timers[i];
}

static void with_others(unsigned others)
{
  char round_trip[32], one_way[32];
  for (unsigned i = 0; i < others; i++) xTimerStart(make(i, FOREVER_TICKS + i * 10), 0);

  TimerHandle_t latest = make(others, 2 * FOREVER_TICKS);
  REPEAT(1000, xTimerReset(latest, 0));
  snprintf(round_trip, sizeof round_trip, "n.timer_rt.%u", others);
  report(round_trip, "-", LESS_LOOP, 1000);

  TimerHandle_t next = make(others + 1, 1);
  for (unsigned i = 0; i < 1000; i++) {
    xTimerReset(next, 0);
    mark_start();
    mark_from();
    pass_tick();
    mark_stop();
  }
  snprintf(round_trip, sizeof round_trip, "n.timer_tick_rt.%u", others);
  snprintf(one_way, sizeof one_way, "n.timer_oneway.%u", others);
  report(round_trip, one_way, LESS_PEND, 1000);
  for (unsigned i = 0; i < others + 2; i++) xTimerDelete(timers[i], 0);
}

void rows_timers(void)
{
  with_others(0);
  with_others(1);
  with_others(10);
  with_others(OTHERS_MAX);
}

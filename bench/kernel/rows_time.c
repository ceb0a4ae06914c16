/* Ticks and delays, with 0, 1, 10 and 50 other tasks. */
#include "bench.h"

#include <stdio.h>

static const char *name_of(const char *row, unsigned others)
{
  static char names[2][32];
  static unsigned next;
  char *name = names[next++ % 2];
  snprintf(name, sizeof names[0], "%s.%u", row, others);
  return name;
}

static void delay_one_tick(void *unused)
{
  (void)unused;
  for (;;) {
    vTaskDelay(1);
    mark_to();
  }
}

static void delay_behind_all(void *unused)
{
  (void)unused;
  for (;;) vTaskDelay(2 * FOREVER_TICKS);
}

static void ticks_with_nothing_due(unsigned others)
{
  delay_helpers(others);
  for (unsigned i = 0; i < 1000; i++) {
    mark_start();
    pass_tick();
    mark_stop();
  }
  report(name_of("i.tick_idle", others), "-", LESS_PEND, 1000);
  delete_helpers();
}

static void ticks_with_one_due(unsigned others)
{
  delay_helpers(others);
  helper(delay_one_tick, NULL, HIGHER_PRIORITY);
  for (unsigned i = 0; i < 1000; i++) {
    mark_start();
    mark_from();
    pass_tick();
    mark_stop();
  }
  report(name_of("i.tick_rt", others), name_of("i.tick_oneway", others), LESS_PEND, 1000);
  delete_helpers();
}

static void delays_cut_short(unsigned others)
{
  delay_helpers(others);
  TaskHandle_t higher = helper(delay_behind_all, NULL, HIGHER_PRIORITY);
  REPEAT(1000, xTaskAbortDelay(higher));
  report(name_of("i.delay_rt", others), "-", LESS_LOOP, 1000);
  delete_helpers();
}

static void delay_three_ticks(void *unused)
{
  (void)unused;
  for (;;) vTaskDelay(3);
}

/* The woken tasks are less urgent than this one, until it lets them pass. */
static void ticks_that_wake(unsigned woken)
{
  for (unsigned i = 0; i < woken; i++) helper(delay_three_ticks, NULL, LOWER_PRIORITY);
  for (unsigned i = 0; i < 200; i++) {
    vTaskPrioritySet(NULL, LOWER_PRIORITY - 1);
    vTaskPrioritySet(NULL, MAIN_PRIORITY);
    pass_tick();
    pass_tick();
    mark_start();
    pass_tick();
    mark_stop();
  }
  report(name_of("i.tick_wake", woken), "-", LESS_PEND, 200);
  delete_helpers();
}

/* At ticks 4k + 3 all are due: on the way there, at 4k + 2, this kernel moves every one of them. */
static void ticks_that_move(unsigned moved)
{
  for (unsigned i = 0; i < moved; i++) helper(delay_three_ticks, NULL, LOWER_PRIORITY);
  for (unsigned i = 0; i < 200; i++) {
    while (xTaskGetTickCount() % 4u != 0) pass_tick();
    vTaskPrioritySet(NULL, LOWER_PRIORITY - 1);
    vTaskPrioritySet(NULL, MAIN_PRIORITY);
    pass_tick();
    mark_start();
    pass_tick();
    mark_stop();
    pass_tick();
  }
  report(name_of("i.tick_move", moved), "-", LESS_PEND, 200);
  delete_helpers();
}

static void delay_a_while(void *unused)
{
  (void)unused;
  for (;;) vTaskDelay(1500);
}

/* Many ticks on the way to one at which all are due: whatever a kernel does to get nearer to it is in here. */
static void ticks_of_a_while(unsigned delayed)
{
  for (unsigned i = 0; i < delayed; i++) helper(delay_a_while, NULL, HIGHER_PRIORITY);
  for (unsigned i = 0; i < 1499; i++) {
    mark_start();
    pass_tick();
    mark_stop();
  }
  report(name_of("i.tick_while", delayed), "-", LESS_PEND, 1499);
  delete_helpers();
}

void rows_time(void)
{
  static const unsigned counts[] = {0, 1, 10, 50};
  for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    ticks_with_nothing_due(counts[i]);
    ticks_with_one_due(counts[i]);
    delays_cut_short(counts[i]);
    if (counts[i] != 0) ticks_that_wake(counts[i]);
  }
  ticks_that_move(50);
  ticks_of_a_while(50);
}

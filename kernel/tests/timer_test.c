/* Promises of software timers (timers.h). The timer task is more urgent than the judge: a command is done when its call
 * returns, and a callback has run when the judge sees its tick; unless a promise stops the timer task first. */
#include "FreeRTOS.h"
#include "timers.h"

#include <string.h>

#include "diary.h"
#include "promise.h"

#if configUSE_TIMERS == 1

#define CALLS_MAX 64u

/* What note_call() saw. */
static struct {
  volatile unsigned count;
  TickType_t at[CALLS_MAX];
  TimerHandle_t of[CALLS_MAX];
} calls;

static void note_call(TimerHandle_t timer)
{
  if (calls.count < CALLS_MAX) {
    calls.at[calls.count] = xTaskGetTickCount();
    calls.of[calls.count] = timer;
  }
  calls.count++;
}

static StaticTimer_t memory[2];

/* A timer in memory[n]; deleting it is a command too, but leaves nothing behind. */
static TimerHandle_t timer_made(unsigned n, TickType_t period, BaseType_t reloads, TimerCallbackFunction_t callback)
{
  calls.count = 0;
  return xTimerCreateStatic("test", period, reloads, NULL, callback, &memory[n]);
}

static void hold_daemon(void)
{
  vTaskSuspend(xTimerGetTimerDaemonTaskHandle());
}

static void release_daemon(void)
{
  vTaskResume(xTimerGetTimerDaemonTaskHandle());
}

static void ignore(void *parameter, uint32_t value)
{
  (void)parameter;
  (void)value;
}

/* --- made and looked at --- */

PROMISE(a_new_timer_does_not_run_and_is_as_it_was_made)
{
  static const char name[] = "lamp";
  int id;
  StaticTimer_t *buffer = NULL;
  TimerHandle_t timer = xTimerCreateStatic(name, 7, pdTRUE, &id, note_call, &memory[0]);
  NEED(timer != NULL);
  CHECK(!xTimerIsTimerActive(timer));
  CHECK(pcTimerGetName(timer) == name);
  CHECK(pvTimerGetTimerID(timer) == &id);
  CHECK_EQUAL(xTimerGetPeriod(timer), 7);
  CHECK_EQUAL(xTimerGetReloadMode(timer), pdTRUE);
  CHECK_EQUAL(uxTimerGetReloadMode(timer), 1);
  CHECK_EQUAL(xTimerGetStaticBuffer(timer, &buffer), pdTRUE);
  CHECK(buffer == &memory[0]);
  calls.count = 0;
  vTaskDelay(9);
  CHECK_EQUAL(calls.count, 0);
}

PROMISE(a_timer_from_the_heap_is_given_back_when_it_is_deleted)
{
  StaticTimer_t *buffer = NULL;
  size_t before = xPortGetFreeHeapSize();
  calls.count = 0;
  TimerHandle_t timer = xTimerCreate("heap", 3, pdFALSE, NULL, note_call);
  NEED(timer != NULL);
  CHECK(xPortGetFreeHeapSize() < before);
  CHECK_EQUAL(xTimerGetStaticBuffer(timer, &buffer), pdFALSE);
  CHECK(buffer == NULL);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  CHECK_EQUAL(xTimerDelete(timer, 0), pdPASS);
  CHECK_EQUAL(xPortGetFreeHeapSize(), before);
  vTaskDelay(5);
  CHECK_EQUAL(calls.count, 0);
}

PROMISE(id_and_reload_mode_can_be_set)
{
  int id;
  TimerHandle_t timer = timer_made(0, 2, pdFALSE, note_call);
  vTimerSetTimerID(timer, &id);
  CHECK(pvTimerGetTimerID(timer) == &id);
  vTimerSetReloadMode(timer, pdTRUE);
  CHECK_EQUAL(xTimerGetReloadMode(timer), pdTRUE);
  vTimerSetReloadMode(timer, pdFALSE);
  CHECK_EQUAL(xTimerGetReloadMode(timer), pdFALSE);
#if configUSE_TRACE_FACILITY == 1
  vTimerSetTimerNumber(timer, 4711);
  CHECK_EQUAL(uxTimerGetTimerNumber(timer), 4711);
#endif
}

PROMISE(the_timer_task_has_its_name_and_priority)
{
  TaskHandle_t daemon = xTimerGetTimerDaemonTaskHandle();
  NEED(daemon != NULL);
  CHECK_EQUAL(strcmp(pcTaskGetName(daemon), configTIMER_SERVICE_TASK_NAME), 0);
  CHECK_EQUAL(uxTaskPriorityGet(daemon), configTIMER_TASK_PRIORITY);
}

#if configUSE_DAEMON_TASK_STARTUP_HOOK == 1
static unsigned hook_calls;
static TaskHandle_t hook_task;

void vApplicationDaemonTaskStartupHook(void)
{
  hook_calls++;
  hook_task = xTaskGetCurrentTaskHandle();
}

PROMISE(the_start_up_hook_ran_once_in_the_timer_task)
{
  CHECK_EQUAL(hook_calls, 1);
  CHECK(hook_task == xTimerGetTimerDaemonTaskHandle());
}
#endif

/* --- time --- */

PROMISE(a_one_shot_calls_back_once_at_its_tick)
{
  TimerHandle_t timer = timer_made(0, 5, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  CHECK(xTimerIsTimerActive(timer));
  CHECK_EQUAL(xTimerGetExpiryTime(timer) - start, 5);
  vTaskDelay(4);
  CHECK_EQUAL(calls.count, 0);
  vTaskDelay(10);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(calls.at[0] - start, 5);
  CHECK(calls.of[0] == timer);
  CHECK(!xTimerIsTimerActive(timer));
}

static BaseType_t active_in_callback;
static TickType_t expiry_in_callback;

static void note_activity(TimerHandle_t timer)
{
  note_call(timer);
  active_in_callback = xTimerIsTimerActive(timer);
  expiry_in_callback = xTimerGetExpiryTime(timer);
  CHECK(xTaskGetCurrentTaskHandle() == xTimerGetTimerDaemonTaskHandle());
}

PROMISE(a_one_shot_is_dormant_in_its_callback)
{
  TimerHandle_t timer = timer_made(0, 1, pdFALSE, note_activity);
  active_in_callback = pdTRUE;
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(3);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(active_in_callback, pdFALSE);
}

PROMISE(an_auto_reload_timer_calls_back_every_period)
{
  TimerHandle_t timer = timer_made(0, 3, pdTRUE, note_activity);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(31);
  CHECK_EQUAL(calls.count, 10);
  for (unsigned i = 0; i < 10u; i++) CHECK_EQUAL(calls.at[i] - start, 3u * (i + 1u));
  CHECK_EQUAL(active_in_callback, pdTRUE);
  CHECK_EQUAL(expiry_in_callback - start, 33);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
}

PROMISE(timers_of_one_tick_call_back_in_the_order_of_their_starts)
{
  TimerHandle_t later = timer_made(1, 4, pdFALSE, note_call);
  TimerHandle_t first = timer_made(0, 6, pdFALSE, note_call);
  (void)fresh_tick();
  CHECK_EQUAL(xTimerStart(first, 0), pdPASS);
  vTaskDelay(2);
  CHECK_EQUAL(xTimerStart(later, 0), pdPASS);
  vTaskDelay(5);
  NEED(calls.count == 2);
  CHECK_EQUAL(calls.at[0], calls.at[1]);
  CHECK(calls.of[0] == first);
  CHECK(calls.of[1] == later);
}

PROMISE(a_reset_starts_the_period_over)
{
  TimerHandle_t timer = timer_made(0, 5, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerReset(timer, 0), pdPASS); /* dormant: starts it */
  for (unsigned i = 0; i < 6u; i++) {
    vTaskDelay(4);
    CHECK_EQUAL(xTimerReset(timer, 0), pdPASS);
  }
  CHECK_EQUAL(calls.count, 0);
  CHECK_EQUAL(xTimerGetExpiryTime(timer) - start, 29);
  vTaskDelay(6);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(calls.at[0] - start, 29);
}

PROMISE(a_start_while_it_runs_starts_over)
{
  TimerHandle_t timer = timer_made(0, 5, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(3);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(9);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(calls.at[0] - start, 8);
}

PROMISE(a_stopped_timer_does_not_call_back)
{
  TimerHandle_t timer = timer_made(0, 3, pdTRUE, note_call);
  (void)fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(4);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  CHECK(!xTimerIsTimerActive(timer));
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS); /* once more changes nothing */
  vTaskDelay(10);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(3);
  CHECK_EQUAL(calls.count, 2);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
}

PROMISE(a_changed_period_counts_from_the_command_and_starts_a_dormant_timer)
{
  TimerHandle_t timer = timer_made(0, 50, pdTRUE, note_call);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerChangePeriod(timer, 4, 0), pdPASS);
  CHECK(xTimerIsTimerActive(timer));
  CHECK_EQUAL(xTimerGetPeriod(timer), 4);
  vTaskDelay(6);
  CHECK_EQUAL(xTimerChangePeriod(timer, 7, 0), pdPASS); /* running: from tick 6 on */
  vTaskDelay(16);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  NEED(calls.count == 3);
  CHECK_EQUAL(calls.at[0] - start, 4);
  CHECK_EQUAL(calls.at[1] - start, 13);
  CHECK_EQUAL(calls.at[2] - start, 20);
}

PROMISE(a_running_timer_ends_after_its_reload_mode_is_taken_away)
{
  TimerHandle_t timer = timer_made(0, 3, pdTRUE, note_call);
  (void)fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(4);
  vTimerSetReloadMode(timer, pdFALSE);
  CHECK(xTimerIsTimerActive(timer));
  vTaskDelay(10);
  CHECK_EQUAL(calls.count, 2);
  CHECK(!xTimerIsTimerActive(timer));
}

/* Nearly all of the time a 32-bit tick count has, in a few steps; it wraps on the way. */
PROMISE(the_longest_period_ends_at_its_tick)
{
  TimerHandle_t timer = timer_made(0, portMAX_DELAY, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  CHECK_EQUAL(start - xTimerGetExpiryTime(timer), 1);
  for (unsigned i = 0; i < 3u; i++) {
    (void)xTaskCatchUpTicks(0x55555550u);
    vTaskDelay(4);
  }
  CHECK_EQUAL(start - xTaskGetTickCount(), 4);
  CHECK_EQUAL(calls.count, 0);
  CHECK(xTimerIsTimerActive(timer));
  vTaskDelay(4);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(start - calls.at[0], 1);
}

PROMISE(a_timer_that_expires_after_the_wrap_is_on_time)
{
  TimerHandle_t timer = timer_made(0, 20, pdTRUE, note_call);
  TickType_t now = fresh_tick();
  TickType_t before_wrap = 0u - now;
  if (before_wrap > 10u) (void)xTaskCatchUpTicks(before_wrap - 10u);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(41);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  NEED(calls.count == 2);
  CHECK_EQUAL(calls.at[0] - start, 20);
  CHECK_EQUAL(calls.at[1] - start, 40);
}

/* --- a timer task that is late --- */

PROMISE(a_period_counts_from_when_the_command_was_sent)
{
  TimerHandle_t started = timer_made(0, 8, pdFALSE, note_call);
  TimerHandle_t changed = timer_made(1, 90, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  hold_daemon();
  CHECK_EQUAL(xTimerStart(started, 0), pdPASS);
  CHECK_EQUAL(xTimerChangePeriod(changed, 9, 0), pdPASS);
  CHECK(!xTimerIsTimerActive(started)); /* not done yet */
  vTaskDelay(5);
  release_daemon();
  CHECK(xTimerIsTimerActive(started));
  vTaskDelay(10);
  NEED(calls.count == 2);
  CHECK_EQUAL(calls.at[0] - start, 8);
  CHECK_EQUAL(calls.at[1] - start, 9);
}

PROMISE(a_command_executed_after_the_expiry_it_implies_calls_back_at_once)
{
  TimerHandle_t started = timer_made(0, 3, pdFALSE, note_call);
  TimerHandle_t changed = timer_made(1, 90, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  hold_daemon();
  CHECK_EQUAL(xTimerStart(started, 0), pdPASS);
  CHECK_EQUAL(xTimerChangePeriod(changed, 2, 0), pdPASS);
  vTaskDelay(6);
  release_daemon();
  CHECK_EQUAL(calls.count, 2);
  CHECK_EQUAL(calls.at[0] - start, 6);
  CHECK(!xTimerIsTimerActive(started));
  CHECK(!xTimerIsTimerActive(changed));
  vTaskDelay(10);
  CHECK_EQUAL(calls.count, 2);
}

PROMISE(a_late_auto_reload_timer_makes_up_for_each_period_and_keeps_its_phase)
{
  TimerHandle_t timer = timer_made(0, 4, pdTRUE, note_call);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(2);
  hold_daemon();
  vTaskDelay(16);
  CHECK_EQUAL(calls.count, 0);
  release_daemon();
  CHECK_EQUAL(calls.count, 4); /* 4, 8, 12, 16 */
  vTaskDelay(3);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  NEED(calls.count == 5);
  CHECK_EQUAL(calls.at[3] - start, 18);
  CHECK_EQUAL(calls.at[4] - start, 20);
}

PROMISE(an_auto_reload_timer_started_late_makes_up_for_each_period)
{
  TimerHandle_t timer = timer_made(0, 4, pdTRUE, note_call);
  TickType_t start = fresh_tick();
  hold_daemon();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(9);
  release_daemon();
  CHECK_EQUAL(calls.count, 2);
  CHECK(xTimerIsTimerActive(timer));
  CHECK_EQUAL(xTimerGetExpiryTime(timer) - start, 12);
  vTaskDelay(4);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  NEED(calls.count == 3);
  CHECK_EQUAL(calls.at[2] - start, 12);
}

PROMISE(a_timer_stopped_or_reset_in_time_does_not_call_back_though_the_timer_task_is_late)
{
  TimerHandle_t stopped = timer_made(0, 5, pdFALSE, note_call);
  TimerHandle_t reset = timer_made(1, 5, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(stopped, 0), pdPASS);
  CHECK_EQUAL(xTimerStart(reset, 0), pdPASS);
  hold_daemon();
  vTaskDelay(4);
  CHECK_EQUAL(xTimerStop(stopped, 0), pdPASS);
  CHECK_EQUAL(xTimerReset(reset, 0), pdPASS);
  vTaskDelay(3);
  release_daemon();
  CHECK_EQUAL(calls.count, 0);
  CHECK(!xTimerIsTimerActive(stopped));
  vTaskDelay(5);
  NEED(calls.count == 1);
  CHECK(calls.of[0] == reset);
  CHECK_EQUAL(calls.at[0] - start, 9);
}

PROMISE(commands_wait_for_a_timer_task_of_low_priority)
{
  TimerHandle_t timer = timer_made(0, 3, pdFALSE, note_call);
  TickType_t start = fresh_tick();
  vTaskPrioritySet(xTimerGetTimerDaemonTaskHandle(), LOWER);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  CHECK(!xTimerIsTimerActive(timer));
  vTaskDelay(1);
  CHECK(xTimerIsTimerActive(timer));
  vTaskDelay(4);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(calls.at[0] - start, 3);
  vTaskPrioritySet(xTimerGetTimerDaemonTaskHandle(), configTIMER_TASK_PRIORITY);
}

/* --- many timers, by the tick, against a model --- */

#define CROWD 24u

static struct {
  TimerHandle_t timer;
  bool runs;
  bool reloads;
  TickType_t period;
  TickType_t expires;
} crowd[CROWD];
static unsigned crowd_calls;
static unsigned crowd_errors;

static void crowd_callback(TimerHandle_t timer)
{
  uintptr_t i = (uintptr_t)pvTimerGetTimerID(timer);
  crowd_calls++;
  if (!crowd[i].runs || crowd[i].expires != xTaskGetTickCount()) crowd_errors++;
  crowd[i].runs = crowd[i].reloads;
  crowd[i].expires += crowd[i].period;
}

static uint32_t seed;
static uint32_t any_below(uint32_t limit)
{
  seed = seed * 1664525u + 1013904223u; /* Numerical Recipes' generator */
  return (seed >> 8) % limit;
}

static void crowd_command(void)
{
  uint32_t i = any_below(CROWD);
  TickType_t now = xTaskGetTickCount();
  BaseType_t sent;
  switch (any_below(5)) {
  case 0:
    sent = xTimerStop(crowd[i].timer, 0);
    crowd[i].runs = false;
    break;
  case 1:
    crowd[i].period = 1u + any_below(any_below(4) == 0 ? 300 : 20);
    sent = xTimerChangePeriod(crowd[i].timer, crowd[i].period, 0);
    crowd[i].runs = true;
    crowd[i].expires = now + crowd[i].period;
    break;
  case 2:
    crowd[i].reloads = !crowd[i].reloads;
    vTimerSetReloadMode(crowd[i].timer, crowd[i].reloads ? pdTRUE : pdFALSE);
    sent = pdPASS;
    break;
  default:
    sent = xTimerReset(crowd[i].timer, 0);
    crowd[i].runs = true;
    crowd[i].expires = now + crowd[i].period;
    break;
  }
  if (sent != pdPASS || (xTimerIsTimerActive(crowd[i].timer) != pdFALSE) != crowd[i].runs) crowd_errors++;
}

PROMISE(a_crowd_of_timers_keeps_every_tick)
{
  seed = 2026;
  crowd_calls = 0;
  crowd_errors = 0;
  for (uintptr_t i = 0; i < CROWD; i++) {
    crowd[i].runs = false;
    crowd[i].reloads = (i & 1u) != 0;
    crowd[i].period = 1u + any_below(40);
    crowd[i].timer = xTimerCreate("crowd", crowd[i].period, crowd[i].reloads ? pdTRUE : pdFALSE, (void *)i,
                                  crowd_callback);
    NEED(crowd[i].timer != NULL);
  }
  for (unsigned tick = 0; tick < 1500u; tick++) {
    TickType_t now = fresh_tick();
    for (unsigned i = 0; i < CROWD; i++) {
      if (crowd[i].runs && crowd[i].expires - now - 1u >= 0x80000000u) crowd_errors++; /* missed */
    }
    for (uint32_t n = any_below(3); n > 0; n--) crowd_command();
  }
  for (unsigned i = 0; i < CROWD; i++) CHECK_EQUAL(xTimerDelete(crowd[i].timer, 0), pdPASS);
  CHECK_EQUAL(crowd_errors, 0);
  CHECK(crowd_calls > 1000);
}

/* --- callbacks that send commands --- */

static void stop_itself(TimerHandle_t timer)
{
  note_call(timer);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
}

PROMISE(a_callback_may_stop_its_own_timer)
{
  TimerHandle_t timer = timer_made(0, 2, pdTRUE, stop_itself);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(9);
  CHECK_EQUAL(calls.count, 1);
  CHECK(!xTimerIsTimerActive(timer));
}

static void start_itself_twice(TimerHandle_t timer)
{
  note_call(timer);
  if (calls.count < 3) CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
}

PROMISE(a_callback_may_start_its_one_shot_again)
{
  TimerHandle_t timer = timer_made(0, 4, pdFALSE, start_itself_twice);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(20);
  NEED(calls.count == 3);
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(calls.at[i] - start, 4u * (i + 1u));
}

static void slow_itself_down(TimerHandle_t timer)
{
  note_call(timer);
  CHECK_EQUAL(xTimerChangePeriod(timer, xTimerGetPeriod(timer) + 1u, 0), pdPASS);
}

PROMISE(a_callback_may_change_its_period)
{
  TimerHandle_t timer = timer_made(0, 2, pdTRUE, slow_itself_down);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(10);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  NEED(calls.count == 3);
  CHECK_EQUAL(calls.at[0] - start, 2);
  CHECK_EQUAL(calls.at[1] - start, 5);
  CHECK_EQUAL(calls.at[2] - start, 9);
}

static void delete_itself(TimerHandle_t timer)
{
  note_call(timer);
  CHECK_EQUAL(xTimerDelete(timer, 0), pdPASS);
}

PROMISE(a_callback_may_delete_its_own_timer)
{
  calls.count = 0;
  TimerHandle_t timer = xTimerCreate("moth", 2, pdTRUE, NULL, delete_itself);
  NEED(timer != NULL);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(9);
  CHECK_EQUAL(calls.count, 1);
}

static TimerHandle_t other;

static void stop_the_other(TimerHandle_t timer)
{
  note_call(timer);
  CHECK_EQUAL(xTimerStop(other, 0), pdPASS);
}

PROMISE(a_callback_may_stop_another_timer)
{
  other = timer_made(1, 5, pdFALSE, note_call);
  TimerHandle_t timer = timer_made(0, 4, pdFALSE, stop_the_other);
  (void)fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  CHECK_EQUAL(xTimerStart(other, 0), pdPASS);
  vTaskDelay(9);
  CHECK_EQUAL(calls.count, 1);
}

static unsigned sent_by_callback;

static void fill_the_queue(TimerHandle_t timer)
{
  note_call(timer);
  while (xTimerPendFunctionCall(ignore, NULL, 0, portMAX_DELAY) == pdPASS) sent_by_callback++;
}

PROMISE(the_timer_task_does_not_wait_for_itself)
{
  TimerHandle_t timer = timer_made(0, 2, pdFALSE, fill_the_queue);
  sent_by_callback = 0;
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(4);
  CHECK_EQUAL(calls.count, 1);
  CHECK_EQUAL(sent_by_callback, configTIMER_QUEUE_LENGTH);
  CHECK_EQUAL(xTimerPendFunctionCall(ignore, NULL, 0, 0), pdPASS); /* and has emptied its queue */
}

/* --- from interrupts --- */

static TimerHandle_t isr_timer;
static BaseType_t isr_command;
static TickType_t isr_value;
static BaseType_t isr_sent;
static BaseType_t isr_woken;

static void send_from_interrupt(void)
{
  isr_woken = pdFALSE;
  switch (isr_command) {
  case tmrCOMMAND_START_FROM_ISR: isr_sent = xTimerStartFromISR(isr_timer, &isr_woken); break;
  case tmrCOMMAND_RESET_FROM_ISR: isr_sent = xTimerResetFromISR(isr_timer, &isr_woken); break;
  case tmrCOMMAND_STOP_FROM_ISR: isr_sent = xTimerStopFromISR(isr_timer, &isr_woken); break;
  default: isr_sent = xTimerChangePeriodFromISR(isr_timer, isr_value, &isr_woken); break;
  }
  portYIELD_FROM_ISR(isr_woken);
}

static void isr_does(BaseType_t command, TickType_t value)
{
  isr_command = command;
  isr_value = value;
  isr_sent = pdFAIL;
  test_interrupt(send_from_interrupt);
  CHECK_EQUAL(isr_sent, pdPASS);
  CHECK_EQUAL(isr_woken, pdTRUE);
}

PROMISE(an_interrupt_starts_resets_changes_and_stops)
{
  isr_timer = timer_made(0, 5, pdTRUE, note_call);
  TickType_t start = fresh_tick();
  isr_does(tmrCOMMAND_START_FROM_ISR, 0);
  CHECK(xTimerIsTimerActive(isr_timer));
  CHECK_EQUAL(xTimerGetExpiryTime(isr_timer) - start, 5);
  vTaskDelay(3);
  isr_does(tmrCOMMAND_RESET_FROM_ISR, 0);
  CHECK_EQUAL(xTimerGetExpiryTime(isr_timer) - start, 8);
  vTaskDelay(7); /* called back at 8 */
  isr_does(tmrCOMMAND_CHANGE_PERIOD_FROM_ISR, 2);
  CHECK_EQUAL(xTimerGetExpiryTime(isr_timer) - start, 12);
  vTaskDelay(3); /* and at 12 */
  isr_does(tmrCOMMAND_STOP_FROM_ISR, 0);
  CHECK(!xTimerIsTimerActive(isr_timer));
  vTaskDelay(5);
  NEED(calls.count == 2);
  CHECK_EQUAL(calls.at[0] - start, 8);
  CHECK_EQUAL(calls.at[1] - start, 12);
}

/* --- functions run by the timer task --- */

static void note_function(void *parameter, uint32_t value)
{
  CHECK(xTaskGetCurrentTaskHandle() == xTimerGetTimerDaemonTaskHandle());
  CHECK(parameter == &calls);
  note((char)value);
}

static void pend_from_interrupt(void)
{
  isr_woken = pdFALSE;
  isr_sent = xTimerPendFunctionCallFromISR(note_function, &calls, 'i', &isr_woken);
  portYIELD_FROM_ISR(isr_woken);
}

static void note_timer(TimerHandle_t timer)
{
  (void)timer;
  note('t');
}

PROMISE(pended_functions_run_in_the_timer_task_in_the_order_of_commands)
{
  TimerHandle_t timer = timer_made(0, 1, pdFALSE, note_timer);
  (void)fresh_tick();
  diary_begin();
  CHECK_EQUAL(xTimerPendFunctionCall(note_function, &calls, 'a', 0), pdPASS);
  CHECK_DIARY("a");
  hold_daemon();
  CHECK_EQUAL(xTimerPendFunctionCall(note_function, &calls, 'b', 0), pdPASS);
  test_interrupt(pend_from_interrupt);
  CHECK_EQUAL(isr_sent, pdPASS);
  CHECK_EQUAL(isr_woken, pdFALSE);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  CHECK_EQUAL(xTimerPendFunctionCall(note_function, &calls, 'c', 0), pdPASS);
  vTaskDelay(2);
  CHECK_EQUAL(xTimerPendFunctionCall(note_function, &calls, 'd', 0), pdPASS); /* sent after the timer was due */
  CHECK_DIARY("a");
  release_daemon();
  CHECK_DIARY("abictd");
}

PROMISE(an_interrupt_that_pends_a_function_wakes_the_timer_task)
{
  diary_begin();
  test_interrupt(pend_from_interrupt);
  CHECK_EQUAL(isr_sent, pdPASS);
  CHECK_EQUAL(isr_woken, pdTRUE);
  CHECK_DIARY("i");
}

/* --- too many commands --- */

static void pend_nothing_from_interrupt(void)
{
  isr_sent = xTimerPendFunctionCallFromISR(ignore, NULL, 0, NULL);
}

static unsigned fill_held_queue(void)
{
  unsigned sent = 0;
  while (sent <= configTIMER_QUEUE_LENGTH && xTimerPendFunctionCall(ignore, NULL, 0, 0) == pdPASS) sent++;
  return sent;
}

PROMISE(a_full_queue_refuses_who_does_not_wait)
{
  TimerHandle_t timer = timer_made(0, 5, pdFALSE, note_call);
  hold_daemon();
  CHECK_EQUAL(fill_held_queue(), configTIMER_QUEUE_LENGTH);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdFAIL);
  CHECK_EQUAL(xTaskGetTickCount(), start);
  isr_sent = pdPASS;
  test_interrupt(pend_nothing_from_interrupt);
  CHECK_EQUAL(isr_sent, pdFAIL);
  isr_timer = timer;
  isr_command = tmrCOMMAND_START_FROM_ISR;
  test_interrupt(send_from_interrupt);
  CHECK_EQUAL(isr_sent, pdFAIL);
  vTaskSuspendAll();
  CHECK_EQUAL(xTimerStart(timer, 10), pdFAIL); /* nobody can wait now */
  (void)xTaskResumeAll();
  release_daemon();
  CHECK(!xTimerIsTimerActive(timer));
}

PROMISE(a_full_queue_makes_others_wait_as_long_as_they_said)
{
  TimerHandle_t timer = timer_made(0, 5, pdFALSE, note_call);
  hold_daemon();
  CHECK_EQUAL(fill_held_queue(), configTIMER_QUEUE_LENGTH);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 3), pdFAIL);
  CHECK_EQUAL(xTaskGetTickCount() - start, 3);
  release_daemon();
  CHECK(!xTimerIsTimerActive(timer));
}

static BaseType_t start_with_patience(struct actor *self)
{
  return xTimerStart((TimerHandle_t)self->object, self->ticks);
}

PROMISE(a_command_that_waited_gets_through_and_counts_from_when_it_was_given)
{
  TimerHandle_t timer = timer_made(0, 8, pdFALSE, note_call);
  static struct actor patient;
  diary_begin();
  hold_daemon();
  CHECK_EQUAL(fill_held_queue(), configTIMER_QUEUE_LENGTH);
  TickType_t start = fresh_tick();
  patient = (struct actor){.letter = 'p', .act = start_with_patience, .object = timer, .ticks = portMAX_DELAY};
  actor_start(&patient, HIGHER);
  CHECK(!patient.done);
  vTaskDelay(3);
  CHECK(!patient.done);
  release_daemon();
  vTaskDelay(1);
  CHECK(patient.done);
  CHECK_EQUAL(patient.answer, pdPASS);
  vTaskDelay(9);
  NEED(calls.count == 1);
  CHECK_EQUAL(calls.at[0] - start, 8);
}

static volatile bool flood_goes_on;
static unsigned flood_commands;
#define FLOOD_COMMANDS_MAX 20000u /* of 400 instructions: 250 ticks */

static void flood(void *parameter, uint32_t value)
{
  flood_commands++;
  test_spin(400);
  if (!flood_goes_on || flood_commands >= FLOOD_COMMANDS_MAX) return;
  while (xTimerPendFunctionCall(flood, parameter, value, 0) == pdPASS) continue;
}

static void end_flood_at_fifth(TimerHandle_t timer)
{
  note_call(timer);
  if (calls.count == 5) flood_goes_on = false;
}

PROMISE(a_flood_of_commands_does_not_keep_due_timers_waiting)
{
  TimerHandle_t timer = timer_made(0, 3, pdTRUE, end_flood_at_fifth);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  flood_goes_on = true;
  flood_commands = 0;
  CHECK_EQUAL(xTimerPendFunctionCall(flood, NULL, 0, 0), pdPASS);
  CHECK(!flood_goes_on);
  CHECK(flood_commands < FLOOD_COMMANDS_MAX);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  NEED(calls.count >= 5);
  /* A tick more at most: what was in the queue already when the timer became due is executed first. */
  for (unsigned i = 0; i < 5u; i++) {
    TickType_t late = calls.at[i] - start - 3u * (i + 1u);
    CHECK(late <= 1u);
  }
}

static unsigned slow_calls;

static void take_two_ticks(TimerHandle_t timer)
{
  (void)timer;
  slow_calls++;
  if (slow_calls < 1000u) test_spin(2u * TEST_INSTRUCTIONS_PER_TICK);
}

static void stop_from_tick(void)
{
  isr_sent = xTimerStopFromISR(isr_timer, NULL);
}

/* Callbacks longer than the period: the timer task is ever later, but a command does its work. */
PROMISE(a_command_is_executed_though_callbacks_take_longer_than_their_period)
{
  isr_timer = timer_made(0, 1, pdTRUE, take_two_ticks);
  slow_calls = 0;
  (void)fresh_tick();
  isr_sent = pdFAIL;
  CHECK_EQUAL(xTimerStart(isr_timer, 0), pdPASS);
  vTaskPrioritySet(xTimerGetTimerDaemonTaskHandle(), LOWER);
  test_spin(3u * TEST_INSTRUCTIONS_PER_TICK);
  test_interrupt(stop_from_tick);
  CHECK_EQUAL(isr_sent, pdPASS);
  vTaskPrioritySet(xTimerGetTimerDaemonTaskHandle(), configTIMER_TASK_PRIORITY);
  vTaskDelay(1);
  CHECK(!xTimerIsTimerActive(isr_timer));
  CHECK(slow_calls >= 1u && slow_calls < 100u);
}

/* --- at any moment --- */

static unsigned storm_refused;

static void disturb(void)
{
  if (xTimerResetFromISR(other, NULL) != pdPASS) storm_refused++;
}

static unsigned tick_errors;
static unsigned tick_calls;
static TickType_t last_call;

static void check_every_tick(TimerHandle_t timer)
{
  TickType_t now = xTaskGetTickCount();
  (void)timer;
  if (now - last_call != 1u) tick_errors++;
  last_call = now;
  tick_calls++;
}

PROMISE(a_storm_of_resets_from_interrupts_disturbs_no_other_timer)
{
  other = timer_made(1, 10, pdFALSE, note_call);
  TimerHandle_t timer = timer_made(0, 1, pdTRUE, check_every_tick);
  storm_refused = 0;
  tick_errors = 0;
  tick_calls = 0;
  last_call = fresh_tick();
  TickType_t start = last_call;
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  test_storm_start(disturb, 7, 4000);
  for (unsigned i = 0; i < 200u; i++) {
    vTaskDelay(1);
    test_spin(1000);
  }
  test_storm_stop();
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  CHECK_EQUAL(xTimerStop(other, 0), pdPASS);
  CHECK_EQUAL(tick_errors, 0);
  CHECK_EQUAL(tick_calls, xTaskGetTickCount() - start);
}

/* --- before the scheduler started --- */

#ifdef HF_KERNEL_TEST_ON_HOST
static StaticTimer_t early_memory;
static unsigned early_accepted;
static BaseType_t early_last;
static volatile TickType_t early_called_at;
static volatile unsigned early_calls;

static void early_call(TimerHandle_t timer)
{
  (void)timer;
  early_calls++;
  early_called_at = xTaskGetTickCount();
}

__attribute__((constructor)) static void before_the_start(void)
{
  TimerHandle_t timer = xTimerCreateStatic("early", 1, pdFALSE, NULL, early_call, &early_memory);
  while (early_accepted <= configTIMER_QUEUE_LENGTH) {
    early_last = xTimerStart(timer, portMAX_DELAY); /* nobody waits yet, whatever is said */
    if (early_last != pdPASS) break;
    early_accepted++;
  }
}

PROMISE(commands_before_the_start_are_kept_as_far_as_there_is_room)
{
  CHECK_EQUAL(early_accepted, configTIMER_QUEUE_LENGTH);
  CHECK_EQUAL(early_last, pdFAIL);
  CHECK_EQUAL(early_calls, 1);
  CHECK_EQUAL(early_called_at - (TickType_t)configINITIAL_TICK_COUNT, 1);
}
#endif

/* --- misuse --- */

#if configASSERT_DEFINED == 1
static void command_of_a_task_from_interrupt(void)
{
  isr_sent = xTimerGenericCommandFromISR(isr_timer, tmrCOMMAND_START, 0, NULL, 0);
}

PROMISE(misuse_is_caught_and_refused)
{
  isr_timer = timer_made(0, 5, pdFALSE, note_call);
  (void)test_expect_asserts(true);
  CHECK(xTimerCreateStatic("none", 0, pdFALSE, NULL, note_call, &memory[1]) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xTimerCreateStatic("none", 1, pdFALSE, NULL, NULL, &memory[1]) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xTimerCreateStatic("none", 1, pdFALSE, NULL, note_call, NULL) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xTimerCreate("none", 0, pdFALSE, NULL, note_call) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK_EQUAL(xTimerChangePeriod(isr_timer, 0, 0), pdFAIL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK_EQUAL(xTimerStart(NULL, 0), pdFAIL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK_EQUAL(xTimerGenericCommandFromTask(isr_timer, tmrCOMMAND_START_FROM_ISR, 0, NULL, 0), pdFAIL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK_EQUAL(xTimerGenericCommandFromTask(isr_timer, 99, 0, NULL, 0), pdFAIL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK_EQUAL(xTimerPendFunctionCall(NULL, NULL, 0, 0), pdFAIL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  isr_sent = pdPASS;
  test_interrupt(command_of_a_task_from_interrupt);
  CHECK_EQUAL(isr_sent, pdFAIL);
  CHECK_EQUAL(test_expect_asserts(false), 1);
  CHECK(!xTimerIsTimerActive(isr_timer));
  CHECK_EQUAL(xTimerGetPeriod(isr_timer), 5);
}
#endif

const struct promise timer_promises[] = {
#ifdef HF_KERNEL_TEST_ON_HOST
  KEPT(commands_before_the_start_are_kept_as_far_as_there_is_room),
#endif
  KEPT(a_new_timer_does_not_run_and_is_as_it_was_made),
  KEPT(a_timer_from_the_heap_is_given_back_when_it_is_deleted),
  KEPT(id_and_reload_mode_can_be_set),
  KEPT(the_timer_task_has_its_name_and_priority),
#if configUSE_DAEMON_TASK_STARTUP_HOOK == 1
  KEPT(the_start_up_hook_ran_once_in_the_timer_task),
#endif
  KEPT(a_one_shot_calls_back_once_at_its_tick),
  KEPT(a_one_shot_is_dormant_in_its_callback),
  KEPT(an_auto_reload_timer_calls_back_every_period),
  KEPT(timers_of_one_tick_call_back_in_the_order_of_their_starts),
  KEPT(a_reset_starts_the_period_over),
  KEPT(a_start_while_it_runs_starts_over),
  KEPT(a_stopped_timer_does_not_call_back),
  KEPT(a_changed_period_counts_from_the_command_and_starts_a_dormant_timer),
  KEPT(a_running_timer_ends_after_its_reload_mode_is_taken_away),
  KEPT(a_period_counts_from_when_the_command_was_sent),
  KEPT(a_command_executed_after_the_expiry_it_implies_calls_back_at_once),
  KEPT(a_late_auto_reload_timer_makes_up_for_each_period_and_keeps_its_phase),
  KEPT(an_auto_reload_timer_started_late_makes_up_for_each_period),
  KEPT(a_timer_stopped_or_reset_in_time_does_not_call_back_though_the_timer_task_is_late),
  KEPT(commands_wait_for_a_timer_task_of_low_priority),
  KEPT(a_crowd_of_timers_keeps_every_tick),
  KEPT(a_callback_may_stop_its_own_timer),
  KEPT(a_callback_may_start_its_one_shot_again),
  KEPT(a_callback_may_change_its_period),
  KEPT(a_callback_may_delete_its_own_timer),
  KEPT(a_callback_may_stop_another_timer),
  KEPT(the_timer_task_does_not_wait_for_itself),
  KEPT(an_interrupt_starts_resets_changes_and_stops),
  KEPT(pended_functions_run_in_the_timer_task_in_the_order_of_commands),
  KEPT(an_interrupt_that_pends_a_function_wakes_the_timer_task),
  KEPT(a_full_queue_refuses_who_does_not_wait),
  KEPT(a_full_queue_makes_others_wait_as_long_as_they_said),
  KEPT(a_command_that_waited_gets_through_and_counts_from_when_it_was_given),
  KEPT(a_flood_of_commands_does_not_keep_due_timers_waiting),
  KEPT(a_command_is_executed_though_callbacks_take_longer_than_their_period),
  KEPT(a_storm_of_resets_from_interrupts_disturbs_no_other_timer),
  KEPT(the_longest_period_ends_at_its_tick),
  KEPT(a_timer_that_expires_after_the_wrap_is_on_time),
#if configASSERT_DEFINED == 1
  KEPT(misuse_is_caught_and_refused),
#endif
  END_OF_PROMISES,
};

#endif

/* The tick count goes from 2^32 - 1 to 0 and nobody notices. The wrap is brought near with xTaskCatchUpTicks(), so it
 * is met in every configuration, and again by each promise; config/wrap.h also meets it soon after the start. */
#include "diary.h"
#include "hf_kernel.h"
#include "queue.h"
#include "semphr.h"
#if configUSE_TIMERS == 1
#include "timers.h"
#endif

/* So many ticks before the wrap. */
static void go_before_wrap(TickType_t ticks)
{
  (void)fresh_tick();
  (void)xTaskCatchUpTicks((TickType_t)(0u - ticks) - xTaskGetTickCount());
  CHECK_EQUAL(xTaskGetTickCount(), (TickType_t)(0u - ticks));
}

PROMISE(the_tick_count_begins_where_the_configuration_says)
{
  volatile uint64_t start = (TickType_t)(configINITIAL_TICK_COUNT);
  CHECK(hf_uptime_ticks() >= start);
  CHECK(hf_uptime_ticks() - start < (uint64_t)64 << 32);
}

PROMISE(delays_across_the_wrap_end_at_their_tick)
{
  for (TickType_t before = 1; before <= 6u; before++) {
    for (TickType_t ticks = before; ticks <= before + 3u; ticks++) {
      go_before_wrap(before);
      vTaskDelay(ticks);
      CHECK_EQUAL(xTaskGetTickCount(), ticks - before);
    }
  }
}

PROMISE(a_delay_that_ends_before_the_wrap_is_not_late)
{
  go_before_wrap(5);
  vTaskDelay(4);
  CHECK_EQUAL(xTaskGetTickCount(), 0xFFFFFFFFu);
  vTaskDelay(1);
  CHECK_EQUAL(xTaskGetTickCount(), 0);
  vTaskDelay(1);
  CHECK_EQUAL(xTaskGetTickCount(), 1);
}

static BaseType_t just_delay(struct actor *self)
{
  vTaskDelay(self->ticks);
  return pdTRUE;
}

PROMISE(tasks_on_both_sides_of_the_wrap_wake_in_order)
{
  static const TickType_t ticks[] = {7, 2, 300, 4, 5, 3, 64, 6};
  static struct actor actors[8];
  diary_begin();
  go_before_wrap(4);
  for (unsigned i = 0; i < 8u; i++) {
    actors[i] = (struct actor){.letter = (char)('a' + i), .act = just_delay, .ticks = ticks[i]};
    actor_start(&actors[i], HIGHER);
  }
  vTaskDelay(310);
  CHECK_DIARY("bfdehagc");
  for (unsigned i = 0; i < 8u; i++) CHECK_EQUAL(actors[i].ended, ticks[i] - 4u);
}

PROMISE(delay_until_does_not_drift_across_the_wrap)
{
  go_before_wrap(10);
  TickType_t woken = xTaskGetTickCount();
  for (unsigned i = 1; i <= 8u; i++) {
    CHECK_EQUAL(xTaskDelayUntil(&woken, 3), pdTRUE);
    CHECK_EQUAL(xTaskGetTickCount(), (TickType_t)(3u * i - 10u));
    CHECK_EQUAL(woken, (TickType_t)(3u * i - 10u));
  }
}

PROMISE(delay_until_a_moment_that_passed_before_the_wrap_does_not_wait)
{
  go_before_wrap(3);
  TickType_t woken = xTaskGetTickCount();
  vTaskDelay(8);                                    /* now it is 5 */
  CHECK_EQUAL(xTaskDelayUntil(&woken, 2), pdFALSE); /* -1 */
  CHECK_EQUAL(woken, 0xFFFFFFFFu);
  CHECK_EQUAL(xTaskDelayUntil(&woken, 6), pdFALSE); /* 5, which is now */
  CHECK_EQUAL(xTaskDelayUntil(&woken, 2), pdTRUE);
  CHECK_EQUAL(xTaskGetTickCount(), 7);
}

PROMISE(time_outs_across_the_wrap_end_at_their_tick)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  char out = 0;
  for (TickType_t ticks = 1; ticks <= 6u; ticks++) {
    go_before_wrap(3);
    CHECK_EQUAL(xQueueReceive(queue, &out, ticks), errQUEUE_EMPTY);
    CHECK_EQUAL(xTaskGetTickCount(), (TickType_t)(ticks - 3u));
    go_before_wrap(3);
    CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, ticks), 0);
    CHECK_EQUAL(xTaskGetTickCount(), (TickType_t)(ticks - 3u));
  }
  vQueueDelete(queue);
}

static BaseType_t receive(struct actor *self)
{
  char item = 0;
  return xQueueReceive(self->object, &item, self->ticks) == pdPASS ? item : 0;
}

PROMISE(the_rest_of_a_time_out_is_right_across_the_wrap)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  char out = 0;
  struct actor a = {.letter = 'a', .act = receive, .object = queue, .ticks = 9};
  diary_begin();
  go_before_wrap(4);
  actor_start(&a, LOWER);
  vTaskDelay(6);
  (void)xQueueSend(queue, "x", 0);
  (void)xQueueReceive(queue, &out, 0); /* robbed at tick 2 */
  vTaskDelay(6);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.ended, 5);
  vQueueDelete(queue);
}

PROMISE(a_time_out_in_steps_ends_at_its_tick_across_the_wrap)
{
  TimeOut_t time_out;
  TickType_t left = 10;
  go_before_wrap(4);
  vTaskSetTimeOutState(&time_out);
  vTaskDelay(6);
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdFALSE);
  CHECK_EQUAL(left, 4);
  vTaskDelay(4);
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdTRUE);
}

PROMISE(a_time_out_notices_a_whole_turn_of_the_tick_count)
{
  TimeOut_t time_out;
  TickType_t left = 0x80000000u;
  go_before_wrap(4);
  vTaskSetTimeOutState(&time_out);
  (void)xTaskCatchUpTicks(0xFFFFFFFFu);
  (void)xTaskCatchUpTicks(3); /* 2^32 + 2 ticks later: the count looks as if 2 had passed */
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdTRUE);
}

PROMISE(uptime_does_not_wrap)
{
  go_before_wrap(2);
  uint64_t before = hf_uptime_ticks();
  CHECK_EQUAL((TickType_t)before, 0xFFFFFFFEu);
  vTaskDelay(1);
  CHECK_EQUAL(hf_uptime_ticks() - before, 1);
  vTaskDelay(1);
  CHECK_EQUAL(hf_uptime_ticks() - before, 2);
  CHECK_EQUAL((TickType_t)hf_uptime_ticks(), 0);
  vTaskDelay(1);
  CHECK_EQUAL(hf_uptime_ticks() - before, 3);
  CHECK_EQUAL(hf_uptime_ms(), hf_uptime_ticks() * 1000u / configTICK_RATE_HZ);
  (void)xTaskCatchUpTicks(0xFFFFFFFFu);
  (void)xTaskCatchUpTicks(1);
  CHECK_EQUAL(hf_uptime_ticks() - before, 3u + ((uint64_t)1 << 32));
}

PROMISE(the_longest_delay_is_that_long)
{
  struct actor a = {.letter = 'a', .act = just_delay, .ticks = portMAX_DELAY};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, HIGHER);
  (void)xTaskCatchUpTicks(portMAX_DELAY - 1u);
  CHECK_DIARY("");
  CHECK_EQUAL(xTaskGetTickCount() - start, portMAX_DELAY - 1u);
  vTaskDelay(1);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.ended - start, portMAX_DELAY);
}

#if configUSE_TIMERS == 1
static volatile unsigned expired;
static volatile TickType_t expired_at[4];

static void timer_expires(TimerHandle_t timer)
{
  (void)timer;
  if (expired < 4u) expired_at[expired] = xTaskGetTickCount();
  expired++;
}

PROMISE(timers_expire_at_their_tick_across_the_wrap)
{
  TimerHandle_t timer = xTimerCreate("wrap", 4, pdTRUE, NULL, timer_expires);
  NEED(timer != NULL);
  expired = 0;
  go_before_wrap(6);
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(17);
  CHECK_EQUAL(expired, 4);
  for (unsigned i = 0; i < 4u; i++) CHECK_EQUAL(expired_at[i], (TickType_t)(4u * (i + 1u) - 6u));
  CHECK_EQUAL(xTimerDelete(timer, 0), pdPASS);
  vTaskDelay(1);
}
#endif

const struct promise wrap_promises[] = {
  KEPT(the_tick_count_begins_where_the_configuration_says),
  KEPT(delays_across_the_wrap_end_at_their_tick),
  KEPT(a_delay_that_ends_before_the_wrap_is_not_late),
  KEPT(tasks_on_both_sides_of_the_wrap_wake_in_order),
  KEPT(delay_until_does_not_drift_across_the_wrap),
  KEPT(delay_until_a_moment_that_passed_before_the_wrap_does_not_wait),
  KEPT(time_outs_across_the_wrap_end_at_their_tick),
  KEPT(the_rest_of_a_time_out_is_right_across_the_wrap),
  KEPT(a_time_out_in_steps_ends_at_its_tick_across_the_wrap),
  KEPT(a_time_out_notices_a_whole_turn_of_the_tick_count),
  KEPT(uptime_does_not_wrap),
  KEPT(the_longest_delay_is_that_long),
#if configUSE_TIMERS == 1
  KEPT(timers_expire_at_their_tick_across_the_wrap),
#endif
  END_OF_PROMISES,
};

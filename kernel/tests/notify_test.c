/* Task notifications (task.h): a value and a pending flag per task and index. */
#include "diary.h"

#define LAST (configTASK_NOTIFICATION_ARRAY_ENTRIES - 1u)
#define ME xTaskGetCurrentTaskHandle()

/* Nothing pending, value 0. */
static void forget_all(void)
{
  for (UBaseType_t i = 0; i <= LAST; i++) {
    (void)xTaskNotifyStateClearIndexed(NULL, i);
    (void)ulTaskNotifyValueClearIndexed(NULL, i, 0xFFFFFFFFu);
  }
}

static uint32_t value_now(UBaseType_t index)
{
  return ulTaskNotifyValueClearIndexed(NULL, index, 0);
}

/* --- the actions --- */

static void check_action(UBaseType_t index)
{
  uint32_t value = 1;
  forget_all();
  CHECK_EQUAL(xTaskNotifyIndexed(ME, index, 0x10, eSetBits), pdPASS);
  CHECK_EQUAL(xTaskNotifyIndexed(ME, index, 0x01, eSetBits), pdPASS);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(index, 0, 0, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 0x11);
  CHECK_EQUAL(xTaskNotifyIndexed(ME, index, 77, eIncrement), pdPASS);
  CHECK_EQUAL(value_now(index), 0x12);
  CHECK_EQUAL(xTaskNotifyIndexed(ME, index, 5, eSetValueWithOverwrite), pdPASS);
  CHECK_EQUAL(value_now(index), 5);
  CHECK_EQUAL(xTaskNotifyIndexed(ME, index, 6, eSetValueWithoutOverwrite), pdFAIL); /* one is pending */
  CHECK_EQUAL(value_now(index), 5);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(index, 0, 0, &value, 0), pdTRUE);
  CHECK_EQUAL(xTaskNotifyIndexed(ME, index, 7, eSetValueWithoutOverwrite), pdPASS);
  CHECK_EQUAL(value_now(index), 7);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(index, 0, 0, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 7);
  CHECK_EQUAL(xTaskNotifyIndexed(ME, index, 9, eNoAction), pdPASS);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(index, 0, 0, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 7);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(index, 0, 0, &value, 0), pdFALSE); /* none left */
  CHECK_EQUAL(value, 7);
  forget_all();
}

PROMISE(each_action_does_what_it_says)
{
  check_action(0);
}

PROMISE(each_action_does_so_at_every_index)
{
  for (UBaseType_t i = 0; i <= LAST; i++) check_action(i);
}

PROMISE(an_action_that_fails_leaves_the_notification_pending)
{
  forget_all();
  uint32_t value = 0;
  (void)xTaskNotify(ME, 1, eSetValueWithOverwrite);
  CHECK_EQUAL(xTaskNotify(ME, 2, eSetValueWithoutOverwrite), pdFAIL);
  CHECK_EQUAL(xTaskNotify(ME, 3, eSetValueWithoutOverwrite), pdFAIL);
  CHECK_EQUAL(xTaskNotifyWait(0, 0, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 1);
  forget_all();
}

PROMISE(a_pending_notification_of_value_0_is_pending_too)
{
  forget_all();
  (void)xTaskNotify(ME, 0, eSetValueWithOverwrite);
  CHECK_EQUAL(xTaskNotify(ME, 2, eSetValueWithoutOverwrite), pdFAIL);
  CHECK_EQUAL(value_now(0), 0);
  forget_all();
}

PROMISE(the_value_before_can_be_asked_for)
{
  forget_all();
  uint32_t before = 99;
  CHECK_EQUAL(xTaskNotifyAndQuery(ME, 0x3, eSetBits, &before), pdPASS);
  CHECK_EQUAL(before, 0);
  CHECK_EQUAL(xTaskNotifyAndQueryIndexed(ME, 0, 0x4, eSetBits, &before), pdPASS);
  CHECK_EQUAL(before, 0x3);
  CHECK_EQUAL(xTaskNotifyAndQuery(ME, 0x8, eSetValueWithoutOverwrite, &before), pdFAIL);
  CHECK_EQUAL(before, 0x7);
  forget_all();
}

#if configTASK_NOTIFICATION_ARRAY_ENTRIES > 1
PROMISE(indexes_do_not_touch_each_other)
{
  forget_all();
  for (UBaseType_t i = 0; i <= LAST; i++) (void)xTaskNotifyIndexed(ME, i, (uint32_t)(100u + i), eSetValueWithOverwrite);
  (void)xTaskNotifyStateClearIndexed(NULL, 1);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(1, 0, 0, NULL, 0), pdFALSE);
  uint32_t value = 0;
  CHECK_EQUAL(xTaskNotifyWaitIndexed(0, 0, 0xFFFFFFFFu, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 100);
  CHECK_EQUAL(value_now(1), 101);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(LAST, 0, 0, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 100u + LAST);
  forget_all();
}

static BaseType_t take_last(struct actor *self)
{
  return (BaseType_t)ulTaskNotifyTakeIndexed(LAST, pdTRUE, self->ticks);
}

PROMISE(a_notification_of_another_index_does_not_wake_the_waiter)
{
  struct actor a = {.letter = 'a', .act = take_last, .ticks = 6};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, HIGHER);
  vTaskDelay(2);
  (void)xTaskNotifyGiveIndexed(a.task, 0);
  CHECK_DIARY("");
  CHECK_EQUAL(eTaskGetState(a.task), eBlocked);
  (void)xTaskNotifyGiveIndexed(a.task, LAST);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 1);
  CHECK_EQUAL(a.ended - start, 2);
}
#endif

/* --- give and take --- */

PROMISE(taking_counts_down_or_to_nothing)
{
  forget_all();
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(xTaskNotifyGive(ME), pdPASS);
  CHECK_EQUAL(ulTaskNotifyTake(pdFALSE, 0), 3);
  CHECK_EQUAL(ulTaskNotifyTake(pdFALSE, 0), 2);
  (void)xTaskNotifyGive(ME);
  CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, 0), 2);
  CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, 0), 0);
  CHECK_EQUAL(ulTaskNotifyTake(pdFALSE, 0), 0);
}

PROMISE(what_was_given_before_is_taken_without_waiting)
{
  forget_all();
  TickType_t start = fresh_tick();
  (void)xTaskNotifyGive(ME);
  CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, 10), 1);
  CHECK_EQUAL(xTaskGetTickCount() - start, 0);
}

PROMISE(a_taken_notification_is_not_pending_any_more)
{
  forget_all();
  (void)xTaskNotifyGive(ME);
  (void)ulTaskNotifyTake(pdTRUE, 0);
  CHECK_EQUAL(xTaskNotifyStateClear(NULL), pdFALSE);
  CHECK_EQUAL(xTaskNotifyWait(0, 0, NULL, 0), pdFALSE);
}

PROMISE(a_take_ends_exactly_when_its_time_is_over)
{
  forget_all();
  for (TickType_t ticks = 1; ticks <= 9u; ticks++) {
    TickType_t start = fresh_tick();
    CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, ticks), 0);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
}

PROMISE(a_wait_ends_exactly_when_its_time_is_over)
{
  forget_all();
  for (TickType_t ticks = 1; ticks <= 9u; ticks++) {
    TickType_t start = fresh_tick();
    CHECK_EQUAL(xTaskNotifyWait(0, 0, NULL, ticks), pdFALSE);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTaskNotifyWait(0, 0, NULL, 0), pdFALSE);
  CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, 0), 0);
  CHECK_EQUAL(xTaskGetTickCount() - start, 0);
}

static BaseType_t take(struct actor *self)
{
  return (BaseType_t)ulTaskNotifyTake(pdTRUE, self->ticks);
}

PROMISE(a_give_wakes_the_waiter_at_once)
{
  struct actor high = {.letter = 'h', .act = take, .ticks = portMAX_DELAY};
  struct actor low = {.letter = 'l', .act = take, .ticks = 100};
  diary_begin();
  actor_start(&high, HIGHER);
  actor_start(&low, LOWER);
  vTaskDelay(1);
  TickType_t now = xTaskGetTickCount();
  (void)xTaskNotifyGive(low.task);
  CHECK_EQUAL(eTaskGetState(low.task), eReady);
  (void)xTaskNotifyGive(high.task);
  note('j');
  vTaskDelay(1);
  CHECK_DIARY("hjl");
  CHECK_EQUAL(high.answer, 1);
  CHECK_EQUAL(low.answer, 1);
  CHECK_EQUAL(high.ended - now, 0);
}

PROMISE(gives_to_a_waiter_that_does_not_run_yet_add_up)
{
  struct actor low = {.letter = 'l', .act = take, .ticks = 100};
  diary_begin();
  actor_start(&low, LOWER);
  vTaskDelay(1);
  for (unsigned i = 0; i < 5u; i++) (void)xTaskNotifyGive(low.task);
  vTaskDelay(1);
  CHECK_DIARY("l");
  CHECK_EQUAL(low.answer, 5);
}

static BaseType_t take_then_again(struct actor *self)
{
  uint32_t first = ulTaskNotifyTake(pdTRUE, self->ticks);
  uint32_t second = ulTaskNotifyTake(pdTRUE, self->ticks);
  return (BaseType_t)first * 16 + (BaseType_t)second;
}

PROMISE(after_a_time_out_the_next_wait_has_all_of_its_time)
{
  struct actor a = {.letter = 'a', .act = take_then_again, .ticks = 4};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, HIGHER);
  vTaskDelay(7);
  (void)xTaskNotifyGive(a.task);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 1);
  CHECK_EQUAL(a.ended - start, 7);
}

/* The waiter is made ready by its time-out, or by having its wait aborted, but more urgent tasks keep it from running:
 * a notification then must neither be lost nor disturb the ready tasks. */
static void notify_late(bool abort)
{
  struct actor low = {.letter = 'l', .act = take, .ticks = 2};
  struct actor equal = {.letter = 'e', .act = take, .ticks = 2};
  struct actor third = {.letter = 't', .act = take, .ticks = 2};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&low, LOWER);
  actor_start(&equal, LOWER);
  actor_start(&third, LOWER);
  vTaskDelay(1);
  if (abort) {
    CHECK_EQUAL(xTaskAbortDelay(low.task), pdPASS);
    CHECK_EQUAL(xTaskAbortDelay(equal.task), pdPASS);
    CHECK_EQUAL(xTaskAbortDelay(third.task), pdPASS);
  }
  while (xTaskGetTickCount() - start < 4u) test_spin(500);
  CHECK_EQUAL(eTaskGetState(low.task), eReady);
  CHECK_EQUAL(eTaskGetState(equal.task), eReady);
  CHECK_EQUAL(xTaskNotifyGive(low.task), pdPASS);
  CHECK_EQUAL(xTaskNotifyGive(third.task), pdPASS);
  vTaskDelay(2);
  CHECK_EQUAL(diary.length, 3);
  CHECK_EQUAL(low.answer, 1);
  CHECK_EQUAL(equal.answer, 0);
  CHECK_EQUAL(third.answer, 1);
}

PROMISE(a_notification_after_the_time_out_of_a_task_that_has_not_run_since_is_received)
{
  notify_late(false);
}

PROMISE(a_notification_after_the_abort_of_a_task_that_has_not_run_since_is_received)
{
  notify_late(true);
}

/* --- masks --- */

PROMISE(bits_are_cleared_on_entry_unless_one_is_pending)
{
  uint32_t value = 0;
  forget_all();
  (void)xTaskNotify(ME, 0xFF, eSetValueWithOverwrite);
  CHECK_EQUAL(xTaskNotifyWait(0x0F, 0, &value, 0), pdTRUE); /* pending: not cleared on entry */
  CHECK_EQUAL(value, 0xFF);
  CHECK_EQUAL(xTaskNotifyWait(0x0F, 0xF0, &value, 0), pdFALSE); /* not pending: entry, no exit */
  CHECK_EQUAL(value, 0xF0);
  CHECK_EQUAL(value_now(0), 0xF0);
  forget_all();
}

PROMISE(bits_are_cleared_on_exit_after_the_value_was_read)
{
  uint32_t value = 0;
  forget_all();
  (void)xTaskNotify(ME, 0xFF, eSetValueWithOverwrite);
  CHECK_EQUAL(xTaskNotifyWait(0, 0x3C, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 0xFF);
  CHECK_EQUAL(value_now(0), 0xC3);
  forget_all();
}

static BaseType_t wait_with_masks(struct actor *self)
{
  uint32_t value = 0;
  (void)xTaskNotify(ME, 0xFF, eSetValueWithOverwrite);
  (void)xTaskNotifyStateClear(NULL);
  BaseType_t received = xTaskNotifyWait(0x0F, 0x30, &value, self->ticks);
  CHECK_EQUAL(value_now(0), received == pdTRUE ? 0xC1 : 0xF0);
  return received == pdTRUE ? (BaseType_t)value : -1;
}

PROMISE(masks_count_for_a_wait_that_blocks)
{
  struct actor a = {.letter = 'a', .act = wait_with_masks, .ticks = 5};
  diary_begin();
  actor_start(&a, HIGHER);
  CHECK_EQUAL(xTaskNotify(a.task, 0x01, eSetBits), pdPASS);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 0xF1);
  actor_start(&a, HIGHER);
  vTaskDelay(6);
  CHECK_DIARY("aa");
  CHECK_EQUAL(a.answer, -1);
}

/* --- state and value taken back --- */

PROMISE(a_pending_notification_can_be_taken_back_and_its_value_stays)
{
  forget_all();
  CHECK_EQUAL(xTaskNotifyStateClear(NULL), pdFALSE);
  (void)xTaskNotify(ME, 42, eSetValueWithOverwrite);
  CHECK_EQUAL(xTaskNotifyStateClear(ME), pdTRUE);
  CHECK_EQUAL(xTaskNotifyStateClear(NULL), pdFALSE);
  uint32_t value = 0;
  CHECK_EQUAL(xTaskNotifyWait(0, 0, &value, 0), pdFALSE);
  CHECK_EQUAL(value, 42);
  forget_all();
}

PROMISE(bits_of_the_value_can_be_cleared_and_it_stays_pending)
{
  forget_all();
  (void)xTaskNotify(ME, 0xFFFF, eSetValueWithOverwrite);
  CHECK_EQUAL(ulTaskNotifyValueClear(NULL, 0x00F0), 0xFFFF);
  CHECK_EQUAL(ulTaskNotifyValueClear(ME, 0xF000), 0xFF0F);
  uint32_t value = 0;
  CHECK_EQUAL(xTaskNotifyWait(0, 0, &value, 0), pdTRUE);
  CHECK_EQUAL(value, 0x0F0F);
  forget_all();
}

PROMISE(taking_back_does_not_wake_or_end_a_wait)
{
  struct actor a = {.letter = 'a', .act = take, .ticks = 10};
  diary_begin();
  actor_start(&a, HIGHER);
  CHECK_EQUAL(xTaskNotifyStateClear(a.task), pdFALSE);
  CHECK_EQUAL(ulTaskNotifyValueClear(a.task, 0xFFFFFFFFu), 0);
  CHECK_DIARY("");
  (void)xTaskNotifyGive(a.task);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 1);
}

/* --- waits that blocked for a value of 0 --- */

PROMISE(a_notification_without_a_value_ends_a_take_with_nothing)
{
  struct actor a = {.letter = 'a', .act = take, .ticks = portMAX_DELAY};
  diary_begin();
  actor_start(&a, HIGHER);
  CHECK_EQUAL(xTaskNotify(a.task, 0, eNoAction), pdPASS);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 0);
}

/* --- suspended --- */

PROMISE(a_notification_does_not_end_a_suspension_and_is_there_afterwards)
{
  struct actor a = {.letter = 'a', .act = take, .ticks = portMAX_DELAY};
  diary_begin();
  actor_start(&a, HIGHER);
  vTaskSuspend(a.task);
  (void)xTaskNotifyGive(a.task);
  CHECK_EQUAL(eTaskGetState(a.task), eSuspended);
  CHECK_DIARY("");
  vTaskResume(a.task);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 1);
}

PROMISE(a_wait_given_up_by_a_suspension_ends_with_nothing)
{
  struct actor a = {.letter = 'a', .act = take, .ticks = portMAX_DELAY};
  diary_begin();
  actor_start(&a, HIGHER);
  vTaskSuspend(a.task);
  vTaskResume(a.task);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 0);
}

/* --- from interrupts --- */

static struct {
  TaskHandle_t task;
  UBaseType_t index;
  uint32_t value;
  eNotifyAction action;
  uint32_t previous;
  BaseType_t answer;
  BaseType_t woken;
} from_isr;

static void notify_from_isr(void)
{
  from_isr.woken = pdFALSE;
  from_isr.answer = xTaskNotifyAndQueryIndexedFromISR(from_isr.task, from_isr.index, from_isr.value, from_isr.action,
                                                      &from_isr.previous, &from_isr.woken);
  note('i');
  portYIELD_FROM_ISR(from_isr.woken);
}

static void check_from_isr(uint32_t value, eNotifyAction action, BaseType_t answer, uint32_t before, uint32_t after)
{
  from_isr.value = value;
  from_isr.action = action;
  test_interrupt(notify_from_isr);
  CHECK_EQUAL(from_isr.answer, answer);
  CHECK_EQUAL(from_isr.previous, before);
  CHECK_EQUAL(from_isr.woken, pdFALSE);
  CHECK_EQUAL(value_now(from_isr.index), after);
}

PROMISE(each_action_does_the_same_from_an_interrupt)
{
  forget_all();
  from_isr.task = ME;
  from_isr.index = LAST;
  check_from_isr(0x30, eSetBits, pdPASS, 0, 0x30);
  check_from_isr(99, eIncrement, pdPASS, 0x30, 0x31);
  check_from_isr(7, eSetValueWithOverwrite, pdPASS, 0x31, 7);
  check_from_isr(8, eSetValueWithoutOverwrite, pdFAIL, 7, 7);
  check_from_isr(9, eNoAction, pdPASS, 7, 7);
  CHECK_EQUAL(xTaskNotifyWaitIndexed(LAST, 0, 0, NULL, 0), pdTRUE);
  check_from_isr(8, eSetValueWithoutOverwrite, pdPASS, 7, 8);
  forget_all();
}

PROMISE(an_interrupt_that_wakes_a_more_urgent_task_says_so)
{
  struct actor high = {.letter = 'h', .act = take, .ticks = 100};
  struct actor low = {.letter = 'l', .act = take, .ticks = 100};
  diary_begin();
  actor_start(&high, HIGHER);
  actor_start(&low, LOWER);
  vTaskDelay(1);
  from_isr.index = 0;
  from_isr.value = 0;
  from_isr.action = eIncrement;
  from_isr.task = low.task;
  test_interrupt(notify_from_isr);
  CHECK_EQUAL(from_isr.woken, pdFALSE);
  from_isr.task = high.task;
  test_interrupt(notify_from_isr);
  CHECK_EQUAL(from_isr.woken, pdTRUE);
  note('j');
  vTaskDelay(1);
  CHECK_DIARY("iihjl");
}

static volatile BaseType_t give_woken;

static void give_from_isr(void)
{
  BaseType_t woken = pdFALSE;
  vTaskNotifyGiveIndexedFromISR(from_isr.task, from_isr.index, &woken);
  vTaskNotifyGiveIndexedFromISR(from_isr.task, from_isr.index, &woken); /* must not take it back */
  give_woken = woken;
  portYIELD_FROM_ISR(woken);
}

PROMISE(gives_from_an_interrupt_count)
{
  struct actor high = {.letter = 'h', .act = take, .ticks = 100};
  diary_begin();
  actor_start(&high, HIGHER);
  from_isr.task = high.task;
  from_isr.index = 0;
  test_interrupt(give_from_isr);
  CHECK_DIARY("h");
  CHECK_EQUAL(high.answer, 2);
  CHECK_EQUAL(give_woken, pdTRUE);
}

static void give_without_flag(void)
{
  vTaskNotifyGiveFromISR(from_isr.task, NULL);
  (void)xTaskNotifyFromISR(from_isr.task, 4, eSetBits, NULL);
  note('i');
}

PROMISE(an_interrupt_need_not_ask_whether_it_woke_someone)
{
  struct actor high = {.letter = 'h', .act = take, .ticks = 100};
  diary_begin();
  actor_start(&high, HIGHER);
  from_isr.task = high.task;
  test_interrupt(give_without_flag);
  note('j');
  CHECK_DIARY("ihj");
  CHECK_EQUAL(high.answer, 5);
}

PROMISE(an_interrupt_can_notify_the_task_it_interrupts)
{
  forget_all();
  from_isr.task = ME;
  from_isr.index = 0;
  test_interrupt(give_from_isr);
  CHECK_EQUAL(give_woken, pdFALSE);
  CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, 0), 2);
}

/* --- two tasks that notify each other --- */

static volatile unsigned returns;

static void send_back(void *judge)
{
  for (;;) {
    uint32_t value = 0;
    (void)xTaskNotifyWait(0, 0xFFFFFFFFu, &value, portMAX_DELAY);
    returns++;
    (void)xTaskNotify(judge, value + 1u, eSetValueWithoutOverwrite);
  }
}

PROMISE(values_go_to_and_fro_without_loss)
{
  forget_all();
  returns = 0;
  TaskHandle_t other = test_task(send_back, ME, HIGHER);
  for (uint32_t i = 0; i < 200u; i++) {
    uint32_t value = 0;
    if (i == 100u) vTaskPrioritySet(other, LOWER);
    CHECK_EQUAL(xTaskNotify(other, i * 3u, eSetValueWithoutOverwrite), pdPASS);
    CHECK_EQUAL(xTaskNotifyWait(0, 0, &value, 5), pdTRUE);
    CHECK_EQUAL(value, i * 3u + 1u);
  }
  CHECK_EQUAL(returns, 200);
  vTaskDelete(other);
  forget_all();
}

const struct promise notify_promises[] = {
  KEPT(each_action_does_what_it_says),
  KEPT(each_action_does_so_at_every_index),
  KEPT(an_action_that_fails_leaves_the_notification_pending),
  KEPT(a_pending_notification_of_value_0_is_pending_too),
  KEPT(the_value_before_can_be_asked_for),
#if configTASK_NOTIFICATION_ARRAY_ENTRIES > 1
  KEPT(indexes_do_not_touch_each_other),
  KEPT(a_notification_of_another_index_does_not_wake_the_waiter),
#endif
  KEPT(taking_counts_down_or_to_nothing),
  KEPT(what_was_given_before_is_taken_without_waiting),
  KEPT(a_taken_notification_is_not_pending_any_more),
  KEPT(a_take_ends_exactly_when_its_time_is_over),
  KEPT(a_wait_ends_exactly_when_its_time_is_over),
  KEPT(a_give_wakes_the_waiter_at_once),
  KEPT(gives_to_a_waiter_that_does_not_run_yet_add_up),
  KEPT(after_a_time_out_the_next_wait_has_all_of_its_time),
  KEPT(a_notification_after_the_time_out_of_a_task_that_has_not_run_since_is_received),
  KEPT(a_notification_after_the_abort_of_a_task_that_has_not_run_since_is_received),
  KEPT(bits_are_cleared_on_entry_unless_one_is_pending),
  KEPT(bits_are_cleared_on_exit_after_the_value_was_read),
  KEPT(masks_count_for_a_wait_that_blocks),
  KEPT(a_pending_notification_can_be_taken_back_and_its_value_stays),
  KEPT(bits_of_the_value_can_be_cleared_and_it_stays_pending),
  KEPT(taking_back_does_not_wake_or_end_a_wait),
  KEPT(a_notification_without_a_value_ends_a_take_with_nothing),
  KEPT(a_notification_does_not_end_a_suspension_and_is_there_afterwards),
  KEPT(a_wait_given_up_by_a_suspension_ends_with_nothing),
  KEPT(each_action_does_the_same_from_an_interrupt),
  KEPT(an_interrupt_that_wakes_a_more_urgent_task_says_so),
  KEPT(gives_from_an_interrupt_count),
  KEPT(an_interrupt_need_not_ask_whether_it_woke_someone),
  KEPT(an_interrupt_can_notify_the_task_it_interrupts),
  KEPT(values_go_to_and_fro_without_loss),
  END_OF_PROMISES,
};

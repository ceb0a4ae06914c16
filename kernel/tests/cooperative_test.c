/* Without preemption: tasks run until they block or yield, and then the most urgent one does. */
#include "diary.h"
#include "event_groups.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "timers.h"

static void note_and_end(void *letter)
{
  note(letter_of(letter));
  vTaskDelete(NULL);
}

PROMISE(a_more_urgent_task_waits_until_the_running_one_yields)
{
  CHECK_EQUAL(configUSE_PREEMPTION, 0);
  diary_begin();
  NEED(test_task(note_and_end, LETTER('h'), HIGHER) != NULL);
  NEED(test_task(note_and_end, LETTER('H'), HIGHER + 1u) != NULL);
  note('j');
  CHECK_DIARY("j");
  taskYIELD();
  CHECK_DIARY("jHh");
}

PROMISE(yielding_does_not_let_less_urgent_tasks_run)
{
  diary_begin();
  NEED(test_task(note_and_end, LETTER('l'), LOWER) != NULL);
  taskYIELD();
  note('j');
  vTaskDelay(1);
  CHECK_DIARY("jl");
}

PROMISE(a_task_that_computes_keeps_the_processor_over_ticks)
{
  diary_begin();
  NEED(test_task(note_and_end, LETTER('e'), JUDGE_PRIORITY) != NULL);
  TickType_t start = xTaskGetTickCount();
  while (xTaskGetTickCount() - start < 3u) test_spin(1000);
  note('j');
  taskYIELD();
  CHECK_DIARY("je");
}

static BaseType_t take(struct actor *self)
{
  return (BaseType_t)ulTaskNotifyTake(pdTRUE, self->ticks);
}

static struct actor waiter;

static void notify_isr(void)
{
  vTaskNotifyGiveFromISR(waiter.task, NULL);
}

PROMISE(who_is_woken_by_an_interrupt_runs_at_the_next_yield)
{
  waiter = (struct actor){.letter = 'w', .act = take, .ticks = 50};
  diary_begin();
  actor_start(&waiter, HIGHER);
  taskYIELD(); /* it begins to wait */
  test_interrupt(notify_isr);
  note('j');
  CHECK_EQUAL(eTaskGetState(waiter.task), eReady);
  taskYIELD();
  CHECK_DIARY("jw");
  CHECK_EQUAL(waiter.answer, 1);
}

PROMISE(delays_and_time_outs_are_exact_when_the_processor_is_free)
{
  for (TickType_t ticks = 1; ticks <= 8u; ticks++) {
    TickType_t start = fresh_tick();
    vTaskDelay(ticks);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
    start = xTaskGetTickCount();
    CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, ticks), 0);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
}

PROMISE(a_priority_raised_above_the_running_task_counts_at_the_next_yield)
{
  diary_begin();
  TaskHandle_t task = test_task(note_and_end, LETTER('t'), LOWER);
  NEED(task != NULL);
  vTaskPrioritySet(task, HIGHER);
  note('j');
  taskYIELD();
  CHECK_DIARY("jt");
}

PROMISE(equals_that_yield_take_turns)
{
  diary_begin();
  NEED(test_task(note_and_end, LETTER('a'), JUDGE_PRIORITY) != NULL);
  NEED(test_task(note_and_end, LETTER('b'), JUDGE_PRIORITY) != NULL);
  taskYIELD();
  note('j');
  CHECK_DIARY("abj");
}

static BaseType_t receive(struct actor *self)
{
  char item = 0;
  (void)xQueueReceive(self->object, &item, self->ticks);
  return item;
}

PROMISE(what_is_sent_wakes_a_more_urgent_task_for_the_next_yield)
{
  static struct actor receiver = {.letter = 'r', .act = receive, .ticks = 50};
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  receiver.object = queue;
  diary_begin();
  actor_start(&receiver, HIGHER);
  taskYIELD();
  CHECK_EQUAL(xQueueSend(queue, "i", 0), pdPASS);
  note('j');
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 1);
  taskYIELD();
  CHECK_DIARY("jr");
  CHECK_EQUAL(receiver.answer, 'i');
  vQueueDelete(queue);
}

static BaseType_t take_and_give(struct actor *self)
{
  BaseType_t taken = xSemaphoreTake(self->object, self->ticks);
  return taken == pdTRUE ? xSemaphoreGive(self->object) : taken;
}

PROMISE(a_mutex_is_inherited_and_given_back_without_a_switch)
{
  static struct actor taker = {.letter = 't', .act = take_and_give, .ticks = 50};
  SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
  NEED(mutex != NULL);
  taker.object = mutex;
  diary_begin();
  CHECK_EQUAL(xSemaphoreTake(mutex, 0), pdTRUE);
  actor_start(&taker, HIGHER);
  taskYIELD();
  CHECK_EQUAL(uxTaskPriorityGet(NULL), HIGHER);
  CHECK_EQUAL(xSemaphoreGive(mutex), pdTRUE);
  CHECK_EQUAL(uxTaskPriorityGet(NULL), JUDGE_PRIORITY);
  note('j');
  taskYIELD();
  CHECK_DIARY("jt");
  CHECK_EQUAL(taker.answer, pdTRUE);
  vSemaphoreDelete(mutex);
}

static BaseType_t wait_for_bit(struct actor *self)
{
  return (BaseType_t)xEventGroupWaitBits(self->object, 1, pdTRUE, pdFALSE, self->ticks);
}

static BaseType_t receive_stream(struct actor *self)
{
  char byte = 0;
  (void)xStreamBufferReceive(self->object, &byte, 1, self->ticks);
  return byte;
}

PROMISE(event_groups_and_stream_buffers_wake_for_the_next_yield)
{
  static struct actor blocked = {.letter = 'w', .act = wait_for_bit, .ticks = 50};
  static struct actor receiver = {.letter = 'r', .act = receive_stream, .ticks = 50};
  blocked.object = xEventGroupCreate();
  receiver.object = xStreamBufferCreate(4, 1);
  NEED(blocked.object != NULL && receiver.object != NULL);
  diary_begin();
  actor_start(&blocked, HIGHER);
  actor_start(&receiver, HIGHER);
  taskYIELD();
  CHECK_EQUAL(xEventGroupSetBits(blocked.object, 1), 0); /* cleared for the waiter already */
  CHECK_EQUAL(xStreamBufferSend(receiver.object, "s", 1, 0), 1);
  note('j');
  taskYIELD();
  CHECK_DIARY("jwr");
  CHECK_EQUAL(blocked.answer, 1);
  CHECK_EQUAL(receiver.answer, 's');
  vEventGroupDelete(blocked.object);
  vStreamBufferDelete(receiver.object);
}

static void note_expiry(TimerHandle_t timer)
{
  note((char)(uintptr_t)pvTimerGetTimerID(timer));
}

PROMISE(a_timer_calls_back_when_the_running_task_lets_its_daemon_run)
{
  TimerHandle_t timer = xTimerCreate("", 2, pdFALSE, LETTER('e'), note_expiry);
  NEED(timer != NULL);
  diary_begin();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  CHECK_EQUAL(xTimerIsTimerActive(timer), pdFALSE);
  TickType_t start = xTaskGetTickCount();
  while (xTaskGetTickCount() - start < 4u) test_spin(1000);
  note('j');
  taskYIELD();
  CHECK_DIARY("je");
  CHECK_EQUAL(xTimerDelete(timer, 0), pdPASS);
  vTaskDelay(1);
}

PROMISE(resuming_and_deleting_others_does_not_switch)
{
  diary_begin();
  TaskHandle_t task = test_task(note_and_end, LETTER('t'), HIGHER);
  NEED(task != NULL);
  vTaskSuspend(task);
  taskYIELD();
  CHECK_DIARY("");
  vTaskResume(task);
  note('j');
  taskYIELD();
  CHECK_DIARY("jt");
  task = test_task(note_and_end, LETTER('d'), HIGHER);
  NEED(task != NULL);
  vTaskDelete(task);
  taskYIELD();
  CHECK_DIARY("jt");
}

PROMISE(resuming_the_scheduler_does_not_switch_either)
{
  diary_begin();
  vTaskSuspendAll();
  NEED(test_task(note_and_end, LETTER('t'), HIGHER) != NULL);
  CHECK_EQUAL(xTaskResumeAll(), pdFALSE);
  note('j');
  taskYIELD();
  CHECK_DIARY("jt");
}

const struct promise cooperative_promises[] = {
  KEPT(a_more_urgent_task_waits_until_the_running_one_yields),
  KEPT(yielding_does_not_let_less_urgent_tasks_run),
  KEPT(a_task_that_computes_keeps_the_processor_over_ticks),
  KEPT(who_is_woken_by_an_interrupt_runs_at_the_next_yield),
  KEPT(delays_and_time_outs_are_exact_when_the_processor_is_free),
  KEPT(a_priority_raised_above_the_running_task_counts_at_the_next_yield),
  KEPT(equals_that_yield_take_turns),
  KEPT(what_is_sent_wakes_a_more_urgent_task_for_the_next_yield),
  KEPT(a_mutex_is_inherited_and_given_back_without_a_switch),
  KEPT(event_groups_and_stream_buffers_wake_for_the_next_yield),
  KEPT(a_timer_calls_back_when_the_running_task_lets_its_daemon_run),
  KEPT(resuming_and_deleting_others_does_not_switch),
  KEPT(resuming_the_scheduler_does_not_switch_either),
  END_OF_PROMISES,
};

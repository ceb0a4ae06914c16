/* Without preemption: tasks run until they block or yield, and then the most urgent one does. */
#include "diary.h"
#include "event_groups.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "timers.h"

#ifdef HF_KERNEL_TEST_ON_HOST
#include "hf_posix.h"
#endif

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

/* What an interrupt was told about the waiter that it woke. */
static volatile BaseType_t told;

static void tell_notify_isr(void)
{
  BaseType_t woken = pdFALSE;
  vTaskNotifyGiveFromISR(waiter.task, &woken);
  told = woken;
}

static void tell_give_isr(void)
{
  BaseType_t woken = pdFALSE;
  CHECK_EQUAL(xSemaphoreGiveFromISR(waiter.object, &woken), pdPASS);
  told = woken;
}

static void tell_send_isr(void)
{
  BaseType_t woken = pdFALSE;
  CHECK_EQUAL(xQueueSendFromISR(waiter.object, "i", &woken), pdPASS);
  told = woken;
}

static void tell_bytes_isr(void)
{
  BaseType_t woken = pdFALSE;
  CHECK_EQUAL(xStreamBufferSendFromISR(waiter.object, "s", 1, &woken), 1);
  told = woken;
}

static void tell_resume_isr(void)
{
  told = xTaskResumeFromISR(waiter.task);
}

static BaseType_t take_semaphore(struct actor *self)
{
  return xSemaphoreTake(self->object, self->ticks);
}

static BaseType_t suspend_itself(struct actor *self)
{
  (void)self;
  vTaskSuspend(NULL);
  return pdTRUE;
}

/* The interrupt wakes the waiter, which does act(); only if that is more urgent than the judge is this told. */
static void check_told(void (*isr)(void), BaseType_t (*act)(struct actor *self), void *object)
{
  for (UBaseType_t priority = LOWER; priority <= HIGHER; priority++) {
    waiter = (struct actor){.letter = 'w', .act = act, .object = object, .ticks = 50};
    diary_begin();
    actor_start(&waiter, priority);
    vTaskDelay(1);
    told = -1;
    test_interrupt(isr);
    CHECK_EQUAL(told, priority > JUDGE_PRIORITY ? pdTRUE : pdFALSE);
    note('j');
    vTaskDelay(1);
    CHECK_DIARY("jw");
  }
}

static BaseType_t receive(struct actor *self);
static BaseType_t receive_stream(struct actor *self);

PROMISE(an_interrupt_is_told_that_whom_it_woke_is_more_urgent)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  StreamBufferHandle_t buffer = xStreamBufferCreate(4, 1);
  NEED(queue != NULL && semaphore != NULL && buffer != NULL);
  check_told(tell_notify_isr, take, NULL);
  check_told(tell_give_isr, take_semaphore, semaphore);
  check_told(tell_send_isr, receive, queue);
  check_told(tell_bytes_isr, receive_stream, buffer);
  check_told(tell_resume_isr, suspend_itself, NULL);
  vQueueDelete(queue);
  vSemaphoreDelete(semaphore);
  vStreamBufferDelete(buffer);
}

#ifdef HF_KERNEL_TEST_ON_HOST
static uint64_t woken_at;
static uint64_t ran_at;

static void notify_in_time_isr(void)
{
  woken_at = hf_posix_instructions();
  vTaskNotifyGiveFromISR(waiter.task, NULL);
}

static BaseType_t take_in_time(struct actor *self)
{
  BaseType_t taken = take(self);
  ran_at = hf_posix_instructions();
  return taken;
}

PROMISE(who_is_woken_while_nothing_else_runs_runs_at_once_whenever_the_interrupt_comes)
{
  for (unsigned point = 1; point <= 40u; point++) {
    waiter = (struct actor){.letter = 'w', .act = take_in_time, .ticks = 1000};
    diary_begin();
    actor_start(&waiter, HIGHER);
    (void)fresh_tick();
    woken_at = 0;
    hf_posix_at_open(point, notify_in_time_isr);
    vTaskDelay(40); /* longer than the points take */
    hf_posix_at_open(0, notify_in_time_isr);
    CHECK(woken_at != 0);
    CHECK_EQUAL(ran_at - woken_at, 0);
    CHECK_DIARY("w");
  }
}
#endif

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
  KEPT(an_interrupt_is_told_that_whom_it_woke_is_more_urgent),
#ifdef HF_KERNEL_TEST_ON_HOST
  KEPT(who_is_woken_while_nothing_else_runs_runs_at_once_whenever_the_interrupt_comes),
#endif
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

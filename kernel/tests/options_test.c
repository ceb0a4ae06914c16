/* Options that change what the kernel promises: what holds in the configurations that have them (config/). */
#include "diary.h"
#include "event_groups.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "timers.h"

#if configUSE_TIME_SLICING == 0 || configMAX_PRIORITIES == 32
static void note_and_end(void *letter)
{
  note(letter_of(letter));
  vTaskDelete(NULL);
}
#endif

/* --- INCLUDE_vTaskSuspend 0: portMAX_DELAY is 2^32 - 1 ticks, no more than that --- */

#if INCLUDE_vTaskSuspend == 0
static BaseType_t receive(struct actor *self)
{
  char item;
  return xQueueReceive(self->object, &item, self->ticks);
}

static BaseType_t take_notification(struct actor *self)
{
  return (BaseType_t)ulTaskNotifyTake(pdTRUE, self->ticks);
}

static BaseType_t wait_bits(struct actor *self)
{
  return (BaseType_t)xEventGroupWaitBits(self->object, 1, pdFALSE, pdFALSE, self->ticks);
}

static BaseType_t receive_stream(struct actor *self)
{
  char item;
  return (BaseType_t)xStreamBufferReceive(self->object, &item, 1, self->ticks);
}

static BaseType_t delay(struct actor *self)
{
  vTaskDelay(self->ticks);
  return 0;
}

PROMISE(a_wait_of_the_longest_time_ends)
{
  static struct actor actors[] = {
    {.letter = 'q', .act = receive},   {.letter = 'n', .act = take_notification},
    {.letter = 'e', .act = wait_bits}, {.letter = 's', .act = receive_stream},
    {.letter = 'd', .act = delay},
  };
  const size_t count = sizeof actors / sizeof *actors;
  actors[0].object = xQueueCreate(1, 1);
  actors[2].object = xEventGroupCreate();
  actors[3].object = xStreamBufferCreate(4, 1);
  diary_begin();
  TickType_t start = fresh_tick();
  for (size_t i = 0; i < count; i++) {
    actors[i].ticks = portMAX_DELAY;
    actor_start(&actors[i], HIGHER);
    CHECK_EQUAL(eTaskGetState(actors[i].task), eBlocked);
  }
  (void)xTaskCatchUpTicks(portMAX_DELAY - (xTaskGetTickCount() - start) - 10u);
  CHECK_DIARY("");
  vTaskDelay(12);
  CHECK_DIARY("qnesd");
  for (size_t i = 0; i < count; i++) {
    CHECK(actors[i].done);
    CHECK_EQUAL(actors[i].answer, 0);
    CHECK_EQUAL(actors[i].ended - actors[i].began, portMAX_DELAY);
  }
  vQueueDelete(actors[0].object);
  vEventGroupDelete(actors[2].object);
  vStreamBufferDelete(actors[3].object);
}

PROMISE(a_time_out_of_the_longest_time_is_counted_down)
{
  TimeOut_t timeout;
  TickType_t left = portMAX_DELAY;
  vTaskSetTimeOutState(&timeout);
  (void)xTaskCatchUpTicks(5);
  CHECK_EQUAL(xTaskCheckForTimeOut(&timeout, &left), pdFALSE);
  CHECK_EQUAL(left, portMAX_DELAY - 5u);
  (void)xTaskCatchUpTicks(left);
  CHECK_EQUAL(xTaskCheckForTimeOut(&timeout, &left), pdTRUE);
  CHECK_EQUAL(left, 0);
}
#endif

/* --- configUSE_TIME_SLICING 0 --- */

#if configUSE_TIME_SLICING == 0 && configUSE_PREEMPTION == 1
PROMISE(equals_take_no_turns_at_ticks)
{
  diary_begin();
  NEED(test_task(note_and_end, LETTER('e'), JUDGE_PRIORITY) != NULL);
  test_spin(4u * TEST_INSTRUCTIONS_PER_TICK);
  note('j');
  CHECK_DIARY("j");
  taskYIELD();
  CHECK_DIARY("je");
}

PROMISE(a_task_that_was_preempted_goes_on_before_its_equals)
{
  diary_begin();
  NEED(test_task(note_and_end, LETTER('e'), JUDGE_PRIORITY) != NULL);
  NEED(test_task(note_and_end, LETTER('h'), HIGHER) != NULL);
  note('j');
  CHECK_DIARY("hj");
  vTaskDelay(1);
  CHECK_DIARY("hje");
}
#endif

/* --- configMAX_PRIORITIES 32 --- */

#if configMAX_PRIORITIES == 32
PROMISE(every_one_of_32_priorities_counts)
{
  diary_begin();
  vTaskPrioritySet(NULL, 31);
  for (UBaseType_t priority = 1; priority < 31u; priority++) {
    NEED(test_task(note_and_end, LETTER(priority < 26u ? 'a' + priority : 'A' + priority - 26u), priority) != NULL);
  }
  CHECK_DIARY("");
  vTaskPrioritySet(NULL, JUDGE_PRIORITY);
  CHECK_DIARY("EDCBAzyxwvutsrqponmlkjihgf");
  vTaskDelay(2);
  CHECK_DIARY("EDCBAzyxwvutsrqponmlkjihgfedcb");
}
#endif

/* --- configIDLE_SHOULD_YIELD 0 --- */

#if configIDLE_SHOULD_YIELD == 0
static volatile bool stops;
static volatile uint32_t turns;

static void count_turns(void *unused)
{
  TickType_t last = 0;
  (void)unused;
  while (!stops) {
    TickType_t now = xTaskGetTickCount();
    if (now != last) turns++;
    last = now;
    test_spin(500);
  }
  vTaskDelete(NULL);
}

PROMISE(the_idle_task_uses_its_time_slices)
{
  turns = 0;
  stops = false;
  NEED(test_task(count_turns, NULL, tskIDLE_PRIORITY) != NULL);
  vTaskDelay(20);
  CHECK(turns >= 8u);
  CHECK(turns <= 12u);
  stops = true;
  vTaskDelay(4);
}
#endif

/* --- what is left out --- */

#if configUSE_TASK_NOTIFICATIONS == 0 && configUSE_TIMERS == 0 && configUSE_MUTEXES == 0 && \
  configSUPPORT_STATIC_ALLOCATION == 0
/* Weak: whether they are in the program is what is asked. */
#pragma weak xTaskGenericNotify
#pragma weak xTaskGenericNotifyWait
#pragma weak ulTaskGenericNotifyTake
#pragma weak xTimerGenericCommandFromTask
#pragma weak xTimerCreate
#pragma weak xQueueCreateMutex
#pragma weak xQueueTakeMutexRecursive
#pragma weak xQueueGetMutexHolder
#pragma weak xTaskCreateStatic
#pragma weak xQueueGenericCreateStatic
#pragma weak xEventGroupCreateStatic
#pragma weak xStreamBufferGenericCreateStatic

PROMISE(what_is_left_out_is_not_there)
{
  CHECK(xTaskGenericNotify == NULL);
  CHECK(xTaskGenericNotifyWait == NULL);
  CHECK(ulTaskGenericNotifyTake == NULL);
  CHECK(xTimerGenericCommandFromTask == NULL);
  CHECK(xTimerCreate == NULL);
  CHECK(xQueueCreateMutex == NULL);
  CHECK(xQueueTakeMutexRecursive == NULL);
  CHECK(xQueueGetMutexHolder == NULL);
  CHECK(xTaskCreateStatic == NULL);
  CHECK(xQueueGenericCreateStatic == NULL);
  CHECK(xEventGroupCreateStatic == NULL);
  CHECK(xStreamBufferGenericCreateStatic == NULL);
}

PROMISE(there_is_no_timer_task)
{
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), 2);
  CHECK(xTaskGetHandle(configTIMER_SERVICE_TASK_NAME) == NULL);
}

static BaseType_t take(struct actor *self)
{
  return xSemaphoreTake(self->object, self->ticks);
}

static BaseType_t wait_for_bit(struct actor *self)
{
  return (BaseType_t)xEventGroupWaitBits(self->object, 2, pdTRUE, pdFALSE, self->ticks);
}

static BaseType_t receive_byte(struct actor *self)
{
  char byte = 0;
  (void)xStreamBufferReceive(self->object, &byte, 1, self->ticks);
  return byte;
}

PROMISE(event_groups_and_stream_buffers_work_without_notifications)
{
  static struct actor waiter = {.letter = 'w', .act = wait_for_bit, .ticks = 5};
  static struct actor receiver = {.letter = 'r', .act = receive_byte, .ticks = 5};
  waiter.object = xEventGroupCreate();
  receiver.object = xStreamBufferCreate(4, 1);
  NEED(waiter.object != NULL && receiver.object != NULL);
  diary_begin();
  actor_start(&waiter, HIGHER);
  actor_start(&receiver, HIGHER);
  CHECK_EQUAL(xEventGroupSetBits(waiter.object, 3), 1);
  CHECK_EQUAL(xStreamBufferSend(receiver.object, "x", 1, 0), 1);
  CHECK_DIARY("wr");
  CHECK_EQUAL(waiter.answer, 3);
  CHECK_EQUAL(receiver.answer, 'x');
  vEventGroupDelete(waiter.object);
  vStreamBufferDelete(receiver.object);
}

PROMISE(semaphores_work_without_mutexes)
{
  static struct actor taker = {.letter = 't', .act = take, .ticks = 5};
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  taker.object = semaphore;
  diary_begin();
  actor_start(&taker, HIGHER);
  CHECK_EQUAL(xSemaphoreGive(semaphore), pdTRUE);
  CHECK_DIARY("t");
  CHECK_EQUAL(taker.answer, pdTRUE);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 2), pdFALSE);
  vSemaphoreDelete(semaphore);
}
#endif

const struct promise options_promises[] = {
#if INCLUDE_vTaskSuspend == 0
  KEPT(a_wait_of_the_longest_time_ends),
  KEPT(a_time_out_of_the_longest_time_is_counted_down),
#endif
#if configUSE_TIME_SLICING == 0 && configUSE_PREEMPTION == 1
  KEPT(equals_take_no_turns_at_ticks),
  KEPT(a_task_that_was_preempted_goes_on_before_its_equals),
#endif
#if configMAX_PRIORITIES == 32
  KEPT(every_one_of_32_priorities_counts),
#endif
#if configIDLE_SHOULD_YIELD == 0
  KEPT(the_idle_task_uses_its_time_slices),
#endif
#if configUSE_TASK_NOTIFICATIONS == 0 && configUSE_TIMERS == 0 && configUSE_MUTEXES == 0 && \
  configSUPPORT_STATIC_ALLOCATION == 0
  KEPT(what_is_left_out_is_not_there),
  KEPT(there_is_no_timer_task),
  KEPT(event_groups_and_stream_buffers_work_without_notifications),
  KEPT(semaphores_work_without_mutexes),
#endif
  END_OF_PROMISES,
};

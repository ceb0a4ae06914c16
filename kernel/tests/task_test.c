/* Tasks (task.h): made, ended, delayed, suspended, put in order, and looked at. */
#include "diary.h"
#include "event_groups.h"
#include "hf_kernel.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"

static void note_and_end(void *letter)
{
  note(letter_of(letter));
  vTaskDelete(NULL);
}

static void wait_for_ever(void *unused)
{
  (void)unused;
  for (;;) vTaskDelay(portMAX_DELAY);
}

/* --- made and ended --- */

static TaskHandle_t own_handle;
static volatile bool handle_was_there;

static void compare_handle(void *unused)
{
  (void)unused;
  handle_was_there = own_handle == xTaskGetCurrentTaskHandle();
  vTaskDelete(NULL);
}

PROMISE(a_more_urgent_task_runs_before_its_creation_returns_and_knows_its_handle)
{
  handle_was_there = false;
  NEED(xTaskCreate(compare_handle, "early", TEST_STACK_WORDS, NULL, HIGHER, &own_handle) == pdPASS);
  CHECK(handle_was_there);
}

PROMISE(a_task_no_more_urgent_than_its_maker_waits_its_turn)
{
  diary_begin();
  NEED(test_task(note_and_end, LETTER('l'), LOWER) != NULL);
  NEED(test_task(note_and_end, LETTER('e'), JUDGE_PRIORITY) != NULL);
  note('j');
  taskYIELD();
  CHECK_DIARY("je");
  vTaskDelay(1);
  CHECK_DIARY("jel");
}

PROMISE(a_task_gets_its_parameter)
{
  diary_begin();
  NEED(test_task(note_and_end, LETTER('p'), HIGHER) != NULL);
  CHECK_DIARY("p");
}

#if configSUPPORT_STATIC_ALLOCATION == 1
static StaticTask_t task_memory;
static StackType_t task_stack[TEST_STACK_WORDS] __attribute__((aligned(portBYTE_ALIGNMENT)));

PROMISE(a_static_task_lives_in_the_memory_given)
{
  diary_begin();
  size_t heap = xPortGetFreeHeapSize();
  TaskHandle_t task = xTaskCreateStatic(note_and_end, "static", TEST_STACK_WORDS, LETTER('s'), LOWER, task_stack,
                                        &task_memory);
  NEED(task == &task_memory);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
  StackType_t *stack = NULL;
  StaticTask_t *memory = NULL;
  CHECK_EQUAL(xTaskGetStaticBuffers(task, &stack, &memory), pdTRUE);
  CHECK(stack == task_stack);
  CHECK(memory == &task_memory);
  vTaskDelay(2);
  CHECK_DIARY("s");
}

PROMISE(a_static_task_can_be_made_again_in_the_same_memory)
{
  diary_begin();
  for (unsigned i = 0; i < 3u; i++) {
    NEED(xTaskCreateStatic(note_and_end, "again", TEST_STACK_WORDS, LETTER('s'), LOWER, task_stack, &task_memory) !=
         NULL);
    vTaskDelay(2);
  }
  CHECK_DIARY("sss");
}

PROMISE(a_task_of_the_heap_has_no_static_memory)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, HIGHER);
  NEED(task != NULL);
  StackType_t *stack = task_stack;
  StaticTask_t *memory = &task_memory;
  CHECK_EQUAL(xTaskGetStaticBuffers(task, &stack, &memory), pdFALSE);
  CHECK(stack == task_stack);
  CHECK(memory == &task_memory);
  vTaskDelete(task);
}

PROMISE(a_static_task_without_memory_is_refused)
{
  UBaseType_t tasks = uxTaskGetNumberOfTasks();
  (void)test_expect_asserts(true);
  CHECK(xTaskCreateStatic(note_and_end, "x", TEST_STACK_WORDS, NULL, LOWER, NULL, &task_memory) == NULL);
  CHECK(xTaskCreateStatic(note_and_end, "x", TEST_STACK_WORDS, NULL, LOWER, task_stack, NULL) == NULL);
  unsigned asserts = test_expect_asserts(false);
#if configASSERT_DEFINED == 1
  CHECK_EQUAL(asserts, 2);
#else
  (void)asserts;
#endif
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks);
}
#endif

PROMISE(a_task_for_which_there_is_no_memory_is_not_made)
{
  UBaseType_t tasks = uxTaskGetNumberOfTasks();
  size_t heap = xPortGetFreeHeapSize();
  const configSTACK_DEPTH_TYPE too_deep[] = {
    (configSTACK_DEPTH_TYPE)~0u, (configSTACK_DEPTH_TYPE)(SIZE_MAX / sizeof(StackType_t)),
    (configSTACK_DEPTH_TYPE)(SIZE_MAX / sizeof(StackType_t) + 2u), configTOTAL_HEAP_SIZE / sizeof(StackType_t)};
  for (unsigned i = 0; i < sizeof too_deep / sizeof too_deep[0]; i++) {
    if (too_deep[i] < 1000u) continue; /* it wrapped in the type of depths */
    TaskHandle_t task = (TaskHandle_t)(void *)&diary;
    CHECK_EQUAL(xTaskCreate(wait_for_ever, "deep", too_deep[i], NULL, LOWER, &task),
                errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY);
    CHECK(task == (TaskHandle_t)(void *)&diary);
  }
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
}

PROMISE(a_task_can_be_made_without_asking_for_its_handle_or_giving_a_name)
{
  diary_begin();
  CHECK_EQUAL(xTaskCreate(note_and_end, NULL, TEST_STACK_WORDS, LETTER('n'), HIGHER, NULL), pdPASS);
  CHECK_DIARY("n");
}

PROMISE(too_high_a_priority_is_cut)
{
  (void)test_expect_asserts(true);
  TaskHandle_t task = test_task(wait_for_ever, NULL, configMAX_PRIORITIES + 3u);
  (void)test_expect_asserts(false);
  NEED(task != NULL);
  CHECK_EQUAL(uxTaskPriorityGet(task), configMAX_PRIORITIES - 1u);
  vTaskDelete(task);
}

PROMISE(a_name_is_kept_and_cut_to_its_length)
{
  TaskHandle_t task = NULL;
  NEED(xTaskCreate(wait_for_ever, "a_name_that_is_much_too_long_for_it", TEST_STACK_WORDS, NULL, HIGHER, &task) ==
       pdPASS);
  CHECK_EQUAL(strlen(pcTaskGetName(task)), configMAX_TASK_NAME_LEN - 1);
  CHECK(strncmp(pcTaskGetName(task), "a_name_that_is_much_too_long_for_it", configMAX_TASK_NAME_LEN - 1u) == 0);
  CHECK(strcmp(pcTaskGetName(NULL), "judge") == 0);
  vTaskDelete(task);
}

PROMISE(a_task_is_found_by_its_name_in_every_state)
{
  TaskHandle_t task = NULL;
  NEED(xTaskCreate(wait_for_ever, "needle", TEST_STACK_WORDS, NULL, LOWER, &task) == pdPASS);
  CHECK(xTaskGetHandle("needle") == task); /* ready */
  vTaskDelay(1);
  CHECK(xTaskGetHandle("needle") == task); /* delayed */
  vTaskSuspend(task);
  CHECK(xTaskGetHandle("needle") == task);
  CHECK(xTaskGetHandle("judge") == xTaskGetCurrentTaskHandle());
  CHECK(xTaskGetHandle(configIDLE_TASK_NAME) == xTaskGetIdleTaskHandle());
  CHECK(xTaskGetHandle("needl") == NULL);
  CHECK(xTaskGetHandle("needles") == NULL);
  vTaskDelete(task);
  CHECK(xTaskGetHandle("needle") == NULL);
}

PROMISE(the_number_of_tasks_is_known)
{
  UBaseType_t tasks = uxTaskGetNumberOfTasks();
  TaskHandle_t first = test_task(wait_for_ever, NULL, LOWER);
  TaskHandle_t second = test_task(wait_for_ever, NULL, HIGHER);
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks + 2u);
  vTaskDelete(first);
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks + 1u);
  vTaskDelete(second);
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks);
}

PROMISE(the_memory_of_another_task_comes_back_at_once_and_of_oneself_with_idle_time)
{
  size_t heap = xPortGetFreeHeapSize();
  TaskHandle_t task = test_task(wait_for_ever, NULL, HIGHER);
  CHECK(xPortGetFreeHeapSize() < heap);
  vTaskDelete(task);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
  diary_begin();
  (void)test_task(note_and_end, LETTER('e'), HIGHER);
  CHECK_DIARY("e");
  CHECK(xPortGetFreeHeapSize() < heap);
  vTaskDelay(2);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
}

static BaseType_t receive_byte(struct actor *self)
{
  char item = 0;
  return xQueueReceive(self->object, &item, self->ticks) == pdPASS ? item : 0;
}

PROMISE(a_task_that_is_deleted_while_it_waits_leaves_its_place_to_the_next)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor first = {.letter = '1', .act = receive_byte, .object = queue, .ticks = portMAX_DELAY};
  struct actor second = {.letter = '2', .act = receive_byte, .object = queue, .ticks = 20};
  struct actor third = {.letter = '3', .act = receive_byte, .object = queue, .ticks = 20};
  diary_begin();
  actor_start(&first, HIGHER);
  actor_start(&second, HIGHER);
  actor_start(&third, HIGHER);
  vTaskDelete(first.task);
  CHECK_EQUAL(xQueueSend(queue, "a", 0), pdPASS);
  CHECK_DIARY("2");
  CHECK_EQUAL(second.answer, 'a');
  vTaskDelete(third.task); /* its time-out is in the future */
  CHECK_EQUAL(xQueueSend(queue, "b", 0), pdPASS);
  vTaskDelay(25);
  CHECK_DIARY("2");
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 1);
  vQueueDelete(queue);
}

static void end_in_each_state(void (*bring_there)(TaskHandle_t task), UBaseType_t priority)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, priority);
  bring_there(task);
  vTaskDelete(task);
  vTaskDelay(2);
}

static void leave_alone(TaskHandle_t task)
{
  (void)task;
}

static void suspend_it(TaskHandle_t task)
{
  vTaskSuspend(task);
}

PROMISE(a_task_can_be_deleted_in_every_state)
{
  UBaseType_t tasks = uxTaskGetNumberOfTasks();
  end_in_each_state(leave_alone, LOWER);  /* ready */
  end_in_each_state(leave_alone, HIGHER); /* delayed */
  end_in_each_state(suspend_it, LOWER);
  end_in_each_state(suspend_it, HIGHER);
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks);
}

/* --- delays --- */

PROMISE(a_delay_from_any_tick_ends_at_its_tick)
{
  for (TickType_t ticks = 1; ticks <= 34u; ticks++) {
    TickType_t start = fresh_tick();
    vTaskDelay(ticks);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
}

PROMISE(long_delays_end_at_their_tick)
{
  const TickType_t delays[] = {63, 64, 65, 127, 128, 255, 300};
  for (unsigned i = 0; i < sizeof delays / sizeof delays[0]; i++) {
    TickType_t start = fresh_tick();
    vTaskDelay(delays[i]);
    CHECK_EQUAL(xTaskGetTickCount() - start, delays[i]);
  }
}

struct sleeper {
  TickType_t ticks;
  unsigned times;
  volatile unsigned late;
  volatile unsigned slept;
};

static void sleep_exactly(void *parameter)
{
  struct sleeper *s = parameter;
  while (s->slept < s->times) {
    TickType_t start = xTaskGetTickCount();
    vTaskDelay(s->ticks);
    if (xTaskGetTickCount() - start != s->ticks) s->late++;
    s->slept++;
  }
  vTaskDelete(NULL);
}

PROMISE(many_delays_at_once_each_end_at_their_tick)
{
  static struct sleeper sleepers[10];
  for (unsigned i = 0; i < 10u; i++) {
    sleepers[i] = (struct sleeper){.ticks = 1u + i * i, .times = 100u / (1u + i * i) + 1u};
    (void)test_task(sleep_exactly, &sleepers[i], HIGHER);
  }
  vTaskDelay(300);
  for (unsigned i = 0; i < 10u; i++) {
    CHECK_EQUAL(sleepers[i].slept, sleepers[i].times);
    CHECK_EQUAL(sleepers[i].late, 0);
  }
}

static BaseType_t just_delay(struct actor *self)
{
  vTaskDelay(self->ticks);
  return pdTRUE;
}

PROMISE(tasks_due_at_the_same_tick_run_by_priority_then_by_who_began_first)
{
  struct actor actors[4] = {{.letter = 'a'}, {.letter = 'b'}, {.letter = 'c'}, {.letter = 'd'}};
  const UBaseType_t priority[4] = {HIGHER, HIGHER + 1u, HIGHER, HIGHER + 1u};
  diary_begin();
  TickType_t start = fresh_tick();
  for (unsigned i = 0; i < 4u; i++) {
    actors[i].act = just_delay;
    actors[i].ticks = 3;
    actor_start(&actors[i], priority[i]);
  }
  vTaskDelay(4);
  CHECK_DIARY("bdac");
  for (unsigned i = 0; i < 4u; i++) CHECK_EQUAL(actors[i].ended - start, 3);
}

PROMISE(a_delay_of_nothing_yields)
{
  diary_begin();
  (void)test_task(note_and_end, LETTER('e'), JUDGE_PRIORITY);
  TickType_t start = fresh_tick();
  CHECK_DIARY("e");
  (void)test_task(note_and_end, LETTER('f'), JUDGE_PRIORITY);
  vTaskDelay(0);
  note('j');
  CHECK_DIARY("efj");
  CHECK_EQUAL(xTaskGetTickCount() - start, 0);
}

PROMISE(delay_until_does_not_drift)
{
  TickType_t start = fresh_tick();
  TickType_t woken = start;
  for (unsigned i = 1; i <= 10u; i++) {
    test_spin(TEST_INSTRUCTIONS_PER_TICK / 10u * (i % 4u) * 7u);
    CHECK_EQUAL(xTaskDelayUntil(&woken, 5), pdTRUE);
    CHECK_EQUAL(woken - start, 5u * i);
    CHECK_EQUAL(xTaskGetTickCount() - start, 5u * i);
  }
}

PROMISE(delay_until_a_moment_that_has_passed_does_not_wait)
{
  TickType_t now = fresh_tick();
  TickType_t woken = now - 10u;
  CHECK_EQUAL(xTaskDelayUntil(&woken, 4), pdFALSE); /* now - 6 */
  CHECK_EQUAL(now - woken, 6);
  CHECK_EQUAL(xTaskDelayUntil(&woken, 6), pdFALSE); /* now */
  CHECK_EQUAL(now - woken, 0);
  CHECK_EQUAL(xTaskGetTickCount() - now, 0);
  CHECK_EQUAL(xTaskDelayUntil(&woken, 1), pdTRUE);
  CHECK_EQUAL(xTaskGetTickCount() - now, 1);
  CHECK_EQUAL(woken - now, 1);
}

PROMISE(delay_until_catches_up_after_being_late)
{
  TickType_t start = fresh_tick();
  TickType_t woken = start - 9u; /* three periods of 4 behind, but one */
  CHECK_EQUAL(xTaskDelayUntil(&woken, 4), pdFALSE);
  CHECK_EQUAL(xTaskDelayUntil(&woken, 4), pdFALSE);
  CHECK_EQUAL(xTaskDelayUntil(&woken, 4), pdTRUE);
  CHECK_EQUAL(xTaskGetTickCount() - start, 3);
}

PROMISE(delay_until_far_ahead_waits_the_whole_way)
{
  TickType_t now = fresh_tick();
  TickType_t woken = now;
  vTaskDelayUntil(&woken, 70);
  CHECK_EQUAL(xTaskGetTickCount() - now, 70);
}

/* --- waits that are aborted --- */

static BaseType_t wait_delay(struct actor *self)
{
  vTaskDelay(self->ticks);
  return pdFAIL;
}

static BaseType_t wait_delay_until(struct actor *self)
{
  TickType_t woken = xTaskGetTickCount();
  return xTaskDelayUntil(&woken, self->ticks) == pdTRUE ? pdFAIL : pdPASS;
}

static BaseType_t wait_queue_receive(struct actor *self)
{
  char item;
  return xQueueReceive(self->object, &item, self->ticks);
}

static BaseType_t wait_queue_peek(struct actor *self)
{
  char item;
  return xQueuePeek(self->object, &item, self->ticks);
}

static BaseType_t wait_queue_send(struct actor *self)
{
  return xQueueSend(self->object, "x", self->ticks);
}

static BaseType_t wait_semaphore(struct actor *self)
{
  return xSemaphoreTake((SemaphoreHandle_t)self->object, self->ticks);
}

static BaseType_t wait_notify_take(struct actor *self)
{
  return ulTaskNotifyTake(pdTRUE, self->ticks) != 0 ? pdPASS : pdFAIL;
}

static BaseType_t wait_notify(struct actor *self)
{
  return xTaskNotifyWait(0, 0, NULL, self->ticks);
}

static BaseType_t wait_event_bits(struct actor *self)
{
  return xEventGroupWaitBits(self->object, 1, pdTRUE, pdTRUE, self->ticks) != 0 ? pdPASS : pdFAIL;
}

static BaseType_t wait_stream(struct actor *self)
{
  char byte;
  return xStreamBufferReceive(self->object, &byte, 1, self->ticks) != 0 ? pdPASS : pdFAIL;
}

/* The wait is aborted after 3 ticks; then the same again with a limit of 4, which must not be shortened by the past. */
static BaseType_t wait_twice(struct actor *self);
static BaseType_t (*wait_of)(struct actor *self);
static TickType_t aborted_at;

static BaseType_t wait_twice(struct actor *self)
{
  BaseType_t first = wait_of(self);
  aborted_at = xTaskGetTickCount();
  self->ticks = 4;
  BaseType_t second = wait_of(self);
  return first == pdFAIL && second == pdFAIL;
}

static void check_abort(BaseType_t (*wait)(struct actor *self), void *object, TickType_t ticks)
{
  struct actor waiter = {.letter = 'w', .act = wait_twice, .object = object, .ticks = ticks};
  wait_of = wait;
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&waiter, HIGHER);
  vTaskDelay(3);
  CHECK_EQUAL(eTaskGetState(waiter.task), eBlocked);
  CHECK_EQUAL(xTaskAbortDelay(waiter.task), pdPASS);
  taskYIELD(); /* to one that lent us its priority */
  CHECK_EQUAL(aborted_at - start, 3);
  vTaskDelay(5);
  CHECK_DIARY("w");
  CHECK_EQUAL(waiter.answer, pdTRUE);
  CHECK_EQUAL(waiter.ended - start, 7);
}

static void check_aborts(BaseType_t (*wait)(struct actor *self), void *object)
{
  check_abort(wait, object, 100);
  check_abort(wait, object, portMAX_DELAY);
}

PROMISE(an_aborted_delay_ends_at_once)
{
  check_aborts(wait_delay, NULL);
  check_abort(wait_delay_until, NULL, 100);
}

PROMISE(an_aborted_wait_for_a_queue_ends_as_if_its_time_were_over)
{
  QueueHandle_t empty = xQueueCreate(1, 1);
  QueueHandle_t full = xQueueCreate(1, 1);
  NEED(empty != NULL && full != NULL);
  (void)xQueueSend(full, "f", 0);
  check_aborts(wait_queue_receive, empty);
  check_aborts(wait_queue_peek, empty);
  check_aborts(wait_queue_send, full);
  CHECK_EQUAL(uxQueueMessagesWaiting(empty), 0);
  CHECK_EQUAL(uxQueueMessagesWaiting(full), 1);
  vQueueDelete(empty);
  vQueueDelete(full);
}

PROMISE(an_aborted_wait_for_a_semaphore_or_mutex_ends_as_if_its_time_were_over)
{
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
  NEED(semaphore != NULL && mutex != NULL);
  check_aborts(wait_semaphore, semaphore);
  CHECK_EQUAL(xSemaphoreTake(mutex, 0), pdTRUE);
  check_aborts(wait_semaphore, mutex);
  CHECK_EQUAL(uxTaskPriorityGet(NULL), JUDGE_PRIORITY); /* what was lent is back */
  CHECK_EQUAL(xSemaphoreGive(mutex), pdTRUE);
  vSemaphoreDelete(semaphore);
  vSemaphoreDelete(mutex);
}

PROMISE(an_aborted_wait_for_a_notification_ends_as_if_its_time_were_over)
{
  check_aborts(wait_notify_take, NULL);
  check_aborts(wait_notify, NULL);
}

PROMISE(an_aborted_wait_for_event_bits_or_bytes_ends_as_if_its_time_were_over)
{
  EventGroupHandle_t group = xEventGroupCreate();
  StreamBufferHandle_t stream = xStreamBufferCreate(8, 1);
  NEED(group != NULL && stream != NULL);
  check_aborts(wait_event_bits, group);
  check_aborts(wait_stream, stream);
  vEventGroupDelete(group);
  vStreamBufferDelete(stream);
}

PROMISE(only_a_blocked_task_has_a_wait_to_abort)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, LOWER);
  CHECK_EQUAL(xTaskAbortDelay(task), pdFAIL); /* ready */
  vTaskDelay(1);
  vTaskSuspend(task);
  CHECK_EQUAL(xTaskAbortDelay(task), pdFAIL); /* suspended */
  CHECK_EQUAL(eTaskGetState(task), eSuspended);
  CHECK_EQUAL(xTaskAbortDelay(xTaskGetCurrentTaskHandle()), pdFAIL); /* running */
  vTaskDelete(task);
}

PROMISE(a_lower_task_whose_wait_is_aborted_runs_when_it_may)
{
  struct actor waiter = {.letter = 'w', .act = wait_delay, .ticks = portMAX_DELAY};
  diary_begin();
  actor_start(&waiter, LOWER);
  vTaskDelay(1);
  CHECK_EQUAL(xTaskAbortDelay(waiter.task), pdPASS);
  CHECK_EQUAL(eTaskGetState(waiter.task), eReady);
  CHECK_EQUAL(xTaskAbortDelay(waiter.task), pdFAIL);
  CHECK_DIARY("");
  vTaskDelay(1);
  CHECK_DIARY("w");
}

/* --- suspended --- */

static volatile unsigned rounds;

static void go_round(void *unused)
{
  (void)unused;
  for (;;) {
    rounds++;
    vTaskDelay(1);
  }
}

PROMISE(a_suspended_task_does_not_run_until_it_is_resumed)
{
  rounds = 0;
  TaskHandle_t task = test_task(go_round, NULL, HIGHER);
  CHECK_EQUAL(rounds, 1);
  vTaskSuspend(task);
  CHECK_EQUAL(eTaskGetState(task), eSuspended);
  vTaskDelay(5);
  CHECK_EQUAL(rounds, 1);
  vTaskSuspend(task); /* twice is once */
  vTaskResume(task);
  CHECK_EQUAL(rounds, 2);
  CHECK_EQUAL(eTaskGetState(task), eBlocked);
  vTaskDelay(1);
  CHECK_EQUAL(rounds, 3);
  vTaskDelete(task);
}

PROMISE(resuming_a_task_that_is_not_suspended_changes_nothing)
{
  struct actor waiter = {.letter = 'w', .act = wait_delay, .ticks = 4};
  TickType_t start = fresh_tick();
  actor_start(&waiter, HIGHER);
  vTaskResume(waiter.task);
  CHECK(!waiter.done);
  CHECK_EQUAL(eTaskGetState(waiter.task), eBlocked);
  vTaskDelay(5);
  CHECK_EQUAL(waiter.ended - start, 4);
  (void)test_expect_asserts(true);
  vTaskResume(xTaskGetCurrentTaskHandle());
  (void)test_expect_asserts(false);
  CHECK_EQUAL(eTaskGetState(xTaskGetCurrentTaskHandle()), eRunning);
}

static BaseType_t suspend_self(struct actor *self)
{
  note((char)(self->letter - 'a' + 'A'));
  vTaskSuspend(NULL);
  return pdTRUE;
}

PROMISE(a_task_can_suspend_itself)
{
  struct actor a = {.letter = 'a', .act = suspend_self};
  diary_begin();
  actor_start(&a, HIGHER);
  CHECK_DIARY("A");
  CHECK_EQUAL(eTaskGetState(a.task), eSuspended);
  note('r');
  vTaskResume(a.task);
  CHECK_DIARY("Ara");
}

PROMISE(a_ready_task_can_be_suspended_and_goes_behind_its_equals_when_resumed)
{
  diary_begin();
  TaskHandle_t first = test_task(note_and_end, LETTER('1'), LOWER);
  (void)test_task(note_and_end, LETTER('2'), LOWER);
  vTaskSuspend(first);
  CHECK_EQUAL(eTaskGetState(first), eSuspended);
  vTaskResume(first);
  CHECK_EQUAL(eTaskGetState(first), eReady);
  vTaskDelay(1);
  CHECK_DIARY("21");
}

PROMISE(a_wait_for_a_queue_that_was_suspended_goes_on_when_resumed)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor w = {.letter = 'w', .act = receive_byte, .object = queue, .ticks = 10};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&w, HIGHER);
  vTaskSuspend(w.task);
  CHECK_EQUAL(xQueueSend(queue, "q", 0), pdPASS);
  CHECK(!w.done); /* an item does not end a suspension */
  vTaskResume(w.task);
  CHECK_DIARY("w");
  CHECK_EQUAL(w.answer, 'q');

  actor_start(&w, HIGHER);
  vTaskDelay(2);
  vTaskSuspend(w.task);
  vTaskDelay(2);
  vTaskResume(w.task); /* nothing there: it waits for the rest of its 10 ticks */
  CHECK_EQUAL(eTaskGetState(w.task), eBlocked);
  vTaskDelay(10);
  CHECK_DIARY("ww");
  CHECK_EQUAL(w.answer, 0);
  CHECK_EQUAL(w.ended - start, 10);

  (void)fresh_tick();
  actor_start(&w, HIGHER);
  vTaskSuspend(w.task);
  vTaskDelay(15); /* its time is over meanwhile */
  CHECK_EQUAL(eTaskGetState(w.task), eSuspended);
  vTaskResume(w.task);
  CHECK_DIARY("www");
  CHECK_EQUAL(w.answer, 0);
  vQueueDelete(queue);
}

static TaskHandle_t to_resume;
static volatile BaseType_t resume_answer;

static void resume_it(void)
{
  resume_answer = xTaskResumeFromISR(to_resume);
  note('i');
  portYIELD_FROM_ISR(resume_answer);
}

PROMISE(an_interrupt_can_resume_a_task)
{
  struct actor high = {.letter = 'h', .act = suspend_self};
  struct actor low = {.letter = 'l', .act = suspend_self};
  diary_begin();
  actor_start(&high, HIGHER);
  actor_start(&low, LOWER);
  vTaskDelay(1);
  CHECK_DIARY("HL");
  to_resume = low.task;
  test_interrupt(resume_it);
  CHECK_EQUAL(resume_answer, pdFALSE);
  CHECK_EQUAL(eTaskGetState(low.task), eReady);
  to_resume = high.task;
  test_interrupt(resume_it);
  CHECK_EQUAL(resume_answer, pdTRUE);
  CHECK_DIARY("HLiih");
  vTaskDelay(1);
  CHECK_DIARY("HLiihl");
}

/* --- priorities and turns --- */

PROMISE(a_priority_can_be_read_and_changed)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, LOWER);
  CHECK_EQUAL(uxTaskPriorityGet(task), LOWER);
  vTaskPrioritySet(task, 1);
  CHECK_EQUAL(uxTaskPriorityGet(task), 1);
  CHECK_EQUAL(uxTaskBasePriorityGet(task), 1);
  vTaskPrioritySet(NULL, HIGHER);
  CHECK_EQUAL(uxTaskPriorityGet(NULL), HIGHER);
  CHECK_EQUAL(uxTaskPriorityGet(xTaskGetCurrentTaskHandle()), HIGHER);
  vTaskPrioritySet(NULL, JUDGE_PRIORITY);
  (void)test_expect_asserts(true);
  vTaskPrioritySet(task, configMAX_PRIORITIES + 100u);
  (void)test_expect_asserts(false);
  vTaskPrioritySet(task, LOWER);
  vTaskDelete(task);
}

static volatile UBaseType_t priority_in_interrupt;

static void read_priority(void)
{
  priority_in_interrupt = uxTaskPriorityGetFromISR(NULL) * 16u + uxTaskBasePriorityGetFromISR(NULL);
}

PROMISE(an_interrupt_can_read_a_priority)
{
  test_interrupt(read_priority);
  CHECK_EQUAL(priority_in_interrupt, JUDGE_PRIORITY * 17u);
}

PROMISE(a_ready_task_raised_above_the_running_one_runs_at_once)
{
  diary_begin();
  TaskHandle_t task = test_task(note_and_end, LETTER('t'), LOWER);
  vTaskPrioritySet(task, JUDGE_PRIORITY); /* not above */
  CHECK_DIARY("");
  vTaskPrioritySet(task, HIGHER);
  CHECK_DIARY("t");
}

PROMISE(a_task_that_lowers_itself_lets_more_urgent_ones_run)
{
  diary_begin();
  (void)test_task(note_and_end, LETTER('t'), LOWER);
  vTaskPrioritySet(NULL, LOWER - 1u);
  note('j');
  CHECK_DIARY("tj");
  vTaskPrioritySet(NULL, JUDGE_PRIORITY);
}

PROMISE(a_priority_set_while_a_task_is_blocked_counts_when_it_wakes)
{
  struct actor a = {.letter = 'a', .act = just_delay, .ticks = 3};
  struct actor b = {.letter = 'b', .act = just_delay, .ticks = 3};
  diary_begin();
  actor_start(&a, HIGHER);
  actor_start(&b, HIGHER);
  vTaskPrioritySet(a.task, LOWER);
  vTaskPrioritySet(b.task, LOWER + 3u);
  vTaskDelay(4);
  CHECK_EQUAL(b.done, true);
  vTaskDelay(1);
  CHECK_DIARY("ba");
}

PROMISE(a_priority_set_while_a_task_is_suspended_counts_when_it_is_resumed)
{
  diary_begin();
  TaskHandle_t task = test_task(note_and_end, LETTER('t'), LOWER);
  vTaskSuspend(task);
  vTaskPrioritySet(task, HIGHER);
  CHECK_DIARY("");
  vTaskResume(task);
  CHECK_DIARY("t");
}

static void note_thrice_yielding(void *letter)
{
  for (unsigned i = 0; i < 3u; i++) {
    note(letter_of(letter));
    taskYIELD();
  }
  vTaskDelete(NULL);
}

PROMISE(equals_that_yield_take_turns_in_the_order_they_became_ready)
{
  diary_begin();
  (void)test_task(note_thrice_yielding, LETTER('a'), LOWER);
  (void)test_task(note_thrice_yielding, LETTER('b'), LOWER);
  (void)test_task(note_thrice_yielding, LETTER('c'), LOWER);
  vTaskDelay(2);
  CHECK_DIARY("abcabcabc");
}

PROMISE(yielding_does_not_let_lower_tasks_run)
{
  diary_begin();
  (void)test_task(note_and_end, LETTER('l'), LOWER);
  for (unsigned i = 0; i < 10u; i++) taskYIELD();
  CHECK_DIARY("");
  vTaskDelay(1);
  CHECK_DIARY("l");
}

static TaskHandle_t to_notify;

static void notify_it(void)
{
  vTaskNotifyGiveFromISR(to_notify, NULL);
}

static BaseType_t wait_and_note(struct actor *self)
{
  (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  (void)self;
  return pdTRUE;
}

static void be_preempted(void *letters)
{
  const char *word = letters;
  note(word[0]);
  test_interrupt(notify_it); /* the interrupt's switch comes without being asked for with a woken flag */
  note(word[1]);
  taskYIELD();
  note(word[2]);
  vTaskDelete(NULL);
}

PROMISE(a_preempted_task_keeps_its_turn)
{
  static char word[] = "abc";
  struct actor high = {.letter = 'H', .act = wait_and_note};
  diary_begin();
  actor_start(&high, HIGHER);
  to_notify = high.task;
  (void)test_task(be_preempted, word, LOWER);
  (void)test_task(note_and_end, LETTER('x'), LOWER);
  vTaskDelay(1);
  CHECK_DIARY("aHbxc");
}

/* Who ran at which tick. */
static char runner_at[16];
static TickType_t watch_from;
static volatile bool watch_over;

static void run_along(void *letter)
{
  while (!watch_over) {
    TickType_t at = xTaskGetTickCount() - watch_from;
    if (at < sizeof runner_at) {
      taskENTER_CRITICAL();
      if (runner_at[at] == 0 && at == xTaskGetTickCount() - watch_from)
        runner_at[at] = letter_of(letter);
      else if (runner_at[at] != letter_of(letter) && at == xTaskGetTickCount() - watch_from)
        runner_at[at] = '!';
      taskEXIT_CRITICAL();
    }
    test_spin(500);
  }
  vTaskDelete(NULL);
}

#if configUSE_TIME_SLICING == 1
PROMISE(equals_that_compute_get_a_tick_each_in_turn)
{
  memset(runner_at, 0, sizeof runner_at);
  watch_over = false;
  watch_from = fresh_tick();
  (void)test_task(run_along, LETTER('a'), LOWER);
  (void)test_task(run_along, LETTER('b'), LOWER);
  (void)test_task(run_along, LETTER('c'), LOWER);
  vTaskDelay(12);
  watch_over = true;
  vTaskDelay(4);
  CHECK(strncmp(runner_at, "abcabcabcabc", 12) == 0);
}
#endif

PROMISE(a_task_alone_at_its_priority_is_not_interrupted_by_lower_ones)
{
  memset(runner_at, 0, sizeof runner_at);
  watch_over = false;
  watch_from = fresh_tick();
  (void)test_task(run_along, LETTER('l'), LOWER - 1u);
  (void)test_task(run_along, LETTER('h'), LOWER);
  vTaskDelay(6);
  watch_over = true;
  vTaskDelay(3);
  CHECK(strncmp(runner_at, "hhhhhh", 6) == 0);
}

/* --- the scheduler suspended --- */

PROMISE(while_the_scheduler_is_suspended_ticks_count_and_nobody_else_runs)
{
  struct actor due = {.letter = 'd', .act = just_delay, .ticks = 2};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&due, HIGHER);
  vTaskSuspendAll();
  CHECK_EQUAL(xTaskGetSchedulerState(), taskSCHEDULER_SUSPENDED);
  while (xTaskGetTickCount() - start < 5u) test_spin(1000);
  CHECK_DIARY("");
  CHECK_EQUAL(eTaskGetState(due.task), eReady); /* due, and only waiting for the scheduler */
  CHECK_EQUAL(xTaskResumeAll(), pdTRUE);
  CHECK_DIARY("d");
  CHECK_EQUAL(xTaskGetSchedulerState(), taskSCHEDULER_RUNNING);
  CHECK_EQUAL(due.ended - start, 5);
}

PROMISE(suspending_the_scheduler_nests)
{
  diary_begin();
  vTaskSuspendAll();
  vTaskSuspendAll();
  vTaskSuspendAll();
  (void)test_task(note_and_end, LETTER('t'), HIGHER);
  CHECK_EQUAL(xTaskResumeAll(), pdFALSE);
  CHECK_EQUAL(xTaskResumeAll(), pdFALSE);
  CHECK_DIARY("");
  CHECK_EQUAL(xTaskGetSchedulerState(), taskSCHEDULER_SUSPENDED);
  CHECK_EQUAL(xTaskResumeAll(), pdTRUE);
  CHECK_DIARY("t");
}

PROMISE(resuming_the_scheduler_says_whether_there_was_a_switch)
{
  (void)fresh_tick();
  vTaskSuspendAll();
  CHECK_EQUAL(xTaskResumeAll(), pdFALSE);
  diary_begin();
  vTaskSuspendAll();
  (void)test_task(note_and_end, LETTER('l'), LOWER);
  CHECK_EQUAL(xTaskResumeAll(), pdFALSE); /* not more urgent */
  CHECK_DIARY("");
  vTaskDelay(1);
  CHECK_DIARY("l");
}

PROMISE(a_switch_asked_for_by_an_interrupt_waits_for_the_scheduler)
{
  struct actor high = {.letter = 'H', .act = wait_and_note};
  diary_begin();
  actor_start(&high, HIGHER);
  to_notify = high.task;
  vTaskSuspendAll();
  test_interrupt(notify_it);
  note('j');
  CHECK_EQUAL(xTaskResumeAll(), pdTRUE);
  CHECK_DIARY("jH");
}

static void notify_it_and_yield(void)
{
  vTaskNotifyGiveFromISR(to_notify, NULL);
  portYIELD_FROM_ISR(pdTRUE);
}

PROMISE(a_yield_of_an_interrupt_waits_for_the_scheduler)
{
  struct actor high = {.letter = 'H', .act = wait_and_note};
  diary_begin();
  actor_start(&high, HIGHER);
  to_notify = high.task;
  vTaskSuspendAll();
  test_interrupt(notify_it_and_yield);
  note('j');
  CHECK_EQUAL(xTaskResumeAll(), pdTRUE);
  CHECK_DIARY("jH");
}

PROMISE(a_turn_does_not_end_while_the_scheduler_is_suspended)
{
  diary_begin();
  TickType_t start = fresh_tick();
  (void)test_task(note_and_end, LETTER('e'), JUDGE_PRIORITY);
  vTaskSuspendAll();
  while (xTaskGetTickCount() - start < 3u) test_spin(1000);
  CHECK_EQUAL(xTaskResumeAll(), pdFALSE);
  note('j');
  taskYIELD();
  CHECK_DIARY("je");
}

PROMISE(a_yield_while_the_scheduler_is_suspended_happens_at_its_end)
{
  diary_begin();
  (void)fresh_tick();
  (void)test_task(note_and_end, LETTER('e'), JUDGE_PRIORITY);
  vTaskSuspendAll();
  taskYIELD();
  note('j');
  (void)xTaskResumeAll();
  note('k');
  CHECK_DIARY("jek");
}

PROMISE(several_tasks_that_became_ready_meanwhile_run_by_priority)
{
  diary_begin();
  vTaskSuspendAll();
  (void)test_task(note_and_end, LETTER('1'), HIGHER);
  (void)test_task(note_and_end, LETTER('2'), HIGHER + 1u);
  (void)test_task(note_and_end, LETTER('3'), HIGHER);
  CHECK_EQUAL(xTaskResumeAll(), pdTRUE);
  CHECK_DIARY("213");
}

/* --- critical sections --- */

static void note_interrupt(void)
{
  note('i');
}

PROMISE(critical_sections_nest)
{
  diary_begin();
  taskENTER_CRITICAL();
  taskENTER_CRITICAL();
  test_interrupt(note_interrupt);
  taskEXIT_CRITICAL();
  note('j');
  taskEXIT_CRITICAL();
  note('k');
  CHECK_DIARY("jik");
}

PROMISE(a_switch_waits_for_the_end_of_a_critical_section)
{
  struct actor high = {.letter = 'H', .act = wait_and_note};
  diary_begin();
  actor_start(&high, HIGHER);
  taskENTER_CRITICAL();
  vTaskNotifyGiveFromISR(high.task, NULL);
  note('j');
  taskEXIT_CRITICAL();
  note('k');
  CHECK_DIARY("jHk");
}

static void outer_interrupt(void)
{
  uint32_t outer = taskENTER_CRITICAL_FROM_ISR();
  uint32_t inner = taskENTER_CRITICAL_FROM_ISR();
  test_interrupt(note_interrupt); /* more urgent, and masked */
  note('o');
  taskEXIT_CRITICAL_FROM_ISR(inner);
  note('p');
  taskEXIT_CRITICAL_FROM_ISR(outer);
  note('q');
}

PROMISE(critical_sections_of_an_interrupt_hold_back_more_urgent_ones)
{
  diary_begin();
  test_interrupt(outer_interrupt);
  CHECK_DIARY("opiq");
}

PROMISE(a_tick_during_a_critical_section_is_not_lost)
{
  TickType_t start = fresh_tick();
  taskENTER_CRITICAL();
  test_spin(TEST_INSTRUCTIONS_PER_TICK + TEST_INSTRUCTIONS_PER_TICK / 4u);
  CHECK_EQUAL(xTaskGetTickCount() - start, 0);
  taskEXIT_CRITICAL();
  CHECK(xTaskGetTickCount() - start >= 1u);
}

PROMISE(critical_sections_belong_to_the_task)
{
  /* A task woken by one in a critical section runs with interrupts open. */
  struct actor high = {.letter = 'H', .act = wait_and_note};
  diary_begin();
  actor_start(&high, HIGHER);
  taskENTER_CRITICAL();
  taskENTER_CRITICAL();
  vTaskNotifyGiveFromISR(high.task, NULL);
  taskEXIT_CRITICAL();
  CHECK_DIARY("");
  taskEXIT_CRITICAL();
  CHECK_DIARY("H");
  TickType_t start = xTaskGetTickCount();
  vTaskDelay(1);
  CHECK_EQUAL(xTaskGetTickCount() - start, 1);
}

/* --- time --- */

static volatile TickType_t interrupt_ticks;

static void read_ticks(void)
{
  interrupt_ticks = xTaskGetTickCountFromISR();
}

PROMISE(the_tick_count_is_the_same_in_an_interrupt)
{
  TickType_t now = fresh_tick();
  test_interrupt(read_ticks);
  CHECK_EQUAL(interrupt_ticks, now);
}

PROMISE(uptime_counts_ticks_and_milliseconds)
{
  (void)fresh_tick();
  uint64_t ticks = hf_uptime_ticks();
  uint64_t ms = hf_uptime_ms();
  CHECK_EQUAL((TickType_t)ticks, xTaskGetTickCount());
  CHECK_EQUAL(ms, ticks * 1000u / configTICK_RATE_HZ);
  vTaskDelay(7);
  CHECK_EQUAL(hf_uptime_ticks() - ticks, 7);
}

PROMISE(ticks_that_were_missed_are_caught_up_with)
{
  struct actor due = {.letter = 'd', .act = just_delay, .ticks = 5};
  struct actor later = {.letter = 'l', .act = just_delay, .ticks = 12};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&due, HIGHER);
  actor_start(&later, HIGHER);
  CHECK_EQUAL(xTaskCatchUpTicks(3), pdFALSE);
  CHECK_EQUAL(xTaskGetTickCount() - start, 3);
  CHECK_DIARY("");
  CHECK_EQUAL(xTaskCatchUpTicks(7), pdTRUE);
  CHECK_EQUAL(xTaskGetTickCount() - start, 10);
  CHECK_DIARY("d");
  vTaskDelay(2);
  CHECK_DIARY("dl");
  CHECK_EQUAL(later.ended - start, 12);
}

static BaseType_t delay_twice(struct actor *self)
{
  vTaskDelay(self->ticks);
  note('1');
  vTaskDelay(self->ticks);
  return pdTRUE;
}

PROMISE(who_is_woken_by_ticks_caught_up_with_counts_from_then)
{
  struct actor a = {.letter = 'a', .act = delay_twice, .ticks = 3};
  struct actor b = {.letter = 'b', .act = just_delay, .ticks = 6};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, HIGHER);
  actor_start(&b, HIGHER);
  (void)xTaskCatchUpTicks(8);
  CHECK_DIARY("1b");
  vTaskDelay(4);
  CHECK_DIARY("1ba");
  CHECK_EQUAL(a.ended - start, 11);
}

PROMISE(no_ticks_to_catch_up_with_change_nothing)
{
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xTaskCatchUpTicks(0), pdFALSE);
  CHECK_EQUAL(xTaskGetTickCount() - start, 0);
}

PROMISE(ticks_stepped_over_in_sleep_are_counted)
{
  struct actor due = {.letter = 'd', .act = just_delay, .ticks = 6};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&due, HIGHER);
  vTaskSuspendAll();
  vTaskStepTick(4);
  CHECK_EQUAL(xTaskGetTickCount() - start, 4);
  CHECK_EQUAL(xTaskResumeAll(), pdFALSE);
  CHECK_DIARY("");
  vTaskDelay(2);
  CHECK_DIARY("d");
  CHECK_EQUAL(due.ended - start, 6);
}

PROMISE(a_time_out_in_steps_ends_at_its_tick)
{
  TimeOut_t time_out;
  TickType_t left = 10;
  TickType_t start = fresh_tick();
  vTaskSetTimeOutState(&time_out);
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdFALSE);
  CHECK_EQUAL(left, 10);
  vTaskDelay(4);
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdFALSE);
  CHECK_EQUAL(left, 6);
  vTaskDelay(5);
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdFALSE);
  CHECK_EQUAL(left, 1);
  vTaskDelay(1);
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdTRUE);
  CHECK_EQUAL(left, 0);
  CHECK_EQUAL(xTaskGetTickCount() - start, 10);
}

#if INCLUDE_vTaskSuspend == 1
PROMISE(a_time_out_without_limit_does_not_end_and_one_of_nothing_has_ended)
{
  TimeOut_t time_out;
  TickType_t left = portMAX_DELAY;
  vTaskSetTimeOutState(&time_out);
  vTaskDelay(3);
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdFALSE);
  CHECK_EQUAL(left, portMAX_DELAY);
  left = 0;
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdTRUE);
  left = 2;
  CHECK_EQUAL(xTaskCheckForTimeOut(&time_out, &left), pdTRUE); /* 3 have passed */
  CHECK_EQUAL(left, 0);
}
#endif

/* --- looked at --- */

PROMISE(every_state_of_a_task_can_be_seen)
{
  CHECK_EQUAL(eTaskGetState(xTaskGetCurrentTaskHandle()), eRunning);
  CHECK_EQUAL(eTaskGetState(xTaskGetIdleTaskHandle()), eReady);
  TaskHandle_t task = test_task(wait_for_ever, NULL, LOWER);
  CHECK_EQUAL(eTaskGetState(task), eReady);
  vTaskDelay(1);
  CHECK_EQUAL(eTaskGetState(task), eBlocked);
  vTaskSuspend(task);
  CHECK_EQUAL(eTaskGetState(task), eSuspended);
  vTaskResume(task);
  CHECK_EQUAL(eTaskGetState(task), eReady);
  vTaskDelete(task);
}

PROMISE(a_wait_without_limit_is_seen_as_blocked)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor on_queue = {.act = receive_byte, .object = queue, .ticks = portMAX_DELAY};
  struct actor on_notification = {.act = wait_and_note};
  actor_start(&on_queue, HIGHER);
  actor_start(&on_notification, HIGHER);
  CHECK_EQUAL(eTaskGetState(on_queue.task), eBlocked);
  CHECK_EQUAL(eTaskGetState(on_notification.task), eBlocked);
  vTaskDelete(on_queue.task);
  vTaskDelete(on_notification.task);
  vQueueDelete(queue);
}

static BaseType_t end_and_look(struct actor *self)
{
  vTaskDelay(1);
  (void)self;
  return pdTRUE;
}

PROMISE(a_task_that_ended_is_seen_as_deleted_until_it_is_freed)
{
  struct actor a = {.act = end_and_look};
  actor_start(&a, HIGHER);
  while (!a.done) test_spin(1000); /* the idle task does not run meanwhile */
  CHECK_EQUAL(eTaskGetState(a.task), eDeleted);
}

PROMISE(the_idle_task_is_the_least_urgent)
{
  TaskHandle_t idle = xTaskGetIdleTaskHandle();
  NEED(idle != NULL);
  CHECK_EQUAL(uxTaskPriorityGet(idle), tskIDLE_PRIORITY);
  CHECK(strcmp(pcTaskGetName(idle), configIDLE_TASK_NAME) == 0);
}

PROMISE(tasks_of_idle_priority_get_to_run_beside_it)
{
  diary_begin();
  (void)test_task(note_thrice_yielding, LETTER('a'), tskIDLE_PRIORITY);
  (void)test_task(note_thrice_yielding, LETTER('b'), tskIDLE_PRIORITY);
  vTaskDelay(6);
  CHECK_DIARY("ababab");
}

#if configSUPPORT_STATIC_ALLOCATION == 1
PROMISE(the_unused_part_of_a_stack_is_measured)
{
  TaskHandle_t task = xTaskCreateStatic(wait_for_ever, "deep", TEST_STACK_WORDS, NULL, HIGHER, task_stack,
                                        &task_memory);
  NEED(task != NULL);
  UBaseType_t unused = uxTaskGetStackHighWaterMark(task);
  CHECK(unused > 8u);
  CHECK(unused < TEST_STACK_WORDS);
  CHECK_EQUAL(uxTaskGetStackHighWaterMark2(task), unused);
  vTaskDelay(2);
  CHECK_EQUAL(uxTaskGetStackHighWaterMark(task), unused);
  task_stack[unused - 5u] = 0; /* as if it had been so deep */
  CHECK_EQUAL(uxTaskGetStackHighWaterMark(task), unused - 5u);
  vTaskDelete(task);
}
#endif

#if configUSE_TRACE_FACILITY == 1
static TaskStatus_t all_tasks[16];

static const TaskStatus_t *status_of(TaskHandle_t task, UBaseType_t tasks)
{
  const TaskStatus_t *found = NULL;
  for (UBaseType_t i = 0; i < tasks; i++) {
    if (all_tasks[i].xHandle != task) continue;
    CHECK(found == NULL); /* each once */
    found = &all_tasks[i];
  }
  CHECK(found != NULL);
  return found != NULL ? found : &all_tasks[0];
}

PROMISE(the_state_of_the_whole_system_can_be_seen)
{
  TaskHandle_t ready = test_task(wait_for_ever, NULL, LOWER);
  TaskHandle_t blocked = test_task(wait_for_ever, NULL, HIGHER);
  TaskHandle_t suspended = test_task(wait_for_ever, NULL, 1);
  vTaskSuspend(suspended);
  UBaseType_t tasks = uxTaskGetNumberOfTasks();
  NEED(tasks <= 16u);
  configRUN_TIME_COUNTER_TYPE total = 0;
  CHECK_EQUAL(uxTaskGetSystemState(all_tasks, tasks, &total), tasks);
  CHECK_EQUAL(status_of(ready, tasks)->eCurrentState, eReady);
  CHECK_EQUAL(status_of(blocked, tasks)->eCurrentState, eBlocked);
  CHECK_EQUAL(status_of(suspended, tasks)->eCurrentState, eSuspended);
  CHECK_EQUAL(status_of(xTaskGetCurrentTaskHandle(), tasks)->eCurrentState, eRunning);
  CHECK_EQUAL(status_of(xTaskGetIdleTaskHandle(), tasks)->eCurrentState, eReady);
  CHECK_EQUAL(status_of(ready, tasks)->uxCurrentPriority, LOWER);
  CHECK_EQUAL(status_of(ready, tasks)->uxBasePriority, LOWER);
  CHECK(strcmp(status_of(ready, tasks)->pcTaskName, "helper") == 0);
  CHECK(status_of(ready, tasks)->xTaskNumber < status_of(blocked, tasks)->xTaskNumber);
  CHECK_EQUAL(status_of(ready, tasks)->usStackHighWaterMark, uxTaskGetStackHighWaterMark(ready));
  CHECK_EQUAL(uxTaskGetSystemState(all_tasks, tasks - 1u, NULL), 0); /* too small */
  vTaskDelete(ready);
  vTaskDelete(blocked);
  vTaskDelete(suspended);
}

PROMISE(everything_about_one_task_can_be_seen)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, HIGHER);
  TaskStatus_t status;
  memset(&status, 0xFF, sizeof status);
  vTaskGetInfo(task, &status, pdTRUE, eInvalid);
  CHECK(status.xHandle == task);
  CHECK_EQUAL(status.eCurrentState, eBlocked);
  CHECK_EQUAL(status.uxCurrentPriority, HIGHER);
  CHECK_EQUAL(status.uxBasePriority, HIGHER);
  CHECK_EQUAL(status.usStackHighWaterMark, uxTaskGetStackHighWaterMark(task));
  vTaskGetInfo(task, &status, pdFALSE, eReady);
  CHECK_EQUAL(status.usStackHighWaterMark, 0);
  CHECK_EQUAL(status.eCurrentState, eReady); /* as told */
  vTaskGetInfo(NULL, &status, pdFALSE, eInvalid);
  CHECK(status.xHandle == xTaskGetCurrentTaskHandle());
  CHECK_EQUAL(status.eCurrentState, eRunning);
  vTaskDelete(task);
}

PROMISE(a_task_carries_a_number_for_tools)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, HIGHER);
  vTaskSetTaskNumber(task, 4711);
  CHECK_EQUAL(uxTaskGetTaskNumber(task), 4711);
  CHECK_EQUAL(uxTaskGetTaskNumber(NULL), 0);
  vTaskDelete(task);
}

#if configUSE_STATS_FORMATTING_FUNCTIONS > 0
static char table[1024];

/* The line that begins with the name; NULL: there is none. */
static const char *line_of(const char *name)
{
  const char *line = table;
  while (line != NULL && strncmp(line, name, strlen(name)) != 0) {
    line = strchr(line, '\n');
    if (line != NULL) line++;
  }
  return line;
}

PROMISE(the_list_of_tasks_has_a_line_for_each)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, HIGHER);
  size_t heap = xPortGetFreeHeapSize();
  vTaskListTasks(table, sizeof table);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
  unsigned lines = 0;
  for (const char *at = table; *at != '\0'; at++) {
    if (*at == '\n') lines++;
  }
  CHECK_EQUAL(lines, uxTaskGetNumberOfTasks());
  const char *judge = line_of("judge");
  const char *helper = line_of("helper");
  NEED(judge != NULL && helper != NULL);
  judge = strchr(judge, '\t');
  helper = strchr(helper, '\t');
  NEED(judge != NULL && helper != NULL);
  CHECK_EQUAL(judge[1], 'X');
  CHECK_EQUAL(judge[3] - '0', JUDGE_PRIORITY);
  CHECK_EQUAL(helper[1], 'B');
  CHECK_EQUAL(helper[3] - '0', HIGHER);
  vTaskDelete(task);
}

PROMISE(a_table_is_cut_to_its_buffer)
{
  for (size_t bytes = 1; bytes < 60u; bytes++) {
    memset(table, '#', sizeof table);
    vTaskListTasks(table, bytes);
    CHECK(memchr(table, '\0', bytes) != NULL);
    CHECK_EQUAL(table[bytes], '#');
  }
}
#endif
#endif

#if configGENERATE_RUN_TIME_STATS == 1
PROMISE(run_time_goes_to_who_ran)
{
  TaskHandle_t other = test_task(wait_for_ever, NULL, LOWER);
  vTaskDelay(1);
  configRUN_TIME_COUNTER_TYPE own = ulTaskGetRunTimeCounter(NULL);
  configRUN_TIME_COUNTER_TYPE others = ulTaskGetRunTimeCounter(other);
  configRUN_TIME_COUNTER_TYPE idle = ulTaskGetIdleRunTimeCounter();
  test_spin(10u * TEST_INSTRUCTIONS_PER_TICK);
  vTaskDelay(1); /* accounted for when a task is switched out */
  configRUN_TIME_COUNTER_TYPE spun = ulTaskGetRunTimeCounter(NULL) - own;
  CHECK(spun >= 8u * TEST_INSTRUCTIONS_PER_TICK / 16u);
  CHECK_EQUAL(ulTaskGetRunTimeCounter(other), others);
  CHECK(ulTaskGetIdleRunTimeCounter() - idle < spun / 2u);
  idle = ulTaskGetIdleRunTimeCounter();
  own = ulTaskGetRunTimeCounter(NULL);
  vTaskDelay(10);
  CHECK(ulTaskGetIdleRunTimeCounter() - idle > 8u * TEST_INSTRUCTIONS_PER_TICK / 16u);
  CHECK(ulTaskGetRunTimeCounter(NULL) - own < TEST_INSTRUCTIONS_PER_TICK / 16u);
  CHECK(ulTaskGetIdleRunTimePercent() <= 100u);
  CHECK(ulTaskGetRunTimePercent(NULL) <= 100u);
  vTaskDelete(other);
}

#if configUSE_STATS_FORMATTING_FUNCTIONS > 0
PROMISE(the_table_of_run_times_has_a_line_for_each)
{
  vTaskGetRunTimeStatistics(table, sizeof table);
  const char *judge = line_of("judge");
  NEED(judge != NULL);
  CHECK(strchr(judge, '%') != NULL);
  CHECK(line_of(configIDLE_TASK_NAME) != NULL);
}
#endif
#endif

/* --- what a task carries --- */

#if configNUM_THREAD_LOCAL_STORAGE_POINTERS > 0
PROMISE(each_task_has_its_own_storage)
{
  TaskHandle_t task = test_task(wait_for_ever, NULL, HIGHER);
  for (BaseType_t i = 0; i < configNUM_THREAD_LOCAL_STORAGE_POINTERS; i++) {
    CHECK(pvTaskGetThreadLocalStoragePointer(task, i) == NULL);
    vTaskSetThreadLocalStoragePointer(task, i, &runner_at[i]);
    vTaskSetThreadLocalStoragePointer(NULL, i, &runner_at[i + 8]);
  }
  for (BaseType_t i = 0; i < configNUM_THREAD_LOCAL_STORAGE_POINTERS; i++) {
    CHECK(pvTaskGetThreadLocalStoragePointer(task, i) == &runner_at[i]);
    CHECK(pvTaskGetThreadLocalStoragePointer(NULL, i) == &runner_at[i + 8]);
    vTaskSetThreadLocalStoragePointer(NULL, i, NULL);
  }
  (void)test_expect_asserts(true);
  vTaskSetThreadLocalStoragePointer(task, configNUM_THREAD_LOCAL_STORAGE_POINTERS, runner_at);
  vTaskSetThreadLocalStoragePointer(task, -1, runner_at);
  CHECK(pvTaskGetThreadLocalStoragePointer(task, configNUM_THREAD_LOCAL_STORAGE_POINTERS) == NULL);
  CHECK(pvTaskGetThreadLocalStoragePointer(task, -1) == NULL);
  (void)test_expect_asserts(false);
  vTaskDelete(task);
}
#endif

#if configUSE_APPLICATION_TASK_TAG == 1
static BaseType_t tag_called(void *parameter)
{
  return *(const BaseType_t *)parameter + 1;
}

static volatile bool tag_seen_in_interrupt;

static void look_at_tag(void)
{
  tag_seen_in_interrupt = xTaskGetApplicationTaskTagFromISR(NULL) == tag_called;
}

PROMISE(a_task_carries_a_function)
{
  BaseType_t number = 41;
  TaskHandle_t task = test_task(wait_for_ever, NULL, HIGHER);
  CHECK(xTaskGetApplicationTaskTag(task) == NULL);
  CHECK_EQUAL(xTaskCallApplicationTaskHook(task, &number), pdFAIL);
  vTaskSetApplicationTaskTag(task, tag_called);
  CHECK(xTaskGetApplicationTaskTag(task) == tag_called);
  CHECK(xTaskGetApplicationTaskTag(NULL) == NULL);
  CHECK_EQUAL(xTaskCallApplicationTaskHook(task, &number), 42);
  vTaskSetApplicationTaskTag(NULL, tag_called);
  test_interrupt(look_at_tag);
  CHECK(tag_seen_in_interrupt);
  vTaskSetApplicationTaskTag(NULL, NULL);
  vTaskDelete(task);
}
#endif

#if configUSE_POSIX_ERRNO == 1
static void set_error(void *unused)
{
  (void)unused;
  CHECK_EQUAL(FreeRTOS_errno, 0);
  FreeRTOS_errno = 5;
  vTaskDelay(2);
  CHECK_EQUAL(FreeRTOS_errno, 5);
  vTaskDelete(NULL);
}

PROMISE(each_task_has_its_own_error_number)
{
  FreeRTOS_errno = 7;
  (void)test_task(set_error, NULL, HIGHER);
  CHECK_EQUAL(FreeRTOS_errno, 7);
  vTaskDelay(3);
  CHECK_EQUAL(FreeRTOS_errno, 7);
  FreeRTOS_errno = 0;
}
#endif

#if configASSERT_DEFINED == 1
static void yield_in_interrupt(void)
{
  (void)ulTaskNotifyTake(pdTRUE, 0);
}

PROMISE(a_call_for_tasks_in_an_interrupt_is_caught)
{
  (void)test_expect_asserts(true);
  test_interrupt(yield_in_interrupt);
  CHECK_EQUAL(test_expect_asserts(false), 1);
}
#endif

const struct promise task_promises[] = {
  KEPT(a_more_urgent_task_runs_before_its_creation_returns_and_knows_its_handle),
  KEPT(a_task_no_more_urgent_than_its_maker_waits_its_turn),
  KEPT(a_task_gets_its_parameter),
#if configSUPPORT_STATIC_ALLOCATION == 1
  KEPT(a_static_task_lives_in_the_memory_given),
  KEPT(a_static_task_can_be_made_again_in_the_same_memory),
  KEPT(a_task_of_the_heap_has_no_static_memory),
  KEPT(a_static_task_without_memory_is_refused),
#endif
  KEPT(a_task_for_which_there_is_no_memory_is_not_made),
  KEPT(a_task_can_be_made_without_asking_for_its_handle_or_giving_a_name),
  KEPT(too_high_a_priority_is_cut),
  KEPT(a_name_is_kept_and_cut_to_its_length),
  KEPT(a_task_is_found_by_its_name_in_every_state),
  KEPT(the_number_of_tasks_is_known),
  KEPT(the_memory_of_another_task_comes_back_at_once_and_of_oneself_with_idle_time),
  KEPT(a_task_that_is_deleted_while_it_waits_leaves_its_place_to_the_next),
  KEPT(a_task_can_be_deleted_in_every_state),
  KEPT(a_delay_from_any_tick_ends_at_its_tick),
  KEPT(long_delays_end_at_their_tick),
  KEPT(many_delays_at_once_each_end_at_their_tick),
  KEPT(tasks_due_at_the_same_tick_run_by_priority_then_by_who_began_first),
  KEPT(a_delay_of_nothing_yields),
  KEPT(delay_until_does_not_drift),
  KEPT(delay_until_a_moment_that_has_passed_does_not_wait),
  KEPT(delay_until_catches_up_after_being_late),
  KEPT(delay_until_far_ahead_waits_the_whole_way),
  KEPT(an_aborted_delay_ends_at_once),
  KEPT(an_aborted_wait_for_a_queue_ends_as_if_its_time_were_over),
  KEPT(an_aborted_wait_for_a_semaphore_or_mutex_ends_as_if_its_time_were_over),
  KEPT(an_aborted_wait_for_a_notification_ends_as_if_its_time_were_over),
  KEPT(an_aborted_wait_for_event_bits_or_bytes_ends_as_if_its_time_were_over),
  KEPT(only_a_blocked_task_has_a_wait_to_abort),
  KEPT(a_lower_task_whose_wait_is_aborted_runs_when_it_may),
  KEPT(a_suspended_task_does_not_run_until_it_is_resumed),
  KEPT(resuming_a_task_that_is_not_suspended_changes_nothing),
  KEPT(a_task_can_suspend_itself),
  KEPT(a_ready_task_can_be_suspended_and_goes_behind_its_equals_when_resumed),
  KEPT(a_wait_for_a_queue_that_was_suspended_goes_on_when_resumed),
  KEPT(an_interrupt_can_resume_a_task),
  KEPT(a_priority_can_be_read_and_changed),
  KEPT(an_interrupt_can_read_a_priority),
  KEPT(a_ready_task_raised_above_the_running_one_runs_at_once),
  KEPT(a_task_that_lowers_itself_lets_more_urgent_ones_run),
  KEPT(a_priority_set_while_a_task_is_blocked_counts_when_it_wakes),
  KEPT(a_priority_set_while_a_task_is_suspended_counts_when_it_is_resumed),
  KEPT(equals_that_yield_take_turns_in_the_order_they_became_ready),
  KEPT(yielding_does_not_let_lower_tasks_run),
  KEPT(a_preempted_task_keeps_its_turn),
#if configUSE_TIME_SLICING == 1
  KEPT(equals_that_compute_get_a_tick_each_in_turn),
#endif
  KEPT(a_task_alone_at_its_priority_is_not_interrupted_by_lower_ones),
  KEPT(while_the_scheduler_is_suspended_ticks_count_and_nobody_else_runs),
  KEPT(suspending_the_scheduler_nests),
  KEPT(resuming_the_scheduler_says_whether_there_was_a_switch),
  KEPT(a_switch_asked_for_by_an_interrupt_waits_for_the_scheduler),
  KEPT(a_yield_of_an_interrupt_waits_for_the_scheduler),
  KEPT(a_turn_does_not_end_while_the_scheduler_is_suspended),
  KEPT(a_yield_while_the_scheduler_is_suspended_happens_at_its_end),
  KEPT(several_tasks_that_became_ready_meanwhile_run_by_priority),
  KEPT(critical_sections_nest),
  KEPT(a_switch_waits_for_the_end_of_a_critical_section),
  KEPT(critical_sections_of_an_interrupt_hold_back_more_urgent_ones),
  KEPT(a_tick_during_a_critical_section_is_not_lost),
  KEPT(critical_sections_belong_to_the_task),
  KEPT(the_tick_count_is_the_same_in_an_interrupt),
  KEPT(uptime_counts_ticks_and_milliseconds),
  KEPT(ticks_that_were_missed_are_caught_up_with),
  KEPT(who_is_woken_by_ticks_caught_up_with_counts_from_then),
  KEPT(no_ticks_to_catch_up_with_change_nothing),
  KEPT(ticks_stepped_over_in_sleep_are_counted),
  KEPT(a_time_out_in_steps_ends_at_its_tick),
#if INCLUDE_vTaskSuspend == 1
  KEPT(a_time_out_without_limit_does_not_end_and_one_of_nothing_has_ended),
#endif
  KEPT(every_state_of_a_task_can_be_seen),
  KEPT(a_wait_without_limit_is_seen_as_blocked),
  KEPT(a_task_that_ended_is_seen_as_deleted_until_it_is_freed),
  KEPT(the_idle_task_is_the_least_urgent),
  KEPT(tasks_of_idle_priority_get_to_run_beside_it),
#if configSUPPORT_STATIC_ALLOCATION == 1
  KEPT(the_unused_part_of_a_stack_is_measured),
#endif
#if configUSE_TRACE_FACILITY == 1
  KEPT(the_state_of_the_whole_system_can_be_seen),
  KEPT(everything_about_one_task_can_be_seen),
  KEPT(a_task_carries_a_number_for_tools),
#if configUSE_STATS_FORMATTING_FUNCTIONS > 0
  KEPT(the_list_of_tasks_has_a_line_for_each),
  KEPT(a_table_is_cut_to_its_buffer),
#endif
#endif
#if configGENERATE_RUN_TIME_STATS == 1
  KEPT(run_time_goes_to_who_ran),
#if configUSE_STATS_FORMATTING_FUNCTIONS > 0
  KEPT(the_table_of_run_times_has_a_line_for_each),
#endif
#endif
#if configNUM_THREAD_LOCAL_STORAGE_POINTERS > 0
  KEPT(each_task_has_its_own_storage),
#endif
#if configUSE_APPLICATION_TASK_TAG == 1
  KEPT(a_task_carries_a_function),
#endif
#if configUSE_POSIX_ERRNO == 1
  KEPT(each_task_has_its_own_error_number),
#endif
#if configASSERT_DEFINED == 1
  KEPT(a_call_for_tasks_in_an_interrupt_is_caught),
#endif
  END_OF_PROMISES,
};

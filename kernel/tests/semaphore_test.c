/* Semaphores and mutexes (semphr.h): counting, waiting, and the priority that a mutex lends to its holder. */
#include "semphr.h"

#include "diary.h"

/* --- counting --- */

PROMISE(a_binary_semaphore_is_made_empty_and_holds_one)
{
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  CHECK_EQUAL(uxSemaphoreGetCount(semaphore), 0);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdFALSE);
  CHECK_EQUAL(xSemaphoreGive(semaphore), pdTRUE);
  CHECK_EQUAL(xSemaphoreGive(semaphore), pdFALSE);
  CHECK_EQUAL(uxSemaphoreGetCount(semaphore), 1);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdTRUE);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdFALSE);
  vSemaphoreDelete(semaphore);
  vSemaphoreCreateBinary(semaphore); /* the old way: available */
  NEED(semaphore != NULL);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdTRUE);
  vSemaphoreDelete(semaphore);
}

PROMISE(a_counting_semaphore_counts_to_its_maximum)
{
  SemaphoreHandle_t semaphore = xSemaphoreCreateCounting(200, 0);
  NEED(semaphore != NULL);
  for (unsigned i = 0; i < 200u; i++) {
    CHECK_EQUAL(uxSemaphoreGetCount(semaphore), i);
    CHECK_EQUAL(xSemaphoreGive(semaphore), pdTRUE);
  }
  CHECK_EQUAL(xSemaphoreGive(semaphore), pdFALSE);
  for (unsigned i = 200; i > 0; i--) {
    CHECK_EQUAL(uxSemaphoreGetCount(semaphore), i);
    CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdTRUE);
  }
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdFALSE);
  vSemaphoreDelete(semaphore);
}

PROMISE(a_counting_semaphore_begins_with_its_initial_count)
{
  SemaphoreHandle_t semaphore = xSemaphoreCreateCounting(3, 2);
  NEED(semaphore != NULL);
  CHECK_EQUAL(uxSemaphoreGetCount(semaphore), 2);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdTRUE);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdTRUE);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdFALSE);
  vSemaphoreDelete(semaphore);
  semaphore = xSemaphoreCreateCounting(~(UBaseType_t)0, ~(UBaseType_t)0 - 1u);
  NEED(semaphore != NULL);
  CHECK_EQUAL(xSemaphoreGive(semaphore), pdTRUE);
  CHECK_EQUAL(xSemaphoreGive(semaphore), pdFALSE);
  vSemaphoreDelete(semaphore);
}

PROMISE(a_counting_semaphore_that_makes_no_sense_is_refused)
{
  (void)test_expect_asserts(true);
  CHECK(xSemaphoreCreateCounting(0, 0) == NULL);
  CHECK(xSemaphoreCreateCounting(3, 4) == NULL);
  (void)test_expect_asserts(false);
}

#if configSUPPORT_STATIC_ALLOCATION == 1
PROMISE(static_semaphores_live_in_the_memory_given)
{
  static StaticSemaphore_t memory[4];
  size_t heap = xPortGetFreeHeapSize();
  SemaphoreHandle_t made[4] = {
    xSemaphoreCreateBinaryStatic(&memory[0]), xSemaphoreCreateCountingStatic(5, 2, &memory[1]),
    xSemaphoreCreateMutexStatic(&memory[2]), xSemaphoreCreateRecursiveMutexStatic(&memory[3])};
  const UBaseType_t count[4] = {0, 2, 1, 1};
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
  for (unsigned i = 0; i < 4u; i++) {
    StaticSemaphore_t *where = NULL;
    CHECK(made[i] == &memory[i]);
    CHECK_EQUAL(uxSemaphoreGetCount(made[i]), count[i]);
    CHECK_EQUAL(xSemaphoreGetStaticBuffer(made[i], &where), pdTRUE);
    CHECK(where == &memory[i]);
    vSemaphoreDelete(made[i]);
  }
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
}
#endif

/* --- waiting --- */

static BaseType_t take(struct actor *self)
{
  return xSemaphoreTake((SemaphoreHandle_t)self->object, self->ticks);
}

PROMISE(a_take_ends_exactly_when_its_time_is_over)
{
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  for (TickType_t ticks = 0; ticks <= 12u; ticks++) {
    TickType_t start = fresh_tick();
    CHECK_EQUAL(xSemaphoreTake(semaphore, ticks), pdFALSE);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
  vSemaphoreDelete(semaphore);
}

PROMISE(waiting_takers_get_on_by_priority_then_by_arrival)
{
  SemaphoreHandle_t semaphore = xSemaphoreCreateCounting(5, 0);
  NEED(semaphore != NULL);
  struct actor actors[5];
  const UBaseType_t priority[5] = {HIGHER, HIGHER + 1u, HIGHER, HIGHER + 1u, HIGHER + 2u};
  diary_begin();
  for (unsigned i = 0; i < 5u; i++) {
    actors[i] = (struct actor){.letter = (char)('a' + i), .act = take, .object = semaphore, .ticks = 40};
    actor_start(&actors[i], priority[i]);
  }
  for (unsigned i = 0; i < 5u; i++) CHECK_EQUAL(xSemaphoreGive(semaphore), pdTRUE);
  CHECK_DIARY("ebdac");
  CHECK_EQUAL(uxSemaphoreGetCount(semaphore), 0);
  vSemaphoreDelete(semaphore);
}

PROMISE(a_count_taken_by_a_more_urgent_task_leaves_the_rest_of_the_time)
{
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  struct actor a = {.letter = 'a', .act = take, .object = semaphore, .ticks = 10};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, LOWER);
  vTaskDelay(5);
  (void)xSemaphoreGive(semaphore);
  CHECK_EQUAL(xSemaphoreTake(semaphore, 0), pdTRUE);
  vTaskDelay(9);
  CHECK_EQUAL(a.answer, pdFALSE);
  CHECK_EQUAL(a.ended - start, 10);
  vSemaphoreDelete(semaphore);
}

/* --- from interrupts --- */

static SemaphoreHandle_t isr_semaphore;
static volatile BaseType_t isr_answer;
static volatile BaseType_t isr_woken;
static volatile UBaseType_t isr_count;

static void isr_give(void)
{
  BaseType_t woken = pdFALSE;
  isr_answer = xSemaphoreGiveFromISR(isr_semaphore, &woken);
  isr_count = uxSemaphoreGetCountFromISR(isr_semaphore);
  isr_woken = woken;
  portYIELD_FROM_ISR(woken);
}

static void isr_take(void)
{
  BaseType_t woken = pdFALSE;
  isr_answer = xSemaphoreTakeFromISR(isr_semaphore, &woken);
  isr_woken = woken;
}

static void isr_give_without_flag(void)
{
  isr_answer = xSemaphoreGiveFromISR(isr_semaphore, NULL);
}

PROMISE(an_interrupt_can_give_and_take)
{
  isr_semaphore = xSemaphoreCreateCounting(2, 0);
  NEED(isr_semaphore != NULL);
  const BaseType_t gives[] = {pdTRUE, pdTRUE, pdFALSE};
  for (unsigned i = 0; i < 3u; i++) {
    test_interrupt(isr_give);
    CHECK_EQUAL(isr_answer, gives[i]);
    CHECK_EQUAL(isr_count, i < 2u ? i + 1u : 2u);
    CHECK_EQUAL(isr_woken, pdFALSE);
  }
  for (unsigned i = 0; i < 3u; i++) {
    test_interrupt(isr_take);
    CHECK_EQUAL(isr_answer, gives[i]);
  }
  vSemaphoreDelete(isr_semaphore);
}

PROMISE(a_give_from_an_interrupt_wakes_the_taker_and_says_if_it_is_more_urgent)
{
  isr_semaphore = xSemaphoreCreateBinary();
  NEED(isr_semaphore != NULL);
  struct actor high = {.letter = 'h', .act = take, .object = isr_semaphore, .ticks = 50};
  struct actor low = {.letter = 'l', .act = take, .object = isr_semaphore, .ticks = 50};
  diary_begin();
  actor_start(&low, LOWER);
  vTaskDelay(1);
  test_interrupt(isr_give);
  CHECK_EQUAL(isr_woken, pdFALSE);
  vTaskDelay(1);
  CHECK_DIARY("l");
  actor_start(&high, HIGHER);
  test_interrupt(isr_give);
  note('j');
  CHECK_EQUAL(isr_woken, pdTRUE);
  CHECK_DIARY("lhj");
  actor_start(&high, HIGHER);
  test_interrupt(isr_give_without_flag);
  note('k');
  CHECK_DIARY("lhjhk");
  vSemaphoreDelete(isr_semaphore);
}

/* --- a mutex and its holder --- */

PROMISE(a_mutex_is_made_free_and_knows_its_holder)
{
  SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
  NEED(mutex != NULL);
  CHECK(xSemaphoreGetMutexHolder(mutex) == NULL);
  CHECK_EQUAL(xSemaphoreTake(mutex, 0), pdTRUE);
  CHECK(xSemaphoreGetMutexHolder(mutex) == xTaskGetCurrentTaskHandle());
  CHECK(xSemaphoreGetMutexHolderFromISR(mutex) == xTaskGetCurrentTaskHandle());
  CHECK_EQUAL(xSemaphoreTake(mutex, 0), pdFALSE); /* not recursive */
  CHECK_EQUAL(xSemaphoreGive(mutex), pdTRUE);
  CHECK(xSemaphoreGetMutexHolder(mutex) == NULL);
  CHECK_EQUAL(xSemaphoreGive(mutex), pdFALSE);
  vSemaphoreDelete(mutex);
}

struct holder {
  SemaphoreHandle_t first;
  SemaphoreHandle_t second;
  volatile unsigned stage; /* what it has done */
  TaskHandle_t task;
};

/* Takes both, and gives one at each notification; its letters tell when. */
static void hold(void *parameter)
{
  struct holder *self = parameter;
  CHECK_EQUAL(xSemaphoreTake(self->first, 0), pdTRUE);
  if (self->second != NULL) CHECK_EQUAL(xSemaphoreTake(self->second, 0), pdTRUE);
  self->stage = 1;
  (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  CHECK_EQUAL(xSemaphoreGive(self->first), pdTRUE);
  self->stage = 2;
  note('1');
  if (self->second != NULL) {
    (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    CHECK_EQUAL(xSemaphoreGive(self->second), pdTRUE);
    self->stage = 3;
    note('2');
  }
  (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  vTaskDelete(NULL);
}

/* Makes a holder of the priority that has taken its mutexes and waits. */
static void holder_start(struct holder *self, UBaseType_t priority)
{
  self->stage = 0;
  self->task = test_task(hold, self, HIGHER + 2u);
  CHECK_EQUAL(self->stage, 1);
  vTaskPrioritySet(self->task, priority);
}

static void holder_end(struct holder *self)
{
  (void)xTaskNotifyGive(self->task);
  vTaskDelay(1);
}

PROMISE(only_its_holder_gives_a_mutex)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  holder_start(&holder, LOWER);
  (void)test_expect_asserts(true);
  CHECK_EQUAL(xSemaphoreGive(holder.first), pdFALSE);
  unsigned asserts = test_expect_asserts(false);
#if configASSERT_DEFINED == 1
  CHECK_EQUAL(asserts, 1);
#else
  (void)asserts;
#endif
  CHECK(xSemaphoreGetMutexHolder(holder.first) == holder.task);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  CHECK_EQUAL(holder.stage, 2);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(the_holder_inherits_the_priority_of_a_more_urgent_waiter_until_it_gives)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  struct actor waiter = {.letter = 'w', .act = take, .object = holder.first, .ticks = 1};
  waiter.ticks = 50;
  diary_begin();
  holder_start(&holder, LOWER);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  actor_start(&waiter, HIGHER);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER);
  CHECK_EQUAL(uxTaskBasePriorityGet(holder.task), LOWER);
  (void)xTaskNotifyGive(holder.task); /* runs before us, and is preempted as soon as it has given */
  CHECK_DIARY("w");
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  CHECK_EQUAL(waiter.answer, pdTRUE);
  vTaskDelay(1);
  CHECK_DIARY("w1");
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(a_less_urgent_or_equal_waiter_lends_nothing)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  struct actor lower = {.letter = 'l', .act = take, .object = holder.first, .ticks = 5};
  struct actor equal = {.letter = 'e', .act = take, .object = holder.first, .ticks = 5};
  diary_begin();
  holder_start(&holder, LOWER);
  actor_start(&lower, LOWER - 1u);
  actor_start(&equal, LOWER);
  vTaskDelay(2);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  vTaskDelay(5);
  CHECK_EQUAL(diary.length, 2);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(a_take_that_does_not_wait_lends_nothing)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  holder_start(&holder, LOWER);
  CHECK_EQUAL(xSemaphoreTake(holder.first, 0), pdFALSE);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

static void spin_and_note(void *letter)
{
  note(letter_of(letter));
  test_spin(2u * TEST_INSTRUCTIONS_PER_TICK);
  vTaskDelete(NULL);
}

PROMISE(a_task_in_between_does_not_delay_the_waiter)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  diary_begin();
  holder_start(&holder, LOWER - 1u);
  (void)test_task(spin_and_note, LETTER('m'), LOWER); /* would starve the holder */
  (void)xTaskNotifyGive(holder.task);
  CHECK_DIARY("");
  CHECK_EQUAL(xSemaphoreTake(holder.first, portMAX_DELAY), pdTRUE);
  note('j');
  CHECK_DIARY("j");
  vTaskDelay(5);
  CHECK_DIARY("jm1");
  (void)xSemaphoreGive(holder.first);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(the_most_urgent_of_several_waiters_counts)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  struct actor a = {.letter = 'a', .act = take, .object = holder.first, .ticks = 50};
  struct actor b = {.letter = 'b', .act = take, .object = holder.first, .ticks = 3};
  struct actor c = {.letter = 'c', .act = take, .object = holder.first, .ticks = 6};
  diary_begin();
  TickType_t start = fresh_tick();
  holder_start(&holder, LOWER);
  actor_start(&a, HIGHER);
  actor_start(&b, HIGHER + 2u);
  actor_start(&c, HIGHER + 1u);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER + 2u);
  vTaskDelay(4); /* b gives up */
  CHECK_DIARY("b");
  CHECK_EQUAL(b.answer, pdFALSE);
  CHECK_EQUAL(b.ended - start, 3);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER + 1u);
  vTaskDelay(3); /* c gives up */
  CHECK_EQUAL(c.ended - start, 6);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER);
  (void)xTaskNotifyGive(holder.task);
  CHECK_DIARY("bca");
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  vTaskDelay(1);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(a_waiter_that_gives_up_takes_its_priority_back)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  holder_start(&holder, LOWER);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xSemaphoreTake(holder.first, 4), pdFALSE);
  CHECK_EQUAL(xTaskGetTickCount() - start, 4);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  CHECK_EQUAL(holder.stage, 2);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(a_more_urgent_waiter_that_gives_up_leaves_what_a_lesser_one_lends)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  struct actor patient = {.letter = 'p', .act = take, .object = holder.first, .ticks = 50};
  holder_start(&holder, LOWER - 1u);
  diary_begin();
  actor_start(&patient, LOWER);
  vTaskDelay(1);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  CHECK_EQUAL(xSemaphoreTake(holder.first, 3), pdFALSE);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  CHECK_EQUAL(patient.answer, pdTRUE);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER - 1u);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

/* With two mutexes the priority comes back with the last of them, in whichever order they are given. */
static void check_nested(bool wait_for_first)
{
  struct holder holder = {.first = xSemaphoreCreateMutex(), .second = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL && holder.second != NULL);
  struct actor waiter = {.letter = 'w', .act = take, .ticks = 50};
  waiter.object = wait_for_first ? holder.first : holder.second;
  diary_begin();
  holder_start(&holder, LOWER);
  actor_start(&waiter, HIGHER);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER);
  (void)xTaskNotifyGive(holder.task); /* gives the first */
  taskYIELD();
  CHECK_EQUAL(holder.stage, 2);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER); /* it holds the second */
  CHECK_EQUAL(waiter.done, wait_for_first);
  (void)xTaskNotifyGive(holder.task);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  CHECK(waiter.done);
  vTaskDelay(1);
  CHECK_EQUAL(holder.stage, 3);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
  vSemaphoreDelete(holder.second);
}

PROMISE(an_inherited_priority_comes_back_with_the_last_of_two_mutexes)
{
  check_nested(true);
  check_nested(false);
}

PROMISE(a_waiter_that_gives_up_leaves_the_priority_to_a_holder_of_two_mutexes)
{
  /* As upstream: which of the two lent it is not known. */
  struct holder holder = {.first = xSemaphoreCreateMutex(), .second = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL && holder.second != NULL);
  holder_start(&holder, LOWER);
  CHECK_EQUAL(xSemaphoreTake(holder.first, 2), pdFALSE);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), JUDGE_PRIORITY);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), JUDGE_PRIORITY);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
  vSemaphoreDelete(holder.second);
}

PROMISE(a_priority_set_meanwhile_counts_once_the_mutex_is_given)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  struct actor waiter = {.letter = 'w', .act = take, .object = holder.first, .ticks = 50};
  diary_begin();
  holder_start(&holder, LOWER);
  actor_start(&waiter, HIGHER);
  vTaskPrioritySet(holder.task, LOWER - 1u);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER); /* what it inherited it keeps */
  CHECK_EQUAL(uxTaskBasePriorityGet(holder.task), LOWER - 1u);
  vTaskPrioritySet(holder.task, HIGHER + 1u);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER + 1u);
  vTaskPrioritySet(holder.task, LOWER - 2u);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER - 2u);
  CHECK(waiter.done);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(a_priority_set_meanwhile_counts_once_the_waiter_gives_up)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  struct actor waiter = {.letter = 'w', .act = take, .object = holder.first, .ticks = 3};
  diary_begin();
  holder_start(&holder, LOWER);
  actor_start(&waiter, HIGHER);
  vTaskPrioritySet(holder.task, 1);
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), HIGHER);
  vTaskDelay(4);
  CHECK_DIARY("w");
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), 1);
  (void)xTaskNotifyGive(holder.task);
  vTaskDelay(1);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(a_holder_that_waits_elsewhere_waits_there_with_its_inherited_priority)
{
  /* The holder and a rival wait for a semaphore; the holder was behind the rival. */
  SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  NEED(mutex != NULL && semaphore != NULL);
  struct actor rival = {.letter = 'r', .act = take, .object = semaphore, .ticks = 50};
  struct actor waiter = {.letter = 'w', .act = take, .object = mutex, .ticks = 50};
  struct holder holder = {.first = mutex};
  diary_begin();
  holder_start(&holder, LOWER); /* waits for a notification */
  actor_start(&rival, LOWER);
  vTaskDelay(1);
  actor_start(&waiter, HIGHER);
  (void)xSemaphoreGive(semaphore);
  (void)xTaskNotifyGive(holder.task); /* more urgent than the rival now, although later */
  CHECK_DIARY("w");
  vTaskDelay(1);
  CHECK_EQUAL(diary.length, 3);
  holder_end(&holder);
  vSemaphoreDelete(mutex);
  vSemaphoreDelete(semaphore);
}

PROMISE(a_mutex_is_given_to_the_most_urgent_waiter)
{
  struct holder holder = {.first = xSemaphoreCreateMutex()};
  NEED(holder.first != NULL);
  struct actor a = {.letter = 'a', .act = take, .object = holder.first, .ticks = portMAX_DELAY};
  struct actor b = {.letter = 'b', .act = take, .object = holder.first, .ticks = portMAX_DELAY};
  diary_begin();
  holder_start(&holder, LOWER);
  actor_start(&a, HIGHER);
  actor_start(&b, HIGHER + 1u);
  (void)xTaskNotifyGive(holder.task);
  CHECK_DIARY("b"); /* and it never gives it back */
  CHECK_EQUAL(eTaskGetState(a.task), eBlocked);
  vTaskDelete(a.task);
  vTaskDelay(1);
  holder_end(&holder);
  vSemaphoreDelete(holder.first);
}

PROMISE(a_mutex_that_was_reset_has_no_holder_and_is_given_by_anybody)
{
  isr_semaphore = xSemaphoreCreateMutex();
  NEED(isr_semaphore != NULL);
  for (unsigned i = 0; i < 2u; i++) {
    CHECK_EQUAL(xQueueReset(isr_semaphore), pdPASS);
    CHECK_EQUAL(uxSemaphoreGetCount(isr_semaphore), 0);
    CHECK(xSemaphoreGetMutexHolder(isr_semaphore) == NULL);
    if (i == 0) {
      CHECK_EQUAL(xSemaphoreGive(isr_semaphore), pdTRUE);
    } else {
      test_interrupt(isr_give);
      CHECK_EQUAL(isr_answer, pdTRUE);
      CHECK_EQUAL(isr_woken, pdFALSE);
    }
    CHECK_EQUAL(uxSemaphoreGetCount(isr_semaphore), 1);
    CHECK_EQUAL(xSemaphoreTake(isr_semaphore, 0), pdTRUE);
    CHECK(xSemaphoreGetMutexHolder(isr_semaphore) == xTaskGetCurrentTaskHandle());
    CHECK_EQUAL(xSemaphoreGive(isr_semaphore), pdTRUE);
  }
  vSemaphoreDelete(isr_semaphore);
}

PROMISE(a_mutex_given_by_an_interrupt_after_its_reset_gets_its_waiter_on)
{
  isr_semaphore = xSemaphoreCreateMutex();
  NEED(isr_semaphore != NULL);
  struct actor taker = {.letter = 't', .act = take, .object = isr_semaphore, .ticks = 50};
  CHECK_EQUAL(xQueueReset(isr_semaphore), pdPASS);
  diary_begin();
  actor_start(&taker, HIGHER); /* it waits: there is no holder to lend its priority to */
  CHECK_DIARY("");
  test_interrupt(isr_give);
  note('j');
  CHECK_EQUAL(isr_woken, pdTRUE);
  CHECK_DIARY("tj");
  CHECK_EQUAL(taker.answer, pdTRUE);
  vSemaphoreDelete(isr_semaphore);
}

static BaseType_t take_and_give(struct actor *self)
{
  BaseType_t taken = xSemaphoreTake(self->object, self->ticks);
  return taken == pdTRUE ? xSemaphoreGive(self->object) : taken;
}

PROMISE(a_waiter_that_is_deleted_takes_its_priority_back)
{
  SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
  NEED(mutex != NULL);
  struct actor waiter = {.letter = 'w', .act = take_and_give, .object = mutex, .ticks = portMAX_DELAY};
  CHECK_EQUAL(xSemaphoreTake(mutex, 0), pdTRUE);
  actor_start(&waiter, HIGHER + 1u);
  CHECK_EQUAL(uxTaskPriorityGet(NULL), HIGHER + 1u);
  vTaskDelete(waiter.task);
  CHECK_EQUAL(xSemaphoreGive(mutex), pdTRUE);
  CHECK_EQUAL(uxTaskPriorityGet(NULL), JUDGE_PRIORITY);
  vSemaphoreDelete(mutex);
}

#if configASSERT_DEFINED == 1
PROMISE(a_mutex_given_in_an_interrupt_is_caught)
{
  isr_semaphore = xSemaphoreCreateMutex();
  NEED(isr_semaphore != NULL);
  (void)xSemaphoreTake(isr_semaphore, 0);
  (void)test_expect_asserts(true);
  test_interrupt(isr_give_without_flag);
  CHECK(test_expect_asserts(false) >= 1u);
  vSemaphoreDelete(isr_semaphore);
}
#endif

/* --- recursive --- */

PROMISE(a_recursive_mutex_is_given_as_often_as_it_was_taken)
{
  SemaphoreHandle_t mutex = xSemaphoreCreateRecursiveMutex();
  NEED(mutex != NULL);
  CHECK_EQUAL(xSemaphoreGiveRecursive(mutex), pdFALSE); /* not held */
  for (unsigned i = 0; i < 10u; i++) CHECK_EQUAL(xSemaphoreTakeRecursive(mutex, 0), pdTRUE);
  for (unsigned i = 0; i < 10u; i++) {
    CHECK(xSemaphoreGetMutexHolder(mutex) == xTaskGetCurrentTaskHandle());
    CHECK_EQUAL(xSemaphoreGiveRecursive(mutex), pdTRUE);
  }
  CHECK(xSemaphoreGetMutexHolder(mutex) == NULL);
  CHECK_EQUAL(xSemaphoreGiveRecursive(mutex), pdFALSE);
  vSemaphoreDelete(mutex);
}

static BaseType_t take_recursive(struct actor *self)
{
  BaseType_t answer = xSemaphoreTakeRecursive((SemaphoreHandle_t)self->object, self->ticks);
  if (answer == pdTRUE) {
    CHECK_EQUAL(xSemaphoreTakeRecursive((SemaphoreHandle_t)self->object, 0), pdTRUE);
    CHECK_EQUAL(xSemaphoreGiveRecursive((SemaphoreHandle_t)self->object), pdTRUE);
    CHECK_EQUAL(xSemaphoreGiveRecursive((SemaphoreHandle_t)self->object), pdTRUE);
  } else {
    CHECK_EQUAL(xSemaphoreGiveRecursive((SemaphoreHandle_t)self->object), pdFALSE); /* another's */
  }
  return answer;
}

PROMISE(a_recursive_mutex_is_free_for_others_after_its_last_give_only)
{
  SemaphoreHandle_t mutex = xSemaphoreCreateRecursiveMutex();
  NEED(mutex != NULL);
  struct actor brief = {.letter = 'b', .act = take_recursive, .object = mutex, .ticks = 3};
  struct actor patient = {.letter = 'p', .act = take_recursive, .object = mutex, .ticks = 50};
  diary_begin();
  TickType_t start = fresh_tick();
  for (unsigned i = 0; i < 3u; i++) (void)xSemaphoreTakeRecursive(mutex, 0);
  actor_start(&brief, HIGHER);
  actor_start(&patient, HIGHER);
  CHECK_EQUAL(uxTaskPriorityGet(NULL), HIGHER); /* lent to us */
  vTaskDelay(4);
  CHECK_DIARY("b");
  CHECK_EQUAL(brief.answer, pdFALSE);
  CHECK_EQUAL(brief.ended - start, 3);
  (void)xSemaphoreGiveRecursive(mutex);
  (void)xSemaphoreGiveRecursive(mutex);
  CHECK_EQUAL(uxTaskPriorityGet(NULL), HIGHER);
  CHECK_DIARY("b");
  (void)xSemaphoreGiveRecursive(mutex);
  CHECK_DIARY("bp");
  CHECK_EQUAL(uxTaskPriorityGet(NULL), JUDGE_PRIORITY);
  CHECK_EQUAL(patient.answer, pdTRUE);
  CHECK(xSemaphoreGetMutexHolder(mutex) == NULL);
  vSemaphoreDelete(mutex);
}

/* --- a resource under load --- */

static SemaphoreHandle_t guard;
static volatile unsigned inside;
static volatile unsigned entered;
static volatile unsigned crowded;

static void enter_and_leave(void *unused)
{
  (void)unused;
  for (unsigned i = 0; i < 30u; i++) {
    if (xSemaphoreTake(guard, portMAX_DELAY) != pdTRUE) crowded++;
    if (inside++ != 0) crowded++;
    entered++;
    if (i % 3u == 0)
      vTaskDelay(1);
    else
      test_spin(3000);
    inside--;
    if (xSemaphoreGive(guard) != pdTRUE) crowded++;
    if (i % 5u == 0) vTaskDelay(1);
  }
  vTaskDelete(NULL);
}

PROMISE(never_two_tasks_hold_a_mutex)
{
  guard = xSemaphoreCreateMutex();
  NEED(guard != NULL);
  inside = 0;
  entered = 0;
  crowded = 0;
  TaskHandle_t tasks[4];
  const UBaseType_t priority[4] = {LOWER, LOWER, HIGHER, 1};
  for (unsigned i = 0; i < 4u; i++) tasks[i] = test_task(enter_and_leave, NULL, priority[i]);
  (void)tasks;
  vTaskDelay(120);
  CHECK_EQUAL(entered, 120);
  CHECK_EQUAL(crowded, 0);
  CHECK(xSemaphoreGetMutexHolder(guard) == NULL);
  vSemaphoreDelete(guard);
}

const struct promise semaphore_promises[] = {
  KEPT(a_binary_semaphore_is_made_empty_and_holds_one),
  KEPT(a_counting_semaphore_counts_to_its_maximum),
  KEPT(a_counting_semaphore_begins_with_its_initial_count),
  KEPT(a_counting_semaphore_that_makes_no_sense_is_refused),
#if configSUPPORT_STATIC_ALLOCATION == 1
  KEPT(static_semaphores_live_in_the_memory_given),
#endif
  KEPT(a_take_ends_exactly_when_its_time_is_over),
  KEPT(waiting_takers_get_on_by_priority_then_by_arrival),
  KEPT(a_count_taken_by_a_more_urgent_task_leaves_the_rest_of_the_time),
  KEPT(an_interrupt_can_give_and_take),
  KEPT(a_give_from_an_interrupt_wakes_the_taker_and_says_if_it_is_more_urgent),
  KEPT(a_mutex_is_made_free_and_knows_its_holder),
  KEPT(only_its_holder_gives_a_mutex),
  KEPT(the_holder_inherits_the_priority_of_a_more_urgent_waiter_until_it_gives),
  KEPT(a_less_urgent_or_equal_waiter_lends_nothing),
  KEPT(a_take_that_does_not_wait_lends_nothing),
  KEPT(a_task_in_between_does_not_delay_the_waiter),
  KEPT(the_most_urgent_of_several_waiters_counts),
  KEPT(a_waiter_that_gives_up_takes_its_priority_back),
  KEPT(a_more_urgent_waiter_that_gives_up_leaves_what_a_lesser_one_lends),
  KEPT(an_inherited_priority_comes_back_with_the_last_of_two_mutexes),
  KEPT(a_waiter_that_gives_up_leaves_the_priority_to_a_holder_of_two_mutexes),
  KEPT(a_priority_set_meanwhile_counts_once_the_mutex_is_given),
  KEPT(a_priority_set_meanwhile_counts_once_the_waiter_gives_up),
  KEPT(a_holder_that_waits_elsewhere_waits_there_with_its_inherited_priority),
  KEPT(a_mutex_is_given_to_the_most_urgent_waiter),
  KEPT(a_mutex_that_was_reset_has_no_holder_and_is_given_by_anybody),
  KEPT(a_mutex_given_by_an_interrupt_after_its_reset_gets_its_waiter_on),
  KEPT(a_waiter_that_is_deleted_takes_its_priority_back),
#if configASSERT_DEFINED == 1
  KEPT(a_mutex_given_in_an_interrupt_is_caught),
#endif
  KEPT(a_recursive_mutex_is_given_as_often_as_it_was_taken),
  KEPT(a_recursive_mutex_is_free_for_others_after_its_last_give_only),
  KEPT(never_two_tasks_hold_a_mutex),
  END_OF_PROMISES,
};

/* Interrupts against calls: nothing is lost, doubled or forgotten, whenever the interrupt comes. On the host it comes at
 * every single point where one can come (a sweep); everywhere it comes at many moments (a storm). */
#include "atomic.h"
#include "diary.h"
#include "queue.h"
#include "semphr.h"

#ifdef HF_KERNEL_TEST_ON_HOST
#include "hf_posix.h"

/* --- sweeps --- */

static volatile unsigned disturbances;
static void (*disturbance)(void);

static void disturb(void)
{
  disturbances++;
  disturbance();
}

/* The end of what is raced: the interrupt does not come any more. */
static void calm(void)
{
  hf_posix_at_open(0, disturb);
}

/* Calls scenario(), which calls calm(), with the interrupt at the first, second, third ... point, until it comes after the end. */
static void sweep(void (*interrupt)(void), void (*scenario)(void))
{
  unsigned points = 0;
  disturbance = interrupt;
  do {
    disturbances = 0;
    (void)fresh_tick();
    hf_posix_at_open(++points, disturb);
    scenario();
    calm();
  } while (disturbances != 0 && points < 1000u);
  CHECK(points > 4u);
  CHECK(points < 1000u);
}

static SemaphoreHandle_t semaphore;
static QueueHandle_t queue;
static struct actor helper;

static void give_isr(void)
{
  (void)xSemaphoreGiveFromISR(semaphore, NULL);
}

static void take_in_time(void)
{
  TickType_t start = xTaskGetTickCount();
  BaseType_t taken = xSemaphoreTake(semaphore, 2);
  calm();
  TickType_t passed = xTaskGetTickCount() - start;
  CHECK_EQUAL((unsigned)taken + uxSemaphoreGetCount(semaphore), disturbances);
  CHECK(taken == pdTRUE ? passed <= 2u : passed == 2u);
  (void)xSemaphoreTake(semaphore, 0);
}

PROMISE(a_give_is_taken_or_stays_whenever_it_comes)
{
  semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  sweep(give_isr, take_in_time);
  vSemaphoreDelete(semaphore);
}

static TaskHandle_t judge;

static void notify_isr(void)
{
  vTaskNotifyGiveFromISR(judge, NULL);
}

static void wait_in_time(void)
{
  TickType_t start = xTaskGetTickCount();
  uint32_t value = ulTaskNotifyTake(pdTRUE, 2);
  calm();
  TickType_t passed = xTaskGetTickCount() - start;
  uint32_t left = ulTaskNotifyTake(pdTRUE, 0);
  CHECK_EQUAL(value + left, disturbances);
  CHECK(value != 0 ? passed <= 2u : passed == 2u);
}

PROMISE(a_notification_is_received_or_stays_whenever_it_comes)
{
  judge = xTaskGetCurrentTaskHandle();
  (void)ulTaskNotifyTake(pdTRUE, 0);
  sweep(notify_isr, wait_in_time);
}

static void send_isr(void)
{
  (void)xQueueSendFromISR(queue, "i", NULL);
}

static void receive_in_time(void)
{
  char item = 0;
  TickType_t start = xTaskGetTickCount();
  BaseType_t received = xQueueReceive(queue, &item, 2);
  calm();
  TickType_t passed = xTaskGetTickCount() - start;
  CHECK_EQUAL((unsigned)received + uxQueueMessagesWaiting(queue), disturbances);
  if (received == pdPASS) CHECK_EQUAL(item, 'i');
  CHECK(received == pdPASS ? passed <= 2u : passed == 2u);
  (void)xQueueReset(queue);
}

PROMISE(an_item_is_received_or_stays_whenever_it_comes)
{
  queue = xQueueCreate(2, 1);
  NEED(queue != NULL);
  sweep(send_isr, receive_in_time);
  vQueueDelete(queue);
}

static void receive_isr(void)
{
  char item = 0;
  (void)xQueueReceiveFromISR(queue, &item, NULL);
}

static void send_in_time(void)
{
  (void)xQueueSend(queue, "1", 0);
  TickType_t start = xTaskGetTickCount();
  BaseType_t sent = xQueueSend(queue, "2", 2);
  calm();
  TickType_t passed = xTaskGetTickCount() - start;
  bool early = sent == pdPASS;
  CHECK(early ? passed <= 2u : passed == 2u);
  unsigned left = (unsigned)uxQueueMessagesWaiting(queue);
  if (early)
    CHECK_EQUAL(left, 2u - disturbances);
  else
    CHECK_EQUAL(left, 1u - disturbances);
  (void)xQueueReset(queue);
}

PROMISE(room_is_used_or_stays_whenever_it_comes)
{
  queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  sweep(receive_isr, send_in_time);
  vQueueDelete(queue);
}

/* A less urgent task waits; the judge and the interrupt act on it at the same time. */

static BaseType_t take_helper(struct actor *self)
{
  return xSemaphoreTake(semaphore, self->ticks);
}

static void helper_waits(TickType_t ticks)
{
  helper = (struct actor){.letter = 'h', .act = take_helper, .ticks = ticks};
  diary_begin();
  actor_start(&helper, HIGHER);
  vTaskPrioritySet(helper.task, LOWER);
}

static void abort_it(void)
{
  helper_waits(50);
  (void)xTaskAbortDelay(helper.task);
  vTaskDelay(2);
  calm();
  CHECK_DIARY("h"); /* whoever came first: its wait is over */
  CHECK_EQUAL((unsigned)helper.answer + uxSemaphoreGetCount(semaphore), disturbances);
  (void)xSemaphoreTake(semaphore, 0);
}

PROMISE(a_give_and_an_abort_at_the_same_time_end_the_wait_once)
{
  semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  sweep(give_isr, abort_it);
  vSemaphoreDelete(semaphore);
}

static void delete_while_given(void)
{
  UBaseType_t tasks = uxTaskGetNumberOfTasks();
  static struct actor waiter;
  waiter = (struct actor){.letter = 'w', .act = take_helper, .ticks = 50};
  diary_begin();
  actor_start(&waiter, LOWER);
  vTaskDelay(1); /* it waits */
  calm();
  bool ended = waiter.done;
  if (!ended) vTaskDelete(waiter.task);
  if (!ended) CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks);
  CHECK_EQUAL(uxSemaphoreGetCount(semaphore) + (ended ? 1u : 0u), disturbances);
  vTaskDelay(2);
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks);
  (void)xSemaphoreTake(semaphore, 0);
}

PROMISE(a_task_deleted_while_it_is_woken_is_gone_and_what_woke_it_stays)
{
  semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  sweep(give_isr, delete_while_given);
  vSemaphoreDelete(semaphore);
}

static void resume_isr(void)
{
  (void)xTaskResumeFromISR(helper.task);
}

static volatile unsigned delays;

static BaseType_t delay_now_and_then(struct actor *self)
{
  for (;;) {
    delays++;
    vTaskDelay(self->ticks);
  }
  return 0; /* gcc 12 with -O2 asks for it */
}

static void suspend_it(void)
{
  vTaskSuspend(helper.task);
  vTaskDelay(2);
  calm();
  unsigned seen = delays;
  bool suspended = eTaskGetState(helper.task) == eSuspended;
  vTaskDelay(4);
  if (suspended && eTaskGetState(helper.task) == eSuspended) {
    CHECK_EQUAL(delays, seen);
    vTaskResume(helper.task);
    CHECK_EQUAL(delays, seen + 1u);
  } else {
    CHECK(delays > seen);
  }
}

PROMISE(a_task_suspended_and_resumed_at_the_same_time_is_one_or_the_other)
{
  helper = (struct actor){.letter = 'd', .act = delay_now_and_then, .ticks = 1};
  delays = 0;
  actor_start(&helper, HIGHER);
  sweep(resume_isr, suspend_it);
  vTaskDelete(helper.task);
}

static BaseType_t wait_for_give(struct actor *self)
{
  return (BaseType_t)ulTaskNotifyTake(pdTRUE, self->ticks);
}

static void notify_helper_isr(void)
{
  vTaskNotifyGiveFromISR(helper.task, NULL);
}

static void suspend_scheduler(void)
{
  bool seen_inside;
  vTaskSuspendAll();
  unsigned before = diary.length;
  test_spin(100);
  taskENTER_CRITICAL();
  taskEXIT_CRITICAL();
  test_spin(100);
  seen_inside = diary.length != before;
  CHECK(!seen_inside);
  (void)xTaskResumeAll();
  calm();
  CHECK_EQUAL(diary.length, disturbances); /* woken by now, if notified by now */
}

static void notified_around_suspension(void)
{
  suspend_scheduler();
  if (disturbances == 0) return;
  CHECK_EQUAL(helper.answer, 1);
  diary_begin();
  actor_start(&helper, HIGHER);
  disturbances = 1;
}

PROMISE(a_wake_up_while_the_scheduler_is_suspended_or_resumed_is_not_lost)
{
  helper = (struct actor){.letter = 'n', .act = wait_for_give, .ticks = portMAX_DELAY};
  diary_begin();
  actor_start(&helper, HIGHER);
  sweep(notify_helper_isr, notified_around_suspension);
  vTaskDelete(helper.task);
}

/* The helper's delay ends in ticks that are caught up with, while an interrupt wakes another task that delays too. */
static struct actor other;

static BaseType_t notified_then_delays(struct actor *self)
{
  (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  TickType_t start = xTaskGetTickCount();
  vTaskDelay(self->ticks);
  return (BaseType_t)(xTaskGetTickCount() - start);
}

static BaseType_t delay_exactly(struct actor *self)
{
  vTaskDelay(self->ticks);
  return pdTRUE;
}

static void notify_other_isr(void)
{
  vTaskNotifyGiveFromISR(other.task, NULL);
}

static void catch_up(void)
{
  TickType_t start = xTaskGetTickCount();
  helper = (struct actor){.letter = 'd', .act = delay_exactly, .ticks = 5};
  diary_begin();
  actor_start(&helper, HIGHER);
  (void)xTaskCatchUpTicks(8);
  CHECK(helper.done);
  CHECK(helper.ended - start >= 5u);
  CHECK(helper.ended - start <= 9u);
  CHECK(xTaskGetTickCount() - start >= 8u);
  calm();
  vTaskDelay(12);
  if (disturbances == 0) return;
  CHECK(other.done);
  CHECK(other.answer >= 3);
  CHECK(other.answer <= 11);
  actor_start(&other, HIGHER);
}

PROMISE(ticks_caught_up_with_wake_everybody_whatever_comes_in_between)
{
  other = (struct actor){.letter = 'o', .act = notified_then_delays, .ticks = 3};
  actor_start(&other, HIGHER);
  sweep(notify_other_isr, catch_up);
  vTaskDelete(other.task);
}

static void change_priority(void)
{
  helper = (struct actor){.letter = 'h', .act = take_helper, .ticks = 3};
  diary_begin();
  TickType_t start = xTaskGetTickCount();
  actor_start(&helper, HIGHER);
  vTaskPrioritySet(helper.task, LOWER);
  vTaskPrioritySet(helper.task, HIGHER + 1u);
  vTaskPrioritySet(helper.task, HIGHER);
  vTaskDelay(4);
  calm();
  CHECK_DIARY("h");
  CHECK_EQUAL((unsigned)helper.answer + uxSemaphoreGetCount(semaphore), disturbances);
  CHECK(helper.ended - start <= 3u);
  (void)xSemaphoreTake(semaphore, 0);
}

PROMISE(a_waiter_whose_priority_changes_while_it_is_woken_wakes_once)
{
  semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  sweep(give_isr, change_priority);
  vSemaphoreDelete(semaphore);
}

static void yield_isr(void)
{
  taskYIELD();
  portYIELD_FROM_ISR(pdTRUE);
}

static BaseType_t delay_and_take(struct actor *self)
{
  vTaskDelay(1);
  BaseType_t taken = xSemaphoreTake(semaphore, self->ticks);
  vTaskSuspend(NULL);
  return taken;
}

static void be_yielded(void)
{
  static struct actor actors[3];
  TickType_t start = xTaskGetTickCount();
  diary_begin();
  for (unsigned i = 0; i < 3u; i++) {
    actors[i] = (struct actor){.letter = (char)('a' + i), .act = delay_and_take, .ticks = 1};
    actor_start(&actors[i], i == 0 ? HIGHER : LOWER);
  }
  vTaskDelay(3);
  calm();
  CHECK_EQUAL(xTaskGetTickCount() - start, 3);
  for (unsigned i = 0; i < 3u; i++) {
    CHECK_EQUAL(eTaskGetState(actors[i].task), eSuspended);
    vTaskResume(actors[i].task);
  }
  vTaskDelay(2);
  CHECK_EQUAL(diary.length, 3);
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(actors[i].answer, pdFALSE);
}

PROMISE(an_interrupt_that_yields_at_any_point_disturbs_nobody)
{
  semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  sweep(yield_isr, be_yielded);
  vSemaphoreDelete(semaphore);
}

/* The interrupt gives at the tick at which the time of the judge's take ends: it comes in the tick interrupt's
 * neighbourhood, at every point of it. */
static void take_late(void)
{
  BaseType_t first = xSemaphoreTake(semaphore, 1);
  BaseType_t second = xSemaphoreTake(semaphore, 1);
  calm();
  CHECK_EQUAL((unsigned)(first + second) + uxSemaphoreGetCount(semaphore), disturbances);
  (void)xSemaphoreTake(semaphore, 0);
}

PROMISE(a_give_at_the_tick_of_the_time_out_is_not_lost)
{
  semaphore = xSemaphoreCreateBinary();
  NEED(semaphore != NULL);
  sweep(give_isr, take_late);
  vSemaphoreDelete(semaphore);
}

/* --- the idle task --- */

static TaskHandle_t deleter;
static TaskHandle_t to_delete;

static void delete_when_told(void *unused)
{
  (void)unused;
  for (;;) {
    (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    if (to_delete != NULL) vTaskDelete(to_delete);
    to_delete = NULL;
  }
}

static void tell_deleter_isr(void)
{
  vTaskNotifyGiveFromISR(deleter, NULL);
}

static void delay_and_suspend(void *ticks)
{
  vTaskDelay((TickType_t)(uintptr_t)ticks);
  vTaskSuspend(NULL);
}

/* Tickless: one of two tasks with the next deadline is deleted while the idle task looks how long it may sleep. */
PROMISE(idle_looks_at_deadlines_while_tasks_come_and_go)
{
  deleter = test_task(delete_when_told, NULL, HIGHER);
  for (unsigned point = 1; point < 60u; point++) {
    (void)fresh_tick();
    to_delete = test_task(delay_and_suspend, (void *)600, HIGHER);
    TaskHandle_t sleeper = test_task(delay_and_suspend, (void *)610, HIGHER);
    hf_posix_at_open(point, tell_deleter_isr);
    vTaskDelay(500);
    CHECK(to_delete == NULL);
    hf_posix_at_open(0, tell_deleter_isr);
    CHECK_EQUAL(eTaskGetState(sleeper), eBlocked);
    vTaskDelay(150);
    CHECK_EQUAL(eTaskGetState(sleeper), eSuspended);
    vTaskDelete(sleeper);
  }
  vTaskDelete(deleter);
}
#endif

/* --- storms --- */

#ifdef HF_KERNEL_TEST_ON_HOST
#define STORM_SPREAD 200u
#define STORM_ROUNDS 4000u
#else
#define STORM_SPREAD 3000u
#define STORM_ROUNDS 600u
#endif

static struct {
  QueueHandle_t up;   /* from the interrupt to tasks: numbers */
  QueueHandle_t down; /* from tasks to the interrupt */
  SemaphoreHandle_t given;
  TaskHandle_t notified;
  volatile uint32_t sent;
  volatile uint32_t received;
  volatile uint32_t gives;
  volatile uint32_t notifications;
  volatile uint32_t out_of_order;
  volatile uint32_t taken;
  volatile uint32_t heard;
} storm;

static void storm_isr(void)
{
  uint32_t number = storm.sent;
  if (xQueueSendFromISR(storm.up, &number, NULL) == pdPASS) storm.sent++;
  if (xQueueReceiveFromISR(storm.down, &number, NULL) == pdPASS) {
    if (number != storm.received) storm.out_of_order++;
    storm.received++;
  }
  if (xSemaphoreGiveFromISR(storm.given, NULL) == pdTRUE) storm.gives++;
  vTaskNotifyGiveFromISR(storm.notified, NULL);
  storm.notifications++;
}

static void storm_taker(void *unused)
{
  (void)unused;
  for (uint32_t i = 0;; i++) {
    if (xSemaphoreTake(storm.given, i % 3u) == pdTRUE) storm.taken++;
    if (i % 7u == 0) vTaskDelay(1);
  }
}

static void storm_listener(void *unused)
{
  (void)unused;
  for (;;) storm.heard += ulTaskNotifyTake(pdFALSE, portMAX_DELAY) != 0 ? 1u : 0u;
}

static void check_storm(uint32_t seed, UBaseType_t taker_priority, UBaseType_t listener_priority)
{
  memset(&storm, 0, sizeof storm);
  storm.up = xQueueCreate(4, sizeof(uint32_t));
  storm.down = xQueueCreate(3, sizeof(uint32_t));
  storm.given = xSemaphoreCreateCounting(5, 0);
  NEED(storm.up != NULL && storm.down != NULL && storm.given != NULL);
  TaskHandle_t taker = test_task(storm_taker, NULL, taker_priority);
  storm.notified = test_task(storm_listener, NULL, listener_priority);
  uint32_t expected = 0;
  uint32_t sent_down = 0;
  uint32_t out_of_order = 0;
  test_storm_start(storm_isr, seed, STORM_SPREAD);
  for (uint32_t i = 0; i < STORM_ROUNDS; i++) {
    uint32_t number = 0;
    if (xQueueReceive(storm.up, &number, i % 4u) == pdPASS) {
      if (number != expected) out_of_order++;
      expected++;
    }
    if (xQueueSend(storm.down, &sent_down, i % 3u) == pdPASS) sent_down++;
    if (i % 5u == 0) test_spin(2000);
  }
  test_storm_stop();
  vTaskDelay(3); /* what was woken runs */
  CHECK(storm.sent > 50u);
  CHECK_EQUAL(out_of_order, 0);
  CHECK_EQUAL(storm.out_of_order, 0);
  CHECK_EQUAL(expected + uxQueueMessagesWaiting(storm.up), storm.sent);
  CHECK_EQUAL(storm.received + uxQueueMessagesWaiting(storm.down), sent_down);
  CHECK_EQUAL(storm.heard, storm.notifications);
  vTaskDelay(10);
  CHECK_EQUAL(storm.taken + uxSemaphoreGetCount(storm.given), storm.gives);
  vTaskDelete(taker);
  vTaskDelete(storm.notified);
  vQueueDelete(storm.up);
  vQueueDelete(storm.down);
  vSemaphoreDelete(storm.given);
}

PROMISE(in_a_storm_of_interrupts_nothing_is_lost_by_lower_tasks)
{
  check_storm(1, LOWER, LOWER);
}

PROMISE(in_a_storm_of_interrupts_nothing_is_lost_by_higher_tasks)
{
  check_storm(2, HIGHER, HIGHER + 1u);
}

PROMISE(in_a_storm_of_interrupts_nothing_is_lost_by_tasks_of_all_priorities)
{
  check_storm(3, JUDGE_PRIORITY, LOWER);
  check_storm(4, LOWER - 1u, HIGHER);
}

static volatile unsigned storm_count;
static TaskHandle_t storm_sleeper;

static void resume_sleeper_isr(void)
{
  storm_count++;
  (void)xTaskResumeFromISR(storm_sleeper);
}

static volatile unsigned sleeper_rounds;

static void sleep_and_suspend(void *unused)
{
  (void)unused;
  for (;;) {
    sleeper_rounds++;
    vTaskSuspend(NULL);
    vTaskDelay(1);
  }
}

PROMISE(in_a_storm_of_resumptions_a_task_goes_on_and_delays_are_exact)
{
  storm_count = 0;
  sleeper_rounds = 0;
  storm_sleeper = test_task(sleep_and_suspend, NULL, HIGHER);
  test_storm_start(resume_sleeper_isr, 5, STORM_SPREAD);
  for (TickType_t ticks = 1; ticks <= 20u; ticks++) {
    TickType_t start = fresh_tick();
    test_spin(1000);
    vTaskDelay(ticks);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
  test_storm_stop();
  CHECK(storm_count > 10u);
  CHECK(sleeper_rounds > 10u);
  vTaskDelay(2);
  unsigned seen = sleeper_rounds;
  vTaskResume(storm_sleeper);
  vTaskDelay(2);
  CHECK_EQUAL(sleeper_rounds, seen + 1u);
  vTaskDelete(storm_sleeper);
}

/* --- without masking --- */

PROMISE(atomic_functions_change_a_word_and_return_what_was_there)
{
  uint32_t word = 0xFFFFFFFFu;
  CHECK_EQUAL(Atomic_Increment_u32(&word), 0xFFFFFFFFu);
  CHECK_EQUAL(Atomic_Decrement_u32(&word), 0);
  CHECK_EQUAL(Atomic_Add_u32(&word, 7), 0xFFFFFFFFu);
  CHECK_EQUAL(Atomic_Subtract_u32(&word, 2), 6);
  CHECK_EQUAL(Atomic_OR_u32(&word, 0x50u), 4);
  CHECK_EQUAL(Atomic_AND_u32(&word, 0x16u), 0x54u);
  CHECK_EQUAL(Atomic_XOR_u32(&word, 0x30u), 0x14u);
  CHECK_EQUAL(Atomic_NAND_u32(&word, 0x2Cu), 0x24u);
  CHECK_EQUAL(word, 0xFFFFFFDBu);
}

PROMISE(atomic_swaps_happen_if_what_was_there_is_what_was_expected)
{
  uint32_t word = 5;
  CHECK_EQUAL(Atomic_CompareAndSwap_u32(&word, 9, 4), ATOMIC_COMPARE_AND_SWAP_FAILURE);
  CHECK_EQUAL(word, 5);
  CHECK_EQUAL(Atomic_CompareAndSwap_u32(&word, 9, 5), ATOMIC_COMPARE_AND_SWAP_SUCCESS);
  CHECK_EQUAL(word, 9);
  char first = 'f';
  char second = 's';
  void *pointer = &first;
  CHECK_EQUAL(Atomic_CompareAndSwapPointers_p32(&pointer, &first, &second), ATOMIC_COMPARE_AND_SWAP_FAILURE);
  CHECK(pointer == &first);
  CHECK_EQUAL(Atomic_CompareAndSwapPointers_p32(&pointer, &second, &first), ATOMIC_COMPARE_AND_SWAP_SUCCESS);
  CHECK(pointer == &second);
  CHECK(Atomic_SwapPointers_p32(&pointer, &first) == &second);
  CHECK(pointer == &first);
}

static uint32_t atomic_word;
static volatile uint32_t atomic_interrupts;

static void increment_isr(void)
{
  (void)Atomic_Increment_u32(&atomic_word);
  atomic_interrupts++;
}

PROMISE(in_a_storm_of_atomic_increments_none_is_lost)
{
  atomic_word = 0;
  atomic_interrupts = 0;
  test_storm_start(increment_isr, 6, STORM_SPREAD);
  for (unsigned i = 0; i < 5000u; i++) {
    (void)Atomic_Add_u32(&atomic_word, 3);
    (void)Atomic_Subtract_u32(&atomic_word, 2);
    if (i % 16u == 0) taskYIELD();
  }
  test_storm_stop();
  CHECK(atomic_interrupts > 10u);
  CHECK_EQUAL(Atomic_Add_u32(&atomic_word, 0), 5000u + atomic_interrupts);
}

const struct promise race_promises[] = {
#ifdef HF_KERNEL_TEST_ON_HOST
  KEPT(a_give_is_taken_or_stays_whenever_it_comes),
  KEPT(a_notification_is_received_or_stays_whenever_it_comes),
  KEPT(an_item_is_received_or_stays_whenever_it_comes),
  KEPT(room_is_used_or_stays_whenever_it_comes),
  KEPT(a_give_and_an_abort_at_the_same_time_end_the_wait_once),
  KEPT(a_task_deleted_while_it_is_woken_is_gone_and_what_woke_it_stays),
  KEPT(a_task_suspended_and_resumed_at_the_same_time_is_one_or_the_other),
  KEPT(a_wake_up_while_the_scheduler_is_suspended_or_resumed_is_not_lost),
  KEPT(ticks_caught_up_with_wake_everybody_whatever_comes_in_between),
  KEPT(a_waiter_whose_priority_changes_while_it_is_woken_wakes_once),
  KEPT(an_interrupt_that_yields_at_any_point_disturbs_nobody),
  KEPT(a_give_at_the_tick_of_the_time_out_is_not_lost),
  KEPT(idle_looks_at_deadlines_while_tasks_come_and_go),
#endif
  KEPT(in_a_storm_of_interrupts_nothing_is_lost_by_lower_tasks),
  KEPT(in_a_storm_of_interrupts_nothing_is_lost_by_higher_tasks),
  KEPT(in_a_storm_of_interrupts_nothing_is_lost_by_tasks_of_all_priorities),
  KEPT(in_a_storm_of_resumptions_a_task_goes_on_and_delays_are_exact),
  KEPT(atomic_functions_change_a_word_and_return_what_was_there),
  KEPT(atomic_swaps_happen_if_what_was_there_is_what_was_expected),
  KEPT(in_a_storm_of_atomic_increments_none_is_lost),
  END_OF_PROMISES,
};

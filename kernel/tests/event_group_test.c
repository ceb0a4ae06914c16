/* Event groups: who is woken by which bits, when, in which order, and what each sees. */
#include "promise.h"

#include "event_groups.h"

#ifdef HF_KERNEL_TEST_ON_HOST
#include "hf_posix.h"
#endif

#if configSUPPORT_DYNAMIC_ALLOCATION == 1

#define A 0x000001u
#define B 0x000010u
#define C 0x800000u
#define ALL_BITS 0xFFFFFFu

static EventGroupHandle_t group;

/* --- tasks that wait once --- */

struct waiter {
  EventBits_t awaited;
  BaseType_t clear;
  BaseType_t all;
  TickType_t ticks;
  EventBits_t set; /* not 0: xEventGroupSync() */
  EventBits_t got;
  TickType_t at;
  unsigned turn; /* the first to return has 1; 0: not yet */
  TaskHandle_t task;
};

static volatile unsigned turns;

static void wait_once(void *parameter)
{
  struct waiter *w = parameter;
  if (w->set != 0)
    w->got = xEventGroupSync(group, w->set, w->awaited, w->ticks);
  else
    w->got = xEventGroupWaitBits(group, w->awaited, w->clear, w->all, w->ticks);
  w->at = xTaskGetTickCount();
  w->turn = ++turns;
  w->task = NULL;
  vTaskDelete(NULL);
}

static void start(struct waiter *w, UBaseType_t priority)
{
  w->turn = 0;
  w->got = 0xDEADu;
  w->task = test_task(wait_once, w, priority);
}

/* Whoever still waits is deleted. */
static void stop(struct waiter *w)
{
  if (w->task != NULL) vTaskDelete(w->task);
  w->task = NULL;
}

static bool begin(void)
{
  turns = 0;
  group = xEventGroupCreate();
  CHECK(group != NULL);
  vTaskDelay(1); /* the tests begin right after a tick */
  return group != NULL;
}

static void end(void)
{
  vEventGroupDelete(group);
  group = NULL;
}

/* --- made --- */

PROMISE(a_new_group_has_no_bits)
{
  NEED(begin());
  CHECK_EQUAL(xEventGroupGetBits(group), 0);
  end();
}

PROMISE(a_static_group_is_in_the_memory_it_was_given)
{
  static StaticEventGroup_t memory;
  StaticEventGroup_t *seen = NULL;
  EventGroupHandle_t fixed = xEventGroupCreateStatic(&memory);
  NEED(fixed != NULL);
  CHECK_EQUAL(xEventGroupSetBits(fixed, A | C), A | C);
  CHECK_EQUAL(xEventGroupGetStaticBuffer(fixed, &seen), pdTRUE);
  CHECK(seen == &memory);
  vEventGroupDelete(fixed);
}

PROMISE(a_group_from_the_heap_has_no_static_memory)
{
  StaticEventGroup_t *seen = NULL;
  NEED(begin());
  CHECK_EQUAL(xEventGroupGetStaticBuffer(group, &seen), pdFALSE);
  CHECK(seen == NULL);
  end();
}

/* --- bits without waiters --- */

PROMISE(set_returns_the_bits_after_and_clear_those_before)
{
  NEED(begin());
  CHECK_EQUAL(xEventGroupSetBits(group, A | C), A | C);
  CHECK_EQUAL(xEventGroupSetBits(group, B), A | B | C);
  CHECK_EQUAL(xEventGroupClearBits(group, C | 0x40u), A | B | C);
  CHECK_EQUAL(xEventGroupGetBits(group), A | B);
  CHECK_EQUAL(xEventGroupSetBits(group, 0), A | B);
  end();
}

PROMISE(all_24_bits_are_the_applications)
{
  NEED(begin());
  for (unsigned bit = 0; bit < 24u; bit++) {
    CHECK_EQUAL(xEventGroupSetBits(group, 1u << bit), (1u << (bit + 1u)) - 1u);
  }
  CHECK_EQUAL(xEventGroupWaitBits(group, ALL_BITS, pdTRUE, pdTRUE, 0), ALL_BITS);
  CHECK_EQUAL(xEventGroupGetBits(group), 0);
  end();
}

PROMISE(a_wait_that_is_met_returns_all_bits_at_once)
{
  NEED(begin());
  TickType_t now = xTaskGetTickCount();
  (void)xEventGroupSetBits(group, A | C);
  CHECK_EQUAL(xEventGroupWaitBits(group, A | B, pdFALSE, pdFALSE, portMAX_DELAY), A | C);
  CHECK_EQUAL(xEventGroupWaitBits(group, A | C, pdFALSE, pdTRUE, portMAX_DELAY), A | C);
  CHECK_EQUAL(xEventGroupGetBits(group), A | C);
  CHECK_EQUAL(xTaskGetTickCount(), now);
  end();
}

PROMISE(clear_on_exit_clears_what_was_awaited_and_returns_it_still_set)
{
  NEED(begin());
  (void)xEventGroupSetBits(group, A | B | C);
  CHECK_EQUAL(xEventGroupWaitBits(group, A | 0x40u, pdTRUE, pdFALSE, 0), A | B | C);
  CHECK_EQUAL(xEventGroupGetBits(group), B | C);
  CHECK_EQUAL(xEventGroupWaitBits(group, B | C, pdTRUE, pdTRUE, 0), B | C);
  CHECK_EQUAL(xEventGroupGetBits(group), 0);
  end();
}

PROMISE(a_wait_of_no_time_that_is_not_met_returns_the_bits_and_clears_none)
{
  NEED(begin());
  TickType_t now = xTaskGetTickCount();
  (void)xEventGroupSetBits(group, A | C);
  CHECK_EQUAL(xEventGroupWaitBits(group, A | B, pdTRUE, pdTRUE, 0), A | C);
  CHECK_EQUAL(xEventGroupWaitBits(group, B, pdTRUE, pdFALSE, 0), A | C);
  CHECK_EQUAL(xEventGroupGetBits(group), A | C);
  CHECK_EQUAL(xTaskGetTickCount(), now);
  end();
}

/* --- time --- */

PROMISE(a_time_out_comes_at_its_tick_with_the_bits_and_clears_none)
{
  for (TickType_t ticks = 1; ticks <= 9; ticks += 4) {
    NEED(begin());
    (void)xEventGroupSetBits(group, A);
    TickType_t now = xTaskGetTickCount();
    CHECK_EQUAL(xEventGroupWaitBits(group, A | B, pdTRUE, pdTRUE, ticks), A);
    CHECK_EQUAL(xTaskGetTickCount() - now, ticks);
    CHECK_EQUAL(xEventGroupGetBits(group), A);
    end();
  }
}

PROMISE(a_wake_up_that_is_not_enough_does_not_lengthen_the_wait)
{
  struct waiter w = {.awaited = A | B | C, .all = pdTRUE, .clear = pdTRUE, .ticks = 6};
  NEED(begin());
  TickType_t now = xTaskGetTickCount();
  start(&w, HIGHER);
  vTaskDelay(2);
  (void)xEventGroupSetBits(group, A);
  vTaskDelay(2);
  (void)xEventGroupSetBits(group, C);
  vTaskDelay(4);
  CHECK_EQUAL(w.turn, 1);
  CHECK_EQUAL(w.at - now, 6);
  CHECK_EQUAL(w.got, A | C);
  CHECK_EQUAL(xEventGroupGetBits(group), A | C);
  stop(&w);
  end();
}

PROMISE(a_wait_without_limit_goes_on)
{
  struct waiter w = {.awaited = B, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, HIGHER);
  vTaskDelay(300);
  CHECK_EQUAL(w.turn, 0);
  (void)xEventGroupSetBits(group, B);
  CHECK_EQUAL(w.turn, 1);
  CHECK_EQUAL(w.got, B);
  stop(&w);
  end();
}

/* Its time is over, but more urgent work keeps it from running; the bits come meanwhile. */
PROMISE(bits_that_come_before_a_timed_out_waiter_runs_count_and_are_cleared)
{
  struct waiter w = {.awaited = A | B, .all = pdTRUE, .clear = pdTRUE, .ticks = 2};
  NEED(begin());
  start(&w, LOWER);
  vTaskDelay(1);
  TickType_t now = xTaskGetTickCount();
  while (xTaskGetTickCount() - now < 3u) test_spin(TEST_INSTRUCTIONS_PER_TICK / 4u);
  CHECK_EQUAL(w.turn, 0);
  CHECK_EQUAL(xEventGroupSetBits(group, A | B | C), A | B | C);
  vTaskDelay(1);
  CHECK_EQUAL(w.got, A | B | C);
  CHECK_EQUAL(xEventGroupGetBits(group), C);
  stop(&w);
  end();
}

/* --- who is woken --- */

PROMISE(a_wait_for_any_ends_with_the_first_bit_and_one_for_all_with_the_last)
{
  struct waiter any = {.awaited = A | B, .ticks = portMAX_DELAY};
  struct waiter all = {.awaited = A | B, .all = pdTRUE, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&any, HIGHER);
  start(&all, HIGHER);
  (void)xEventGroupSetBits(group, C);
  CHECK_EQUAL(turns, 0);
  (void)xEventGroupSetBits(group, B);
  CHECK_EQUAL(any.turn, 1);
  CHECK_EQUAL(any.got, B | C);
  CHECK_EQUAL(all.turn, 0);
  (void)xEventGroupSetBits(group, A);
  CHECK_EQUAL(all.turn, 2);
  CHECK_EQUAL(all.got, A | B | C);
  CHECK_EQUAL(xEventGroupGetBits(group), A | B | C);
  stop(&any);
  stop(&all);
  end();
}

PROMISE(a_more_urgent_waiter_runs_before_set_returns_and_a_lesser_one_after)
{
  struct waiter high = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter low = {.awaited = A, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&low, LOWER);
  vTaskDelay(1);
  start(&high, HIGHER);
  (void)xEventGroupSetBits(group, A);
  CHECK_EQUAL(high.turn, 1);
  CHECK_EQUAL(low.turn, 0);
  vTaskDelay(1);
  CHECK_EQUAL(low.turn, 2);
  stop(&high);
  stop(&low);
  end();
}

/* Every waiter is compared with the same bits: what the first one clears, the second one has seen. */
PROMISE(one_set_is_one_step_for_all_waiters)
{
  struct waiter first = {.awaited = A, .clear = pdTRUE, .ticks = portMAX_DELAY};
  struct waiter second = {.awaited = A | C, .all = pdTRUE, .clear = pdTRUE, .ticks = portMAX_DELAY};
  struct waiter third = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter none = {.awaited = B, .clear = pdTRUE, .ticks = portMAX_DELAY};
  NEED(begin());
  (void)xEventGroupSetBits(group, C | 0x40u);
  start(&first, HIGHER);
  start(&none, HIGHER);
  start(&second, HIGHER);
  start(&third, HIGHER);
  CHECK_EQUAL(xEventGroupSetBits(group, A), 0x40);
  CHECK_EQUAL(first.got, A | C | 0x40u);
  CHECK_EQUAL(second.got, A | C | 0x40u);
  CHECK_EQUAL(third.got, A | C | 0x40u);
  CHECK_EQUAL(none.turn, 0);
  CHECK_EQUAL(xEventGroupGetBits(group), 0x40);
  stop(&none);
  end();
}

PROMISE(waiters_of_one_priority_run_in_the_order_in_which_they_came)
{
  struct waiter w[5];
  NEED(begin());
  for (unsigned i = 0; i < 5u; i++) {
    w[i] = (struct waiter){.awaited = i == 2u ? B : A, .ticks = portMAX_DELAY};
    start(&w[i], HIGHER);
  }
  (void)xEventGroupSetBits(group, A);
  CHECK_EQUAL(w[0].turn, 1);
  CHECK_EQUAL(w[1].turn, 2);
  CHECK_EQUAL(w[2].turn, 0);
  CHECK_EQUAL(w[3].turn, 3);
  CHECK_EQUAL(w[4].turn, 4);
  (void)xEventGroupSetBits(group, B);
  CHECK_EQUAL(w[2].turn, 5);
  CHECK_EQUAL(w[2].got, A | B);
  end();
}

PROMISE(waiters_that_stay_keep_their_order)
{
  struct waiter w[4];
  NEED(begin());
  for (unsigned i = 0; i < 4u; i++) {
    w[i] = (struct waiter){.awaited = B, .ticks = portMAX_DELAY};
    start(&w[i], HIGHER);
  }
  (void)xEventGroupSetBits(group, A);
  (void)xEventGroupSetBits(group, C);
  CHECK_EQUAL(turns, 0);
  (void)xEventGroupSetBits(group, B);
  for (unsigned i = 0; i < 4u; i++) CHECK_EQUAL(w[i].turn, i + 1u);
  end();
}

PROMISE(of_woken_tasks_the_most_urgent_runs_first)
{
  struct waiter low = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter middle = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter high = {.awaited = A, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&low, JUDGE_PRIORITY - 2u);
  start(&middle, LOWER);
  vTaskDelay(1);
  start(&high, HIGHER);
  (void)xEventGroupSetBits(group, A);
  vTaskDelay(1);
  CHECK_EQUAL(high.turn, 1);
  CHECK_EQUAL(middle.turn, 2);
  CHECK_EQUAL(low.turn, 3);
  end();
}

PROMISE(a_waiter_whose_priority_changes_is_woken_with_the_new_one)
{
  struct waiter w = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter other = {.awaited = A, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, LOWER);
  start(&other, LOWER);
  vTaskDelay(1);
  vTaskPrioritySet(other.task, HIGHER);
  (void)xEventGroupSetBits(group, A);
  CHECK_EQUAL(other.turn, 1);
  CHECK_EQUAL(w.turn, 0);
  vTaskDelay(1);
  CHECK_EQUAL(w.turn, 2);
  end();
}

PROMISE(nobody_runs_before_a_suspended_scheduler_resumes)
{
  struct waiter w = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter v = {.awaited = A, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, HIGHER);
  start(&v, HIGHER);
  vTaskSuspendAll();
  CHECK_EQUAL(xEventGroupSetBits(group, A), A);
  CHECK_EQUAL(turns, 0);
  CHECK_EQUAL(xTaskResumeAll(), pdTRUE);
  CHECK_EQUAL(turns, 2);
  stop(&w);
  stop(&v);
  end();
}

PROMISE(nobody_runs_before_a_critical_section_ends)
{
  struct waiter w = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter v = {.awaited = A, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, HIGHER);
  start(&v, HIGHER);
  taskENTER_CRITICAL();
  (void)xEventGroupSetBits(group, A);
  CHECK_EQUAL(turns, 0);
  taskEXIT_CRITICAL();
  CHECK_EQUAL(turns, 2);
  stop(&w);
  stop(&v);
  end();
}

/* --- waiters that go away --- */

PROMISE(a_deleted_waiter_leaves_no_trace)
{
  struct waiter w[3];
  for (unsigned gone = 0; gone < 3u; gone++) {
    NEED(begin());
    for (unsigned i = 0; i < 3u; i++) {
      w[i] = (struct waiter){.awaited = A, .ticks = i == 1u ? 100u : portMAX_DELAY};
      start(&w[i], HIGHER);
    }
    stop(&w[gone]);
    vTaskDelay(2); /* its memory is given back */
    (void)xEventGroupSetBits(group, A);
    for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(w[i].turn != 0, i != gone);
    CHECK_EQUAL(turns, 2);
    end();
  }
}

PROMISE(deleting_the_group_wakes_all_with_0)
{
  struct waiter w = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter v = {.awaited = A | B, .all = pdTRUE, .ticks = 50};
  struct waiter s = {.set = C, .awaited = A | C, .ticks = 50};
  NEED(begin());
  start(&w, HIGHER);
  start(&v, LOWER);
  vTaskDelay(1);
  start(&s, HIGHER);
  TickType_t now = xTaskGetTickCount();
  end();
  CHECK_EQUAL(w.turn, 1);
  CHECK_EQUAL(s.turn, 2);
  CHECK_EQUAL(v.turn, 0);
  vTaskDelay(1);
  CHECK_EQUAL(v.turn, 3);
  CHECK_EQUAL(w.got, 0);
  CHECK_EQUAL(v.got, 0);
  CHECK_EQUAL(s.got, 0);
  CHECK_EQUAL(w.at, now);
}

PROMISE(an_aborted_wait_returns_the_bits_at_once)
{
  struct waiter w = {.awaited = A | B, .all = pdTRUE, .clear = pdTRUE, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, HIGHER);
  (void)xEventGroupSetBits(group, A);
  vTaskDelay(1);
  TickType_t now = xTaskGetTickCount();
  CHECK_EQUAL(xTaskAbortDelay(w.task), pdPASS);
  CHECK_EQUAL(w.turn, 1);
  CHECK_EQUAL(w.got, A);
  CHECK_EQUAL(w.at, now);
  CHECK_EQUAL(xEventGroupGetBits(group), A);
  stop(&w);
  end();
}

PROMISE(a_suspended_waiter_is_not_woken_and_waits_on_when_resumed)
{
  struct waiter w = {.awaited = A, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, HIGHER);
  vTaskSuspend(w.task);
  (void)xEventGroupSetBits(group, B);
  vTaskResume(w.task);
  CHECK_EQUAL(w.turn, 0);
  vTaskSuspend(w.task);
  (void)xEventGroupSetBits(group, A);
  CHECK_EQUAL(w.turn, 0);
  vTaskResume(w.task);
  CHECK_EQUAL(w.turn, 1);
  CHECK_EQUAL(w.got, A | B);
  stop(&w);
  end();
}

/* --- meetings --- */

PROMISE(all_who_meet_go_on_with_the_last_to_come_and_see_all_bits)
{
  struct waiter w = {.set = A, .awaited = A | B | C, .ticks = portMAX_DELAY};
  struct waiter v = {.set = B, .awaited = A | B | C, .ticks = portMAX_DELAY};
  NEED(begin());
  for (unsigned round = 0; round < 3u; round++) {
    turns = 0;
    (void)xEventGroupSetBits(group, 0x40u);
    start(&w, HIGHER);
    start(&v, LOWER);
    vTaskDelay(1);
    CHECK_EQUAL(turns, 0);
    CHECK_EQUAL(xEventGroupGetBits(group), A | B | 0x40u);
    CHECK_EQUAL(xEventGroupSync(group, C, A | B | C, portMAX_DELAY), A | B | C | 0x40u);
    CHECK_EQUAL(w.turn, 1);
    CHECK_EQUAL(w.got, A | B | C | 0x40u);
    CHECK_EQUAL(v.turn, 0);
    CHECK_EQUAL(xEventGroupGetBits(group), 0x40);
    vTaskDelay(1);
    CHECK_EQUAL(v.turn, 2);
    CHECK_EQUAL(v.got, A | B | C | 0x40u);
  }
  end();
}

PROMISE(a_meeting_that_fails_ends_at_its_tick_and_what_was_set_stays)
{
  NEED(begin());
  TickType_t now = xTaskGetTickCount();
  CHECK_EQUAL(xEventGroupSync(group, A, A | B, 4), A);
  CHECK_EQUAL(xTaskGetTickCount() - now, 4);
  CHECK_EQUAL(xEventGroupSync(group, C, A | B, 0), A | C);
  CHECK_EQUAL(xEventGroupGetBits(group), A | C);
  CHECK_EQUAL(xTaskGetTickCount() - now, 4);
  CHECK_EQUAL(xEventGroupSync(group, B, A | B, 0), A | B | C);
  CHECK_EQUAL(xEventGroupGetBits(group), C);
  end();
}

PROMISE(coming_to_a_meeting_wakes_who_waits_for_its_bit)
{
  struct waiter w = {.awaited = A, .ticks = portMAX_DELAY};
  struct waiter v = {.awaited = A, .clear = pdTRUE, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, HIGHER);
  start(&v, LOWER);
  vTaskDelay(1);
  /* v clears A, which the meeting would need as well. */
  CHECK_EQUAL(xEventGroupSync(group, A, A | B, 2), 0);
  CHECK_EQUAL(w.got, A);
  CHECK_EQUAL(v.got, A);
  CHECK_EQUAL(xEventGroupGetBits(group), 0);
  end();
}

/* What a woken task does comes after the wait has begun, so its bits, even cleared again, end the meeting. */
static void bring_and_take(void *parameter)
{
  struct waiter *w = parameter;
  w->got = xEventGroupWaitBits(group, A, pdFALSE, pdFALSE, portMAX_DELAY);
  (void)xEventGroupSetBits(group, B);
  (void)xEventGroupClearBits(group, A | B);
  w->turn = ++turns;
  w->task = NULL;
  vTaskDelete(NULL);
}

PROMISE(no_task_runs_between_the_two_halves_of_a_meeting)
{
  struct waiter w = {0};
  struct waiter v = {.awaited = 0x40u, .ticks = portMAX_DELAY};
  NEED(begin());
  w.task = test_task(bring_and_take, &w, HIGHER);
  start(&v, HIGHER);
  CHECK_EQUAL(xEventGroupSync(group, A, A | B, 3), A | B);
  CHECK_EQUAL(w.turn, 1);
  stop(&v);
  end();
}

/* --- from interrupts --- */

static struct {
  EventBits_t set;
  EventBits_t clear;
  EventBits_t before;
  EventBits_t after;
  BaseType_t woken;
  BaseType_t result;
  bool without_woken;
} isr;

static void set_in_interrupt(void)
{
  isr.before = xEventGroupGetBitsFromISR(group);
  isr.result = xEventGroupSetBitsFromISR(group, isr.set, isr.without_woken ? NULL : &isr.woken);
  isr.after = xEventGroupGetBitsFromISR(group);
}

static void clear_in_interrupt(void)
{
  isr.result = xEventGroupClearBitsFromISR(group, isr.clear);
  isr.after = xEventGroupGetBitsFromISR(group);
}

PROMISE(an_interrupt_sets_and_clears_at_once)
{
  NEED(begin());
  isr.set = A | B;
  isr.result = pdFAIL;
  isr.woken = pdFALSE;
  isr.without_woken = false;
  (void)xEventGroupSetBits(group, C);
  test_interrupt(set_in_interrupt);
  CHECK_EQUAL(isr.result, pdPASS);
  CHECK_EQUAL(isr.before, C);
  CHECK_EQUAL(isr.after, A | B | C);
  CHECK_EQUAL(isr.woken, pdFALSE);
  isr.clear = A | C;
  isr.result = pdFAIL;
  test_interrupt(clear_in_interrupt);
  CHECK_EQUAL(isr.result, pdPASS);
  CHECK_EQUAL(isr.after, B);
  CHECK_EQUAL(xEventGroupGetBits(group), B);
  end();
}

PROMISE(an_interrupt_says_when_it_wakes_a_more_urgent_task_and_only_then)
{
  struct waiter high = {.awaited = A, .clear = pdTRUE, .ticks = portMAX_DELAY};
  struct waiter low = {.awaited = B, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&low, LOWER);
  vTaskDelay(1);
  start(&high, HIGHER);
  isr.without_woken = false;
  isr.set = B | C;
  isr.woken = pdFALSE;
  test_interrupt(set_in_interrupt);
  CHECK_EQUAL(isr.woken, pdFALSE);
  isr.set = A;
  test_interrupt(set_in_interrupt);
  CHECK_EQUAL(isr.woken, pdTRUE);
  CHECK_EQUAL(isr.after, B | C);
  CHECK_EQUAL(high.turn, 1); /* it ran when the interrupt returned */
  CHECK_EQUAL(high.got, A | B | C);
  CHECK_EQUAL(low.turn, 0);
  /* Nobody waits: what it said before it does not take back. */
  test_interrupt(set_in_interrupt);
  CHECK_EQUAL(isr.woken, pdTRUE);
  vTaskDelay(1);
  CHECK_EQUAL(low.turn, 2);
  end();
}

PROMISE(an_interrupt_need_not_ask_whom_it_woke)
{
  struct waiter w = {.awaited = A, .ticks = portMAX_DELAY};
  NEED(begin());
  start(&w, HIGHER);
  isr.set = A;
  isr.without_woken = true;
  test_interrupt(set_in_interrupt);
  CHECK_EQUAL(w.turn, 1);
  stop(&w);
  end();
}

/* --- an interrupt at any moment of a set --- */

/* Who waits, and what must have come of it. Two sets, in one order or the other, and nothing between. */
#define WAITERS 5u
static struct waiter crowd[WAITERS];

static void gather(void)
{
  static const struct waiter wishes[WAITERS] = {
    {.awaited = A, .ticks = portMAX_DELAY},
    {.awaited = B, .ticks = portMAX_DELAY},
    {.awaited = A | B, .all = pdTRUE, .ticks = portMAX_DELAY},
    {.awaited = A, .clear = pdTRUE, .ticks = portMAX_DELAY},
    {.awaited = C, .ticks = 1000},
  };
  for (unsigned i = 0; i < WAITERS; i++) {
    crowd[i] = wishes[i];
    start(&crowd[i], HIGHER);
  }
}

static bool task_came_first(void)
{
  return crowd[0].got == A && crowd[1].got == B && crowd[2].turn == 0 && crowd[3].got == A;
}

static bool interrupt_came_first(void)
{
  return crowd[0].got == (A | B) && crowd[1].got == B && crowd[2].got == (A | B) && crowd[3].got == (A | B);
}

static volatile bool disturbed;

static void disturb_once(void)
{
  if (disturbed) return;
  disturbed = true;
  set_in_interrupt();
}

/* True: the task's set was first. */
static bool check_crowd(void)
{
  bool first = task_came_first();
  CHECK(first || interrupt_came_first());
  CHECK_EQUAL(xEventGroupGetBits(group), B);
  CHECK_EQUAL(crowd[4].turn, 0);
  for (unsigned i = 0; i < WAITERS; i++) stop(&crowd[i]);
  return first;
}

#ifdef HF_KERNEL_TEST_ON_HOST
PROMISE(a_set_from_an_interrupt_comes_before_or_after_that_of_a_task_never_within)
{
  unsigned seen_first = 0;
  isr.set = B;
  isr.without_woken = false;
  for (uint64_t n = 1;; n++) {
    NEED(begin());
    gather();
    disturbed = false;
    hf_posix_at_open(n, disturb_once);
    CHECK_EQUAL(xEventGroupSetBits(group, A) & C, 0);
    bool within = disturbed;
    hf_posix_at_open(0, disturb_once);
    if (!within) test_interrupt(disturb_once);
    if (check_crowd()) seen_first++;
    vTaskDelay(1);
    end();
    if (!within) break;
  }
  CHECK(seen_first >= 5u);
}

PROMISE(an_interrupt_brings_the_missing_bit_at_any_moment_of_a_meeting)
{
  struct waiter w = {.awaited = C, .ticks = portMAX_DELAY};
  struct waiter v = {.awaited = A, .ticks = portMAX_DELAY};
  isr.set = B;
  for (uint64_t n = 1; n <= 40u; n++) {
    NEED(begin());
    start(&w, HIGHER);
    start(&v, HIGHER);
    disturbed = false;
    hf_posix_at_open(n, disturb_once);
    CHECK_EQUAL(xEventGroupSync(group, A, A | B, 100), A | B);
    CHECK_EQUAL(v.got & A, A);
    CHECK(disturbed);
    CHECK_EQUAL(xEventGroupGetBits(group), 0);
    stop(&w);
    vTaskDelay(1);
    end();
  }
}

static void pass_a_tick(void)
{
  if (disturbed) return;
  disturbed = true;
  (void)xTaskIncrementTick();
}

PROMISE(waiters_may_time_out_at_any_moment_of_a_set)
{
  struct waiter w[4];
  for (uint64_t n = 1;; n++) {
    NEED(begin());
    for (unsigned i = 0; i < 4u; i++) {
      w[i] = (struct waiter){.awaited = i == 3u ? C : A, .ticks = i == 0 ? portMAX_DELAY : 1u};
      start(&w[i], HIGHER);
    }
    disturbed = false;
    hf_posix_at_open(n, pass_a_tick);
    CHECK_EQUAL(xEventGroupSetBits(group, A), A);
    bool within = disturbed;
    hf_posix_at_open(0, pass_a_tick);
    for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(w[i].got, A);
    if (!within) vTaskDelay(1);
    CHECK_EQUAL(w[3].got, A); /* timed out, with what was set */
    CHECK_EQUAL(turns, 4);
    end();
    if (!within) break;
  }
}

static void clear_once(void)
{
  if (disturbed) return;
  disturbed = true;
  clear_in_interrupt();
}

PROMISE(a_clear_from_an_interrupt_takes_no_bits_from_a_set_under_way)
{
  isr.clear = A | B;
  for (uint64_t n = 1;; n++) {
    NEED(begin());
    gather();
    disturbed = false;
    hf_posix_at_open(n, clear_once);
    (void)xEventGroupSetBits(group, A | B);
    bool within = disturbed;
    hf_posix_at_open(0, clear_once);
    for (unsigned i = 0; i < 4u; i++) CHECK_EQUAL(crowd[i].got, A | B);
    CHECK_EQUAL(xEventGroupGetBits(group), within ? 0 : B);
    for (unsigned i = 0; i < WAITERS; i++) stop(&crowd[i]);
    vTaskDelay(1);
    end();
    if (!within) break;
  }
}
#endif

/* A more urgent interrupt within the set of another. */
static void set_b_nested(void)
{
  (void)xEventGroupSetBitsFromISR(group, B, NULL);
}

static void set_a_with_another_nested(void)
{
#ifdef HF_KERNEL_TEST_ON_HOST
  test_interrupt(set_b_nested);
  (void)xEventGroupSetBitsFromISR(group, A, NULL);
#else
  (void)xEventGroupSetBitsFromISR(group, A, NULL);
  test_interrupt(set_b_nested);
#endif
}

PROMISE(interrupts_that_nest_set_one_after_the_other)
{
  NEED(begin());
  gather();
  test_interrupt(set_a_with_another_nested);
  (void)check_crowd();
  vTaskDelay(1);
  end();
}

#define STORM_TICKS_MAX 1000u

PROMISE(a_storm_of_sets_from_an_interrupt_loses_none)
{
  isr.set = B;
  isr.without_woken = true;
  for (unsigned round = 0; round < 60u; round++) {
    NEED(begin());
    gather();
    disturbed = false;
    test_storm_start(disturb_once, round, 400);
    (void)xEventGroupSetBits(group, A);
    TickType_t now = xTaskGetTickCount();
    while (!disturbed && xTaskGetTickCount() - now < STORM_TICKS_MAX) {
      taskENTER_CRITICAL(); /* a point for the host's storm */
      taskEXIT_CRITICAL();
      test_spin(100);
    }
    test_storm_stop();
    CHECK(disturbed);
    (void)check_crowd();
    vTaskDelay(1);
    end();
  }
}

/* --- the rest --- */

PROMISE(the_callbacks_for_pended_calls_set_and_clear)
{
  NEED(begin());
  vEventGroupSetBitsCallback(group, A | B | C);
  CHECK_EQUAL(xEventGroupGetBits(group), A | B | C);
  vEventGroupClearBitsCallback(group, B);
  CHECK_EQUAL(xEventGroupGetBits(group), A | C);
  end();
}

#if configUSE_TRACE_FACILITY == 1
PROMISE(a_group_keeps_its_number)
{
  NEED(begin());
  CHECK_EQUAL(uxEventGroupGetNumber(group), 0);
  vEventGroupSetNumber(group, 4711);
  CHECK_EQUAL(uxEventGroupGetNumber(group), 4711);
  CHECK_EQUAL(uxEventGroupGetNumber(NULL), 0);
  end();
}
#endif

#if configASSERT_DEFINED == 1
PROMISE(misuse_is_caught)
{
  NEED(begin());
  (void)test_expect_asserts(true);
  (void)xEventGroupSetBits(group, 0x01000000u);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupClearBits(group, 0x80000000u);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupSetBitsFromISR(group, 0x01000000u, NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupClearBitsFromISR(group, 0xFF000000u);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupWaitBits(group, A | 0x01000000u, pdFALSE, pdFALSE, 0);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupWaitBits(group, 0, pdFALSE, pdFALSE, 0);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupSync(group, A, 0, 0);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupSync(group, 0x01000000u, A, 0);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xEventGroupCreateStatic(NULL) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xEventGroupSetBits(group, A);
  vTaskSuspendAll();
  (void)xEventGroupWaitBits(group, A, pdFALSE, pdFALSE, 1); /* would not even have to wait */
  (void)xTaskResumeAll();
  CHECK_EQUAL(test_expect_asserts(false), 1);
  end();
}
#endif

const struct promise event_group_promises[] = {
  KEPT(a_new_group_has_no_bits),
  KEPT(a_static_group_is_in_the_memory_it_was_given),
  KEPT(a_group_from_the_heap_has_no_static_memory),
  KEPT(set_returns_the_bits_after_and_clear_those_before),
  KEPT(all_24_bits_are_the_applications),
  KEPT(a_wait_that_is_met_returns_all_bits_at_once),
  KEPT(clear_on_exit_clears_what_was_awaited_and_returns_it_still_set),
  KEPT(a_wait_of_no_time_that_is_not_met_returns_the_bits_and_clears_none),
  KEPT(a_time_out_comes_at_its_tick_with_the_bits_and_clears_none),
  KEPT(a_wake_up_that_is_not_enough_does_not_lengthen_the_wait),
  KEPT(a_wait_without_limit_goes_on),
  KEPT(bits_that_come_before_a_timed_out_waiter_runs_count_and_are_cleared),
  KEPT(a_wait_for_any_ends_with_the_first_bit_and_one_for_all_with_the_last),
  KEPT(a_more_urgent_waiter_runs_before_set_returns_and_a_lesser_one_after),
  KEPT(one_set_is_one_step_for_all_waiters),
  KEPT(waiters_of_one_priority_run_in_the_order_in_which_they_came),
  KEPT(waiters_that_stay_keep_their_order),
  KEPT(of_woken_tasks_the_most_urgent_runs_first),
  KEPT(a_waiter_whose_priority_changes_is_woken_with_the_new_one),
  KEPT(nobody_runs_before_a_suspended_scheduler_resumes),
  KEPT(nobody_runs_before_a_critical_section_ends),
  KEPT(a_deleted_waiter_leaves_no_trace),
  KEPT(deleting_the_group_wakes_all_with_0),
  KEPT(an_aborted_wait_returns_the_bits_at_once),
  KEPT(a_suspended_waiter_is_not_woken_and_waits_on_when_resumed),
  KEPT(all_who_meet_go_on_with_the_last_to_come_and_see_all_bits),
  KEPT(a_meeting_that_fails_ends_at_its_tick_and_what_was_set_stays),
  KEPT(coming_to_a_meeting_wakes_who_waits_for_its_bit),
  KEPT(no_task_runs_between_the_two_halves_of_a_meeting),
  KEPT(an_interrupt_sets_and_clears_at_once),
  KEPT(an_interrupt_says_when_it_wakes_a_more_urgent_task_and_only_then),
  KEPT(an_interrupt_need_not_ask_whom_it_woke),
#ifdef HF_KERNEL_TEST_ON_HOST
  KEPT(a_set_from_an_interrupt_comes_before_or_after_that_of_a_task_never_within),
  KEPT(an_interrupt_brings_the_missing_bit_at_any_moment_of_a_meeting),
  KEPT(waiters_may_time_out_at_any_moment_of_a_set),
  KEPT(a_clear_from_an_interrupt_takes_no_bits_from_a_set_under_way),
#endif
  KEPT(interrupts_that_nest_set_one_after_the_other),
  KEPT(a_storm_of_sets_from_an_interrupt_loses_none),
  KEPT(the_callbacks_for_pended_calls_set_and_clear),
#if configUSE_TRACE_FACILITY == 1
  KEPT(a_group_keeps_its_number),
#endif
#if configASSERT_DEFINED == 1
  KEPT(misuse_is_caught),
#endif
  END_OF_PROMISES,
};

#endif

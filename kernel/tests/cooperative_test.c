/* Without preemption: tasks run until they block or yield, and then the most urgent one does. */
#include "diary.h"

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

const struct promise cooperative_promises[] = {
  KEPT(a_more_urgent_task_waits_until_the_running_one_yields),
  KEPT(yielding_does_not_let_less_urgent_tasks_run),
  KEPT(a_task_that_computes_keeps_the_processor_over_ticks),
  KEPT(who_is_woken_by_an_interrupt_runs_at_the_next_yield),
  KEPT(delays_and_time_outs_are_exact_when_the_processor_is_free),
  KEPT(a_priority_raised_above_the_running_task_counts_at_the_next_yield),
  KEPT(equals_that_yield_take_turns),
  END_OF_PROMISES,
};

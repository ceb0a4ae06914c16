/* That the kernel starts and that the harness tells the truth: what every other test relies on. */
#include <string.h>

#include "platform.h"
#include "promise.h"
#include "semphr.h"

PROMISE(the_judge_runs_at_its_priority)
{
  CHECK_EQUAL(uxTaskPriorityGet(NULL), JUDGE_PRIORITY);
  CHECK_EQUAL(xTaskGetSchedulerState(), taskSCHEDULER_RUNNING);
}

PROMISE(a_delay_ends_at_its_tick)
{
  vTaskDelay(1);
  TickType_t start = xTaskGetTickCount();
  vTaskDelay(3);
  CHECK_EQUAL(xTaskGetTickCount() - start, 3);
}

static volatile unsigned interrupts;
static volatile unsigned deepest;
static volatile unsigned depth;

static void count_interrupt(void)
{
  CHECK(xPortIsInsideInterrupt() == pdTRUE);
  interrupts++;
}

PROMISE(an_interrupt_runs_before_its_request_returns)
{
  interrupts = 0;
  test_interrupt(count_interrupt);
  CHECK_EQUAL(interrupts, 1);
  CHECK(xPortIsInsideInterrupt() == pdFALSE);
}

PROMISE(an_interrupt_waits_while_masked)
{
  interrupts = 0;
  taskENTER_CRITICAL();
  test_interrupt(count_interrupt);
  CHECK_EQUAL(interrupts, 0);
  taskEXIT_CRITICAL();
  CHECK_EQUAL(interrupts, 1);
}

static void nest(void)
{
  depth++;
  if (depth > deepest) deepest = depth;
  if (depth < 3u) test_interrupt(nest);
  depth--;
}

PROMISE(interrupts_nest_two_deep)
{
  depth = 0;
  deepest = 0;
  test_interrupt(nest);
  CHECK_EQUAL(deepest, 3);
}

PROMISE(spinning_takes_ticks)
{
  TickType_t start = xTaskGetTickCount();
  test_spin(4u * TEST_INSTRUCTIONS_PER_TICK);
  TickType_t passed = xTaskGetTickCount() - start;
  CHECK(passed >= 1u);
  CHECK(passed <= 400u);
}

PROMISE(a_storm_blows_until_it_is_stopped)
{
  interrupts = 0;
  test_storm_start(count_interrupt, 1, 100);
  for (unsigned i = 0; i < 2000u; i++) taskYIELD();
  test_spin(TEST_INSTRUCTIONS_PER_TICK);
  test_storm_stop();
  unsigned seen = interrupts;
  CHECK(seen >= 10u);
  test_spin(TEST_INSTRUCTIONS_PER_TICK);
  CHECK_EQUAL(interrupts, seen);
}

#if configASSERT_DEFINED == 1
PROMISE(an_expected_assertion_is_counted_and_the_call_goes_on)
{
  (void)test_expect_asserts(true);
  configASSERT(interrupts == 12345678u);
  CHECK_EQUAL(test_expect_asserts(false), 1);
  CHECK_EQUAL(test_expect_asserts(false), 0);
}
#endif

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
#define HELPER_PRIORITY (JUDGE_PRIORITY > 0 ? LOWER : 0u) /* where all are equal it runs then too */

static volatile unsigned helper_ran;
static char parameter_of_helper;

static void run_and_end(void *parameter)
{
  CHECK(parameter == &parameter_of_helper);
  helper_ran++;
  vTaskDelete(NULL);
}

PROMISE(a_helper_below_the_judge_runs_when_it_waits)
{
  helper_ran = 0;
  NEED(test_task(run_and_end, &parameter_of_helper, HELPER_PRIORITY) != NULL);
  CHECK_EQUAL(helper_ran, 0);
  vTaskDelay(2);
  CHECK_EQUAL(helper_ran, 1);
}
#endif

#if configUSE_MUTEXES == 1 && configSUPPORT_STATIC_ALLOCATION == 1
#define EARLY_TASKS 3u
#define EARLY_PRIORITY ((configMAX_PRIORITIES)-1)

static struct {
  bool taken, refused_twice, given, resumed;
  bool given_after_tasks_were_made, taken_again;
  unsigned assertions;
  char order[EARLY_TASKS + 1u];
  unsigned begun;
} early;

static void begin_early(void *letter)
{
  early.order[early.begun++] = (char)(uintptr_t)letter;
  vTaskDelete(NULL);
}

static void make_early_tasks(void)
{
  static StaticTask_t memory[EARLY_TASKS];
  static StackType_t stacks[EARLY_TASKS][TEST_STACK_WORDS] __attribute__((aligned(portBYTE_ALIGNMENT)));
  for (unsigned i = 0; i < EARLY_TASKS; i++) {
    (void)xTaskCreateStatic(begin_early, "early", TEST_STACK_WORDS, (void *)(uintptr_t)('a' + i), EARLY_PRIORITY,
                            stacks[i], &memory[i]);
  }
}

static void make_tasks_while_main_holds_a_mutex(void)
{
  static StaticSemaphore_t memory;
  SemaphoreHandle_t mutex = xSemaphoreCreateMutexStatic(&memory);
  (void)test_expect_asserts(true);
  (void)xSemaphoreTake(mutex, 0);
  make_early_tasks();
  early.given_after_tasks_were_made = xSemaphoreGive(mutex) == pdPASS;
  early.taken_again = xSemaphoreTake(mutex, 0) == pdPASS && xSemaphoreGive(mutex) == pdPASS;
  early.assertions = test_expect_asserts(false);
  vSemaphoreDelete(mutex);
}

/* As libraries do that are set up in main(). */
void before_there_is_a_task(void)
{
  static StaticSemaphore_t memory;
  SemaphoreHandle_t mutex = xSemaphoreCreateMutexStatic(&memory);
  early.taken = xSemaphoreTake(mutex, 0) == pdPASS;
  early.refused_twice = xSemaphoreTake(mutex, 0) == pdFAIL;
  early.given = xSemaphoreGive(mutex) == pdPASS;
  vTaskSuspendAll();
  early.resumed = xTaskResumeAll() == pdFALSE;
  vSemaphoreDelete(mutex);
  make_tasks_while_main_holds_a_mutex();
}

PROMISE(a_mutex_works_before_there_is_a_task)
{
  CHECK(early.taken);
  CHECK(early.refused_twice);
  CHECK(early.given);
  CHECK(early.resumed);
}

PROMISE(main_makes_tasks_while_it_holds_a_mutex)
{
  CHECK(early.given_after_tasks_were_made);
  CHECK(early.taken_again);
  CHECK_EQUAL(early.assertions, 0);
  CHECK_EQUAL(early.begun, EARLY_TASKS);
}

#if EARLY_PRIORITY > configTIMER_TASK_PRIORITY && EARLY_PRIORITY > JUDGE_PRIORITY
PROMISE(of_the_most_urgent_tasks_made_before_the_start_the_last_one_begins)
{
  CHECK(strcmp(early.order, "cab") == 0);
}
#endif
#else
void before_there_is_a_task(void)
{
}
#endif

const struct promise smoke_promises[] = {
#if configUSE_MUTEXES == 1 && configSUPPORT_STATIC_ALLOCATION == 1
  KEPT(a_mutex_works_before_there_is_a_task),
  KEPT(main_makes_tasks_while_it_holds_a_mutex),
#if EARLY_PRIORITY > configTIMER_TASK_PRIORITY && EARLY_PRIORITY > JUDGE_PRIORITY
  KEPT(of_the_most_urgent_tasks_made_before_the_start_the_last_one_begins),
#endif
#endif
  KEPT(the_judge_runs_at_its_priority),
  KEPT(a_delay_ends_at_its_tick),
  KEPT(an_interrupt_runs_before_its_request_returns),
  KEPT(an_interrupt_waits_while_masked),
  KEPT(interrupts_nest_two_deep),
  KEPT(spinning_takes_ticks),
  KEPT(a_storm_blows_until_it_is_stopped),
#if configASSERT_DEFINED == 1
  KEPT(an_expected_assertion_is_counted_and_the_call_goes_on),
#endif
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
  KEPT(a_helper_below_the_judge_runs_when_it_waits),
#endif
  END_OF_PROMISES,
};

/* How a promise of the kernel is tested: the same source runs on the host and on the emulated board.
 *
 *   PROMISE(a_delay_ends_at_its_tick)
 *   {
 *     TickType_t start = xTaskGetTickCount();
 *     vTaskDelay(3);
 *     CHECK_EQUAL(xTaskGetTickCount() - start, 3);
 *   }
 *   const struct promise delay_promises[] = {
 *     KEPT(a_delay_ends_at_its_tick),
 *     END_OF_PROMISES,
 *   };
 *
 * Each promise runs in the judge, a task of priority JUDGE_PRIORITY with JUDGE_STACK_WORDS of stack, one after the other.
 * Afterwards there must be as many tasks and as much free heap as before: a promise deletes what it makes (the judge
 * first lets the idle task release the memory of deleted tasks). A promise that does not end in time is a failure.
 */
#ifndef HF_KERNEL_PROMISE_H
#define HF_KERNEL_PROMISE_H

#include <stdbool.h>
#include <stdint.h>

#include "FreeRTOS.h"
#include "task.h"

/* Tests use priorities 0 .. 7: helpers above and below the judge. With less than 8 of them only smoke_test.c can be run. */
#ifdef TEST_JUDGE_PRIORITY
#define JUDGE_PRIORITY TEST_JUDGE_PRIORITY
#else
#define JUDGE_PRIORITY 4u
#endif
#define HIGHER (JUDGE_PRIORITY + 1u)
#define LOWER (JUDGE_PRIORITY - 1u)
#define TEST_STACK_WORDS 256u /* enough for a helper task; on the host the port gives it more */

struct promise {
  const char *name;
  void (*run)(void);
};
#define PROMISE(name) static void name(void)
#define KEPT(name) \
  {                \
#name, name    \
  }
#define END_OF_PROMISES \
  {                     \
    0, 0                \
  }

/* May be used in any task and in interrupts. A failed check is printed (file, line, text, values) and counted; the
 * promise goes on. */
void check_that(bool holds, const char *text, const char *file, int line);
void check_equal(long long seen, long long expected, const char *text, const char *file, int line);
#define CHECK(claim) check_that((claim), #claim, __FILE__, __LINE__)
#define CHECK_EQUAL(seen, expected) \
  check_equal((long long)(seen), (long long)(expected), #seen " is " #expected, __FILE__, __LINE__)
/* As CHECK, and ends the promise (only in the promise's own function). */
#define NEED(claim)                                     \
  do {                                                  \
    bool need_holds = (claim);                          \
    check_that(need_holds, #claim, __FILE__, __LINE__); \
    if (!need_holds) return;                            \
  } while (0)

/* Makes a task (dynamic) with TEST_STACK_WORDS of stack; a failure to do so is a failed check. */
TaskHandle_t test_task(TaskFunction_t code, void *parameter, UBaseType_t priority);

/* The code runs as an interrupt of the lowest urgency that may call the kernel (above the tick), before this returns unless
 * interrupts are masked. Any context. From within an interrupt: of the next urgency, nested, up to two deep. */
void test_interrupt(void (*code)(void));

/* The code runs as an interrupt again and again, asynchronously, at pseudo-random moments (the same ones for the same seed):
 * on the board by a timer every 20 to 20 + spread instructions or so, on the host at points where interrupts are open.
 * Not nested. */
void test_storm_start(void (*code)(void), uint32_t seed, uint32_t spread);
void test_storm_stop(void);

/* Executes about so many instructions without calling the kernel; on the host virtual time can pass meanwhile. */
void test_spin(uint32_t instructions);

/* Assertions (configASSERT) that fail while this is in force are counted instead of ending the test: returns how many failed
 * since the call before. true: in force from now on. On the board and the host alike, the call that asserted goes on after the
 * assertion. */
unsigned test_expect_asserts(bool in_force);

/* Calls misuse(): true if an assertion of the kernel fails in it. It ends there, nothing behind the assertion is executed;
 * afterwards interrupts are open and the scheduler is not suspended. The second: misuse() is an interrupt. */
bool test_stops(void (*misuse)(void));
bool test_stops_in_interrupt(void (*misuse)(void));

/* Where the tick counts by itself. A board: always. The host: virtual time, which moves when all tasks wait, and when
 * test_spin() is called; one tick is TEST_INSTRUCTIONS_PER_TICK of spinning. */
#define TEST_INSTRUCTIONS_PER_TICK 32000u

#endif

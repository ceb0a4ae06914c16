/* What the rows of the kernel benchmark share. A row measures one operation of the public API on the emulated board;
 * nothing here knows which kernel is linked.
 *
 *   REPEAT(1000, xSemaphoreGive(semaphore); xSemaphoreTake(semaphore, 0));
 *   report("b.sem", "-", LESS_LOOP, 1000);
 *
 * The guest cannot count its own instructions exactly, so the emulator does (counter_plugin.c): it sees marks, hint
 * instructions that do nothing and are not counted. It has two meters and an instrument for masked interrupts:
 *
 *   mark_start() ... mark_stop()   what is executed between them
 *   mark_from() ... mark_to()      one way: mark_to() stands in the task, callback or interrupt that is reached
 *
 * report() ends a row: it prints the row's names, and the emulator prints what it counted since the last row; run.sh
 * puts the two lists side by side. The tick is stopped: ticks happen when a row calls pass_tick().
 */
#ifndef BENCH_H
#define BENCH_H

#include "FreeRTOS.h"
#include "task.h"

#include <stdint.h>

/* Hints that Armv8-M leaves unallocated: any processor executes them as NOP. Numbers as in counter_plugin.c. */
#define MARK(number) __asm__ volatile(".inst.w 0xf3af8000 + " #number : : : "memory")
static inline __attribute__((always_inline)) void mark_start(void)
{
  MARK(0xa0);
}
static inline __attribute__((always_inline)) void mark_stop(void)
{
  MARK(0xa1);
}
static inline __attribute__((always_inline)) void mark_from(void)
{
  MARK(0xa2);
}
static inline __attribute__((always_inline)) void mark_to(void)
{
  MARK(0xa3);
}

#define REPEAT(operations, ...)                                \
  do {                                                         \
    mark_start();                                              \
    for (unsigned left_ = (operations); left_ != 0; left_--) { \
      __VA_ARGS__;                                             \
      __asm__ volatile("" : : : "memory");                     \
    }                                                          \
    mark_stop();                                               \
  } while (0)

/* What run.sh takes off the meter of mark_start(): nothing; the empty loop of REPEAT(); the three instructions of
 * pend() (once per operation, without a loop). */
enum overhead { LESS_NOTHING, LESS_LOOP, LESS_PEND };

/* round_trip, one_way: names for the two meters, "-" for none. operations: that many were measured. */
void report(const char *round_trip, const char *one_way, enum overhead overhead, unsigned operations);
void report_size(const char *name, unsigned bytes);
_Noreturn void give_up(const char *reason);

/* Makes an exception pending by its register and bit; it has been served when this returns. */
static inline __attribute__((always_inline)) void pend(volatile uint32_t *set, uint32_t bit)
{
  __asm__ volatile("str %1, [%0]\n\tdsb\n\tisb" : : "r"(set), "r"(bit) : "memory");
}

#define ICSR ((volatile uint32_t *)0xe000ed04)
#define ICSR_PENDSTSET (1u << 26)
static inline __attribute__((always_inline)) void pass_tick(void)
{
  pend(ICSR, ICSR_PENDSTSET);
}

enum {
  LOWER_PRIORITY = 2,
  MAIN_PRIORITY, /* the rows run in a task of this priority */
  HIGHER_PRIORITY,
  HELPERS_MAX = 52,
  FOREVER_TICKS = 10000000,
};

/* A task for the row that is being measured; runs at once when it is more urgent. */
TaskHandle_t helper(TaskFunction_t code, void *parameter, UBaseType_t priority);
void delete_helpers(void);

/* So many tasks that are delayed for longer than anything that is measured. */
void delay_helpers(unsigned count);

void rows_tasks(void);
void rows_queues(void);
void rows_events(void);
void rows_time(void);
void rows_interrupts(void);
void rows_memory(void);
void rows_timers(void);
void rows_sizes(void);

#endif

/* Starts the board and the scheduler, and runs every row in one task. See bench.h. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define VTOR (*(volatile uint32_t *)0xe000ed08)

enum { MAIN_STACK_WORDS = 1024, HELPER_STACK_WORDS = 160 };

static struct {
  StaticTask_t task;
  StackType_t stack[HELPER_STACK_WORDS];
  TaskHandle_t handle;
} helpers[HELPERS_MAX];
static unsigned helper_count;

void report(const char *round_trip, const char *one_way, enum overhead overhead, unsigned operations)
{
  static const char *const overheads[] = {"nothing", "loop", "pend"};
  MARK(0xa4);
  printf("row %s %s %s %u\n", round_trip, one_way, overheads[overhead], operations);
}

void report_size(const char *name, unsigned bytes)
{
  printf("size %s %u\n", name, bytes);
}

void give_up(const char *reason)
{
  printf("failed: %s\n", reason);
  exit(1);
}

TaskHandle_t helper(TaskFunction_t code, void *parameter, UBaseType_t priority)
{
  const unsigned i = helper_count++;
  if (i == HELPERS_MAX) give_up("too many helpers");
  helpers[i].handle = xTaskCreateStatic(code, "helper", HELPER_STACK_WORDS, parameter, priority, helpers[i].stack,
                                        &helpers[i].task);
  return helpers[i].handle;
}

void delete_helpers(void)
{
  while (helper_count != 0) vTaskDelete(helpers[--helper_count].handle);
}

static void wait_for_long(void *extra_ticks)
{
  for (;;) vTaskDelay(FOREVER_TICKS + (TickType_t)(uintptr_t)extra_ticks);
}

void delay_helpers(unsigned count)
{
  for (unsigned i = 0; i < count; i++) helper(wait_for_long, (void *)(uintptr_t)(i * 10), HIGHER_PRIORITY);
}

/* If these are not exact, nothing is; run.sh looks at the values. */
static void rows_of_the_harness(void)
{
  REPEAT(1000, );
  report("harness.loop", "-", LESS_NOTHING, 1000);
  for (unsigned i = 0; i < 1000; i++) {
    mark_start();
    pend(ICSR, 0);
    mark_stop();
  }
  report("harness.pend", "-", LESS_NOTHING, 1000);
  REPEAT(1000, __asm__ volatile(".rept 100\n\tnop\n\t.endr"));
  report("harness.nop100", "-", LESS_LOOP, 1000);
  for (unsigned i = 0; i < 1000; i++) {
    mark_from();
    __asm__ volatile(".rept 100\n\tnop\n\t.endr");
    mark_to();
  }
  report("-", "harness.nop100_oneway", LESS_NOTHING, 1000);
}

static void run(void *unused)
{
  (void)unused;
  SYST_CSR = 0;
  rows_of_the_harness();
  rows_tasks();
  rows_queues();
  rows_time();
  rows_interrupts();
  rows_events();
  rows_timers();
  rows_memory();
  rows_sizes();
  exit(0);
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name);
void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
  (void)task;
  give_up(name);
}

/* Where the kernel's configASSERT() ends. */
void hf_kernel_assert_failed(const char *file, int line);
void hf_kernel_assert_failed(const char *file, int line)
{
  printf("failed: %s:%d\n", file, line);
  exit(1);
}

static void fault(void)
{
  give_up("fault");
}

void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void bench_interrupt(void);

extern char __stack[]; /* the linker script: top of the main stack */

/* Exceptions by number; interrupt 3, timer 0 of the board, which is left off, is the benchmark's. */
static void (*const vectors[20])(void) __attribute__((aligned(128))) = {[0] = (void (*)(void))__stack,
                                                                        [2] = fault,
                                                                        [3] = fault,
                                                                        [4] = fault,
                                                                        [5] = fault,
                                                                        [6] = fault,
                                                                        [7] = fault,
                                                                        [11] = SVC_Handler,
                                                                        [14] = PendSV_Handler,
                                                                        [15] = SysTick_Handler,
                                                                        [19] = bench_interrupt};

int main(void)
{
  static StaticTask_t task;
  static StackType_t stack[MAIN_STACK_WORDS];
  VTOR = (uint32_t)(uintptr_t)vectors;
  xTaskCreateStatic(run, "bench", MAIN_STACK_WORDS, NULL, MAIN_PRIORITY, stack, &task);
  vTaskStartScheduler();
  give_up("the scheduler returned");
}

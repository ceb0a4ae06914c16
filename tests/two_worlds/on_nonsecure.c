/* What the harness of the kernel's tests (kernel/tests/harness) needs, in the non-secure world of the board: the console is
 * behind a gate, interrupts are pended by software on the lines of a UART that is not used. */
#include "FreeRTOS.h"
#include "gates.h"
#include "hf_kernel.h"
#include "nonsecure.h"
#include "platform.h"
#include "promise.h"
#include "startup_nonsecure.h"
#include "task.h"

#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100)
#define NVIC_DISABLE ((volatile uint32_t *)0xE000E180)
#define NVIC_PEND ((volatile uint32_t *)0xE000E200)
#define NVIC_PRIORITY ((volatile uint8_t *)0xE000E400)
#define LINE_BIT(line) (1u << ((line) % 32u))

#define STORM_INTERVAL_MIN 30u /* clocks: the interrupted code gets on */
#define WATCH_CLOCKS (configCPU_CLOCK_HZ / 10u)

static void (*watch_code)(void);
static void (*volatile interrupt_code)(void);

/* --- lines --- */

void line_enable(uint32_t line, uint8_t priority)
{
  NVIC_PRIORITY[line] = priority;
  __asm__ volatile("dsb" : : : "memory");
  NVIC_ENABLE[line / 32u] = LINE_BIT(line);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void line_disable(uint32_t line)
{
  NVIC_DISABLE[line / 32u] = LINE_BIT(line);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void line_pend(uint32_t line)
{
  NVIC_PEND[line / 32u] = LINE_BIT(line);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

/* --- output and end --- */

/* A task that can be switched away from must not be inside beside another one. */
static bool may_be_switched(void)
{
  uint32_t exception, mask;
  __asm__ volatile("mrs %0, ipsr\n\tmrs %1, basepri" : "=r"(exception), "=r"(mask));
  return exception == 0 && mask == 0 && xTaskGetSchedulerState() == taskSCHEDULER_RUNNING;
}

void platform_write(const char *text, uint32_t bytes)
{
  bool alone = may_be_switched();
  if (alone) hf_secure_call_begin();
  while (bytes != 0) {
    uint32_t part = bytes < GATE_LOG_MAX ? bytes : GATE_LOG_MAX;
    (void)hf_gate_log(text, part); /* nothing to be done about a console that refuses */
    text += part;
    bytes -= part;
  }
  if (alone) hf_secure_call_end();
}

void platform_end(unsigned failures)
{
  (void)failures; /* said already */
  hf_gate_reset();
  for (;;) continue;
}

void port_usage_fault(void);
void port_usage_fault(void)
{
  harness_give_up("the processor faulted");
}

/* --- time --- */

void dualtimer_handler(void)
{
  WATCH_TIMER->interrupt_clear = 1;
  watch_code();
}

void platform_watch(void (*watch)(void))
{
  watch_code = watch;
  line_enable(DUALTIMER_INTERRUPT, 0);
  WATCH_TIMER->load = WATCH_CLOCKS;
  WATCH_TIMER->control = DUALTIMER_PERIODIC;
}

void platform_promise_begins(const char *name)
{
  (void)name;
}

uint32_t clock_now(void)
{
  return ~CLOCK_TIMER->value;
}

/* Two instructions a pass. */
void test_spin(uint32_t instructions)
{
  uint32_t passes = instructions / 2u + 1u;
  __asm__ volatile("1: subs %0, #1\n\tbne 1b" : "+r"(passes) : : "cc");
}

/* --- interrupts --- */

void uart2_handler(void)
{
  interrupt_code();
}

void test_interrupt(void (*code)(void))
{
  interrupt_code = code;
  line_pend(UART2_INTERRUPT);
}

static struct {
  void (*volatile code)(void);
  uint32_t random;
  uint32_t spread;
} storm;

static void storm_rearm(void)
{
  storm.random = storm.random * 1664525u + 1013904223u; /* Numerical Recipes' generator */
  timer_once(TIMER0, STORM_INTERVAL_MIN + (storm.random >> 8) % (storm.spread + 1u));
}

/* The next interval begins when this one is served. */
void timer0_handler(void)
{
  timer_stop(TIMER0);
  if (storm.code == NULL) return;
  storm.code();
  if (storm.code != NULL) storm_rearm();
}

void test_storm_start(void (*code)(void), uint32_t seed, uint32_t spread)
{
  test_storm_stop();
  storm.code = code;
  storm.random = seed;
  storm.spread = spread;
  line_enable(TIMER0_INTERRUPT, MASKED_PRIORITY);
  storm_rearm();
}

void test_storm_stop(void)
{
  line_disable(TIMER0_INTERRUPT);
  storm.code = NULL;
  timer_stop(TIMER0);
}

void timer_once(volatile struct timer *timer, uint32_t clocks)
{
  timer->reload = clocks;
  timer->value = clocks;
  timer->control = TIMER_RUN;
}

void timer_stop(volatile struct timer *timer)
{
  timer->control = 0;
  timer->interrupt_clear = 1;
}

/* --- start --- */

void before_there_is_a_task(void)
{
}

void nonsecure_main(void)
{
  line_enable(UART2_INTERRUPT, MASKED_PRIORITY);
  CLOCK_TIMER->load = 0xFFFFFFFFu;
  CLOCK_TIMER->control = DUALTIMER_FREE_RUNNING;
  harness_run("");
  for (;;) continue;
}

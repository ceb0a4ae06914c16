#include "interrupts.h"
#include "platform.h"
#include "promise.h"
#include "registers.h"
#include "reset.h"
#include "startup.h"
#include "uart.h"

/* CMSDK timer 0 blows the storms; the dual timer's first half is the clock, its second the watch. */
#define STORM_TIMER 0x50000000u
#define TIMER_CTRL 0x0u
#define TIMER_VALUE 0x4u
#define TIMER_RELOAD 0x8u
#define TIMER_INTCLEAR 0xCu
#define TIMER_CTRL_RUN 9u /* enabled, with its interrupt */
#define CLOCK_TIMER 0x50002000u
#define WATCH_TIMER 0x50002020u
#define DUAL_LOAD 0x0u
#define DUAL_VALUE 0x4u
#define DUAL_CONTROL 0x8u
#define DUAL_INTCLEAR 0xCu
#define DUAL_FREE_RUNNING_BY_16 0x86u /* enabled, 32 bits, counts down */
#define DUAL_PERIODIC 0xE2u           /* enabled, with its interrupt, 32 bits */
#define WATCHES_PER_SECOND 10u

/* Lines without a device in the emulated board: one for each depth of nesting, from the lowest urgency up. */
#define TEST_LINE 100u
#define TEST_DEPTHS 3u
#define TEST_PRIORITY(depth) ((uint8_t)(0xE0u - 0x40u * (depth)))
#define WATCH_PRIORITY 0u /* no mask of the kernel's holds it back */
_Static_assert(0xE0u - 0x40u * (TEST_DEPTHS - 1u) >= configMAX_SYSCALL_INTERRUPT_PRIORITY, "they call the kernel");

#define FIRST_LINE_EXCEPTION 16u
#define STORM_INTERVAL_MIN 30u /* the interrupted code gets on */
/* Now and then all that a storm has woken gets to its end, however long it takes compared with the intervals. */
#define STORM_LULL_EVERY 16u
#define STORM_LULL 20000u

static void (*watch_code)(void);

/* --- output and end --- */

void platform_write(const char *text, uint32_t bytes)
{
  uart_write(text, bytes);
}

/* The runner's emulator ends at a reset. */
void platform_end(unsigned failures)
{
  (void)failures;
  reset_system(RESET_SOFTWARE);
}

void board_fault_report(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return)
{
  (void)exc_return;
  say("  fault: cfsr ");
  say_hex(cfsr);
  say(", address ");
  say_hex(address);
  say(", instruction ");
  say_hex(pc);
  say("\n");
  harness_give_up("the processor faulted");
}

/* The kernel's: a usage fault that is not a stack overflow. */
void port_usage_fault(void);
void port_usage_fault(void)
{
  board_fault_report(REG(SCB_CFSR), 0, 0, 0);
}

/* --- time --- */

static void watch_interrupt(void)
{
  REG(WATCH_TIMER + DUAL_INTCLEAR) = 1;
  watch_code();
}

void platform_watch(void (*watch)(void))
{
  watch_code = watch;
  interrupt_connect(DUALTIMER_LINE, watch_interrupt, WATCH_PRIORITY);
  REG(WATCH_TIMER + DUAL_LOAD) = MAIN_CLOCK_HZ / WATCHES_PER_SECOND;
  REG(WATCH_TIMER + DUAL_CONTROL) = DUAL_PERIODIC;
  interrupt_enable(DUALTIMER_LINE);
}

void platform_promise_begins(const char *name)
{
  (void)name;
}

uint32_t test_run_time(void)
{
  return ~REG(CLOCK_TIMER + DUAL_VALUE);
}

/* Two instructions a pass. */
void test_spin(uint32_t instructions)
{
  uint32_t passes = instructions / 2u + 1u;
  __asm__ volatile("1: subs %0, #1\n\tbne 1b" : "+r"(passes) : : "cc");
}

/* --- interrupts --- */

#define WAITING_MAX 16u

/* Code that waits for its interrupt, per depth; a ring. */
static struct waiting {
  void (*volatile code[WAITING_MAX])(void);
  volatile uint32_t put;
  volatile uint32_t taken;
} waiting[TEST_DEPTHS];

static uint32_t interrupts_off(void)
{
  uint32_t before;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
  return before;
}

static void interrupts_as(uint32_t before)
{
  __asm__ volatile("msr primask, %0\n\tisb" : : "r"(before) : "memory");
}

static void run_waiting(struct waiting *w)
{
  while (w->taken != w->put) {
    void (*code)(void) = w->code[w->taken % WAITING_MAX];
    w->taken++;
    code();
  }
}

static void interrupt_depth_0(void)
{
  run_waiting(&waiting[0]);
}

static void interrupt_depth_1(void)
{
  run_waiting(&waiting[1]);
}

static void interrupt_depth_2(void)
{
  run_waiting(&waiting[2]);
}

/* How deep an interrupt requested here nests. */
static uint32_t depth_of_request(void)
{
  uint32_t exception;
  __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
  if (exception == FIRST_LINE_EXCEPTION + TIMER0_LINE) return 1;
  if (exception < FIRST_LINE_EXCEPTION + TEST_LINE) return 0;
  return exception - FIRST_LINE_EXCEPTION - TEST_LINE + 1u;
}

void test_interrupt(void (*code)(void))
{
  uint32_t depth = depth_of_request();
  if (depth >= TEST_DEPTHS) harness_give_up("test_interrupt() nests too deep");
  struct waiting *w = &waiting[depth];
  uint32_t before = interrupts_off();
  if (w->put - w->taken == WAITING_MAX) harness_give_up("too many interrupts wait");
  w->code[w->put % WAITING_MAX] = code;
  w->put++;
  interrupts_as(before);
  interrupt_pend(TEST_LINE + depth);
}

static struct {
  void (*volatile code)(void);
  uint32_t random;
  uint32_t spread;
  uint32_t blows;
} storm;

static void storm_rearm(void)
{
  storm.random = storm.random * 1664525u + 1013904223u; /* Numerical Recipes' generator */
  uint32_t instructions = STORM_INTERVAL_MIN + (storm.random >> 8) % (storm.spread + 1u);
  if (++storm.blows % STORM_LULL_EVERY == 0) instructions += STORM_LULL;
  REG(STORM_TIMER + TIMER_RELOAD) = instructions;
  REG(STORM_TIMER + TIMER_VALUE) = instructions;
  REG(STORM_TIMER + TIMER_CTRL) = TIMER_CTRL_RUN;
}

/* The next interval begins when this one is served. */
static void storm_interrupt(void)
{
  REG(STORM_TIMER + TIMER_CTRL) = 0;
  REG(STORM_TIMER + TIMER_INTCLEAR) = 1;
  if (storm.code == 0) return;
  storm.code();
  if (storm.code != 0) storm_rearm();
}

void test_storm_start(void (*code)(void), uint32_t seed, uint32_t spread)
{
  test_storm_stop();
  storm.code = code;
  storm.random = seed;
  storm.spread = spread;
  storm.blows = 0;
  interrupt_enable(TIMER0_LINE);
  storm_rearm();
}

void test_storm_stop(void)
{
  interrupt_disable(TIMER0_LINE);
  storm.code = 0;
  REG(STORM_TIMER + TIMER_CTRL) = 0;
  REG(STORM_TIMER + TIMER_INTCLEAR) = 1;
}

/* --- start --- */

void stage_main(void)
{
  uart_init();
  interrupts_init();
  interrupt_connect(TEST_LINE, interrupt_depth_0, TEST_PRIORITY(0));
  interrupt_connect(TEST_LINE + 1u, interrupt_depth_1, TEST_PRIORITY(1));
  interrupt_connect(TEST_LINE + 2u, interrupt_depth_2, TEST_PRIORITY(2));
  for (uint32_t depth = 0; depth < TEST_DEPTHS; depth++) interrupt_enable(TEST_LINE + depth);
  interrupt_connect(TIMER0_LINE, storm_interrupt, TEST_PRIORITY(0));
  REG(CLOCK_TIMER + DUAL_LOAD) = 0xFFFFFFFFu;
  REG(CLOCK_TIMER + DUAL_CONTROL) = DUAL_FREE_RUNNING_BY_16;
  harness_run("");
  for (;;) continue;
}

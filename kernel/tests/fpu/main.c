/* The registers of the FPU belong to the task: several tasks keep different values in s0 to s31 and in FPSCR while they are
 * switched by interrupts, by ticks and by their own blocking; one never uses the FPU, one ends and begins again and again,
 * and interrupts that come at any time use the FPU themselves. Ends with exit status 0 when no value was ever another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "FreeRTOS.h"
#include "queue.h"
#include "semphr.h"
#include "task.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define VTOR REGISTER(0xE000ED08u)
#define NVIC_ISER REGISTER(0xE000E100u)
#define NVIC_ISPR 0xE000E200u
#define NVIC_IPR ((volatile uint8_t *)0xE000E400u)
#define FPCCR REGISTER(0xE000EF34u)
#define FPCCR_LSPACT 1u /* registers wait to be stored where the FPU was used before an exception */
#define TIMER0_CTRL REGISTER(0x50000000u)
#define TIMER0_VALUE REGISTER(0x50000004u)
#define TIMER0_RELOAD REGISTER(0x50000008u)
#define TIMER0_INTCLEAR REGISTER(0x5000000Cu)
#define TIMER0_RUN 9u /* with its interrupt */

/* Lines of the board: timer 0, and one without a device. */
#define STORM_LINE 3u
#define YIELD_LINE 31u

#define ROUNDS 1500u /* of each task */
#define KEEPERS 5u   /* tasks that end after their rounds */
#define TICKS_MAX 100000u
#define SPIN_PASSES 400u
#define STACK_WORDS 512u
#define PRIORITY 3u
#define VALUES 32u
#define ROUNDING_MASK 0x00C00000u /* FPSCR.RMode */
#define CONTROL_FPCA 4u           /* the running code has used the FPU */

volatile unsigned switches;

static volatile unsigned done;
static volatile unsigned storms;
static volatile unsigned yields;
static volatile unsigned newcomers;

static _Noreturn void give_up(const char *why)
{
  printf("FAIL %s (task %s)\n", why, xTaskGetCurrentTaskHandle() != NULL ? pcTaskGetName(NULL) : "-");
  exit(1);
}

void hf_kernel_assert_failed(const char *file, int line);
void hf_kernel_assert_failed(const char *file, int line)
{
  printf("%s:%d\n", file, line);
  give_up("an assertion of the kernel failed");
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
  (void)task;
  (void)name;
  give_up("a stack has overflowed");
}

static uint32_t control(void)
{
  uint32_t value;
  __asm__ volatile("mrs %0, control" : "=r"(value));
  return value;
}

/* --- what is kept in the registers --- */

#define ALL_REGISTERS                                                                                                 \
  "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16", "s17", \
    "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30", "s31"

struct context {
  uint32_t values[VALUES];
  uint32_t status;
};

static void choose(struct context *context, uint32_t who, uint32_t round)
{
  for (uint32_t i = 0; i < VALUES; i++) context->values[i] = who << 24 | (round & 0xFFFFu) << 8 | i;
  context->status = who << 22 & ROUNDING_MASK;
}

static __attribute__((noinline)) void compare(const struct context *expected, const struct context *seen,
                                              uint32_t first, const char *why)
{
  if ((seen->status & ROUNDING_MASK) != expected->status) give_up(why);
  for (uint32_t i = first; i < VALUES; i++) {
    if (seen->values[i] == expected->values[i]) continue;
    printf("s%u is %08x, expected %08x\n", (unsigned)i, (unsigned)seen->values[i], (unsigned)expected->values[i]);
    give_up(why);
  }
}

/* The registers hold the context while an interrupt is asked for that lets another task run. */
static __attribute__((noinline)) void keep_over_yield(const struct context *in, struct context *out)
{
  __asm__ volatile("vmsr fpscr, %[status]\n"
                   "vldmia %[in], {s0-s31}\n"
                   "str %[bit], [%[pend]]\n"
                   "dsb\n"
                   "isb\n"
                   "vstmia %[out], {s0-s31}\n"
                   "vmrs %[bit], fpscr\n"
                   "str %[bit], [%[out], #128]\n"
                   :
                   : [status] "r"(in->status), [in] "r"(in->values), [out] "r"(out->values),
                     [bit] "r"(1u << YIELD_LINE), [pend] "r"(NVIC_ISPR)
                   : "memory", "cc", ALL_REGISTERS);
}

/* The same, while ticks and storms may come. */
static __attribute__((noinline)) void keep_over_spin(const struct context *in, struct context *out, uint32_t passes)
{
  __asm__ volatile("vmsr fpscr, %[status]\n"
                   "vldmia %[in], {s0-s31}\n"
                   "1: subs %[passes], #1\n"
                   "bne 1b\n"
                   "vstmia %[out], {s0-s31}\n"
                   "vmrs %[passes], fpscr\n"
                   "str %[passes], [%[out], #128]\n"
                   : [passes] "+r"(passes)
                   : [status] "r"(in->status), [in] "r"(in->values), [out] "r"(out->values)
                   : "memory", "cc", ALL_REGISTERS);
}

/* The same over a call of the kernel; s0 to s15 are the called function's, by the rules of calls. */
static __attribute__((noinline)) void keep_over_call(const struct context *in, struct context *out, void (*call)(void))
{
  __asm__ volatile("vmsr fpscr, %[status]\n"
                   "vldmia %[in], {s0-s31}\n"
                   "blx %[call]\n"
                   "vstmia %[out], {s0-s31}\n"
                   "vmrs r0, fpscr\n"
                   "str r0, [%[out], #128]\n"
                   :
                   : [status] "r"(in->status), [in] "r"(in->values), [out] "r"(out->values), [call] "r"(call)
                   : "r0", "r1", "r2", "r3", "r12", "lr", "memory", "cc", ALL_REGISTERS);
}

/* --- interrupts: both use all of the FPU --- */

static void use_fpu(uint32_t who)
{
  struct context mine = {{0}, 0};
  struct context seen;
  choose(&mine, who, storms);
  keep_over_spin(&mine, &seen, 1);
  compare(&mine, &seen, 0, "an interrupt's registers changed");
}

void storm_interrupt(void);
void storm_interrupt(void)
{
  static uint32_t random = 1;
  random = random * 1664525u + 1013904223u; /* Numerical Recipes' generator */
  TIMER0_CTRL = 0;
  TIMER0_INTCLEAR = 1;
  storms++;
  if ((storms & 3u) != 0) use_fpu(0xFE);
  if ((storms & 1u) != 0) taskYIELD();
  TIMER0_VALUE = TIMER0_RELOAD = 200u + (random >> 8) % 1000u;
  TIMER0_CTRL = TIMER0_RUN;
}

void yield_interrupt(void);
void yield_interrupt(void)
{
  yields++;
  if ((yields & 1u) != 0) use_fpu(0xFD);
  taskYIELD();
}

/* --- tasks --- */

static SemaphoreHandle_t semaphore;

static void yield(void)
{
  taskYIELD();
}

static void delay(void)
{
  vTaskDelay(1);
}

static void take_in_vain(void)
{
  (void)xSemaphoreTake(semaphore, 1);
}

static void hand_over(void)
{
  (void)xSemaphoreGive(semaphore);
  (void)xSemaphoreTake(semaphore, 2);
}

static void keep_registers(void *number)
{
  static void (*const calls[])(void) = {yield, delay, yield, take_in_vain, yield, hand_over};
  uint32_t who = (uint32_t)(uintptr_t)number;
  struct context mine;
  struct context seen;
  for (uint32_t round = 0; round < ROUNDS; round++) {
    choose(&mine, who, round);
    keep_over_yield(&mine, &seen);
    compare(&mine, &seen, 0, "registers changed over an interrupt that yields");
    keep_over_spin(&mine, &seen, SPIN_PASSES);
    compare(&mine, &seen, 0, "registers changed while time passed");
    keep_over_call(&mine, &seen, calls[round % (sizeof calls / sizeof *calls)]);
    compare(&mine, &seen, 16, "registers changed over a call that switches");
  }
  done++;
  vTaskSuspend(NULL);
}

/* Saved and restored without FPU registers, all the time. */
__attribute__((target("general-regs-only"))) static void use_no_fpu(void *unused)
{
  (void)unused;
  for (uint32_t round = 0; round < ROUNDS * 3u; round++) {
    uint32_t a = round, b = ~round, c = round * 3u, d = round ^ 0x5A5A5A5Au;
    REGISTER(NVIC_ISPR) = 1u << YIELD_LINE;
    __asm__ volatile("dsb\n\tisb" : "+r"(a), "+r"(b), "+r"(c), "+r"(d) : : "memory");
    if (a != round || b != ~round || c != round * 3u || d != (round ^ 0x5A5A5A5Au))
      give_up("integer registers changed");
    if ((control() & CONTROL_FPCA) != 0) give_up("a task that does not use the FPU is taken for one that does");
    if (round % 16u == 0) vTaskDelay(1);
  }
  done++;
  vTaskSuspend(NULL);
}

/* Begins without FPU registers, uses them, and ends in the middle. */
static void come_and_go(void *unused)
{
  (void)unused;
  struct context mine = {{0}, 0};
  struct context seen;
  if ((control() & CONTROL_FPCA) != 0) give_up("a new task is taken for one that has used the FPU");
  choose(&mine, 0xAA, newcomers);
  keep_over_yield(&mine, &seen);
  compare(&mine, &seen, 0, "a new task's registers changed");
  newcomers++;
  vTaskDelete(NULL);
}

static void make_newcomers(void *unused)
{
  static StaticTask_t memory;
  static StackType_t stack[STACK_WORDS];
  (void)unused;
  for (uint32_t round = 0; round < ROUNDS / 10u; round++) {
    xTaskCreateStatic(come_and_go, "newcomer", STACK_WORDS, NULL, PRIORITY, stack, &memory);
    vTaskDelay(2);
    /* The judge and the idle task are there too. */
    while (newcomers != round + 1u || uxTaskGetNumberOfTasks() != KEEPERS + 2u) vTaskDelay(1);
  }
  done++;
  vTaskSuspend(NULL);
}

/* The judge: above all others, so the first to run. */
static void judge(void *unused)
{
  (void)unused;
  if ((FPCCR & FPCCR_LSPACT) != 0) give_up("what main() did with the FPU waits to be stored, on the interrupts' stack");
  NVIC_IPR[STORM_LINE] = 0xC0;
  NVIC_IPR[YIELD_LINE] = 0xE0;
  NVIC_ISER = 1u << STORM_LINE | 1u << YIELD_LINE;
  storm_interrupt();
  while (done != KEEPERS && xTaskGetTickCount() < TICKS_MAX) vTaskDelay(10);
  if (done != KEEPERS) give_up("it does not end");
  printf("%u switches, %u storms, %u yields from an interrupt, %u tasks begun\n", switches, storms, yields, newcomers);
  if (switches < 10000u || storms < 1000u || yields < 5000u || newcomers < 100u) give_up("too little was tried");
  exit(0);
}

static void make(const char *name, TaskFunction_t code, uintptr_t number, UBaseType_t priority)
{
  static StaticTask_t memory[6];
  static StackType_t stacks[6][STACK_WORDS] __attribute__((aligned(8)));
  static unsigned made;
  xTaskCreateStatic(code, name, STACK_WORDS, (void *)number, priority, stacks[made], &memory[made]);
  made++;
}

/* --- start --- */

static void fault(void)
{
  give_up("the processor faulted");
}

void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
extern char __stack[]; /* the linker script: top of the main stack */

static void (*const vectors[16 + 32])(void) __attribute__((aligned(256))) = {
  [0] = (void (*)(void))__stack,
  [2] = fault,
  [3] = fault,
  [4] = fault,
  [5] = fault,
  [6] = fault,
  [7] = fault,
  [11] = SVC_Handler,
  [14] = PendSV_Handler,
  [15] = SysTick_Handler,
  [16 + STORM_LINE] = storm_interrupt,
  [16 + YIELD_LINE] = yield_interrupt,
};

int main(void)
{
  static StaticSemaphore_t memory;
  VTOR = (uint32_t)(uintptr_t)vectors;
  semaphore = xSemaphoreCreateBinaryStatic(&memory);
  make("judge", judge, 0, PRIORITY + 1u);
  make("one", keep_registers, 1, PRIORITY);
  make("two", keep_registers, 2, PRIORITY);
  make("three", keep_registers, 3, PRIORITY);
  make("no fpu", use_no_fpu, 0, PRIORITY);
  make("maker", make_newcomers, 0, PRIORITY);
  use_fpu(0xFC); /* as an application may: the scheduler starts in a context that has used the FPU */
  vTaskStartScheduler();
  give_up("the scheduler returned");
}

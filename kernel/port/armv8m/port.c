/* Armv8-M: the first context, switching (PendSV), the tick (SysTick), stack limits (PSPLIM) and long sleeps.
 *
 * Tasks run privileged on the process stack, interrupts on the main stack. A saved context is
 *
 *     task->top -> r4 .. r11, EXC_RETURN | s16 .. s31 if the task used the FPU | the frame that the hardware pushed
 *
 * pushed by PendSV itself with an ordinary store, which no stack limit checks: so the limit lies that much above
 * the end of the stack.
 *
 * The kernel of the non-secure world is this same code. A task that is interrupted inside a secure call has its frame on
 * the secure stack, and EXC_RETURN says so: saved and restored per task, it leads back there. Only the order in which
 * calls end has to be that of a stack: hf_secure_call_begin() lets one task in at a time.
 */
#include <stdint.h>

#include "hf_kernel.h"
#include "kernel.h"
#include "scheduler.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define SYST_CSR REGISTER(0xE000E010u)
#define SYST_RVR REGISTER(0xE000E014u)
#define SYST_CVR REGISTER(0xE000E018u)
#define SYST_MAX 0x00FFFFFFu
#define SYST_RUN \
  (configSYSTICK_CLOCK_HZ == configCPU_CLOCK_HZ ? 7u : 3u) /* on, with its interrupt; 4: the processor's clock */
#define SHPR3 REGISTER(0xE000ED20u)
#define SHCSR REGISTER(0xE000ED24u)
#define SHCSR_USGFAULTENA (1u << 18)
#define CPACR REGISTER(0xE000ED88u)
#define CPACR_FPU (0xFu << 20)
#define CFSR REGISTER(0xE000ED28u)
#define CFSR_STKOF (1u << 20)
#define SAU_TYPE REGISTER(0xE000EDD4u) /* reads as zero in the non-secure world */
#define ICSR_PENDSTSET (1u << 26)
#define ICSR_PENDSTCLR (1u << 25)
#define NVIC_IPR ((const volatile uint8_t *)0xE000E400u)

#define XPSR_THUMB 0x01000000u
#define EXC_RETURN_SECURE 0xFFFFFFFDu /* thread, process stack, no FPU context */
#define EXC_RETURN_NONSECURE 0xFFFFFFBCu

#define PUSHED_WORDS 9u /* r4 .. r11, EXC_RETURN */
#ifdef __ARM_FP
#define PUSHED_FPU_WORDS 16u
#else
#define PUSHED_FPU_WORDS 0u
#endif
#define BELOW_LIMIT_WORDS ((PUSHED_WORDS + PUSHED_FPU_WORDS + 1u) & ~1u)

void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void UsageFault_Handler(void);
void port_stack_overflow(void);
void port_usage_fault(void);
void port_start_tick(void);

/* The switch is assembly: it knows these places. */
_Static_assert(offsetof(struct scheduler, current) == 0, "PendSV_Handler reads sched.current");
_Static_assert(offsetof(struct tskTaskControlBlock, top) == 12, "PendSV_Handler saves task->top");
_Static_assert(offsetof(struct tskTaskControlBlock, limit) == 16, "PendSV_Handler loads task->limit");

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

/* --- a task's context --- */

/* A task function must not return. */
static void task_returned(void)
{
  configASSERT(false);
  vTaskDelete(NULL);
  for (;;) portNOP();
}

static StackType_t *align_down(StackType_t *address)
{
  return (StackType_t *)((uintptr_t)address & ~(uintptr_t)(portBYTE_ALIGNMENT - 1u));
}

/* Which world this is. A core without the Security Extension counts as non-secure, as its EXC_RETURN does. */
static inline bool is_secure(void)
{
#ifdef configRUN_FREERTOS_SECURE_ONLY
  return configRUN_FREERTOS_SECURE_ONLY == 1;
#else
  return SAU_TYPE != 0;
#endif
}

void port_task_init(struct tskTaskControlBlock *task, StackType_t *stack, size_t depth, TaskFunction_t code,
                    void *parameter)
{
  StackType_t *frame = align_down(stack + depth) - 8; /* as the hardware pushes it: r0 .. r3, r12, lr, pc, xPSR */
  frame[0] = (StackType_t)parameter;
  frame[1] = frame[2] = frame[3] = frame[4] = 0;
  frame[5] = (StackType_t)task_returned;
  frame[6] = (StackType_t)code & ~1u;
  frame[7] = XPSR_THUMB;
  StackType_t *top = frame - PUSHED_WORDS;
  for (uint32_t i = 0; i < PUSHED_WORDS - 1u; i++) top[i] = 0;
  top[PUSHED_WORDS - 1u] = is_secure() ? EXC_RETURN_SECURE : EXC_RETURN_NONSECURE;
  task->top = top;
  task->limit = align_down(stack + BELOW_LIMIT_WORDS + 1u);
}

void port_task_release(struct tskTaskControlBlock *task)
{
  (void)task;
}

/* --- switching --- */

__attribute__((naked)) void PendSV_Handler(void)
{
  __asm__ volatile("  mrs   r0, psp\n"
#ifdef __ARM_FP
                   "  tst   lr, #0x10\n" /* EXC_RETURN.FType: 0 says that the FPU was used */
                   "  it    eq\n"
                   "  vstmdbeq r0!, {s16-s31}\n"
#endif
                   "  stmdb r0!, {r4-r11, lr}\n"
                   "  ldr   r4, =sched\n"
                   "  ldr   r1, [r4]\n"
                   "  str   r0, [r1, #12]\n"
                   "  mov   r0, %0\n"
                   "  msr   basepri, r0\n"
                   "  bl    sched_select\n"
                   "  ldr   r1, [r4]\n"
                   "  movs  r3, #0\n"
                   "  ldrd  r0, r2, [r1, #12]\n"
                   "  msr   basepri, r3\n"
                   "  msr   psplim, r2\n"
                   "  ldmia r0!, {r4-r11, lr}\n"
#ifdef __ARM_FP
                   "  tst   lr, #0x10\n"
                   "  it    eq\n"
                   "  vldmiaeq r0!, {s16-s31}\n"
#endif
                   "  msr   psp, r0\n"
                   "  bx    lr\n"
                   "  .ltorg\n"
                   :
                   : "i"(configMAX_SYSCALL_INTERRUPT_PRIORITY));
}

/* Only ever called by port_start(): takes up the first task. */
__attribute__((naked)) void SVC_Handler(void)
{
  __asm__ volatile("  ldr   r1, =sched\n"
                   "  ldr   r1, [r1]\n"
                   "  ldrd  r0, r2, [r1, #12]\n"
                   "  msr   psplim, r2\n"
                   "  ldmia r0!, {r4-r11, lr}\n"
                   "  msr   psp, r0\n"
                   "  movs  r0, #0\n"
                   "  msr   basepri, r0\n"
                   "  bx    lr\n"
                   "  .ltorg\n");
}

void port_start(void)
{
  SHPR3 = (SHPR3 & 0xFFFFu) | (uint32_t)configKERNEL_INTERRUPT_PRIORITY << 16 |
          (uint32_t)configKERNEL_INTERRUPT_PRIORITY << 24; /* PendSV, SysTick */
  SHCSR |= SHCSR_USGFAULTENA;
#ifdef __ARM_FP
  CPACR |= CPACR_FPU; /* the hardware saves FPU registers for those that use them only (lazily, as after reset) */
#endif
  port_start_tick();
  /* The main stack is the interrupts' from here on, from its top again. */
  __asm__ volatile("  ldr   r0, =0xE000ED08\n" /* VTOR: the first vector is the top of the main stack */
                   "  ldr   r0, [r0]\n"
                   "  ldr   r0, [r0]\n"
#ifdef __ARM_FP
                   /* main() may have used the FPU. Its registers are nobody's now: else the exception would set a
                      place aside for them there, and the first task's use of the FPU would fill it later. */
                   "  mrs   r1, control\n"
                   "  bic   r1, #0xC\n" /* FPCA, SFPA */
                   "  msr   control, r1\n"
                   "  isb\n"
#endif
                   "  msr   msp, r0\n"
                   "  cpsie i\n"
                   "  cpsie f\n"
                   "  dsb\n"
                   "  isb\n"
                   "  svc   0\n"
                   "  .ltorg\n");
  for (;;) portNOP();
}

void port_end(void)
{
  configASSERT(false); /* a device has nowhere to go back to */
}

__attribute__((weak)) void hf_kernel_assert_failed(const char *file, int line)
{
  (void)file;
  (void)line;
  port_mask_again();
  for (;;) portNOP();
}

/* --- interrupts --- */

void port_check_interrupt_priority(void)
{
  uint32_t exception;
  __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
  /* Tasks, PendSV and SysTick may; of interrupts those that BASEPRI can hold back. */
  if (exception == 0 || exception == 14u || exception == 15u) return;
  configASSERT(exception >= 16u && NVIC_IPR[exception - 16u] >= configMAX_SYSCALL_INTERRUPT_PRIORITY);
}

/* --- stack overflow --- */

/* Needed here whatever configCHECK_FOR_STACK_OVERFLOW says. */
__attribute__((weak)) void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
  (void)task;
  hf_kernel_assert_failed(name, 0);
}

/* Nobody looks at it: it happens again as a hard fault, and whoever answers for those can say where (the crash record of secure
 * services, a board's handler). */
__attribute__((weak)) void port_usage_fault(void)
{
  SHCSR &= ~SHCSR_USGFAULTENA;
}

/* The stack pointer would have passed the limit: nothing was written there. There is no way back into that task. */
__attribute__((used)) void port_stack_overflow(void)
{
  if ((CFSR & CFSR_STKOF) == 0) {
    port_usage_fault();
    return;
  }
  CFSR = CFSR_STKOF;
  vApplicationStackOverflowHook(sched.current, sched.current->name);
  for (;;) portNOP();
}

/* An application that has usage faults of its own to look at defines port_usage_fault(). */
void UsageFault_Handler(void)
{
  port_stack_overflow();
}

/* --- the tick --- */

#define PERIOD ((uint32_t)(configSYSTICK_CLOCK_HZ) / (configTICK_RATE_HZ)) /* clocks; the clock may be a variable */

/* Nearer than this, a long sleep does not aim at the end of a tick. */
#define RESTART_CLOCKS_MAX (configSYSTICK_RESTART_CLOCKS + 100u)

__attribute__((weak)) void port_start_tick(void)
{
  configASSERT(PERIOD >= 2u && PERIOD - 1u <= SYST_MAX);
  /* What long sleeps rest on. */
  configASSERT(configUSE_TICKLESS_IDLE != 1 ||
               (configSYSTICK_CLOCK_HZ == configCPU_CLOCK_HZ && PERIOD > 2u * RESTART_CLOCKS_MAX));
  SYST_CSR = 0;
  SYST_RVR = PERIOD - 1u;
  SYST_CVR = 0;
  SYST_CSR = SYST_RUN;
}

void SysTick_Handler(void)
{
  sched_tick();
}

#if configUSE_TICKLESS_IDLE == 1

static bool tick_is_pending(void)
{
  return (PORT_ICSR & ICSR_PENDSTSET) != 0;
}

/* The counter stood at `was`, and its period is to end `clocks` after that moment; PERIOD is for after it. False: too much
 * time has passed since, nothing was done. */
static bool restart(uint32_t was, uint32_t clocks)
{
  const uint32_t end = was - clocks + configSYSTICK_RESTART_CLOCKS + 1u;
  const uint32_t oldest = was - RESTART_CLOCKS_MAX + configSYSTICK_RESTART_CLOCKS;
  uint32_t now = SYST_CVR; /* from here on every instruction counts */
  if (now - oldest > RESTART_CLOCKS_MAX) return false;
  SYST_RVR = now - end;
  SYST_CVR = 0;
  for (uint32_t i = 0; i < RESTART_CLOCKS_MAX && SYST_CVR == 0; i++) portNOP(); /* it starts with its next clock */
  SYST_RVR = PERIOD - 1u;
  PORT_ICSR = ICSR_PENDSTCLR; /* the end of the long period, if it came meanwhile: it is counted already */
  return true;
}

/* A period of `ticks` runs and something else than its end has come: lets the tick go on at the next multiple of
 * PERIOD. Returns how many whole ticks have passed. */
static TickType_t cut_short(TickType_t ticks)
{
  for (;;) {
    uint32_t left = SYST_CVR;
    if (tick_is_pending()) return ticks - 1u; /* just now: its interrupt counts the last one */
    uint32_t to_next = left % PERIOD;
    TickType_t to_come = left / PERIOD + 1u;
    if (to_next <= RESTART_CLOCKS_MAX) {
      /* It would pass before the counter runs again: aim at the one after it, and count this one now. */
      to_next += PERIOD;
      to_come--;
    }
    /* Again when secure interrupts, which nothing here masks, came in between. */
    if (restart(left, to_next)) return ticks - to_come;
  }
}

/* The counter is never stopped while whole periods are slept, so no time is lost: the running period ends as it would; the
 * long one is what it loads then; and while that runs, the ordinary one is set for after it.
 * All interrupts are off (PRIMASK): they end the sleep, and are served when time is right again. */
void vPortSuppressTicksAndSleep(TickType_t expected)
{
  const TickType_t longest = SYST_MAX / PERIOD;
  if (expected - 1u > longest) expected = longest + 1u;
  __asm__ volatile("cpsid i" : : : "memory");
  if (eTaskConfirmSleepModeStatus() == eAbortSleep || tick_is_pending()) {
    __asm__ volatile("cpsie i" : : : "memory");
    return;
  }
  TickType_t long_ticks = expected - 1u;
  SYST_RVR = long_ticks * PERIOD - 1u;
  portWAIT_FOR_INTERRUPT();
  SYST_RVR = PERIOD - 1u;
  if (tick_is_pending() && SYST_CVR >= PERIOD) {
    PORT_ICSR = ICSR_PENDSTCLR;
    vTaskStepTick(1);
    TickType_t sleep_ticks = long_ticks;
    configPRE_SLEEP_PROCESSING(sleep_ticks);
    if (sleep_ticks != 0) portWAIT_FOR_INTERRUPT();
    configPOST_SLEEP_PROCESSING(long_ticks);
    vTaskStepTick(tick_is_pending() ? long_ticks - 1u : cut_short(long_ticks));
  }
  __asm__ volatile("cpsie i" : : : "memory");
  port_sync();
}

#endif

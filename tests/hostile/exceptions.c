#include "exceptions.h"

#include "startup_nonsecure.h"

#define NVIC_ENABLE0 (*(volatile uint32_t *)0xE000E100)
#define STACK_WORDS 512u

static uint32_t honest(handler_entry *entry)
{
  return entry->lr;
}

handler volatile on_svc = honest, on_pendsv = honest, on_timer0 = honest, on_timer1 = honest;

#define HANDLER(name, code)                    \
  __attribute__((naked)) void name(void)       \
  {                                            \
    __asm__ volatile("   push {r0-r12, lr}\n"  \
                     "   mov r0, sp\n"         \
                     "   ldr r1, =" #code "\n" \
                     "   ldr r1, [r1]\n"       \
                     "   blx r1\n"             \
                     "   str r0, [sp, #52]\n"  \
                     "   pop {r0-r12, pc}\n"   \
                     "   .ltorg\n");           \
  }
HANDLER(SVC_Handler, on_svc)
HANDLER(PendSV_Handler, on_pendsv)
HANDLER(timer0_handler, on_timer0)
HANDLER(timer1_handler, on_timer1)

/* CMSDK timers count down to 0, then from `reload`. */
typedef struct timer_registers {
  uint32_t control;
  uint32_t value;
  uint32_t reload;
  uint32_t interrupt_clear;
} timer_registers;
#define TIMER(n) ((volatile timer_registers *)(0x40000000u + 0x1000u * (n)))
#define TIMER_RUN 9u /* on, with its interrupt */

void timer_once(uint32_t timer, uint32_t clocks)
{
  TIMER(timer)->reload = clocks;
  TIMER(timer)->value = clocks;
  TIMER(timer)->control = TIMER_RUN;
}

void timer_stop(uint32_t timer)
{
  TIMER(timer)->control = 0;
  TIMER(timer)->interrupt_clear = 1;
}

void exceptions_honest(void)
{
  on_svc = on_pendsv = on_timer0 = on_timer1 = honest;
  timer_stop(0);
  timer_stop(1);
}

void exceptions_start(void)
{
  static uint32_t stack[STACK_WORDS] __attribute__((aligned(8)));
  __asm__ volatile("   mov r0, sp\n"
                   "   msr psp, r0\n"
                   "   mrs r0, control\n"
                   "   orr r0, #2\n"
                   "   msr control, r0\n"
                   "   isb\n"
                   "   msr msplim, %0\n"
                   "   msr msp, %1\n"
                   :
                   : "r"(stack), "r"(stack + STACK_WORDS)
                   : "r0", "memory");
  NVIC_ENABLE0 = 1u << TIMER0_INTERRUPT | 1u << TIMER1_INTERRUPT;
}

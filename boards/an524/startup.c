#include "startup.h"

#include <stddef.h>

#include "flash_faults.h"
#include "flash_guard.h"
#include "registers.h"
#include "reset.h"

/* From the linker script; all word aligned. */
extern uint32_t __stack_bottom[], __stack_top[];
extern uint32_t __data_start[], __data_end[];
extern const uint32_t __data_load[];
extern uint32_t __bss_end[];

_Noreturn void secure_reset(void);
void fault_entry(void);
void ignore_nmi(void);
_Noreturn void fault_give_up(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return);

/* Only in the ROM: its linker script asks for it, in later stages it is null. */
void board_flash_power_up(void) __attribute__((weak));

typedef union vector {
  uint32_t *stack;
  void (*handler)(void);
} vector;

/* System exceptions only: no secure code here uses interrupts. What is not expected is a fault. */
__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
  {.stack = __stack_top},   {.handler = secure_reset}, {.handler = ignore_nmi}, /* watchdog at half time */
  {.handler = fault_entry}, /* HardFault: also a bus fault while interrupts are masked */
  {.handler = fault_entry}, /* MemManage */
  {.handler = fault_entry}, /* BusFault */
  {.handler = fault_entry}, /* UsageFault */
  {.handler = fault_entry}, /* SecureFault */
  {.handler = fault_entry}, {.handler = fault_entry},  {.handler = fault_entry}, {.handler = fault_entry}, /* SVCall */
  {.handler = fault_entry},                           /* DebugMonitor */
  {.handler = fault_entry}, {.handler = fault_entry}, /* PendSV */
  {.handler = fault_entry},                           /* SysTick */
};

void secure_reset(void)
{
  __asm__ volatile("msr msplim, %0" : : "r"(__stack_bottom));
  const uint32_t *from = __data_load;
  uint32_t *to = __data_start;
  while (to < __data_end) *to++ = *from++;
  while (to < __bss_end) *to++ = 0; /* .bss follows .data (linker script) */
  REG(SCB_SHCSR) = SHCSR_ALL_FAULTS;
  if (board_flash_power_up != NULL) board_flash_power_up();
  stage_main();
}

/* The foreground can still feed the watchdog until its second expiry resets the machine. */
void ignore_nmi(void)
{
}

__attribute__((weak)) void board_fault_report(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return)
{
  (void)cfsr;
  (void)address;
  (void)pc;
  (void)exc_return;
}

__attribute__((used)) void fault_give_up(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return)
{
  board_fault_report(cfsr, address, pc, exc_return);
  reset_system(RESET_FAULT);
}

/* No instruction before the decision uses the stack: a stack overflow may be what brought us here. A
 * frame on a non-secure stack (bit 6 of EXC_RETURN clear) is not looked at: its owner may have aimed
 * that stack anywhere. */
__attribute__((naked)) void fault_entry(void)
{
  __asm__ volatile(
    "   movs r2, #0\n"
    "   ldr r3, =" TEXT(
      SCB_CFSR) "\n"
                "   ldr r0, [r3]\n"
                "   tst lr, #0x40\n"
                "   beq 1f\n"
                "   tst lr, #4\n"
                "   ite eq\n"
                "   mrseq r1, msp\n"
                "   mrsne r1, psp\n"
                "   ldr r2, [r1, #24]\n" /* the faulting instruction */
                "   cmp r0, #" TEXT(
                  CFSR_PRECISE_BUS_FAULT) "\n"
                                          "   bne 1f\n"
                                          "   ldr r12, =flash_guard_copy\n"
                                          "   bic r12, r12, #1\n"
                                          "   cmp r2, r12\n"
                                          "   blo 1f\n"
                                          "   ldr r12, =flash_guard_failed\n"
                                          "   cmp r2, r12\n"
                                          "   bhs 1f\n"
                                          "   str r0, [r3]\n" /* a 1 clears: the next fault starts from a clean register */
                                          "   str r12, [r1, #24]\n"
                                          "   bx lr\n"
                                          "1: ldr r1, [r3, #16]\n" /* BFAR */
                                          "   ldr r12, =__stack_bottom\n"
                                          "   msr msplim, r12\n"
                                          "   ldr r12, =__stack_top\n"
                                          "   msr msp, r12\n"
                                          "   mov r3, lr\n"
                                          "   b fault_give_up\n"
                                          "   .ltorg\n");
}

/* How a non-secure program starts: its vector table, at FIRMWARE_NONSECURE_BASE, and its RAM. The
 * program defines nonsecure_main() and those handlers it uses; what it does not define, and every
 * fault, waits for the watchdog (secure faults never come here). */
#include "startup_nonsecure.h"

extern uint32_t __stack_bottom[], __stack_top[];
extern uint32_t __data_start[], __data_end[];
extern const uint32_t __data_load[];
extern uint32_t __bss_end[];

_Noreturn void nonsecure_reset(void);
_Noreturn void nonsecure_unexpected(void);

void SVC_Handler(void) __attribute__((weak, alias("nonsecure_unexpected")));
void PendSV_Handler(void) __attribute__((weak, alias("nonsecure_unexpected")));
void SysTick_Handler(void) __attribute__((weak, alias("nonsecure_unexpected")));
void ethernet_handler(void) __attribute__((weak, alias("nonsecure_unexpected")));

typedef union vector {
  uint32_t *stack;
  void (*handler)(void);
} vector;

#define SYSTEM_EXCEPTIONS 16
__attribute__((section(".vectors"), used)) static const vector vectors[SYSTEM_EXCEPTIONS + NONSECURE_INTERRUPTS] = {
  [0] = {.stack = __stack_top},
  [1] = {.handler = nonsecure_reset},
  [2 ... 10] = {.handler = nonsecure_unexpected},
  [11] = {.handler = SVC_Handler},
  [12 ... 13] = {.handler = nonsecure_unexpected},
  [14] = {.handler = PendSV_Handler},
  [15] = {.handler = SysTick_Handler},
  [SYSTEM_EXCEPTIONS... SYSTEM_EXCEPTIONS + ETHERNET_INTERRUPT - 1] = {.handler = nonsecure_unexpected},
  [SYSTEM_EXCEPTIONS + ETHERNET_INTERRUPT] = {.handler = ethernet_handler},
};

void nonsecure_reset(void)
{
  __asm__ volatile("msr msplim, %0" : : "r"(__stack_bottom));
  const uint32_t *from = __data_load;
  uint32_t *to = __data_start;
  while (to < __data_end) *to++ = *from++;
  while (to < __bss_end) *to++ = 0; /* .bss follows .data (linker script) */
  nonsecure_main();
}

void nonsecure_unexpected(void)
{
  for (;;) __asm__ volatile("wfi");
}

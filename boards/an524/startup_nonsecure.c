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

#define MAY_BE_DEFINED __attribute__((weak, alias("nonsecure_unexpected")))
MAY_BE_DEFINED void UsageFault_Handler(void);
MAY_BE_DEFINED void SVC_Handler(void);
MAY_BE_DEFINED void PendSV_Handler(void);
MAY_BE_DEFINED void SysTick_Handler(void);
MAY_BE_DEFINED void timer0_handler(void);
MAY_BE_DEFINED void timer1_handler(void);
MAY_BE_DEFINED void dualtimer_handler(void);
MAY_BE_DEFINED void uart2_receive_handler(void);
MAY_BE_DEFINED void uart2_transmit_handler(void);
MAY_BE_DEFINED void uart2_handler(void);
MAY_BE_DEFINED void ethernet_handler(void);

typedef union vector {
  uint32_t *stack;
  void (*handler)(void);
} vector;

#define SYSTEM_EXCEPTIONS 16
#define INTERRUPT(line) SYSTEM_EXCEPTIONS + (line)
__attribute__((section(".vectors"), used)) static const vector vectors[SYSTEM_EXCEPTIONS + NONSECURE_INTERRUPTS] = {
  [0] = {.stack = __stack_top},
  [1] = {.handler = nonsecure_reset},
  [2 ... 5] = {.handler = nonsecure_unexpected},
  [6] = {.handler = UsageFault_Handler},
  [7 ... 10] = {.handler = nonsecure_unexpected},
  [11] = {.handler = SVC_Handler},
  [12 ... 13] = {.handler = nonsecure_unexpected},
  [14] = {.handler = PendSV_Handler},
  [15] = {.handler = SysTick_Handler},
  [INTERRUPT(0)... INTERRUPT(TIMER0_INTERRUPT - 1)] = {.handler = nonsecure_unexpected},
  [INTERRUPT(TIMER0_INTERRUPT)] = {.handler = timer0_handler},
  [INTERRUPT(TIMER1_INTERRUPT)] = {.handler = timer1_handler},
  [INTERRUPT(DUALTIMER_INTERRUPT)] = {.handler = dualtimer_handler},
  [INTERRUPT(DUALTIMER_INTERRUPT + 1)... INTERRUPT(UART2_RECEIVE_INTERRUPT - 1)] = {.handler = nonsecure_unexpected},
  [INTERRUPT(UART2_RECEIVE_INTERRUPT)] = {.handler = uart2_receive_handler},
  [INTERRUPT(UART2_TRANSMIT_INTERRUPT)] = {.handler = uart2_transmit_handler},
  [INTERRUPT(UART2_TRANSMIT_INTERRUPT + 1)... INTERRUPT(UART2_INTERRUPT - 1)] = {.handler = nonsecure_unexpected},
  [INTERRUPT(UART2_INTERRUPT)] = {.handler = uart2_handler},
  [INTERRUPT(UART2_INTERRUPT + 1)... INTERRUPT(ETHERNET_INTERRUPT - 1)] = {.handler = nonsecure_unexpected},
  [INTERRUPT(ETHERNET_INTERRUPT)] = {.handler = ethernet_handler},
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

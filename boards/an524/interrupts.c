#include "interrupts.h"

#include <stddef.h>

#include "registers.h"
#include "startup.h"

#define EXCEPTIONS 16u
#define EXCEPTION_USAGE_FAULT 6u
#define EXCEPTION_SVC 11u
#define EXCEPTION_PENDSV 14u
#define EXCEPTION_SYSTICK 15u

#define NVIC_ISER(line) REG(0xE000E100u + 4u * ((line) / 32u))
#define NVIC_ICER(line) REG(0xE000E180u + 4u * ((line) / 32u))
#define NVIC_ISPR(line) REG(0xE000E200u + 4u * ((line) / 32u))
#define NVIC_IPR(line) (*(volatile uint8_t *)(uintptr_t)(0xE000E400u + (line)))
#define LINE_BIT(line) (1u << ((line) % 32u))

void SVC_Handler(void) __attribute__((weak));
void PendSV_Handler(void) __attribute__((weak));
void SysTick_Handler(void) __attribute__((weak));
void UsageFault_Handler(void) __attribute__((weak));

/* Aligned to the power of two that holds it (Armv8-M ARM, VTOR), which .bss cannot be (sections.ld.inc). The first entry is
 * the top of the main stack. */
static uint32_t vectors[EXCEPTIONS + INTERRUPT_LINES] __attribute__((section(".data.vectors"), aligned(1024)));
_Static_assert(sizeof vectors <= 1024, "the table's alignment");

static void connect_exception(uint32_t number, void (*handler)(void))
{
  if (handler != NULL) vectors[number] = (uint32_t)(uintptr_t)handler;
}

void interrupts_init(void)
{
  const uint32_t *start_up = (const uint32_t *)(uintptr_t)REG(SCB_VTOR);
  for (uint32_t i = 0; i < EXCEPTIONS; i++) vectors[i] = start_up[i];
  /* Where all exceptions that nobody expects go. */
  for (uint32_t i = EXCEPTIONS; i < EXCEPTIONS + INTERRUPT_LINES; i++) vectors[i] = vectors[EXCEPTION_SVC];
  connect_exception(EXCEPTION_USAGE_FAULT, UsageFault_Handler);
  connect_exception(EXCEPTION_SVC, SVC_Handler);
  connect_exception(EXCEPTION_PENDSV, PendSV_Handler);
  connect_exception(EXCEPTION_SYSTICK, SysTick_Handler);
  for (uint32_t line = 0; line < INTERRUPT_LINES; line += 32u) NVIC_ICER(line) = 0xFFFFFFFFu;
  __asm__ volatile("dsb" : : : "memory");
  REG(SCB_VTOR) = (uint32_t)(uintptr_t)vectors;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void interrupt_connect(uint32_t line, void (*handler)(void), uint8_t priority)
{
  connect_exception(EXCEPTIONS + line, handler);
  NVIC_IPR(line) = priority;
  __asm__ volatile("dsb" : : : "memory");
}

void interrupt_enable(uint32_t line)
{
  NVIC_ISER(line) = LINE_BIT(line);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void interrupt_disable(uint32_t line)
{
  NVIC_ICER(line) = LINE_BIT(line);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

void interrupt_pend(uint32_t line)
{
  NVIC_ISPR(line) = LINE_BIT(line);
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

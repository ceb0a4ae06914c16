/* Cortex-M33 and its kind (Armv8-M mainline), in either world; see kernel/port.h for what each function is for.
 *
 * Kernel interrupts are masked by BASEPRI: an interrupt more urgent than configMAX_SYSCALL_INTERRUPT_PRIORITY is
 * never masked and must not call the kernel. In the non-secure world BASEPRI is the non-secure one: secure
 * interrupts are never masked.
 */
#ifndef PORTMACRO_H
#define PORTMACRO_H

#include <stdint.h>

#define portSTACK_TYPE uint32_t
#define portBYTE_ALIGNMENT 8
#define portARCH_NAME "Armv8-M"

#include "../porttypes.h"

#if defined(__ARM_ARCH) && !defined(__ARM_ARCH_8M_MAIN__) && !defined(__ARM_ARCH_8_1M_MAIN__)
#error "this port is for Armv8-M mainline: PSPLIM, BASEPRI"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define PORT_ICSR (*(volatile uint32_t *)0xE000ED04u)
#define PORT_ICSR_PENDSVSET (1u << 28)

/* A raise of BASEPRI takes effect at once (Armv8-M ARM, "Priority boosting"): no barrier. */
static portFORCE_INLINE uint32_t port_mask(void)
{
  uint32_t before;
  __asm__ volatile("mrs %0, basepri" : "=r"(before));
  __asm__ volatile("msr basepri, %0" : : "r"(configMAX_SYSCALL_INTERRUPT_PRIORITY) : "memory");
  return before;
}

static portFORCE_INLINE void port_mask_again(void)
{
  __asm__ volatile("msr basepri, %0" : : "r"(configMAX_SYSCALL_INTERRUPT_PRIORITY) : "memory");
}

static portFORCE_INLINE void port_unmask(uint32_t before)
{
  __asm__ volatile("msr basepri, %0" : : "r"(before) : "memory");
}

static portFORCE_INLINE void port_pend_switch(void)
{
  PORT_ICSR = PORT_ICSR_PENDSVSET;
}

/* The write to ICSR reaches the system control space before the instruction after the barriers. */
static portFORCE_INLINE void port_sync(void)
{
  __asm__ volatile("dsb\n\tisb" : : : "memory");
}

static portFORCE_INLINE bool port_in_interrupt(void)
{
  uint32_t exception;
  __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
  return exception != 0;
}

static portFORCE_INLINE uint32_t port_highest_bit(uint32_t bits)
{
  return 31u - (uint32_t)__builtin_clz(bits);
}

/* As memcpy and memset; word by word, eight words at a time where both sides are aligned. */
void port_copy(void *to, const void *from, size_t bytes);
void port_fill(void *to, uint8_t value, size_t bytes);

/* A task's first context, and room below the limit for what a switch pushes there. */
#ifdef __ARM_FP
#define PORT_STACK_WORDS_MIN 48u
#else
#define PORT_STACK_WORDS_MIN 40u
#endif

/* The processor waits for an interrupt, or shorter; also with interrupts off. A product whose processor must not
 * sleep defines it in its configuration, a debugger for instance. */
#ifndef portWAIT_FOR_INTERRUPT
#define portWAIT_FOR_INTERRUPT() __asm__ volatile("dsb\n\twfi\n\tisb" : : : "memory")
#endif

/* Until an interrupt comes. With all of them off (PRIMASK) between the look and the sleep: WFI ends for those, too. An idle
 * hook is called without rest, as upstream does; it may wait itself. */
#if configUSE_IDLE_HOOK == 1
#define PORT_IDLE_UNLESS(work) ((void)(work))
#else
#define PORT_IDLE_UNLESS(work)                  \
  do {                                          \
    __asm__ volatile("cpsid i" : : : "memory"); \
    if (!(work)) portWAIT_FOR_INTERRUPT();      \
    __asm__ volatile("cpsie i" : : : "memory"); \
  } while (0)
#endif

/* In development: an interrupt that calls the kernel must be one that the kernel can mask. */
void port_check_interrupt_priority(void);

#if configUSE_TICKLESS_IDLE == 1
void vPortSuppressTicksAndSleep(TickType_t expected);
#endif

#ifdef __cplusplus
}
#endif

#include "../portcommon.h"

#if configUSE_TICKLESS_IDLE == 1 && !defined(portSUPPRESS_TICKS_AND_SLEEP)
#define portSUPPRESS_TICKS_AND_SLEEP(expected) vPortSuppressTicksAndSleep(expected)
#endif

#endif

/* The host: tasks are contexts of one thread, interrupts and time are simulated (hf_posix.h); see kernel/port.h for what
 * each function is for.
 */
#ifndef PORTMACRO_H
#define PORTMACRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define portCHAR char
#define portFLOAT float
#define portDOUBLE double
#define portLONG long
#define portSHORT short
#define portSTACK_TYPE uintptr_t
#define portBASE_TYPE long
#define portPOINTER_SIZE_TYPE uintptr_t

typedef portSTACK_TYPE StackType_t;
typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;

#define portMAX_DELAY ((TickType_t)0xFFFFFFFFUL)
#define portTICK_TYPE_IS_ATOMIC 1
#define portARCH_NAME "host"
#define portSTACK_GROWTH (-1)
#define portTICK_PERIOD_MS ((TickType_t)1000 / configTICK_RATE_HZ)
#define portBYTE_ALIGNMENT 16
#define portINLINE __inline
#ifndef portFORCE_INLINE
#define portFORCE_INLINE inline __attribute__((always_inline))
#endif
#define portNOP() __asm__ volatile("nop")
#define portDONT_DISCARD __attribute__((used))
#define portTASK_FUNCTION_PROTO(function, parameters) void function(void *parameters)
#define portTASK_FUNCTION(function, parameters) void function(void *parameters)

/* Words that the port keeps in the application's stack memory, which is otherwise unused: tasks run on stacks of the
 * port's. Room for the fill that configCHECK_FOR_STACK_OVERFLOW looks at. */
#define PORT_STACK_WORDS_MIN 8u

uint32_t port_mask(void);
#define port_mask_again() ((void)port_mask())
void port_unmask(uint32_t before);
void port_pend_switch(void);
void port_sync(void);
bool port_in_interrupt(void);

/* The idle task waits for an interrupt: time passes (hf_posix.h). */
void port_idle(void);
#define PORT_IDLE() port_idle()

static portFORCE_INLINE uint32_t port_highest_bit(uint32_t bits)
{
  return 31u - (uint32_t)__builtin_clz(bits);
}

static portFORCE_INLINE void port_copy(void *to, const void *from, size_t bytes)
{
  if (bytes != 0) (void)memcpy(to, from, bytes);
}

static portFORCE_INLINE void port_fill(void *to, uint8_t value, size_t bytes)
{
  if (bytes != 0) (void)memset(to, value, bytes);
}

/* Every interrupt of the host can be masked. */
static portFORCE_INLINE void port_check_interrupt_priority(void)
{
}

void vPortEnterCritical(void);
void vPortExitCritical(void);
void kernel_yield(void); /* tasks.c */
BaseType_t xPortIsInsideInterrupt(void);
uint32_t ulPortSetInterruptMask(void);
void vPortClearInterruptMask(uint32_t before);

#define portYIELD() kernel_yield()
#define portYIELD_WITHIN_API() portYIELD()
#define portEND_SWITCHING_ISR(needed)      \
  do {                                     \
    if ((needed) != 0) port_pend_switch(); \
  } while (0)
#define portYIELD_FROM_ISR(needed) portEND_SWITCHING_ISR(needed)
#define portENTER_CRITICAL() vPortEnterCritical()
#define portEXIT_CRITICAL() vPortExitCritical()
#define portSET_INTERRUPT_MASK_FROM_ISR() port_mask()
#define portCLEAR_INTERRUPT_MASK_FROM_ISR(before) port_unmask(before)
#define portDISABLE_INTERRUPTS() ((void)port_mask())
#define portENABLE_INTERRUPTS() port_unmask(0)
#define portMEMORY_BARRIER() __asm__ volatile("" : : : "memory")

/* Virtual time needs no rest, and in real time the idle task sleeps from tick to tick anyway. */
#ifndef portSUPPRESS_TICKS_AND_SLEEP
#define portSUPPRESS_TICKS_AND_SLEEP(expected) ((void)(expected))
#endif

#endif

/* The port as proofs see it: the types of the device; interrupts do not exist; what is copied is checked, not copied
 * (each proof says what it expects, if more than memory that may be read and written). */
#ifndef PORTMACRO_H
#define PORTMACRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define portCHAR char
#define portFLOAT float
#define portDOUBLE double
#define portLONG long
#define portSHORT short
#define portSTACK_TYPE uint32_t
#define portBASE_TYPE long
#define portPOINTER_SIZE_TYPE uint32_t

typedef portSTACK_TYPE StackType_t;
typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;

#define portMAX_DELAY ((TickType_t)0xFFFFFFFFUL)
#define portTICK_TYPE_IS_ATOMIC 1
#define portARCH_NAME "none"
#define portSTACK_GROWTH (-1)
#define portTICK_PERIOD_MS ((TickType_t)1000 / configTICK_RATE_HZ)
#define portBYTE_ALIGNMENT 8
#define portINLINE __inline
#define portFORCE_INLINE inline
#define PORT_STACK_WORDS_MIN 40u

static inline uint32_t port_mask(void)
{
  return 0;
}

static inline void port_unmask(uint32_t before)
{
  (void)before;
}

static inline void port_pend_switch(void)
{
}

static inline void port_sync(void)
{
}

static inline bool port_in_interrupt(void)
{
  return false;
}

static inline void port_check_interrupt_priority(void)
{
}

static inline uint32_t port_highest_bit(uint32_t bits)
{
  __CPROVER_assert(bits != 0, "port_highest_bit: the argument is not 0");
  return 31u - (uint32_t)__builtin_clz(bits);
}

void port_copy(void *to, const void *from, size_t bytes);
void port_fill(void *to, uint8_t value, size_t bytes);

#define portYIELD() ((void)0)
#define portYIELD_WITHIN_API() ((void)0)
#define portYIELD_FROM_ISR(needed) ((void)(needed))
#define portEND_SWITCHING_ISR(needed) ((void)(needed))
#define portENTER_CRITICAL() ((void)0)
#define portEXIT_CRITICAL() ((void)0)
#define portSET_INTERRUPT_MASK_FROM_ISR() 0
#define portCLEAR_INTERRUPT_MASK_FROM_ISR(before) ((void)(before))
#define portDISABLE_INTERRUPTS() ((void)0)
#define portENABLE_INTERRUPTS() ((void)0)
#define portMEMORY_BARRIER() ((void)0)
#define portSUPPRESS_TICKS_AND_SLEEP(expected) ((void)(expected))

#endif

/* The host: tasks are contexts of one thread, interrupts and time are simulated (hf_posix.h); see kernel/port.h for what
 * each function is for.
 */
#ifndef PORTMACRO_H
#define PORTMACRO_H

#include <stdint.h>
#include <string.h>

#define portSTACK_TYPE uintptr_t
#define portBYTE_ALIGNMENT 16
#define portARCH_NAME "host"

#include "../porttypes.h"

#ifdef __cplusplus
extern "C" {
#endif

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
#define PORT_IDLE_UNLESS(work) \
  do {                         \
    if (!(work)) port_idle();  \
  } while (0)

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

#ifdef __cplusplus
}
#endif

#include "../portcommon.h"

/* Virtual time needs no rest, and in real time the idle task sleeps from tick to tick anyway. */
#ifndef portSUPPRESS_TICKS_AND_SLEEP
#define portSUPPRESS_TICKS_AND_SLEEP(expected) ((void)(expected))
#endif

#endif

/* Handlers whose every step is ours: what they see in the registers, and where they say they return to. */
#ifndef HF_HOSTILE_EXCEPTIONS_H
#define HF_HOSTILE_EXCEPTIONS_H

#include <stdint.h>

/* What a handler found: r0 to r12, and in lr how it was told to return (EXC_RETURN). */
typedef struct handler_entry {
  uint32_t r[13];
  uint32_t lr;
} handler_entry;

#define EXC_RETURN_SECURE_FRAME 0x40u     /* secure code was interrupted */
#define EXC_RETURN_OUR_THREAD 0xFFFFFFBCu /* to non-secure thread mode, on PSP */

/* A handler in C; what it returns is branched to. entry->lr: an honest return. Registers are what it leaves in
 * entry, but r0 to r3 and r12, which the processor restores. */
typedef uint32_t (*handler)(handler_entry *entry);
extern handler volatile on_svc, on_pendsv, on_timer0, on_timer1;

/* Once per start. From then on the program runs on PSP, handlers on MSP, and the timers' interrupts are enabled. */
void exceptions_start(void);

/* Each handler just returns; the timers stand. */
void exceptions_honest(void);

/* TIMER0, TIMER1: one interrupt in so many clocks. A clock is about an instruction when the emulator counts them. */
void timer_once(uint32_t timer, uint32_t clocks);
void timer_stop(uint32_t timer);

static inline uint32_t psp(void)
{
  uint32_t value;
  __asm__ volatile("mrs %0, psp" : "=r"(value));
  return value;
}

static inline void set_psp(uint32_t value)
{
  __asm__ volatile("msr psp, %0" : : "r"(value) : "memory");
}

static inline void call_svc(void)
{
  __asm__ volatile("svc #0" : : : "r0", "r1", "r2", "r3", "r12", "memory");
}

#endif

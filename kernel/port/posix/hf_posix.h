/* The simulated machine under the kernel on the host.
 *
 * One thread; each task has a stack of its own of HF_POSIX_STACK_BYTES above a guard page, however small the stack is
 * that the application gave it. Interrupts arrive only where they are open, so that a run can be repeated exactly:
 *
 *   - when the kernel or the application unmasks them, and when a task is switched in;
 *   - while the idle task waits;
 *   - in hf_posix_interrupt() and hf_posix_spin().
 *
 * Hence a task that computes without ever calling the kernel is not preempted: such code calls hf_posix_spin().
 *
 * Time is virtual unless hf_posix_use_real_time() was called: a tick passes when all tasks wait, and when
 * code spins for so long. A test of many simulated hours takes seconds, always with the same result.
 *
 *   static void receiver_interrupt(void) { ... xQueueSendFromISR(...); }
 *   hf_posix_interrupt(receiver_interrupt, HF_POSIX_URGENCY_MIN);
 */
#ifndef HF_POSIX_H
#define HF_POSIX_H

#include <stdbool.h>
#include <stdint.h>

/* Not for interrupt service routines: the tick has urgency 1, tasks have 0. */
#define HF_POSIX_URGENCY_MIN 2u
#define HF_POSIX_URGENCY_MAX 7u

#define HF_POSIX_STACK_BYTES 0x40000u
#define HF_POSIX_INSTRUCTIONS_PER_TICK 32000u

/* Ticks follow the machine's clock from the start of the scheduler on; the idle task sleeps. When the process did not run
 * for a while, ticks are made up for, up to HF_POSIX_CATCH_UP_TICKS; beyond that, time has stood still. Before
 * vTaskStartScheduler(). */
#define HF_POSIX_CATCH_UP_TICKS 1000u
void hf_posix_use_real_time(void);

/* Raises an interrupt: isr runs before this returns, unless interrupts are masked or one as urgent is being served: then
 * as soon as possible. Up to 32 can be pending; one more ends the program. Any context, from the kernel's thread. */
void hf_posix_interrupt(void (*isr)(void), unsigned urgency);

/* The urgency of the interrupt being served; 1: the tick, 0: none. */
unsigned hf_posix_urgency(void);

/* Computes for so many instructions, simulated: virtual time passes, interrupts arrive (unless masked). Any context. */
void hf_posix_spin(uint32_t instructions);

/* Virtual time so far, in instructions; a tick that passed idly counts as HF_POSIX_INSTRUCTIONS_PER_TICK. */
uint64_t hf_posix_instructions(void);

/* How often interrupts have become open outside interrupts: the points at which an interrupt can arrive, by
 * number. Between two of them a task has done something with interrupts masked, or time has passed. */
uint64_t hf_posix_opens(void);

/* Runs isr as an interrupt of the lowest urgency at the nth point from now, nth > 0, once; it may arm itself
 * again. nth 0: forget about isr. Up to 8 can be armed; one more ends the program. So that a test can try every moment:
 *
 *   for (uint64_t n = 1; n <= points_of_scenario; n++) {
 *     hf_posix_at_open(n, disturb);
 *     scenario();
 *   }
 */
void hf_posix_at_open(uint64_t nth, void (*isr)(void));

/* observe() is called at every tick before the kernel counts it, in any configuration; NULL: nothing. It must not call
 * the kernel. */
void hf_posix_each_tick(void (*observe)(void));

#endif

/* The port: what the kernel needs from a processor. A port is a folder under kernel/port/ with
 *
 *   portmacro.h  defines portSTACK_TYPE, portBYTE_ALIGNMENT (8 or more) and portARCH_NAME, includes ../porttypes.h (the
 *                types of FreeRTOS's portmacro.h), has what is listed below, and ends with ../portcommon.h
 *   port.c       the functions below that are not inline
 *
 * Rules that hold for every port:
 *   - One core. Interrupts that may call the kernel can be masked; masking nests by saving what was.
 *   - A switch of tasks is asked for (port_pend_switch) and happens as soon as interrupts are open and no interrupt is
 *     being served; it calls sched_select() with interrupts masked, before it takes up the task in sched.current.
 *   - The tick interrupt calls sched_tick() with interrupts open. It has the lowest priority of all.
 *   - A task begins with interrupts open.
 *
 * In portmacro.h, inline or as macros:
 *   uint32_t port_mask(void)            masks; returns what to give to port_unmask(). Tasks and interrupts.
 *   void port_mask_again(void)          the same, for those who know what was
 *   void port_unmask(uint32_t before)   as it was before. A switch that is pending happens before the next statement
 *                                       when port_sync() follows. 0: open.
 *   void port_pend_switch(void)         asks for a switch. Tasks and interrupts.
 *   void port_sync(void)                what was pended and is not masked has happened when this returns.
 *   All five also keep the compiler from moving accesses to memory across them.
 *   bool port_in_interrupt(void)        an interrupt is being served.
 *   uint32_t port_highest_bit(uint32_t) number of the highest bit set; the argument is not 0.
 *   void port_copy(void *to, const void *from, size_t bytes), void port_fill(void *to, uint8_t value, size_t bytes)
 *                                       memcpy and memset; the kernel copies items masked, so they had better be fast.
 *   void port_check_interrupt_priority(void)
 *                                       in development: configASSERT() that the interrupt being served, if any, is one
 *                                       that port_mask() holds back.
 *   PORT_IDLE_UNLESS(bool work)         the idle task has nothing to do: waits for an interrupt, unless `work`, which is looked
 *                                       at when no interrupt can come between that and the wait; or returns at once.
 *   PORT_STACK_WORDS_MIN                words of the smallest stack that a task can have.
 * With configUSE_TICKLESS_IDLE 1:
 *   portSUPPRESS_TICKS_AND_SLEEP(TickType_t expected)
 *                                       called by the idle task with the scheduler suspended. With every interrupt off it
 *                                       asks eTaskConfirmSleepModeStatus(), sleeps for `expected` ticks at most, and tells
 *                                       vTaskStepTick() how many passed without a tick interrupt.
 * The compiler may call memset and memcpy: the board or the C library has them.
 * In port.c, besides the functions below: a weak hf_kernel_assert_failed() (hf_kernel.h) that does not go on.
 */
#ifndef HF_KERNEL_PORT_H
#define HF_KERNEL_PORT_H

#include "FreeRTOS.h"

/* Makes a new task's saved context, so that the first switch to it calls code(parameter). stack: lowest
 * address, of `depth` words, filled by the caller. Sets task->top and task->limit. */
void port_task_init(struct tskTaskControlBlock *task, StackType_t *stack, size_t depth, TaskFunction_t code,
                    void *parameter);

/* Called before the memory of a task is given back or left to the application: releases what the port
 * holds for it. The task does not run any more. */
void port_task_release(struct tskTaskControlBlock *task);

/* Starts the tick and the task sched.current. Called with interrupts masked; tasks run with them open. On a device it does not return; on the host it returns after
 * vTaskEndScheduler(). */
void port_start(void);
void port_end(void);

/* The byte that new stacks are filled with. */
#define PORT_STACK_FILL 0xA5u

#endif

/* The port: what the kernel needs from a processor. A port is a folder under kernel/port/ with
 *
 *   portmacro.h  the public types and macros of FreeRTOS's portmacro.h, and the inline functions below
 *   port.c       the functions below
 *
 * Rules that hold for every port:
 *   - One core. Interrupts that may call the kernel can be masked; masking nests by saving what was.
 *   - A switch of tasks is asked for (port_pend_switch) and happens as soon as interrupts are open and no interrupt is
 *     being served; it calls sched_select() with interrupts masked, before it takes up the task in sched.current.
 *   - The tick interrupt calls sched_tick() with interrupts open. It has the lowest priority of all.
 *
 * Inline in portmacro.h:
 *   uint32_t port_mask(void)            masks; returns what to give to port_unmask(). Tasks and interrupts.
 *   void port_mask_again(void)          the same, for those who know what was
 *   void port_unmask(uint32_t before)   as it was before. A switch that is pending happens before the next statement
 *                                       when port_sync() follows.
 *   void port_pend_switch(void)         asks for a switch. Tasks and interrupts.
 *   void port_sync(void)                what was pended and is not masked has happened when this returns.
 *   bool port_in_interrupt(void)        an interrupt is being served.
 *   uint32_t port_highest_bit(uint32_t) number of the highest bit set; the argument is not 0.
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

/* Starts the tick and the task sched.current. On a device it does not return; on the host it returns after
 * vTaskEndScheduler(). */
void port_start(void);
void port_end(void);

/* The deepest that a task's stack has been: words never used, from the pattern it was filled with. */
#define PORT_STACK_FILL 0xA5u

#endif

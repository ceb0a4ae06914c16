/* What the kernel's files share beyond the scheduler. Inside the kernel only. */
#ifndef HF_KERNEL_KERNEL_H
#define HF_KERNEL_KERNEL_H

#include "FreeRTOS.h"
#include "port.h"
#include "task.h" /* a configuration's configASSERT() may use it */

/* In development: the caller is an interrupt that the kernel can mask, or no interrupt at all. */
#if configASSERT_DEFINED == 1
#define kernel_check_interrupt() port_check_interrupt_priority()
#define kernel_check_task() configASSERT(!port_in_interrupt())
#else
#define kernel_check_interrupt() ((void)0)
#define kernel_check_task() ((void)0)
#endif

/* The timers' daemon and its queue; false: no memory (timers.c). */
bool timers_start(void);

/* The idle task's question: for how many ticks will nothing have to be done? 0: other tasks are ready (idle.c). */
TickType_t kernel_expected_idle(void);

#endif

/* Interrupts of a secure program on this board: the boot stages have none, a program with a kernel starts with
 *
 *   interrupts_init();
 *   interrupt_connect(DUALTIMER_LINE, on_timer, 0x40);
 *   interrupt_enable(DUALTIMER_LINE);
 *
 * The kernel's exceptions are found by their names: SVC_Handler, PendSV_Handler, SysTick_Handler, UsageFault_Handler. What
 * is not connected, or not there, ends as a fault does (startup.h).
 */
#ifndef HF_AN524_INTERRUPTS_H
#define HF_AN524_INTERRUPTS_H

#include <stdint.h>

#define INTERRUPT_LINES 127u

/* Lines of the devices between the processors and the bus. Others: the board's manual, and registers.h. */
#define TIMER0_LINE 3u
#define TIMER1_LINE 4u
#define DUALTIMER_LINE 5u

/* Once, before any other: takes the vector table of start-up out of use. Interrupts of devices are off. */
void interrupts_init(void);

/* line: 0 to INTERRUPT_LINES - 1. handler: an ordinary function, not NULL. priority: 0 is the most urgent, 0xFF the least. While
 * the line is off. */
void interrupt_connect(uint32_t line, void (*handler)(void), uint8_t priority);
void interrupt_enable(uint32_t line);
void interrupt_disable(uint32_t line);

/* As if the device asked for it. What is not masked has been served when it returns. */
void interrupt_pend(uint32_t line);

#endif

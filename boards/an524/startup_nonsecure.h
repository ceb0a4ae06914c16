/* What a non-secure program on this board provides. */
#ifndef HF_AN524_STARTUP_NONSECURE_H
#define HF_AN524_STARTUP_NONSECURE_H

#include <stdint.h>

#define ETHERNET_INTERRUPT 48
#define NONSECURE_INTERRUPTS (ETHERNET_INTERRUPT + 1) /* entries of the table after the system ones */

/* The program; runs with interrupts enabled on the main stack. Must not return. */
_Noreturn void nonsecure_main(void);

/* Handlers it may define; those it does not define wait for the watchdog. */
void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void ethernet_handler(void);

#endif

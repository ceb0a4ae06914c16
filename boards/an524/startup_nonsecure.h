/* What a non-secure program on this board provides. */
#ifndef HF_AN524_STARTUP_NONSECURE_H
#define HF_AN524_STARTUP_NONSECURE_H

#include <stdint.h>

/* Interrupts of the devices that the secure world can give away (isolation.h). */
#define TIMER0_INTERRUPT 3
#define TIMER1_INTERRUPT 4
#define DUALTIMER_INTERRUPT 5
#define UART2_RECEIVE_INTERRUPT 36
#define UART2_TRANSMIT_INTERRUPT 37
#define UART2_INTERRUPT 44
#define ETHERNET_INTERRUPT 48
#define NONSECURE_INTERRUPTS (ETHERNET_INTERRUPT + 1) /* entries of the table after the system ones */

/* The program; runs with interrupts enabled on the main stack. Must not return. */
_Noreturn void nonsecure_main(void);

/* Handlers it may define; those it does not define wait for the watchdog. */
void UsageFault_Handler(void);
void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);
void timer0_handler(void);
void timer1_handler(void);
void dualtimer_handler(void);
void uart2_receive_handler(void);
void uart2_transmit_handler(void);
void uart2_handler(void);
void ethernet_handler(void);

#endif

/* The devices of the non-secure world, for its tests. Clocks are the board's 32 MHz, as the processor's. */
#ifndef HF_TWO_WORLDS_NONSECURE_H
#define HF_TWO_WORLDS_NONSECURE_H

#include <stdint.h>

/* CMSDK timers count down to 0, then from `reload`. */
struct timer {
  uint32_t control;
  uint32_t value;
  uint32_t reload;
  uint32_t interrupt_clear;
};
#define TIMER0 ((volatile struct timer *)0x40000000) /* blows the storms of the harness */
#define TIMER1 ((volatile struct timer *)0x40001000) /* timer1_handler() of the test that uses it */
#define TIMER_RUN 9u                                 /* on, with its interrupt */

/* One half of the dual timer. */
struct dualtimer {
  uint32_t load;
  uint32_t value;
  uint32_t control;
  uint32_t interrupt_clear;
};
#define CLOCK_TIMER ((volatile struct dualtimer *)0x40002000)
#define WATCH_TIMER ((volatile struct dualtimer *)0x40002020)
#define DUALTIMER_FREE_RUNNING 0x82u /* on, 32 bits, counts down */
#define DUALTIMER_PERIODIC 0xE2u     /* the same with its interrupt, from `load` again and again */

/* Clocks since the start, modulo 2^32. Apart from the tick. */
uint32_t clock_now(void);

/* The timer's interrupt comes once, in so many clocks, unless it is stopped. */
void timer_once(volatile struct timer *timer, uint32_t clocks);
void timer_stop(volatile struct timer *timer);

/* An interrupt of this priority may call the kernel and is held back by it. */
#define MASKED_PRIORITY 0x80u

void line_enable(uint32_t line, uint8_t priority);
void line_disable(uint32_t line);
void line_pend(uint32_t line);

#endif

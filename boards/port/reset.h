/* Reset port. Boards without a reset-cause register keep a cookie in RAM that survives a reset and
 * is lost with power: every orderly reset announces its cause there, so a reset that nobody
 * announced is the watchdog's. */
#ifndef HF_PORT_RESET_H
#define HF_PORT_RESET_H

#include <stdint.h>

typedef enum reset_cause {
  RESET_POWER_ON = 0, /* no cookie: power was off */
  RESET_WATCHDOG = 1, /* nobody announced it */
  RESET_SOFTWARE = 2, /* reset_system(RESET_SOFTWARE) */
  RESET_FAULT = 3,    /* a fault handler gave up */
} reset_cause;

/* Why the machine started, and from now on an unannounced reset counts as the watchdog's.
 * The ROM calls it once per boot and hands the answer on (boot/common/handoff.h). */
reset_cause reset_cause_take(void);

/* Announces `cause` and resets. */
_Noreturn void reset_system(reset_cause cause);

/* Number of boots since power-on that did not get as far as reset_attempts_clear(); kept beside
 * the cookie. The ROM uses it to try the other loader copy when one hangs. */
uint32_t reset_attempts_count_up(void);
void reset_attempts_clear(void);

#endif

/* Watchdog port: a counter in hardware that resets the whole machine unless it is fed in time.
 * Only secure code can reach it. Once started it cannot be stopped before the next reset. */
#ifndef HF_PORT_WATCHDOG_H
#define HF_PORT_WATCHDOG_H

#include <stdint.h>

#define WATCHDOG_MAX_MS 60000u

/* Starts, or restarts with a new limit: reset follows `limit_ms` (1..WATCHDOG_MAX_MS) after the
 * last feeding. Out of range values are taken as the maximum. */
void watchdog_start(uint32_t limit_ms);
void watchdog_feed(void);

#endif

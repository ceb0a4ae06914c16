/* Time port. */
#ifndef HF_PORT_CLOCK_H
#define HF_PORT_CLOCK_H

#include <stdint.h>

/* Starts the free-running millisecond counter; harmless when repeated. */
void clock_init(void);
/* Milliseconds since the first stage's clock_init() (later stages go on counting). To be called at
 * least once a day: the hardware counter behind it wraps. The result wraps at 2^32: compare by unsigned subtraction. */
uint32_t clock_ms(void);
/* Seconds since 1970-01-01 UTC from the battery-backed clock; a hint, not trusted time. 0: none. */
uint32_t clock_rtc_seconds(void);

#endif

/* Raw entropy port: bytes from the board's noise source, not health-tested, not conditioned.
 * Never use them as keys. */
#ifndef HF_PORT_ENTROPY_H
#define HF_PORT_ENTROPY_H

#include <stdbool.h>
#include <stdint.h>

/* Fills out (caller's, at least `bytes`, up to 1,024). False: the source took longer than 500 ms and 2 ms a byte; out is undefined. */
bool entropy_read(void *out, uint32_t bytes) __attribute__((warn_unused_result));

#endif

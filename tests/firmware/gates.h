/* What the test firmware's secure part does for its non-secure part. Called from non-secure code, in
 * thread mode, one call at a time. Statuses are boot_status words (status.h). */
#ifndef HF_TEST_FIRMWARE_GATES_H
#define HF_TEST_FIRMWARE_GATES_H

#include <stdint.h>

#define GATE_LOG_MAX 128u

/* Prints a text of 0..GATE_LOG_MAX bytes on the console. 1: done. 0: too long, or not all of it is
 * memory that non-secure code may read. */
uint32_t hf_gate_log(const char *text, uint32_t bytes);

/* Feeds the watchdog. 1: done. 0: refused, this image is on trial and has not confirmed. */
uint32_t hf_gate_feed(void);

/* The image is healthy: update_confirm(). */
uint32_t hf_gate_confirm(void);

/* The image gives itself up: update_reject(). The reset that should follow is hf_gate_reset(). */
uint32_t hf_gate_reject(void);

/* Resets the machine; does not return. */
void hf_gate_reset(void);

#endif

/* Monotonic counters in OTP: any 32-bit value, raised a bounded number of times.
 *
 * Cells fill in order; the value is the greatest of the readable cells (0 when there is none). A
 * raise that power loss tears leaves a cell that does not count; the next raise uses the next one.
 */
#ifndef HF_BOOT_COUNTER_H
#define HF_BOOT_COUNTER_H

#include <stdint.h>

#include "status.h"

typedef enum counter_id { COUNTER_LOADER, COUNTER_FIRMWARE } counter_id;

/* BOOT_OK | BOOT_OTP_NO_REPLY: *value is 0xFFFFFFFF (fails closed). */
boot_status counter_read(counter_id id, uint32_t *value) BOOT_MUST_CHECK;

/* Number of raises still possible; 0 also when OTP does not answer. */
uint32_t counter_room(counter_id id);

/* Could counter_raise(id, value) be done now? To be asked before an image is accepted that will raise it.
 * BOOT_OK | BOOT_OTP_FULL | BOOT_OTP_NO_REPLY. */
boot_status counter_can_reach(counter_id id, uint32_t value) BOOT_MUST_CHECK;

/* Raises to `value`; nothing is written when the counter already holds that or more.
 * BOOT_OK | BOOT_OTP_FULL | BOOT_OTP_NOT_TAKEN | BOOT_OTP_NO_REPLY. */
boot_status counter_raise(counter_id id, uint32_t value) BOOT_MUST_CHECK;

#endif

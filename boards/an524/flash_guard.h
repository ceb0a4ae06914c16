/* Copying that survives a bus fault: private to the flash driver and the fault handler. */
#ifndef HF_AN524_FLASH_GUARD_H
#define HF_AN524_FLASH_GUARD_H

#include <stdint.h>

/* Copies `bytes` from `from` to `to`, ascending, whole words first (any alignment). Either side may
 * lie in the flash window. 0: done. 1: a bus fault stopped it; what was copied before stays.
 *
 * The fault handler (startup.c) knows this function by its code range: a precise bus fault of an
 * instruction in [flash_guard_copy, flash_guard_failed) continues at flash_guard_failed. */
uint32_t flash_guard_copy(void *to, const void *from, uint32_t bytes) __attribute__((warn_unused_result));
extern const char flash_guard_failed[];

#endif

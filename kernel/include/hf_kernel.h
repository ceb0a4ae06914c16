/* What Holdfast adds to the FreeRTOS API, apart from it so that it is never taken for upstream's. Each function can
 * also be written over upstream's kernel with its public API alone; how is said with it.
 *
 *   uint64_t started_ms = hf_uptime_ms();
 */
#ifndef HF_KERNEL_H
#define HF_KERNEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ticks since the scheduler started (plus configINITIAL_TICK_COUNT), in 64 bits: never wraps. Tasks only.
 * Over upstream: vTaskSetTimeOutState(&t); the upper half is t.xOverflowCount, the lower t.xTimeOnEntering. */
uint64_t hf_uptime_ticks(void);

/* The same in milliseconds, rounded down. Tasks only. Over upstream: hf_uptime_ticks() * 1000 / configTICK_RATE_HZ. */
uint64_t hf_uptime_ms(void);

/* Around every call into the secure world (TrustZone gate, ecall): any task may call, and others that want to call meanwhile
 * wait their turn; the caller inherits their priority. The call itself can be interrupted, and other tasks run. Calls must
 * end in the order of a stack, since they share the secure one: that is what this is for. Not nested. Tasks, and main() before
 * the scheduler starts; not interrupts. Over upstream: a mutex. */
void hf_secure_call_begin(void);
void hf_secure_call_end(void);

/* Where configASSERT() of the default configuration ends: misuse of the kernel was found at `line` of `file`; line 0: the
 * stack of the task called `file` overflowed, and there is no vApplicationStackOverflowHook(). From any context. Must not
 * return. The kernel brings a weak one that masks interrupts and halts (the host's aborts): define your own to report it
 * and reset. Over upstream: define configASSERT() to call it, as FreeRTOSConfig.h does. */
void hf_kernel_assert_failed(const char *file, int line);

#ifdef __cplusplus
}
#endif

#endif

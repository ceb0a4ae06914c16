/* Facts about device and boot, watchdog, console, crash record (hf_device.h).
 *
 * A trial's time: while the running image is on trial and not yet accepted, the watchdog can be fed for DEVICE_TRIAL_MS from the boot
 * on, so that a self-test has time for its network and one that never ends is reverted.
 *
 * Context as storage.h. */
#ifndef HF_SECURE_DEVICE_SERVICE_H
#define HF_SECURE_DEVICE_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "handoff.h"
#include "hf_device.h"

#define DEVICE_TRIAL_MS 120000u

/* Once per boot. info: outlives all calls. A boot after a watchdog reset gets a crash record that says so. */
void device_service_start(const boot_info *info);

void device_service_info(hf_device_info *info);
_Noreturn void device_service_reset(void);
/* PSA_SUCCESS | PSA_ERROR_NOT_PERMITTED the trial's time is over */
psa_status_t device_service_feed(void) PSA_MUST_CHECK;
void device_service_print(const void *text, size_t bytes);
/* False: no record. */
bool device_service_crash(hf_crash *crash);
void device_service_crash_clear(void);

#endif

/* What OTP says about this device, and the trust that follows from it. */
#ifndef HF_BOOT_DEVICE_H
#define HF_BOOT_DEVICE_H

#include "counter.h"
#include "otp_map.h"
#include "status.h"
#include "verify.h"

typedef struct device_facts {
  otp_fuses fuses;
  otp_revocation revoked;
} device_facts;

/* Reads OTP. BOOT_OK | BOOT_OTP_NO_REPLY | BOOT_OTP_BLANK | BOOT_OTP_RETIRED: nothing may boot. */
boot_status device_read(device_facts *device) BOOT_MUST_CHECK;

/* The last word before a jump, from OTP read anew and judged in another way than before: is the device not retired,
 * and is security_version not below the counter? Rollback and retirement rest on one comparison each
 * in the checks before; this is the other one. */
bool device_still_allows(counter_id id, uint32_t security_version) BOOT_MUST_CHECK;

/* Who may sign a loader: the root keys in OTP. Reads the loader counter.
 * device: must outlive the trust. BOOT_OK | BOOT_OTP_NO_REPLY. */
boot_status device_loader_trust(const device_facts *device, verify_trust *trust) BOOT_MUST_CHECK;

/* Who may sign firmware: the keys the running, verified loader names. Reads the firmware counter.
 * device, loader: must outlive the trust. BOOT_OK | BOOT_OTP_NO_REPLY. */
boot_status device_firmware_trust(const device_facts *device, const manifest *loader,
                                  verify_trust *trust) BOOT_MUST_CHECK;

#endif

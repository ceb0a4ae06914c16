#include "device.h"

#include "board.h"
#include "counter.h"
#include "otp.h"

boot_status device_read(device_facts *device)
{
  if (otp_read(OTP_FUSES_OFFSET, &device->fuses, sizeof device->fuses) != OTP_OK) return BOOT_OTP_NO_REPLY;
  if (otp_read(OTP_REVOCATION_OFFSET, &device->revoked, sizeof device->revoked) != OTP_OK) return BOOT_OTP_NO_REPLY;
  if (device->fuses.retired_mark != 0) return BOOT_OTP_RETIRED;
  if (device->fuses.factory_mark == 0) return BOOT_OTP_BLANK;
  return BOOT_OK;
}

static void common_trust(const device_facts *device, verify_trust *trust)
{
  trust->policy = device->fuses.policy;
  trust->secured = device->fuses.secured_mark != 0;
  trust->product_id = device->fuses.product_id;
  trust->hardware_revision = device->fuses.hardware_revision;
}

boot_status device_loader_trust(const device_facts *device, verify_trust *trust)
{
  *trust = (verify_trust){
    .kind = MANIFEST_KIND_LOADER,
    .key_count = ROOT_KEYS,
    .p256_hashes = device->fuses.root_p256,
    .lms_hashes = device->fuses.root_lms,
    .p256_revoked = device->revoked.p256,
    .lms_revoked = device->revoked.lms,
    .load_base = BOARD_LOADER_LOAD_BASE,
    .load_bytes = BOARD_LOADER_LOAD_BYTES,
    .place_bytes = BOARD_FLASH_LOADER_BYTES,
  };
  common_trust(device, trust);
  return counter_read(COUNTER_LOADER, &trust->security_counter);
}

boot_status device_firmware_trust(const device_facts *device, const manifest *loader, verify_trust *trust)
{
  *trust = (verify_trust){
    .kind = MANIFEST_KIND_FIRMWARE,
    .key_count = AUTHORITY_KEYS,
    .p256_hashes = loader->authority_p256,
    .lms_hashes = loader->authority_lms,
    .loader_version = loader->version,
    .load_base = BOARD_FIRMWARE_LOAD_BASE,
    .load_bytes = BOARD_FIRMWARE_LOAD_BYTES,
    .place_bytes = BOARD_FLASH_SLOT_BYTES,
  };
  common_trust(device, trust);
  return counter_read(COUNTER_FIRMWARE, &trust->security_counter);
}

bool device_still_allows(counter_id id, uint32_t security_version)
{
  uint32_t marks[3]; /* factory, secured, retired */
  uint32_t counter = 0xFFFFFFFFu;
  static_assert(offsetof(otp_fuses, retired_mark) == 8, "marks come first");
  if (counter_read(id, &counter) != BOOT_OK || otp_read(OTP_FUSES_OFFSET, marks, sizeof marks) != OTP_OK) return false;
  return ((uint64_t)security_version - counter) >> 32 == 0 && (marks[0] != 0) > (marks[2] != 0);
}

/* Verification that loads nothing: before an install, after a recovery. Not in the ROM. */
#include "ct.h"
#include "flash.h"
#include "sha256.h"
#include "verify.h"

boot_status verify_payload_in_flash(uint32_t place, const manifest *m)
{
  sha256_ctx hash;
  uint8_t digest[32], piece[256];
  sha256_init(&hash);
  for (uint32_t done = 0; done < m->payload_bytes;) {
    const uint32_t left = m->payload_bytes - done;
    const uint32_t bytes = left < sizeof piece ? left : (uint32_t)sizeof piece;
    if (flash_read(place + MANIFEST_BYTES + done, piece, bytes) != FLASH_OK) return BOOT_FLASH_UNREADABLE;
    sha256_update(&hash, piece, bytes);
    done += bytes;
  }
  sha256_final(&hash, digest);
  return ct_equal(digest, m->payload_sha256, sizeof digest) ? BOOT_OK : BOOT_PAYLOAD_DIGEST;
}

boot_status verify_in_flash(uint32_t place, const verify_trust *trust, manifest *m)
{
  unlock nothing_to_unlock;
  unlock_begin(&nothing_to_unlock, 0);
  if (flash_read(place, m, sizeof *m) != FLASH_OK) return BOOT_FLASH_UNREADABLE;
  const boot_status status = verify_manifest(m, trust, &nothing_to_unlock);
  return status == BOOT_OK ? verify_payload_in_flash(place, m) : status;
}

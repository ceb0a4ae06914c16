/* Stage 1.
 *
 * Two loader copies lie in flash. The newer one (by its version, not yet verified: it only orders)
 * goes first, so an update takes effect; the other one is the way back when the first is damaged,
 * or when a loader that verifies does not get as far as firmware several times in a row.
 */
#include "rom.h"

#include "board.h"
#include "device.h"
#include "flash.h"

static uint32_t copy_offset(uint32_t copy)
{
  return copy == 0 ? BOARD_FLASH_LOADER_0 : BOARD_FLASH_LOADER_1;
}

/* 0 for a copy that cannot be read: the other one goes first. */
static uint64_t claimed_version(uint32_t copy)
{
  manifest_version version;
  if (flash_read(copy_offset(copy) + offsetof(manifest, version), &version, sizeof version) != FLASH_OK) return 0;
  return manifest_version_order(version);
}

/* Erased flash claims the greatest version there is; it is refused by its magic, at the cost of one read. */
static uint32_t first_copy(uint32_t attempts)
{
  const uint32_t newer = claimed_version(1) > claimed_version(0);
  const uint32_t flipped = (attempts - 1) / ROM_ATTEMPTS_PER_COPY;
  return (newer ^ flipped) & 1u;
}

static boot_status try_copy(uint32_t copy, const verify_trust *trust, manifest *loader, uint32_t *entry)
{
  unlock u;
  if (flash_read(copy_offset(copy), loader, sizeof *loader) != FLASH_OK) return BOOT_FLASH_UNREADABLE;
  unlock_begin(&u, loader->entry);
  boot_status status = verify_manifest(loader, trust, &u);
  if (status != BOOT_OK) return status;
  status = verify_load(copy_offset(copy), loader, &u);
  *entry = unlock_entry(&u);
  return status;
}

boot_status rom_choose_loader(uint32_t attempts, manifest *loader, boot_handoff *handoff, uint32_t *entry)
{
  device_facts device;
  verify_trust trust;
  boot_status status = device_read(&device);
  if (status != BOOT_OK) return status;
  status = device_loader_trust(&device, &trust);
  if (status != BOOT_OK) return status;

  handoff->magic = BOOT_HANDOFF_MAGIC;
  handoff->size = sizeof *handoff;
  handoff->other_copy_status = (uint32_t)BOOT_OK;
  handoff->loader_copy = first_copy(attempts);
  status = try_copy(handoff->loader_copy, &trust, loader, entry);
  if (status == BOOT_OK) return status;
  handoff->other_copy_status = (uint32_t)status;
  handoff->loader_copy ^= 1u;
  return try_copy(handoff->loader_copy, &trust, loader, entry);
}

/* Stage 1.
 *
 * Two loader copies lie in flash. The newer one (by its version, not yet verified: it only orders)
 * goes first, so an update takes effect; the other one is the way back when the first is damaged,
 * or when a loader that verifies does not get as far as firmware several times in a row.
 */
#include "rom.h"

#include "device.h"
#include "loader_copy.h"

static uint32_t first_copy(uint32_t attempts)
{
  const uint32_t flipped = (attempts - 1) / ROM_ATTEMPTS_PER_COPY;
  return (loader_copy_newer() ^ flipped) & 1u;
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
  status = verify_and_load(loader_copy_base(handoff->loader_copy), &trust, loader, entry);
  if (status == BOOT_OK) return status;
  handoff->other_copy_status = (uint32_t)status;
  handoff->loader_copy ^= 1u;
  return verify_and_load(loader_copy_base(handoff->loader_copy), &trust, loader, entry);
}

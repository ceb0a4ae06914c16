#include "rig.h"

#include <stdlib.h>
#include <string.h>

#include "handover.h"
#include "rom.h"
#include "update.h"

rig_memory rig;
uint32_t rig_wear[RIG_FLASH_BYTES / FLASH_BLOCK_BYTES];
uint8_t rig_ram[RIG_RAM_BYTES];

const board_map rig_map = {
  .name = "rig",
  .flash_bytes = RIG_FLASH_BYTES,
  .loader_0 = 0,
  .loader_1 = RIG_PLACE_BYTES,
  .loader_bytes = RIG_PLACE_BYTES,
  .journal = 2 * RIG_PLACE_BYTES,
  .slot_a = 2 * RIG_PLACE_BYTES + 2 * FLASH_BLOCK_BYTES,
  .slot_b = 3 * RIG_PLACE_BYTES + 2 * FLASH_BLOCK_BYTES,
  .slot_bytes = RIG_PLACE_BYTES,
  .loader_load_base = RIG_RAM_BASE + 0x1000,
  .loader_load_bytes = 0x2000,
  .firmware_load_base = RIG_RAM_BASE + 0x4000,
  .firmware_load_bytes = 0x3000,
  .entry_mark = 1,
  .vectors_alignment = 128,
};

void rig_new(void)
{
  host_board_select(&rig_map);
  host_cut_disarm();
  memset(rig.flash, 0xFF, sizeof rig.flash);
  memset(rig.otp, 0, sizeof rig.otp);
  memset(rig_wear, 0, sizeof rig_wear);
  memset(rig_ram, 0, sizeof rig_ram);
  host_flash_attach(rig.flash, rig_wear);
  host_otp_attach(rig.otp, false);
  host_ram_attach(RIG_RAM_BASE, RIG_RAM_BYTES, rig_ram);
  image_fuses(rig_fuses());
}

otp_fuses *rig_fuses(void)
{
  return (otp_fuses *)(void *)(rig.otp + OTP_FUSES_OFFSET);
}

void rig_put(uint32_t base, const test_image *image)
{
  memset(rig.flash + base, 0xFF, RIG_PLACE_BYTES);
  memcpy(rig.flash + base, &image->m, sizeof image->m);
  memcpy(rig.flash + base + MANIFEST_BYTES, image->payload, image->m.payload_bytes);
}

void rig_settle_on(uint32_t slot)
{
  journal j;
  journal_open(&j);
  journal_record next = j.now;
  next.active = (uint8_t)slot;
  if (journal_append(&j, &next) != BOOT_OK) abort();
}

static boot_status start_loader(rig_boot_result *boot)
{
  loader *l = &boot->l;
  l->handoff = &boot->handoff;
  l->self = &boot->loader_manifest;
  boot_status status = loader_open(l);
  if (status != BOOT_OK) return status;
  status = loader_choose_firmware(l);
  if (status != BOOT_OK) return status;
  boot->settle = loader_settle(l);
  loader_describe(l, &boot->info);
  return l->entry == l->firmware.entry ? BOOT_OK : BOOT_UNLOCK;
}

boot_status rig_boot_attempt(rig_boot_result *boot, uint32_t attempts)
{
  uint32_t entry = 0;
  memset(boot, 0, sizeof *boot);
  memset(rig_ram, 0, sizeof rig_ram);
  boot->settle = BOOT_OK;
  boot->rom = boot->status = rom_choose_loader(attempts, &boot->loader_manifest, &boot->handoff, &entry);
  if (boot->rom != BOOT_OK) return boot->status;
  if (entry != boot->loader_manifest.entry) return boot->rom = boot->status = BOOT_UNLOCK;
  return boot->status = start_loader(boot);
}

boot_status rig_boot(rig_boot_result *boot)
{
  return rig_boot_attempt(boot, 1);
}

bool rig_ram_holds(const test_image *image)
{
  for (uint32_t i = 0; i < image->m.segment_count; i++) {
    const manifest_segment *s = &image->m.segments[i];
    if (memcmp(board_ram(s->address, s->bytes), image->payload + s->offset, s->bytes) != 0) return false;
  }
  return true;
}

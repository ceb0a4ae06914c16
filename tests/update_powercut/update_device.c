#include "update_device.h"

#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "handover.h"
#include "sha256.h"
#include "update.h"

uint8_t update_flash[UPDATE_FLASH_BYTES];
rig_boot_result update_boot;

enum { JOURNAL_AT = 2 * RIG_PLACE_BYTES, STAGING_AT = JOURNAL_AT + 2 * FLASH_BLOCK_BYTES };

const board_map update_map = {
  .name = "rig with staging",
  .flash_bytes = UPDATE_FLASH_BYTES,
  .loader_0 = 0,
  .loader_1 = RIG_PLACE_BYTES,
  .loader_bytes = RIG_PLACE_BYTES,
  .journal = JOURNAL_AT,
  .staging = STAGING_AT,
  .slot_a = STAGING_AT + 2 * FLASH_BLOCK_BYTES,
  .slot_b = STAGING_AT + 2 * FLASH_BLOCK_BYTES + UPDATE_SLOT_BYTES,
  .slot_bytes = UPDATE_SLOT_BYTES,
  .loader_load_base = RIG_RAM_BASE + 0x1000,
  .loader_load_bytes = 0x2000,
  .firmware_load_base = RIG_RAM_BASE + 0x4000,
  .firmware_load_bytes = 0x3000,
  .entry_mark = 1,
  .vectors_alignment = 128,
};

/* ---- Images ---- */

void update_image_sign(update_image *image, test_key key)
{
  image_key_p256(&image->m.p256_key, key, image->m.p256_key.flags);
  image_key_lms(&image->m.lms_key, key, image->m.lms_key.flags);
  image_sign_p256(&image->m, key);
  image_sign_lms(&image->m, key);
}

/* The maker makes a small image; this one has the same rules and a larger payload. */
void update_image_make(update_image *image, uint16_t minor, uint32_t security_version, uint32_t payload_bytes)
{
  static test_image small;
  sha256_ctx hash;
  host_board_select(&update_map);
  image_make(&small, MANIFEST_KIND_FIRMWARE, (manifest_version){1, minor, 0}, security_version, 512, minor);
  memset(image, 0xFF, sizeof *image);
  image->m = small.m;
  image->m.payload_bytes = payload_bytes;
  image_noise(image->payload, payload_bytes, 1000u + minor);
  memset(image->payload + 256, 0xFF, 64); /* units that look as if nobody had written them */
  sha256_init(&hash);
  sha256_update(&hash, image->payload, payload_bytes);
  sha256_final(&hash, image->m.payload_sha256);
  image->m.segments[1].bytes = payload_bytes - image->m.segments[0].bytes;
  update_image_sign(image, KEY_FIRMWARE_0);
}

uint32_t update_image_bytes(const update_image *image)
{
  return MANIFEST_BYTES + image->m.payload_bytes;
}

/* ---- The device ---- */

void update_device_put(uint32_t base, const void *bytes, uint32_t count)
{
  memcpy(update_flash + base, bytes, count);
}

static void put_loaders(void)
{
  static test_image own;
  if (own.m.magic == 0) image_make(&own, MANIFEST_KIND_LOADER, (manifest_version){1, 0, 0}, 1, 256, 1);
  update_device_put(update_map.loader_0, &own, MANIFEST_BYTES + own.m.payload_bytes);
  update_device_put(update_map.loader_1, &own, MANIFEST_BYTES + own.m.payload_bytes);
}

void update_device_new(uint32_t slot, const update_image *running)
{
  rig_new();
  host_board_select(&update_map);
  memset(update_flash, 0xFF, sizeof update_flash);
  host_flash_attach(update_flash, NULL);
  put_loaders();
  update_device_put(update_slot_base(slot), running, update_image_bytes(running));
  rig_settle_on(slot);
  if (counter_raise(COUNTER_FIRMWARE, running->m.security_version) != BOOT_OK) abort();
  if (counter_raise(COUNTER_LOADER, 1) != BOOT_OK) abort();
}

boot_status update_device_boot(void)
{
  const boot_status status = rig_boot(&update_boot);
  if (status != BOOT_OK) return status;
  return update_control_start(&update_boot.info, &update_boot.loader_manifest) == PSA_SUCCESS ? BOOT_OK : BOOT_HANDOFF;
}

bool update_device_runs(const update_image *image)
{
  for (uint32_t i = 0; i < image->m.segment_count; i++) {
    const manifest_segment *s = &image->m.segments[i];
    if (memcmp(board_ram(s->address, s->bytes), image->payload + s->offset, s->bytes) != 0) return false;
  }
  return memcmp(update_flash + update_slot_base(update_boot.info.slot), image, update_image_bytes(image)) == 0;
}

psa_fwu_component_info_t update_device_query(void)
{
  psa_fwu_component_info_t info;
  if (update_control_query(&info) != PSA_SUCCESS) abort();
  return info;
}

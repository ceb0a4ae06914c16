/* The rig's device with room for an update: slots of four blocks and a staging area. Its firmware is whatever the test
 * does between update_device_boot() and the next.
 *
 *     update_device_new(BOOT_SLOT_A, &old);       old runs in A, confirmed; the other slot is blank
 *     update_device_boot();                       ROM, loader, start of the service
 *     if (update_device_runs(&old)) ...
 */
#ifndef HF_TEST_UPDATE_DEVICE_H
#define HF_TEST_UPDATE_DEVICE_H

#include "rig.h"
#include "update_control.h"

#define UPDATE_SLOT_BLOCKS 4u
#define UPDATE_SLOT_BYTES (UPDATE_SLOT_BLOCKS * FLASH_BLOCK_BYTES)
#define UPDATE_FLASH_BYTES (2u * RIG_PLACE_BYTES + 4u * FLASH_BLOCK_BYTES + 2u * UPDATE_SLOT_BYTES)

extern const board_map update_map;
extern uint8_t update_flash[UPDATE_FLASH_BYTES];

/* An image file. */
typedef struct update_image {
  manifest m;
  uint8_t payload[UPDATE_SLOT_BYTES - MANIFEST_BYTES]; /* m.payload_bytes of it */
} update_image;
_Static_assert(sizeof(update_image) == UPDATE_SLOT_BYTES, "a file as it lies in a slot");

/* A good firmware image, payload_bytes a multiple of 32 from 512 on, most of a slot at most. */
void update_image_make(update_image *image, uint16_t minor, uint32_t security_version, uint32_t payload_bytes);
/* Signs the manifest again, after a test has changed it. */
void update_image_sign(update_image *image, test_key key);
/* Of the file. */
uint32_t update_image_bytes(const update_image *image);

void update_device_new(uint32_t slot, const update_image *running);
/* Lays an image into flash, as a factory would. */
void update_device_put(uint32_t base, const void *bytes, uint32_t count);

extern rig_boot_result update_boot;
/* Power-on, up to and with update_control_start(). */
boot_status update_device_boot(void);
/* The image the loader started is this one, in RAM and in the slot it came from, to the byte. */
bool update_device_runs(const update_image *image);
psa_fwu_component_info_t update_device_query(void);

#endif

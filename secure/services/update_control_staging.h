/* An image being written: what lies in flash until it is whole. To the bit: docs/formats.md, "An image being written".
 *
 *     staging_begin(slot, NULL)          the slot holds no image from here on
 *     staging_write(slot, offset, ...)   payload into the slot, the manifest (offsets 0..4095) into the staging area
 *     staging_manifest(&m)               judge it, and the payload
 *     staging_complete(slot, &m)         the manifest goes into the slot, last: now it holds an image
 *
 * Which slot may be written is the caller's decision (update_control.c); nothing else of the flash is touched here.
 * Context as storage.h. */
#ifndef HF_SECURE_UPDATE_CONTROL_STAGING_H
#define HF_SECURE_UPDATE_CONTROL_STAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "manifest.h"
#include "psa/error.h"
#include "status.h"

#define STAGING_MAP_UNITS 256u /* so a slot has at most as many blocks */

/* An image for `slot` was begun, and neither given up nor forgotten since. */
bool staging_is_begun(uint32_t slot);
/* The manifest was put into the slot: all of it, as it was staged. */
bool staging_is_complete(uint32_t slot);

/* Erases the slot's manifest and begins anew. m: manifest already verified and to be staged, or null.
 * Power loss: nothing has begun, and the slot holds no image. BOOT_OK | BOOT_FLASH_WRITE. */
boot_status staging_begin(uint32_t slot, const manifest *m) BOOT_MUST_CHECK;

/* Bytes of the image file; offset and bytes in units, within the slot, bytes at most FLASH_BLOCK_BYTES. Blocks are
 * erased at the first write into them. What is there already is left; a whole block (FLASH_BLOCK_BYTES, aligned)
 * replaces what differs, less than that fills only what is blank.
 * PSA_SUCCESS | PSA_ERROR_ALREADY_EXISTS other bytes, or torn ones, are in the way: the block they are in was left as
 * it is | PSA_ERROR_STORAGE_FAILURE */
psa_status_t staging_write(uint32_t slot, uint32_t offset, const void *data, uint32_t bytes) PSA_MUST_CHECK;

/* The staged manifest, whatever it is worth. BOOT_OK | BOOT_FLASH_UNREADABLE. */
boot_status staging_manifest(manifest *m) BOOT_MUST_CHECK;
/* Some unit of the first `bytes` of the image was never written: blank, or its block was never begun. An image may have
 * blank units of its own, so this explains why one did not verify; it condemns none. */
bool staging_has_gaps(uint32_t slot, uint32_t bytes);
/* Every block of the first `bytes` was begun: no byte of an earlier image is left among them. */
bool staging_has_all_blocks(uint32_t bytes);

/* m: verified, and so is the payload. Power loss: before, or complete. BOOT_OK | BOOT_FLASH_WRITE. */
boot_status staging_complete(uint32_t slot, const manifest *m) BOOT_MUST_CHECK;

/* Nothing is being written any more; the slot is left as it is. BOOT_OK | BOOT_FLASH_WRITE. */
boot_status staging_forget(void) BOOT_MUST_CHECK;
/* The same, and the slot holds no image either. BOOT_OK | BOOT_FLASH_WRITE. */
boot_status staging_discard(uint32_t slot) BOOT_MUST_CHECK;

#endif

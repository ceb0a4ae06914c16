/* Changing what a device runs: install, trial, confirm, reject, and the update of the loader.
 *
 * The secure side of firmware calls these; so do recovery, the host tool (over a device's files)
 * and the power-cut tests. Each function leaves flash, journal and counters such that power loss at
 * any instant in it ends in the state before or after, never between (tests/powercut).
 */
#ifndef HF_BOOT_UPDATE_H
#define HF_BOOT_UPDATE_H

#include <stdint.h>

#include "device.h"
#include "journal.h"
#include "manifest.h"
#include "status.h"
#include "verify.h"

#define UPDATE_TRIES 3u /* boots a trial gets by default */

/* Writes one image into a place in flash (a slot, or a loader copy). Payload first, manifest
 * last: what is incomplete has no manifest and is never taken for an image. */
typedef struct update_writer {
  uint32_t base;     /* flash offset of the place */
  uint32_t capacity; /* of the place, manifest included */
  uint32_t payload_bytes;
  uint32_t written; /* payload bytes so far */
  uint32_t held;    /* bytes in `unit`, less than a program unit */
  uint8_t unit[16];
} update_writer;

/* Begins: checks that the payload (verified manifest's payload_bytes) fits, and erases the place, manifest first.
 * BOOT_OK | BOOT_MANIFEST_SIZE (nothing was touched) | BOOT_FLASH_WRITE. */
boot_status update_begin(update_writer *w, uint32_t base, uint32_t capacity, uint32_t payload_bytes) BOOT_MUST_CHECK;
/* Next payload bytes, in order, any length. BOOT_OK | BOOT_UPDATE_RANGE more than announced | BOOT_FLASH_WRITE. */
boot_status update_write(update_writer *w, const void *data, uint32_t bytes) BOOT_MUST_CHECK;
/* All payload is written: writes the manifest. BOOT_OK | BOOT_UPDATE_RANGE too few bytes | BOOT_FLASH_WRITE. */
boot_status update_finish(update_writer *w, const manifest *m) BOOT_MUST_CHECK;

/* Flash offset of a firmware slot (BOOT_SLOT_A, _B). */
uint32_t update_slot_base(uint32_t slot);
/* The slot a new image may be written to: not the active one. BOOT_SLOT_NONE while a trial is under
 * way: confirm or reject it first. */
uint32_t update_staging_slot(const journal *j);

/* Begins the update of the loader, over the copy that is not running; go on with update_write() and
 * update_finish(w, m), then restart. The ROM takes the newer copy; one that does not reach firmware is left
 * again; the first settled boot makes both copies equal and raises the loader counter.
 * running_copy: boot_info.loader_copy. m: manifest of the new loader. device: read by device_read().
 * scratch: caller's memory for a manifest. Nothing is touched before m has verified, the counter has room, and
 * the active firmware is seen to boot under m too (a loader that no longer names its key comes after firmware
 * signed by one it does name): any verification status | BOOT_UPDATE_BUSY | BOOT_OTP_FULL | BOOT_UPDATE_ORPHANS |
 * what update_begin() answers. */
boot_status update_begin_loader(update_writer *w, const journal *j, uint32_t running_copy, const manifest *m,
                                const device_facts *device, manifest *scratch) BOOT_MUST_CHECK;

/* Puts the complete image in `slot` on trial: `tries` boots to confirm, then the active one again.
 * trust: as for verify_manifest(); the image is verified in full (signatures, digest) first and
 * a free counter cell is demanded when it would raise the counter. job: id for the outcome, or null.
 * scratch: caller's memory for the manifest.
 * BOOT_OK | BOOT_UPDATE_BUSY | BOOT_UPDATE_RUNNING | BOOT_OTP_FULL | any verification status | BOOT_JOURNAL_WRITE. */
boot_status update_install(journal *j, uint32_t slot, const verify_trust *trust, uint32_t tries, const char *job,
                           manifest *scratch) BOOT_MUST_CHECK;

/* The journal half of update_install(), nothing verified: the loader verifies whatever it boots.
 * BOOT_OK | BOOT_JOURNAL_WRITE. */
boot_status update_start_trial(journal *j, uint32_t slot, uint32_t tries, const char *job) BOOT_MUST_CHECK;

/* The firmware on trial is healthy: it becomes the active one, then the counter is raised to
 * security_version (of the running image). Repeating it is harmless: it completes a torn one.
 * BOOT_OK | BOOT_UPDATE_NO_TRIAL nothing was on trial and nothing was left to complete | BOOT_JOURNAL_WRITE | counter_raise's. */
boot_status update_confirm(journal *j, uint32_t running_slot, uint32_t security_version) BOOT_MUST_CHECK;

/* The trial is given up for `reason`; the active slot boots next.
 * BOOT_OK | BOOT_UPDATE_NO_TRIAL | BOOT_JOURNAL_WRITE. */
boot_status update_reject(journal *j, boot_status reason) BOOT_MUST_CHECK;

/* The cloud has been told of the outcome. BOOT_OK | BOOT_JOURNAL_WRITE. */
boot_status update_outcome_told(journal *j) BOOT_MUST_CHECK;

#endif

/* Firmware update: a subset of the PSA Firmware Update API 1.0. One component: the firmware (both worlds are one
 * image).
 *
 *     psa_fwu_start(HF_FWU_FIRMWARE, NULL, 0);
 *     psa_fwu_write(HF_FWU_FIRMWARE, offset, block, bytes);      pieces of the image file, in any order
 *     psa_fwu_finish(HF_FWU_FIRMWARE);                           verifies all that the loader will verify
 *     psa_fwu_install();                                         on trial at the next boot
 *     psa_fwu_request_reboot();
 *     ... after the reboot, when all is well:
 *     psa_fwu_accept();
 *
 *              start            finish             install            reboot
 *     READY ----------> WRITING -------> CANDIDATE --------> STAGED ----------> TRIAL ---accept---> READY (the new image runs)
 *       ^                 |                  |                 | reject           | reject, or no accept in its boots
 *       |                 | cancel           | cancel          v                  v
 *       +---- clean ------+------------------+------------- FAILED <---reboot-- REJECTED
 *
 * WRITING, CANDIDATE, STAGED, TRIAL and FAILED survive power loss; what was written stays written, so a download can go
 * on. The boot journal is the only truth; the running slot cannot be written. start() in FAILED cleans by itself.
 *
 * Every function may also answer what psa/error.h says of all calls, PSA_ERROR_DOES_NOT_EXIST (no such component),
 * PSA_ERROR_BAD_STATE (the service did not start: the console said why) and PSA_ERROR_STORAGE_FAILURE (flash or journal
 * did not take the data). Tasks only. */
#ifndef PSA_UPDATE_H
#define PSA_UPDATE_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

#define PSA_FWU_API_VERSION_MAJOR 1
#define PSA_FWU_API_VERSION_MINOR 0

#define PSA_SUCCESS_REBOOT ((psa_status_t)1)
#define PSA_ERROR_DEPENDENCY_NEEDED ((psa_status_t)-156)

typedef uint8_t psa_fwu_component_t;
#define HF_FWU_FIRMWARE ((psa_fwu_component_t)0)
#define FWU_COMPONENT_NUMBER 1u

#define PSA_FWU_READY 0u
#define PSA_FWU_WRITING 1u
#define PSA_FWU_CANDIDATE 2u
#define PSA_FWU_STAGED 3u
#define PSA_FWU_FAILED 4u
#define PSA_FWU_TRIAL 5u
#define PSA_FWU_REJECTED 6u
#define PSA_FWU_UPDATED 7u /* of the specification; never seen here */

#define PSA_FWU_MAX_WRITE_SIZE 4096u
#define HF_FWU_UNIT_BYTES 16u /* offsets and lengths of psa_fwu_write() are multiples */

typedef struct psa_fwu_image_version_t {
  uint8_t major; /* 255: see impl for the whole number; so 255 for minor, 65535 for patch */
  uint8_t minor;
  uint16_t patch;
  uint32_t build; /* 0 */
} psa_fwu_image_version_t;

#define HF_JOB_MAX 64u /* characters of a job id (AWS IoT) */

#define HF_REASON_NONE 0x6D3A95C7u

/* What became of the last update, until somebody has been told (hf_update_outcome_told()). */
#define HF_OUTCOME_NONE 0u
#define HF_OUTCOME_CONFIRMED 1u
#define HF_OUTCOME_REVERTED 2u

/* Beyond the specification. */
typedef struct psa_fwu_impl_info_t {
  uint16_t version_major, version_minor; /* of the running image, in full */
  uint32_t version_patch;
  uint32_t security_version;
  uint16_t candidate_major,
    candidate_minor; /* of the image in the other slot; CANDIDATE, STAGED and, in TRIAL, the old one */
  uint32_t candidate_patch;
  uint32_t
    reason; /* a boot_status word: why start, finish or install refused, until one succeeds or the device restarts;
                      else why the last update was given up. HF_REASON_NONE: it was not, or only cancelled. A program that
                      links hf_boot_names has names and sentences: boot_status_name(), boot_status_text() of status.h */
  uint32_t outcome;     /* HF_OUTCOME_* still to be told */
  char job[HF_JOB_MAX]; /* job id of that outcome, or of the trial; padded with 0 */
} psa_fwu_impl_info_t;

typedef struct psa_fwu_component_info_t {
  uint8_t state;                   /* PSA_FWU_* */
  psa_status_t error;              /* FAILED, REJECTED: why, as a status (cancelled: PSA_SUCCESS); reason has more */
  psa_fwu_image_version_t version; /* of the running image */
  uint32_t max_size;               /* of an image file */
  uint32_t flags;                  /* 0: staging is not volatile */
  uint32_t location;               /* 0 */
  psa_fwu_impl_info_t impl;
} psa_fwu_component_info_t;

/* PSA_SUCCESS */
psa_status_t psa_fwu_query(psa_fwu_component_t component, psa_fwu_component_info_t *info)
  PSA_LINK_NAME(psa_fwu_query) PSA_MUST_CHECK;

/* READY or FAILED -> WRITING. manifest: NULL with 0, or the first 4096 bytes of the image file: then they are verified
 * now (as finish does) and need not be written, so that an image that would be refused is not downloaded first.
 * PSA_SUCCESS | PSA_ERROR_BAD_STATE | PSA_ERROR_INVALID_ARGUMENT another manifest_size | and, with a manifest, what psa_fwu_finish() says of it: then nothing has begun. */
psa_status_t psa_fwu_start(psa_fwu_component_t component, const void *manifest, size_t manifest_size)
  PSA_LINK_NAME(psa_fwu_start) PSA_MUST_CHECK;

/* Bytes of the image file, in any order; the same bytes again are no error. Only WRITING. A block is erased at the
 * first write into it, so a call takes as long as one or two erases.
 *
 * After a power loss repeat the write that was interrupted: what it tore is told by PSA_ERROR_ALREADY_EXISTS. A write
 * of a whole block (offset and size multiples of 4096; pad the end of the file with 0xFF) replaces whatever is in its
 * way and never answers that; so a download in whole blocks just goes on. One in smaller pieces then fetches that block
 * of 4096 bytes once more, and writes it whole. PSA_SUCCESS | PSA_ERROR_BAD_STATE | PSA_ERROR_INVALID_ARGUMENT beyond
 * max_size, not multiples of HF_FWU_UNIT_BYTES, or more than PSA_FWU_MAX_WRITE_SIZE: nothing was written |
 * PSA_ERROR_ALREADY_EXISTS other bytes, or torn ones, are in the way: of their block nothing was changed; write all of
 * it, or start anew */
psa_status_t psa_fwu_write(psa_fwu_component_t component, size_t image_offset, const void *block, size_t block_size)
  PSA_LINK_NAME(psa_fwu_write) PSA_MUST_CHECK;

/* WRITING -> CANDIDATE, or still WRITING after an error: cancel, or write what was missing. Reads all of the image:
 * some seconds. PSA_SUCCESS | PSA_ERROR_BAD_STATE | PSA_ERROR_INVALID_SIGNATURE wrong, missing or untrusted signature,
 * or payload not what was signed | PSA_ERROR_NOT_PERMITTED older than the counter allows, or the counter cannot be
 * raised | PSA_ERROR_DEPENDENCY_NEEDED wants a newer loader | PSA_ERROR_NOT_SUPPORTED another product, hardware or
 * format | PSA_ERROR_INSUFFICIENT_STORAGE does not fit | PSA_ERROR_INSUFFICIENT_DATA parts were not written, or (an
 * image may have blank parts of its own) one of the errors before, of an image with blank parts |
 * PSA_ERROR_HARDWARE_FAILURE OTP does not answer. psa_fwu_query(): impl.reason says which rule. */
psa_status_t psa_fwu_finish(psa_fwu_component_t component) PSA_LINK_NAME(psa_fwu_finish) PSA_MUST_CHECK;

/* WRITING or CANDIDATE -> FAILED (clean it, or start again). What finish() said last is kept as the reason.
 * PSA_SUCCESS | PSA_ERROR_BAD_STATE */
psa_status_t psa_fwu_cancel(psa_fwu_component_t component) PSA_LINK_NAME(psa_fwu_cancel) PSA_MUST_CHECK;

/* FAILED -> READY. PSA_SUCCESS | PSA_ERROR_BAD_STATE */
psa_status_t psa_fwu_clean(psa_fwu_component_t component) PSA_LINK_NAME(psa_fwu_clean) PSA_MUST_CHECK;

/* CANDIDATE -> STAGED; verified once more. An outcome of an earlier update that was not told by then is forgotten.
 * PSA_SUCCESS_REBOOT | PSA_ERROR_BAD_STATE | what finish says */
psa_status_t psa_fwu_install(void) PSA_LINK_NAME(psa_fwu_install) PSA_MUST_CHECK;

/* The same, with the id under which the outcome is to be told: 1..HF_JOB_MAX characters.
 * PSA_ERROR_INVALID_ARGUMENT too long | as above */
psa_status_t hf_fwu_install(const char *job) PSA_MUST_CHECK;

/* Restarts the device; comes back only with an error. */
psa_status_t psa_fwu_request_reboot(void) PSA_LINK_NAME(psa_fwu_request_reboot) PSA_MUST_CHECK;

/* TRIAL -> REJECTED (PSA_SUCCESS_REBOOT: the old image is back after a restart); STAGED -> FAILED (PSA_SUCCESS). error:
 * not used. PSA_ERROR_BAD_STATE */
psa_status_t psa_fwu_reject(psa_status_t error) PSA_LINK_NAME(psa_fwu_reject) PSA_MUST_CHECK;

/* TRIAL -> READY: the running image is kept, and the security counter raised. Repeating it is harmless, and completes a
 * torn one. PSA_SUCCESS | PSA_ERROR_BAD_STATE nothing is on trial, and nothing was left to complete |
 * PSA_ERROR_HARDWARE_FAILURE the counter did not take it: accepted, but an older image is still allowed; the next boot
 * tries again */
psa_status_t psa_fwu_accept(void) PSA_LINK_NAME(psa_fwu_accept) PSA_MUST_CHECK;

/* The outcome in impl has been told. PSA_SUCCESS */
psa_status_t hf_update_outcome_told(void) PSA_MUST_CHECK;

#endif

/* Firmware update behind the gate: the state machine of psa/update.h over the journal and slots of boot/common. States
 * and errors as psa/update.h has them; what lies in flash while an image is being written: update_control_staging.h.
 *
 * Context as storage.h. */
#ifndef HF_SECURE_UPDATE_CONTROL_H
#define HF_SECURE_UPDATE_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "handoff.h"
#include "manifest.h"
#include "psa/update.h"

/* Once per boot. info: what the loader said, copied. loader: its verified manifest, which says who may sign firmware;
 * in memory that nobody else can write, and stays there.
 * PSA_SUCCESS | PSA_ERROR_HARDWARE_FAILURE one of them is not what it should be: all else here answers
 * PSA_ERROR_BAD_STATE then */
psa_status_t update_control_start(const boot_info *info, const manifest *loader) PSA_MUST_CHECK;

psa_status_t update_control_query(psa_fwu_component_info_t *info) PSA_MUST_CHECK;
/* manifest_bytes: 0, or MANIFEST_BYTES. Copied. */
psa_status_t update_control_begin(const void *manifest_of_image, size_t manifest_bytes) PSA_MUST_CHECK;
psa_status_t update_control_write(size_t offset, const void *data, size_t bytes) PSA_MUST_CHECK;
psa_status_t update_control_finish(void) PSA_MUST_CHECK;
psa_status_t update_control_cancel(void) PSA_MUST_CHECK;
psa_status_t update_control_clean(void) PSA_MUST_CHECK;
/* job: HF_JOB_MAX characters, padded with 0; all 0: none. */
psa_status_t update_control_install(const char job[HF_JOB_MAX]) PSA_MUST_CHECK;
psa_status_t update_control_reject(void) PSA_MUST_CHECK;
psa_status_t update_control_accept(void) PSA_MUST_CHECK;
psa_status_t update_control_outcome_told(void) PSA_MUST_CHECK;

#endif

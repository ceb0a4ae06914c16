/* Sealed storage: PSA Internal Trusted Storage API 1.0 (PSA Secure Storage).
 *
 *     const char host[] = "broker.example";
 *     if (psa_its_set(42, sizeof host, host, PSA_STORAGE_FLAG_NONE) != PSA_SUCCESS) ...
 *
 * Items are encrypted and authenticated under a key of this one device, and survive power loss at any instant: the old value or
 * the new one. Each is kept twice, in different flash blocks. Items of the application; those of the secure world are others.
 *
 * Every function may also answer what psa/error.h says of all calls and of storage. Tasks only. */
#ifndef PSA_INTERNAL_TRUSTED_STORAGE_H
#define PSA_INTERNAL_TRUSTED_STORAGE_H

#include "psa/storage_common.h"

#define PSA_ITS_API_VERSION_MAJOR 1
#define PSA_ITS_API_VERSION_MINOR 0

#define HF_ITS_VALUE_MAX 3072u /* bytes of one item */
#define HF_ITS_ITEMS_MAX 48u   /* of the application */
#define HF_ITS_BYTES_MAX \
  16384u /* all the application's values together, each rounded up to 16 and with HF_ITS_ITEM_OVERHEAD more */
#define HF_ITS_ITEM_OVERHEAD 96u

/* Creates or replaces. data: may be NULL when data_length is 0.
 * PSA_SUCCESS | PSA_ERROR_NOT_PERMITTED it exists and is write-once | PSA_ERROR_NOT_SUPPORTED a flag that is not one |
 * PSA_ERROR_INVALID_ARGUMENT uid 0, or longer than HF_ITS_VALUE_MAX | PSA_ERROR_INSUFFICIENT_STORAGE no room, or the counter
 * against replay is used up | PSA_ERROR_STORAGE_FAILURE | PSA_ERROR_DATA_CORRUPT storage is stale (hf_storage_reset()).
 * After an error the old value is still there; but after PSA_ERROR_STORAGE_FAILURE or PSA_ERROR_HARDWARE_FAILURE, the old or the new
 * one: ask for it. An item that answers PSA_ERROR_DATA_CORRUPT may be set anew, write-once or not. */
psa_status_t psa_its_set(psa_storage_uid_t uid, size_t data_length, const void *p_data,
                         psa_storage_create_flags_t create_flags) PSA_LINK_NAME(psa_its_set) PSA_MUST_CHECK;

/* Reads up to data_size bytes from data_offset on.
 * PSA_SUCCESS | PSA_ERROR_DOES_NOT_EXIST | PSA_ERROR_INVALID_ARGUMENT uid 0, or data_offset beyond the end | PSA_ERROR_DATA_CORRUPT |
 * PSA_ERROR_STORAGE_FAILURE */
psa_status_t psa_its_get(psa_storage_uid_t uid, size_t data_offset, size_t data_size, void *p_data,
                         size_t *p_data_length) PSA_LINK_NAME(psa_its_get) PSA_MUST_CHECK;

/* PSA_SUCCESS | PSA_ERROR_DOES_NOT_EXIST | PSA_ERROR_INVALID_ARGUMENT | PSA_ERROR_DATA_CORRUPT | PSA_ERROR_STORAGE_FAILURE */
psa_status_t psa_its_get_info(psa_storage_uid_t uid, struct psa_storage_info_t *p_info)
  PSA_LINK_NAME(psa_its_get_info) PSA_MUST_CHECK;

/* PSA_SUCCESS | PSA_ERROR_DOES_NOT_EXIST | PSA_ERROR_NOT_PERMITTED write-once | PSA_ERROR_INVALID_ARGUMENT |
 * PSA_ERROR_STORAGE_FAILURE | PSA_ERROR_DATA_CORRUPT */
psa_status_t psa_its_remove(psa_storage_uid_t uid) PSA_LINK_NAME(psa_its_remove) PSA_MUST_CHECK;

/* Not of the specification: when both copies of a record are lost (hf_device_info.storage_lost), items that it may have changed answer
 * PSA_ERROR_DATA_CORRUPT, and ids of which nothing is known too, since one of them may have been in it. This says that what is
 * lost is gone: such items and ids answer PSA_ERROR_DOES_NOT_EXIST from then on and can be made anew, write-once ones too (so that flag
 * holds against software, not against software that has an accomplice with the flash in hand); all others stay.
 * PSA_SUCCESS | PSA_ERROR_NOT_PERMITTED nothing was lost | PSA_ERROR_INSUFFICIENT_STORAGE the counter is used up */
psa_status_t hf_storage_forget_losses(void) PSA_MUST_CHECK;

/* Not of the specification: when storage is stale (all answers PSA_ERROR_DATA_CORRUPT: the flash was put back to an earlier time,
 * or both copies of its newest record decayed), gives up everything in it, keys too, and begins anew.
 * PSA_SUCCESS | PSA_ERROR_NOT_PERMITTED it is not stale | PSA_ERROR_STORAGE_FAILURE | PSA_ERROR_INSUFFICIENT_STORAGE */
psa_status_t hf_storage_reset(void) PSA_MUST_CHECK;

#endif

/* Sealed storage: small items under authenticated encryption in NOR flash, power-safe, and safe from being put back to
 * an earlier time. Format, invariants and the states of a mount: storage.c; to the bit: docs/formats.md.
 *
 * Context: secure services and factory code, one caller at a time, not from interrupts. */
#ifndef HF_SECURE_STORAGE_H
#define HF_SECURE_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "psa/internal_trusted_storage.h"

/* Whose item it is: the ids of each are apart from the other's, and so is the room. */
typedef enum storage_owner {
  STORAGE_SECURE = 1,    /* key slots */
  STORAGE_NONSECURE = 2, /* the application's */
} storage_owner;

#define STORAGE_SECURE_ITEMS_MAX 16u
#define STORAGE_SECURE_BYTES_MAX 4096u /* counted like HF_ITS_BYTES_MAX */

/* Needs no random numbers (it uses what there are), and keeps no key in RAM between calls. */

/* Reads the log, finds the newest state and finishes what power loss interrupted (a log that has suffered is copied).
 * On a blank device (no log, counter 0) it begins one. Call it once per boot, before all else here (which answers
 * PSA_ERROR_BAD_STATE until then).
 * PSA_SUCCESS | PSA_ERROR_DATA_CORRUPT the storage is stale: nothing but storage_reset() works |
 * PSA_ERROR_HARDWARE_FAILURE OTP does not answer, its key is blank, or the board's place for storage is too small or
 * begins within a block | PSA_ERROR_STORAGE_FAILURE flash takes nothing | PSA_ERROR_INSUFFICIENT_STORAGE the counter
 * has no epoch left to settle in */
psa_status_t storage_mount(void) PSA_MUST_CHECK;

/* As in psa/internal_trusted_storage.h; what was lost, and unknown ids that may have been, answers
 * PSA_ERROR_DATA_CORRUPT (storage_forget_losses()), but can be set. out_used is 0 after an error, and out is wiped.
 * PSA_ERROR_HARDWARE_FAILURE: OTP does not answer or did not take a bit. After that and after PSA_ERROR_STORAGE_FAILURE
 * of a change, the next call mounts again and so learns whether the change was made. Every change of STORAGE_SECURE is
 * protected against replay, whatever its flags say, and so is every write-once item. */
psa_status_t storage_set(storage_owner owner, uint64_t uid, const void *data, size_t bytes,
                         uint32_t flags) PSA_MUST_CHECK;
psa_status_t storage_get(storage_owner owner, uint64_t uid, size_t offset, void *out, size_t out_bytes,
                         size_t *out_used) PSA_MUST_CHECK;
psa_status_t storage_get_info(storage_owner owner, uint64_t uid, struct psa_storage_info_t *info) PSA_MUST_CHECK;
psa_status_t storage_remove(storage_owner owner, uint64_t uid) PSA_MUST_CHECK;
/* Items with first <= uid <= last; 0 when nothing is mounted. */
uint32_t storage_count(storage_owner owner, uint64_t first, uint64_t last);

bool storage_is_stale(void);
/* Stale storage only: gives up everything in it and begins anew, with an epoch above all there ever were.
 * PSA_SUCCESS | PSA_ERROR_NOT_PERMITTED it is not stale | PSA_ERROR_INSUFFICIENT_STORAGE the counter is used up |
 * PSA_ERROR_STORAGE_FAILURE, PSA_ERROR_HARDWARE_FAILURE: still stale, try again | PSA_ERROR_BAD_STATE not mounted */
psa_status_t storage_reset(void) PSA_MUST_CHECK;

/* Records were lost in both copies: some items answer PSA_ERROR_DATA_CORRUPT, and perhaps all unknown ones of an owner,
 * as nobody knows which were lost. False too when nothing is mounted. */
bool storage_has_losses(void);
/* Lost items, known or not, are gone from then on: they do not exist, and can be set anew. All others stay. Flash from
 * before it is stale. Takes one raise of those kept for STORAGE_SECURE. Reads the log anew first.
 * PSA_SUCCESS | PSA_ERROR_NOT_PERMITTED nothing was lost | PSA_ERROR_DATA_CORRUPT stale: storage_reset() |
 * PSA_ERROR_INSUFFICIENT_STORAGE the counter is used up | PSA_ERROR_STORAGE_FAILURE, PSA_ERROR_HARDWARE_FAILURE: try
 * again | PSA_ERROR_CORRUPTION_DETECTED the counter was raised behind its back | PSA_ERROR_BAD_STATE not mounted */
psa_status_t storage_forget_losses(void) PSA_MUST_CHECK;

/* Protected changes the counter still has room for, of STORAGE_NONSECURE: STORAGE_SECURE has STORAGE_SECURE_RAISES
 * more. 0 too when OTP does not answer. */
uint32_t storage_raises_left(void);
#define STORAGE_SECURE_RAISES 256u

#endif

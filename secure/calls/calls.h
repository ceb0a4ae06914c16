/* Every service that can be called from outside the secure world: one table. The gate of each isolation kind checks a call against
 * it, copies in, and lets serve.c serve it; the client library (client/) packs calls. Both sides are built from the same headers and
 * updated as one image, so that ids and layouts have no versions. */
#ifndef HF_SECURE_CALLS_H
#define HF_SECURE_CALLS_H

#include <stdint.h>

#include "hf_device.h"
#include "psa/crypto.h"
#include "psa/internal_trusted_storage.h"
#include "psa/update.h"

/* ---- Arguments: what has a fixed size. Everything else is input (read) or output (written). ---- */

typedef struct call_no_arguments {
  uint8_t none[0]; /* size 0 */
} call_no_arguments;

typedef struct call_key {
  psa_key_id_t id;
} call_key;

typedef struct call_sign {
  psa_key_id_t id;
  psa_algorithm_t algorithm;
} call_sign;

typedef struct call_item {
  uint32_t uid[2]; /* low word first */
} call_item;

typedef struct call_item_set {
  uint32_t uid[2];
  uint32_t flags;
} call_item_set;

typedef struct call_item_get {
  uint32_t uid[2];
  uint32_t offset;
} call_item_get;

typedef struct call_item_info {
  uint32_t size;
  uint32_t flags;
} call_item_info;

typedef struct call_component {
  uint32_t component;
} call_component;

typedef struct call_component_write {
  uint32_t component;
  uint32_t offset;
} call_component_write;

typedef struct call_job {
  char job[HF_JOB_MAX];
} call_job;

/* ---- Who may call ----
 *
 * Unprivileged code may use what is there: sign, draw, read. What makes, changes or wears is for privileged code. */

#define CALLER_PRIVILEGED 1u   /* non-secure, privileged: kernel and all tasks of ours */
#define CALLER_UNPRIVILEGED 2u /* non-secure, unprivileged */
#define CALLER_ANY (CALLER_PRIVILEGED | CALLER_UNPRIVILEGED)

/* Name, function of serve.c (without its serve_), who may call, type of the arguments, most input bytes, most output bytes, and whether it works with
 * secrets (then the secure stack is wiped after it): so does all that asks storage for anything, as storage may have to mount again.
 * An id is the place in this list. */
#define CALLS(X)                                                                                                \
  X(EMPTY, empty, CALLER_ANY, call_no_arguments, 0, 0, false)                                                   \
  X(KEY_GENERATE, key_generate, CALLER_PRIVILEGED, psa_key_attributes_t, 0, sizeof(psa_key_id_t), true)         \
  X(KEY_DESTROY, key_destroy, CALLER_PRIVILEGED, call_key, 0, 0, true)                                          \
  X(KEY_ATTRIBUTES, key_attributes, CALLER_ANY, call_key, 0, sizeof(psa_key_attributes_t), true)                \
  X(KEY_EXPORT, key_export, CALLER_ANY, call_key, 0, 0, true)                                                   \
  X(KEY_EXPORT_PUBLIC, key_export_public, CALLER_ANY, call_key, 0, PSA_EXPORT_PUBLIC_KEY_MAX_SIZE, true)        \
  X(KEY_SIGN_HASH, key_sign_hash, CALLER_ANY, call_sign, PSA_HASH_LENGTH_SHA_256, PSA_SIGNATURE_MAX_SIZE, true) \
  X(RANDOM, random, CALLER_ANY, call_no_arguments, 0, CALL_RANDOM_MAX, true)                                    \
  X(ITEM_SET, item_set, CALLER_PRIVILEGED, call_item_set, HF_ITS_VALUE_MAX, 0, true)                            \
  X(ITEM_GET, item_get, CALLER_ANY, call_item_get, 0, HF_ITS_VALUE_MAX, true)                                   \
  X(ITEM_INFO, item_info, CALLER_ANY, call_item, 0, sizeof(call_item_info), true)                               \
  X(ITEM_REMOVE, item_remove, CALLER_PRIVILEGED, call_item, 0, 0, true)                                         \
  X(STORAGE_RESET, storage_reset, CALLER_PRIVILEGED, call_no_arguments, 0, 0, true)                             \
  X(STORAGE_FORGET_LOSSES, storage_forget_losses, CALLER_PRIVILEGED, call_no_arguments, 0, 0, true)             \
  X(UPDATE_QUERY, update_query, CALLER_ANY, call_component, 0, sizeof(psa_fwu_component_info_t), false)         \
  X(UPDATE_START, update_start, CALLER_PRIVILEGED, call_component, CALL_MANIFEST_BYTES, 0, false)               \
  X(UPDATE_WRITE, update_write, CALLER_PRIVILEGED, call_component_write, PSA_FWU_MAX_WRITE_SIZE, 0, false)      \
  X(UPDATE_FINISH, update_finish, CALLER_PRIVILEGED, call_component, 0, 0, false)                               \
  X(UPDATE_CANCEL, update_cancel, CALLER_PRIVILEGED, call_component, 0, 0, false)                               \
  X(UPDATE_CLEAN, update_clean, CALLER_PRIVILEGED, call_component, 0, 0, false)                                 \
  X(UPDATE_INSTALL, update_install, CALLER_PRIVILEGED, call_job, 0, 0, false)                                   \
  X(UPDATE_REJECT, update_reject, CALLER_PRIVILEGED, call_no_arguments, 0, 0, false)                            \
  X(UPDATE_ACCEPT, update_accept, CALLER_PRIVILEGED, call_no_arguments, 0, 0, false)                            \
  X(UPDATE_OUTCOME_TOLD, update_outcome_told, CALLER_PRIVILEGED, call_no_arguments, 0, 0, false)                \
  X(DEVICE_INFO, device_info, CALLER_ANY, call_no_arguments, 0, sizeof(hf_device_info), true)                   \
  X(DEVICE_RESET, device_reset, CALLER_PRIVILEGED, call_no_arguments, 0, 0, false)                              \
  X(WATCHDOG_FEED, watchdog_feed, CALLER_PRIVILEGED, call_no_arguments, 0, 0, false)                            \
  X(CONSOLE_WRITE, console_write, CALLER_ANY, call_no_arguments, HF_CONSOLE_MAX, 0, false)                      \
  X(CRASH_READ, crash_read, CALLER_ANY, call_no_arguments, 0, sizeof(hf_crash), false)                          \
  X(CRASH_CLEAR, crash_clear, CALLER_PRIVILEGED, call_no_arguments, 0, 0, false)

#define CALL_RANDOM_MAX 256u
#define CALL_MANIFEST_BYTES 4096u

typedef enum call_id {
#define CALL_ID(name, ...) CALL_##name,
  CALLS(CALL_ID)
#undef CALL_ID
    CALL_COUNT
} call_id;

#endif

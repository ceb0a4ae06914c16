/* Types of the PSA Secure Storage API 1.0. */
#ifndef PSA_STORAGE_COMMON_H
#define PSA_STORAGE_COMMON_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

typedef uint32_t psa_storage_create_flags_t;
typedef uint64_t psa_storage_uid_t; /* 0 is not one */

#define PSA_STORAGE_FLAG_NONE ((psa_storage_create_flags_t)0)
/* Can be neither changed nor removed. */
#define PSA_STORAGE_FLAG_WRITE_ONCE ((psa_storage_create_flags_t)(1u << 0))
#define PSA_STORAGE_FLAG_NO_CONFIDENTIALITY \
  ((psa_storage_create_flags_t)(1u << 1)) /* taken, and encrypted all the same */
/* An earlier value of this item may come back when somebody rewrites the flash. For what changes often: other items use up a
 * counter in OTP (docs/formats.md says how often it can be raised). */
#define PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION ((psa_storage_create_flags_t)(1u << 2))

struct psa_storage_info_t {
  size_t capacity; /* = size */
  size_t size;
  psa_storage_create_flags_t flags;
};

#endif

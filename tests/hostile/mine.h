/* What is the hostile program's own: a key, items, memory. */
#ifndef HF_HOSTILE_MINE_H
#define HF_HOSTILE_MINE_H

#include "firmware_map.h"
#include "psa/crypto.h"
#include "psa/storage_common.h"

#define MY_KEY ((psa_key_id_t)0x00C0FFEE)
#define MY_ITEM ((psa_storage_uid_t)0x00C0FFEE00000001)
#define MY_ITEM_ONCE ((psa_storage_uid_t)0x00C0FFEE00000002)

#define MY_MEMORY_END (FIRMWARE_NONSECURE_RAM_BASE + FIRMWARE_NONSECURE_RAM_BYTES)
#define SECURE_RAM FIRMWARE_SECURE_RAM_BASE

/* SHA-256 of "abc" (FIPS 180-4, example). */
extern const uint8_t my_hash[PSA_HASH_LENGTH_SHA_256];
/* A P-256 key that signs. */
psa_key_attributes_t my_attributes(psa_key_id_t id);

#endif

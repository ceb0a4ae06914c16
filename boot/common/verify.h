/* Verifying an image: is this manifest one of ours, for this device, and not too old; and is the
 * payload in RAM exactly what it signs?
 *
 * Both questions answer twice: with a boot_status, and by turning the `unlock` lock one step per
 * rule that holds. Only a lock that made all its turns gives the entry address away. A broken
 * rule and a skipped one both leave it a turn short, whatever branch is taken afterwards.
 *
 *     uint32_t entry;
 *     if (verify_and_load(place, &trust, &m, &entry) == BOOT_OK && entry == m.entry) start(entry);
 */
#ifndef HF_BOOT_VERIFY_H
#define HF_BOOT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "manifest.h"
#include "status.h"

/* What the verifying stage trusts. Pointers are the caller's and must stay valid during the call. */
typedef struct verify_trust {
  uint32_t kind;                                  /* MANIFEST_KIND_* wanted */
  uint32_t policy;                                /* OTP_POLICY_*: which signatures are required */
  uint32_t key_count;                             /* entries in each of the two hash lists */
  const uint8_t (*p256_hashes)[TRUST_HASH_BYTES]; /* all-0 entries are empty and never match */
  const uint8_t (*lms_hashes)[TRUST_HASH_BYTES];
  const uint32_t *p256_revoked; /* marks per key, or null: none can be revoked */
  const uint32_t *lms_revoked;
  bool secured;              /* refuse development keys */
  const uint8_t *product_id; /* 16 bytes */
  uint32_t hardware_revision;
  uint32_t security_counter;       /* images below it are refused */
  manifest_version loader_version; /* firmware: the running loader's; else 0 */
  uint32_t load_base;              /* region all segments must lie in */
  uint32_t load_bytes;
  uint32_t place_bytes; /* of the slot or copy, manifest included */
} verify_trust;

typedef struct unlock {
  uint32_t entry;
  uint32_t turned; /* a constant, turned once per rule that held */
} unlock;

void unlock_begin(unlock *u, uint32_t entry);
/* The entry address if every check was made and passed, some other number otherwise. */
uint32_t unlock_entry(const unlock *u);

/* Checks everything about a manifest that needs no payload. m: a private copy in RAM that nobody
 * else can change. Signatures first; no other field is used before. Any status of the MF and SG areas. */
boot_status verify_manifest(const manifest *m, const verify_trust *trust, unlock *u) BOOT_MUST_CHECK;

/* Copies the payload that follows the manifest at flash offset `place` to its load addresses and
 * hashes the copies. m: verified. BOOT_OK | BOOT_FLASH_UNREADABLE | BOOT_PAYLOAD_DIGEST: RAM has been wiped. */
boot_status verify_load(uint32_t place, const manifest *m, unlock *u) BOOT_MUST_CHECK;

/* All of it for the image at `place`: reads the manifest into m, verifies it, loads the payload.
 * *entry: what the checks unlocked; compare it with m->entry before the jump, and jump to *entry.
 * BOOT_FLASH_UNREADABLE and the statuses of the two above. */
boot_status verify_and_load(uint32_t place, const verify_trust *trust, manifest *m, uint32_t *entry) BOOT_MUST_CHECK;

/* Hashes the payload in flash without loading it. m: verified. BOOT_OK | BOOT_FLASH_UNREADABLE | BOOT_PAYLOAD_DIGEST. */
boot_status verify_payload_in_flash(uint32_t place, const manifest *m) BOOT_MUST_CHECK;

/* The same verdict as verify_and_load(), loading nothing. For installs and tools: no jump hangs on it. */
boot_status verify_in_flash(uint32_t place, const verify_trust *trust, manifest *m) BOOT_MUST_CHECK;

#endif

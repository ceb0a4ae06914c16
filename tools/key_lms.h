/* LMS private keys (one-level HSS, SHA-256): NAME.lms.key, docs/formats-keys.md. */
#ifndef HF_TOOLS_KEY_LMS_H
#define HF_TOOLS_KEY_LMS_H

#include "key_record.h"
#include "lms.h"
#include "passphrase.h"

/* Makes NAME.lms.key, .lms.log, .lms.state, .lms.pub. height: 5 or 10; w: 4 or 8. pass: as key_p256_new(). */
bool key_lms_new(const char *directory, const char *name, uint32_t height, uint32_t w, uint32_t flags,
                 const passphrase *pass) IO_MUST_CHECK;

/* Signs `message` with the next leaf, which is used up from then on, also when this fails later.
 * signature: MANIFEST_LMS_BYTES, what the signature leaves is set to 0. left: signatures the key has after this one. */
bool key_lms_sign(const char *directory, const char *name, passphrase *pass, const key_lms *expected,
                  const void *message, size_t bytes, uint8_t signature[MANIFEST_LMS_BYTES],
                  uint32_t *left) IO_MUST_CHECK;

/* Signatures the key can still make. */
bool key_lms_left(const char *directory, const char *name, const key_lms *key, uint32_t *left) IO_MUST_CHECK;

/* Is the private file there and encrypted? */
bool key_lms_is_sealed(const char *directory, const char *name);

/* Says so when few signatures are left: fewer than 5 %, but at least 16, or half of a small key. */
void key_lms_warn(const char *name, const key_lms *key, uint32_t left);

/* Leaves in all. */
uint32_t key_lms_total(const key_lms *key);

#endif

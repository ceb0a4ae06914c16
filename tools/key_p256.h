/* P-256 private keys: PKCS#8 in PEM, in the clear or encrypted (PBES2: scrypt, AES-256-CBC). */
#ifndef HF_TOOLS_KEY_P256_H
#define HF_TOOLS_KEY_P256_H

#include "key_record.h"
#include "passphrase.h"

/* Makes NAME.p256.key and NAME.p256.pub. pass: encrypt under it; null: in the clear. False: has said why. */
bool key_p256_new(const char *directory, const char *name, uint32_t flags, const passphrase *pass) IO_MUST_CHECK;

/* Signs a SHA-256 digest with NAME.p256.key; r then s. pass: asked for only when the key is encrypted.
 * expected: the public record the signature must fit; a private file that belongs to another key is refused. */
bool key_p256_sign(const char *directory, const char *name, passphrase *pass, const key_p256 *expected,
                   const uint8_t digest[32], uint8_t signature[64]) IO_MUST_CHECK;

/* A signature in DER or as r then s, into r then s. False: it is neither. */
bool key_p256_signature_from(const uint8_t *data, size_t bytes, uint8_t signature[64]) IO_MUST_CHECK;

#endif

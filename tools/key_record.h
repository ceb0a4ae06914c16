/* The public side of a signing key: its records, as manifests and OTP know them, and its public files.
 *
 * NAME.p256.pub: SubjectPublicKeyInfo in PEM, as every other tool writes it.
 * NAME.lms.pub:  PEM "HSS LMS PUBLIC KEY", 60 bytes of RFC 8554 section 6.1.
 * A development key has the line KEY_DEVELOPMENT_LINE before the PEM block, in its private files too.
 */
#ifndef HF_TOOLS_KEY_RECORD_H
#define HF_TOOLS_KEY_RECORD_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

#include "io.h"
#include "manifest.h"

#define KEY_FILE_MAX 65536u
#define KEY_DEVELOPMENT_LINE "Holdfast-Key: development\n"

/* What exists under one name: either record, or both. */
typedef struct key_records {
  bool has_p256, has_lms;
  key_p256 p256;
  key_lms lms;
} key_records;

/* Reads NAME's public files. False (and said so) when neither exists or one is damaged. */
bool key_records_load(const char *directory, const char *name, key_records *out) IO_MUST_CHECK;

/* The trust anchor: SHA-256 of the record. */
void key_p256_hash(const key_p256 *key, uint8_t hash[TRUST_HASH_BYTES]);
void key_lms_hash(const key_lms *key, uint8_t hash[TRUST_HASH_BYTES]);

/* X and Y of an OpenSSL key. False: it is not on P-256. */
bool key_p256_record(const EVP_PKEY *pkey, uint32_t flags, key_p256 *out) IO_MUST_CHECK;

/* Writes the public file; refuses to overwrite. */
bool key_p256_save_public(const char *directory, const char *name, const EVP_PKEY *pkey, uint32_t flags) IO_MUST_CHECK;
bool key_lms_save_public(const char *directory, const char *name, const key_lms *key) IO_MUST_CHECK;

/* KEY_DEVELOPMENT when the text before the PEM block has the development line, else 0. */
uint32_t key_flags_of_text(const char *text);

/* Writes what a memory BIO holds to directory/name+suffix, new, with the mark before it. Secret-safe. */
bool key_save_bio(const char *directory, const char *name, const char *suffix, BIO *bio, uint32_t flags,
                  mode_t mode) IO_MUST_CHECK;

#endif

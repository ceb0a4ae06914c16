#include "csr.h"

#include <string.h>

#include "hf_identity.h"
#include "keys.h"
#include "p256.h"
#include "sha256.h"

/* ---- Writing DER (X.690) ---- */

enum {
  DER_INTEGER = 0x02,
  DER_BIT_STRING = 0x03,
  DER_OID = 0x06,
  DER_UTF8_STRING = 0x0c,
  DER_SEQUENCE = 0x30,
  DER_SET = 0x31,
  DER_CONTEXT_0 = 0xa0, /* [0], constructed */
};

/* Appends to the caller's buffer. Once something did not fit, nothing more is written. */
typedef struct der_writer {
  uint8_t *out;
  size_t size, used;
  bool full;
} der_writer;

static void der_bytes(der_writer *w, const void *bytes, size_t count)
{
  if (w->full || count > w->size - w->used) {
    w->full = true;
    return;
  }
  memcpy(w->out + w->used, bytes, count);
  w->used += count;
}

static void der_byte(der_writer *w, unsigned byte)
{
  const uint8_t one = (uint8_t)byte;
  der_bytes(w, &one, 1);
}

/* Opens a value; der_end() with the answer closes it and fills in its length. */
static size_t der_begin(der_writer *w, unsigned tag)
{
  der_byte(w, tag);
  der_byte(w, 0);
  return w->used;
}

/* Lengths below 128 have the byte that der_begin() left; longer contents move up to make room (X.690, 10.1: the shortest form).
 * Nothing here is longer than 65535 bytes. */
static void der_end(der_writer *w, size_t begin)
{
  const size_t length = w->used - begin, more = length < 0x80 ? 0 : length < 0x100 ? 1 : 2;
  der_bytes(w, "\0\0", more);
  if (w->full) return;
  memmove(w->out + begin + more, w->out + begin, length);
  w->out[begin - 1] = (uint8_t)(more == 0 ? length : 0x80 + more);
  if (more == 2) w->out[begin] = (uint8_t)(length >> 8);
  if (more != 0) w->out[begin + more - 1] = (uint8_t)length;
}

static void der_value(der_writer *w, unsigned tag, const void *bytes, size_t count)
{
  const size_t value = der_begin(w, tag);
  der_bytes(w, bytes, count);
  der_end(w, value);
}

/* An unsigned number of 32 bytes: no leading zeros, but one before a first bit that would be a sign. */
static void der_number(der_writer *w, const uint8_t number[P256_BYTES])
{
  size_t skip = 0;
  while (skip < P256_BYTES - 1 && number[skip] == 0) skip++;
  const size_t value = der_begin(w, DER_INTEGER);
  if (number[skip] & 0x80) der_byte(w, 0);
  der_bytes(w, number + skip, P256_BYTES - skip);
  der_end(w, value);
}

/* ---- The request ---- */

static const uint8_t oid_common_name[] = {0x55, 0x04, 0x03};                           /* 2.5.4.3 */
static const uint8_t oid_ec_public_key[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01}; /* 1.2.840.10045.2.1 */
static const uint8_t oid_p256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};    /* 1.2.840.10045.3.1.7 */
static const uint8_t oid_ecdsa_with_sha256[] = {0x2a, 0x86, 0x48, 0xce,
                                                0x3d, 0x04, 0x03, 0x02}; /* 1.2.840.10045.4.3.2 */

bool csr_name_is_valid(const char *name, size_t bytes)
{
  if (bytes < 1 || bytes > HF_THING_NAME_MAX) return false;
  for (size_t i = 0; i < bytes; i++) {
    const char c = name[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != ':' && c != '_' && c != '-') return false;
  }
  return true;
}

/* Name: one RDN of one attribute. */
static void write_subject(der_writer *w, const char *name, size_t name_bytes)
{
  const size_t rdns = der_begin(w, DER_SEQUENCE);
  const size_t rdn = der_begin(w, DER_SET);
  const size_t attribute = der_begin(w, DER_SEQUENCE);
  der_value(w, DER_OID, oid_common_name, sizeof oid_common_name);
  der_value(w, DER_UTF8_STRING, name, name_bytes);
  der_end(w, attribute);
  der_end(w, rdn);
  der_end(w, rdns);
}

/* SubjectPublicKeyInfo, RFC 5480, 2. */
static void write_key(der_writer *w, const uint8_t point[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE])
{
  const size_t info = der_begin(w, DER_SEQUENCE);
  const size_t algorithm = der_begin(w, DER_SEQUENCE);
  der_value(w, DER_OID, oid_ec_public_key, sizeof oid_ec_public_key);
  der_value(w, DER_OID, oid_p256, sizeof oid_p256);
  der_end(w, algorithm);
  const size_t key = der_begin(w, DER_BIT_STRING);
  der_byte(w, 0); /* unused bits */
  der_bytes(w, point, PSA_EXPORT_PUBLIC_KEY_MAX_SIZE);
  der_end(w, key);
  der_end(w, info);
}

/* CertificationRequestInfo, RFC 2986, 4.1: what is signed. */
static void write_info(der_writer *w, const char *name, size_t name_bytes,
                       const uint8_t point[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE])
{
  const size_t info = der_begin(w, DER_SEQUENCE);
  der_value(w, DER_INTEGER, "\0", 1); /* version: v1 */
  write_subject(w, name, name_bytes);
  write_key(w, point);
  der_value(w, DER_CONTEXT_0, "", 0); /* no attributes */
  der_end(w, info);
}

/* signatureAlgorithm and signature; the latter holds an Ecdsa-Sig-Value, RFC 3279, 2.2.3. */
static void write_signature(der_writer *w, const uint8_t signature[P256_SIGNATURE_BYTES])
{
  const size_t algorithm = der_begin(w, DER_SEQUENCE);
  der_value(w, DER_OID, oid_ecdsa_with_sha256, sizeof oid_ecdsa_with_sha256);
  der_end(w, algorithm);
  const size_t bits = der_begin(w, DER_BIT_STRING);
  der_byte(w, 0);
  const size_t pair = der_begin(w, DER_SEQUENCE);
  der_number(w, signature);
  der_number(w, signature + P256_BYTES);
  der_end(w, pair);
  der_end(w, bits);
}

static psa_status_t sign_info(uint8_t signature[P256_SIGNATURE_BYTES], const uint8_t *info, size_t bytes)
{
  uint8_t hash[SHA256_BYTES];
  size_t used;
  sha256_ctx ctx;
  sha256_init(&ctx);
  sha256_update(&ctx, info, bytes);
  sha256_final(&ctx, hash);
  return keys_sign_hash(HF_KEY_DEVICE_IDENTITY, PSA_ALG_ECDSA(PSA_ALG_SHA_256), hash, sizeof hash, signature,
                        P256_SIGNATURE_BYTES, &used);
}

psa_status_t csr_make(const char *thing_name, size_t name_bytes, uint8_t *out, size_t out_bytes, size_t *used)
{
  *used = 0;
  if (!csr_name_is_valid(thing_name, name_bytes)) return PSA_ERROR_INVALID_ARGUMENT;
  uint8_t point[PSA_EXPORT_PUBLIC_KEY_MAX_SIZE], signature[P256_SIGNATURE_BYTES];
  size_t point_bytes;
  psa_status_t status = keys_export_public(HF_KEY_DEVICE_IDENTITY, point, sizeof point, &point_bytes);
  if (status != PSA_SUCCESS) return status;

  der_writer w = {.out = out, .size = out_bytes};
  const size_t request = der_begin(&w, DER_SEQUENCE), info = w.used;
  write_info(&w, thing_name, name_bytes, point);
  if (w.full) return PSA_ERROR_BUFFER_TOO_SMALL;
  status = sign_info(signature, out + info, w.used - info);
  if (status != PSA_SUCCESS) return status;
  write_signature(&w, signature);
  der_end(&w, request);
  if (w.full) return PSA_ERROR_BUFFER_TOO_SMALL;
  *used = w.used;
  return PSA_SUCCESS;
}

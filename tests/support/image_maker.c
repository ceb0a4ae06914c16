#include "image_maker.h"

#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "sha256.h"
#include "test_keys.h"

void image_noise(void *out, uint32_t bytes, uint32_t seed)
{
  uint8_t *byte = out;
  uint64_t state = 0x9E3779B97F4A7C15u ^ (uint64_t)seed << 17;
  for (uint32_t i = 0; i < bytes; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte[i] = (uint8_t)(state >> 32);
  }
}

/* ---- Keys ---- */

void image_key_p256(key_p256 *record, test_key key, uint32_t flags)
{
  record->flags = flags;
  test_p256_public(record->public_key, key);
}

void image_key_lms(key_lms *record, test_key key, uint32_t flags)
{
  record->flags = flags;
  hss_public_key(record->public_key, test_lms(key));
}

void image_trust_p256(uint8_t hash[TRUST_HASH_BYTES], test_key key, uint32_t flags)
{
  key_p256 record;
  image_key_p256(&record, key, flags);
  sha256(hash, &record, sizeof record);
}

void image_trust_lms(uint8_t hash[TRUST_HASH_BYTES], test_key key, uint32_t flags)
{
  key_lms record;
  image_key_lms(&record, key, flags);
  sha256(hash, &record, sizeof record);
}

/* ---- Signing ---- */

void image_sign_p256(manifest *m, test_key key)
{
  uint8_t digest[32];
  sha256(digest, m, MANIFEST_SIGNED_BYTES);
  test_p256_sign(m->p256_signature, key, digest);
}

void image_sign_lms(manifest *m, test_key key)
{
  const lms_signing_key *lms = test_lms(key);
  const size_t bytes = hss_sign_bytes(lms);
  memset(m->lms_signature, 0, sizeof m->lms_signature);
  if (bytes > sizeof m->lms_signature ||
      hss_sign(m->lms_signature, bytes, lms, m->security_version % 32, NULL, m, MANIFEST_SIGNED_BYTES) != CRYPTO_OK)
    abort();
}

void image_sign(test_image *image, test_key key)
{
  image_key_p256(&image->m.p256_key, key, image->m.p256_key.flags);
  image_key_lms(&image->m.lms_key, key, image->m.lms_key.flags);
  image_sign_p256(&image->m, key);
  image_sign_lms(&image->m, key);
}

/* ---- Images ---- */

void image_digest(test_image *image)
{
  sha256(image->m.payload_sha256, image->payload, image->m.payload_bytes);
}

/* All of a loader is one secure segment; firmware has a non-secure second half. */
static void lay_out(manifest *m)
{
  const bool loader = m->kind == MANIFEST_KIND_LOADER;
  const uint32_t base = loader ? BOARD_LOADER_LOAD_BASE : BOARD_FIRMWARE_LOAD_BASE;
  const uint32_t first = loader || m->payload_bytes < 512 ? m->payload_bytes : m->payload_bytes / 2;
  m->segments[0] = (manifest_segment){.offset = 0, .bytes = first, .address = base};
  m->segment_count = 1;
  if (first < m->payload_bytes) {
    m->segments[1] = (manifest_segment){
      .offset = first, .bytes = m->payload_bytes - first, .address = base + first + 64, .flags = SEGMENT_NONSECURE};
    m->segment_count = 2;
  }
  m->vectors = base;
  m->entry = base + 0x41;
}

void image_make(test_image *image, uint32_t kind, manifest_version version, uint32_t security_version,
                uint32_t payload_bytes, uint32_t seed)
{
  if (payload_bytes > TEST_PAYLOAD_MAX || payload_bytes < 128 || payload_bytes % 32 != 0) abort();
  memset(image, 0, sizeof *image);
  manifest *m = &image->m;
  m->magic = MANIFEST_MAGIC;
  m->format = MANIFEST_FORMAT;
  m->kind = kind;
  m->security_version = security_version;
  memcpy(m->product_id, TEST_PRODUCT, sizeof TEST_PRODUCT);
  m->hardware_min = TEST_HARDWARE_REVISION - 1;
  m->hardware_max = TEST_HARDWARE_REVISION + 1;
  m->version = version;
  m->payload_bytes = payload_bytes;
  image_noise(image->payload, payload_bytes, seed);
  image_noise(m->build_id, sizeof m->build_id, seed + 1);
  image_digest(image);
  lay_out(m);
  if (kind == MANIFEST_KIND_LOADER) {
    image_trust_p256(m->authority_p256[0], KEY_FIRMWARE_0, 0);
    image_trust_lms(m->authority_lms[0], KEY_FIRMWARE_0, 0);
  }
  image_sign(image, kind == MANIFEST_KIND_LOADER ? KEY_ROOT_0 : KEY_FIRMWARE_0);
}

void image_fuses(otp_fuses *fuses)
{
  memset(fuses, 0, sizeof *fuses);
  fuses->factory_mark = OTP_MARK_SET;
  fuses->policy = OTP_POLICY_BOTH;
  fuses->hardware_revision = TEST_HARDWARE_REVISION;
  memcpy(fuses->product_id, TEST_PRODUCT, sizeof TEST_PRODUCT);
  memcpy(fuses->serial, "0001", 4);
  image_trust_p256(fuses->root_p256[0], KEY_ROOT_0, 0);
  image_trust_p256(fuses->root_p256[1], KEY_ROOT_1, 0);
  image_trust_lms(fuses->root_lms[0], KEY_ROOT_0, 0);
  image_trust_lms(fuses->root_lms[1], KEY_ROOT_1, 0);
}

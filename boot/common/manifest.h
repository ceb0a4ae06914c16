/* The manifest: the fixed 4096-byte header of every image. docs/formats.md has it to the bit.
 *
 * Signed is the first MANIFEST_SIGNED_BYTES: all of it except the two signatures. Nothing in it
 * is used before both signatures (as the OTP policy demands) are good, except the two key records,
 * which count only when their hash is one the device trusts. All integers little-endian: the
 * struct is the wire format on every target we support (asserted below).
 */
#ifndef HF_BOOT_MANIFEST_H
#define HF_BOOT_MANIFEST_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_BYTES 4096u
#define MANIFEST_SIGNED_BYTES 1024u
#define MANIFEST_MAGIC 0x314D4648u /* "HFM1" */
#define MANIFEST_FORMAT 1u
#define MANIFEST_SEGMENTS_MAX 8u
#define MANIFEST_ALIGNMENT 16u /* of segment offsets, lengths, addresses and the payload length */
#define MANIFEST_LMS_BYTES 3008u

#define MANIFEST_KIND_LOADER 0x52444C48u   /* "HLDR" */
#define MANIFEST_KIND_FIRMWARE 0x52574648u /* "HFWR" */

/* Semantic version. Ordered by major, minor, patch. */
typedef struct manifest_version {
  uint16_t major;
  uint16_t minor;
  uint32_t patch;
} manifest_version;

/* One piece of the payload and where it is loaded. Segments tile the payload: the first starts at
 * offset 0, each next where the one before ends, the last ends at payload_bytes. */
#define SEGMENT_NONSECURE 1u /* for information of the firmware's own set-up; other bits must be 0 */
typedef struct manifest_segment {
  uint32_t offset;  /* in the payload */
  uint32_t bytes;   /* > 0 */
  uint32_t address; /* bus address of its first byte, secure alias */
  uint32_t flags;
} manifest_segment;

/* A public key with its marking. A trust anchor (OTP, loader manifest) is the SHA-256 of the whole
 * record, so the development mark cannot be taken off a key. */
#define KEY_DEVELOPMENT 1u /* other bits must be 0 */
typedef struct key_p256 {
  uint32_t flags;
  uint8_t public_key[64]; /* X then Y, big-endian (SEC 1 without the 0x04) */
} key_p256;
typedef struct key_lms {
  uint32_t flags;
  uint8_t public_key[60]; /* HSS public key, RFC 8554 section 6.1 */
} key_lms;

#define TRUST_HASH_BYTES 32u
#define ROOT_KEYS 4u      /* per algorithm, in OTP: who may sign loaders */
#define AUTHORITY_KEYS 2u /* per algorithm, in the loader's manifest: who may sign firmware */

typedef struct manifest {
  uint32_t magic;
  uint32_t format;
  uint32_t kind;
  uint32_t security_version; /* must not be below the device's counter */
  uint8_t product_id[16];    /* must equal OTP's; text, padded with 0 */
  uint32_t hardware_min;     /* revision range, both inclusive */
  uint32_t hardware_max;
  manifest_version version;
  manifest_version loader_min; /* firmware: oldest loader that may start it; loader: 0 */
  uint32_t payload_bytes;
  uint32_t entry;         /* first instruction; bit 0 as the CPU marks code addresses (Arm: 1) */
  uint32_t vectors;       /* address of the vector table, inside a segment */
  uint32_t segment_count; /* 1..MANIFEST_SEGMENTS_MAX */
  uint8_t payload_sha256[32];
  manifest_segment segments[MANIFEST_SEGMENTS_MAX]; /* unused ones all 0 */
  uint8_t sbom_sha256[32];                          /* of the software bill of materials; 0 when there is none */
  uint8_t build_id[32];                             /* free for the maker */
  key_p256 p256_key;
  key_lms lms_key;
  /* Loader only, all 0 in firmware: */
  uint8_t authority_p256[AUTHORITY_KEYS][TRUST_HASH_BYTES];
  uint8_t authority_lms[AUTHORITY_KEYS][TRUST_HASH_BYTES];
  uint32_t revoke_root_p256; /* bit i: root key i is to be revoked once this loader is in use */
  uint32_t revoke_root_lms;
  uint8_t reserved[460]; /* must be 0 */
  /* Not signed: */
  uint8_t p256_signature[64];                /* r then s, big-endian, over SHA-256 of the signed bytes */
  uint8_t lms_signature[MANIFEST_LMS_BYTES]; /* HSS signature over the signed bytes, then 0 */
} manifest;

#define MANIFEST_AT(field, at) static_assert(offsetof(manifest, field) == (at), #field)
MANIFEST_AT(magic, 0);
MANIFEST_AT(format, 4);
MANIFEST_AT(kind, 8);
MANIFEST_AT(security_version, 12);
MANIFEST_AT(product_id, 16);
MANIFEST_AT(hardware_min, 32);
MANIFEST_AT(hardware_max, 36);
MANIFEST_AT(version, 40);
MANIFEST_AT(loader_min, 48);
MANIFEST_AT(payload_bytes, 56);
MANIFEST_AT(entry, 60);
MANIFEST_AT(vectors, 64);
MANIFEST_AT(segment_count, 68);
MANIFEST_AT(payload_sha256, 72);
MANIFEST_AT(segments, 104);
MANIFEST_AT(sbom_sha256, 232);
MANIFEST_AT(build_id, 264);
MANIFEST_AT(p256_key, 296);
MANIFEST_AT(lms_key, 364);
MANIFEST_AT(authority_p256, 428);
MANIFEST_AT(authority_lms, 492);
MANIFEST_AT(revoke_root_p256, 556);
MANIFEST_AT(revoke_root_lms, 560);
MANIFEST_AT(reserved, 564);
MANIFEST_AT(p256_signature, 1024);
MANIFEST_AT(lms_signature, 1088);
#undef MANIFEST_AT
static_assert(sizeof(manifest) == MANIFEST_BYTES, "manifest is one flash block");
static_assert(offsetof(manifest, p256_signature) == MANIFEST_SIGNED_BYTES, "signed part ends at the signatures");

/* One number that orders versions. */
static inline uint64_t manifest_version_order(manifest_version v)
{
  return (uint64_t)v.major << 48 | (uint64_t)v.minor << 32 | v.patch;
}

#endif

#include "verify_bench.h"

#include <stdlib.h>
#include <string.h>

#include "lms.h"
#include "sha256.h"

static test_key signer(const verify_bench *b)
{
  return b->image.m.kind == MANIFEST_KIND_LOADER ? KEY_ROOT_0 : KEY_FIRMWARE_0;
}

void bench_new(verify_bench *b, uint32_t kind)
{
  static test_image made[2], naming; /* signing is the slow part: once per kind */
  test_image *image = &made[kind == MANIFEST_KIND_LOADER];
  rig_new();
  if (image->m.magic == 0) image_make(image, kind, (manifest_version){2, 3, 4}, 7, 1024, 11);
  if (naming.m.magic == 0) image_make(&naming, MANIFEST_KIND_LOADER, (manifest_version){1, 2, 3}, 1, 256, 12);
  b->image = *image;
  b->loader = naming;
  b->as_it_is = false;
  boot_status status = device_read(&b->device);
  if (status == BOOT_OK && kind == MANIFEST_KIND_LOADER)
    status = device_loader_trust(&b->device, &b->trust);
  else if (status == BOOT_OK)
    status = device_firmware_trust(&b->device, &b->loader.m, &b->trust);
  if (status != BOOT_OK) abort();
}

void bench_sign(verify_bench *b)
{
  if (b->as_it_is) return;
  const test_key key = b->trust.kind == MANIFEST_KIND_LOADER ? KEY_ROOT_0 : KEY_FIRMWARE_0;
  image_sign_p256(&b->image.m, key);
  image_sign_lms(&b->image.m, key);
}

boot_status bench_verify(verify_bench *b, uint32_t *entry)
{
  const manifest *m = &b->image.m;
  unlock u;
  memcpy(rig.flash + rig_map.slot_a + MANIFEST_BYTES, b->image.payload, rig_map.slot_bytes - MANIFEST_BYTES);
  unlock_begin(&u, m->entry);
  boot_status status = verify_manifest(m, &b->trust, &u);
  if (status == BOOT_OK) status = verify_load(rig_map.slot_a, m, &u);
  *entry = unlock_entry(&u);
  return status;
}

/* ---- Changes: head ---- */

static void other_magic(verify_bench *b)
{
  b->image.m.magic ^= 0x100;
}
static void erased_magic(verify_bench *b)
{
  b->image.m.magic = 0xFFFFFFFFu;
}
static void format_0(verify_bench *b)
{
  b->image.m.format = 0;
}
static void format_2(verify_bench *b)
{
  b->image.m.format = 2;
}

/* ---- Changes: keys and policy ---- */

static void sign_as_it_is(verify_bench *b, test_key p256, test_key lms)
{
  image_sign_p256(&b->image.m, p256);
  image_sign_lms(&b->image.m, lms);
  b->as_it_is = true;
}

static void stranger_both(verify_bench *b)
{
  image_sign(&b->image, KEY_STRANGER);
  b->as_it_is = true;
}

static void stranger_p256(verify_bench *b)
{
  image_key_p256(&b->image.m.p256_key, KEY_STRANGER, 0);
  sign_as_it_is(b, KEY_STRANGER, signer(b));
}

static void stranger_lms(verify_bench *b)
{
  image_key_lms(&b->image.m.lms_key, KEY_STRANGER, 0);
  sign_as_it_is(b, signer(b), KEY_STRANGER);
}

/* Firmware keys may not sign loaders, nor root keys firmware. */
static void key_of_the_other_kind(verify_bench *b)
{
  image_sign(&b->image, b->trust.kind == MANIFEST_KIND_LOADER ? KEY_FIRMWARE_0 : KEY_ROOT_0);
  b->as_it_is = true;
}

static void trusted_record_signed_by_stranger(verify_bench *b)
{
  sign_as_it_is(b, KEY_STRANGER, signer(b));
}
static void trusted_record_lms_by_stranger(verify_bench *b)
{
  const test_key stranger = signer(b) == KEY_ROOT_0 ? KEY_FIRMWARE_1 : KEY_ROOT_0;
  sign_as_it_is(b, signer(b), stranger);
}

static void no_key_trusted(verify_bench *b)
{
  memset(b->device.fuses.root_p256, 0, sizeof b->device.fuses.root_p256);
  memset(b->loader.m.authority_p256, 0, sizeof b->loader.m.authority_p256);
}

static void no_lms_key_trusted(verify_bench *b)
{
  memset(b->device.fuses.root_lms, 0, sizeof b->device.fuses.root_lms);
  memset(b->loader.m.authority_lms, 0, sizeof b->loader.m.authority_lms);
}

static void empty_key_record(verify_bench *b)
{
  memset(&b->image.m.p256_key, 0, sizeof b->image.m.p256_key);
}
static void p256_revoked(verify_bench *b)
{
  b->device.revoked.p256[0] = OTP_MARK_SET;
}
static void p256_revoked_torn(verify_bench *b)
{
  b->device.revoked.p256[0] = 0x00000001;
}
static void lms_revoked(verify_bench *b)
{
  b->device.revoked.lms[0] = OTP_MARK_SET;
}
static void lms_revoked_torn(verify_bench *b)
{
  b->device.revoked.lms[0] = 0x80000000u;
}
static void no_p256_signature(verify_bench *b)
{
  memset(b->image.m.p256_signature, 0, sizeof b->image.m.p256_signature);
  b->as_it_is = true;
}
static void no_lms_signature(verify_bench *b)
{
  memset(b->image.m.lms_signature, 0, sizeof b->image.m.lms_signature);
  b->as_it_is = true;
}
static void policy_blank(verify_bench *b)
{
  b->trust.policy = 0;
}
static void policy_all_ones(verify_bench *b)
{
  b->trust.policy = 0xFFFFFFFFu;
}

static void trust_marked(verify_bench *b, uint32_t p256_flags, uint32_t lms_flags)
{
  const bool root = b->trust.kind == MANIFEST_KIND_LOADER;
  image_trust_p256(root ? b->device.fuses.root_p256[0] : b->loader.m.authority_p256[0], signer(b), p256_flags);
  image_trust_lms(root ? b->device.fuses.root_lms[0] : b->loader.m.authority_lms[0], signer(b), lms_flags);
  b->image.m.p256_key.flags = p256_flags;
  b->image.m.lms_key.flags = lms_flags;
}

static void development_mark_taken_off(verify_bench *b)
{
  trust_marked(b, KEY_DEVELOPMENT, 0);
  b->image.m.p256_key.flags = 0;
}
static void development_p256_on_secured(verify_bench *b)
{
  trust_marked(b, KEY_DEVELOPMENT, 0), b->trust.secured = true;
}
static void development_lms_on_secured(verify_bench *b)
{
  trust_marked(b, 0, KEY_DEVELOPMENT), b->trust.secured = true;
}
static void unknown_p256_mark(verify_bench *b)
{
  trust_marked(b, 2, 0);
}
static void unknown_lms_mark(verify_bench *b)
{
  trust_marked(b, 0, 0x80000000u);
}

/* ---- Changes: signature values ---- */

static const uint8_t order[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF,
                                  0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17,
                                  0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51};

static void put_scalar(verify_bench *b, uint32_t at, const uint8_t value[32], uint8_t add)
{
  memcpy(b->image.m.p256_signature + at, value, 32);
  b->image.m.p256_signature[at + 31] = (uint8_t)(b->image.m.p256_signature[at + 31] + add);
  b->as_it_is = true;
}
static const uint8_t zero[32];
static void r_0(verify_bench *b)
{
  put_scalar(b, 0, zero, 0);
}
static void r_n(verify_bench *b)
{
  put_scalar(b, 0, order, 0);
}
static void r_n_plus_1(verify_bench *b)
{
  put_scalar(b, 0, order, 1);
}
static void r_max(verify_bench *b)
{
  memset(b->image.m.p256_signature, 0xFF, 32), b->as_it_is = true;
}
static void s_0(verify_bench *b)
{
  put_scalar(b, 32, zero, 0);
}
static void s_n(verify_bench *b)
{
  put_scalar(b, 32, order, 0);
}
static void s_n_plus_1(verify_bench *b)
{
  put_scalar(b, 32, order, 1);
}
static void s_max(verify_bench *b)
{
  memset(b->image.m.p256_signature + 32, 0xFF, 32), b->as_it_is = true;
}

static void put_lms(verify_bench *b, uint32_t at, uint32_t big_endian)
{
  for (uint32_t i = 0; i < 4; i++) b->image.m.lms_signature[at + i] = (uint8_t)(big_endian >> (24 - 8 * i));
  b->as_it_is = true;
}
enum { LMS_LEVELS = 0, LMS_Q = 4, LMS_OTS = 8 };
static uint32_t tree_type_at(const verify_bench *b)
{
  const uint32_t chains = signer(b) == KEY_ROOT_0 ? 67 : 34; /* W4, W8 */
  return LMS_OTS + 4 + 32 + chains * 32;
}
static void lms_two_levels(verify_bench *b)
{
  put_lms(b, LMS_LEVELS, 1);
}
static void lms_levels_max(verify_bench *b)
{
  put_lms(b, LMS_LEVELS, 0xFFFFFFFFu);
}
static void lms_q_past_the_tree(verify_bench *b)
{
  put_lms(b, LMS_Q, 1024);
}
static void lms_q_max(verify_bench *b)
{
  put_lms(b, LMS_Q, 0xFFFFFFFFu);
}
static void lms_other_leaf(verify_bench *b)
{
  put_lms(b, LMS_Q, 8);
}
static void lms_ots_type_0(verify_bench *b)
{
  put_lms(b, LMS_OTS, 0);
}
static void lms_ots_type_other(verify_bench *b)
{
  put_lms(b, LMS_OTS, signer(b) == KEY_ROOT_0 ? LMOTS_SHA256_N32_W8 : LMOTS_SHA256_N32_W4);
}
static void lms_tree_type_other(verify_bench *b)
{
  put_lms(b, tree_type_at(b), LMS_SHA256_M32_H5);
}
static void lms_trailing_first(verify_bench *b)
{
  b->image.m.lms_signature[tree_type_at(b) + 4 + 320] = 1;
  b->as_it_is = true;
}
static void lms_trailing_last(verify_bench *b)
{
  b->image.m.lms_signature[MANIFEST_LMS_BYTES - 1] = 0x80;
  b->as_it_is = true;
}

/* A trusted key record of a shape the device does not take. */
static void trust_lms_record_as_it_is(verify_bench *b)
{
  const bool root = b->trust.kind == MANIFEST_KIND_LOADER;
  sha256(root ? b->device.fuses.root_lms[0] : b->loader.m.authority_lms[0], &b->image.m.lms_key,
         sizeof b->image.m.lms_key);
}
static void lms_key_of_two_levels(verify_bench *b)
{
  b->image.m.lms_key.public_key[3] = 2;
  trust_lms_record_as_it_is(b);
}
static void lms_key_of_unknown_type(verify_bench *b)
{
  b->image.m.lms_key.public_key[7] = 9;
  trust_lms_record_as_it_is(b);
}

/* ---- Changes: for whom ---- */

static void kind_of_the_other(verify_bench *b)
{
  b->image.m.kind = b->trust.kind == MANIFEST_KIND_LOADER ? MANIFEST_KIND_FIRMWARE : MANIFEST_KIND_LOADER;
}
static void kind_0(verify_bench *b)
{
  b->image.m.kind = 0;
}
static void product_first(verify_bench *b)
{
  b->image.m.product_id[0] ^= 0x20;
}
static void product_last(verify_bench *b)
{
  b->image.m.product_id[15] = 1;
}
static void hardware_below(verify_bench *b)
{
  b->image.m.hardware_min = TEST_HARDWARE_REVISION + 1;
}
static void hardware_above(verify_bench *b)
{
  b->image.m.hardware_max = TEST_HARDWARE_REVISION - 1;
}
static void hardware_range_empty(verify_bench *b)
{
  b->image.m.hardware_min = 6, b->image.m.hardware_max = 4;
}
static void hardware_max(verify_bench *b)
{
  b->image.m.hardware_min = 0xFFFFFFFFu, b->image.m.hardware_max = 0xFFFFFFFFu;
}
static void rollback(verify_bench *b)
{
  b->trust.security_counter = b->image.m.security_version + 1;
}
static void newer_loader_patch(verify_bench *b)
{
  b->image.m.loader_min = (manifest_version){1, 2, 4};
}
static void newer_loader_minor(verify_bench *b)
{
  b->image.m.loader_min = (manifest_version){1, 3, 0};
}
static void newer_loader_major(verify_bench *b)
{
  b->image.m.loader_min = (manifest_version){2, 0, 0};
}
static void newer_loader_max(verify_bench *b)
{
  b->image.m.loader_min = (manifest_version){0xFFFF, 0xFFFF, 0xFFFFFFFFu};
}

/* ---- Changes: what only loaders have ---- */

static void authority_p256_in_firmware(verify_bench *b)
{
  b->image.m.authority_p256[1][31] = 1;
}
static void authority_lms_in_firmware(verify_bench *b)
{
  b->image.m.authority_lms[0][0] = 1;
}
static void revoke_p256_in_firmware(verify_bench *b)
{
  b->image.m.revoke_root_p256 = 1;
}
static void revoke_lms_in_firmware(verify_bench *b)
{
  b->image.m.revoke_root_lms = 8;
}
static void revoke_root_4(verify_bench *b)
{
  b->image.m.revoke_root_p256 = 1u << ROOT_KEYS;
}
static void revoke_root_31(verify_bench *b)
{
  b->image.m.revoke_root_lms = 1u << 31;
}
static void loader_min_in_loader(verify_bench *b)
{
  b->image.m.loader_min.patch = 1;
}

/* ---- Changes: sizes and segments ---- */

static manifest_segment *segment(verify_bench *b, uint32_t i)
{
  return &b->image.m.segments[i];
}

static void payload_0(verify_bench *b)
{
  b->image.m.payload_bytes = 0;
}
static void payload_shorter(verify_bench *b)
{
  b->image.m.payload_bytes -= 16;
}
static void payload_longer(verify_bench *b)
{
  b->image.m.payload_bytes += 16;
}
static void payload_odd(verify_bench *b)
{
  b->image.m.payload_bytes += 1;
}
static void payload_past_the_place(verify_bench *b)
{
  b->image.m.payload_bytes = b->trust.place_bytes - MANIFEST_BYTES + 16;
  segment(b, 0)->bytes = b->image.m.payload_bytes;
  b->image.m.segment_count = 1;
  memset(segment(b, 1), 0, sizeof(manifest_segment));
}
static void payload_wraps(verify_bench *b)
{
  b->image.m.payload_bytes = 0xFFFFFFF0u;
}
static void payload_max(verify_bench *b)
{
  b->image.m.payload_bytes = 0xFFFFFFFFu;
}
static void payload_wraps_to_0(verify_bench *b)
{
  b->image.m.payload_bytes = 0xFFFFF000u;
}
static void payload_half(verify_bench *b)
{
  b->image.m.payload_bytes = 0x80000000u;
}

static void segments_0(verify_bench *b)
{
  b->image.m.segment_count = 0;
}
static void segments_fewer(verify_bench *b)
{
  b->image.m.segment_count = 1;
}
static void segments_more(verify_bench *b)
{
  b->image.m.segment_count = 3;
}
static void segments_9(verify_bench *b)
{
  b->image.m.segment_count = 9;
}
static void segments_max(verify_bench *b)
{
  b->image.m.segment_count = 0xFFFFFFFFu;
}
/* Eight good ones, and a count that says more. */
static void eight_segments(verify_bench *b, uint32_t count)
{
  const uint32_t bytes = b->image.m.payload_bytes / MANIFEST_SEGMENTS_MAX;
  for (uint32_t i = 0; i < MANIFEST_SEGMENTS_MAX; i++)
    *segment(b, i) = (manifest_segment){i * bytes, bytes, b->trust.load_base + i * bytes, 0};
  b->image.m.segment_count = count;
}
static void eight_segments_called_9(verify_bench *b)
{
  eight_segments(b, 9);
}
static void eight_segments_called_max(verify_bench *b)
{
  eight_segments(b, 0xFFFFFFFFu);
}
static void no_segment_no_payload(verify_bench *b)
{
  b->image.m.segment_count = b->image.m.payload_bytes = 0;
  memset(b->image.m.segments, 0, sizeof b->image.m.segments);
}
static void offset_not_0(verify_bench *b)
{
  segment(b, 0)->offset = 16;
}
static void offset_gap(verify_bench *b)
{
  segment(b, 1)->offset += 16;
}
static void offset_behind(verify_bench *b)
{
  segment(b, 1)->offset -= 16;
}
static void segment_empty(verify_bench *b)
{
  b->image.m.segment_count = 3;
  *segment(b, 2) = (manifest_segment){b->image.m.payload_bytes, 0, b->trust.load_base + 0x800, 0};
}
static void segment_unaligned_size(verify_bench *b)
{
  segment(b, 0)->bytes -= 8;
  segment(b, 1)->offset -= 8;
  segment(b, 1)->bytes += 8;
}
static void segment_unaligned_address(verify_bench *b)
{
  segment(b, 1)->address += 8;
}
static void flag_2(verify_bench *b)
{
  segment(b, 0)->flags = 2;
}
static void flag_31(verify_bench *b)
{
  segment(b, 1)->flags |= 0x80000000u;
}

static void address_0(verify_bench *b)
{
  segment(b, 0)->address = 0;
}
static void address_in_rom(verify_bench *b)
{
  segment(b, 0)->address = 0x10000000;
}
static void address_in_loader(verify_bench *b)
{
  segment(b, 0)->address = rig_map.loader_load_base;
}
static void address_in_retained_ram(verify_bench *b)
{
  segment(b, 0)->address = RIG_RAM_BASE;
}
static void address_below(verify_bench *b)
{
  segment(b, 0)->address = b->trust.load_base - 16;
}
static void address_a_step_beyond(verify_bench *b)
{
  segment(b, 0)->address = b->trust.load_base + b->trust.load_bytes - segment(b, 0)->bytes + 16;
}
static void address_at_the_end(verify_bench *b)
{
  segment(b, 0)->address = b->trust.load_base + b->trust.load_bytes;
}
static void address_past_the_end(verify_bench *b)
{
  segment(b, 1)->address = b->trust.load_base + b->trust.load_bytes + 16;
}
static void address_wraps(verify_bench *b)
{
  segment(b, 1)->address = 0xFFFFFFF0u;
}
static void address_half_around(verify_bench *b)
{
  segment(b, 0)->address += 0x80000000u;
}
/* Lengths that add up to the payload only because 32 bits wrap. */
static void lengths_wrap(verify_bench *b)
{
  const uint32_t end = b->image.m.payload_bytes, base = b->trust.load_base;
  *segment(b, 2) = (manifest_segment){end, 0x80000000u, base + 0x800, 0};
  *segment(b, 3) = (manifest_segment){end + 0x80000000u, 0x80000000u, base + 0x900, 0};
  b->image.m.segment_count = 4;
}
static void overlap_whole(verify_bench *b)
{
  segment(b, 1)->address = segment(b, 0)->address;
}
static void overlap_by_a_step(verify_bench *b)
{
  segment(b, 1)->address = segment(b, 0)->address + segment(b, 0)->bytes - 16;
}
static void overlap_from_below(verify_bench *b)
{
  segment(b, 0)->address += 0x400;
  segment(b, 1)->address = segment(b, 0)->address - segment(b, 1)->bytes + 16;
}

static void entry_even(verify_bench *b)
{
  b->image.m.entry &= ~1u;
}
static void entry_0(verify_bench *b)
{
  b->image.m.entry = 0;
}
static void entry_max(verify_bench *b)
{
  b->image.m.entry = 0xFFFFFFFFu;
}
static void entry_below(verify_bench *b)
{
  b->image.m.entry = segment(b, 0)->address - 1;
}
static void entry_past_the_end(verify_bench *b)
{
  b->image.m.entry = segment(b, 0)->address + segment(b, 0)->bytes + 1;
}
static void entry_in_nonsecure(verify_bench *b)
{
  b->image.m.entry = segment(b, 1)->address + 1;
}
static void entry_outside_the_region(verify_bench *b)
{
  b->image.m.entry = b->trust.load_base + b->trust.load_bytes + 1;
}
static void vectors_unaligned(verify_bench *b)
{
  b->image.m.vectors += 64;
}
static void vectors_by_1(verify_bench *b)
{
  b->image.m.vectors += 1;
}
static void vectors_0(verify_bench *b)
{
  b->image.m.vectors = 0;
}
static void vectors_outside(verify_bench *b)
{
  b->image.m.vectors = b->trust.load_base + 0x1000;
}
static void vectors_in_nonsecure(verify_bench *b)
{
  segment(b, 1)->address = b->trust.load_base + 0x400;
  b->image.m.vectors = segment(b, 1)->address;
}
static void vectors_max(verify_bench *b)
{
  b->image.m.vectors = 0xFFFFFF80u;
}
static void all_nonsecure(verify_bench *b)
{
  segment(b, 0)->flags = SEGMENT_NONSECURE;
}

/* ---- Changes: payload ---- */

static void payload_changed(verify_bench *b)
{
  b->image.payload[500] ^= 8;
}
static void digest_changed(verify_bench *b)
{
  b->image.m.payload_sha256[31] ^= 1;
}
static void payload_unreadable(verify_bench *b)
{
  (void)b, host_flash_make_unreadable(rig_map.slot_a + MANIFEST_BYTES + 512);
}

#define L MANIFEST_KIND_LOADER
#define F MANIFEST_KIND_FIRMWARE
#define BOTH_KINDS(f, why) \
  {#f, L, f, why},         \
  {                        \
#f, F, f, why          \
  }
#define LOADER(f, why) \
  {                    \
#f, L, f, why      \
  }
#define FIRMWARE(f, why) \
  {                      \
#f, F, f, why        \
  }

const refusal refusals[] = {
  BOTH_KINDS(other_magic, BOOT_MANIFEST_MAGIC),
  BOTH_KINDS(erased_magic, BOOT_MANIFEST_MAGIC),
  BOTH_KINDS(format_0, BOOT_MANIFEST_FORMAT),
  BOTH_KINDS(format_2, BOOT_MANIFEST_FORMAT),

  BOTH_KINDS(policy_blank, BOOT_OTP_POLICY),
  BOTH_KINDS(policy_all_ones, BOOT_OTP_POLICY),
  BOTH_KINDS(stranger_both, BOOT_SIG_P256_KEY),
  BOTH_KINDS(stranger_p256, BOOT_SIG_P256_KEY),
  BOTH_KINDS(stranger_lms, BOOT_SIG_LMS_KEY),
  BOTH_KINDS(key_of_the_other_kind, BOOT_SIG_P256_KEY),
  BOTH_KINDS(trusted_record_signed_by_stranger, BOOT_SIG_P256),
  BOTH_KINDS(trusted_record_lms_by_stranger, BOOT_SIG_LMS),
  BOTH_KINDS(no_key_trusted, BOOT_SIG_P256_KEY),
  BOTH_KINDS(no_lms_key_trusted, BOOT_SIG_LMS_KEY),
  BOTH_KINDS(empty_key_record, BOOT_SIG_P256_KEY),
  LOADER(p256_revoked, BOOT_SIG_P256_KEY),
  LOADER(p256_revoked_torn, BOOT_SIG_P256_KEY),
  LOADER(lms_revoked, BOOT_SIG_LMS_KEY),
  LOADER(lms_revoked_torn, BOOT_SIG_LMS_KEY),
  BOTH_KINDS(no_p256_signature, BOOT_SIG_P256),
  BOTH_KINDS(no_lms_signature, BOOT_SIG_LMS),
  BOTH_KINDS(development_mark_taken_off, BOOT_SIG_P256_KEY),
  BOTH_KINDS(development_p256_on_secured, BOOT_SIG_DEVELOPMENT),
  BOTH_KINDS(development_lms_on_secured, BOOT_SIG_DEVELOPMENT),
  BOTH_KINDS(unknown_p256_mark, BOOT_SIG_DEVELOPMENT),
  BOTH_KINDS(unknown_lms_mark, BOOT_SIG_DEVELOPMENT),

  BOTH_KINDS(r_0, BOOT_SIG_P256),
  BOTH_KINDS(r_n, BOOT_SIG_P256),
  BOTH_KINDS(r_n_plus_1, BOOT_SIG_P256),
  BOTH_KINDS(r_max, BOOT_SIG_P256),
  BOTH_KINDS(s_0, BOOT_SIG_P256),
  BOTH_KINDS(s_n, BOOT_SIG_P256),
  BOTH_KINDS(s_n_plus_1, BOOT_SIG_P256),
  BOTH_KINDS(s_max, BOOT_SIG_P256),
  BOTH_KINDS(lms_two_levels, BOOT_SIG_LMS),
  BOTH_KINDS(lms_levels_max, BOOT_SIG_LMS),
  BOTH_KINDS(lms_q_past_the_tree, BOOT_SIG_LMS),
  BOTH_KINDS(lms_q_max, BOOT_SIG_LMS),
  BOTH_KINDS(lms_other_leaf, BOOT_SIG_LMS),
  BOTH_KINDS(lms_ots_type_0, BOOT_SIG_LMS),
  BOTH_KINDS(lms_ots_type_other, BOOT_SIG_LMS),
  BOTH_KINDS(lms_tree_type_other, BOOT_SIG_LMS),
  BOTH_KINDS(lms_trailing_first, BOOT_SIG_LMS),
  BOTH_KINDS(lms_trailing_last, BOOT_SIG_LMS),
  BOTH_KINDS(lms_key_of_two_levels, BOOT_SIG_LMS),
  BOTH_KINDS(lms_key_of_unknown_type, BOOT_SIG_LMS),

  BOTH_KINDS(kind_of_the_other, BOOT_MANIFEST_KIND),
  BOTH_KINDS(kind_0, BOOT_MANIFEST_KIND),
  BOTH_KINDS(product_first, BOOT_MANIFEST_PRODUCT),
  BOTH_KINDS(product_last, BOOT_MANIFEST_PRODUCT),
  BOTH_KINDS(hardware_below, BOOT_MANIFEST_HARDWARE),
  BOTH_KINDS(hardware_above, BOOT_MANIFEST_HARDWARE),
  BOTH_KINDS(hardware_range_empty, BOOT_MANIFEST_HARDWARE),
  BOTH_KINDS(hardware_max, BOOT_MANIFEST_HARDWARE),
  BOTH_KINDS(rollback, BOOT_MANIFEST_ROLLBACK),
  FIRMWARE(newer_loader_patch, BOOT_MANIFEST_LOADER),
  FIRMWARE(newer_loader_minor, BOOT_MANIFEST_LOADER),
  FIRMWARE(newer_loader_major, BOOT_MANIFEST_LOADER),
  FIRMWARE(newer_loader_max, BOOT_MANIFEST_LOADER),
  FIRMWARE(authority_p256_in_firmware, BOOT_MANIFEST_RESERVED),
  FIRMWARE(authority_lms_in_firmware, BOOT_MANIFEST_RESERVED),
  FIRMWARE(revoke_p256_in_firmware, BOOT_MANIFEST_RESERVED),
  FIRMWARE(revoke_lms_in_firmware, BOOT_MANIFEST_RESERVED),
  LOADER(revoke_root_4, BOOT_MANIFEST_RESERVED),
  LOADER(revoke_root_31, BOOT_MANIFEST_RESERVED),
  LOADER(loader_min_in_loader, BOOT_MANIFEST_RESERVED),

  BOTH_KINDS(payload_0, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(payload_shorter, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(payload_longer, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(payload_odd, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(payload_past_the_place, BOOT_MANIFEST_SIZE),
  BOTH_KINDS(payload_wraps, BOOT_MANIFEST_SIZE),
  BOTH_KINDS(payload_max, BOOT_MANIFEST_SIZE),
  BOTH_KINDS(payload_wraps_to_0, BOOT_MANIFEST_SIZE),
  BOTH_KINDS(payload_half, BOOT_MANIFEST_SIZE),
  BOTH_KINDS(segments_0, BOOT_MANIFEST_SEGMENT),
  FIRMWARE(segments_fewer, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(segments_more, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(segments_9, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(segments_max, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(eight_segments_called_9, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(eight_segments_called_max, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(no_segment_no_payload, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(offset_not_0, BOOT_MANIFEST_SEGMENT),
  FIRMWARE(offset_gap, BOOT_MANIFEST_SEGMENT),
  FIRMWARE(offset_behind, BOOT_MANIFEST_SEGMENT),
  FIRMWARE(segment_empty, BOOT_MANIFEST_SEGMENT),
  FIRMWARE(segment_unaligned_size, BOOT_MANIFEST_SEGMENT),
  FIRMWARE(segment_unaligned_address, BOOT_MANIFEST_SEGMENT),
  BOTH_KINDS(flag_2, BOOT_MANIFEST_SEGMENT),
  FIRMWARE(flag_31, BOOT_MANIFEST_SEGMENT),

  BOTH_KINDS(address_0, BOOT_MANIFEST_ADDRESS),
  BOTH_KINDS(address_in_rom, BOOT_MANIFEST_ADDRESS),
  FIRMWARE(address_in_loader, BOOT_MANIFEST_ADDRESS),
  BOTH_KINDS(address_in_retained_ram, BOOT_MANIFEST_ADDRESS),
  BOTH_KINDS(address_below, BOOT_MANIFEST_ADDRESS),
  BOTH_KINDS(address_a_step_beyond, BOOT_MANIFEST_ADDRESS),
  BOTH_KINDS(address_at_the_end, BOOT_MANIFEST_ADDRESS),
  FIRMWARE(address_past_the_end, BOOT_MANIFEST_ADDRESS),
  FIRMWARE(address_wraps, BOOT_MANIFEST_ADDRESS),
  BOTH_KINDS(address_half_around, BOOT_MANIFEST_ADDRESS),
  FIRMWARE(lengths_wrap, BOOT_MANIFEST_ADDRESS),
  FIRMWARE(overlap_whole, BOOT_MANIFEST_OVERLAP),
  FIRMWARE(overlap_by_a_step, BOOT_MANIFEST_OVERLAP),
  FIRMWARE(overlap_from_below, BOOT_MANIFEST_OVERLAP),

  BOTH_KINDS(entry_even, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(entry_0, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(entry_max, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(entry_below, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(entry_past_the_end, BOOT_MANIFEST_ENTRY),
  FIRMWARE(entry_in_nonsecure, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(entry_outside_the_region, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(vectors_unaligned, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(vectors_by_1, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(vectors_0, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(vectors_outside, BOOT_MANIFEST_ENTRY),
  FIRMWARE(vectors_in_nonsecure, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(vectors_max, BOOT_MANIFEST_ENTRY),
  BOTH_KINDS(all_nonsecure, BOOT_MANIFEST_ENTRY),

  BOTH_KINDS(payload_changed, BOOT_PAYLOAD_DIGEST),
  BOTH_KINDS(digest_changed, BOOT_PAYLOAD_DIGEST),
  BOTH_KINDS(payload_unreadable, BOOT_FLASH_UNREADABLE),
};
const uint32_t refusal_count = sizeof refusals / sizeof refusals[0];

/* What verification accepts and refuses. The long list of refusals is in verify_bench.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "handover.h"
#include "verify_bench.h"

static verify_bench bench;
static uint32_t entry;

static void assert_status(const char *what, boot_status is, boot_status wanted)
{
  if (is != wanted) fail_msg("%s: %s, wanted %s", what, boot_status_name(is), boot_status_name(wanted));
}

static void assert_accepted(const char *what)
{
  bench_sign(&bench);
  assert_status(what, bench_verify(&bench, &entry), BOOT_OK);
  assert_int_equal(entry, bench.image.m.entry);
}

/* No case may lead to an unlocked entry. */
static void assert_refused(const char *what, boot_status why)
{
  bench_sign(&bench);
  assert_status(what, bench_verify(&bench, &entry), why);
  if (entry == bench.image.m.entry) fail_msg("%s: the entry was unlocked", what);
}

static void refuses_each_wrong_field_with_its_own_status(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < refusal_count; i++) {
    bench_new(&bench, refusals[i].kind);
    refusals[i].change(&bench);
    assert_refused(refusals[i].name, refusals[i].why);
  }
}

static void accepts_the_image_that_all_refusals_start_from(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_LOADER);
  assert_accepted("loader");
  assert_true(rig_ram_holds(&bench.image));
  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  assert_accepted("firmware");
  assert_true(rig_ram_holds(&bench.image));
}

static void accepts_the_edges_of_every_range(void **state)
{
  (void)state;
  manifest *m = &bench.image.m;
  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  m->hardware_min = m->hardware_max = TEST_HARDWARE_REVISION;
  m->loader_min = bench.loader.m.version;
  bench.trust.security_counter = m->security_version;
  assert_accepted("hardware, loader and security version equal to the limit");
  m->hardware_min = 0;
  m->hardware_max = 0xFFFFFFFFu;
  m->loader_min = (manifest_version){1, 1, 0xFFFFFFFFu};
  assert_accepted("widest hardware range, older loader with a greater patch");

  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  m->segments[0].address = bench.trust.load_base + bench.trust.load_bytes - m->segments[0].bytes;
  m->segments[1].address = bench.trust.load_base;
  m->vectors = m->segments[0].address;
  m->entry = m->segments[0].address + m->segments[0].bytes - 1;
  assert_accepted("segments at both ends of the region, entry at the last instruction");

  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  m->segments[1].address = m->segments[0].address + m->segments[0].bytes;
  assert_accepted("segments that touch");

  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  for (uint32_t i = 0; i < MANIFEST_SEGMENTS_MAX; i++)
    m->segments[i] = (manifest_segment){i * 128, 128, bench.trust.load_base + i * 256, i & SEGMENT_NONSECURE};
  m->segment_count = MANIFEST_SEGMENTS_MAX;
  assert_accepted("eight segments");

  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  m->payload_bytes = bench.trust.place_bytes - MANIFEST_BYTES;
  m->segments[0].bytes = m->payload_bytes;
  m->segment_count = 1;
  memset(&m->segments[1], 0, sizeof m->segments[1]);
  bench.trust.load_bytes = m->payload_bytes;
  image_digest(&bench.image);
  assert_false(m->payload_bytes > rig_map.firmware_load_bytes);
  assert_accepted("a payload that fills its place and its region");
}

static void compares_security_versions_as_unsigned_numbers(void **state)
{
  (void)state;
  static const uint32_t values[] = {0, 1, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu};
  for (uint32_t v = 0; v < 5; v++)
    for (uint32_t c = 0; c < 5; c++) {
      bench_new(&bench, MANIFEST_KIND_FIRMWARE);
      bench.image.m.security_version = values[v];
      bench.trust.security_counter = values[c];
      if (values[v] >= values[c])
        assert_accepted("not below the counter");
      else
        assert_refused("below the counter", BOOT_MANIFEST_ROLLBACK);
    }
}

static void refuses_every_nonzero_reserved_byte(void **state)
{
  (void)state;
  for (uint32_t k = 0; k < 2; k++) {
    bench_new(&bench, k ? MANIFEST_KIND_LOADER : MANIFEST_KIND_FIRMWARE);
    bench.trust.policy = OTP_POLICY_P256_ONLY; /* the quick signature: this is about fields */
    bench.as_it_is = true;
    manifest *m = &bench.image.m;
    for (uint32_t i = 0; i < sizeof m->reserved; i++) {
      m->reserved[i] = (uint8_t)(1u << i % 8);
      image_sign_p256(m, k ? KEY_ROOT_0 : KEY_FIRMWARE_0);
      assert_refused("reserved byte", BOOT_MANIFEST_RESERVED);
      m->reserved[i] = 0;
    }
  }
}

static void refuses_every_nonzero_byte_of_unused_segments(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  bench.trust.policy = OTP_POLICY_P256_ONLY;
  bench.as_it_is = true;
  manifest *m = &bench.image.m;
  uint8_t *unused = (uint8_t *)&m->segments[m->segment_count], *end = (uint8_t *)m->sbom_sha256;
  assert_int_equal(end - unused, 6 * 16);
  for (uint8_t *byte = unused; byte < end; byte++) {
    *byte = 0x10;
    image_sign_p256(m, KEY_FIRMWARE_0);
    assert_refused("unused segment", BOOT_MANIFEST_SEGMENT);
    *byte = 0;
  }
}

static void refuses_every_loader_only_byte_in_firmware(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  bench.trust.policy = OTP_POLICY_P256_ONLY;
  bench.as_it_is = true;
  manifest *m = &bench.image.m;
  for (uint32_t at = offsetof(manifest, authority_p256); at < offsetof(manifest, reserved); at++) {
    ((uint8_t *)m)[at] = 0x20;
    image_sign_p256(m, KEY_FIRMWARE_0);
    assert_refused("loader-only byte", BOOT_MANIFEST_RESERVED);
    ((uint8_t *)m)[at] = 0;
  }
}

/* ---- Policy and keys ---- */

static void policy_p256_only_does_not_look_at_lms(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_LOADER);
  bench.trust.policy = OTP_POLICY_P256_ONLY;
  image_key_lms(&bench.image.m.lms_key, KEY_STRANGER, KEY_DEVELOPMENT);
  bench.trust.secured = true;
  image_sign_p256(&bench.image.m, KEY_ROOT_0);
  image_noise(bench.image.m.lms_signature, MANIFEST_LMS_BYTES, 5);
  bench.as_it_is = true;
  assert_accepted("P-256 only");
  bench.image.m.p256_signature[40] ^= 1;
  assert_refused("P-256 only, signature damaged", BOOT_SIG_P256);
}

static void policy_lms_only_does_not_look_at_p256(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_LOADER);
  bench.trust.policy = OTP_POLICY_LMS_ONLY;
  image_key_p256(&bench.image.m.p256_key, KEY_STRANGER, KEY_DEVELOPMENT);
  bench.trust.secured = true;
  image_sign_lms(&bench.image.m, KEY_ROOT_0);
  image_noise(bench.image.m.p256_signature, 64, 5);
  bench.as_it_is = true;
  assert_accepted("LMS only");
  bench.image.m.lms_signature[100] ^= 1;
  assert_refused("LMS only, signature damaged", BOOT_SIG_LMS);
}

static void policy_word_with_any_bit_wrong_is_refused(void **state)
{
  (void)state;
  static const uint32_t words[] = {OTP_POLICY_BOTH, OTP_POLICY_P256_ONLY, OTP_POLICY_LMS_ONLY};
  bench_new(&bench, MANIFEST_KIND_LOADER);
  bench.as_it_is = true;
  for (uint32_t w = 0; w < 3; w++)
    for (uint32_t bit = 0; bit < 32; bit++) {
      bench.trust.policy = words[w] ^ 1u << bit;
      assert_refused("policy", BOOT_OTP_POLICY);
    }
}

static void any_trusted_key_may_sign(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_LOADER);
  image_sign(&bench.image, KEY_ROOT_1);
  bench.as_it_is = true;
  assert_accepted("root 1, LMS H5/W4");
  bench.device.revoked.p256[0] = bench.device.revoked.lms[0] = OTP_MARK_SET;
  assert_accepted("root 1 when root 0 is revoked");

  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  image_trust_p256(bench.loader.m.authority_p256[1], KEY_FIRMWARE_1, 0);
  image_trust_lms(bench.loader.m.authority_lms[1], KEY_FIRMWARE_1, 0);
  image_sign(&bench.image, KEY_FIRMWARE_1);
  bench.as_it_is = true;
  assert_accepted("second authority, LMS H10/W4");
}

static void development_keys_work_until_the_device_is_secured(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_LOADER);
  image_trust_p256(bench.device.fuses.root_p256[0], KEY_ROOT_0, KEY_DEVELOPMENT);
  image_trust_lms(bench.device.fuses.root_lms[0], KEY_ROOT_0, KEY_DEVELOPMENT);
  bench.image.m.p256_key.flags = bench.image.m.lms_key.flags = KEY_DEVELOPMENT;
  assert_accepted("factory");
  bench.trust.secured = true;
  assert_refused("secured", BOOT_SIG_DEVELOPMENT);
}

static void development_keys_are_refused_under_every_policy(void **state)
{
  (void)state;
  static const struct {
    uint32_t policy, p256_flags, lms_flags;
    boot_status wanted;
  } cases[] = {
    {OTP_POLICY_P256_ONLY, KEY_DEVELOPMENT, 0, BOOT_SIG_DEVELOPMENT},
    {OTP_POLICY_P256_ONLY, 0, KEY_DEVELOPMENT, BOOT_OK},
    {OTP_POLICY_LMS_ONLY, 0, KEY_DEVELOPMENT, BOOT_SIG_DEVELOPMENT},
    {OTP_POLICY_LMS_ONLY, KEY_DEVELOPMENT, 0, BOOT_OK},
  };
  for (uint32_t i = 0; i < 4; i++) {
    bench_new(&bench, MANIFEST_KIND_LOADER);
    bench.trust.policy = cases[i].policy;
    bench.trust.secured = true;
    image_trust_p256(bench.device.fuses.root_p256[0], KEY_ROOT_0, cases[i].p256_flags);
    image_trust_lms(bench.device.fuses.root_lms[0], KEY_ROOT_0, cases[i].lms_flags);
    bench.image.m.p256_key.flags = cases[i].p256_flags;
    bench.image.m.lms_key.flags = cases[i].lms_flags;
    if (cases[i].wanted == BOOT_OK)
      assert_accepted("mark on the key that does not count");
    else
      assert_refused("mark on the key that counts", cases[i].wanted);
  }
}

/* ---- Payload ---- */

static void refused_payload_is_wiped_from_ram(void **state)
{
  (void)state;
  for (uint32_t unreadable = 0; unreadable < 2; unreadable++) {
    bench_new(&bench, MANIFEST_KIND_FIRMWARE);
    memset(rig_ram, 0xEE, sizeof rig_ram);
    if (unreadable)
      host_flash_make_unreadable(rig_map.slot_a + MANIFEST_BYTES + 1000);
    else
      bench.image.payload[1000] ^= 1;
    bench.as_it_is = true;
    assert_refused("payload", unreadable ? BOOT_FLASH_UNREADABLE : BOOT_PAYLOAD_DIGEST);
    const manifest_segment *s = bench.image.m.segments;
    for (uint32_t i = 0; i < sizeof rig_ram; i++) {
      const uint32_t at = RIG_RAM_BASE + i;
      const bool loaded = at - s[0].address < s[0].bytes || at - s[1].address < s[1].bytes;
      assert_int_equal(rig_ram[i], loaded ? 0 : 0xEE);
    }
  }
}

static void a_refused_manifest_costs_no_reading_of_its_payload(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < refusal_count; i++) {
    bench_new(&bench, refusals[i].kind);
    refusals[i].change(&bench);
    bench_sign(&bench);
    const uint64_t before = host_flash_bytes_read();
    const boot_status status = bench_verify(&bench, &entry);
    const uint64_t read = host_flash_bytes_read() - before;
    if (status == BOOT_PAYLOAD_DIGEST || status == BOOT_FLASH_UNREADABLE)
      assert_in_range(read, 0, bench.trust.place_bytes);
    else
      assert_int_equal(read, 0);
    assert_int_equal(host_operations(), 0);
  }
}

static void payload_in_flash_is_checked_without_loading_it(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_FIRMWARE);
  memset(rig_ram, 0xEE, sizeof rig_ram);
  rig_put(rig_map.slot_b, &bench.image);
  assert_status("good", verify_payload_in_flash(rig_map.slot_b, &bench.image.m), BOOT_OK);
  for (uint32_t i = 0; i < bench.image.m.payload_bytes; i++) {
    rig.flash[rig_map.slot_b + MANIFEST_BYTES + i] ^= 0x80;
    assert_status("changed", verify_payload_in_flash(rig_map.slot_b, &bench.image.m), BOOT_PAYLOAD_DIGEST);
    rig.flash[rig_map.slot_b + MANIFEST_BYTES + i] ^= 0x80;
  }
  host_flash_make_unreadable(rig_map.slot_b + MANIFEST_BYTES + 1023);
  assert_status("unreadable", verify_payload_in_flash(rig_map.slot_b, &bench.image.m), BOOT_FLASH_UNREADABLE);
  for (uint32_t i = 0; i < sizeof rig_ram; i++) assert_int_equal(rig_ram[i], 0xEE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(accepts_the_image_that_all_refusals_start_from),
    cmocka_unit_test(refuses_each_wrong_field_with_its_own_status),
    cmocka_unit_test(accepts_the_edges_of_every_range),
    cmocka_unit_test(compares_security_versions_as_unsigned_numbers),
    cmocka_unit_test(refuses_every_nonzero_reserved_byte),
    cmocka_unit_test(refuses_every_nonzero_byte_of_unused_segments),
    cmocka_unit_test(refuses_every_loader_only_byte_in_firmware),
    cmocka_unit_test(policy_p256_only_does_not_look_at_lms),
    cmocka_unit_test(policy_lms_only_does_not_look_at_p256),
    cmocka_unit_test(policy_word_with_any_bit_wrong_is_refused),
    cmocka_unit_test(any_trusted_key_may_sign),
    cmocka_unit_test(development_keys_work_until_the_device_is_secured),
    cmocka_unit_test(development_keys_are_refused_under_every_policy),
    cmocka_unit_test(refused_payload_is_wiped_from_ram),
    cmocka_unit_test(a_refused_manifest_costs_no_reading_of_its_payload),
    cmocka_unit_test(payload_in_flash_is_checked_without_loading_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

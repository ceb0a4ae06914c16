/* One bit changed, anywhere: refused. All of them, not a sample; in the plain build, because it takes a while.
 * Arguments: "loader" or "firmware". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify_bench.h"

static verify_bench bench;
static uint32_t kind;

static int good_image(void **state)
{
  (void)state;
  bench_new(&bench, kind);
  return 0;
}

static void refuses_each_bit_changed(uint8_t *bytes, uint32_t count, uint32_t bits_per_byte)
{
  for (uint32_t bit = 0; bit < count * 8; bit += 8 / bits_per_byte) {
    uint32_t entry;
    const uint32_t real_entry = bench.image.m.entry;
    const uint32_t at = bits_per_byte == 1 ? bit + bit / 8 % 8 : bit; /* one bit per byte: not always the same */
    bytes[at / 8] ^= (uint8_t)(1u << at % 8);
    if (bench_verify(&bench, &entry) == BOOT_OK) fail_msg("byte %u, bit %u: accepted", at / 8, at % 8);
    if (entry == real_entry) fail_msg("byte %u, bit %u: unlocked", at / 8, at % 8);
    bytes[at / 8] ^= (uint8_t)(1u << at % 8);
  }
  uint32_t entry;
  assert_int_equal(bench_verify(&bench, &entry), BOOT_OK); /* and nothing else was wrong */
  assert_int_equal(entry, bench.image.m.entry);
}

static uint8_t *signed_bytes(void)
{
  return (uint8_t *)&bench.image.m;
}

static void both_signatures_cover_every_signed_bit(void **state)
{
  (void)state;
  refuses_each_bit_changed(signed_bytes(), MANIFEST_SIGNED_BYTES, 8);
}

static void p256_alone_covers_every_signed_bit(void **state)
{
  (void)state;
  bench.trust.policy = OTP_POLICY_P256_ONLY;
  refuses_each_bit_changed(signed_bytes(), MANIFEST_SIGNED_BYTES, 8);
}

static void lms_alone_covers_every_signed_bit(void **state)
{
  (void)state;
  bench.trust.policy = OTP_POLICY_LMS_ONLY;
  refuses_each_bit_changed(signed_bytes(), MANIFEST_SIGNED_BYTES, 8);
}

static void every_bit_of_the_p256_signature_counts(void **state)
{
  (void)state;
  refuses_each_bit_changed(bench.image.m.p256_signature, sizeof bench.image.m.p256_signature, 8);
}

static void every_byte_of_the_lms_signature_counts(void **state)
{
  (void)state;
  refuses_each_bit_changed(bench.image.m.lms_signature, sizeof bench.image.m.lms_signature, 1);
}

static void every_bit_of_the_payload_counts(void **state)
{
  (void)state;
  refuses_each_bit_changed(bench.image.payload, bench.image.m.payload_bytes, 8);
}

int main(int argc, char **argv)
{
  if (argc != 2) return 2;
  kind = strcmp(argv[1], "loader") == 0 ? MANIFEST_KIND_LOADER : MANIFEST_KIND_FIRMWARE;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(both_signatures_cover_every_signed_bit, good_image),
    cmocka_unit_test_setup(p256_alone_covers_every_signed_bit, good_image),
    cmocka_unit_test_setup(lms_alone_covers_every_signed_bit, good_image),
    cmocka_unit_test_setup(every_bit_of_the_p256_signature_counts, good_image),
    cmocka_unit_test_setup(every_byte_of_the_lms_signature_counts, good_image),
    cmocka_unit_test_setup(every_bit_of_the_payload_counts, good_image),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

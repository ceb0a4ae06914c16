/* Which loader the ROM chooses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counter.h"
#include "rig.h"
#include "rom.h"

static test_image older, newer;
static manifest chosen;
static boot_handoff handoff;
static uint32_t entry;

/* Older loader in copy 0, newer one in copy 1. */
static int two_good_copies(void **state)
{
  (void)state;
  rig_new();
  if (older.m.magic == 0) {
    image_make(&older, MANIFEST_KIND_LOADER, (manifest_version){1, 9, 0}, 4, 256, 1);
    image_make(&newer, MANIFEST_KIND_LOADER, (manifest_version){1, 10, 0}, 5, 320, 2);
  }
  rig_put(rig_map.loader_0, &older);
  rig_put(rig_map.loader_1, &newer);
  host_cut_disarm();
  return 0;
}

static boot_status choose(uint32_t attempts)
{
  memset(&handoff, 0, sizeof handoff);
  memset(rig_ram, 0, sizeof rig_ram);
  entry = 0;
  return rom_choose_loader(attempts, &chosen, &handoff, &entry);
}

static void assert_chooses(uint32_t copy, const test_image *image, boot_status other)
{
  assert_int_equal(choose(1), BOOT_OK);
  assert_int_equal(handoff.loader_copy, copy);
  assert_int_equal(handoff.other_copy_status, other);
  assert_int_equal(handoff.magic, BOOT_HANDOFF_MAGIC);
  assert_int_equal(handoff.size, sizeof handoff);
  assert_memory_equal(&chosen, &image->m, sizeof chosen);
  assert_int_equal(entry, image->m.entry);
  assert_true(rig_ram_holds(image));
  assert_int_equal(host_operations(), 0); /* a ROM writes nothing */
}

static void newer_copy_goes_first(void **state)
{
  (void)state;
  assert_chooses(1, &newer, BOOT_OK);
  rig_put(rig_map.loader_0, &newer);
  rig_put(rig_map.loader_1, &older);
  assert_chooses(0, &newer, BOOT_OK);
}

static void copy_0_goes_first_when_both_are_equal(void **state)
{
  (void)state;
  rig_put(rig_map.loader_1, &older);
  assert_chooses(0, &older, BOOT_OK);
}

static void versions_are_ordered_as_numbers(void **state)
{
  (void)state;
  static const manifest_version ordered[] = {{0, 0, 1},      {0, 0, 0xFFFFFFFF}, {0, 1, 0},
                                             {0, 0xFFFF, 0}, {1, 0, 0},          {0x8000, 0, 0}};
  for (uint32_t low = 0; low < 6; low++)
    for (uint32_t high = low + 1; high < 6; high++) {
      memcpy(rig.flash + rig_map.loader_0 + offsetof(manifest, version), &ordered[high], sizeof ordered[0]);
      memcpy(rig.flash + rig_map.loader_1 + offsetof(manifest, version), &ordered[low], sizeof ordered[0]);
      assert_int_not_equal(choose(1), BOOT_OK);
      assert_int_equal(handoff.loader_copy, 1); /* tried last: 0 went first */
    }
}

/* ---- Each kind of damage ---- */

static void blank(void)
{
  memset(rig.flash + rig_map.loader_1, 0xFF, RIG_PLACE_BYTES);
}
static void wiped(void)
{
  memset(rig.flash + rig_map.loader_1, 0x00, RIG_PLACE_BYTES);
}
static void noise(void)
{
  image_noise(rig.flash + rig_map.loader_1, RIG_PLACE_BYTES, 3);
}
static void version_unreadable(void)
{
  host_flash_make_unreadable(rig_map.loader_1 + offsetof(manifest, version));
}
static void manifest_unreadable(void)
{
  host_flash_make_unreadable(rig_map.loader_1 + MANIFEST_BYTES - 1);
}
static void payload_unreadable(void)
{
  host_flash_make_unreadable(rig_map.loader_1 + MANIFEST_BYTES);
}
static void payload_damaged(void)
{
  rig.flash[rig_map.loader_1 + MANIFEST_BYTES + 319] ^= 0x10;
}
static void p256_damaged(void)
{
  rig.flash[rig_map.loader_1 + offsetof(manifest, p256_signature) + 63] ^= 1;
}
static void lms_damaged(void)
{
  rig.flash[rig_map.loader_1 + offsetof(manifest, lms_signature) + 700] ^= 1;
}
static void field_damaged(void)
{
  rig.flash[rig_map.loader_1 + offsetof(manifest, build_id)] ^= 1;
}

static void any_damage_of_the_first_falls_back_to_the_second(void **state)
{
  static const struct {
    void (*damage)(void);
    boot_status why;
    bool still_first; /* its version still claims to be newer */
  } kinds[] = {
    {blank, BOOT_MANIFEST_MAGIC, true},
    {wiped, BOOT_OK, false},
    {noise, BOOT_MANIFEST_MAGIC, true},
    {version_unreadable, BOOT_OK, false},
    {manifest_unreadable, BOOT_FLASH_UNREADABLE, true},
    {payload_unreadable, BOOT_FLASH_UNREADABLE, true},
    {payload_damaged, BOOT_PAYLOAD_DIGEST, true},
    {p256_damaged, BOOT_SIG_P256, true},
    {lms_damaged, BOOT_SIG_LMS, true},
    {field_damaged, BOOT_SIG_P256, true},
  };
  for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    two_good_copies(state);
    kinds[i].damage();
    assert_chooses(0, &older, kinds[i].still_first ? kinds[i].why : BOOT_OK);
  }
}

static void refused_by_rule_falls_back_too(void **state)
{
  (void)state;
  test_image wrong = newer;
  wrong.m.product_id[0] ^= 1;
  image_sign(&wrong, KEY_ROOT_0);
  rig_put(rig_map.loader_1, &wrong);
  assert_chooses(0, &older, BOOT_MANIFEST_PRODUCT);
  wrong = newer;
  image_sign(&wrong, KEY_FIRMWARE_0);
  rig_put(rig_map.loader_1, &wrong);
  assert_chooses(0, &older, BOOT_SIG_P256_KEY);
}

static void both_bad_gives_the_reason_of_the_last(void **state)
{
  (void)state;
  payload_damaged();
  rig.flash[rig_map.loader_0 + offsetof(manifest, lms_signature) + 900] ^= 1;
  assert_int_equal(choose(1), BOOT_SIG_LMS);
  assert_int_equal(handoff.other_copy_status, BOOT_PAYLOAD_DIGEST);
  assert_int_not_equal(entry, older.m.entry);
  assert_int_not_equal(entry, newer.m.entry);
  assert_false(rig_ram_holds(&older));
  assert_false(rig_ram_holds(&newer));
}

static void older_copy_below_the_counter_is_no_way_back(void **state)
{
  (void)state;
  assert_int_equal(counter_raise(COUNTER_LOADER, 5), BOOT_OK);
  host_cut_disarm();
  assert_chooses(1, &newer, BOOT_OK);
  payload_damaged();
  assert_int_equal(choose(1), BOOT_MANIFEST_ROLLBACK);
}

static void copies_take_turns_when_neither_reaches_firmware(void **state)
{
  (void)state;
  for (uint32_t attempts = 1; attempts <= 24; attempts++) {
    assert_int_equal(choose(attempts), BOOT_OK);
    assert_int_equal(handoff.loader_copy, ((attempts - 1) / ROM_ATTEMPTS_PER_COPY) % 2 == 0 ? 1 : 0);
  }
}

static void revoked_key_no_longer_signs_loaders(void **state)
{
  (void)state;
  otp_revocation *revoked = (otp_revocation *)(void *)(rig.otp + OTP_REVOCATION_OFFSET);
  revoked->lms[0] = 0x00000400; /* torn: counts */
  assert_int_equal(choose(1), BOOT_SIG_LMS_KEY);
  image_sign(&newer, KEY_ROOT_1);
  rig_put(rig_map.loader_1, &newer);
  assert_chooses(1, &newer, BOOT_OK);
  image_sign(&newer, KEY_ROOT_0);
}

/* ---- OTP ---- */

static void nothing_boots_without_factory_keys_or_after_retirement(void **state)
{
  (void)state;
  rig_fuses()->factory_mark = 0;
  assert_int_equal(choose(1), BOOT_OTP_BLANK);
  assert_int_equal(entry, 0);
  rig_fuses()->factory_mark = OTP_MARK_SET;
  for (uint32_t bit = 0; bit < 32; bit++) { /* an interrupted mark counts */
    rig_fuses()->retired_mark = 1u << bit;
    assert_int_equal(choose(1), BOOT_OTP_RETIRED);
  }
  assert_int_equal(handoff.magic, 0);
}

static void nothing_boots_when_otp_is_silent(void **state)
{
  (void)state;
  host_otp_silence(true);
  assert_int_equal(choose(1), BOOT_OTP_NO_REPLY);
  assert_int_equal(handoff.magic, 0);
}

static void any_bit_of_the_secured_mark_secures(void **state)
{
  (void)state;
  image_trust_p256(rig_fuses()->root_p256[0], KEY_ROOT_0, KEY_DEVELOPMENT);
  image_trust_lms(rig_fuses()->root_lms[0], KEY_ROOT_0, KEY_DEVELOPMENT);
  test_image development = newer;
  development.m.p256_key.flags = development.m.lms_key.flags = KEY_DEVELOPMENT;
  image_sign(&development, KEY_ROOT_0);
  rig_put(rig_map.loader_0, &development);
  rig_put(rig_map.loader_1, &development);
  assert_chooses(0, &development, BOOT_OK);
  for (uint32_t bit = 0; bit < 32; bit += 5) {
    rig_fuses()->secured_mark = 1u << bit;
    assert_int_equal(choose(1), BOOT_SIG_DEVELOPMENT);
  }
}

static void hostile_flash_costs_at_most_two_places_of_reading(void **state)
{
  (void)state;
  for (uint32_t seed = 0; seed < 200; seed++) {
    two_good_copies(state);
    uint32_t noise_at;
    image_noise(&noise_at, sizeof noise_at, seed);
    image_noise(rig.flash + noise_at % (2 * RIG_PLACE_BYTES - 64), 1 + seed % 64, seed);
    const uint64_t before = host_flash_bytes_read();
    (void)!choose(1);
    assert_in_range(host_flash_bytes_read() - before, 0, 2 * RIG_PLACE_BYTES + 2 * sizeof(manifest_version));
  }
}

#define PROMISE(f) cmocka_unit_test_setup(f, two_good_copies)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(newer_copy_goes_first),
    PROMISE(copy_0_goes_first_when_both_are_equal),
    PROMISE(versions_are_ordered_as_numbers),
    PROMISE(any_damage_of_the_first_falls_back_to_the_second),
    PROMISE(refused_by_rule_falls_back_too),
    PROMISE(both_bad_gives_the_reason_of_the_last),
    PROMISE(older_copy_below_the_counter_is_no_way_back),
    PROMISE(copies_take_turns_when_neither_reaches_firmware),
    PROMISE(revoked_key_no_longer_signs_loaders),
    PROMISE(nothing_boots_without_factory_keys_or_after_retirement),
    PROMISE(nothing_boots_when_otp_is_silent),
    PROMISE(any_bit_of_the_secured_mark_secures),
    PROMISE(hostile_flash_costs_at_most_two_places_of_reading),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

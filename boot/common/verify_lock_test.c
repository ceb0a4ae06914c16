/* The lock: no check skipped, and no violation whose status was lost, may lead to the real entry.
 *
 * Works on verify.c with two lines of require() rewritten by boot/tests.cmake: the test decides which
 * steps are left out, and which refusals are "not noticed", as by a skipped branch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "verify_bench.h"
#include "verify_skips.h"

enum {
  STEPS = 21,
  NONE = 100
}; /* magic, format, policy, 4 of signatures, second opinion, marks, 11 of fields, payload */

static verify_bench bench;
static uint32_t steps, skipped[2];
static bool statuses_are_lost;

bool verify_skips_step(void)
{
  const uint32_t step = steps++;
  return step == skipped[0] || step == skipped[1];
}

boot_status verify_skips_status(boot_status status)
{
  return statuses_are_lost ? BOOT_OK : status;
}

static uint32_t unlocked(void)
{
  uint32_t entry;
  steps = 0;
  (void)!bench_verify(&bench, &entry);
  return entry;
}

static int everything_counts(void **state)
{
  (void)state;
  skipped[0] = skipped[1] = NONE;
  statuses_are_lost = false;
  return 0;
}

static void all_steps_together_unlock_the_entry(void **state)
{
  (void)state;
  for (uint32_t k = 0; k < 2; k++) {
    bench_new(&bench, k ? MANIFEST_KIND_LOADER : MANIFEST_KIND_FIRMWARE);
    assert_int_equal(unlocked(), bench.image.m.entry);
    assert_int_equal(steps, STEPS);
  }
}

static void any_one_step_skipped_leaves_it_locked(void **state)
{
  (void)state;
  for (uint32_t k = 0; k < 2; k++) {
    bench_new(&bench, k ? MANIFEST_KIND_LOADER : MANIFEST_KIND_FIRMWARE);
    for (skipped[0] = 0; skipped[0] < STEPS; skipped[0]++) assert_int_not_equal(unlocked(), bench.image.m.entry);
  }
}

static void any_two_steps_skipped_leave_it_locked(void **state)
{
  (void)state;
  bench_new(&bench, MANIFEST_KIND_LOADER);
  for (skipped[0] = 0; skipped[0] < STEPS; skipped[0]++)
    for (skipped[1] = skipped[0] + 1; skipped[1] < STEPS; skipped[1]++)
      assert_int_not_equal(unlocked(), bench.image.m.entry);
}

/* Every branch on a status goes the wrong way: all steps run, and the violation is in the lock. */
static void no_violation_unlocks_when_its_status_is_lost(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < refusal_count; i++) {
    bench_new(&bench, refusals[i].kind);
    refusals[i].change(&bench);
    bench_sign(&bench);
    if (refusals[i].why == BOOT_MANIFEST_ADDRESS || refusals[i].why == BOOT_MANIFEST_SIZE ||
        refusals[i].why == BOOT_MANIFEST_SEGMENT)
      continue; /* the payload step would load outside the host's RAM: next test */
    statuses_are_lost = true;
    if (unlocked() == bench.image.m.entry) fail_msg("%s: unlocked", refusals[i].name);
    statuses_are_lost = false;
    assert_int_equal(steps, STEPS);
  }
}

/* The same for manifests whose payload cannot be loaded: the lock before the payload step is compared with what a good
 * manifest leaves there. */
static void no_layout_violation_passes_when_its_status_is_lost(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < refusal_count; i++) {
    unlock good, bad;
    bench_new(&bench, refusals[i].kind);
    const uint32_t entry = bench.image.m.entry;
    steps = 0;
    unlock_begin(&good, entry);
    assert_int_equal(verify_manifest(&bench.image.m, &bench.trust, &good), BOOT_OK);
    refusals[i].change(&bench);
    bench_sign(&bench);
    if (refusals[i].why == BOOT_PAYLOAD_DIGEST || refusals[i].why == BOOT_FLASH_UNREADABLE) continue;
    statuses_are_lost = true;
    steps = 0;
    unlock_begin(&bad, entry);
    (void)!verify_manifest(&bench.image.m, &bench.trust, &bad);
    statuses_are_lost = false;
    if (unlock_entry(&bad) == unlock_entry(&good)) fail_msg("%s: unlocked", refusals[i].name);
  }
}

/* A manifest that nobody checked may name any entry, also one that turning by some number of steps would not change: of
 * two equal halves, all ones under any mask, the lock's own constants. Whatever rule fails first, and whether the others
 * still run or not, the entry stays locked. */
static void no_choice_of_the_entry_opens_a_lock_that_lacks_turns(void **state)
{
  (void)state;
  for (uint32_t bits = 0; bits < 0x10000; bits += 0x101) {
    const uint32_t patterns[] = {bits * 0x10001u, ~(bits * 0x10001u), bits * 0x01010101u, bits << 16, bits};
    for (uint32_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
      for (uint32_t k = 0; k < 2; k++) {
        const uint32_t entry = patterns[i] ^ (k ? 0x9D2C5680u : 0u);
        unlock u;
        unlock_begin(&u, entry);
        const uint32_t start = u.turned;
        for (uint32_t missing = 1; missing < 32; missing++) {
          const uint32_t turns = (32u + STEPS - missing) % 32u;
          u.turned = turns ? start << turns | start >> (32 - turns) : start;
          assert_int_not_equal(unlock_entry(&u), entry);
        }
      }
    }
  }
}

/* The attack that worked before: an image signed by nobody, refused at its first key, the refusal lost, the payload true. */
static void unsigned_image_with_a_chosen_entry_stays_locked(void **state)
{
  (void)state;
  const uint32_t entries[] = {0x3001FBADu, 0x3801F3ADu, ~0x9D2C5680u, 0x9D2C5680u ^ 0x00010001u};
  for (uint32_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
    unlock u;
    bench_new(&bench, MANIFEST_KIND_LOADER);
    memset(&bench.image.m.p256_key, 0, sizeof bench.image.m.p256_key);
    bench.image.m.entry = entries[i];
    steps = 0;
    unlock_begin(&u, entries[i]);
    assert_int_not_equal(verify_manifest(&bench.image.m, &bench.trust, &u), BOOT_OK);
    memcpy(rig.flash + rig_map.slot_a + MANIFEST_BYTES, bench.image.payload, bench.image.m.payload_bytes);
    assert_int_equal(verify_load(rig_map.slot_a, &bench.image.m, &u), BOOT_OK);
    assert_int_not_equal(unlock_entry(&u), entries[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(all_steps_together_unlock_the_entry, everything_counts),
    cmocka_unit_test_setup(any_one_step_skipped_leaves_it_locked, everything_counts),
    cmocka_unit_test_setup(any_two_steps_skipped_leave_it_locked, everything_counts),
    cmocka_unit_test_setup(no_violation_unlocks_when_its_status_is_lost, everything_counts),
    cmocka_unit_test_setup(no_choice_of_the_entry_opens_a_lock_that_lacks_turns, everything_counts),
    cmocka_unit_test_setup(unsigned_image_with_a_chosen_entry_stays_locked, everything_counts),
    cmocka_unit_test_setup(no_layout_violation_passes_when_its_status_is_lost, everything_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

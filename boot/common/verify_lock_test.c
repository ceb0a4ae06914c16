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

enum { STEPS = 20, NONE = 100 }; /* magic, format, policy, 4 of signatures, 12 of fields, payload */

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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(all_steps_together_unlock_the_entry, everything_counts),
      cmocka_unit_test_setup(any_one_step_skipped_leaves_it_locked, everything_counts),
      cmocka_unit_test_setup(any_two_steps_skipped_leave_it_locked, everything_counts),
      cmocka_unit_test_setup(no_violation_unlocks_when_its_status_is_lost, everything_counts),
      cmocka_unit_test_setup(no_layout_violation_passes_when_its_status_is_lost, everything_counts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

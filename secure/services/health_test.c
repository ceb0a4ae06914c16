#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "health.h"

/* ---- The cutoffs, computed as the standard has them ---- */

static void repetition_cutoff_is_the_standards(void **state)
{
  (void)state;
  const unsigned expected = 1 + (HEALTH_FALSE_ALARM_BITS + HEALTH_MIN_ENTROPY_BITS - 1) / HEALTH_MIN_ENTROPY_BITS;
  assert_int_equal(HEALTH_REPETITION_CUTOFF, expected);
}

/* P(X >= k), X ~ Binomial(window, 2^-H): summed from the small end, so that the doubles are exact enough by far. */
static double tail(unsigned k)
{
  const double p = ldexp(1, -(int)HEALTH_MIN_ENTROPY_BITS), n = HEALTH_PROPORTION_WINDOW;
  double sum = 0;
  for (unsigned i = HEALTH_PROPORTION_WINDOW; i >= k; i--)
    sum += exp(lgamma(n + 1) - lgamma(i + 1.0) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p));
  return sum;
}

static void proportion_cutoff_is_the_least_that_alarms_seldom_enough(void **state)
{
  (void)state;
  const double alpha = ldexp(1, -(int)HEALTH_FALSE_ALARM_BITS);
  const unsigned critical = HEALTH_PROPORTION_CUTOFF - 1; /* least k with P(X > k) <= alpha */
  assert_true(tail(critical + 1) <= alpha);
  assert_true(tail(critical) > alpha);
}

/* ---- The tests ---- */

static health h;

static int start(void **state)
{
  (void)state;
  health_start(&h);
  return 0;
}

/* A byte that repeats nothing for 256 samples. */
static uint8_t counting(unsigned i)
{
  return (uint8_t)i;
}

static bool take(uint8_t sample)
{
  return health_take(&h, &sample, 1);
}

static bool take_repeated(uint8_t sample, unsigned times)
{
  bool good = true;
  while (times-- > 0) good = take(sample);
  return good;
}

static void takes_a_source_that_is_even(void **state)
{
  (void)state;
  for (unsigned i = 0; i < 100000; i++) assert_true(take(counting(i)));
}

static void takes_one_repetition_less_than_the_cutoff(void **state)
{
  (void)state;
  for (unsigned value = 0; value < 256; value++) {
    assert_true(take_repeated((uint8_t)value, HEALTH_REPETITION_CUTOFF - 1));
    assert_true(take((uint8_t)(value + 128)));
  }
}

static void refuses_a_run_of_the_cutoff_for_every_value_and_place(void **state)
{
  (void)state;
  for (unsigned value = 0; value < 256; value++) {
    health_start(&h);
    for (unsigned before = 0; before < value; before++) assert_true(take((uint8_t)(value + 1 + before)));
    assert_true(take_repeated((uint8_t)value, HEALTH_REPETITION_CUTOFF - 1));
    assert_false(take((uint8_t)value));
  }
}

/* A window with `matching` samples equal to its first one, never two in a row until the others run out. */
static bool take_window(unsigned matching, unsigned others_from)
{
  bool good = true;
  for (unsigned i = 0; i < HEALTH_PROPORTION_WINDOW; i++) {
    const bool match = i % 2 == 0 && i / 2 < matching;
    good = take(match ? 0xa5 : (uint8_t)(others_from + i % 64));
  }
  return good;
}

static void takes_one_match_less_than_the_cutoff_in_each_window(void **state)
{
  (void)state;
  for (unsigned i = 0; i < 20; i++) assert_true(take_window(HEALTH_PROPORTION_CUTOFF - 1, 0));
}

static void refuses_a_window_with_as_many_matches_as_the_cutoff(void **state)
{
  (void)state;
  assert_true(take_window(HEALTH_PROPORTION_CUTOFF - 1, 0));
  assert_false(take_window(HEALTH_PROPORTION_CUTOFF, 0));
}

static void refuses_at_the_sample_that_reaches_the_cutoff(void **state)
{
  (void)state;
  for (unsigned i = 0; i < 2 * (HEALTH_PROPORTION_CUTOFF - 1); i++)
    assert_true(take(i % 2 == 0 ? 0xa5 : (uint8_t)(i % 64)));
  assert_false(take(0xa5));
}

/* The window is 512 samples: the last of them counts, the next one begins another window. */
static void counts_the_last_sample_of_a_window_and_none_beyond(void **state)
{
  (void)state;
  for (unsigned extra = 0; extra < 2; extra++) {
    health_start(&h);
    for (unsigned i = 0; i < HEALTH_PROPORTION_WINDOW - 1 + extra; i++)
      assert_true(take(i % 2 == 0 && i / 2 < HEALTH_PROPORTION_CUTOFF - 1 ? 0xa5 : (uint8_t)(i % 64)));
    assert_int_equal(take(0xa5), extra == 1);
  }
}

static void stays_failed_whatever_comes(void **state)
{
  (void)state;
  assert_false(take_repeated(7, HEALTH_REPETITION_CUTOFF));
  for (unsigned i = 0; i < 5000; i++) assert_false(take(counting(i)));
  health_start(&h);
  assert_true(take(1));
}

static void fails_alike_in_pieces_of_any_size(void **state)
{
  (void)state;
  uint8_t samples[100];
  for (unsigned i = 0; i < sizeof samples; i++) samples[i] = i >= 40 && i < 49 ? 3 : counting(i);
  for (size_t piece = 1; piece <= sizeof samples; piece++) {
    health_start(&h);
    for (size_t at = 0; at < sizeof samples; at += piece) {
      const size_t count = sizeof samples - at < piece ? sizeof samples - at : piece;
      assert_int_equal(health_take(&h, samples + at, count), at + count < 49);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(repetition_cutoff_is_the_standards),
    cmocka_unit_test(proportion_cutoff_is_the_least_that_alarms_seldom_enough),
    cmocka_unit_test_setup(takes_a_source_that_is_even, start),
    cmocka_unit_test_setup(takes_one_repetition_less_than_the_cutoff, start),
    cmocka_unit_test_setup(refuses_a_run_of_the_cutoff_for_every_value_and_place, start),
    cmocka_unit_test_setup(takes_one_match_less_than_the_cutoff_in_each_window, start),
    cmocka_unit_test_setup(refuses_a_window_with_as_many_matches_as_the_cutoff, start),
    cmocka_unit_test_setup(refuses_at_the_sample_that_reaches_the_cutoff, start),
    cmocka_unit_test_setup(counts_the_last_sample_of_a_window_and_none_beyond, start),
    cmocka_unit_test_setup(stays_failed_whatever_comes, start),
    cmocka_unit_test_setup(fails_alike_in_pieces_of_any_size, start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

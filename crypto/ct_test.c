#include "test_support.h"

#include "crypto_status.h"
#include "ct.h"

static void difference_is_zero_only_for_equal_buffers(void **state)
{
  (void)state;
  uint8_t a[33], b[33];
  memset(a, 0xa5, sizeof a);
  memcpy(b, a, sizeof a);
  assert_int_equal(ct_difference(a, b, sizeof a), 0);
  assert_true(ct_equal(a, b, sizeof a));
  for (size_t bit = 0; bit < 8 * sizeof a; bit++) {
    b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    uint32_t difference = ct_difference(a, b, sizeof a);
    assert_in_range(difference, 1, 255);
    assert_false(ct_equal(a, b, sizeof a));
    b[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
}

static void nothing_equals_nothing(void **state)
{
  (void)state;
  assert_true(ct_equal(NULL, NULL, 0));
}

static void wipe_clears_exactly_the_given_bytes(void **state)
{
  (void)state;
  uint8_t memory[16];
  memset(memory, 0xff, sizeof memory);
  wipe(memory + 1, 14);
  assert_int_equal(memory[0], 0xff);
  for (size_t i = 1; i < 15; i++) assert_int_equal(memory[i], 0);
  assert_int_equal(memory[15], 0xff);
  wipe(NULL, 0);
}

static void status_words_are_far_apart_and_far_from_disturbed_values(void **state)
{
  (void)state;
  const uint32_t words[] = {CRYPTO_OK, CRYPTO_BAD_INPUT, CRYPTO_INVALID, 0, 0xffffffff};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    for (size_t j = 0; j < i; j++) assert_true(__builtin_popcount(words[i] ^ words[j]) >= 12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(difference_is_zero_only_for_equal_buffers),
    cmocka_unit_test(nothing_equals_nothing),
    cmocka_unit_test(wipe_clears_exactly_the_given_bytes),
    cmocka_unit_test(status_words_are_far_apart_and_far_from_disturbed_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

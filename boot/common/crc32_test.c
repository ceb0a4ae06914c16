#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "crc32.h"

/* Check value of the CRC catalogue (CRC-32/ISO-HDLC), and values any other implementation prints (zlib, cksum -o 3). */
static void gives_the_published_values(void **state)
{
  (void)state;
  static const uint8_t zeros[32], ones[4] = {0xFF, 0xFF, 0xFF, 0xFF};
  assert_int_equal(crc32(0, "123456789", 9), 0xCBF43926);
  assert_int_equal(crc32(0, "", 0), 0);
  assert_int_equal(crc32(0, "a", 1), 0xE8B7BE43);
  assert_int_equal(crc32(0, "abc", 3), 0x352441C2);
  assert_int_equal(crc32(0, "The quick brown fox jumps over the lazy dog", 43), 0x414FA339);
  assert_int_equal(crc32(0, zeros, sizeof zeros), 0x190A55AD);
  assert_int_equal(crc32(0, ones, sizeof ones), 0xFFFFFFFF);
}

static void goes_on_where_it_stopped(void **state)
{
  (void)state;
  for (uint32_t split = 0; split <= 9; split++)
    assert_int_equal(crc32(crc32(0, "123456789", split), &"123456789"[split], 9 - split), 0xCBF43926);
}

static void finds_every_burst_of_up_to_32_bits(void **state)
{
  (void)state;
  uint8_t data[16] = "fifteen letters";
  const uint32_t whole = crc32(0, data, sizeof data);
  for (uint32_t start = 0; start < 96; start++)
    for (uint32_t bits = 1; bits <= 32; bits++) {
      const uint32_t ends[2] = {start, start + bits - 1};
      for (uint32_t e = 0; e < (bits == 1 ? 1u : 2u); e++) data[ends[e] / 8] ^= (uint8_t)(1u << ends[e] % 8);
      assert_int_not_equal(crc32(0, data, sizeof data), whole);
      for (uint32_t e = 0; e < (bits == 1 ? 1u : 2u); e++) data[ends[e] / 8] ^= (uint8_t)(1u << ends[e] % 8);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gives_the_published_values),
    cmocka_unit_test(goes_on_where_it_stopped),
    cmocka_unit_test(finds_every_burst_of_up_to_32_bits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the unit tests of crypto/ share. */
#ifndef HF_CRYPTO_TEST_SUPPORT_H
#define HF_CRYPTO_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A heap block of exactly len bytes, so that ASan sees the first byte read past it. Free with free(). */
static inline uint8_t *test_copy(const void *data, size_t len)
{
  uint8_t *copy = malloc(len == 0 ? 1 : len);
  assert_non_null(copy);
  if (len > 0) memcpy(copy, data, len);
  return copy;
}

static inline uint8_t test_hex_digit(char c)
{
  return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* Decodes into a heap block of exactly strlen(hex) / 2 bytes. */
static inline uint8_t *test_hex(const char *hex)
{
  size_t len = strlen(hex) / 2;
  uint8_t *bytes = malloc(len == 0 ? 1 : len);
  assert_non_null(bytes);
  for (size_t i = 0; i < len; i++)
    bytes[i] = (uint8_t)(test_hex_digit(hex[2 * i]) << 4 | test_hex_digit(hex[2 * i + 1]));
  return bytes;
}

/* Pseudo-random bytes (xorshift64*), the same in every run. */
static inline void test_fill(void *out, size_t len, uint64_t *seed)
{
  uint8_t *p = out;
  for (size_t i = 0; i < len; i++) {
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    p[i] = (uint8_t)((*seed * 0x2545f4914f6cdd1du) >> 56);
  }
}

static inline void assert_hex_equal(const void *bytes, const char *hex)
{
  uint8_t *expected = test_hex(hex);
  assert_memory_equal(bytes, expected, strlen(hex) / 2);
  free(expected);
}

#endif

/* The C library's block functions, made small: the ROM has room for little (board.h), and the
 * library's versions are several times as large. Words where possible; this CPU loads and stores words
 * at any address of RAM. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t word __attribute__((aligned(1), may_alias));

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
  uint8_t *t = to;
  const uint8_t *f = from;
  size_t i = 0;
  for (; bytes - i >= sizeof(word); i += sizeof(word)) *(word *)(t + i) = *(const word *)(f + i);
  for (; i < bytes; i++) t[i] = f[i];
  return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
  uint8_t *t = to;
  const uint8_t *f = from;
  if ((uintptr_t)t - (uintptr_t)f >= bytes)
    return memcpy(to, from, bytes); /* ascending is safe: memcpy above ascends */
  while (bytes-- != 0) t[bytes] = f[bytes];
  return to;
}

void *memset(void *to, int value, size_t bytes)
{
  uint8_t *t = to;
  const word fill = (uint8_t)value * 0x01010101u;
  size_t i = 0;
  for (; bytes - i >= sizeof(word); i += sizeof(word)) *(word *)(t + i) = fill;
  for (; i < bytes; i++) t[i] = (uint8_t)value;
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
  const uint8_t *left = a;
  const uint8_t *right = b;
  for (; bytes != 0; bytes--, left++, right++) {
    if (*left != *right) return *left - *right;
  }
  return 0;
}

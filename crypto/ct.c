#include "ct.h"

#include <string.h>

uint32_t ct_difference(const void *a, const void *b, size_t len)
{
  const uint8_t *x = a, *y = b;
  uint32_t difference = 0;
  size_t all = len, i = 0;
  /* A second count of which the compiler does not know that it is the first: a loop that a fault ends early is noticed. */
  __asm__ volatile("" : "+r"(all));
  for (; i < len; i++) {
    difference |= (uint32_t)(x[i] ^ y[i]);
    /* The compiler must not learn what was accumulated, or it may leave the loop at the first difference. */
    __asm__("" : "+r"(difference));
  }
  return difference | (uint32_t)(i ^ all);
}

bool ct_equal(const void *a, const void *b, size_t len)
{
  return ct_difference(a, b, len) == 0;
}

void wipe(void *memory, size_t len)
{
  if (len == 0) return; /* memory may be NULL */
  memset(memory, 0, len);
  /* Claims to read the memory through the pointer: the memset is not a dead store, also after inlining and LTO. */
  __asm__ volatile("" : : "r"(memory) : "memory");
}

/* What the tests of net/mqtt share. */
#ifndef HF_MQTT_TEST_SUPPORT_H
#define HF_MQTT_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* Memory whose last byte is followed by a page that nobody may touch: one byte too far is a crash, not luck. */
typedef struct guarded {
  uint8_t *at; /* `bytes` bytes up to the inaccessible page */
  size_t bytes;
  uint8_t *map;
  size_t map_bytes;
} guarded;

static inline guarded guarded_room(size_t bytes)
{
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t usable = (bytes + page - 1) / page * page;
  guarded g = {.bytes = bytes, .map_bytes = usable + page};
  g.map = mmap(NULL, g.map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_ptr_not_equal(g.map, MAP_FAILED);
  assert_int_equal(mprotect(g.map + usable, page, PROT_NONE), 0);
  g.at = g.map + usable - bytes;
  return g;
}

static inline guarded guarded_copy(const void *data, size_t bytes)
{
  guarded g = guarded_room(bytes);
  if (bytes > 0) memcpy(g.at, data, bytes);
  return g;
}

static inline void guarded_free(guarded *g)
{
  munmap(g->map, g->map_bytes);
}

/* "30 05 0003": spaces do not count. Returns the number of bytes. */
static inline size_t hex_bytes(uint8_t *out, size_t room, const char *hex)
{
  size_t digits = 0;
  for (; *hex != '\0'; hex++) {
    if (*hex == ' ') continue;
    uint8_t digit = (uint8_t)(*hex <= '9' ? *hex - '0' : (*hex | 0x20) - 'a' + 10);
    assert_true(digits / 2 < room);
    out[digits / 2] = (uint8_t)(digits % 2 == 0 ? digit << 4 : out[digits / 2] | digit);
    digits++;
  }
  assert_int_equal(digits % 2, 0);
  return digits / 2;
}

/* The same numbers in every run (xorshift64*). */
static inline uint32_t test_random(uint64_t *seed)
{
  *seed ^= *seed >> 12;
  *seed ^= *seed << 25;
  *seed ^= *seed >> 27;
  return (uint32_t)(*seed * 0x2545f4914f6cdd1du >> 32);
}

#endif

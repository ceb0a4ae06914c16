/* Frames of device and host, each read by the other; frame_make() and frame_take() (tools/recovery_frame.c) are the second opinion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "framing.h"
#include "host_board.h"
#include "recovery_frame.h"

static uint8_t *memory; /* of its exact size, so that the sanitizer sees the byte behind it */
static framing f;
static uint8_t body[RECOVERY_BODY_MAX + 1];

static int fresh(void **state)
{
  (void)state;
  memory = malloc(RECOVERY_BODY_MAX + FRAMING_EXTRA_BYTES);
  assert_non_null(memory);
  f = (framing){.frame = memory, .body_max = RECOVERY_BODY_MAX};
  for (size_t i = 0; i < sizeof body; i++) body[i] = (uint8_t)(i * 31 + (i >> 8));
  return 0;
}

static int done(void **state)
{
  (void)state;
  free(memory);
  host_uart_sink(NULL, NULL);
  return 0;
}

/* Frames that came whole out of these bytes. */
static unsigned take(const uint8_t *bytes, size_t count)
{
  unsigned whole = 0;
  for (size_t i = 0; i < count; i++) whole += framing_take(&f, bytes[i]);
  return whole;
}

static void assert_holds(uint32_t type, const uint8_t *expected, uint32_t bytes)
{
  assert_int_equal(framing_type(&f), type);
  assert_int_equal(framing_body_bytes(&f), bytes);
  assert_memory_equal(framing_body(&f), expected, bytes);
}

/* "1234" as the ACK of 0x1234, written by hand; CRC-32 of 02 00 04 00 34 12 00 00 by Python's zlib.crc32. */
static const uint8_t by_hand[] = {0xA5, 0x5A, 0x02, 0x00, 0x04, 0x00, 0x34, 0x12, 0x00, 0x00, 0xEA, 0x82, 0x7D, 0xDC};

typedef struct wire {
  uint8_t bytes[FRAME_MAX];
  size_t used;
} wire;

static void keep(void *context, const void *bytes, uint32_t count)
{
  wire *w = context;
  assert_true(count <= sizeof w->bytes - w->used);
  if (count > 0) memcpy(w->bytes + w->used, bytes, count);
  w->used += count;
}

static void sends_the_bytes_written_by_hand(void **state)
{
  (void)state;
  wire sent = {.used = 0};
  host_uart_sink(keep, &sent);
  framing_send(2, by_hand + 6, 4);
  assert_int_equal(sent.used, sizeof by_hand);
  assert_memory_equal(sent.bytes, by_hand, sizeof by_hand);
}

static void takes_the_bytes_written_by_hand(void **state)
{
  (void)state;
  assert_int_equal(take(by_hand, sizeof by_hand - 1), 0);
  assert_true(framing_take(&f, by_hand[sizeof by_hand - 1]));
  assert_holds(2, by_hand + 6, 4);
}

static void takes_every_length_the_host_makes(void **state)
{
  (void)state;
  uint8_t frame[FRAME_MAX];
  for (uint32_t bytes = 0; bytes <= RECOVERY_BODY_MAX; bytes++) {
    const size_t made = frame_make(frame, (uint8_t)bytes, body, bytes / 3, body + bytes / 3, bytes - bytes / 3);
    assert_int_equal(take(frame, made), 1);
    assert_holds(bytes & 0xff, body, bytes);
  }
}

static void sends_every_length_as_the_host_takes_it(void **state)
{
  (void)state;
  for (uint32_t bytes = 0; bytes <= RECOVERY_BODY_MAX; bytes++) {
    wire sent = {.used = 0};
    frame_reader reader = {0};
    size_t read;
    host_uart_sink(keep, &sent);
    framing_send(bytes & 0xff, bytes ? body : NULL, bytes);
    for (size_t i = 0; i + 1 < sent.used; i++) assert_int_equal(frame_take(&reader, sent.bytes[i]), FRAME_MORE);
    assert_int_equal(frame_take(&reader, sent.bytes[sent.used - 1]), FRAME_WHOLE);
    assert_int_equal(frame_type(&reader), bytes & 0xff);
    assert_memory_equal(frame_body(&reader, &read), body, bytes);
    assert_int_equal(read, bytes);
  }
}

static void drops_a_frame_with_any_bit_wrong(void **state)
{
  (void)state;
  uint8_t frame[64], *bad = frame;
  const size_t made = frame_make(frame, 0x33, body, 30, NULL, 0);
  for (size_t bit = 0; bit < 8 * made; bit++) {
    f.got = 0;
    bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
    assert_int_equal(take(bad, made), 0);
    bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
  }
  f.got = 0;
  assert_int_equal(take(frame, made), 1);
}

static void drops_longer_bodies_than_it_has_room_for(void **state)
{
  (void)state;
  for (uint32_t bytes = RECOVERY_BODY_MAX + 1; bytes <= 0xffff; bytes += 13) {
    const uint8_t head[] = {0xA5, 0x5A, 0x33, 0, (uint8_t)bytes, (uint8_t)(bytes >> 8)};
    assert_int_equal(take(head, sizeof head), 0);
    assert_int_equal(f.got, 0);
  }
  assert_int_equal(take(by_hand, sizeof by_hand), 1);
}

static void finds_a_frame_between_text_and_stray_sync_bytes(void **state)
{
  (void)state;
  static const uint8_t noise[] = {'l', 'o', 'g', '\n', 0xA5, 'x', 0x5A, 0xA5, 0xA5};
  for (unsigned i = 0; i < 3; i++) {
    assert_int_equal(take(noise, sizeof noise), 0);
    assert_int_equal(take(by_hand, sizeof by_hand), 1);
  }
}

/* Bytes out of a small generator, half of them behind a plausible head, never lead beyond the buffer; a frame that was taken
 * has a sum that the host agrees with. */
static void survives_200000_random_frames(void **state)
{
  (void)state;
  uint32_t seed = 20261122, whole = 0;
  for (uint32_t n = 0; n < 200000; n++) {
    uint8_t bytes[24];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
    if (n % 2) memcpy(bytes, "\xA5\x5A", 2);
    if (n % 4 == 3) bytes[3] = 0;
    for (size_t i = 0; i < sizeof bytes; i++) {
      if (!framing_take(&f, bytes[i])) continue;
      uint8_t again[FRAME_MAX];
      whole++;
      const uint32_t count = framing_body_bytes(&f);
      const size_t made = frame_make(again, (uint8_t)framing_type(&f), framing_body(&f), count, NULL, 0);
      assert_memory_equal(again, memory, made);
    }
  }
  assert_true(whole < 10); /* 2^-32 each */
  f.got = 0;
  assert_int_equal(take(by_hand, sizeof by_hand), 1);
}

#define PROMISE(f) cmocka_unit_test_setup_teardown(f, fresh, done)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(sends_the_bytes_written_by_hand),
    PROMISE(takes_the_bytes_written_by_hand),
    PROMISE(takes_every_length_the_host_makes),
    PROMISE(sends_every_length_as_the_host_takes_it),
    PROMISE(drops_a_frame_with_any_bit_wrong),
    PROMISE(drops_longer_bodies_than_it_has_room_for),
    PROMISE(finds_a_frame_between_text_and_stray_sync_bytes),
    PROMISE(survives_200000_random_frames),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

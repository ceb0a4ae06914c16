/* Recovery, the host's side: frames out of a noisy stream, and what is answered to each. */
#include "test_support.h"

#include "manifest.h"
#include "recovery_frame.h"

static frame_event feed(frame_reader *r, const uint8_t *bytes, size_t count, char *text)
{
  frame_event last = FRAME_MORE;
  for (size_t i = 0; i < count; i++) {
    last = frame_take(r, bytes[i]);
    if (last == FRAME_TEXT && text != NULL) strncat(text, (const char[]){(char)bytes[i], 0}, 1);
  }
  return last;
}

/* "loader: ok\n" and an ACK of 0x1234, written by hand; CRC-32 of 02 00 04 00 34 12 00 00 by Python's zlib.crc32. */
static const uint8_t ack_frame[] = {0xA5, 0x5A, 0x02, 0x00, 0x04, 0x00, 0x34, 0x12, 0x00, 0x00, 0xEA, 0x82, 0x7D, 0xDC};

static void takes_a_frame_out_of_text(void **state)
{
  (void)state;
  frame_reader r = {0};
  char text[64] = "";
  size_t bytes;
  feed(&r, (const uint8_t *)"loader: ok\n", 11, text);
  assert_int_equal(feed(&r, ack_frame, sizeof ack_frame, text), FRAME_WHOLE);
  assert_int_equal(frame_type(&r), RECOVERY_ACK);
  const uint8_t *body = frame_body(&r, &bytes);
  assert_int_equal(bytes, 4);
  assert_memory_equal(body, "\x34\x12\0\0", 4);
  feed(&r, (const uint8_t *)"more\n", 5, text);
  assert_string_equal(text, "loader: ok\nmore\n");
}

static void drops_a_frame_with_any_wrong_byte_and_finds_the_next(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof ack_frame; i++) {
    frame_reader r = {0};
    uint8_t stream[FRAME_MAX + 3 * sizeof ack_frame];
    memcpy(stream, ack_frame, sizeof ack_frame);
    stream[i] ^= 0x40;
    /* A wrong length can swallow what follows, up to a whole frame's length: then the one after counts. */
    memset(stream + sizeof ack_frame, 0, FRAME_MAX);
    bool seen = feed(&r, stream, sizeof ack_frame, NULL) == FRAME_WHOLE;
    assert_false(seen);
    feed(&r, stream + sizeof ack_frame, FRAME_MAX, NULL);
    assert_int_equal(feed(&r, ack_frame, sizeof ack_frame, NULL), FRAME_WHOLE);
  }
}

static void survives_every_pair_of_header_bytes(void **state)
{
  (void)state;
  for (unsigned type = 0; type < 256; type += 5)
    for (unsigned length = 0; length < 65536; length += 251) {
      frame_reader r = {0};
      uint8_t head[6] = {0xA5, 0x5A, (uint8_t)type, 0, (uint8_t)length, (uint8_t)(length >> 8)};
      uint8_t rest[FRAME_MAX * 2];
      memset(rest, 0xA5, sizeof rest);
      feed(&r, head, sizeof head, NULL);
      feed(&r, rest, sizeof rest, NULL);
      assert_true(r.have <= FRAME_MAX);
    }
}

static void makes_the_chunk_the_device_expects(void **state)
{
  (void)state;
  static const uint8_t data[3] = {1, 2, 3};
  /* zlib.crc32 of 11 00 07 00 00 10 00 00 01 02 03 */
  static const uint8_t expected[] = {0xA5, 0x5A, 0x11, 0, 7, 0, 0, 0x10, 0, 0, 1, 2, 3, 0xBA, 0x9C, 0xB5, 0xC9};
  uint8_t frame[FRAME_MAX];
  assert_int_equal(frame_make_chunk(frame, 0x1000, data, sizeof data), sizeof expected);
  assert_memory_equal(frame, expected, sizeof expected);
}

/* ---- Conversation ---- */

static recovery_next hello(recovery_session *s, uint32_t protocol, uint32_t image_max)
{
  recovery_hello body = {.protocol = protocol, .reason = (uint32_t)BOOT_NO_FIRMWARE, .image_max = image_max};
  return recovery_session_step(s, RECOVERY_HELLO, (const uint8_t *)&body, sizeof body);
}

static recovery_next number(recovery_session *s, uint8_t type, uint32_t value)
{
  uint8_t body[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
  return recovery_session_step(s, type, body, sizeof body);
}

static void sends_what_the_device_wants_until_done(void **state)
{
  (void)state;
  recovery_session s;
  recovery_session_begin(&s, 4096 + 1500);
  assert_int_equal(number(&s, RECOVERY_ACK, 0), RECOVERY_WAIT); /* nothing before HELLO */
  assert_int_equal(recovery_session_step(&s, RECOVERY_DONE, NULL, 0), RECOVERY_WAIT);
  assert_int_equal(hello(&s, 1, 1u << 20), RECOVERY_SEND);
  assert_int_equal(s.reason, BOOT_NO_FIRMWARE);
  assert_int_equal(recovery_session_chunk(&s), 1024);
  assert_int_equal(number(&s, RECOVERY_ACK, 4000), RECOVERY_SEND);
  assert_int_equal(recovery_session_chunk(&s), 96); /* a chunk does not cross the end of the manifest */
  assert_int_equal(number(&s, RECOVERY_ACK, 4096 + 1024), RECOVERY_SEND);
  assert_int_equal(recovery_session_chunk(&s), 476);
  assert_int_equal(number(&s, RECOVERY_ACK, 4096 + 1500), RECOVERY_WAIT);
  assert_int_equal(number(&s, RECOVERY_ACK, 0xFFFFFFFF), RECOVERY_WAIT); /* beyond the file: never read there */
  assert_int_equal(recovery_session_step(&s, RECOVERY_DONE, NULL, 0), RECOVERY_FINISHED);
}

static void refusal_ends_it(void **state)
{
  (void)state;
  recovery_session s;
  recovery_session_begin(&s, 8192);
  assert_int_equal(hello(&s, 1, 1u << 20), RECOVERY_SEND);
  assert_int_equal(number(&s, RECOVERY_REFUSED, (uint32_t)BOOT_SIG_P256), RECOVERY_FAILED);
  assert_int_equal(s.status, BOOT_SIG_P256);
}

static void a_flash_fault_is_tried_again_a_bounded_number_of_times(void **state)
{
  (void)state;
  recovery_session s;
  recovery_session_begin(&s, 8192);
  for (unsigned i = 1; i < RECOVERY_ATTEMPTS; i++) {
    assert_int_equal(hello(&s, 1, 1u << 20), RECOVERY_SEND);
    assert_int_equal(number(&s, RECOVERY_REFUSED, (uint32_t)BOOT_FLASH_WRITE), RECOVERY_WAIT);
  }
  assert_int_equal(hello(&s, 1, 1u << 20), RECOVERY_SEND);
  assert_int_equal(number(&s, RECOVERY_REFUSED, (uint32_t)BOOT_FLASH_WRITE), RECOVERY_FAILED);
}

static void refuses_other_protocols_small_devices_and_endless_hellos(void **state)
{
  (void)state;
  recovery_session s;
  recovery_session_begin(&s, 8192);
  assert_int_equal(hello(&s, 2, 1u << 20), RECOVERY_FAILED);
  recovery_session_begin(&s, 8192);
  assert_int_equal(hello(&s, 1, 8191), RECOVERY_FAILED);
  recovery_session_begin(&s, 8192);
  for (unsigned i = 0; i < RECOVERY_ATTEMPTS; i++) assert_int_equal(hello(&s, 1, 8192), RECOVERY_SEND);
  assert_int_equal(hello(&s, 1, 8192), RECOVERY_FAILED);
  assert_non_null(s.problem);
}

static void ignores_frames_of_the_wrong_size_and_unknown_ones(void **state)
{
  (void)state;
  recovery_session s;
  static const uint8_t body[64];
  recovery_session_begin(&s, 8192);
  for (size_t bytes = 0; bytes < sizeof body; bytes++)
    if (bytes != sizeof(recovery_hello))
      assert_int_equal(recovery_session_step(&s, RECOVERY_HELLO, body, bytes), RECOVERY_WAIT);
  assert_int_equal(hello(&s, 1, 8192), RECOVERY_SEND);
  assert_int_equal(recovery_session_step(&s, RECOVERY_ACK, body, 3), RECOVERY_WAIT);
  assert_int_equal(recovery_session_step(&s, RECOVERY_REFUSED, body, 5), RECOVERY_WAIT);
  assert_int_equal(recovery_session_step(&s, 0x77, body, 4), RECOVERY_WAIT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(takes_a_frame_out_of_text),
    cmocka_unit_test(drops_a_frame_with_any_wrong_byte_and_finds_the_next),
    cmocka_unit_test(survives_every_pair_of_header_bytes),
    cmocka_unit_test(makes_the_chunk_the_device_expects),
    cmocka_unit_test(sends_what_the_device_wants_until_done),
    cmocka_unit_test(refusal_ends_it),
    cmocka_unit_test(a_flash_fault_is_tried_again_a_bounded_number_of_times),
    cmocka_unit_test(refuses_other_protocols_small_devices_and_endless_hellos),
    cmocka_unit_test(ignores_frames_of_the_wrong_size_and_unknown_ones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

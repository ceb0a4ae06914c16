/* Recovery, seen from the host's end of the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"
#include "counter.h"
#include "crc32.h"
#include "recovery.h"
#include "recovery_host.h"
#include "rig.h"

static test_image own, image;
static rig_boot_result boot;
static recovery r;
static host_frame frame;

enum { COUNTER = 4, VERSION = 5 };

/* No firmware anywhere; the loader is in recovery and has said HELLO. */
static int in_recovery(void **state)
{
  (void)state;
  rig_new();
  if (own.m.magic == 0) {
    image_make(&own, MANIFEST_KIND_LOADER, (manifest_version){1, 0, 0}, 1, 256, 1);
    image_make(&image, MANIFEST_KIND_FIRMWARE, (manifest_version){1, 0, 0}, VERSION, 2560, 2);
  }
  rig_put(rig_map.loader_0, &own);
  rig_put(rig_map.loader_1, &own);
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, COUNTER), BOOT_OK);
  assert_int_not_equal(rig_boot(&boot), BOOT_OK);
  recovery_host_listen();
  host_clock_step(1);
  recovery_begin(&r, &boot.l, boot.status);
  assert_false(recovery_poll(&r));
  assert_true(recovery_host_hear(&frame));
  assert_int_equal(frame.type, RECOVERY_HELLO);
  host_cut_disarm();
  return 0;
}

static void assert_hears(recovery_type type, uint32_t number)
{
  assert_false(recovery_poll(&r));
  assert_true(recovery_host_hear(&frame));
  assert_int_equal(frame.type, type);
  assert_int_equal(recovery_host_number(&frame), number);
  assert_false(recovery_host_hear(&frame));
}

static void assert_hears_nothing(void)
{
  assert_false(recovery_poll(&r));
  assert_false(recovery_host_hear(&frame));
}

static void send_manifest(const test_image *sent)
{
  for (uint32_t at = 0; at < MANIFEST_BYTES - RECOVERY_CHUNK_MAX; at += RECOVERY_CHUNK_MAX) {
    recovery_host_image_chunk(sent, at);
    assert_hears(RECOVERY_ACK, at + RECOVERY_CHUNK_MAX);
  }
  recovery_host_image_chunk(sent, MANIFEST_BYTES - RECOVERY_CHUNK_MAX);
}

/* From the first byte after the manifest to DONE. */
static void send_payload(const test_image *sent)
{
  const uint32_t end = MANIFEST_BYTES + sent->m.payload_bytes;
  uint32_t at = MANIFEST_BYTES;
  for (; at + RECOVERY_CHUNK_MAX < end; at += RECOVERY_CHUNK_MAX) {
    recovery_host_image_chunk(sent, at);
    assert_hears(RECOVERY_ACK, at + RECOVERY_CHUNK_MAX);
  }
  recovery_host_image_chunk(sent, at);
}

static void assert_done(void)
{
  assert_true(recovery_poll(&r));
  assert_true(recovery_host_hear(&frame));
  assert_int_equal(frame.type, RECOVERY_DONE);
  assert_int_equal(frame.bytes, 0);
}

static void assert_boots_the_image(uint32_t slot)
{
  assert_int_equal(rig_boot(&boot), BOOT_OK);
  assert_int_equal(boot.info.slot, slot);
  assert_int_equal(boot.info.trial, 1); /* it has to prove itself */
  assert_true(rig_ram_holds(&image));
}

/* ---- The conversation ---- */

static void takes_a_good_image_and_boots_it(void **state)
{
  (void)state;
  send_manifest(&image);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
  send_payload(&image);
  assert_done();
  assert_memory_equal(rig.flash + rig_map.slot_a, &image.m, MANIFEST_BYTES);
  assert_memory_equal(rig.flash + rig_map.slot_a + MANIFEST_BYTES, image.payload, image.m.payload_bytes);
  assert_boots_the_image(BOOT_SLOT_A);
}

static void hello_tells_what_the_device_wants(void **state)
{
  (void)state;
  recovery_hello hello;
  assert_int_equal(frame.bytes, sizeof hello);
  memcpy(&hello, frame.body, sizeof hello);
  assert_int_equal(hello.protocol, RECOVERY_PROTOCOL);
  assert_int_equal(hello.reason, boot.status);
  assert_memory_equal(hello.product_id, own.m.product_id, 16);
  assert_int_equal(hello.hardware_revision, TEST_HARDWARE_REVISION);
  assert_int_equal(hello.security_counter, COUNTER);
  assert_int_equal(hello.image_max, rig_map.slot_bytes);
}

static void hello_comes_once_a_second_while_nobody_sends(void **state)
{
  (void)state;
  uint32_t hellos = 0;
  host_clock_step(10);
  for (uint32_t polls = 0; polls < 1000; polls++) { /* about 10 s */
    assert_false(recovery_poll(&r));
    while (recovery_host_hear(&frame)) hellos += frame.type == RECOVERY_HELLO;
  }
  assert_in_range(hellos, 9, 11);
  recovery_host_image_chunk(&image, 0);
  assert_hears(RECOVERY_ACK, RECOVERY_CHUNK_MAX);
  for (uint32_t polls = 0; polls < 150; polls++) assert_hears_nothing(); /* not while an image is coming in */
}

static void takes_any_size_of_chunk(void **state)
{
  static const uint32_t sizes[] = {1, 3, 16, 17, 64, 1000, RECOVERY_CHUNK_MAX};
  for (uint32_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    in_recovery(state);
    const uint32_t end = MANIFEST_BYTES + image.m.payload_bytes;
    uint8_t file[MANIFEST_BYTES + TEST_PAYLOAD_MAX];
    memcpy(file, &image.m, MANIFEST_BYTES);
    memcpy(file + MANIFEST_BYTES, image.payload, image.m.payload_bytes);
    for (uint32_t at = 0; at < end;) {
      const uint32_t border = at < MANIFEST_BYTES ? MANIFEST_BYTES : end, left = border - at;
      const uint32_t bytes = sizes[s] < left ? sizes[s] : left;
      recovery_host_chunk(at, file + at, bytes);
      at += bytes;
      if (at < end) assert_hears(RECOVERY_ACK, at);
    }
    assert_done();
    assert_boots_the_image(BOOT_SLOT_A);
  }
}

static void repeated_and_wrong_offsets_are_answered_with_the_wanted_one(void **state)
{
  (void)state;
  recovery_host_image_chunk(&image, 0);
  assert_hears(RECOVERY_ACK, 1024);
  recovery_host_image_chunk(&image, 1024);
  assert_hears(RECOVERY_ACK, 2048);
  recovery_host_image_chunk(&image, 1024); /* its ACK was lost */
  assert_hears(RECOVERY_ACK, 2048);
  recovery_host_chunk(4096, image.payload, 100);
  assert_hears(RECOVERY_ACK, 2048);
  recovery_host_chunk(2047, image.payload, 100);
  assert_hears(RECOVERY_ACK, 2048);
  recovery_host_chunk(0xFFFFFFFFu, image.payload, 1024);
  assert_hears(RECOVERY_ACK, 2048);
  recovery_host_image_chunk(&image, 2048);
  assert_hears(RECOVERY_ACK, 3072);
  recovery_host_image_chunk(&image, 3072);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
  recovery_host_image_chunk(&image, MANIFEST_BYTES);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES + 1024);
  recovery_host_image_chunk(&image, MANIFEST_BYTES);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES + 1024);
  recovery_host_chunk(0, &image.m, 1024); /* too late to begin again: silence does that */
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES + 1024);
  recovery_host_image_chunk(&image, MANIFEST_BYTES + 1024);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES + 2048);
  recovery_host_image_chunk(&image, MANIFEST_BYTES + 2048);
  assert_done();
  assert_boots_the_image(BOOT_SLOT_A);
}

static void host_may_begin_again_within_the_manifest(void **state)
{
  (void)state;
  test_image stranger = image;
  stranger.m.product_id[0] ^= 1;
  recovery_host_image_chunk(&stranger, 0);
  assert_hears(RECOVERY_ACK, 1024);
  send_manifest(&image);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
}

static void frame_with_any_bit_wrong_is_ignored(void **state)
{
  uint8_t good[RECOVERY_HEADER_BYTES + 4 + 20 + 4] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1, RECOVERY_CHUNK, 0, 24, 0};
  memcpy(good + 10, &image.m, 20);
  const uint32_t crc = crc32(0, good + 2, sizeof good - 6);
  for (uint32_t i = 0; i < 4; i++) good[sizeof good - 4 + i] = (uint8_t)(crc >> 8 * i);
  for (uint32_t bit = 0; bit < 8 * sizeof good; bit++) {
    in_recovery(state);
    uint8_t bad[sizeof good];
    memcpy(bad, good, sizeof bad);
    bad[bit / 8] ^= (uint8_t)(1u << bit % 8);
    host_uart_feed(bad, sizeof bad);
    assert_hears_nothing();
    assert_int_equal(r.wanted, 0);
  }
  in_recovery(state);
  host_uart_feed(good, sizeof good);
  assert_hears(RECOVERY_ACK, 20);
}

static void text_and_noise_between_frames_are_skipped(void **state)
{
  (void)state;
  static const uint8_t noise[] = {'l', 'o', 'g', '\n', 0xA5, 0xA5, 0xA5, 0x00, 0x5A, 0xA5};
  host_uart_feed(noise, sizeof noise);
  recovery_host_image_chunk(&image, 0); /* starts with 0xA5 0x5A after a stray 0xA5 */
  assert_hears(RECOVERY_ACK, 1024);
}

static void frames_arrive_byte_by_byte(void **state)
{
  (void)state;
  uint8_t wire[RECOVERY_HEADER_BYTES + 4 + 32 + 4] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1, RECOVERY_CHUNK, 0, 36, 0};
  memcpy(wire + 10, &image.m, 32);
  const uint32_t crc = crc32(0, wire + 2, sizeof wire - 6);
  for (uint32_t i = 0; i < 4; i++) wire[sizeof wire - 4 + i] = (uint8_t)(crc >> 8 * i);
  for (uint32_t i = 0; i < sizeof wire - 1; i++) {
    host_uart_feed(wire + i, 1);
    assert_hears_nothing();
  }
  host_uart_feed(wire + sizeof wire - 1, 1);
  assert_hears(RECOVERY_ACK, 32);
}

/* Body lengths a CHUNK cannot have, with a good CRC. */
static void frame_of_impossible_length_is_ignored(void **state)
{
  static const uint32_t lengths[] = {0, 3, 4, RECOVERY_BODY_MAX + 1, 0xFFFF};
  for (uint32_t i = 0; i < 5; i++) {
    in_recovery(state);
    static uint8_t wire[RECOVERY_HEADER_BYTES + 0xFFFF + 4];
    const uint32_t bytes = lengths[i];
    const uint8_t head[] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1, RECOVERY_CHUNK, 0, (uint8_t)bytes, (uint8_t)(bytes >> 8)};
    memcpy(wire, head, sizeof head);
    const uint32_t crc = crc32(0, wire + 2, 4 + bytes);
    for (uint32_t k = 0; k < 4; k++) wire[6 + bytes + k] = (uint8_t)(crc >> 8 * k);
    host_uart_feed(wire, 6 + bytes + 4);
    assert_hears_nothing();
    assert_int_equal(r.wanted, 0);
  }
}

static void chunk_across_the_manifest_border_ends_the_attempt(void **state)
{
  (void)state;
  static uint8_t bytes[RECOVERY_CHUNK_MAX];
  for (uint32_t at = 0; at < 3072; at += 1024) {
    recovery_host_image_chunk(&image, at);
    assert_hears(RECOVERY_ACK, at + 1024);
  }
  recovery_host_chunk(3072, (const uint8_t *)&image.m + 3072, 1000);
  assert_hears(RECOVERY_ACK, 4072);
  recovery_host_chunk(4072, bytes, 25);
  assert_hears(RECOVERY_REFUSED, BOOT_RECOVERY_PROTOCOL);
  assert_int_equal(host_operations(), 0);
  send_manifest(&image); /* and the next attempt is welcome */
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
}

/* ---- Refusals ---- */

static void refuses_before_it_erases_or_writes_anything(void **state)
{
  (void)state;
  static const struct {
    uint32_t at, value;
    boot_status why;
  } wrong[] = {
    {offsetof(manifest, magic), 0, BOOT_MANIFEST_MAGIC},
    {offsetof(manifest, kind), MANIFEST_KIND_LOADER, BOOT_MANIFEST_KIND},
    {offsetof(manifest, security_version), COUNTER - 1, BOOT_MANIFEST_ROLLBACK},
    {offsetof(manifest, product_id), 0, BOOT_MANIFEST_PRODUCT},
    {offsetof(manifest, hardware_min), 1000, BOOT_MANIFEST_HARDWARE},
    {offsetof(manifest, payload_bytes), 0xFFFFFFF0u, BOOT_MANIFEST_SIZE},
    {offsetof(manifest, payload_bytes), RIG_PLACE_BYTES, BOOT_MANIFEST_SIZE},
    {offsetof(manifest, segments), 16, BOOT_MANIFEST_SEGMENT},
  };
  for (uint32_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    test_image bad = image;
    memcpy((uint8_t *)&bad.m + wrong[i].at, &wrong[i].value, 4);
    image_sign(&bad, KEY_FIRMWARE_0);
    send_manifest(&bad);
    assert_hears(RECOVERY_REFUSED, wrong[i].why);
  }
  test_image unsigned_one = image;
  unsigned_one.m.build_id[0] ^= 1;
  send_manifest(&unsigned_one);
  assert_hears(RECOVERY_REFUSED, BOOT_SIG_P256);
  image_sign(&unsigned_one, KEY_STRANGER);
  send_manifest(&unsigned_one);
  assert_hears(RECOVERY_REFUSED, BOOT_SIG_P256_KEY);
  assert_int_equal(host_operations(), 0);
}

static void refuses_an_image_whose_counter_has_no_room(void **state)
{
  (void)state;
  memset(rig.otp + OTP_FIRMWARE_COUNTER_OFFSET + 16, 1, (OTP_FIRMWARE_COUNTER_CELLS - 1) * 16);
  send_manifest(&image);
  assert_hears(RECOVERY_REFUSED, BOOT_OTP_FULL);
  assert_int_equal(host_operations(), 0);
}

static void more_payload_than_announced_is_refused(void **state)
{
  (void)state;
  static uint8_t more[RECOVERY_CHUNK_MAX];
  send_manifest(&image);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
  recovery_host_image_chunk(&image, MANIFEST_BYTES);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES + 1024);
  recovery_host_image_chunk(&image, MANIFEST_BYTES + 1024);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES + 2048);
  recovery_host_chunk(MANIFEST_BYTES + 2048, more, 513); /* 512 are left */
  assert_hears(RECOVERY_REFUSED, BOOT_UPDATE_RANGE);
  assert_int_not_equal(rig_boot(&boot), BOOT_OK);
}

static void wrong_payload_is_refused_and_nothing_points_at_it(void **state)
{
  (void)state;
  test_image bad = image;
  bad.payload[2559] ^= 1;
  send_manifest(&bad);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
  send_payload(&bad);
  assert_hears(RECOVERY_REFUSED, BOOT_PAYLOAD_DIGEST);
  journal j;
  journal_open(&j);
  assert_int_equal(j.now.trial, BOOT_SLOT_NONE);
  assert_int_equal(j.now.active, BOOT_SLOT_NONE);
  send_manifest(&image); /* the next attempt goes to the other slot */
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
  send_payload(&image);
  assert_done();
  assert_boots_the_image(BOOT_SLOT_B);
}

/* ---- Hardware that fails ---- */

static void worn_slot_makes_the_next_attempt_use_the_other(void **state)
{
  static const uint32_t worn_at[] = {0, 64, MANIFEST_BYTES, MANIFEST_BYTES + 2544};
  for (uint32_t i = 0; i < 4; i++) {
    in_recovery(state);
    host_flash_make_stuck(rig_map.slot_a + worn_at[i]);
    bool refused = false;
    for (uint32_t at = 0; !refused;) {
      recovery_host_image_chunk(&image, at);
      assert_false(recovery_poll(&r));
      assert_true(recovery_host_hear(&frame));
      refused = frame.type == RECOVERY_REFUSED;
      at = recovery_host_number(&frame);
    }
    assert_int_equal(recovery_host_number(&frame), BOOT_FLASH_WRITE);
    send_manifest(&image);
    assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
    send_payload(&image);
    assert_done();
    assert_boots_the_image(BOOT_SLOT_B);
  }
}

static void silence_forgets_the_attempt(void **state)
{
  (void)state;
  send_manifest(&image);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
  recovery_host_image_chunk(&image, MANIFEST_BYTES);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES + 1024);
  host_uart_feed("\xA5\x5A\x11", 3); /* half a frame: forgotten too */
  host_clock_step(RECOVERY_SILENCE_MS);
  assert_false(recovery_poll(&r));
  host_clock_step(1);
  while (recovery_host_hear(&frame)) assert_int_equal(frame.type, RECOVERY_HELLO);
  send_manifest(&image);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
  send_payload(&image);
  assert_done();
  assert_boots_the_image(BOOT_SLOT_A);
}

static void a_frame_now_and_then_keeps_the_attempt(void **state)
{
  (void)state;
  recovery_host_image_chunk(&image, 0);
  assert_hears(RECOVERY_ACK, 1024);
  for (uint32_t i = 0; i < 20; i++) {
    host_clock_step(RECOVERY_SILENCE_MS / 3);
    assert_false(recovery_poll(&r));
    host_clock_step(0);
    recovery_host_chunk(0x4000, image.payload, 10); /* valid, at a wrong offset */
    assert_hears(RECOVERY_ACK, 1024);
  }
}

/* ---- Noise ---- */

static void random_bytes_write_nothing_and_break_nothing(void **state)
{
  (void)state;
  host_clock_step(1);
  for (uint32_t seed = 0; seed < 400; seed++) {
    uint8_t noise[700];
    image_noise(noise, sizeof noise, seed);
    if (seed % 2) { /* a plausible head, so that the noise becomes a body */
      const uint8_t head[] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1, RECOVERY_CHUNK, 0, noise[100], noise[101] & 7};
      memcpy(noise, head, sizeof head);
    }
    host_uart_feed(noise, sizeof noise);
    assert_false(recovery_poll(&r));
    while (recovery_host_hear(&frame)) {
    }
  }
  assert_int_equal(host_operations(), 0);
  host_clock_step(RECOVERY_SILENCE_MS);
  assert_false(recovery_poll(&r));
  host_clock_step(1);
  while (recovery_host_hear(&frame)) {
  }
  send_manifest(&image);
  assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
}

/* Valid frames with random offsets, lengths and content, before and after a good manifest. */
static void random_chunks_never_install_anything(void **state)
{
  for (uint32_t seed = 0; seed < 60; seed++) {
    in_recovery(state);
    if (seed % 2) {
      send_manifest(&image);
      assert_hears(RECOVERY_ACK, MANIFEST_BYTES);
    }
    for (uint32_t i = 0; i < 40; i++) {
      struct {
        uint32_t offset, bytes;
        uint8_t data[RECOVERY_CHUNK_MAX];
      } chunk;
      image_noise(&chunk, sizeof chunk, seed * 1000 + i);
      if (chunk.offset % 4) chunk.offset = r.wanted; /* mostly where it counts */
      recovery_host_chunk(chunk.offset, chunk.data, 1 + chunk.bytes % RECOVERY_CHUNK_MAX);
      assert_false(recovery_poll(&r));
      while (recovery_host_hear(&frame)) assert_int_not_equal(frame.type, RECOVERY_DONE);
    }
    assert_int_not_equal(rig_boot(&boot), BOOT_OK);
  }
}

#define PROMISE(f) cmocka_unit_test_setup(f, in_recovery)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(takes_a_good_image_and_boots_it),
    PROMISE(hello_tells_what_the_device_wants),
    PROMISE(hello_comes_once_a_second_while_nobody_sends),
    PROMISE(takes_any_size_of_chunk),
    PROMISE(repeated_and_wrong_offsets_are_answered_with_the_wanted_one),
    PROMISE(host_may_begin_again_within_the_manifest),
    PROMISE(frame_with_any_bit_wrong_is_ignored),
    PROMISE(text_and_noise_between_frames_are_skipped),
    PROMISE(frames_arrive_byte_by_byte),
    PROMISE(frame_of_impossible_length_is_ignored),
    PROMISE(chunk_across_the_manifest_border_ends_the_attempt),
    PROMISE(refuses_before_it_erases_or_writes_anything),
    PROMISE(refuses_an_image_whose_counter_has_no_room),
    PROMISE(more_payload_than_announced_is_refused),
    PROMISE(wrong_payload_is_refused_and_nothing_points_at_it),
    PROMISE(worn_slot_makes_the_next_attempt_use_the_other),
    PROMISE(silence_forgets_the_attempt),
    PROMISE(a_frame_now_and_then_keeps_the_attempt),
    PROMISE(random_bytes_write_nothing_and_break_nothing),
    PROMISE(random_chunks_never_install_anything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

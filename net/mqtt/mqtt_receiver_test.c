#include "mqtt_receiver.h"

#include "mqtt_test_support.h"
#include "mqtt_vectors.h"

/* What came out, written down: packets with all their members, payloads joined. */
typedef struct transcript {
  char text[4096];
  size_t used;
} transcript;

__attribute__((format(printf, 2, 3))) static void note(transcript *t, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  int written = vsnprintf(t->text + t->used, sizeof t->text - t->used, format, args);
  va_end(args);
  assert_true(written >= 0 && t->used + (size_t)written < sizeof t->text);
  t->used += (size_t)written;
}

static void note_packet(transcript *t, const mqtt_packet *p)
{
  note(t, "\ntype %d id %d qos %d dup %d retain %d present %d code %d payload %u topic %.*s codes", (int)p->type, p->id,
       p->qos, p->dup, p->retain, p->session_present, p->connack_code, (unsigned)p->payload_bytes, p->topic.bytes,
       p->topic.bytes == 0 ? "" : p->topic.at);
  for (size_t i = 0; i < p->code_count; i++) note(t, " %02x", p->codes[i]);
  note(t, ": ");
}

/* Feeds one piece, which ends at an inaccessible page. False: malformed. */
static bool feed(mqtt_receiver *receiver, transcript *t, const uint8_t *bytes, size_t count)
{
  guarded piece = guarded_copy(bytes, count);
  const uint8_t *at = piece.at;
  size_t left = piece.bytes;
  mqtt_received received = MQTT_RECEIVED_PACKET;
  while (received == MQTT_RECEIVED_PACKET || received == MQTT_RECEIVED_PAYLOAD) {
    mqtt_receive_event event;
    size_t before = left;
    received = mqtt_receive(receiver, &at, &left, &event);
    assert_ptr_equal(at, piece.at + piece.bytes - left);
    switch (received) {
    case MQTT_RECEIVED_PACKET: note_packet(t, &event.packet); break;
    case MQTT_RECEIVED_PAYLOAD:
      assert_true(event.payload_bytes == before - left);
      for (size_t i = 0; i < event.payload_bytes; i++) note(t, "%02x", event.payload[i]);
      if (event.payload_left == 0) note(t, " end");
      break;
    case MQTT_RECEIVED_MALFORMED: note(t, "\n%s", mqtt_status_name(event.status)); break;
    case MQTT_RECEIVED_ALL: assert_int_equal(left, 0); break;
    }
    assert_true(left < before || received == MQTT_RECEIVED_ALL || received == MQTT_RECEIVED_MALFORMED);
  }
  guarded_free(&piece);
  return received != MQTT_RECEIVED_MALFORMED;
}

/* The stream, cut at a and b. */
static void receive_cut(transcript *t, const uint8_t *bytes, size_t count, size_t a, size_t b)
{
  guarded head = guarded_room(40);
  mqtt_receiver receiver;
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head.at, head.bytes);
  t->used = 0;
  if (feed(&receiver, t, bytes, a) && feed(&receiver, t, bytes + a, b - a))
    (void)!feed(&receiver, t, bytes + b, count - b);
  guarded_free(&head);
}

static void assert_cuts_change_nothing(const uint8_t *bytes, size_t count)
{
  static transcript whole;
  static transcript cut;
  receive_cut(&whole, bytes, count, count, count);
  for (size_t a = 0; a <= count; a++) {
    for (size_t b = a; b <= count; b++) {
      receive_cut(&cut, bytes, count, a, b);
      assert_string_equal(cut.text, whole.text);
    }
  }
}

static size_t join(uint8_t *out, size_t room, const mqtt_vector *vectors, size_t count)
{
  size_t used = 0;
  for (size_t i = 0; i < count; i++) used += hex_bytes(out + used, room - used, vectors[i].hex);
  return used;
}

static void gives_the_same_however_the_stream_is_cut(void **state)
{
  (void)state;
  uint8_t stream[512];
  size_t bytes = join(stream, sizeof stream, good_packets, VECTORS(good_packets));
  assert_cuts_change_nothing(stream, bytes);
}

static void gives_every_packet_of_the_stream_and_every_payload(void **state)
{
  (void)state;
  static transcript t;
  uint8_t stream[512];
  size_t bytes = join(stream, sizeof stream, good_packets, VECTORS(good_packets));
  receive_cut(&t, stream, bytes, bytes, bytes);
  size_t lines = 0;
  for (const char *at = t.text; (at = strchr(at, '\n')) != NULL; at++) lines++;
  assert_int_equal(lines, VECTORS(good_packets));
  assert_non_null(strstr(t.text, "qos 1 dup 1 retain 1 present 0 code 0 payload 3 topic a/b codes: 010203 end"));
}

static void refuses_the_same_however_the_stream_is_cut(void **state)
{
  (void)state;
  for (size_t i = 0; i < VECTORS(malformed_packets); i++) {
    uint8_t stream[128];
    size_t bytes = hex_bytes(stream, sizeof stream, "30 06 00 03 61 2F 62 AA D0 00");
    bytes += hex_bytes(stream + bytes, sizeof stream - bytes, malformed_packets[i].hex);
    bytes += hex_bytes(stream + bytes, sizeof stream - bytes, "D0 00");
    assert_cuts_change_nothing(stream, bytes);
  }
}

static void takes_single_bytes(void **state)
{
  (void)state;
  static transcript whole;
  static transcript single;
  uint8_t stream[512];
  uint8_t head[40];
  size_t bytes = join(stream, sizeof stream, good_packets, VECTORS(good_packets));
  receive_cut(&whole, stream, bytes, bytes, bytes);
  mqtt_receiver receiver;
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
  single.used = 0;
  for (size_t i = 0; i < bytes; i++) assert_true(feed(&receiver, &single, stream + i, 1));
  assert_string_equal(single.text, whole.text);
}

/* 268,435,455 bytes pass through a head of 32. */
static void passes_the_largest_payload_through_a_small_buffer(void **state)
{
  (void)state;
  static uint8_t piece[65536];
  uint8_t head[32];
  mqtt_receiver receiver;
  mqtt_receive_event event = {0};
  uint8_t start[16];
  size_t left = hex_bytes(start, sizeof start, "32 FF FF FF 7F 00 01 61 00 01");
  const uint8_t *at = start;
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
  assert_int_equal(mqtt_receive(&receiver, &at, &left, &event), MQTT_RECEIVED_PACKET);
  assert_int_equal(event.packet.payload_bytes, 268435450);
  mqtt_text topic = event.packet.topic;
  uint64_t sum = 0;
  do {
    at = piece;
    left = sizeof piece;
    assert_int_equal(mqtt_receive(&receiver, &at, &left, &event), MQTT_RECEIVED_PAYLOAD);
    assert_ptr_equal(event.payload, piece);
    sum += event.payload_bytes;
    assert_true(topic.at[0] == 'a'); /* still there for who gets the payload */
  } while (event.payload_left > 0);
  assert_int_equal(sum, 268435450);
  assert_int_equal(left, sizeof piece - 268435450 % sizeof piece);
  assert_int_equal(mqtt_receive(&receiver, &at, &left, &event), MQTT_RECEIVED_MALFORMED); /* zeros */
}

static mqtt_status status_in_room(const char *hex, size_t room)
{
  guarded head = guarded_room(room);
  uint8_t bytes[64];
  size_t left = hex_bytes(bytes, sizeof bytes, hex);
  const uint8_t *at = bytes;
  mqtt_receiver receiver;
  mqtt_receive_event event = {0};
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head.at, room);
  mqtt_received received = mqtt_receive(&receiver, &at, &left, &event);
  guarded_free(&head);
  return received == MQTT_RECEIVED_MALFORMED ? event.status : MQTT_COMPLETE;
}

static void refuses_a_head_larger_than_its_buffer(void **state)
{
  (void)state;
  for (size_t room = 0; room < 9; room++)
    assert_int_equal(status_in_room("32 09 00 03 61 2F 62 00 0A 11 22", room), MQTT_HEAD_TOO_LARGE);
  assert_int_equal(status_in_room("32 09 00 03 61 2F 62 00 0A 11 22", 9), MQTT_COMPLETE);
  assert_int_equal(status_in_room("30 FF FF 7F FF FF 61 61", 64), MQTT_HEAD_TOO_LARGE);
  assert_int_equal(status_in_room("90 FF FF FF 7F 00 0A 00", 64), MQTT_HEAD_TOO_LARGE);
}

static void stays_broken(void **state)
{
  (void)state;
  uint8_t head[32];
  uint8_t bytes[] = {0xf0, 0x00, 0xd0, 0x00};
  const uint8_t *at = bytes;
  size_t left = sizeof bytes;
  mqtt_receiver receiver;
  mqtt_receive_event event = {0};
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(mqtt_receive(&receiver, &at, &left, &event), MQTT_RECEIVED_MALFORMED);
    assert_int_equal(event.status, MQTT_RESERVED_TYPE);
    left = 0;
    assert_int_equal(mqtt_receive(&receiver, &at, &left, &event), MQTT_RECEIVED_MALFORMED);
    at = bytes + 2;
    left = 2;
  }
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
  assert_int_equal(mqtt_receive(&receiver, &at, &left, &event), MQTT_RECEIVED_PACKET);
}

static void every_status_has_a_name_of_its_own(void **state)
{
  (void)state;
  for (int a = 0; a <= MQTT_PASSWORD_ALONE; a++)
    for (int b = 0; b < a; b++)
      assert_string_not_equal(mqtt_status_name((mqtt_status)a), mqtt_status_name((mqtt_status)b));
  assert_string_equal(mqtt_status_name((mqtt_status)(MQTT_PASSWORD_ALONE + 1)), "unknown");
  assert_string_equal(mqtt_status_name((mqtt_status)-1), "unknown");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gives_the_same_however_the_stream_is_cut),
    cmocka_unit_test(gives_every_packet_of_the_stream_and_every_payload),
    cmocka_unit_test(refuses_the_same_however_the_stream_is_cut),
    cmocka_unit_test(takes_single_bytes),
    cmocka_unit_test(passes_the_largest_payload_through_a_small_buffer),
    cmocka_unit_test(refuses_a_head_larger_than_its_buffer),
    cmocka_unit_test(stays_broken),
    cmocka_unit_test(every_status_has_a_name_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

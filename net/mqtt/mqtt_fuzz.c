/* Any bytes as a broker's stream: LLVMFuzzerTestOneInput() for libFuzzer (cmake -DHF_FUZZ=ON with clang makes the program
 * mqtt_fuzz) and for the seeded loop of mqtt_fuzz_test.c. The first two bytes say how the rest is cut, and what the
 * consumer does. Beside what the sanitizers see:
 *   - however the stream is cut, the same comes out;
 *   - what was decoded is good, and encoded again it is the bytes that came;
 *   - the session engine comes to rest after every packet, and closes when it must. */
#include <stdlib.h>
#include <string.h>

#include "mqtt_fuzz.h"
#include "mqtt_receiver.h"
#include "mqtt_session.h"

enum { HEAD = 64, OUTGOING = 3, INCOMING = 2, SUBSCRIPTIONS = 2 };

#define CHECK(claim) ((claim) ? (void)0 : abort())

/* --- what came out of a stream, as one number --- */

typedef struct digest {
  uint32_t value; /* FNV-1a */
  uint32_t messages;
} digest;

static void add(digest *d, const void *from, size_t bytes)
{
  const uint8_t *at = from;
  for (size_t i = 0; i < bytes; i++) d->value = (d->value ^ at[i]) * 16777619u;
}

static void add_number(digest *d, uint32_t number)
{
  add(d, &number, sizeof number);
}

static void add_packet(digest *d, const mqtt_packet *p)
{
  add_number(d, (uint32_t)p->type);
  add_number(d, (uint32_t)p->head_bytes);
  add_number(d, p->payload_bytes);
  add_number(d, p->id);
  add(d, p->topic.at, p->topic.bytes);
  add(d, p->codes, p->code_count);
}

/* --- is it good? --- */

static void check_message(const mqtt_packet *p, const uint8_t *head)
{
  mqtt_publish again = {.topic = p->topic, .qos = p->qos, .dup = p->dup, .retain = p->retain, .id = p->id};
  uint8_t out[HEAD];
  size_t bytes = 0;
  CHECK(mqtt_encode_publish(out, sizeof out, MQTT_3_1_1, &again, p->payload_bytes, &bytes) == MQTT_COMPLETE);
  CHECK(bytes == p->head_bytes && memcmp(out, head, bytes) == 0);
  CHECK(mqtt_topic_matches(p->topic, p->topic));
  CHECK(mqtt_topic_matches(MQTT_TEXT("#"), p->topic) == (p->topic.at[0] != '$'));
}

static void check_puback(const mqtt_packet *p, const uint8_t *head)
{
  uint8_t out[MQTT_SHORT_BYTES];
  size_t bytes = 0;
  CHECK(mqtt_encode_puback(out, sizeof out, MQTT_3_1_1, p->id, &bytes) == MQTT_COMPLETE);
  CHECK(bytes == p->head_bytes && memcmp(out, head, bytes) == 0);
}

static void check_packet(const mqtt_packet *p, const uint8_t *head)
{
  CHECK(p->head_bytes >= 2 && p->head_bytes <= HEAD);
  CHECK(p->payload_bytes == 0 || p->type == MQTT_PUBLISH);
  if (p->type == MQTT_PUBLISH) check_message(p, head);
  if (p->type == MQTT_PUBACK) check_puback(p, head);
  CHECK(p->type != MQTT_SUBACK || (p->code_count > 0 && p->id != 0));
}

/* --- the session that gets it --- */

typedef struct client {
  mqtt_session session;
  mqtt_outgoing outgoing[OUTGOING];
  mqtt_incoming incoming[INCOMING];
  mqtt_subscription subscriptions[SUBSCRIPTIONS];
  uint32_t now_ms;
  uint8_t habit; /* of the consumer */
} client;

/* Until it rests; a connection that it closed is opened again. */
static void run(client *c)
{
  for (uint32_t actions = 0;; actions++) {
    mqtt_action action;
    mqtt_do what = mqtt_session_next(&c->session, c->now_ms, &action);
    if (what == MQTT_DO_WAIT && c->session.state == MQTT_STATE_WAITING)
      c->now_ms += action.wait_ms;
    else if (what == MQTT_DO_WAIT)
      return;
    if (what == MQTT_DO_OPEN) mqtt_session_opened(&c->session, c->now_ms);
    if (what == MQTT_DO_CLOSE) mqtt_session_lost(&c->session, c->now_ms, 0x12345678);
    CHECK(actions < 64);
  }
}

static void begin(client *c, uint8_t habit)
{
  static const mqtt_filter filters[SUBSCRIPTIONS] = {{MQTT_TEXT("a/+"), 1}, {MQTT_TEXT("b"), 0}};
  memset(c, 0, sizeof *c);
  c->habit = habit;
  mqtt_session_config config = {
    .outgoing = c->outgoing,
    .outgoing_max = OUTGOING,
    .incoming = c->incoming,
    .incoming_max = INCOMING,
    .subscriptions = c->subscriptions,
    .subscriptions_max = SUBSCRIPTIONS,
    .keep_alive_s = 60,
    .connack_timeout_ms = 10000,
    .answer_timeout_ms = 10000,
    .backoff_first_ms = 1000,
    .backoff_most_ms = 60000,
    .stable_ms = 60000,
  };
  CHECK(mqtt_session_init(&c->session, &config));
  for (size_t i = 0; i < SUBSCRIPTIONS; i++) CHECK(mqtt_session_subscribe(&c->session, &filters[i]) == MQTT_ACCEPTED);
  for (uint32_t i = 0; i < 2; i++) CHECK(mqtt_session_publish(&c->session, 1, i) == MQTT_ACCEPTED);
  mqtt_session_start(&c->session, c->now_ms);
  run(c);
}

static void get(client *c, const mqtt_packet *packet)
{
  uint32_t delivery = 0;
  mqtt_verdict verdict = mqtt_session_packet(&c->session, c->now_ms, packet, &delivery);
  CHECK(verdict == MQTT_NO_MESSAGE || packet->type == MQTT_PUBLISH);
  if (verdict == MQTT_DELIVER && packet->qos == 1 && (c->habit & 1) == 0)
    CHECK(mqtt_session_acknowledge(&c->session, delivery) == MQTT_ACCEPTED);
  run(c);
  if ((c->habit & 2) != 0) c->now_ms += 9000;
  run(c);
}

/* --- one stream, in pieces of `piece` bytes --- */

static digest receive(const uint8_t *bytes, size_t count, size_t piece, client *c)
{
  uint8_t head[HEAD];
  mqtt_receiver receiver;
  mqtt_receive_event event;
  digest d = {2166136261u, 0};
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
  for (size_t given = 0; given < count; given += piece) {
    const uint8_t *at = bytes + given;
    size_t left = count - given < piece ? count - given : piece;
    for (;;) {
      mqtt_received received = mqtt_receive(&receiver, &at, &left, &event);
      if (received == MQTT_RECEIVED_ALL) break;
      if (received == MQTT_RECEIVED_MALFORMED) {
        CHECK(mqtt_is_malformed(event.status));
        if (c != NULL) mqtt_session_malformed(&c->session, c->now_ms, event.status);
        if (c != NULL) run(c);
        add_number(&d, (uint32_t)event.status);
        return d;
      }
      if (received == MQTT_RECEIVED_PAYLOAD) {
        add(&d, event.payload, event.payload_bytes);
        continue;
      }
      check_packet(&event.packet, head);
      add_packet(&d, &event.packet);
      d.messages++;
      if (c != NULL) get(c, &event.packet);
    }
  }
  return d;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static client c;
  if (size < 3) return 0;
  begin(&c, data[1]);
  digest whole = receive(data + 2, size - 2, size, &c);
  digest cut = receive(data + 2, size - 2, 1u + data[0] % 16, NULL);
  CHECK(whole.value == cut.value && whole.messages == cut.messages);
  return 0;
}

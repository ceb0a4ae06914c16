#include "broker.h"

#include <stdio.h>
#include <string.h>

#include "FreeRTOS.h"
#include "console.h"
#include "hf_device.h"
#include "hf_kernel.h"
#include "mqtt_receiver.h"
#include "mqtt_session.h"
#include "psa/crypto.h"
#include "secure_link.h"
#include "task.h"

#define TELEMETRY_MS 1000u
#define KEEP_ALIVE_S 30u
#define OUTGOING 8u
#define INCOMING 4u
#define SUBSCRIPTIONS 1u
#define TOPIC_MAX (HF_THING_NAME_MAX + 16u)
#define HEAD_MAX (TOPIC_MAX + 64u) /* also of a CONNECT */
#define COMMAND_MAX 32u
#define PAYLOAD_MAX 128u

/* The tokens of our messages. What they say is made when they are sent. */
enum { TELEMETRY, PONG };

static const identity *me;
static broker_events tell;
static mqtt_session session;
static mqtt_receiver receiver;
static uint8_t head[HEAD_MAX], input[1024];
static const uint8_t *unread = input;
static size_t unread_bytes;
static char command_topic[TOPIC_MAX], telemetry_topic[TOPIC_MAX], answer_topic[TOPIC_MAX];
static char command[COMMAND_MAX];
static size_t command_bytes; /* above COMMAND_MAX: it is too long for any that we know */
static bool is_linked;       /* bytes can be moved */
static uint32_t telemetry_ms;

static uint32_t now_ms(void)
{
  return (uint32_t)hf_uptime_ms();
}

static mqtt_text text_of(const char *text)
{
  return (mqtt_text){text, (uint16_t)strlen(text)};
}

/* ---- The connection ---- */

/* Without random numbers nobody is spoken to anyhow: TLS needs them. */
static void lose(void)
{
  uint32_t random = 0;
  is_linked = false;
  if (psa_generate_random((uint8_t *)&random, sizeof random) != PSA_SUCCESS) random = UINT32_MAX;
  mqtt_session_lost(&session, now_ms(), random);
}

static void break_off(void)
{
  if (is_linked) secure_link_close();
  lose();
}

static void open_link(void)
{
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
  unread_bytes = 0;
  is_linked = secure_link_open(me);
  if (is_linked)
    mqtt_session_opened(&session, now_ms());
  else
    lose();
}

static void transmit(const void *from, size_t bytes)
{
  if (is_linked && bytes > 0 && !secure_link_send(from, bytes)) break_off();
}

/* ---- Messages ---- */

static const char *reset_name(uint32_t cause)
{
  static const char *const names[] = {"power-on", "watchdog", "software", "fault"};
  return cause < sizeof names / sizeof names[0] ? names[cause] : "unknown";
}

static size_t write_telemetry(char text[PAYLOAD_MAX])
{
  hf_device_info info;
  if (hf_device_get_info(&info) != PSA_SUCCESS) return 0;
  return (size_t)snprintf(text, PAYLOAD_MAX,
                          "{\"uptime_s\":%lu,\"firmware\":\"%u.%u.%lu\",\"reset\":\"%s\",\"stack_left\":%lu}",
                          (unsigned long)(hf_uptime_ms() / 1000u), info.firmware.major, info.firmware.minor,
                          (unsigned long)info.firmware.patch, reset_name(info.reset_cause),
                          (unsigned long)(uxTaskGetStackHighWaterMark(NULL) * sizeof(StackType_t)));
}

static size_t write_pong(char text[PAYLOAD_MAX])
{
  return (size_t)snprintf(text, PAYLOAD_MAX, "pong");
}

static void send_message(const mqtt_action *action)
{
  char payload[PAYLOAD_MAX];
  uint8_t out[HEAD_MAX];
  size_t out_bytes = 0;
  const bool is_pong = action->token == PONG;
  const size_t bytes = is_pong ? write_pong(payload) : write_telemetry(payload);
  const mqtt_publish message = {.topic = text_of(is_pong ? answer_topic : telemetry_topic),
                                .qos = action->qos,
                                .dup = action->dup,
                                .id = action->id};
  if (mqtt_encode_publish(out, sizeof out, MQTT_3_1_1, &message, (uint32_t)bytes, &out_bytes) != MQTT_COMPLETE)
    return break_off();
  transmit(out, out_bytes);
  transmit(payload, bytes);
}

/* 0: now. */
static uint32_t telemetry_due_ms(void)
{
  const uint32_t passed_ms = now_ms() - telemetry_ms;
  if (session.state != MQTT_STATE_CONNECTED) return TELEMETRY_MS;
  return passed_ms < TELEMETRY_MS ? TELEMETRY_MS - passed_ms : 0;
}

static void publish_telemetry(void)
{
  if (telemetry_due_ms() > 0) return;
  telemetry_ms = now_ms();
  /* A full table is a broker that does not acknowledge: this one is left out. */
  if (mqtt_session_publish(&session, 0, TELEMETRY) != MQTT_ACCEPTED) say("telemetry left out");
}

/* ---- Actions ---- */

static mqtt_status encode(uint8_t *out, mqtt_do what, const mqtt_action *action, size_t *bytes)
{
  const mqtt_connect hello = {.client_id = text_of(me->thing), .keep_alive_s = KEEP_ALIVE_S};
  switch ((int)what) {
  case MQTT_DO_SEND_CONNECT: return mqtt_encode_connect(out, HEAD_MAX, MQTT_3_1_1, &hello, bytes);
  case MQTT_DO_SEND_PUBACK: return mqtt_encode_puback(out, HEAD_MAX, MQTT_3_1_1, action->id, bytes);
  case MQTT_DO_SEND_SUBSCRIBE:
    return mqtt_encode_subscribe(out, HEAD_MAX, MQTT_3_1_1, action->id, &action->filter, 1, bytes);
  case MQTT_DO_SEND_PINGREQ: return mqtt_encode_pingreq(out, HEAD_MAX, MQTT_3_1_1, bytes);
  case MQTT_DO_SEND_DISCONNECT: return mqtt_encode_disconnect(out, HEAD_MAX, MQTT_3_1_1, bytes);
  default: return MQTT_NO_ROOM; /* we never unsubscribe */
  }
}

static void send_packet(mqtt_do what, const mqtt_action *action)
{
  uint8_t out[HEAD_MAX];
  size_t bytes = 0;
  if (encode(out, what, action, &bytes) != MQTT_COMPLETE) return break_off();
  transmit(out, bytes);
}

static void on_connected(const mqtt_action *action)
{
  say("connected, session %s", action->session_present ? "kept" : "new");
  tell.connected();
}

static void on_lost(const mqtt_action *action)
{
  say("not connected: %s, code %u; again in %lu ms", mqtt_end_name(action->end), action->connack_code,
      (unsigned long)action->wait_ms);
}

static void act(mqtt_do what, const mqtt_action *action)
{
  switch ((int)what) {
  case MQTT_DO_OPEN: open_link(); break;
  case MQTT_DO_CLOSE: break_off(); break;
  case MQTT_DO_SEND_PUBLISH: send_message(action); break;
  case MQTT_DO_TELL_CONNECTED: on_connected(action); break;
  case MQTT_DO_TELL_LOST: on_lost(action); break;
  case MQTT_DO_TELL_PUBLISHED: break;
  case MQTT_DO_TELL_SUBSCRIBED: say("subscribed"); break;
  case MQTT_DO_TELL_REFUSED: say("subscription refused"); break;
  default: send_packet(what, action); break;
  }
}

/* How long nothing is to be done. */
static uint32_t act_until_idle(void)
{
  mqtt_action action;
  for (;;) {
    const mqtt_do what = mqtt_session_next(&session, now_ms(), &action);
    if (what == MQTT_DO_WAIT) return action.wait_ms;
    act(what, &action);
    tell.alive();
  }
}

/* ---- What comes ---- */

static void obey(void)
{
  const bool is_ping = command_bytes == strlen("ping") && memcmp(command, "ping", command_bytes) == 0;
  say(is_ping ? "ping" : "unknown command");
  if (is_ping && mqtt_session_publish(&session, 1, PONG) != MQTT_ACCEPTED) say("too many answers wait");
}

static void gather(const uint8_t *piece, size_t bytes)
{
  const size_t room = command_bytes < COMMAND_MAX ? COMMAND_MAX - command_bytes : 0;
  if (bytes > 0) memcpy(command + COMMAND_MAX - room, piece, bytes < room ? bytes : room);
  command_bytes = bytes <= room ? command_bytes + bytes : COMMAND_MAX + 1u;
}

/* The message whose payload is coming. */
static bool is_ours;
static uint32_t delivery;

static void on_message_end(void)
{
  if (is_ours) obey();
  if (delivery != 0 && mqtt_session_acknowledge(&session, delivery) != MQTT_ACCEPTED) say("acknowledged too late");
  is_ours = false;
  delivery = 0;
}

static void on_packet(const mqtt_packet *packet)
{
  is_ours = mqtt_session_packet(&session, now_ms(), packet, &delivery) == MQTT_DELIVER &&
            mqtt_topic_matches(text_of(command_topic), packet->topic);
  command_bytes = 0;
  if (packet->type == MQTT_PUBLISH && packet->payload_bytes == 0) on_message_end();
}

static void on_payload(const mqtt_receive_event *event)
{
  mqtt_session_heard(&session, now_ms());
  if (is_ours) gather(event->payload, event->payload_bytes);
  if (event->payload_left == 0) on_message_end();
}

/* One packet, or piece of payload, of what was received. */
static void take_one(void)
{
  mqtt_receive_event event;
  switch (mqtt_receive(&receiver, &unread, &unread_bytes, &event)) {
  case MQTT_RECEIVED_ALL: break;
  case MQTT_RECEIVED_PACKET: on_packet(&event.packet); break;
  case MQTT_RECEIVED_PAYLOAD: on_payload(&event); break;
  case MQTT_RECEIVED_MALFORMED:
    unread_bytes = 0;
    mqtt_session_malformed(&session, now_ms(), event.status);
    break;
  }
}

/* False: there is nothing more. */
static bool receive(void)
{
  const int32_t moved = secure_link_receive(input, sizeof input);
  if (moved < 0) break_off();
  if (moved <= 0) return false;
  unread = input;
  unread_bytes = (size_t)moved;
  return true;
}

/* Takes what is there; false: there was nothing. */
static bool listen_once(void)
{
  if (!is_linked || !mqtt_session_may_receive(&session) || (unread_bytes == 0 && !receive())) return false;
  take_one();
  return true;
}

static void wait(uint32_t most_ms)
{
  const uint32_t due_ms = telemetry_due_ms(), ms = most_ms < due_ms ? most_ms : due_ms;
  if (is_linked && mqtt_session_may_receive(&session))
    secure_link_wait(ms);
  else
    vTaskDelay(pdMS_TO_TICKS(ms));
}

/* ---- Serving ---- */

static bool prepare(const identity *who, const broker_events *events)
{
  static mqtt_outgoing outgoing[OUTGOING];
  static mqtt_incoming incoming[INCOMING];
  static mqtt_subscription subscriptions[SUBSCRIPTIONS];
  const mqtt_session_config config = {.outgoing = outgoing,
                                      .outgoing_max = OUTGOING,
                                      .incoming = incoming,
                                      .incoming_max = INCOMING,
                                      .subscriptions = subscriptions,
                                      .subscriptions_max = SUBSCRIPTIONS,
                                      .keep_alive_s = KEEP_ALIVE_S,
                                      .connack_timeout_ms = 10000,
                                      .answer_timeout_ms = 10000,
                                      .backoff_first_ms = 1000,
                                      .backoff_most_ms = 60000,
                                      .stable_ms = 10000};
  me = who;
  tell = *events;
  (void)snprintf(command_topic, sizeof command_topic, "dt/%s/cmd", who->thing);
  (void)snprintf(telemetry_topic, sizeof telemetry_topic, "dt/%s/telemetry", who->thing);
  (void)snprintf(answer_topic, sizeof answer_topic, "dt/%s/answer", who->thing);
  const mqtt_filter filter = {text_of(command_topic), 1};
  return mqtt_session_init(&session, &config) && mqtt_session_subscribe(&session, &filter) == MQTT_ACCEPTED;
}

_Noreturn void broker_serve(const identity *who, const broker_events *events)
{
  if (!prepare(who, events)) hf_kernel_assert_failed(__FILE__, __LINE__); /* a constant above is wrong */
  mqtt_session_start(&session, now_ms());
  for (;;) {
    tell.alive();
    publish_telemetry();
    const uint32_t idle_ms = act_until_idle();
    if (!listen_once()) wait(idle_ms);
  }
}

/* Codec, receiver and session engine together, against a real broker: mosquitto, started here on a free port of the
 * loopback interface. A small agent over a socket, which also breaks connections as nobody expects.
 *
 * usage: mqtt_mosquitto_test MOSQUITTO */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "mqtt_receiver.h"
#include "mqtt_session.h"

#include "mqtt_test_support.h"

#define CHECK(claim) ((claim) ? (void)0 : fail_at(#claim, __LINE__))

enum { OUTGOING = 8, INCOMING = 8, SUBSCRIPTIONS = 4, HEAD = 128, PIECE = 1500, MESSAGES = 8, LARGEST = 300000 };

static pid_t broker;
static int connection = -1;
static uint16_t port;
static mqtt_session session;
static mqtt_outgoing outgoing[OUTGOING];
static mqtt_incoming incoming[INCOMING];
static mqtt_subscription subscriptions[SUBSCRIPTIONS];
static mqtt_receiver receiver;
static uint8_t head[HEAD];
static uint8_t payload[LARGEST];

static const uint32_t sizes[MESSAGES] = {0, 1, 100, 127, 128, 16384, 70000, LARGEST};
static bool is_published[MESSAGES];
static unsigned arrived[MESSAGES];
static bool is_dup_seen;
static bool is_session_present;
static bool is_subscribed;
static bool is_acknowledging;
static unsigned losses;

static uint32_t message_number; /* whose payload is coming; MESSAGES: none */
static uint32_t message_got;
static uint32_t message_delivery;

static void fail_at(const char *claim, int line)
{
  fprintf(stderr, "line %d: %s\n", line, claim);
  if (broker > 0) {
    kill(broker, SIGKILL);
    waitpid(broker, NULL, 0);
  }
  exit(1);
}

static uint32_t now_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint32_t)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

/* --- the broker --- */

static struct sockaddr_in address(void)
{
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

static uint16_t free_port(void)
{
  struct sockaddr_in a = address();
  socklen_t bytes = sizeof a;
  int s = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(s >= 0 && bind(s, (struct sockaddr *)&a, bytes) == 0 && getsockname(s, (struct sockaddr *)&a, &bytes) == 0);
  close(s);
  return ntohs(a.sin_port);
}

static int try_to_connect(void)
{
  struct sockaddr_in a = address();
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(s, (struct sockaddr *)&a, sizeof a) == 0) return s;
  close(s);
  return -1;
}

static void start_broker(const char *program)
{
  char number[8];
  port = free_port();
  snprintf(number, sizeof number, "%u", port);
  broker = fork();
  if (broker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);                    /* however we end */
    execl(program, program, "-p", number, (char *)NULL); /* without a configuration: loopback only, anybody may come */
    _exit(127);
  }
  for (int i = 0; i < 500; i++) {
    int s = try_to_connect();
    if (s >= 0) {
      close(s);
      return;
    }
    usleep(20000);
  }
  fail_at("the broker listens", __LINE__);
}

/* --- the agent --- */

static void drop_connection(void)
{
  if (connection >= 0) close(connection);
  connection = -1;
  mqtt_session_lost(&session, now_ms(), 0);
}

static void send_all(const uint8_t *bytes, size_t count)
{
  while (count > 0 && connection >= 0) {
    ssize_t moved = send(connection, bytes, count, MSG_NOSIGNAL);
    if (moved > 0) {
      bytes += moved;
      count -= (size_t)moved;
    } else if (moved == 0 || errno != EINTR) {
      drop_connection();
    }
  }
}

static void open_connection(void)
{
  connection = try_to_connect();
  mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
  message_number = MESSAGES;
  if (connection < 0)
    mqtt_session_lost(&session, now_ms(), 0);
  else
    mqtt_session_opened(&session, now_ms());
}

static size_t encode_publish(uint8_t *out, size_t room, const mqtt_action *action)
{
  char topic[32];
  size_t bytes = 0;
  int length = snprintf(topic, sizeof topic, "holdfast/%u/state", (unsigned)action->token);
  mqtt_publish publish = {{topic, (uint16_t)length}, action->qos, action->dup, false, action->id};
  CHECK(mqtt_encode_publish(out, room, MQTT_3_1_1, &publish, sizes[action->token], &bytes) == MQTT_COMPLETE);
  return bytes;
}

static mqtt_status encode(uint8_t *out, size_t room, mqtt_do what, const mqtt_action *action, size_t *bytes)
{
  static const mqtt_connect hello = {.client_id = {"lamp-7", 6},
                                     .keep_alive_s = 60,
                                     .has_will = true,
                                     .will_topic = {"holdfast/will", 13},
                                     .will_message = {"gone", 4},
                                     .will_qos = 1,
                                     .has_username = true,
                                     .username = {"lamp", 4},
                                     .has_password = true,
                                     .password = {"\0\1", 2}};
  switch ((int)what) {
  case MQTT_DO_SEND_CONNECT: return mqtt_encode_connect(out, room, MQTT_3_1_1, &hello, bytes);
  case MQTT_DO_SEND_PUBACK: return mqtt_encode_puback(out, room, MQTT_3_1_1, action->id, bytes);
  case MQTT_DO_SEND_SUBSCRIBE:
    return mqtt_encode_subscribe(out, room, MQTT_3_1_1, action->id, &action->filter, 1, bytes);
  case MQTT_DO_SEND_UNSUBSCRIBE:
    return mqtt_encode_unsubscribe(out, room, MQTT_3_1_1, action->id, &action->filter, 1, bytes);
  case MQTT_DO_SEND_PINGREQ: return mqtt_encode_pingreq(out, room, MQTT_3_1_1, bytes);
  default: return mqtt_encode_disconnect(out, room, MQTT_3_1_1, bytes);
  }
}

static void send_packet(mqtt_do what, const mqtt_action *action)
{
  uint8_t out[HEAD];
  size_t bytes = 0;
  CHECK(encode(out, sizeof out, what, action, &bytes) == MQTT_COMPLETE);
  send_all(out, bytes);
}

static void send_message(const mqtt_action *action)
{
  uint8_t out[HEAD];
  size_t bytes = encode_publish(out, sizeof out, action);
  send_all(out, bytes);
  send_all(payload, sizes[action->token]);
  mqtt_session_sent(&session, now_ms());
}

static void run(void)
{
  mqtt_action action;
  for (mqtt_do what = MQTT_DO_OPEN; what != MQTT_DO_WAIT;) {
    what = mqtt_session_next(&session, now_ms(), &action);
    switch ((int)what) {
    case MQTT_DO_WAIT: break;
    case MQTT_DO_OPEN: open_connection(); break;
    case MQTT_DO_CLOSE: drop_connection(); break;
    case MQTT_DO_SEND_PUBLISH: send_message(&action); break;
    case MQTT_DO_TELL_CONNECTED: is_session_present = action.session_present; break;
    case MQTT_DO_TELL_LOST:
      losses++;
      CHECK(action.end == MQTT_END_TRANSPORT || action.end == MQTT_END_STOPPED);
      break;
    case MQTT_DO_TELL_PUBLISHED: is_published[action.token] = true; break;
    case MQTT_DO_TELL_SUBSCRIBED:
      CHECK(action.code == 1);
      is_subscribed = true;
      break;
    case MQTT_DO_TELL_UNSUBSCRIBED: is_subscribed = false; break;
    default: send_packet(what, &action); break;
    }
  }
}

static void message_is_complete(void)
{
  CHECK(message_got == sizes[message_number]);
  arrived[message_number]++;
  if (is_acknowledging) CHECK(mqtt_session_acknowledge(&session, message_delivery) == MQTT_ACCEPTED);
  message_number = MESSAGES;
}

static void on_packet(const mqtt_packet *packet)
{
  mqtt_verdict verdict = mqtt_session_packet(&session, now_ms(), packet, &message_delivery);
  if (packet->type != MQTT_PUBLISH) return;
  CHECK(verdict == MQTT_DELIVER && packet->qos == 1 && packet->topic.bytes == 16);
  CHECK(mqtt_topic_matches(MQTT_TEXT("holdfast/+/state"), packet->topic));
  message_number = (uint32_t)(packet->topic.at[9] - '0');
  CHECK(message_number < MESSAGES && packet->payload_bytes == sizes[message_number]);
  is_dup_seen = is_dup_seen || packet->dup;
  message_got = 0;
  if (packet->payload_bytes == 0) message_is_complete();
}

static void on_payload(const mqtt_receive_event *event)
{
  mqtt_session_heard(&session, now_ms());
  CHECK(memcmp(event->payload, payload + message_got, event->payload_bytes) == 0);
  message_got += (uint32_t)event->payload_bytes;
  if (event->payload_left == 0) message_is_complete();
}

static void take(const uint8_t *at, size_t left)
{
  mqtt_receive_event event;
  for (;;) {
    mqtt_received received = mqtt_receive(&receiver, &at, &left, &event);
    if (received == MQTT_RECEIVED_ALL) return;
    CHECK(received != MQTT_RECEIVED_MALFORMED);
    if (received == MQTT_RECEIVED_PACKET)
      on_packet(&event.packet);
    else
      on_payload(&event);
  }
}

/* Whatever comes within 100 ms. */
static void listen_once(void)
{
  uint8_t bytes[PIECE];
  struct pollfd p = {connection, POLLIN, 0};
  if (connection < 0 || poll(&p, 1, 100) <= 0) return;
  ssize_t got = recv(connection, bytes, sizeof bytes, 0);
  if (got > 0)
    take(bytes, (size_t)got);
  else
    drop_connection();
}

/* Until it is so, for 20 s at most. */
#define WAIT_FOR(condition)               \
  do {                                    \
    uint32_t began_ms = now_ms();         \
    for (run(); !(condition); run()) {    \
      CHECK(now_ms() - began_ms < 20000); \
      listen_once();                      \
    }                                     \
  } while (0)

static bool all(const bool *of)
{
  for (unsigned i = 0; i < MESSAGES; i++)
    if (!of[i]) return false;
  return true;
}

static bool all_arrived(unsigned times)
{
  for (unsigned i = 0; i < MESSAGES; i++)
    if (arrived[i] < times) return false;
  return true;
}

/* --- what is shown --- */

static const mqtt_filter wish = {{"holdfast/+/state", 16}, 1};

/* Messages of every size come back; nothing of them is acknowledged yet. */
static void publishes_and_receives(void)
{
  CHECK(mqtt_session_subscribe(&session, &wish) == MQTT_ACCEPTED);
  mqtt_session_start(&session, now_ms());
  WAIT_FOR(is_subscribed);
  CHECK(!is_session_present);
  for (uint32_t i = 0; i < MESSAGES; i++) CHECK(mqtt_session_publish(&session, 1, i) == MQTT_ACCEPTED);
  WAIT_FOR(all(is_published) && all_arrived(1));
  CHECK(!is_dup_seen);
}

/* The broker kept the session: it sends again what was not acknowledged, as DUP; now we acknowledge. */
static void gets_again_what_it_did_not_acknowledge(void)
{
  is_acknowledging = true;
  drop_connection();
  WAIT_FOR(session.state == MQTT_STATE_CONNECTED && all_arrived(2));
  CHECK(is_session_present && is_dup_seen && losses == 1);
}

/* What we sent may be lost with the connection; after an answer to a later packet it is not. */
static void wait_until_the_broker_has_everything(void)
{
  is_subscribed = false;
  CHECK(mqtt_session_subscribe(&session, &wish) == MQTT_ACCEPTED);
  WAIT_FOR(is_subscribed);
}

/* And after that, nothing comes again. */
static void gets_nothing_again_that_it_acknowledged(void)
{
  wait_until_the_broker_has_everything();
  drop_connection();
  WAIT_FOR(session.state == MQTT_STATE_CONNECTED);
  for (int i = 0; i < 5; i++) {
    run();
    listen_once();
  }
  for (unsigned i = 0; i < MESSAGES; i++) CHECK(arrived[i] == 2);
  CHECK(session.incoming_count == 0);
}

/* The connection breaks just after the messages were sent: their PUBACKs are lost, they are sent again. */
static void sends_again_what_was_not_acknowledged(void)
{
  memset(is_published, 0, sizeof is_published);
  for (uint32_t i = 0; i < MESSAGES; i++) CHECK(mqtt_session_publish(&session, 1, i) == MQTT_ACCEPTED);
  run();
  drop_connection();
  WAIT_FOR(all(is_published) && all_arrived(3));
  CHECK(session.statistics.repeated == MESSAGES);
}

static void leaves(void)
{
  CHECK(mqtt_session_unsubscribe(&session, wish.filter) == MQTT_ACCEPTED);
  WAIT_FOR(!is_subscribed);
  mqtt_session_stop(&session, now_ms());
  WAIT_FOR(session.state == MQTT_STATE_IDLE);
  CHECK(session.statistics.protocol_errors == 0 && session.end == MQTT_END_STOPPED);
}

int main(int argc, char **argv)
{
  uint64_t seed = 7;
  mqtt_session_config config = {
    .outgoing = outgoing,
    .outgoing_max = OUTGOING,
    .incoming = incoming,
    .incoming_max = INCOMING,
    .subscriptions = subscriptions,
    .subscriptions_max = SUBSCRIPTIONS,
    .keep_alive_s = 60,
    .connack_timeout_ms = 5000,
    .answer_timeout_ms = 10000,
    .backoff_first_ms = 10,
    .backoff_most_ms = 100,
    .stable_ms = 1000,
  };
  if (argc != 2) return 2;
  for (size_t i = 0; i < sizeof payload; i++) payload[i] = (uint8_t)test_random(&seed);
  start_broker(argv[1]);
  CHECK(mqtt_session_init(&session, &config));
  publishes_and_receives();
  gets_again_what_it_did_not_acknowledge();
  gets_nothing_again_that_it_acknowledged();
  sends_again_what_was_not_acknowledged();
  leaves();
  kill(broker, SIGTERM);
  waitpid(broker, NULL, 0);
  return 0;
}

/* The session engine against a model of everything around it: a broker, a network that loses, a consumer, a clock.
 * At random, in small tables so that all of them fill up: messages both ways, subscriptions, acknowledgements in any
 * order, connections that break with packets in flight, brokers that forget the session, fall silent or misbehave,
 * stops and starts. The model keeps its own books and compares after each step; at the end everything works and
 * nothing may be left over.
 *
 * usage: mqtt_model_test [STEPS [SEED]] */
#include <inttypes.h>

#include "mqtt_session.h"

#include "mqtt_test_support.h"

#define CHECK(claim) ((claim) ? (void)0 : fail_at(#claim, __LINE__))
#define NEVER(what) fail_at("this is not " what, __LINE__)

enum {
  OUTGOING = 5,
  INCOMING = 3,
  FILTERS = 4,
  SUBSCRIPTIONS = 3,
  WIRE = 32,      /* packets in flight, each way */
  IDS = 12,       /* the broker uses few identifiers, so often the same */
  PENDING = 6,    /* messages of the broker's that are not acknowledged */
  DELIVERIES = 8, /* messages that the consumer works on; more than the session's table: old ones, too */
};

static uint64_t seed;
static uint64_t step;
static const char *doing = "start";

static void fail_at(const char *claim, int line)
{
  fprintf(stderr, "step %" PRIu64 ", %s: line %d: %s\n", step, doing, line, claim);
  abort();
}

static uint32_t below(uint32_t limit)
{
  return test_random(&seed) % limit;
}

static bool one_in(uint32_t n)
{
  return below(n) == 0;
}

/* --- the network --- */

typedef struct wire_packet {
  mqtt_type type;
  uint16_t id;
  uint8_t qos; /* or code */
  uint8_t filter;
  bool dup;
  bool present;
  uint32_t message;
} wire_packet;

typedef struct wire {
  wire_packet packets[WIRE];
  unsigned first;
  unsigned count;
} wire;

static wire to_broker;
static wire to_client;
static bool is_open; /* as the client sees it */
static bool is_dead; /* nothing passes any more, and nobody has noticed */

static void wire_put(wire *w, wire_packet p)
{
  if (is_dead) return;
  CHECK(w->count < WIRE);
  w->packets[(w->first + w->count++) % WIRE] = p;
}

static wire_packet wire_take(wire *w)
{
  wire_packet p = w->packets[w->first];
  w->first = (w->first + 1) % WIRE;
  w->count--;
  return p;
}

/* --- the client's side of the books --- */

static mqtt_outgoing outgoing[OUTGOING];
static mqtt_incoming incoming[INCOMING];
static mqtt_subscription subscriptions[SUBSCRIPTIONS];
static mqtt_session session;
static uint32_t now;
static uint32_t connection; /* its number */
static bool is_running;     /* started, not stopped */
static uint64_t connections_made;

static const char *const filter_names[FILTERS] = {"a/+", "b/#", "c", "+/d"};
static bool is_wanted[FILTERS];
static uint8_t wanted_qos[FILTERS];

/* Of each accepted message, by its token; tokens count up. */
enum { TOKENS = 64 }; /* far more than can be unsettled */
static struct {
  uint32_t token;
  uint8_t qos;
  uint16_t id;      /* 0: never sent */
  uint32_t sent_on; /* connection */
  bool received;    /* by the broker */
  bool has_puback;  /* it came */
  bool settled;
} books[TOKENS];
static uint32_t next_token = 1;
static uint32_t last_first_received; /* by the broker: the highest token */
static uint64_t settled_total;

#define BOOK(token) (&books[(token) % TOKENS])

static mqtt_text filter_text(unsigned filter)
{
  return (mqtt_text){filter_names[filter], (uint16_t)strlen(filter_names[filter])};
}

static uint8_t filter_number(mqtt_text text)
{
  for (unsigned i = 0; i < FILTERS; i++)
    if (filter_names[i] == text.at) return (uint8_t)i;
  NEVER("a filter of ours");
  return 0;
}

/* --- the broker --- */

static struct {
  bool has_session;
  bool is_greeted;  /* CONNECT came on this connection */
  int qos[FILTERS]; /* -1: not subscribed */
  struct {
    uint32_t message;
    uint16_t id;
    bool sent_before;
    bool sent_now;
  } pending[PENDING];
  unsigned pending_count;
  uint16_t last_id;
  uint32_t next_message;
} broker;

static uint64_t acknowledged_total;

/* --- the consumer --- */

static struct {
  uint32_t delivery;
  uint32_t message;
  uint32_t connection;
} deliveries[DELIVERIES];
static unsigned delivery_count;
static uint32_t acknowledged_message[IDS + 1]; /* by the consumer, on this connection, by identifier */
static uint32_t last_first_delivered;

static void broker_forgets(void)
{
  broker.has_session = false;
  broker.pending_count = 0;
  for (int i = 0; i < FILTERS; i++) broker.qos[i] = -1;
}

static bool is_broker_id_free(uint16_t id)
{
  for (unsigned i = 0; i < broker.pending_count; i++)
    if (broker.pending[i].id == id) return false;
  return true;
}

static void broker_has_a_message(void)
{
  if (broker.pending_count == PENDING || !broker.has_session) return;
  do broker.last_id = (uint16_t)(broker.last_id % IDS + 1);
  while (!is_broker_id_free(broker.last_id));
  unsigned i = broker.pending_count++;
  broker.pending[i].message = ++broker.next_message;
  broker.pending[i].id = broker.last_id;
  broker.pending[i].sent_before = false;
  broker.pending[i].sent_now = false;
}

static void broker_sends(void)
{
  if (!is_open || !broker.is_greeted) return;
  for (unsigned i = 0; i < broker.pending_count && to_client.count < WIRE / 2; i++) {
    if (broker.pending[i].sent_now) continue;
    wire_put(&to_client, (wire_packet){.type = MQTT_PUBLISH,
                                       .qos = 1,
                                       .id = broker.pending[i].id,
                                       .dup = broker.pending[i].sent_before,
                                       .message = broker.pending[i].message});
    broker.pending[i].sent_before = true;
    broker.pending[i].sent_now = true;
  }
}

static void broker_on_connect(void)
{
  CHECK(!broker.is_greeted);
  broker.is_greeted = true;
  wire_put(&to_client, (wire_packet){.type = MQTT_CONNACK, .present = broker.has_session});
  if (!broker.has_session) broker_forgets();
  broker.has_session = true;
  for (unsigned i = 0; i < broker.pending_count; i++) broker.pending[i].sent_now = false;
}

static void broker_on_publish(const wire_packet *p)
{
  CHECK(BOOK(p->message)->token == p->message && BOOK(p->message)->qos == p->qos);
  if (!BOOK(p->message)->received) {
    CHECK(p->message > last_first_received); /* in the order of acceptance */
    last_first_received = p->message;
  }
  BOOK(p->message)->received = true;
  if (p->qos == 0)
    BOOK(p->message)->settled = true;
  else
    wire_put(&to_client, (wire_packet){.type = MQTT_PUBACK, .id = p->id, .message = p->message});
}

static void broker_on_puback(uint16_t id)
{
  CHECK(broker.pending_count > 0 && broker.pending[0].sent_now);
  CHECK(broker.pending[0].id == id); /* in the order in which they were sent */
  CHECK(acknowledged_message[id] == broker.pending[0].message);
  acknowledged_message[id] = 0;
  broker.pending_count--;
  memmove(&broker.pending[0], &broker.pending[1], broker.pending_count * sizeof broker.pending[0]);
  acknowledged_total++;
}

static void broker_takes(const wire_packet *p)
{
  switch ((int)p->type) {
  case MQTT_CONNECT: broker_on_connect(); break;
  case MQTT_PUBLISH: broker_on_publish(p); break;
  case MQTT_PUBACK: broker_on_puback(p->id); break;
  case MQTT_SUBSCRIBE:
    broker.qos[p->filter] = p->qos;
    wire_put(&to_client, (wire_packet){.type = MQTT_SUBACK, .id = p->id, .qos = p->qos});
    break;
  case MQTT_UNSUBSCRIBE:
    broker.qos[p->filter] = -1;
    wire_put(&to_client, (wire_packet){.type = MQTT_UNSUBACK, .id = p->id});
    break;
  case MQTT_PINGREQ: wire_put(&to_client, (wire_packet){.type = MQTT_PINGRESP}); break;
  case MQTT_DISCONNECT: break;
  default: NEVER("a packet that clients send");
  }
}

/* --- the agent: does what the session says --- */

static void wire_opens(void)
{
  to_broker.count = 0;
  to_client.count = 0;
  is_open = true;
  is_dead = one_in(20);
  broker.is_greeted = false;
  memset(acknowledged_message, 0, sizeof acknowledged_message);
}

static void wire_breaks(void)
{
  is_open = false;
  /* What was on its way may still arrive at the broker; its answers do not arrive here. */
  for (unsigned arrive = below(WIRE); arrive > 0 && to_broker.count > 0; arrive--) {
    wire_packet p = wire_take(&to_broker);
    to_client.count = 0;
    broker_takes(&p);
  }
  to_broker.count = 0;
  to_client.count = 0;
  broker.is_greeted = false;
  mqtt_session_lost(&session, now, test_random(&seed));
}

static void check_id_is_unique(uint16_t id, uint32_t token)
{
  CHECK(id != 0);
  for (unsigned i = 0; i < TOKENS; i++)
    CHECK(books[i].token == token || books[i].settled || books[i].has_puback || books[i].id != id);
  for (unsigned i = 0; i < to_broker.count; i++) {
    const wire_packet *p = &to_broker.packets[(to_broker.first + i) % WIRE];
    CHECK((p->type != MQTT_SUBSCRIBE && p->type != MQTT_UNSUBSCRIBE) || p->id != id);
  }
}

static void agent_publishes(const mqtt_action *action)
{
  CHECK(BOOK(action->token)->token == action->token && BOOK(action->token)->qos == action->qos);
  if (action->qos == 0) {
    CHECK(!action->dup && action->id == 0 && BOOK(action->token)->sent_on == 0);
    BOOK(action->token)->settled = true; /* it may be lost */
  } else {
    CHECK(!BOOK(action->token)->has_puback);
    CHECK(action->dup == (BOOK(action->token)->id != 0));
    CHECK(!action->dup || BOOK(action->token)->id == action->id);
    CHECK(BOOK(action->token)->sent_on != connection);
    check_id_is_unique(action->id, action->token);
    BOOK(action->token)->id = action->id;
  }
  BOOK(action->token)->sent_on = connection;
  wire_put(&to_broker,
           (wire_packet){
             .type = MQTT_PUBLISH, .qos = action->qos, .id = action->id, .dup = action->dup, .message = action->token});
}

static void agent_subscribes(mqtt_type type, const mqtt_action *action)
{
  check_id_is_unique(action->id, 0);
  wire_put(&to_broker, (wire_packet){.type = type,
                                     .id = action->id,
                                     .qos = action->filter.qos,
                                     .filter = filter_number(action->filter.filter)});
}

static void agent_hears_published(uint32_t token)
{
  CHECK(BOOK(token)->token == token && BOOK(token)->qos == 1);
  CHECK(BOOK(token)->has_puback && BOOK(token)->received && !BOOK(token)->settled);
  BOOK(token)->settled = true;
  settled_total++;
}

static bool can_send(void)
{
  return is_open;
}

static void agent_does(mqtt_do what, const mqtt_action *action)
{
  switch (what) {
  case MQTT_DO_WAIT: break;
  case MQTT_DO_OPEN:
    CHECK(!is_open);
    connection++;
    if (one_in(4))
      mqtt_session_lost(&session, now, test_random(&seed));
    else {
      wire_opens();
      mqtt_session_opened(&session, now);
    }
    break;
  case MQTT_DO_CLOSE: wire_breaks(); break;
  case MQTT_DO_SEND_CONNECT:
    CHECK(can_send());
    wire_put(&to_broker, (wire_packet){.type = MQTT_CONNECT});
    break;
  case MQTT_DO_SEND_PUBLISH:
    CHECK(can_send());
    agent_publishes(action);
    break;
  case MQTT_DO_SEND_PUBACK:
    CHECK(can_send());
    wire_put(&to_broker, (wire_packet){.type = MQTT_PUBACK, .id = action->id});
    break;
  case MQTT_DO_SEND_SUBSCRIBE: agent_subscribes(MQTT_SUBSCRIBE, action); break;
  case MQTT_DO_SEND_UNSUBSCRIBE: agent_subscribes(MQTT_UNSUBSCRIBE, action); break;
  case MQTT_DO_SEND_PINGREQ: wire_put(&to_broker, (wire_packet){.type = MQTT_PINGREQ}); break;
  case MQTT_DO_SEND_DISCONNECT: wire_put(&to_broker, (wire_packet){.type = MQTT_DISCONNECT}); break;
  case MQTT_DO_TELL_CONNECTED: connections_made++; break;
  case MQTT_DO_TELL_LOST: CHECK(!is_open && action->end != MQTT_END_NONE); break;
  case MQTT_DO_TELL_PUBLISHED: agent_hears_published(action->token); break;
  case MQTT_DO_TELL_SUBSCRIBED: CHECK(action->code <= 1); break;
  case MQTT_DO_TELL_REFUSED: NEVER("a broker that refuses"); break;
  case MQTT_DO_TELL_UNSUBSCRIBED: break;
  default: NEVER("an action");
  }
}

/* Until there is nothing to do; and there soon is. Returns how long it is to wait. */
static uint32_t agent_runs(void)
{
  for (unsigned actions = 0; actions < 4 * (OUTGOING + INCOMING + SUBSCRIPTIONS); actions++) {
    mqtt_action action;
    if (to_broker.count == WIRE) return 0; /* the transport does not take more now */
    mqtt_do what = mqtt_session_next(&session, now, &action);
    if (what == MQTT_DO_WAIT) {
      CHECK(action.wait_ms > 0);
      return action.wait_ms;
    }
    agent_does(what, &action);
  }
  NEVER("an end of the actions");
  return 0;
}

/* --- what happens --- */

static void client_gets_message(const wire_packet *p, mqtt_verdict verdict, uint32_t delivery)
{
  CHECK(verdict == MQTT_DELIVER); /* this broker repeats nothing on one connection */
  if (p->message > last_first_delivered)
    last_first_delivered = p->message;
  else
    CHECK(p->dup);
  if (delivery_count == DELIVERIES) delivery_count--;
  memmove(&deliveries[1], &deliveries[0], delivery_count * sizeof deliveries[0]);
  deliveries[0].delivery = delivery;
  deliveries[0].message = p->message;
  deliveries[0].connection = connection;
  delivery_count++;
}

static void client_gets(const wire_packet *p)
{
  uint8_t code = p->qos;
  uint32_t delivery = 0;
  mqtt_packet packet = {.type = p->type, .id = p->id, .dup = p->dup, .session_present = p->present};
  if (p->type == MQTT_PUBLISH) {
    packet.qos = p->qos;
    packet.topic = MQTT_TEXT("a");
  }
  if (p->type == MQTT_SUBACK) {
    packet.codes = &code;
    packet.code_count = 1;
  }
  mqtt_verdict verdict = mqtt_session_packet(&session, now, &packet, &delivery);
  CHECK(session.state == MQTT_STATE_CONNECTED); /* a good broker is never accused */
  if (p->type == MQTT_PUBLISH) client_gets_message(p, verdict, delivery);
  if (p->type != MQTT_PUBACK) return;
  CHECK(BOOK(p->message)->id == p->id && !BOOK(p->message)->has_puback);
  BOOK(p->message)->has_puback = true;
}

static bool can_take_from(const wire *w)
{
  return is_open && !is_dead && w->count > 0;
}

static void client_may_get(void)
{
  bool is_listening = session.state == MQTT_STATE_GREETING || session.state == MQTT_STATE_CONNECTED;
  if (!can_take_from(&to_client) || !is_listening || !mqtt_session_may_receive(&session)) return;
  wire_packet p = wire_take(&to_client);
  client_gets(&p);
}

static void broker_may_get(void)
{
  if (!can_take_from(&to_broker) || to_client.count >= WIRE - 2) return;
  wire_packet p = wire_take(&to_broker);
  broker_takes(&p);
}

static void somebody_publishes(void)
{
  uint8_t qos = one_in(4) ? 0 : 1;
  if (!BOOK(next_token)->settled && BOOK(next_token)->token != 0) return; /* the books are full */
  if (mqtt_session_publish(&session, qos, next_token) != MQTT_ACCEPTED) {
    CHECK(session.outgoing_count == OUTGOING);
    return;
  }
  memset(BOOK(next_token), 0, sizeof *BOOK(next_token));
  BOOK(next_token)->token = next_token;
  BOOK(next_token)->qos = qos;
  next_token++;
}

static void consumer_acknowledges(unsigned i)
{
  bool is_current = is_open && deliveries[i].connection == connection;
  mqtt_request answer = mqtt_session_acknowledge(&session, deliveries[i].delivery);
  CHECK((answer == MQTT_ACCEPTED) == is_current);
  if (answer == MQTT_ACCEPTED) {
    for (unsigned p = 0; p < broker.pending_count; p++)
      if (broker.pending[p].message == deliveries[i].message)
        acknowledged_message[broker.pending[p].id] = deliveries[i].message;
    CHECK(mqtt_session_acknowledge(&session, deliveries[i].delivery) == MQTT_STALE);
  }
  delivery_count--;
  memmove(&deliveries[i], &deliveries[i + 1], (delivery_count - i) * sizeof deliveries[0]);
}

static void somebody_subscribes(void)
{
  uint8_t i = (uint8_t)below(FILTERS);
  mqtt_filter filter = {filter_text(i), (uint8_t)below(2)};
  if (is_wanted[i] && one_in(2)) {
    CHECK(mqtt_session_unsubscribe(&session, filter.filter) == MQTT_ACCEPTED);
    is_wanted[i] = false;
  } else if (mqtt_session_subscribe(&session, &filter) == MQTT_ACCEPTED) {
    is_wanted[i] = true;
    wanted_qos[i] = filter.qos;
  } else {
    CHECK(!is_wanted[i] && session.subscription_count == SUBSCRIPTIONS);
  }
}

/* A good broker would not. From any state, it ends in MQTT_DO_CLOSE or does nothing. */
static void broker_misbehaves(void)
{
  static const mqtt_packet packets[] = {
    {.type = MQTT_CONNACK},
    {.type = MQTT_PUBACK, .id = 60000},
    {.type = MQTT_SUBACK, .id = 60000},
    {.type = MQTT_UNSUBACK, .id = 60000},
    {.type = MQTT_PUBREL, .id = 1},
    {.type = MQTT_PUBLISH, .qos = 2, .id = 1},
  };
  uint32_t delivery;
  bool was_connected = session.state == MQTT_STATE_CONNECTED;
  if (session.state == MQTT_STATE_GREETING || session.last_id == 60000) return;
  if (one_in(5))
    mqtt_session_malformed(&session, now, MQTT_QOS_3);
  else
    CHECK(mqtt_session_packet(&session, now, &packets[below(6)], &delivery) == MQTT_NO_MESSAGE);
  CHECK(!was_connected || session.state == MQTT_STATE_CLOSING);
}

static void somebody_stops_or_starts(void)
{
  is_running = !is_running;
  if (is_running)
    mqtt_session_start(&session, now);
  else
    mqtt_session_stop(&session, now);
}

static void time_passes(uint32_t wait_ms)
{
  uint32_t most = wait_ms < 100000 ? wait_ms : 100000;
  bool is_slow = one_in(is_open && !is_dead ? 500 : 4);
  now += is_slow ? most : below(most / 100 + 1);
}

static void one_step(uint32_t wait_ms)
{
#define DO(call) (doing = #call, (call))
  uint32_t what = below(1000);
  if (what < 250)
    DO(client_may_get());
  else if (what < 500)
    DO(broker_may_get());
  else if (what < 600)
    DO(somebody_publishes());
  else if (what < 680)
    DO(broker_has_a_message());
  else if (what < 800 && delivery_count > 0)
    DO(consumer_acknowledges(below(delivery_count)));
  else if (what < 900)
    DO(time_passes(wait_ms));
  else if (what < 930)
    DO(somebody_subscribes());
  else if (what < 936 && is_open)
    DO(wire_breaks());
  else if (what < 938)
    DO(broker_misbehaves());
  else if (what < (is_running ? 939u : 955u))
    DO(somebody_stops_or_starts());
  else if (what >= 960 && what < 965 && !is_open)
    DO(broker_forgets());
  else if (what == 965)
    is_dead = is_open;
  else if (what == 966)
    session.last_id = (uint16_t)-3; /* as if 65,535 more had been given */
  broker_sends();
}

static bool is_settled(void)
{
  bool is_calm = session.state == MQTT_STATE_CONNECTED && session.outgoing_count == 0 && session.incoming_count == 0 &&
                 broker.pending_count == 0 && to_broker.count == 0 && to_client.count == 0;
  for (unsigned i = 0; i < FILTERS; i++) is_calm = is_calm && broker.qos[i] == (is_wanted[i] ? wanted_qos[i] : -1);
  return is_calm;
}

/* Now everything works: soon everything is settled. That a connection is
 * dead, the time-outs find out. */
static void everything_works(void)
{
  doing = "settling";
  if (!is_running) somebody_stops_or_starts();
  for (unsigned i = 0; !is_settled(); i++) {
    CHECK(i < 2000);
    time_passes(agent_runs());
    broker_may_get();
    client_may_get();
    while (delivery_count > 0) consumer_acknowledges(delivery_count - 1);
    broker_sends();
  }
  for (unsigned i = 0; i < TOKENS; i++) CHECK(books[i].token == 0 || books[i].settled);
}

static void set_up(void)
{
  mqtt_session_config config = {
    .outgoing = outgoing,
    .outgoing_max = OUTGOING,
    .incoming = incoming,
    .incoming_max = INCOMING,
    .subscriptions = subscriptions,
    .subscriptions_max = SUBSCRIPTIONS,
    .keep_alive_s = 60,
    .connack_timeout_ms = 10000,
    .answer_timeout_ms = 30000,
    .backoff_first_ms = 1000,
    .backoff_most_ms = 60000,
    .stable_ms = 60000,
  };
  CHECK(mqtt_session_init(&session, &config));
  broker_forgets();
  somebody_stops_or_starts();
  now = 0xfff00000u;
}

int main(int argc, char **argv)
{
  uint64_t steps = argc > 1 ? strtoull(argv[1], NULL, 10) : 300000;
  seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20;
  set_up();
  for (step = 0; step < steps; step++) {
    one_step(agent_runs());
    if (step % 4000 == 3999) everything_works();
  }
  everything_works();
  const mqtt_statistics *s = &session.statistics;
  printf("%" PRIu64 " steps: %" PRIu64 " connections, %" PRIu64 " messages published, %u of them again, %" PRIu64
         " acknowledged to the broker, %u ended by protocol errors, nothing lost\n",
         steps, connections_made, settled_total, s->repeated, acknowledged_total, s->protocol_errors);
  fflush(stdout);
  CHECK(settled_total > steps / 100 && acknowledged_total > steps / 100 && s->repeated > steps / 1000);
  return 0;
}

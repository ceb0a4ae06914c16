/*
 *          start             opened               CONNACK 0
 *   IDLE --------> OPENING --------> GREETING ---------------> CONNECTED
 *                   ^  |                |                          |
 *        pause over |  | stop           | refused, late,           | late, protocol error,
 *                   |  |                | not CONNACK, stop        | DISCONNECT sent
 *                   |  |                v                          |
 *                   |  +------------> CLOSING <--------------------+
 *                   |                   |
 *                   |                   | lost
 *                   |                   v
 *                   +---------------- WAITING
 *
 *   `lost` leads from OPENING, GREETING and CONNECTED to WAITING, too; when stopping, to IDLE instead.
 *   `stop` leads from WAITING to IDLE, and from OPENING as long as MQTT_DO_OPEN was not told.
 *
 *   IDLE       no transport, none wanted.
 *   OPENING    MQTT_DO_OPEN was told, or is told next (act); nothing can be sent.
 *   GREETING   CONNECT was sent, or is sent next (act); only CONNACK may come.
 *   CONNECTED  everything is sent and may come. What was sent on it and has no answer is marked so in the tables.
 *   CLOSING    the transport is of no use any more: MQTT_DO_CLOSE was told, or is told next (act).
 *   WAITING    no transport; the next attempt is pause_ms after since_ms.
 *
 * In all states but CONNECTED: no entry waits for an answer, incoming is empty. `end` is right in CLOSING and after.
 */
#include "mqtt_session.h"

#include <string.h>

enum { TABLE_MAX = 32000 }; /* two of them have fewer entries than there are packet identifiers */

/* Of a message that is to be published. */
enum {
  OUT_QUEUED,       /* never sent */
  OUT_SENT,         /* on this connection */
  OUT_INTERRUPTED,  /* on an earlier one */
  OUT_ACKNOWLEDGED, /* to be told, then removed */
};

/* Of a subscription: what the broker knows of it. */
enum {
  SUB_NEW,     /* nothing */
  SUB_UNSURE,  /* perhaps an old wish */
  SUB_ASKED,   /* SUBSCRIBE waits for SUBACK */
  SUB_HELD,    /* what we want */
  SUB_LEAVING, /* UNSUBSCRIBE waits for UNSUBACK */
};

/* Of a subscription: what the consumer does not know yet. REFUSED and LEFT end it. */
enum { TELL_NOTHING, TELL_SUBSCRIBED, TELL_REFUSED, TELL_LEFT };

/* --- time: differences only, so that the clock may wrap --- */

static bool is_over(uint32_t now_ms, uint32_t since_ms, uint32_t limit_ms)
{
  return now_ms - since_ms >= limit_ms;
}

/* The smaller of *wait_ms and what is left of the limit. */
static void wait_at_most(uint32_t *wait_ms, uint32_t now_ms, uint32_t since_ms, uint32_t limit_ms)
{
  uint32_t left = is_over(now_ms, since_ms, limit_ms) ? 0 : limit_ms - (now_ms - since_ms);
  if (left < *wait_ms) *wait_ms = left;
}

static uint32_t later_of(uint32_t now_ms, uint32_t a_ms, uint32_t b_ms)
{
  return now_ms - a_ms < now_ms - b_ms ? a_ms : b_ms;
}

/* --- states --- */

static void enter(mqtt_session *s, mqtt_state state, uint32_t now_ms)
{
  s->state = state;
  s->since_ms = now_ms;
  s->act = true;
}

static void close_for(mqtt_session *s, uint32_t now_ms, mqtt_end end)
{
  s->end = end;
  enter(s, MQTT_STATE_CLOSING, now_ms);
}

static bool take_act(mqtt_session *s)
{
  bool act = s->act;
  s->act = false;
  return act;
}

static bool is_good_table(const void *table, uint16_t entries, uint16_t least)
{
  return entries >= least && entries <= TABLE_MAX && (table != NULL || entries == 0);
}

static bool is_good_time(uint32_t ms)
{
  return ms - 1 < 0x7fffffff;
}

bool mqtt_session_init(mqtt_session *session, const mqtt_session_config *config)
{
  memset(session, 0, sizeof *session);
  session->config = *config;
  session->first_delivery = 1;
  return is_good_table(config->outgoing, config->outgoing_max, 1) &&
         is_good_table(config->incoming, config->incoming_max, 1) &&
         is_good_table(config->subscriptions, config->subscriptions_max, 0) &&
         is_good_time(config->connack_timeout_ms) && is_good_time(config->answer_timeout_ms) &&
         is_good_time(config->backoff_first_ms) && is_good_time(config->backoff_most_ms) &&
         is_good_time(config->stable_ms);
}

void mqtt_session_start(mqtt_session *session, uint32_t now_ms)
{
  session->stopping = false;
  if (session->state == MQTT_STATE_IDLE) enter(session, MQTT_STATE_OPENING, now_ms);
}

void mqtt_session_stop(mqtt_session *session, uint32_t now_ms)
{
  session->stopping = true;
  switch (session->state) {
  case MQTT_STATE_OPENING:
    if (session->act)
      enter(session, MQTT_STATE_IDLE, now_ms);
    else
      close_for(session, now_ms, MQTT_END_STOPPED);
    break;
  case MQTT_STATE_WAITING: enter(session, MQTT_STATE_IDLE, now_ms); break;
  case MQTT_STATE_GREETING: close_for(session, now_ms, MQTT_END_STOPPED); break;
  case MQTT_STATE_IDLE:
  case MQTT_STATE_CONNECTED: /* first DISCONNECT */
  case MQTT_STATE_CLOSING: break;
  }
}

void mqtt_session_opened(mqtt_session *session, uint32_t now_ms)
{
  if (session->state != MQTT_STATE_OPENING || session->act) return;
  enter(session, MQTT_STATE_GREETING, now_ms);
}

/* --- the tables when a connection ends and when one begins --- */

/* CONNECT was sent and CONNACK did not come: the broker may have forgotten the old session and begun a new one, which
 * will be "present" next time, without our subscriptions. */
static void doubt_session(mqtt_session *s)
{
  for (size_t i = 0; i < s->subscription_count; i++)
    if (s->config.subscriptions[i].progress == SUB_HELD) s->config.subscriptions[i].progress = SUB_UNSURE;
}

static void forget_connection(mqtt_session *s)
{
  if (s->connect_out) doubt_session(s);
  s->connect_out = false;
  for (size_t i = 0; i < s->outgoing_count; i++)
    if (s->config.outgoing[i].progress == OUT_SENT) s->config.outgoing[i].progress = OUT_INTERRUPTED;
  for (size_t i = 0; i < s->subscription_count; i++) {
    mqtt_subscription *sub = &s->config.subscriptions[i];
    if (sub->id != 0) sub->progress = SUB_UNSURE;
    sub->id = 0;
  }
  /* The broker sends them again; an acknowledgement of now would be for an identifier of then. */
  s->first_delivery += s->incoming_count;
  s->incoming_count = 0;
  s->pings_out = 0;
  s->held = false;
  s->tell_connected = false;
}

/* The broker has no session of ours. */
static void forget_session(mqtt_session *s)
{
  for (size_t i = 0; i < s->subscription_count; i++) s->config.subscriptions[i].progress = SUB_NEW;
}

/* --- losing the connection --- */

static bool has_transport(const mqtt_session *s)
{
  switch (s->state) {
  case MQTT_STATE_IDLE:
  case MQTT_STATE_WAITING: return false;
  case MQTT_STATE_OPENING: return !s->act;
  case MQTT_STATE_GREETING:
  case MQTT_STATE_CONNECTED:
  case MQTT_STATE_CLOSING: break;
  }
  return true;
}

/* The doubling ends at the limit, so after at most 31 times. */
static uint32_t backoff_limit(const mqtt_session *s)
{
  uint32_t most = s->config.backoff_most_ms;
  uint32_t limit = s->config.backoff_first_ms;
  for (uint32_t i = 1; i < s->failures_in_a_row && limit < most; i++) limit *= 2;
  return limit < most ? limit : most;
}

static void count_failure(mqtt_session *s, uint32_t random)
{
  if (s->end == MQTT_END_STOPPED) return;
  s->statistics.failures++;
  if (s->end >= MQTT_END_MALFORMED) s->statistics.protocol_errors++;
  if (s->stable) s->failures_in_a_row = 0;
  if (s->failures_in_a_row < 32) s->failures_in_a_row++;
  s->pause_ms = (uint32_t)((uint64_t)random * (backoff_limit(s) + 1u) >> 32);
}

static void note_stability(mqtt_session *s, uint32_t now_ms)
{
  if (s->state == MQTT_STATE_CONNECTED && is_over(now_ms, s->since_ms, s->config.stable_ms)) s->stable = true;
}

void mqtt_session_lost(mqtt_session *session, uint32_t now_ms, uint32_t random)
{
  if (!has_transport(session)) return;
  note_stability(session, now_ms);
  if (session->state != MQTT_STATE_CLOSING) session->end = MQTT_END_TRANSPORT;
  session->pause_ms = 0;
  count_failure(session, random);
  forget_connection(session);
  session->stable = false;
  session->tell_lost = true;
  enter(session, session->stopping ? MQTT_STATE_IDLE : MQTT_STATE_WAITING, now_ms);
}

/* --- what comes --- */

static void on_greeting(mqtt_session *s, uint32_t now_ms, const mqtt_packet *packet)
{
  if (packet->type != MQTT_CONNACK || s->act) {
    close_for(s, now_ms, MQTT_END_BEFORE_CONNACK);
    return;
  }
  s->connect_out = false;
  s->connack_code = packet->connack_code;
  if (packet->connack_code != 0) {
    close_for(s, now_ms, MQTT_END_REFUSED);
    return;
  }
  if (packet->session_present && s->config.clean_session) {
    close_for(s, now_ms, MQTT_END_SESSION_UNASKED);
    return;
  }
  enter(s, MQTT_STATE_CONNECTED, now_ms);
  s->patient_ms = now_ms;
  s->session_present = packet->session_present;
  s->tell_connected = true;
  s->statistics.connections++;
  if (packet->session_present)
    s->statistics.sessions_kept++;
  else
    forget_session(s);
}

static mqtt_incoming *find_incoming(const mqtt_session *s, uint16_t id)
{
  for (size_t i = 0; i < s->incoming_count; i++)
    if (s->config.incoming[i].id == id) return &s->config.incoming[i];
  return NULL;
}

static mqtt_verdict on_message_again(mqtt_session *s, uint32_t now_ms, bool dup)
{
  if (!dup) {
    close_for(s, now_ms, MQTT_END_ID_IN_USE);
    return MQTT_NO_MESSAGE;
  }
  s->statistics.received_again++;
  return MQTT_REPEATED;
}

static mqtt_verdict on_message(mqtt_session *s, uint32_t now_ms, const mqtt_packet *packet, uint32_t *delivery)
{
  if (packet->qos > 1 || (packet->qos == 1 && packet->id == 0)) {
    close_for(s, now_ms, MQTT_END_UNEXPECTED);
    return MQTT_NO_MESSAGE;
  }
  if (packet->qos == 1) {
    if (find_incoming(s, packet->id) != NULL) return on_message_again(s, now_ms, packet->dup);
    if (!mqtt_session_may_receive(s)) {
      close_for(s, now_ms, MQTT_END_NO_ROOM);
      return MQTT_NO_MESSAGE;
    }
    *delivery = s->first_delivery + s->incoming_count;
    s->config.incoming[s->incoming_count++] = (mqtt_incoming){packet->id, false};
  }
  s->statistics.received++;
  return MQTT_DELIVER;
}

static void on_puback(mqtt_session *s, uint32_t now_ms, uint16_t id)
{
  for (size_t i = 0; i < s->outgoing_count; i++) {
    mqtt_outgoing *out = &s->config.outgoing[i];
    if (out->progress != OUT_SENT || out->id != id) continue;
    out->progress = OUT_ACKNOWLEDGED;
    out->id = 0;
    s->statistics.acknowledged++;
    return;
  }
  close_for(s, now_ms, MQTT_END_PUBACK_UNKNOWN);
}

static mqtt_subscription *find_asked(const mqtt_session *s, uint16_t id, uint8_t progress)
{
  for (size_t i = 0; i < s->subscription_count; i++) {
    mqtt_subscription *sub = &s->config.subscriptions[i];
    if (sub->progress == progress && sub->id == id) return sub;
  }
  return NULL;
}

static void on_suback(mqtt_session *s, uint32_t now_ms, const mqtt_packet *packet)
{
  mqtt_subscription *sub = find_asked(s, packet->id, SUB_ASKED);
  if (sub == NULL) {
    close_for(s, now_ms, MQTT_END_SUBACK_UNKNOWN);
    return;
  }
  uint8_t code = packet->code_count == 1 ? packet->codes[0] : 0xff;
  bool refused = code == MQTT_SUBACK_FAILURE;
  if (!refused && code > sub->asked_qos) {
    close_for(s, now_ms, MQTT_END_SUBACK_WRONG);
    return;
  }
  sub->id = 0;
  sub->code = code;
  sub->progress = sub->again ? SUB_UNSURE : SUB_HELD;
  if (!sub->again) sub->tell = refused ? TELL_REFUSED : TELL_SUBSCRIBED;
}

static void on_unsuback(mqtt_session *s, uint32_t now_ms, uint16_t id)
{
  mqtt_subscription *sub = find_asked(s, id, SUB_LEAVING);
  if (sub == NULL) {
    close_for(s, now_ms, MQTT_END_UNSUBACK_UNKNOWN);
    return;
  }
  sub->id = 0;
  sub->progress = SUB_NEW;
}

static void on_pingresp(mqtt_session *s, uint32_t now_ms)
{
  if (s->pings_out == 0)
    close_for(s, now_ms, MQTT_END_PINGRESP_UNASKED);
  else
    s->pings_out--;
}

static mqtt_verdict on_connected(mqtt_session *s, uint32_t now_ms, const mqtt_packet *packet, uint32_t *delivery)
{
  switch (packet->type) {
  case MQTT_PUBLISH: return on_message(s, now_ms, packet, delivery);
  case MQTT_PUBACK: on_puback(s, now_ms, packet->id); break;
  case MQTT_SUBACK: on_suback(s, now_ms, packet); break;
  case MQTT_UNSUBACK: on_unsuback(s, now_ms, packet->id); break;
  case MQTT_PINGRESP: on_pingresp(s, now_ms); break;
  case MQTT_CONNACK: close_for(s, now_ms, MQTT_END_SECOND_CONNACK); break;
  case MQTT_CONNECT:
  case MQTT_PUBREC:
  case MQTT_PUBREL:
  case MQTT_PUBCOMP:
  case MQTT_SUBSCRIBE:
  case MQTT_UNSUBSCRIBE:
  case MQTT_PINGREQ:
  case MQTT_DISCONNECT:
  default: close_for(s, now_ms, MQTT_END_UNEXPECTED);
  }
  return MQTT_NO_MESSAGE;
}

mqtt_verdict mqtt_session_packet(mqtt_session *session, uint32_t now_ms, const mqtt_packet *packet, uint32_t *delivery)
{
  *delivery = 0;
  session->heard_ms = now_ms;
  if (session->state == MQTT_STATE_GREETING)
    on_greeting(session, now_ms, packet);
  else if (session->state == MQTT_STATE_CONNECTED)
    return on_connected(session, now_ms, packet, delivery);
  return MQTT_NO_MESSAGE;
}

void mqtt_session_heard(mqtt_session *session, uint32_t now_ms)
{
  session->heard_ms = now_ms;
}

void mqtt_session_sent(mqtt_session *session, uint32_t now_ms)
{
  session->sent_ms = now_ms;
  for (size_t i = 0; i < session->outgoing_count; i++) {
    mqtt_outgoing *out = &session->config.outgoing[i];
    if (out->progress == OUT_SENT && out->id == session->last_sent_id) out->sent_at_ms = now_ms;
  }
}

void mqtt_session_malformed(mqtt_session *session, uint32_t now_ms, mqtt_status status)
{
  if (session->state != MQTT_STATE_GREETING && session->state != MQTT_STATE_CONNECTED) return;
  session->malformed = status;
  close_for(session, now_ms, MQTT_END_MALFORMED);
}

bool mqtt_session_may_receive(const mqtt_session *session)
{
  return session->incoming_count < session->config.incoming_max;
}

/* --- requests --- */

mqtt_request mqtt_session_publish(mqtt_session *session, uint8_t qos, uint32_t token)
{
  if (qos > 1) return MQTT_NOT_ALLOWED;
  if (session->outgoing_count == session->config.outgoing_max) return MQTT_TABLE_FULL;
  session->config.outgoing[session->outgoing_count++] = (mqtt_outgoing){
    .token = token, .qos = qos, .progress = OUT_QUEUED};
  return MQTT_ACCEPTED;
}

mqtt_request mqtt_session_acknowledge(mqtt_session *session, uint32_t delivery)
{
  uint32_t index = delivery - session->first_delivery;
  if (index >= session->incoming_count || session->config.incoming[index].acknowledged) return MQTT_STALE;
  session->config.incoming[index].acknowledged = true;
  return MQTT_ACCEPTED;
}

static bool has_ended(const mqtt_subscription *sub)
{
  return sub->tell == TELL_REFUSED || sub->tell == TELL_LEFT;
}

static mqtt_subscription *find_subscription(const mqtt_session *s, mqtt_text filter)
{
  for (size_t i = 0; i < s->subscription_count; i++) {
    mqtt_subscription *sub = &s->config.subscriptions[i];
    if (has_ended(sub) || sub->filter.filter.bytes != filter.bytes) continue;
    if (memcmp(sub->filter.filter.at, filter.at, filter.bytes) == 0) return sub;
  }
  return NULL;
}

mqtt_request mqtt_session_subscribe(mqtt_session *session, const mqtt_filter *filter)
{
  if (filter->qos > 1 || mqtt_check_topic_filter(filter->filter) != MQTT_COMPLETE) return MQTT_NOT_ALLOWED;
  mqtt_subscription *sub = find_subscription(session, filter->filter);
  if (sub == NULL) {
    if (session->subscription_count == session->config.subscriptions_max) return MQTT_TABLE_FULL;
    sub = &session->config.subscriptions[session->subscription_count++];
    *sub = (mqtt_subscription){.filter = *filter, .progress = SUB_NEW};
  }
  sub->filter.qos = filter->qos;
  sub->wanted = true;
  sub->tell = TELL_NOTHING;
  sub->again = sub->progress == SUB_ASKED;
  if (sub->progress == SUB_HELD) sub->progress = SUB_UNSURE;
  return MQTT_ACCEPTED;
}

mqtt_request mqtt_session_unsubscribe(mqtt_session *session, mqtt_text filter)
{
  mqtt_subscription *sub = find_subscription(session, filter);
  if (sub == NULL || !sub->wanted) return MQTT_NOT_ALLOWED;
  sub->wanted = false;
  return MQTT_ACCEPTED;
}

/* --- packet identifiers --- */

static bool is_id_in_use(const mqtt_session *s, uint16_t id)
{
  for (size_t i = 0; i < s->outgoing_count; i++)
    if (s->config.outgoing[i].id == id) return true;
  for (size_t i = 0; i < s->subscription_count; i++)
    if (s->config.subscriptions[i].id == id) return true;
  return false;
}

/* Ends: TABLE_MAX. Never 0: that is what entries without an identifier have. */
static uint16_t new_id(mqtt_session *s)
{
  do {
    s->last_id++;
  } while (s->last_id == 0 || is_id_in_use(s, s->last_id));
  return s->last_id;
}

/* --- actions: what is to be told --- */

static bool tell_lost(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  if (!s->tell_lost) return false;
  s->tell_lost = false;
  action->end = s->end;
  action->malformed = s->end == MQTT_END_MALFORMED ? s->malformed : MQTT_COMPLETE;
  action->connack_code = s->end == MQTT_END_REFUSED ? s->connack_code : 0;
  action->wait_ms = MQTT_FOR_EVER;
  if (s->state == MQTT_STATE_WAITING) wait_at_most(&action->wait_ms, now_ms, s->since_ms, s->pause_ms);
  return true;
}

static bool tell_connected(mqtt_session *s, mqtt_action *action)
{
  if (!s->tell_connected) return false;
  s->tell_connected = false;
  action->session_present = s->session_present;
  return true;
}

static void remove_outgoing(mqtt_session *s, size_t i)
{
  s->outgoing_count--;
  memmove(&s->config.outgoing[i], &s->config.outgoing[i + 1], (s->outgoing_count - i) * sizeof *s->config.outgoing);
}

static bool tell_published(mqtt_session *s, mqtt_action *action)
{
  for (size_t i = 0; i < s->outgoing_count; i++) {
    if (s->config.outgoing[i].progress != OUT_ACKNOWLEDGED) continue;
    action->token = s->config.outgoing[i].token;
    remove_outgoing(s, i);
    return true;
  }
  return false;
}

static void remove_subscription(mqtt_session *s, size_t i)
{
  s->subscription_count--;
  memmove(&s->config.subscriptions[i], &s->config.subscriptions[i + 1],
          (s->subscription_count - i) * sizeof *s->config.subscriptions);
}

static mqtt_do tell_subscription(mqtt_session *s, mqtt_action *action)
{
  for (size_t i = 0; i < s->subscription_count; i++) {
    mqtt_subscription *sub = &s->config.subscriptions[i];
    if (!sub->wanted && sub->progress == SUB_NEW && !has_ended(sub)) sub->tell = TELL_LEFT;
    uint8_t tell = sub->tell;
    if (tell == TELL_NOTHING) continue;
    sub->tell = TELL_NOTHING;
    action->filter = sub->filter;
    action->code = sub->code;
    if (tell == TELL_SUBSCRIBED) return MQTT_DO_TELL_SUBSCRIBED;
    remove_subscription(s, i);
    return tell == TELL_REFUSED ? MQTT_DO_TELL_REFUSED : MQTT_DO_TELL_UNSUBSCRIBED;
  }
  return MQTT_DO_WAIT;
}

static mqtt_do next_to_tell(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  if (tell_lost(s, now_ms, action)) return MQTT_DO_TELL_LOST;
  if (tell_connected(s, action)) return MQTT_DO_TELL_CONNECTED;
  if (tell_published(s, action)) return MQTT_DO_TELL_PUBLISHED;
  return tell_subscription(s, action);
}

/* --- actions: what is to be sent --- */

static bool send_puback(mqtt_session *s, mqtt_action *action)
{
  if (s->incoming_count == 0 || !s->config.incoming[0].acknowledged) return false;
  action->id = s->config.incoming[0].id;
  s->first_delivery++;
  s->incoming_count--;
  memmove(&s->config.incoming[0], &s->config.incoming[1], s->incoming_count * sizeof *s->config.incoming);
  return true;
}

/* Before the keep-alive is over, so that a slow task still keeps to it. 0: never. */
static uint32_t ping_after_ms(const mqtt_session *s)
{
  return (uint32_t)s->config.keep_alive_s * 750u;
}

/* Nothing sent: the broker would give us up. Nothing heard: is it still there? */
static bool send_ping(mqtt_session *s, uint32_t now_ms)
{
  uint32_t after_ms = ping_after_ms(s);
  if (after_ms == 0) return false;
  bool is_deaf = s->pings_out == 0 && !s->held && is_over(now_ms, s->heard_ms, after_ms);
  if (!is_deaf && !is_over(now_ms, s->sent_ms, after_ms)) return false;
  s->pings_out++;
  s->ping_ms = now_ms;
  s->statistics.pings++;
  return true;
}

static bool must_subscribe(const mqtt_subscription *sub)
{
  return sub->wanted && (sub->progress == SUB_NEW || sub->progress == SUB_UNSURE);
}

static bool must_unsubscribe(const mqtt_subscription *sub)
{
  return !sub->wanted && (sub->progress == SUB_HELD || sub->progress == SUB_UNSURE);
}

static mqtt_do send_subscription(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  for (size_t i = 0; i < s->subscription_count; i++) {
    mqtt_subscription *sub = &s->config.subscriptions[i];
    bool subscribe = must_subscribe(sub);
    if (!subscribe && !must_unsubscribe(sub)) continue;
    sub->progress = subscribe ? SUB_ASKED : SUB_LEAVING;
    sub->id = new_id(s);
    sub->asked_at_ms = now_ms;
    sub->asked_qos = sub->filter.qos;
    sub->again = false;
    action->id = sub->id;
    action->filter = sub->filter;
    return subscribe ? MQTT_DO_SEND_SUBSCRIBE : MQTT_DO_SEND_UNSUBSCRIBE;
  }
  return MQTT_DO_WAIT;
}

static void count_sent(mqtt_session *s, bool dup)
{
  if (dup)
    s->statistics.repeated++;
  else
    s->statistics.published++;
}

/* The first that was not sent on this connection: so all go out in the order in which they were accepted. */
static bool send_publish(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  for (size_t i = 0; i < s->outgoing_count; i++) {
    mqtt_outgoing *out = &s->config.outgoing[i];
    if (out->progress != OUT_QUEUED && out->progress != OUT_INTERRUPTED) continue;
    action->token = out->token;
    action->qos = out->qos;
    action->dup = out->progress == OUT_INTERRUPTED;
    count_sent(s, action->dup);
    s->last_sent_id = 0;
    if (out->qos == 0) {
      remove_outgoing(s, i);
      return true;
    }
    if (out->id == 0) out->id = new_id(s);
    out->progress = OUT_SENT;
    out->sent_at_ms = now_ms;
    s->last_sent_id = out->id;
    action->id = out->id;
    return true;
  }
  return false;
}

static mqtt_do next_to_send(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  if (send_puback(s, action)) return MQTT_DO_SEND_PUBACK;
  if (s->stopping) {
    close_for(s, now_ms, MQTT_END_STOPPED);
    return MQTT_DO_SEND_DISCONNECT;
  }
  if (send_ping(s, now_ms)) return MQTT_DO_SEND_PINGREQ;
  mqtt_do what = send_subscription(s, now_ms, action);
  if (what != MQTT_DO_WAIT) return what;
  return send_publish(s, now_ms, action) ? MQTT_DO_SEND_PUBLISH : MQTT_DO_WAIT;
}

/* --- actions: what is late, and when something would be --- */

/* Of answers that are waited for: from the request, or from when we were able to listen again. */
static void wait_for_answers(const mqtt_session *s, uint32_t now_ms, uint32_t *wait_ms)
{
  for (size_t i = 0; i < s->outgoing_count; i++) {
    const mqtt_outgoing *out = &s->config.outgoing[i];
    if (out->progress != OUT_SENT) continue;
    wait_at_most(wait_ms, now_ms, later_of(now_ms, out->sent_at_ms, s->patient_ms), s->config.answer_timeout_ms);
  }
  for (size_t i = 0; i < s->subscription_count; i++) {
    const mqtt_subscription *sub = &s->config.subscriptions[i];
    if (sub->id == 0) continue;
    wait_at_most(wait_ms, now_ms, later_of(now_ms, sub->asked_at_ms, s->patient_ms), s->config.answer_timeout_ms);
  }
}

static uint32_t pingresp_timeout_ms(const mqtt_session *s)
{
  uint32_t after_ms = ping_after_ms(s);
  return after_ms < s->config.answer_timeout_ms ? after_ms : s->config.answer_timeout_ms;
}

static void wait_for_pingresp(const mqtt_session *s, uint32_t now_ms, uint32_t *wait_ms)
{
  if (s->pings_out == 0) return;
  wait_at_most(wait_ms, now_ms, later_of(now_ms, s->ping_ms, s->heard_ms), pingresp_timeout_ms(s));
}

static void wait_for_ping(const mqtt_session *s, uint32_t now_ms, uint32_t *wait_ms)
{
  uint32_t after_ms = ping_after_ms(s);
  if (after_ms == 0) return;
  wait_at_most(wait_ms, now_ms, s->sent_ms, after_ms);
  if (s->pings_out == 0 && !s->held) wait_at_most(wait_ms, now_ms, s->heard_ms, after_ms);
}

/* While nothing can be received, nothing is late; afterwards everything has its full time again. */
static void note_held(mqtt_session *s, uint32_t now_ms)
{
  bool was_held = s->held;
  s->held = !mqtt_session_may_receive(s);
  if (!was_held || s->held) return;
  s->heard_ms = now_ms;
  s->patient_ms = now_ms;
}

static mqtt_end what_is_late(const mqtt_session *s, uint32_t now_ms)
{
  uint32_t wait_ms = 1;
  if (s->held) return MQTT_END_NONE;
  wait_for_pingresp(s, now_ms, &wait_ms);
  if (wait_ms == 0) return MQTT_END_PINGRESP_LATE;
  wait_for_answers(s, now_ms, &wait_ms);
  return wait_ms == 0 ? MQTT_END_ANSWER_LATE : MQTT_END_NONE;
}

static void wait_connected(const mqtt_session *s, uint32_t now_ms, uint32_t *wait_ms)
{
  wait_for_ping(s, now_ms, wait_ms);
  if (s->held) return;
  wait_for_pingresp(s, now_ms, wait_ms);
  wait_for_answers(s, now_ms, wait_ms);
}

/* --- actions, state by state --- */

static mqtt_do next_closing(mqtt_session *s, mqtt_action *action)
{
  action->end = s->end;
  return take_act(s) ? MQTT_DO_CLOSE : MQTT_DO_WAIT;
}

static mqtt_do next_opening(mqtt_session *s)
{
  if (!take_act(s)) return MQTT_DO_WAIT;
  s->statistics.opens++;
  return MQTT_DO_OPEN;
}

static mqtt_do next_waiting(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  wait_at_most(&action->wait_ms, now_ms, s->since_ms, s->pause_ms);
  if (action->wait_ms > 0) return MQTT_DO_WAIT;
  enter(s, MQTT_STATE_OPENING, now_ms);
  return next_opening(s);
}

static mqtt_do next_greeting(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  if (take_act(s)) {
    s->connect_out = true;
    s->since_ms = now_ms;
    s->sent_ms = now_ms;
    return MQTT_DO_SEND_CONNECT;
  }
  wait_at_most(&action->wait_ms, now_ms, s->since_ms, s->config.connack_timeout_ms);
  if (action->wait_ms > 0) return MQTT_DO_WAIT;
  close_for(s, now_ms, MQTT_END_CONNACK_LATE);
  return next_closing(s, action);
}

static mqtt_do next_connected(mqtt_session *s, uint32_t now_ms, mqtt_action *action)
{
  note_stability(s, now_ms);
  note_held(s, now_ms);
  mqtt_end late = what_is_late(s, now_ms);
  if (late != MQTT_END_NONE) {
    close_for(s, now_ms, late);
    return next_closing(s, action);
  }
  mqtt_do what = next_to_send(s, now_ms, action);
  if (what != MQTT_DO_WAIT)
    s->sent_ms = now_ms;
  else
    wait_connected(s, now_ms, &action->wait_ms);
  return what;
}

mqtt_do mqtt_session_next(mqtt_session *session, uint32_t now_ms, mqtt_action *action)
{
  memset(action, 0, sizeof *action);
  mqtt_do what = next_to_tell(session, now_ms, action);
  if (what != MQTT_DO_WAIT) return what;
  action->wait_ms = MQTT_FOR_EVER;
  switch (session->state) {
  case MQTT_STATE_IDLE: break;
  case MQTT_STATE_OPENING: return next_opening(session);
  case MQTT_STATE_GREETING: return next_greeting(session, now_ms, action);
  case MQTT_STATE_CONNECTED: return next_connected(session, now_ms, action);
  case MQTT_STATE_CLOSING: return next_closing(session, action);
  case MQTT_STATE_WAITING: return next_waiting(session, now_ms, action);
  }
  return MQTT_DO_WAIT;
}

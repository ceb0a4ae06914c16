#include "mqtt_session.h"

#include "mqtt_test_support.h"

enum { OUTGOING = 4, INCOMING = 3, SUBSCRIPTIONS = 2, CONNACK_MS = 5000, ANSWER_MS = 20000, STABLE_MS = 60000 };

static mqtt_outgoing outgoing[OUTGOING];
static mqtt_incoming incoming[INCOMING];
static mqtt_subscription subscriptions[SUBSCRIPTIONS];
static mqtt_session_config config;
static mqtt_session session;
static mqtt_action action;
static uint32_t now;
static uint32_t delivery;

/* The clock wraps 3 s after the start. */
static int set_up(void **state)
{
  (void)state;
  config = (mqtt_session_config){
    .outgoing = outgoing,
    .outgoing_max = OUTGOING,
    .incoming = incoming,
    .incoming_max = INCOMING,
    .subscriptions = subscriptions,
    .subscriptions_max = SUBSCRIPTIONS,
    .keep_alive_s = 60,
    .connack_timeout_ms = CONNACK_MS,
    .answer_timeout_ms = ANSWER_MS,
    .backoff_first_ms = 1000,
    .backoff_most_ms = 60000,
    .stable_ms = STABLE_MS,
  };
  now = 0xffffffffu - 3000;
  assert_true(mqtt_session_init(&session, &config));
  return 0;
}

static mqtt_do next(void)
{
  return mqtt_session_next(&session, now, &action);
}

static void assert_waits(void)
{
  assert_int_equal(next(), MQTT_DO_WAIT);
  assert_true(action.wait_ms > 0);
}

static mqtt_verdict packet(mqtt_packet p)
{
  return mqtt_session_packet(&session, now, &p, &delivery);
}

static void quiet_packet(mqtt_packet p)
{
  assert_int_equal(packet(p), MQTT_NO_MESSAGE);
}

static mqtt_verdict message(uint8_t qos, uint16_t id, bool dup)
{
  return packet((mqtt_packet){.type = MQTT_PUBLISH, .topic = MQTT_TEXT("a"), .qos = qos, .id = id, .dup = dup});
}

static void acknowledged(mqtt_type type, uint16_t id)
{
  quiet_packet((mqtt_packet){.type = type, .id = id});
}

static void suback(uint16_t id, uint8_t code)
{
  quiet_packet((mqtt_packet){.type = MQTT_SUBACK, .id = id, .codes = &code, .code_count = 1});
}

static void connack(bool session_present, uint8_t code)
{
  quiet_packet((mqtt_packet){.type = MQTT_CONNACK, .session_present = session_present, .connack_code = code});
}

static void greet(void)
{
  assert_int_equal(next(), MQTT_DO_OPEN);
  assert_waits();
  mqtt_session_opened(&session, now);
  assert_int_equal(next(), MQTT_DO_SEND_CONNECT);
  assert_waits();
}

static void connect_with(bool session_present)
{
  greet();
  connack(session_present, 0);
  assert_int_equal(next(), MQTT_DO_TELL_CONNECTED);
  assert_int_equal(action.session_present, session_present);
}

static void start_connected(void)
{
  mqtt_session_start(&session, now);
  connect_with(false);
  assert_waits();
}

/* The broker does something wrong, or nothing: the session closes for that reason and goes on. */
static void assert_closes(mqtt_end end)
{
  assert_int_equal(next(), MQTT_DO_CLOSE);
  assert_int_equal(action.end, end);
  assert_waits();
  mqtt_session_lost(&session, now, 0);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  assert_int_equal(action.end, end);
  assert_int_equal(session.state, MQTT_STATE_WAITING);
}

static void lose(void)
{
  mqtt_session_lost(&session, now, 0);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  assert_int_equal(action.end, MQTT_END_TRANSPORT);
}

/* --- connecting --- */

static void does_nothing_before_it_is_started(void **state)
{
  (void)state;
  assert_waits();
  assert_int_equal(action.wait_ms, MQTT_FOR_EVER);
  mqtt_session_opened(&session, now);
  mqtt_session_lost(&session, now, 0);
  mqtt_session_malformed(&session, now, MQTT_QOS_3);
  connack(false, 0);
  assert_int_equal(session.state, MQTT_STATE_IDLE);
  assert_waits();
}

static void connects(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(session.state, MQTT_STATE_CONNECTED);
  assert_int_equal(session.statistics.opens, 1);
  assert_int_equal(session.statistics.connections, 1);
}

static void gives_up_when_connack_is_late(void **state)
{
  (void)state;
  mqtt_session_start(&session, now);
  greet();
  assert_int_equal(action.wait_ms, CONNACK_MS);
  now += CONNACK_MS - 1;
  assert_waits();
  assert_int_equal(action.wait_ms, 1);
  now++;
  assert_closes(MQTT_END_CONNACK_LATE);
}

static void reports_a_refusal_with_its_code(void **state)
{
  (void)state;
  mqtt_session_start(&session, now);
  greet();
  connack(false, 7);
  assert_closes(MQTT_END_REFUSED);
  assert_int_equal(action.connack_code, 7);
}

static void takes_nothing_before_connack(void **state)
{
  (void)state;
  static const mqtt_type types[] = {MQTT_PUBLISH, MQTT_PUBACK, MQTT_SUBACK, MQTT_UNSUBACK, MQTT_PINGRESP};
  mqtt_session_start(&session, now);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    greet();
    acknowledged(types[i], 1);
    assert_closes(MQTT_END_BEFORE_CONNACK);
  }
}

static void takes_no_connack_before_connect(void **state)
{
  (void)state;
  mqtt_session_start(&session, now);
  assert_int_equal(next(), MQTT_DO_OPEN);
  mqtt_session_opened(&session, now);
  connack(false, 0);
  assert_closes(MQTT_END_BEFORE_CONNACK);
}

static void refuses_a_session_that_was_to_be_clean(void **state)
{
  (void)state;
  config.clean_session = true;
  assert_true(mqtt_session_init(&session, &config));
  mqtt_session_start(&session, now);
  greet();
  connack(true, 0);
  assert_closes(MQTT_END_SESSION_UNASKED);
}

static void refuses_bad_configurations(void **state)
{
  (void)state;
  mqtt_session_config bad = config;
  bad.outgoing_max = 0;
  assert_false(mqtt_session_init(&session, &bad));
  bad = config;
  bad.incoming_max = 0;
  assert_false(mqtt_session_init(&session, &bad));
  bad = config;
  bad.outgoing_max = 32001;
  assert_false(mqtt_session_init(&session, &bad));
  bad = config;
  bad.subscriptions = NULL;
  assert_false(mqtt_session_init(&session, &bad));
  bad.subscriptions_max = 0;
  assert_true(mqtt_session_init(&session, &bad));
  bad.backoff_first_ms = 0;
  assert_false(mqtt_session_init(&session, &bad));
  bad.backoff_first_ms = 0x80000000u;
  assert_false(mqtt_session_init(&session, &bad));
}

/* --- protocol errors: protocol-level cases of hostile brokers --- */

static void closes_on_every_packet_that_must_not_come_now(void **state)
{
  (void)state;
  static const uint8_t granted[] = {0};
  static const struct {
    mqtt_packet packet;
    mqtt_end end;
  } cases[] = {
    {{.type = MQTT_CONNACK}, MQTT_END_SECOND_CONNACK},
    {{.type = MQTT_PUBACK, .id = 7}, MQTT_END_PUBACK_UNKNOWN},
    {{.type = MQTT_SUBACK, .id = 7, .codes = granted, .code_count = 1}, MQTT_END_SUBACK_UNKNOWN},
    {{.type = MQTT_UNSUBACK, .id = 7}, MQTT_END_UNSUBACK_UNKNOWN},
    {{.type = MQTT_PINGRESP}, MQTT_END_PINGRESP_UNASKED},
    {{.type = MQTT_PUBLISH, .qos = 2, .id = 1}, MQTT_END_UNEXPECTED},
    {{.type = MQTT_PUBLISH, .qos = 1, .id = 0}, MQTT_END_UNEXPECTED},
    {{.type = MQTT_PUBREL, .id = 1}, MQTT_END_UNEXPECTED},
    {{.type = MQTT_DISCONNECT}, MQTT_END_UNEXPECTED},
    {{.type = (mqtt_type)15}, MQTT_END_UNEXPECTED},
  };
  mqtt_session_start(&session, now);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    connect_with(false);
    quiet_packet(cases[i].packet);
    assert_closes(cases[i].end);
    assert_int_equal(session.statistics.protocol_errors, i + 1);
  }
}

static void closes_when_bytes_are_malformed_and_says_why(void **state)
{
  (void)state;
  start_connected();
  mqtt_session_malformed(&session, now, MQTT_TOPIC_WILDCARD);
  assert_closes(MQTT_END_MALFORMED);
  assert_int_equal(action.malformed, MQTT_TOPIC_WILDCARD);
}

static void drops_what_comes_after_the_end(void **state)
{
  (void)state;
  start_connected();
  mqtt_session_malformed(&session, now, MQTT_QOS_3);
  assert_int_equal(message(1, 5, false), MQTT_NO_MESSAGE);
  assert_int_equal(session.incoming_count, 0);
  mqtt_session_malformed(&session, now, MQTT_ID_ZERO); /* the first reason stays */
  assert_closes(MQTT_END_MALFORMED);
  assert_int_equal(action.malformed, MQTT_QOS_3);
  assert_int_equal(message(0, 0, false), MQTT_NO_MESSAGE);
}

/* --- publishing --- */

static void assert_sends(uint32_t token, uint16_t id, bool dup)
{
  assert_int_equal(next(), MQTT_DO_SEND_PUBLISH);
  assert_int_equal(action.token, token);
  assert_int_equal(action.id, id);
  assert_int_equal(action.dup, dup);
}

static void publishes_and_reports_once(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_publish(&session, 1, 77), MQTT_ACCEPTED);
  assert_sends(77, 1, false);
  assert_waits();
  acknowledged(MQTT_PUBACK, 1);
  assert_int_equal(next(), MQTT_DO_TELL_PUBLISHED);
  assert_int_equal(action.token, 77);
  assert_waits();
  acknowledged(MQTT_PUBACK, 1);
  assert_closes(MQTT_END_PUBACK_UNKNOWN);
}

static void publishes_at_qos_0_without_an_identifier(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_publish(&session, 0, 5), MQTT_ACCEPTED);
  assert_sends(5, 0, false);
  assert_int_equal(action.qos, 0);
  assert_waits();
  assert_int_equal(session.outgoing_count, 0);
}

static void accepts_no_more_than_its_table_holds(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < OUTGOING; i++) assert_int_equal(mqtt_session_publish(&session, 1, i), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_publish(&session, 1, 9), MQTT_TABLE_FULL);
  assert_int_equal(mqtt_session_publish(&session, 0, 9), MQTT_TABLE_FULL);
  assert_int_equal(mqtt_session_publish(&session, 2, 9), MQTT_NOT_ALLOWED);
}

/* QoS 1: 1, 2 sent, 2 acknowledged; QoS 0: 3 sent; 4 and 5 accepted while there is no connection. */
static void repeats_in_order(bool session_present)
{
  start_connected();
  for (uint32_t i = 1; i <= 2; i++) assert_int_equal(mqtt_session_publish(&session, 1, i), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_publish(&session, 0, 3), MQTT_ACCEPTED);
  assert_sends(1, 1, false);
  assert_sends(2, 2, false);
  assert_sends(3, 0, false);
  acknowledged(MQTT_PUBACK, 2);
  assert_int_equal(next(), MQTT_DO_TELL_PUBLISHED);
  lose();
  for (uint32_t i = 4; i <= 5; i++) assert_int_equal(mqtt_session_publish(&session, 1, i), MQTT_ACCEPTED);
  connect_with(session_present);
  assert_sends(1, 1, true);
  lose();
  connect_with(session_present);
  assert_sends(1, 1, true);
  assert_sends(4, 3, false);
  assert_sends(5, 4, false);
  assert_waits();
  assert_int_equal(session.statistics.repeated, 2);
  assert_int_equal(session.statistics.published, 5);
}

static void repeats_with_dup_in_order_when_the_session_is_present(void **state)
{
  (void)state;
  repeats_in_order(true);
}

static void repeats_with_dup_in_order_when_the_session_is_gone(void **state)
{
  (void)state;
  repeats_in_order(false);
}

static void takes_no_puback_before_it_has_sent_the_message_again(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_publish(&session, 1, 1), MQTT_ACCEPTED);
  assert_sends(1, 1, false);
  lose();
  connect_with(true);
  acknowledged(MQTT_PUBACK, 1);
  assert_closes(MQTT_END_PUBACK_UNKNOWN);
}

static void gives_no_identifier_twice_while_it_is_in_flight(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_publish(&session, 1, 1), MQTT_ACCEPTED);
  assert_sends(1, 1, false);
  mqtt_filter filter = {MQTT_TEXT("a"), 0};
  assert_int_equal(mqtt_session_subscribe(&session, &filter), MQTT_ACCEPTED);
  assert_int_equal(next(), MQTT_DO_SEND_SUBSCRIBE);
  assert_int_equal(action.id, 2);
  for (uint32_t i = 3; i <= 65535; i++) {
    now += 1;
    assert_int_equal(mqtt_session_publish(&session, 1, i), MQTT_ACCEPTED);
    assert_sends(i, (uint16_t)i, false);
    acknowledged(MQTT_PUBACK, (uint16_t)i);
    assert_int_equal(next(), MQTT_DO_TELL_PUBLISHED);
    if (i % 8192 == 0) session.patient_ms = now; /* the two answers are late on purpose */
  }
  assert_int_equal(mqtt_session_publish(&session, 1, 4), MQTT_ACCEPTED);
  assert_sends(4, 3, false); /* neither 0, nor 1 or 2 */
}

static void reconnects_when_puback_is_late(void **state)
{
  (void)state;
  start_connected();
  now += 1000;
  assert_int_equal(mqtt_session_publish(&session, 1, 1), MQTT_ACCEPTED);
  assert_sends(1, 1, false);
  now += 500;
  mqtt_session_sent(&session, now); /* a long payload: from here on */
  now += ANSWER_MS - 1;
  assert_int_equal(message(0, 0, false), MQTT_DELIVER); /* the broker lives */
  assert_waits();
  assert_int_equal(action.wait_ms, 1);
  now++;
  assert_closes(MQTT_END_ANSWER_LATE);
  connect_with(true);
  assert_sends(1, 1, true);
}

/* --- receiving --- */

static void delivers_qos_0_without_acknowledgement(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(message(0, 0, false), MQTT_DELIVER);
  assert_int_equal(delivery, 0);
  assert_waits();
}

static void acknowledges_when_the_consumer_says_so_and_once(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(message(1, 40, false), MQTT_DELIVER);
  assert_waits();
  assert_int_equal(mqtt_session_acknowledge(&session, delivery), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_acknowledge(&session, delivery), MQTT_STALE);
  assert_int_equal(next(), MQTT_DO_SEND_PUBACK);
  assert_int_equal(action.id, 40);
  assert_waits();
  assert_int_equal(mqtt_session_acknowledge(&session, delivery), MQTT_STALE);
  assert_int_equal(mqtt_session_acknowledge(&session, delivery + 1), MQTT_STALE);
  assert_waits();
}

/* 4.6.0-2 */
static void acknowledges_in_the_order_of_arrival(void **state)
{
  (void)state;
  uint32_t deliveries[3];
  start_connected();
  for (uint16_t i = 0; i < 3; i++) {
    assert_int_equal(message(1, (uint16_t)(30 - i), false), MQTT_DELIVER);
    deliveries[i] = delivery;
  }
  assert_int_equal(mqtt_session_acknowledge(&session, deliveries[2]), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_acknowledge(&session, deliveries[1]), MQTT_ACCEPTED);
  assert_waits();
  assert_int_equal(mqtt_session_acknowledge(&session, deliveries[0]), MQTT_ACCEPTED);
  for (uint16_t i = 0; i < 3; i++) {
    assert_int_equal(next(), MQTT_DO_SEND_PUBACK);
    assert_int_equal(action.id, 30 - i);
  }
  assert_waits();
}

static void acknowledges_nothing_of_a_connection_that_is_gone(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(message(1, 40, false), MQTT_DELIVER);
  uint32_t old = delivery;
  lose();
  assert_int_equal(mqtt_session_acknowledge(&session, old), MQTT_STALE);
  connect_with(true);
  assert_int_equal(message(1, 40, true), MQTT_DELIVER);
  assert_int_equal(mqtt_session_acknowledge(&session, old), MQTT_STALE);
  assert_waits();
  assert_int_equal(mqtt_session_acknowledge(&session, delivery), MQTT_ACCEPTED);
  assert_int_equal(next(), MQTT_DO_SEND_PUBACK);
}

static void does_not_deliver_a_repetition_of_what_the_consumer_has(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(message(1, 40, false), MQTT_DELIVER);
  uint32_t first = delivery;
  assert_int_equal(message(1, 40, true), MQTT_REPEATED);
  assert_int_equal(mqtt_session_acknowledge(&session, first), MQTT_ACCEPTED);
  assert_int_equal(message(1, 40, true), MQTT_REPEATED);
  assert_int_equal(next(), MQTT_DO_SEND_PUBACK);
  assert_waits();
  assert_int_equal(message(1, 40, true), MQTT_DELIVER); /* now it is a message again */
}

static void closes_when_an_identifier_is_used_again_too_early(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(message(1, 40, false), MQTT_DELIVER);
  assert_int_equal(message(1, 40, false), MQTT_NO_MESSAGE);
  assert_closes(MQTT_END_ID_IN_USE);
}

static void fill_incoming(void)
{
  for (int i = 1; i <= INCOMING; i++) assert_int_equal(message(1, (uint16_t)i, false), MQTT_DELIVER);
}

static void says_when_there_is_no_room_for_messages(void **state)
{
  (void)state;
  start_connected();
  assert_true(mqtt_session_may_receive(&session));
  fill_incoming();
  assert_false(mqtt_session_may_receive(&session));
  assert_int_equal(mqtt_session_acknowledge(&session, delivery - 2), MQTT_ACCEPTED);
  assert_int_equal(next(), MQTT_DO_SEND_PUBACK);
  assert_true(mqtt_session_may_receive(&session));
  assert_int_equal(message(1, 9, false), MQTT_DELIVER);
  assert_int_equal(message(1, 10, false), MQTT_NO_MESSAGE);
  assert_closes(MQTT_END_NO_ROOM);
}

static void finds_nothing_late_while_it_cannot_receive(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_publish(&session, 1, 1), MQTT_ACCEPTED);
  assert_sends(1, 1, false);
  fill_incoming();
  uint32_t first = delivery - (INCOMING - 1);
  for (int i = 0; i < 10; i++) {
    assert_waits();
    assert_true(action.wait_ms <= 45000);
    now += action.wait_ms;
    assert_int_equal(next(), MQTT_DO_SEND_PINGREQ); /* the broker must not give us up */
  }
  assert_int_equal(mqtt_session_acknowledge(&session, first), MQTT_ACCEPTED);
  assert_int_equal(next(), MQTT_DO_SEND_PUBACK);
  assert_waits();
  assert_int_equal(action.wait_ms, ANSWER_MS);
  acknowledged(MQTT_PUBACK, 1);
  for (int i = 0; i < 10; i++) quiet_packet((mqtt_packet){.type = MQTT_PINGRESP});
  assert_int_equal(next(), MQTT_DO_TELL_PUBLISHED);
  assert_waits();
}

/* --- keep-alive --- */

static void pings_when_it_is_quiet_and_reconnects_when_it_stays_so(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(action.wait_ms, 45000);
  now += 44999;
  assert_waits();
  now++;
  assert_int_equal(next(), MQTT_DO_SEND_PINGREQ);
  assert_waits();
  assert_int_equal(action.wait_ms, ANSWER_MS);
  now += 10000;
  quiet_packet((mqtt_packet){.type = MQTT_PINGRESP});
  assert_waits();
  assert_int_equal(action.wait_ms, 35000);
  now += 35000;
  assert_int_equal(next(), MQTT_DO_SEND_PINGREQ);
  now += ANSWER_MS;
  assert_closes(MQTT_END_PINGRESP_LATE);
}

static void notices_a_dead_broker_though_it_sends_all_the_time(void **state)
{
  (void)state;
  start_connected();
  uint32_t began = now;
  mqtt_do what = MQTT_DO_WAIT;
  while (what != MQTT_DO_CLOSE) {
    now += 1000;
    assert_true(now - began <= 90000); /* 1.5 times the keep-alive */
    assert_int_equal(mqtt_session_publish(&session, 0, 1), MQTT_ACCEPTED);
    do what = next();
    while (what == MQTT_DO_SEND_PUBLISH || what == MQTT_DO_SEND_PINGREQ);
  }
  assert_int_equal(action.end, MQTT_END_PINGRESP_LATE);
}

static void is_patient_while_payload_comes_and_keeps_its_keep_alive(void **state)
{
  (void)state;
  start_connected();
  int pings = 0;
  for (int s = 0; s < 600; s++) {
    now += 1000;
    mqtt_session_heard(&session, now);
    while (next() == MQTT_DO_SEND_PINGREQ) pings++;
    assert_int_equal(session.state, MQTT_STATE_CONNECTED);
  }
  assert_int_equal(pings, 600 / 45);
  for (; pings > 0; pings--) quiet_packet((mqtt_packet){.type = MQTT_PINGRESP});
  assert_waits();
  quiet_packet((mqtt_packet){.type = MQTT_PINGRESP});
  assert_closes(MQTT_END_PINGRESP_UNASKED);
}

static void expects_no_pingresp_of_a_connection_that_is_gone(void **state)
{
  (void)state;
  start_connected();
  now += 45000;
  assert_int_equal(next(), MQTT_DO_SEND_PINGREQ);
  lose();
  connect_with(true);
  assert_waits();
  assert_int_equal(action.wait_ms, 45000);
  quiet_packet((mqtt_packet){.type = MQTT_PINGRESP});
  assert_closes(MQTT_END_PINGRESP_UNASKED);
}

static void pings_never_without_a_keep_alive(void **state)
{
  (void)state;
  config.keep_alive_s = 0;
  assert_true(mqtt_session_init(&session, &config));
  start_connected();
  assert_int_equal(action.wait_ms, MQTT_FOR_EVER);
  now += 0x7fffffff;
  assert_waits();
}

/* --- subscriptions --- */

static const mqtt_filter jobs = {MQTT_TEXT("jobs/#"), 1};

static void assert_subscribes(mqtt_filter filter, uint16_t id)
{
  assert_int_equal(next(), MQTT_DO_SEND_SUBSCRIBE);
  assert_int_equal(action.id, id);
  assert_int_equal(action.filter.qos, filter.qos);
  assert_ptr_equal(action.filter.filter.at, filter.filter.at);
}

static void start_subscribed(void)
{
  start_connected();
  assert_int_equal(mqtt_session_subscribe(&session, &jobs), MQTT_ACCEPTED);
  assert_subscribes(jobs, 1);
  suback(1, 1);
  assert_int_equal(next(), MQTT_DO_TELL_SUBSCRIBED);
  assert_int_equal(action.code, 1);
  assert_waits();
}

static void subscribes_again_only_when_the_session_is_gone(void **state)
{
  (void)state;
  start_subscribed();
  lose();
  connect_with(true);
  assert_waits();
  lose();
  connect_with(false);
  assert_subscribes(jobs, 2);
  suback(2, 0); /* less than asked for */
  assert_int_equal(next(), MQTT_DO_TELL_SUBSCRIBED);
  assert_int_equal(action.code, 0);
}

/* The broker lost the session, began a new one, and that CONNACK was lost: what is present then is the new one. */
static void subscribes_again_when_a_connack_was_lost(void **state)
{
  (void)state;
  start_subscribed();
  lose();
  greet();
  lose();
  connect_with(true);
  assert_subscribes(jobs, 2);
}

static void subscribes_again_when_the_answer_was_lost(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_subscribe(&session, &jobs), MQTT_ACCEPTED);
  assert_subscribes(jobs, 1);
  lose();
  connect_with(true);
  assert_subscribes(jobs, 2);
  suback(1, 1); /* the old one */
  assert_closes(MQTT_END_SUBACK_UNKNOWN);
}

static void reports_a_refused_subscription_and_forgets_it(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_subscribe(&session, &jobs), MQTT_ACCEPTED);
  assert_subscribes(jobs, 1);
  suback(1, MQTT_SUBACK_FAILURE);
  assert_int_equal(next(), MQTT_DO_TELL_REFUSED);
  assert_waits();
  lose();
  connect_with(false);
  assert_waits();
}

static void refuses_subacks_that_are_no_answer(void **state)
{
  (void)state;
  static const uint8_t codes[] = {0, 0, 2};
  static const mqtt_filter at_most_once = {MQTT_TEXT("b"), 0};
  start_connected();
  assert_int_equal(mqtt_session_subscribe(&session, &at_most_once), MQTT_ACCEPTED);
  assert_subscribes(at_most_once, 1);
  suback(1, 1); /* more than asked for */
  assert_closes(MQTT_END_SUBACK_WRONG);
  for (size_t count = 0; count <= 2; count += 2) {
    connect_with(false);
    assert_int_equal(next(), MQTT_DO_SEND_SUBSCRIBE);
    quiet_packet((mqtt_packet){.type = MQTT_SUBACK, .id = action.id, .codes = codes, .code_count = count});
    assert_closes(MQTT_END_SUBACK_WRONG);
  }
}

static void reconnects_when_suback_is_late(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(mqtt_session_subscribe(&session, &jobs), MQTT_ACCEPTED);
  assert_subscribes(jobs, 1);
  assert_waits();
  assert_int_equal(action.wait_ms, ANSWER_MS);
  now += ANSWER_MS;
  assert_closes(MQTT_END_ANSWER_LATE);
}

static void unsubscribes(void **state)
{
  (void)state;
  start_subscribed();
  assert_int_equal(mqtt_session_unsubscribe(&session, MQTT_TEXT("jobs")), MQTT_NOT_ALLOWED);
  assert_int_equal(mqtt_session_unsubscribe(&session, jobs.filter), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_unsubscribe(&session, jobs.filter), MQTT_NOT_ALLOWED);
  assert_int_equal(next(), MQTT_DO_SEND_UNSUBSCRIBE);
  assert_int_equal(action.id, 2);
  acknowledged(MQTT_UNSUBACK, 2);
  assert_int_equal(next(), MQTT_DO_TELL_UNSUBSCRIBED);
  assert_waits();
  assert_int_equal(session.subscription_count, 0);
}

static void unsubscribes_after_a_reconnect_what_the_broker_may_still_have(void **state)
{
  (void)state;
  start_subscribed();
  assert_int_equal(mqtt_session_unsubscribe(&session, jobs.filter), MQTT_ACCEPTED);
  assert_int_equal(next(), MQTT_DO_SEND_UNSUBSCRIBE);
  lose();
  connect_with(true);
  assert_int_equal(next(), MQTT_DO_SEND_UNSUBSCRIBE);
  lose();
  greet();
  connack(false, 0);
  assert_int_equal(next(), MQTT_DO_TELL_CONNECTED);
  assert_int_equal(next(), MQTT_DO_TELL_UNSUBSCRIBED);
  assert_waits();
}

static void wants_again_what_it_was_leaving(void **state)
{
  (void)state;
  start_subscribed();
  assert_int_equal(mqtt_session_unsubscribe(&session, jobs.filter), MQTT_ACCEPTED);
  assert_int_equal(next(), MQTT_DO_SEND_UNSUBSCRIBE);
  assert_int_equal(mqtt_session_subscribe(&session, &jobs), MQTT_ACCEPTED);
  assert_waits();
  acknowledged(MQTT_UNSUBACK, 2);
  assert_subscribes(jobs, 3);
}

static void asks_again_when_the_qos_changes_while_it_is_asking(void **state)
{
  (void)state;
  mqtt_filter lower = {jobs.filter, 0};
  start_connected();
  assert_int_equal(mqtt_session_subscribe(&session, &jobs), MQTT_ACCEPTED);
  assert_subscribes(jobs, 1);
  assert_int_equal(mqtt_session_subscribe(&session, &lower), MQTT_ACCEPTED);
  assert_waits();
  suback(1, 1); /* of the first one: not too much */
  assert_subscribes(lower, 2);
  suback(2, 0);
  assert_int_equal(next(), MQTT_DO_TELL_SUBSCRIBED);
  assert_int_equal(session.subscription_count, 1);
}

static void takes_only_good_filters_and_no_more_than_fit(void **state)
{
  (void)state;
  mqtt_filter filter = {MQTT_TEXT("a#"), 0};
  assert_int_equal(mqtt_session_subscribe(&session, &filter), MQTT_NOT_ALLOWED);
  filter = (mqtt_filter){MQTT_TEXT("a"), 2};
  assert_int_equal(mqtt_session_subscribe(&session, &filter), MQTT_NOT_ALLOWED);
  filter.qos = 1;
  assert_int_equal(mqtt_session_subscribe(&session, &filter), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_subscribe(&session, &jobs), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_subscribe(&session, &filter), MQTT_ACCEPTED);
  filter.filter = MQTT_TEXT("b");
  assert_int_equal(mqtt_session_subscribe(&session, &filter), MQTT_TABLE_FULL);
  /* Nothing of them was ever sent: leaving takes no broker. */
  assert_int_equal(mqtt_session_unsubscribe(&session, jobs.filter), MQTT_ACCEPTED);
  assert_int_equal(next(), MQTT_DO_TELL_UNSUBSCRIBED);
  assert_waits();
}

/* --- back-off --- */

static uint32_t pause_after_failure(uint32_t random)
{
  assert_int_equal(next(), MQTT_DO_OPEN);
  mqtt_session_lost(&session, now, random);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  uint32_t pause = action.wait_ms;
  now += pause;
  return pause;
}

static void backs_off_twice_as_long_each_time_up_to_its_limit(void **state)
{
  (void)state;
  static const uint32_t longest[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
  mqtt_session_start(&session, now);
  for (size_t i = 0; i < sizeof longest / sizeof *longest; i++)
    assert_int_equal(pause_after_failure(0xffffffff), longest[i]);
  for (int i = 0; i < 40; i++) assert_int_equal(pause_after_failure(0xffffffff), 60000);
}

static void jitters_over_the_whole_pause(void **state)
{
  (void)state;
  mqtt_session_start(&session, now);
  for (int i = 0; i < 7; i++) assert_int_equal(pause_after_failure(0), 0);
  assert_int_equal(pause_after_failure(0x80000000u), 30000);
  assert_int_equal(pause_after_failure(0x40000000u), 15000);
}

static void waits_until_the_pause_is_over(void **state)
{
  (void)state;
  mqtt_session_start(&session, now);
  assert_int_equal(next(), MQTT_DO_OPEN);
  mqtt_session_lost(&session, now, 0xffffffff);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  assert_int_equal(action.wait_ms, 1000);
  now += 999;
  assert_waits();
  assert_int_equal(action.wait_ms, 1);
  now++;
  assert_int_equal(next(), MQTT_DO_OPEN);
}

static uint32_t pause_after_connection_of(uint32_t held_ms)
{
  connect_with(true);
  now += held_ms;
  mqtt_session_lost(&session, now, 0xffffffff);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  now += action.wait_ms;
  return action.wait_ms;
}

/* A broker that accepts and hangs up at once is not called every second. */
static void starts_anew_only_after_a_connection_that_held(void **state)
{
  (void)state;
  mqtt_session_start(&session, now);
  assert_int_equal(pause_after_connection_of(0), 1000);
  assert_int_equal(pause_after_connection_of(STABLE_MS - 1), 2000);
  assert_int_equal(pause_after_connection_of(10), 4000);
  assert_int_equal(pause_after_connection_of(STABLE_MS), 1000);
  assert_int_equal(pause_after_connection_of(10), 2000);
}

/* --- stopping --- */

static void says_good_bye_after_the_acknowledgements(void **state)
{
  (void)state;
  start_connected();
  assert_int_equal(message(1, 40, false), MQTT_DELIVER);
  assert_int_equal(mqtt_session_acknowledge(&session, delivery), MQTT_ACCEPTED);
  assert_int_equal(mqtt_session_publish(&session, 1, 1), MQTT_ACCEPTED);
  mqtt_session_stop(&session, now);
  assert_int_equal(next(), MQTT_DO_SEND_PUBACK);
  assert_int_equal(next(), MQTT_DO_SEND_DISCONNECT);
  assert_int_equal(next(), MQTT_DO_CLOSE);
  assert_int_equal(action.end, MQTT_END_STOPPED);
  mqtt_session_lost(&session, now, 0xffffffff);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  assert_int_equal(action.end, MQTT_END_STOPPED);
  assert_int_equal(action.wait_ms, MQTT_FOR_EVER);
  assert_waits();
  assert_int_equal(session.statistics.failures, 0);
  mqtt_session_start(&session, now);
  connect_with(true);
  assert_sends(1, 1, false);
}

static void stops_in_every_state(void **state)
{
  (void)state;
  mqtt_session_stop(&session, now);
  assert_waits();
  mqtt_session_start(&session, now);
  mqtt_session_stop(&session, now); /* before MQTT_DO_OPEN: nothing to close */
  assert_waits();
  assert_int_equal(session.state, MQTT_STATE_IDLE);
  for (int greeted = 0; greeted <= 1; greeted++) {
    mqtt_session_start(&session, now);
    if (greeted)
      greet();
    else
      assert_int_equal(next(), MQTT_DO_OPEN);
    mqtt_session_stop(&session, now);
    assert_int_equal(next(), MQTT_DO_CLOSE);
    mqtt_session_lost(&session, now, 0);
    assert_int_equal(next(), MQTT_DO_TELL_LOST);
    assert_int_equal(session.state, MQTT_STATE_IDLE);
  }
  mqtt_session_start(&session, now);
  assert_int_equal(next(), MQTT_DO_OPEN);
  mqtt_session_lost(&session, now, 0xffffffff);
  mqtt_session_stop(&session, now);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  assert_waits();
  assert_int_equal(action.wait_ms, MQTT_FOR_EVER);
}

static void may_be_started_again_before_it_has_stopped(void **state)
{
  (void)state;
  start_connected();
  mqtt_session_stop(&session, now);
  mqtt_session_start(&session, now);
  assert_waits();
  assert_int_equal(session.state, MQTT_STATE_CONNECTED);
  mqtt_session_stop(&session, now);
  assert_int_equal(next(), MQTT_DO_SEND_DISCONNECT);
  mqtt_session_start(&session, now);
  assert_int_equal(next(), MQTT_DO_CLOSE);
  mqtt_session_lost(&session, now, 0xffffffff);
  assert_int_equal(next(), MQTT_DO_TELL_LOST);
  connect_with(true);
}

static void every_end_has_a_name_of_its_own(void **state)
{
  (void)state;
  for (int a = 0; a <= MQTT_END_UNEXPECTED; a++)
    for (int b = 0; b < a; b++) assert_string_not_equal(mqtt_end_name((mqtt_end)a), mqtt_end_name((mqtt_end)b));
  assert_string_equal(mqtt_end_name((mqtt_end)(MQTT_END_UNEXPECTED + 1)), "unknown");
}

#define PROMISE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(does_nothing_before_it_is_started),
    PROMISE(connects),
    PROMISE(gives_up_when_connack_is_late),
    PROMISE(reports_a_refusal_with_its_code),
    PROMISE(takes_nothing_before_connack),
    PROMISE(takes_no_connack_before_connect),
    PROMISE(refuses_a_session_that_was_to_be_clean),
    PROMISE(refuses_bad_configurations),
    PROMISE(closes_on_every_packet_that_must_not_come_now),
    PROMISE(closes_when_bytes_are_malformed_and_says_why),
    PROMISE(drops_what_comes_after_the_end),
    PROMISE(publishes_and_reports_once),
    PROMISE(publishes_at_qos_0_without_an_identifier),
    PROMISE(accepts_no_more_than_its_table_holds),
    PROMISE(repeats_with_dup_in_order_when_the_session_is_present),
    PROMISE(repeats_with_dup_in_order_when_the_session_is_gone),
    PROMISE(takes_no_puback_before_it_has_sent_the_message_again),
    PROMISE(gives_no_identifier_twice_while_it_is_in_flight),
    PROMISE(reconnects_when_puback_is_late),
    PROMISE(delivers_qos_0_without_acknowledgement),
    PROMISE(acknowledges_when_the_consumer_says_so_and_once),
    PROMISE(acknowledges_in_the_order_of_arrival),
    PROMISE(acknowledges_nothing_of_a_connection_that_is_gone),
    PROMISE(does_not_deliver_a_repetition_of_what_the_consumer_has),
    PROMISE(closes_when_an_identifier_is_used_again_too_early),
    PROMISE(says_when_there_is_no_room_for_messages),
    PROMISE(finds_nothing_late_while_it_cannot_receive),
    PROMISE(pings_when_it_is_quiet_and_reconnects_when_it_stays_so),
    PROMISE(notices_a_dead_broker_though_it_sends_all_the_time),
    PROMISE(is_patient_while_payload_comes_and_keeps_its_keep_alive),
    PROMISE(expects_no_pingresp_of_a_connection_that_is_gone),
    PROMISE(pings_never_without_a_keep_alive),
    PROMISE(subscribes_again_only_when_the_session_is_gone),
    PROMISE(subscribes_again_when_a_connack_was_lost),
    PROMISE(subscribes_again_when_the_answer_was_lost),
    PROMISE(reports_a_refused_subscription_and_forgets_it),
    PROMISE(refuses_subacks_that_are_no_answer),
    PROMISE(reconnects_when_suback_is_late),
    PROMISE(unsubscribes),
    PROMISE(unsubscribes_after_a_reconnect_what_the_broker_may_still_have),
    PROMISE(wants_again_what_it_was_leaving),
    PROMISE(asks_again_when_the_qos_changes_while_it_is_asking),
    PROMISE(takes_only_good_filters_and_no_more_than_fit),
    PROMISE(backs_off_twice_as_long_each_time_up_to_its_limit),
    PROMISE(jitters_over_the_whole_pause),
    PROMISE(waits_until_the_pause_is_over),
    PROMISE(starts_anew_only_after_a_connection_that_held),
    PROMISE(says_good_bye_after_the_acknowledgements),
    PROMISE(stops_in_every_state),
    PROMISE(may_be_started_again_before_it_has_stopped),
    PROMISE(every_end_has_a_name_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

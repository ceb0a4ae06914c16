/* What an MQTT 3.1.1 client has to do next: a pure engine. Events go in, actions come out; it neither sends nor waits
 * nor knows the time, so that a test can be the network, the broker and the clock. Its owner (the agent task) opens the
 * transport, encodes (mqtt_codec.h), sends and receives (mqtt_receiver.h).
 *
 *   mqtt_session_init(&session, &config);
 *   mqtt_session_start(&session, now());
 *   for (;;) {
 *     switch (mqtt_session_next(&session, now(), &action)) {
 *     case MQTT_DO_OPEN: ... start to open; when it is open mqtt_session_opened(), else mqtt_session_lost() ... break;
 *     case MQTT_DO_SEND_PUBLISH: ... encode its head, send it and the payload of action.token ... break;
 *     ...
 *     case MQTT_DO_WAIT: ... wait for bytes, requests of other tasks, or action.wait_ms ... break;
 *     }
 *   }
 *
 * and whenever something happens:
 *
 *   mqtt_session_packet()        a packet has come        mqtt_session_publish()      a task has a message
 *   mqtt_session_heard()         payload has come         mqtt_session_subscribe()    a task wants a topic
 *   mqtt_session_malformed()     nonsense has come        mqtt_session_acknowledge()  a message is dealt with
 *   mqtt_session_lost()          the transport broke      mqtt_session_stop()         enough
 *
 * Then mqtt_session_next() is called until it says MQTT_DO_WAIT. Each action is told once and is done when the call
 * returns it: what could not be sent is a broken transport, so tell mqtt_session_lost().
 *
 * Promises, whatever the broker sends and whenever the connection breaks:
 *   - A message accepted at QoS 1 is sent, in the order of acceptance, on each connection until its PUBACK comes, with
 *     DUP each time but the first, whether or not the broker kept the session. It is reported as published once.
 *   - Its packet identifier stays the same and is no other request's until then.
 *   - A received message at QoS 1 is acknowledged once, only when the consumer says so, only on the connection that
 *     brought it, and in the order of arrival (4.6.0-2): an acknowledgement waits for the earlier ones.
 *   - Subscriptions hold over reconnects: asked for again when the broker has forgotten the session.
 *   - Every call ends after work that is bounded by the tables; mqtt_session_next() says MQTT_DO_WAIT after a number of
 *     actions that is bounded by what is in the tables, if no events come in between.
 *
 * Time: now_ms is a 32-bit clock that only goes forward and may wrap. Events must come less than 24 days apart while
 * connected (MQTT_DO_WAIT sees to that where there is a keep-alive).
 *
 * One owner: no locks, not for interrupts. Nothing is allocated; the memory is the caller's. */
#ifndef HF_MQTT_SESSION_H
#define HF_MQTT_SESSION_H

#include "mqtt_codec.h"

/* Why a connection ended, or did not begin. Append only: numbers are reported. */
typedef enum mqtt_end {
  MQTT_END_NONE = 0,
  MQTT_END_STOPPED = 1,       /* as was asked */
  MQTT_END_TRANSPORT = 2,     /* mqtt_session_lost() without any other reason */
  MQTT_END_CONNACK_LATE = 3,  /* connack_timeout_ms */
  MQTT_END_REFUSED = 4,       /* CONNACK with a code other than 0: action.connack_code */
  MQTT_END_PINGRESP_LATE = 5, /* nothing came after a PINGREQ */
  MQTT_END_ANSWER_LATE = 6,   /* no PUBACK, SUBACK or UNSUBACK in answer_timeout_ms */
  MQTT_END_MALFORMED = 7,     /* mqtt_session_malformed(): action.malformed */
  /* Protocol errors: good packets that a broker must not send now. */
  MQTT_END_BEFORE_CONNACK = 8,    /* 3.2.0-1 */
  MQTT_END_SECOND_CONNACK = 9,    /* 3.2.0-1 */
  MQTT_END_SESSION_UNASKED = 10,  /* 3.2.2-1: we asked for a clean session, and one is present */
  MQTT_END_PUBACK_UNKNOWN = 11,   /* no message with that identifier was sent on this connection */
  MQTT_END_SUBACK_UNKNOWN = 12,   /* no SUBSCRIBE with that identifier waits for an answer */
  MQTT_END_SUBACK_WRONG = 13,     /* 3.8.4-5, -6: more codes than filters, or more QoS than asked for */
  MQTT_END_UNSUBACK_UNKNOWN = 14, /* no UNSUBSCRIBE with that identifier waits for an answer */
  MQTT_END_PINGRESP_UNASKED = 15, /* no PINGREQ waits for an answer */
  MQTT_END_ID_IN_USE = 16,        /* 2.3.1-4: a new message with the identifier of one that is not acknowledged */
  MQTT_END_NO_ROOM = 17,          /* mqtt_session_may_receive() was false, and a message at QoS 1 was received */
  MQTT_END_UNEXPECTED = 18,       /* what mqtt_decode() never gives */
} mqtt_end;

/* "no CONNACK in time": for logs; never null, static. */
const char *mqtt_end_name(mqtt_end end);

/* --- memory, all of it the caller's; members are the engine's --- */

/* One accepted message, from mqtt_session_publish() to its MQTT_DO_TELL_PUBLISHED (QoS 0: to its sending). */
typedef struct mqtt_outgoing {
  uint32_t token;
  uint32_t sent_at_ms;
  uint16_t id; /* 0 until first sent, and after its PUBACK */
  uint8_t qos;
  uint8_t progress;
} mqtt_outgoing;

/* One received message at QoS 1, until its PUBACK is sent. */
typedef struct mqtt_incoming {
  uint16_t id;
  bool acknowledged; /* by the consumer */
} mqtt_incoming;

/* One subscription, from mqtt_session_subscribe() to its MQTT_DO_TELL_UNSUBSCRIBED or its refusal. */
typedef struct mqtt_subscription {
  mqtt_filter filter; /* its text is the caller's */
  uint32_t asked_at_ms;
  uint16_t id; /* of the SUBSCRIBE or UNSUBSCRIBE that waits for its answer; 0: none does */
  uint8_t progress;
  uint8_t asked_qos;
  uint8_t code; /* of its SUBACK */
  uint8_t tell;
  bool wanted;
  bool again; /* wanted anew while its SUBACK was out */
} mqtt_subscription;

typedef struct mqtt_session_config {
  mqtt_outgoing *outgoing; /* AWS IoT: at most 100 */
  uint16_t outgoing_max;   /* 1 to 32,000 */
  mqtt_incoming *incoming;
  uint16_t incoming_max; /* 1 to 32,000 */
  mqtt_subscription *subscriptions;
  uint16_t subscriptions_max; /* 0 to 32,000 */

  bool clean_session;          /* what the CONNECT says, too */
  uint16_t keep_alive_s;       /* what the CONNECT says, too; 0: none */
  uint32_t connack_timeout_ms; /* from the opening of the transport; 1 to 2^31 - 1, as all times here */
  uint32_t answer_timeout_ms;  /* of PINGRESP (at most 3/4 of keep-alive), PUBACK, SUBACK, UNSUBACK */
  uint32_t backoff_first_ms;   /* the longest pause after the first failure; doubled by each further one */
  uint32_t backoff_most_ms;    /* up to this */
  uint32_t stable_ms;          /* a connection that held that long ends the doubling */
} mqtt_session_config;

/* Counters since mqtt_session_init(); they wrap. */
typedef struct mqtt_statistics {
  uint32_t opens;           /* attempts */
  uint32_t connections;     /* accepted by the broker */
  uint32_t sessions_kept;   /* of these: the broker had kept the session */
  uint32_t failures;        /* attempts and connections that ended, but not by mqtt_session_stop() */
  uint32_t protocol_errors; /* of these: malformed or unexpected packets */
  uint32_t published;       /* messages sent, not counting repetitions */
  uint32_t repeated;        /* messages sent with DUP */
  uint32_t acknowledged;    /* PUBACKs received */
  uint32_t received;        /* messages given to the consumer */
  uint32_t received_again;  /* messages not given to it: DUP of one that it still has */
  uint32_t pings;
} mqtt_statistics;

/* The states are drawn in mqtt_session.c. */
typedef enum mqtt_state {
  MQTT_STATE_IDLE,
  MQTT_STATE_OPENING,
  MQTT_STATE_GREETING,
  MQTT_STATE_CONNECTED,
  MQTT_STATE_CLOSING,
  MQTT_STATE_WAITING,
} mqtt_state;

/* Members are the engine's; others may read `statistics` and `state`. */
typedef struct mqtt_session {
  mqtt_session_config config;
  mqtt_statistics statistics;
  mqtt_state state;
  mqtt_end end;          /* why it is closing, or was closed last */
  mqtt_status malformed; /* of MQTT_END_MALFORMED */
  uint8_t connack_code;  /* of MQTT_END_REFUSED */
  bool stopping;         /* mqtt_session_stop() */
  bool act;              /* the action with which the state begins was not told yet */
  bool tell_lost;        /* to be told: */
  bool tell_connected;
  bool session_present;
  bool connect_out;    /* a CONNECT waits for its CONNACK */
  bool stable;         /* the connection has held for stable_ms */
  bool held;           /* no packets can be received, so none is late */
  uint32_t since_ms;   /* of the state */
  uint32_t pause_ms;   /* of WAITING */
  uint32_t sent_ms;    /* when something was sent last */
  uint32_t heard_ms;   /* when something came last */
  uint32_t ping_ms;    /* when the last PINGREQ was sent */
  uint32_t pings_out;  /* PINGREQs that wait for a PINGRESP */
  uint32_t patient_ms; /* answers that were waited for then get all their time from then on */
  uint32_t failures_in_a_row;
  uint16_t last_id;        /* given to a request */
  uint16_t last_sent_id;   /* of a message */
  uint16_t outgoing_count; /* the first so many, in order of acceptance */
  uint16_t incoming_count; /* the first so many, in order of arrival */
  uint16_t subscription_count;
  uint32_t first_delivery; /* number of incoming[0] */
} mqtt_session;

/* --- events --- */

/* config is copied; its tables are kept. False: a member is out of its range; the session must not be used then. */
MQTT_MUST_USE bool mqtt_session_init(mqtt_session *session, const mqtt_session_config *config);

/* Connects, and again after each loss, until mqtt_session_stop(). Does nothing when started. */
void mqtt_session_start(mqtt_session *session, uint32_t now_ms);

/* Says good-bye: what is acknowledged gets its PUBACK, then DISCONNECT, and the transport is closed. What is in the
 * tables stays for the next mqtt_session_start(). */
void mqtt_session_stop(mqtt_session *session, uint32_t now_ms);

/* After MQTT_DO_OPEN: bytes can be sent. In other states it does nothing. */
void mqtt_session_opened(mqtt_session *session, uint32_t now_ms);

/* The transport did not open, or broke, or was closed after MQTT_DO_CLOSE; it is closed now. random: 32 random bits for
 * the length of the pause, uniform up to the limit of the back-off ("full jitter"): a fleet that lost its broker does
 * not come back at one instant. Does nothing while there is no transport. */
void mqtt_session_lost(mqtt_session *session, uint32_t now_ms, uint32_t random);

/* What to do with the payload of a packet. */
typedef enum mqtt_verdict {
  MQTT_NO_MESSAGE, /* it was not a message, or the connection is over: drop what follows */
  MQTT_DELIVER,    /* give it to the consumer */
  MQTT_REPEATED,   /* drop its payload: it is a repetition of a message that the consumer still has */
} mqtt_verdict;

/* A packet came, of a PUBLISH its head. *delivery: the number of a message at QoS 1 that is to be delivered, for
 * mqtt_session_acknowledge(); 0 for everything else. If the broker must not send that packet now, MQTT_DO_CLOSE is
 * next. Packets that come while there is no connection are dropped. */
MQTT_MUST_USE mqtt_verdict mqtt_session_packet(mqtt_session *session, uint32_t now_ms, const mqtt_packet *packet,
                                               uint32_t *delivery);

/* A piece of payload came: the broker lives, though its PINGRESP may be far behind. */
void mqtt_session_heard(mqtt_session *session, uint32_t now_ms);

/* The packet of the last MQTT_DO_SEND_... has left now: for messages whose payload takes its time, which is not the
 * broker's. */
void mqtt_session_sent(mqtt_session *session, uint32_t now_ms);

/* What came is malformed (mqtt_is_malformed()): leads to MQTT_DO_CLOSE. */
void mqtt_session_malformed(mqtt_session *session, uint32_t now_ms, mqtt_status status);

/* False: do not take packets now, not even from bytes that are here already (mqtt_receive() takes one at a time): there is
 * no room for another message at QoS 1. Acknowledging makes room. Until then the network holds the broker back, and no
 * answer of it is late. */
bool mqtt_session_may_receive(const mqtt_session *session);

/* --- requests --- */

typedef enum mqtt_request {
  MQTT_ACCEPTED,
  MQTT_TABLE_FULL,  /* try again later */
  MQTT_NOT_ALLOWED, /* no such QoS, filter or subscription */
  MQTT_STALE,       /* delivered by a connection that is gone, or acknowledged before: nothing is to be done */
} mqtt_request;

/* A message is to be sent. token: the caller's name for it; what it stands for (topic, payload) stays until
 * MQTT_DO_TELL_PUBLISHED (QoS 1), or until it is sent (QoS 0). It may wait here for a connection; who does not want that
 * looks at session->state. RETAIN is not offered: our brokers refuse it. qos: 0 or 1.
 * MQTT_ACCEPTED | MQTT_TABLE_FULL | MQTT_NOT_ALLOWED */
MQTT_MUST_USE mqtt_request mqtt_session_publish(mqtt_session *session, uint8_t qos, uint32_t token);

/* The consumer has dealt with a delivered message. MQTT_ACCEPTED | MQTT_STALE */
MQTT_MUST_USE mqtt_request mqtt_session_acknowledge(mqtt_session *session, uint32_t delivery);

/* Messages of that filter are wanted, now and after every reconnect, until mqtt_session_unsubscribe() or refusal. The
 * filter's text stays until MQTT_DO_TELL_UNSUBSCRIBED or a refusal. A filter that is there already is asked for
 * anew with that QoS; the text of the first call stays in use.
 * MQTT_ACCEPTED | MQTT_TABLE_FULL | MQTT_NOT_ALLOWED the filter or its QoS is not good */
MQTT_MUST_USE mqtt_request mqtt_session_subscribe(mqtt_session *session, const mqtt_filter *filter);

/* MQTT_ACCEPTED | MQTT_NOT_ALLOWED there is no such subscription */
MQTT_MUST_USE mqtt_request mqtt_session_unsubscribe(mqtt_session *session, mqtt_text filter);

/* --- actions --- */

typedef enum mqtt_do {
  MQTT_DO_WAIT,             /* for any event; at most wait_ms, or for ever if that is MQTT_FOR_EVER */
  MQTT_DO_OPEN,             /* open the transport, with a bound on the time; say opened() or lost() */
  MQTT_DO_CLOSE,            /* close the transport; then say lost(). end says why */
  MQTT_DO_SEND_CONNECT,     /* with clean_session and keep_alive_s of the config */
  MQTT_DO_SEND_PUBLISH,     /* token, qos, id, dup */
  MQTT_DO_SEND_PUBACK,      /* id */
  MQTT_DO_SEND_SUBSCRIBE,   /* id, filter */
  MQTT_DO_SEND_UNSUBSCRIBE, /* id, filter */
  MQTT_DO_SEND_PINGREQ,
  MQTT_DO_SEND_DISCONNECT,
  MQTT_DO_TELL_CONNECTED,    /* the broker has accepted us; session_present */
  MQTT_DO_TELL_LOST,         /* end, connack_code, malformed; wait_ms until the next attempt, or MQTT_FOR_EVER */
  MQTT_DO_TELL_PUBLISHED,    /* token: its PUBACK came */
  MQTT_DO_TELL_SUBSCRIBED,   /* filter; code: the granted QoS. Again after each SUBSCRIBE, so after reconnects, too */
  MQTT_DO_TELL_REFUSED,      /* filter: the broker does not grant it, it is not there any more */
  MQTT_DO_TELL_UNSUBSCRIBED, /* filter: it is not there any more */
} mqtt_do;

#define MQTT_FOR_EVER 0xffffffffu

typedef struct mqtt_action {
  mqtt_end end;
  mqtt_status malformed;
  uint8_t connack_code;
  bool session_present;
  uint32_t wait_ms;
  uint32_t token;
  uint16_t id;
  uint8_t qos;
  uint8_t code;
  bool dup;
  mqtt_filter filter;
} mqtt_action;

/* What to do next. *action: only what the answer names. */
MQTT_MUST_USE mqtt_do mqtt_session_next(mqtt_session *session, uint32_t now_ms, mqtt_action *action);

#endif

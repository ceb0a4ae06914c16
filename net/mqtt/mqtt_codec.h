/* MQTT packets, as bytes (OASIS MQTT Version 3.1.1; section numbers in comments are its own). The client's side:
 * what a client sends is encoded, what a server sends is decoded.
 *
 *   mqtt_publish message = {.topic = MQTT_TEXT("dt/lamp-7/state"), .qos = 1, .id = 12};
 *   status = mqtt_encode_publish(head, sizeof head, MQTT_3_1_1, &message, payload_bytes, &head_bytes);
 *   ... send head_bytes of head, then the payload ...
 *
 *   status = mqtt_decode(MQTT_3_1_1, received, received_bytes, &packet);
 *   if (status == MQTT_NEED_MORE) return;                   // and at least packet.head_bytes are needed
 *   if (status != MQTT_COMPLETE) return give_up(status);    // 4.8.0-1: close the connection
 *   ... skip packet.head_bytes; packet.payload_bytes of payload follow if it is a PUBLISH ...
 *
 * A payload is never looked at and needs no buffer: it may have any size the protocol can say. Who receives in
 * arbitrary pieces uses mqtt_receiver.h, which calls mqtt_decode().
 *
 * No heap, no I/O, no state, no recursion; reentrant; no pointer needs any alignment. Nothing outside [bytes, bytes +
 * count) is read, whatever the bytes are. Decoding is strict: what the specification forbids is refused, each kind with
 * a status of its own, and so is what it allows but no client can get that asks for QoS 0 and 1 only. What it merely
 * advises against in texts (1.5.3: control characters, non-characters) is accepted: it is for the consumer to judge. */
#ifndef HF_MQTT_CODEC_H
#define HF_MQTT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MQTT_MUST_USE __attribute__((warn_unused_result))
#else
#define MQTT_MUST_USE
#endif

enum {
  MQTT_REMAINING_MAX = 268435455, /* 2.2.3: of a packet, without its type and this length */
  MQTT_TEXT_MAX = 65535,          /* 1.5.3 */
  MQTT_SHORT_BYTES = 4,           /* room for a PUBACK, PINGREQ or DISCONNECT */
  MQTT_PUBLISH_EXTRA_BYTES = 9,   /* of the head of a PUBLISH beside its topic, at most */
};

/* Every answer of the codec. Append only: numbers are reported by devices. mqtt_status_name() has their names. */
typedef enum mqtt_status {
  MQTT_COMPLETE = 0,  /* the packet, or what there is of it before the payload, is there and good */
  MQTT_NEED_MORE = 1, /* nothing is wrong so far */

  /* Malformed: the connection is over. */
  MQTT_RESERVED_TYPE = 2,        /* 2.2.1: 0 or 15 */
  MQTT_NOT_FOR_CLIENT = 3,       /* 2.2.1: a packet that only clients send */
  MQTT_QOS_2_PACKET = 4,         /* PUBREC, PUBREL, PUBCOMP: of a QoS that we never asked for */
  MQTT_RESERVED_FLAGS = 5,       /* 2.2.2-2 */
  MQTT_QOS_3 = 6,                /* 3.3.1-4 */
  MQTT_QOS_2_MESSAGE = 7,        /* 3.8.4-6: above the QoS that we asked for */
  MQTT_DUP_AT_QOS_0 = 8,         /* 3.3.1-2 */
  MQTT_LENGTH_TOO_LONG = 9,      /* 2.2.3: a remaining length of five bytes or more */
  MQTT_LENGTH_NOT_MINIMAL = 10,  /* 2.2.3: not what its algorithm makes; written as a rule in MQTT 5, 1.5.5-1 */
  MQTT_TOO_SHORT = 11,           /* for a packet of its type */
  MQTT_TRAILING_BYTES = 12,      /* after what a packet of its type has */
  MQTT_TOPIC_PAST_END = 13,      /* the topic, or the packet identifier after it, ends after the packet */
  MQTT_TOPIC_EMPTY = 14,         /* 4.7.3-1 */
  MQTT_TOPIC_WILDCARD = 15,      /* 3.3.2-2: in a topic name */
  MQTT_TEXT_NUL = 16,            /* 1.5.3-2: U+0000 */
  MQTT_TEXT_SURROGATE = 17,      /* 1.5.3-1: U+D800 to U+DFFF */
  MQTT_TEXT_MALFORMED = 18,      /* 1.5.3-1: not UTF-8: cut short, too long a form, above U+10FFFF */
  MQTT_ID_ZERO = 19,             /* 2.3.1-1 */
  MQTT_CONNACK_FLAGS = 20,       /* 3.2.2.1: reserved */
  MQTT_CONNACK_CONTRADICTS = 21, /* 3.2.2-4: refused, and a session is present */
  MQTT_SUBACK_CODE = 22,         /* 3.9.3-2: reserved */
  MQTT_HEAD_TOO_LARGE = 23,      /* mqtt_receiver.h: for the buffer we have */

  /* Of what was to be encoded, or asked. */
  MQTT_VERSION_UNKNOWN = 24, /* not MQTT_3_1_1 */
  MQTT_NO_ROOM = 25,         /* in the output; nothing of it may be used */
  MQTT_TOO_LONG = 26,        /* above MQTT_REMAINING_MAX */
  MQTT_QOS_NOT_OURS = 27,    /* above 1 */
  MQTT_FILTER_WILDCARD = 28, /* 4.7.1-2, 4.7.1-3: a + or # where it cannot be */
  MQTT_NO_FILTER = 29,       /* 3.8.3-3, 3.10.3-2 */
  MQTT_CLIENT_ID_EMPTY = 30, /* 3.1.3-8: only a clean session may have none */
  MQTT_PASSWORD_ALONE = 31,  /* 3.1.2-22: without a user name */
} mqtt_status;

/* "reserved type": for logs; never null, static. */
const char *mqtt_status_name(mqtt_status status);

static inline bool mqtt_is_malformed(mqtt_status status)
{
  return status != MQTT_COMPLETE && status != MQTT_NEED_MORE;
}

/* The protocol level of CONNECT (3.1.2.2). MQTT 5 has properties in most packets: this argument is where the codec will
 * know; until then, any other value is MQTT_VERSION_UNKNOWN. */
typedef enum mqtt_version { MQTT_3_1_1 = 4 } mqtt_version;

/* UTF-8 text, not terminated. at may be null if bytes is 0. */
typedef struct mqtt_text {
  const char *at;
  uint16_t bytes;
} mqtt_text;

#define MQTT_TEXT(literal) ((mqtt_text){literal, (uint16_t)(sizeof(literal) - 1)})

/* --- topics (4.7) --- */

/* MQTT_COMPLETE | MQTT_TOPIC_EMPTY | MQTT_TOPIC_WILDCARD | MQTT_TEXT_... A name is what a message has. */
MQTT_MUST_USE mqtt_status mqtt_check_topic_name(mqtt_text name);

/* MQTT_COMPLETE | MQTT_TOPIC_EMPTY | MQTT_FILTER_WILDCARD | MQTT_TEXT_... A filter is what a subscription has. */
MQTT_MUST_USE mqtt_status mqtt_check_topic_filter(mqtt_text filter);

/* Is a message of that name for a subscription of that filter? Both are good (above); of others the answer means
 * nothing. Wildcards at the start do not match names that begin with $ (4.7.2-1). Linear in the name. */
bool mqtt_topic_matches(mqtt_text filter, mqtt_text name);

/* --- what a client sends --- */

/* Every function: out has room bytes; *bytes is how many of them were used, 0 unless MQTT_COMPLETE. Texts must not
 * overlap out. */

typedef struct mqtt_connect {
  mqtt_text client_id;   /* may be empty if clean_session */
  bool clean_session;    /* 3.1.2.4 */
  uint16_t keep_alive_s; /* 0: none */
  bool has_will;
  mqtt_text will_topic;
  mqtt_text will_message; /* any bytes */
  uint8_t will_qos;       /* 0, 1 */
  bool will_retain;
  bool has_username;
  mqtt_text username;
  bool has_password;
  mqtt_text password; /* any bytes */
} mqtt_connect;

/* MQTT_COMPLETE | MQTT_NO_ROOM | MQTT_CLIENT_ID_EMPTY | MQTT_PASSWORD_ALONE | MQTT_QOS_NOT_OURS, MQTT_TOPIC_...: the
 * will's | MQTT_TEXT_... of any text | MQTT_VERSION_UNKNOWN */
MQTT_MUST_USE mqtt_status mqtt_encode_connect(uint8_t *out, size_t room, mqtt_version version,
                                              const mqtt_connect *connect, size_t *bytes);

typedef struct mqtt_publish {
  mqtt_text topic;
  uint8_t qos; /* 0, 1 */
  bool dup;    /* only with QoS 1 */
  bool retain;
  uint16_t id; /* QoS 1: not 0; QoS 0: 0 */
} mqtt_publish;

/* The head of a PUBLISH; exactly payload_bytes must follow it. room: topic.bytes + MQTT_PUBLISH_EXTRA_BYTES is enough.
 * MQTT_COMPLETE | MQTT_NO_ROOM | MQTT_TOO_LONG | MQTT_QOS_NOT_OURS | MQTT_DUP_AT_QOS_0 | MQTT_ID_ZERO |
 * MQTT_TOPIC_... | MQTT_TEXT_... | MQTT_VERSION_UNKNOWN */
MQTT_MUST_USE mqtt_status mqtt_encode_publish(uint8_t *out, size_t room, mqtt_version version,
                                              const mqtt_publish *publish, uint32_t payload_bytes, size_t *bytes);

/* MQTT_COMPLETE | MQTT_NO_ROOM | MQTT_ID_ZERO | MQTT_VERSION_UNKNOWN */
MQTT_MUST_USE mqtt_status mqtt_encode_puback(uint8_t *out, size_t room, mqtt_version version, uint16_t id,
                                             size_t *bytes);

typedef struct mqtt_filter {
  mqtt_text filter;
  uint8_t qos; /* 0, 1; UNSUBSCRIBE does not look at it */
} mqtt_filter;

/* MQTT_COMPLETE | MQTT_NO_ROOM | MQTT_TOO_LONG | MQTT_ID_ZERO | MQTT_NO_FILTER | MQTT_QOS_NOT_OURS |
 * MQTT_FILTER_WILDCARD | MQTT_TOPIC_EMPTY | MQTT_TEXT_... | MQTT_VERSION_UNKNOWN */
MQTT_MUST_USE mqtt_status mqtt_encode_subscribe(uint8_t *out, size_t room, mqtt_version version, uint16_t id,
                                                const mqtt_filter *filters, size_t count, size_t *bytes);
MQTT_MUST_USE mqtt_status mqtt_encode_unsubscribe(uint8_t *out, size_t room, mqtt_version version, uint16_t id,
                                                  const mqtt_filter *filters, size_t count, size_t *bytes);

/* MQTT_COMPLETE | MQTT_NO_ROOM | MQTT_VERSION_UNKNOWN */
MQTT_MUST_USE mqtt_status mqtt_encode_pingreq(uint8_t *out, size_t room, mqtt_version version, size_t *bytes);
MQTT_MUST_USE mqtt_status mqtt_encode_disconnect(uint8_t *out, size_t room, mqtt_version version, size_t *bytes);

/* --- what a server sends --- */

/* 2.2.1 */
typedef enum mqtt_type {
  MQTT_CONNECT = 1,
  MQTT_CONNACK = 2,
  MQTT_PUBLISH = 3,
  MQTT_PUBACK = 4,
  MQTT_PUBREC = 5,
  MQTT_PUBREL = 6,
  MQTT_PUBCOMP = 7,
  MQTT_SUBSCRIBE = 8,
  MQTT_SUBACK = 9,
  MQTT_UNSUBSCRIBE = 10,
  MQTT_UNSUBACK = 11,
  MQTT_PINGREQ = 12,
  MQTT_PINGRESP = 13,
  MQTT_DISCONNECT = 14,
} mqtt_type;

enum {
  MQTT_SUBACK_FAILURE = 0x80, /* 3.9.3; other codes are the granted QoS */
  /* The largest head that is not a PUBLISH's and that mqtt_session.h can be sent: SUBACK with one code. */
  MQTT_SHORT_HEAD_BYTES = 5,
};

/* A decoded packet. Its pointers point into the decoded bytes. Members that its type does not have are 0. */
typedef struct mqtt_packet {
  mqtt_type type;         /* CONNACK, PUBLISH, PUBACK, SUBACK, UNSUBACK or PINGRESP */
  size_t head_bytes;      /* the packet's, without a PUBLISH's payload */
  uint32_t payload_bytes; /* PUBLISH: so many follow the head */
  uint16_t id;            /* PUBLISH at QoS 1, PUBACK, SUBACK, UNSUBACK */
  mqtt_text topic;        /* PUBLISH: a good topic name */
  uint8_t qos;            /* PUBLISH: 0 or 1 */
  bool dup;
  bool retain;
  bool session_present; /* CONNACK: only if the code is 0 */
  uint8_t connack_code; /* CONNACK: 0 accepted, 1 to 5 as 3.2.2.3, others are refusals too (AWS IoT sends 7) */
  const uint8_t *codes; /* SUBACK: one per filter: 0, 1, 2 or MQTT_SUBACK_FAILURE */
  size_t code_count;    /* at least 1 */
} mqtt_packet;

/* Decodes what stands at the start of bytes. bytes may be null if count is 0; more may follow.
 *
 * MQTT_COMPLETE       | *packet is filled. Of a PUBLISH, the payload need not be there.
 * MQTT_NEED_MORE      | packet->head_bytes: call again when at least that many are there, more than count; the answer
 *                     | would be the same before. It is never more than the head has.
 * MQTT_VERSION_UNKNOWN| nothing was looked at
 * others, 2 to 22     | malformed: the earliest thing wrong in the packet. More bytes do not change that answer. */
MQTT_MUST_USE mqtt_status mqtt_decode(mqtt_version version, const uint8_t *bytes, size_t count, mqtt_packet *packet);

#endif

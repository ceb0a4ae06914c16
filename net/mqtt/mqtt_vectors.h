/* Packets by hand, from the text of OASIS MQTT Version 3.1.1 (and, where named, Version 5.0): what a broker may send,
 * and what it must not. */
#ifndef HF_MQTT_VECTORS_H
#define HF_MQTT_VECTORS_H

#include "mqtt_codec.h"

typedef struct mqtt_vector {
  const char *what;
  const char *hex;
  mqtt_status status;
} mqtt_vector;

static const mqtt_vector good_packets[] = {
  {"CONNACK, accepted (3.2)", "20 02 00 00", MQTT_COMPLETE},
  {"CONNACK, accepted, session present (3.2.2.2)", "20 02 01 00", MQTT_COMPLETE},
  {"CONNACK, not authorized (table 3.1)", "20 02 00 05", MQTT_COMPLETE},
  {"CONNACK, a refusal of AWS IoT's", "20 02 00 07", MQTT_COMPLETE},
  {"PUBLISH a/b, QoS 0, no payload", "30 05 00 03 61 2F 62", MQTT_COMPLETE},
  {"PUBLISH a/b, QoS 1, id 10 (figure 3.11)", "32 07 00 03 61 2F 62 00 0A", MQTT_COMPLETE},
  {"PUBLISH, DUP, RETAIN, payload", "3B 0A 00 03 61 2F 62 00 0A 01 02 03", MQTT_COMPLETE},
  {"PUBLISH, a name of one character, payload", "30 05 00 01 61 FF FE", MQTT_COMPLETE},
  {"PUBLISH, A and U+2A6D4 (figure 1.2)", "30 07 00 05 41 F0 AA 9B 94", MQTT_COMPLETE},
  {"PUBLISH, U+0001, U+007F, U+FEFF, U+FFFF: not wise, not forbidden", "30 0A 00 08 01 7F EF BB BF EF BF BF",
   MQTT_COMPLETE},
  {"PUBLISH, the borders of UTF-8", "30 18 00 16 C2 80 DF BF E0 A0 80 ED 9F BF EE 80 80 F0 90 80 80 F4 8F BF BF 41",
   MQTT_COMPLETE},
  {"PUBLISH, id 65535", "32 05 00 01 61 FF FF", MQTT_COMPLETE},
  {"PUBACK (3.4)", "40 02 00 0A", MQTT_COMPLETE},
  {"SUBACK (figure 3.27: QoS 0, QoS 2, failure)", "90 05 00 0A 00 02 80", MQTT_COMPLETE},
  {"UNSUBACK (3.11)", "B0 02 00 0A", MQTT_COMPLETE},
  {"PINGRESP (3.13)", "D0 00", MQTT_COMPLETE},
};

static const mqtt_vector malformed_packets[] = {
  /* 2.2.1 */
  {"type 0", "00 00", MQTT_RESERVED_TYPE},
  {"type 15 (AUTH of MQTT 5)", "F0 00", MQTT_RESERVED_TYPE},
  {"CONNECT", "10 0D 00 04 4D 51 54 54 04 02 00 3C 00 01 61", MQTT_NOT_FOR_CLIENT},
  {"SUBSCRIBE", "82 06 00 01 00 01 61 00", MQTT_NOT_FOR_CLIENT},
  {"UNSUBSCRIBE", "A2 05 00 01 00 01 61", MQTT_NOT_FOR_CLIENT},
  {"PINGREQ", "C0 00", MQTT_NOT_FOR_CLIENT},
  {"DISCONNECT", "E0 00", MQTT_NOT_FOR_CLIENT},
  {"DISCONNECT with a reason (MQTT 5, 3.14)", "E0 02 8D 00", MQTT_NOT_FOR_CLIENT},
  {"PUBREC", "50 02 00 01", MQTT_QOS_2_PACKET},
  {"PUBREL", "62 02 00 01", MQTT_QOS_2_PACKET},
  {"PUBCOMP", "70 02 00 01", MQTT_QOS_2_PACKET},
  /* 2.2.2 */
  {"CONNACK, flags", "21 02 00 00", MQTT_RESERVED_FLAGS},
  {"PUBACK, flags", "42 02 00 0A", MQTT_RESERVED_FLAGS},
  {"SUBACK, flags", "98 03 00 0A 00", MQTT_RESERVED_FLAGS},
  {"UNSUBACK, flags", "B4 02 00 0A", MQTT_RESERVED_FLAGS},
  {"PINGRESP, flags", "D1 00", MQTT_RESERVED_FLAGS},
  /* 3.3.1 */
  {"PUBLISH, QoS 3", "36 07 00 03 61 2F 62 00 0A", MQTT_QOS_3},
  {"PUBLISH, QoS 3 and DUP", "3E 07 00 03 61 2F 62 00 0A", MQTT_QOS_3},
  {"PUBLISH, QoS 2", "34 07 00 03 61 2F 62 00 0A", MQTT_QOS_2_MESSAGE},
  {"PUBLISH, DUP at QoS 0", "38 05 00 03 61 2F 62", MQTT_DUP_AT_QOS_0},
  /* 2.2.3 */
  {"a remaining length of five bytes", "30 80 80 80 80 01", MQTT_LENGTH_TOO_LONG},
  {"a remaining length without end", "30 FF FF FF FF FF FF FF FF", MQTT_LENGTH_TOO_LONG},
  {"PINGRESP, its length in two bytes", "D0 80 00", MQTT_LENGTH_NOT_MINIMAL},
  {"PUBACK, its length in two bytes", "40 82 00 00 0A", MQTT_LENGTH_NOT_MINIMAL},
  {"PUBLISH, its length in four bytes", "30 85 80 80 00 00 03 61 2F 62", MQTT_LENGTH_NOT_MINIMAL},
  {"CONNACK, 0 bytes", "20 00", MQTT_TOO_SHORT},
  {"CONNACK, 1 byte", "20 01 00", MQTT_TOO_SHORT},
  {"CONNACK, 3 bytes", "20 03 00 00 00", MQTT_TRAILING_BYTES},
  {"PUBLISH, 0 bytes", "30 00", MQTT_TOO_SHORT},
  {"PUBLISH, 1 byte", "30 01 00", MQTT_TOO_SHORT},
  {"PUBACK, 1 byte", "40 01 0A", MQTT_TOO_SHORT},
  {"PUBACK, 3 bytes (a reason, MQTT 5)", "40 03 00 0A 00", MQTT_TRAILING_BYTES},
  {"SUBACK, no codes", "90 02 00 0A", MQTT_TOO_SHORT},
  {"UNSUBACK, 1 byte", "B0 01 0A", MQTT_TOO_SHORT},
  {"UNSUBACK, 4 bytes (MQTT 5)", "B0 04 00 0A 00 00", MQTT_TRAILING_BYTES},
  {"PINGRESP, 1 byte", "D0 01 00", MQTT_TRAILING_BYTES},
  {"PUBACK, 268,435,455 bytes", "40 FF FF FF 7F", MQTT_TRAILING_BYTES},
  /* Lengths inside */
  {"PUBLISH, topic one byte past the end", "30 05 00 04 61 2F 62 63", MQTT_TOPIC_PAST_END},
  {"PUBLISH, topic of 65,535 bytes in a packet of 5", "30 05 FF FF 61 2F 62", MQTT_TOPIC_PAST_END},
  {"PUBLISH, no room for the id", "32 05 00 03 61 2F 62", MQTT_TOPIC_PAST_END},
  {"PUBLISH, room for half an id", "32 06 00 03 61 2F 62 00", MQTT_TOPIC_PAST_END},
  /* 4.7.3-1, 3.3.2-2 */
  {"PUBLISH, no topic (an alias, MQTT 5)", "30 05 00 00 03 23 01", MQTT_TOPIC_EMPTY},
  {"PUBLISH, only an empty topic", "30 02 00 00", MQTT_TOPIC_EMPTY},
  {"PUBLISH to a/+", "30 05 00 03 61 2F 2B", MQTT_TOPIC_WILDCARD},
  {"PUBLISH to a/#", "30 05 00 03 61 2F 23", MQTT_TOPIC_WILDCARD},
  {"PUBLISH to a#b", "30 05 00 03 61 23 62", MQTT_TOPIC_WILDCARD},
  /* 1.5.3 */
  {"PUBLISH, U+0000", "30 05 00 03 61 00 62", MQTT_TEXT_NUL},
  {"PUBLISH, U+0000 in two bytes", "30 04 00 02 C0 80", MQTT_TEXT_MALFORMED},
  {"PUBLISH, / in two bytes", "30 04 00 02 C0 AF", MQTT_TEXT_MALFORMED},
  {"PUBLISH, U+007F in two bytes", "30 04 00 02 C1 BF", MQTT_TEXT_MALFORMED},
  {"PUBLISH, U+07FF in three bytes", "30 05 00 03 E0 9F BF", MQTT_TEXT_MALFORMED},
  {"PUBLISH, U+FFFF in four bytes", "30 06 00 04 F0 8F BF BF", MQTT_TEXT_MALFORMED},
  {"PUBLISH, U+110000", "30 06 00 04 F4 90 80 80", MQTT_TEXT_MALFORMED},
  {"PUBLISH, U+140000", "30 06 00 04 F5 80 80 80", MQTT_TEXT_MALFORMED},
  {"PUBLISH, a form of five bytes", "30 07 00 05 F8 88 80 80 80", MQTT_TEXT_MALFORMED},
  {"PUBLISH, FF", "30 03 00 01 FF", MQTT_TEXT_MALFORMED},
  {"PUBLISH, a lone continuation", "30 03 00 01 80", MQTT_TEXT_MALFORMED},
  {"PUBLISH, a character cut by the end of the topic, payload goes on", "30 04 00 01 C3 A4", MQTT_TEXT_MALFORMED},
  {"PUBLISH, four bytes cut after three", "30 05 00 03 F0 AA 9B", MQTT_TEXT_MALFORMED},
  {"PUBLISH, a character broken off by another", "30 06 00 04 E2 82 41 42", MQTT_TEXT_MALFORMED},
  {"PUBLISH, U+D800", "30 05 00 03 ED A0 80", MQTT_TEXT_SURROGATE},
  {"PUBLISH, U+DFFF", "30 05 00 03 ED BF BF", MQTT_TEXT_SURROGATE},
  {"PUBLISH, a pair of surrogates", "30 08 00 06 ED A0 81 ED B0 80", MQTT_TEXT_SURROGATE},
  /* 2.3.1-1 */
  {"PUBLISH, QoS 1, id 0", "32 07 00 03 61 2F 62 00 00", MQTT_ID_ZERO},
  {"PUBACK, id 0", "40 02 00 00", MQTT_ID_ZERO},
  {"SUBACK, id 0", "90 03 00 00 00", MQTT_ID_ZERO},
  {"UNSUBACK, id 0", "B0 02 00 00", MQTT_ID_ZERO},
  /* 3.2.2, 3.9.3 */
  {"CONNACK, reserved flag", "20 02 02 00", MQTT_CONNACK_FLAGS},
  {"CONNACK, all flags", "20 02 FF 00", MQTT_CONNACK_FLAGS},
  {"CONNACK, refused with a session", "20 02 01 05", MQTT_CONNACK_CONTRADICTS},
  {"CONNACK with Receive Maximum 0 (MQTT 5, 3.2.2.3.3)", "20 06 00 00 03 21 00 00", MQTT_TRAILING_BYTES},
  {"SUBACK, code 3", "90 03 00 0A 03", MQTT_SUBACK_CODE},
  {"SUBACK, code 0x81, after good ones", "90 05 00 0A 00 80 81", MQTT_SUBACK_CODE},
  {"SUBACK, code 0x87 (MQTT 5)", "90 03 00 0A 87", MQTT_SUBACK_CODE},
};

#define VECTORS(list) (sizeof(list) / sizeof *(list))

#endif

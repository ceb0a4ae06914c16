#include "mqtt_codec.h"
#include "mqtt_session.h"

#define NAME_OF(names, value) ((size_t)(value) < sizeof(names) / sizeof *(names) ? (names)[(size_t)(value)] : "unknown")

const char *mqtt_status_name(mqtt_status status)
{
  static const char *const names[] = {
    [MQTT_COMPLETE] = "complete",
    [MQTT_NEED_MORE] = "more is needed",
    [MQTT_RESERVED_TYPE] = "a reserved packet type",
    [MQTT_NOT_FOR_CLIENT] = "a packet that only clients send",
    [MQTT_QOS_2_PACKET] = "a packet of QoS 2",
    [MQTT_RESERVED_FLAGS] = "reserved flags are set",
    [MQTT_QOS_3] = "QoS 3",
    [MQTT_QOS_2_MESSAGE] = "a message at QoS 2",
    [MQTT_DUP_AT_QOS_0] = "DUP at QoS 0",
    [MQTT_LENGTH_TOO_LONG] = "a remaining length of more than four bytes",
    [MQTT_LENGTH_NOT_MINIMAL] = "a remaining length with a needless byte",
    [MQTT_TOO_SHORT] = "too short for its type",
    [MQTT_TRAILING_BYTES] = "too long for its type",
    [MQTT_TOPIC_PAST_END] = "the topic ends after the packet",
    [MQTT_TOPIC_EMPTY] = "the topic is empty",
    [MQTT_TOPIC_WILDCARD] = "a wildcard in a topic name",
    [MQTT_TEXT_NUL] = "U+0000 in a text",
    [MQTT_TEXT_SURROGATE] = "a surrogate in a text",
    [MQTT_TEXT_MALFORMED] = "a text that is not UTF-8",
    [MQTT_ID_ZERO] = "packet identifier 0",
    [MQTT_CONNACK_FLAGS] = "reserved flags of CONNACK are set",
    [MQTT_CONNACK_CONTRADICTS] = "refused, and a session is present",
    [MQTT_SUBACK_CODE] = "a reserved code in SUBACK",
    [MQTT_HEAD_TOO_LARGE] = "a topic too long for our buffer",
    [MQTT_VERSION_UNKNOWN] = "not a version that is implemented",
    [MQTT_NO_ROOM] = "no room for the packet",
    [MQTT_TOO_LONG] = "longer than a packet can be",
    [MQTT_QOS_NOT_OURS] = "a QoS above 1",
    [MQTT_FILTER_WILDCARD] = "a wildcard where none can be",
    [MQTT_NO_FILTER] = "no topic filter",
    [MQTT_CLIENT_ID_EMPTY] = "no client identifier, for a session that is to stay",
    [MQTT_PASSWORD_ALONE] = "a password without a user name",
  };
  return NAME_OF(names, status);
}

const char *mqtt_end_name(mqtt_end end)
{
  static const char *const names[] = {
    [MQTT_END_NONE] = "none",
    [MQTT_END_STOPPED] = "stopped",
    [MQTT_END_TRANSPORT] = "the transport broke or did not open",
    [MQTT_END_CONNACK_LATE] = "no CONNACK in time",
    [MQTT_END_REFUSED] = "refused by the broker",
    [MQTT_END_PINGRESP_LATE] = "the broker is silent",
    [MQTT_END_ANSWER_LATE] = "no acknowledgement in time",
    [MQTT_END_MALFORMED] = "a malformed packet",
    [MQTT_END_BEFORE_CONNACK] = "a packet before CONNACK",
    [MQTT_END_SECOND_CONNACK] = "a second CONNACK",
    [MQTT_END_SESSION_UNASKED] = "a session is present, asked was a clean one",
    [MQTT_END_PUBACK_UNKNOWN] = "PUBACK for no message of ours",
    [MQTT_END_SUBACK_UNKNOWN] = "SUBACK for no subscription of ours",
    [MQTT_END_SUBACK_WRONG] = "SUBACK that does not answer what was asked",
    [MQTT_END_UNSUBACK_UNKNOWN] = "UNSUBACK for no subscription of ours",
    [MQTT_END_PINGRESP_UNASKED] = "PINGRESP without PINGREQ",
    [MQTT_END_ID_IN_USE] = "a packet identifier used again before its PUBACK",
    [MQTT_END_NO_ROOM] = "more unacknowledged messages than there is room for",
    [MQTT_END_UNEXPECTED] = "a packet that clients do not get",
  };
  return NAME_OF(names, end);
}

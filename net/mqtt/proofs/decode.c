/* Every packet decoder, for any bytes: nothing outside the bytes that are there is read (CBMC's own checks, of an object
 * of exactly so many bytes), no arithmetic overflows, every loop ends, and what is called complete is good.
 *
 * options: --unwind 12 --slice-formula --unsigned-overflow-check --conversion-check
 * planted: message mqtt_codec.c s/if (\*rest > remaining) return MQTT_TOPIC_PAST_END;//
 * planted: message mqtt_codec.c s/if (r.left < rest) return MQTT_NEED_MORE;//
 * planted: suback mqtt_codec.c s/r.left = rest;.*$//
 * planted: connack mqtt_codec.c s/if (flags > 1) return/if (flags > 2) return/
 * planted: id_only mqtt_codec.c s/return packet->id == 0 ? MQTT_ID_ZERO/return packet->id == 1 ? MQTT_ID_ZERO/
 * planted: refused mqtt_codec.c s/\[MQTT_PUBREL\] = {MQTT_QOS_2_PACKET/[MQTT_PUBREL] = {MQTT_COMPLETE/
 * planted: length mqtt_codec.c s/if (shift == 28) return MQTT_LENGTH_TOO_LONG;// */
#include "proof.h"

#include "../mqtt_codec.c"

#define BYTES 10u

static uint8_t memory[BYTES];
static const uint8_t *bytes; /* the last `count` bytes of memory */
static size_t count;
static mqtt_packet packet;

/* Any bytes, any number of them, of which the first says that it is a packet of that type. */
static mqtt_status decode(mqtt_type type)
{
  __CPROVER_havoc_object(memory);
  count = any_uint8();
  ASSUME(count > 0 && count <= BYTES);
  bytes = memory + (BYTES - count);
  ASSUME(bytes[0] >> 4 == (unsigned)type);
  return mqtt_decode(MQTT_3_1_1, bytes, count, &packet);
}

static bool lies_in_head(const void *at, size_t length)
{
  size_t offset = (size_t)((const uint8_t *)at - bytes);
  return __CPROVER_same_object(at, bytes) && offset <= packet.head_bytes && length <= packet.head_bytes - offset;
}

static void prove_answer(mqtt_status status, mqtt_type type)
{
  PROVE(status <= MQTT_SUBACK_CODE, "an answer that there is");
  if (status == MQTT_NEED_MORE) PROVE(packet.head_bytes > count, "more means more than there is");
  if (status != MQTT_COMPLETE) return;
  PROVE(packet.type == type, "its type");
  PROVE(packet.head_bytes >= 2 && packet.head_bytes <= count, "its head is there");
  PROVE(packet.payload_bytes <= MQTT_REMAINING_MAX, "its payload can be");
}

void proof_connack(void)
{
  mqtt_status status = decode(MQTT_CONNACK);
  prove_answer(status, MQTT_CONNACK);
  if (status != MQTT_COMPLETE) return;
  PROVE(packet.head_bytes == 4 && bytes[2] <= 1, "no reserved flag");
  PROVE(packet.connack_code == 0 || !packet.session_present, "no session when refused");
}

void proof_message(void)
{
  mqtt_status status = decode(MQTT_PUBLISH);
  prove_answer(status, MQTT_PUBLISH);
  if (status != MQTT_COMPLETE) return;
  PROVE(packet.topic.bytes > 0 && lies_in_head(packet.topic.at, packet.topic.bytes), "its topic lies in its head");
  PROVE(packet.qos <= 1 && (packet.id != 0) == (packet.qos == 1), "an identifier if and only if at QoS 1");
  PROVE(!packet.dup || packet.qos == 1, "DUP only at QoS 1");
  size_t any = any_uint8();
  if (any >= packet.topic.bytes) return;
  char c = packet.topic.at[any];
  PROVE(c != '+' && c != '#' && c != 0, "no wildcard, no U+0000");
}

void proof_suback(void)
{
  mqtt_status status = decode(MQTT_SUBACK);
  prove_answer(status, MQTT_SUBACK);
  if (status != MQTT_COMPLETE) return;
  PROVE(packet.id != 0 && packet.code_count > 0, "an identifier and a code");
  PROVE(lies_in_head(packet.codes, packet.code_count), "its codes lie in the packet");
  size_t any = any_uint8();
  if (any >= packet.code_count) return;
  PROVE(packet.codes[any] <= 2 || packet.codes[any] == MQTT_SUBACK_FAILURE, "codes that there are");
}

void proof_id_only(void)
{
  mqtt_type type = any_bool() ? MQTT_PUBACK : MQTT_UNSUBACK;
  mqtt_status status = decode(type);
  prove_answer(status, type);
  if (status == MQTT_COMPLETE) PROVE(packet.id != 0 && packet.head_bytes == 4, "an identifier, nothing else");
}

void proof_pingresp(void)
{
  mqtt_status status = decode(MQTT_PINGRESP);
  prove_answer(status, MQTT_PINGRESP);
  if (status == MQTT_COMPLETE) PROVE(packet.head_bytes == 2 && bytes[0] == 0xd0 && bytes[1] == 0, "nothing in it");
}

void proof_refused(void)
{
  uint8_t type = any_uint8();
  ASSUME(type < 16 && type != MQTT_CONNACK && type != MQTT_PUBLISH && type != MQTT_PUBACK && type != MQTT_SUBACK);
  ASSUME(type != MQTT_UNSUBACK && type != MQTT_PINGRESP);
  PROVE(mqtt_is_malformed(decode((mqtt_type)type)), "no other type is for a client");
}

/* The remaining length alone: any five bytes. */
void proof_length(void)
{
  uint32_t remaining = 0;
  __CPROVER_havoc_object(memory);
  reader r = {memory + BYTES - 5, 5};
  mqtt_status status = read_remaining(&r, &remaining);
  PROVE(status != MQTT_NEED_MORE, "five bytes are enough to know");
  if (status == MQTT_COMPLETE) PROVE(remaining <= MQTT_REMAINING_MAX && r.left >= 1, "at most four bytes");
}

/* The receiver: whatever was gathered before and whatever comes, it writes inside the head's buffer only, reads inside the
 * input only, gives out nothing that lies elsewhere, and takes something each time. A single call from any state in
 * which its invariant holds leads to another: so any number of calls. The decoder is any that keeps what decode.c proves.
 *
 * options: --unwind 9 --slice-formula --unsigned-overflow-check --conversion-check
 * planted: receive mqtt_receiver.c s/if (receiver->broken != MQTT_COMPLETE) return .*$//
 * planted: receive mqtt_receiver.c s/event->packet.head_bytes > receiver->room/event->packet.head_bytes > receiver->room + 1/
 * planted: receive mqtt_receiver.c s/at_most(\*left, receiver->payload_left)/receiver->payload_left/
 * planted: receive mqtt_receiver.c s/at_most(\*left, receiver->need - receiver->have)/at_most(*left, receiver->need)/ */
#include "proof.h"

#include "../mqtt_receiver.h"

#define ROOM 6u
#define INPUT 8u

static uint8_t memory[ROOM]; /* the receiver's head is the end of it */
static uint8_t input[INPUT];
static mqtt_receiver receiver;

static mqtt_status decode(const uint8_t *bytes, size_t count, mqtt_packet *packet)
{
  PROVE(count == 0 || MAY_READ(bytes, count), "the decoder gets what was gathered");
  __CPROVER_havoc_object(packet);
  mqtt_status status = (mqtt_status)(any_uint8() % (MQTT_SUBACK_CODE + 1));
  if (status == MQTT_NEED_MORE) ASSUME(packet->head_bytes > count);
  if (status == MQTT_COMPLETE) ASSUME(count >= 2 && packet->head_bytes <= count);
  return status;
}

#define mqtt_decode(version, bytes, count, packet) decode((bytes), (count), (packet))
#include "../mqtt_receiver.c"

static bool is_sound(void)
{
  if (receiver.room > ROOM || receiver.head != memory + (ROOM - receiver.room)) return false;
  if (receiver.need > receiver.room || receiver.have > receiver.need) return false;
  return receiver.payload_left == 0 || receiver.need == 0;
}

void proof_receive(void)
{
  mqtt_receive_event event;
  __CPROVER_havoc_object(&receiver);
  ASSUME(receiver.room <= ROOM);
  receiver.head = memory + (ROOM - receiver.room);
  ASSUME(is_sound());
  size_t before = any_uint8();
  ASSUME(before <= INPUT);
  size_t left = before;
  const uint8_t *at = input + (INPUT - left);
  bool was_broken = receiver.broken != MQTT_COMPLETE;
  mqtt_received received = mqtt_receive(&receiver, &at, &left, &event);
  PROVE(left <= before && at == input + (INPUT - left), "the input is taken from its start");
  PROVE(is_sound(), "the invariant holds");
  if (received == MQTT_RECEIVED_ALL) PROVE(left == 0, "all means all");
  if (received == MQTT_RECEIVED_PAYLOAD)
    PROVE(before > left && event.payload_bytes == before - left && event.payload == at - event.payload_bytes,
          "payload is what was taken");
  if (received == MQTT_RECEIVED_MALFORMED) PROVE(receiver.broken == event.status, "and stays so");
  if (was_broken) PROVE(received == MQTT_RECEIVED_MALFORMED && left == before, "broken takes nothing");
}

#include "mqtt_receiver.h"

#include <string.h>

void mqtt_receiver_init(mqtt_receiver *receiver, mqtt_version version, uint8_t *head, size_t room)
{
  *receiver = (mqtt_receiver){.version = version, .head = head, .room = room, .broken = MQTT_COMPLETE};
}

static size_t at_most(size_t bytes, size_t limit)
{
  return bytes < limit ? bytes : limit;
}

static void skip(const uint8_t **at, size_t *left, size_t bytes)
{
  *at += bytes;
  *left -= bytes;
}

static mqtt_received malformed(mqtt_receiver *receiver, mqtt_status status, mqtt_receive_event *event)
{
  receiver->broken = status;
  event->status = status;
  return MQTT_RECEIVED_MALFORMED;
}

/* A message's payload, as much of it as is there. */
static mqtt_received take_payload(mqtt_receiver *receiver, const uint8_t **at, size_t *left, mqtt_receive_event *event)
{
  size_t bytes = at_most(*left, receiver->payload_left);
  receiver->payload_left -= (uint32_t)bytes;
  event->payload = *at;
  event->payload_bytes = bytes;
  event->payload_left = receiver->payload_left;
  skip(at, left, bytes);
  return MQTT_RECEIVED_PAYLOAD;
}

/* As many bytes of the head as are known to be needed: what comes after the head is not copied. */
static void gather(mqtt_receiver *receiver, const uint8_t **at, size_t *left)
{
  size_t bytes = at_most(*left, receiver->need - receiver->have);
  if (bytes == 0) return;
  memcpy(receiver->head + receiver->have, *at, bytes);
  receiver->have += bytes;
  skip(at, left, bytes);
}

/* The head stays in its buffer until a byte of the next one comes. */
static mqtt_received packet_done(mqtt_receiver *receiver, const mqtt_packet *packet)
{
  receiver->payload_left = packet->payload_bytes;
  receiver->have = 0;
  receiver->need = 0;
  return MQTT_RECEIVED_PACKET;
}

/* The loop: need grows each time round, and never above room. */
mqtt_received mqtt_receive(mqtt_receiver *receiver, const uint8_t **at, size_t *left, mqtt_receive_event *event)
{
  if (receiver->broken != MQTT_COMPLETE) return malformed(receiver, receiver->broken, event);
  if (*left == 0) return MQTT_RECEIVED_ALL;
  if (receiver->payload_left > 0) return take_payload(receiver, at, left, event);
  for (;;) {
    gather(receiver, at, left);
    if (receiver->have < receiver->need) return MQTT_RECEIVED_ALL;
    mqtt_status status = mqtt_decode(receiver->version, receiver->head, receiver->have, &event->packet);
    if (status == MQTT_COMPLETE) return packet_done(receiver, &event->packet);
    if (status != MQTT_NEED_MORE) return malformed(receiver, status, event);
    if (event->packet.head_bytes > receiver->room) return malformed(receiver, MQTT_HEAD_TOO_LARGE, event);
    receiver->need = event->packet.head_bytes;
  }
}

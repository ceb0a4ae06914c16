/* Bytes as they come, in any pieces, to packets and pieces of payload. The head of a packet is gathered in the caller's
 * buffer; payloads pass through without being copied or gathered, whatever their size.
 *
 *   static uint8_t head[512];
 *   mqtt_receiver receiver;
 *   mqtt_receiver_init(&receiver, MQTT_3_1_1, head, sizeof head);
 *   ...
 *   const uint8_t *at = received;
 *   size_t left = received_bytes;
 *   for (;;) {
 *     switch (mqtt_receive(&receiver, &at, &left, &event)) {
 *     case MQTT_RECEIVED_PACKET: on_packet(&event.packet); break;
 *     case MQTT_RECEIVED_PAYLOAD: on_payload(event.payload, event.payload_bytes, event.payload_left == 0); break;
 *     case MQTT_RECEIVED_ALL: return;
 *     case MQTT_RECEIVED_MALFORMED: return give_up(event.status);
 *     }
 *   }
 *
 * No heap, no I/O. One task. Whatever the bytes are and however they are cut, the same packets and the same payload
 * come out, and the loop above ends: every call but the last takes at least one byte. */
#ifndef HF_MQTT_RECEIVER_H
#define HF_MQTT_RECEIVER_H

#include "mqtt_codec.h"

typedef struct mqtt_receiver {
  mqtt_version version;
  uint8_t *head; /* the caller's */
  size_t room;
  size_t have;           /* bytes gathered in head */
  size_t need;           /* so many before it is worth decoding */
  uint32_t payload_left; /* of the packet in head */
  mqtt_status broken;    /* what was malformed; MQTT_COMPLETE: nothing yet */
} mqtt_receiver;

typedef enum mqtt_received {
  MQTT_RECEIVED_ALL,       /* everything was taken; the rest is still to come */
  MQTT_RECEIVED_PACKET,    /* event->packet; if it is a PUBLISH, the next payload_bytes bytes are its payload */
  MQTT_RECEIVED_PAYLOAD,   /* a piece of the payload of the last packet */
  MQTT_RECEIVED_MALFORMED, /* event->status; so is everything after it, until mqtt_receiver_init() */
} mqtt_received;

/* Only what the answer names is set. */
typedef struct mqtt_receive_event {
  mqtt_packet packet;     /* points into head: until the call after the last piece of its payload */
  const uint8_t *payload; /* points into the input */
  size_t payload_bytes;   /* at least 1 */
  uint32_t payload_left;  /* after this piece; 0: the packet is complete */
  mqtt_status status;     /* as mqtt_decode(), or MQTT_HEAD_TOO_LARGE */
} mqtt_receive_event;

/* head: room bytes, kept until the receiver is not used any more. Longest topic + MQTT_PUBLISH_EXTRA_BYTES is enough
 * for messages, and room for the codes of a SUBACK (at least MQTT_SHORT_HEAD_BYTES). Called for each connection. */
void mqtt_receiver_init(mqtt_receiver *receiver, mqtt_version version, uint8_t *head, size_t room);

/* Takes from the *left bytes at *at and moves both on. *at may be null if *left is 0. */
MQTT_MUST_USE mqtt_received mqtt_receive(mqtt_receiver *receiver, const uint8_t **at, size_t *left,
                                         mqtt_receive_event *event);

#endif

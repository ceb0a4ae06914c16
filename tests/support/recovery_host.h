/* The host's end of the recovery protocol, over the host board's UART. */
#ifndef HF_TEST_RECOVERY_HOST_H
#define HF_TEST_RECOVERY_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "image_maker.h"
#include "recovery_protocol.h"

/* Frames the device sent, oldest first, text between them left out. */
typedef struct host_frame {
  uint8_t type;
  uint16_t bytes;
  uint8_t body[64];
} host_frame;

/* Starts listening; forgets everything heard before, on both sides of the wire. */
void recovery_host_listen(void);
/* Takes the oldest frame heard: false when there is none. */
bool recovery_host_hear(host_frame *frame);
/* The u32 in an ACK or REFUSED. */
uint32_t recovery_host_number(const host_frame *frame);

/* Sends one CHUNK. bytes: 0..RECOVERY_CHUNK_MAX. */
void recovery_host_chunk(uint32_t offset, const void *data, uint32_t bytes);
/* The next chunk of the image at `offset`, as long as the protocol allows. */
void recovery_host_image_chunk(const test_image *image, uint32_t offset);

#endif

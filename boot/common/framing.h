/* Frames on the console UART (recovery_protocol.h), the device's side. */
#ifndef HF_BOOT_FRAMING_H
#define HF_BOOT_FRAMING_H

#include <stdbool.h>
#include <stdint.h>

#define FRAMING_EXTRA_BYTES 10u /* of a frame, beside its body */

typedef struct framing {
  uint8_t *frame;    /* caller's */
  uint32_t body_max; /* longer frames are dropped; frame has body_max + FRAMING_EXTRA_BYTES bytes */
  uint32_t got;
} framing;

/* Takes one received byte. True: `frame` holds a whole frame with the right sum, until the next byte is taken. */
bool framing_take(framing *f, uint8_t byte);

static inline uint32_t framing_type(const framing *f)
{
  return f->frame[2];
}
static inline const uint8_t *framing_body(const framing *f)
{
  return f->frame + 6;
}
static inline uint32_t framing_body_bytes(const framing *f)
{
  return (uint32_t)f->frame[4] | (uint32_t)f->frame[5] << 8;
}

/* Sends a frame. body may be null when bytes is 0. bytes: at most 65535. */
void framing_send(uint32_t type, const void *body, uint32_t bytes);

#endif

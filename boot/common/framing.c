#include "framing.h"

#include "crc32.h"
#include "recovery_protocol.h"
#include "uart.h"

static uint32_t get_u32(const uint8_t *at)
{
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool framing_take(framing *f, uint8_t byte)
{
  f->frame[f->got++] = byte;
  if (f->got == 1) {
    if (byte != RECOVERY_SYNC_0) f->got = 0;
    return false;
  }
  if (f->got == 2) {
    if (byte != RECOVERY_SYNC_1) f->got = byte == RECOVERY_SYNC_0;
    return false;
  }
  if (f->got < RECOVERY_HEADER_BYTES) return false;
  const uint32_t body = framing_body_bytes(f);
  if (f->frame[3] != 0 || body > f->body_max) {
    f->got = 0;
    return false;
  }
  const uint32_t total = FRAMING_EXTRA_BYTES + body;
  if (f->got < total) return false;
  f->got = 0;
  return crc32(0, f->frame + 2, total - 6) == get_u32(f->frame + total - 4);
}

void framing_send(uint32_t type, const void *body, uint32_t bytes)
{
  const uint8_t head[RECOVERY_HEADER_BYTES] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1,      (uint8_t)type, 0,
                                               (uint8_t)bytes,  (uint8_t)(bytes >> 8)};
  const uint32_t sum = crc32(crc32(0, head + 2, sizeof head - 2), body, bytes);
  const uint8_t tail[4] = {(uint8_t)sum, (uint8_t)(sum >> 8), (uint8_t)(sum >> 16), (uint8_t)(sum >> 24)};
  uart_write(head, sizeof head);
  uart_write(body, bytes);
  uart_write(tail, sizeof tail);
}

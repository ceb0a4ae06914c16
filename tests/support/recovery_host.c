#include "recovery_host.h"

#include <stdlib.h>
#include <string.h>

#include "crc32.h"
#include "host_board.h"
#include "uart.h"

enum { HEARD_MAX = 1 << 16 };
static uint8_t heard[HEARD_MAX];
static uint32_t heard_bytes;

static void listen(void *context, const void *data, uint32_t bytes)
{
  (void)context;
  if (bytes > HEARD_MAX - heard_bytes) abort();
  memcpy(heard + heard_bytes, data, bytes);
  heard_bytes += bytes;
}

void recovery_host_listen(void)
{
  uint8_t byte;
  while (uart_read(&byte)) {
  }
  heard_bytes = 0;
  host_uart_sink(listen, NULL);
}

static void forget(uint32_t bytes)
{
  heard_bytes -= bytes;
  memmove(heard, heard + bytes, heard_bytes);
}

static uint32_t number_at(const uint8_t *at)
{
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool recovery_host_hear(host_frame *frame)
{
  while (heard_bytes >= RECOVERY_HEADER_BYTES + 4) {
    const uint32_t body = (uint32_t)heard[4] | (uint32_t)heard[5] << 8;
    if (heard[0] != RECOVERY_SYNC_0 || heard[1] != RECOVERY_SYNC_1 || body > sizeof frame->body) {
      forget(1);
      continue;
    }
    const uint32_t crc_at = RECOVERY_HEADER_BYTES + body;
    if (heard_bytes < crc_at + 4) return false;
    if (crc32(0, heard + 2, crc_at - 2) != number_at(heard + crc_at)) abort(); /* the device never sends that */
    frame->type = heard[2];
    frame->bytes = (uint16_t)body;
    memcpy(frame->body, heard + RECOVERY_HEADER_BYTES, body);
    forget(crc_at + 4);
    return true;
  }
  return false;
}

uint32_t recovery_host_number(const host_frame *frame)
{
  return number_at(frame->body);
}

static void put_number(uint8_t *at, uint32_t number)
{
  for (uint32_t i = 0; i < 4; i++) at[i] = (uint8_t)(number >> 8 * i);
}

void recovery_host_chunk(uint32_t offset, const void *data, uint32_t bytes)
{
  uint8_t frame[RECOVERY_HEADER_BYTES + RECOVERY_BODY_MAX + 4];
  if (bytes > RECOVERY_CHUNK_MAX) abort();
  const uint32_t body = 4 + bytes;
  const uint8_t head[RECOVERY_HEADER_BYTES] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1,     RECOVERY_CHUNK, 0,
                                               (uint8_t)body,   (uint8_t)(body >> 8)};
  memcpy(frame, head, sizeof head);
  put_number(frame + RECOVERY_HEADER_BYTES, offset);
  if (bytes) memcpy(frame + RECOVERY_HEADER_BYTES + 4, data, bytes);
  put_number(frame + RECOVERY_HEADER_BYTES + body, crc32(0, frame + 2, RECOVERY_HEADER_BYTES - 2 + body));
  host_uart_feed(frame, RECOVERY_HEADER_BYTES + body + 4);
}

void recovery_host_image_chunk(const test_image *image, uint32_t offset)
{
  const bool head = offset < MANIFEST_BYTES;
  const uint8_t *from = head ? (const uint8_t *)&image->m + offset : image->payload + (offset - MANIFEST_BYTES);
  const uint32_t end = head ? MANIFEST_BYTES : MANIFEST_BYTES + image->m.payload_bytes;
  const uint32_t left = end - offset;
  recovery_host_chunk(offset, from, left < RECOVERY_CHUNK_MAX ? left : RECOVERY_CHUNK_MAX);
}

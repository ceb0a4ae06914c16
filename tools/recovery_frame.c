#include "recovery_frame.h"

#include <string.h>

#include "crc32.h"
#include "manifest.h"

static uint32_t get_u32(const uint8_t *at)
{
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_u32(uint8_t *at, uint32_t value)
{
  for (unsigned i = 0; i < 4; i++) at[i] = (uint8_t)(value >> 8 * i);
}

/* ---- Frames ---- */

static size_t body_bytes(const frame_reader *r)
{
  return (size_t)(r->bytes[4] | r->bytes[5] << 8);
}

static bool crc_is_right(const frame_reader *r)
{
  size_t end = RECOVERY_HEADER_BYTES + body_bytes(r);
  return crc32(0, r->bytes + 2, (uint32_t)(end - 2)) == get_u32(r->bytes + end);
}

static frame_event outside(frame_reader *r, uint8_t byte)
{
  r->have = byte == RECOVERY_SYNC_0;
  r->bytes[0] = byte;
  return r->have == 1 ? FRAME_MORE : FRAME_TEXT;
}

frame_event frame_take(frame_reader *r, uint8_t byte)
{
  size_t whole = r->have >= RECOVERY_HEADER_BYTES ? RECOVERY_HEADER_BYTES + body_bytes(r) + 4 : 0;
  if (r->have == 0 || r->have == whole) return outside(r, byte); /* nothing begun, or the last frame is over */
  if (r->have == 1 && byte != RECOVERY_SYNC_1)
    return outside(r, byte); /* a lone sync byte is dropped: it is not text */
  r->bytes[r->have++] = byte;
  if (r->have < RECOVERY_HEADER_BYTES) return FRAME_MORE;
  if (r->bytes[3] != 0 || body_bytes(r) > RECOVERY_BODY_MAX) { /* not a frame: its length means nothing */
    r->have = 0;
    return FRAME_MORE;
  }
  if (r->have < RECOVERY_HEADER_BYTES + body_bytes(r) + 4) return FRAME_MORE;
  if (crc_is_right(r)) return FRAME_WHOLE;
  r->have = 0;
  return FRAME_MORE;
}

uint8_t frame_type(const frame_reader *r)
{
  return r->bytes[2];
}

const uint8_t *frame_body(const frame_reader *r, size_t *bytes)
{
  *bytes = body_bytes(r);
  return r->bytes + RECOVERY_HEADER_BYTES;
}

/* The body lies in `out` already. */
static size_t close_frame(uint8_t out[FRAME_MAX], uint8_t type, size_t body)
{
  size_t end = RECOVERY_HEADER_BYTES + body;
  out[0] = RECOVERY_SYNC_0;
  out[1] = RECOVERY_SYNC_1;
  out[2] = type;
  out[3] = 0;
  out[4] = (uint8_t)body;
  out[5] = (uint8_t)(body >> 8);
  put_u32(out + end, crc32(0, out + 2, (uint32_t)(end - 2)));
  return end + 4;
}

size_t frame_make(uint8_t out[FRAME_MAX], uint8_t type, const void *head, size_t head_bytes, const void *data,
                  size_t bytes)
{
  if (head_bytes > 0) memcpy(out + RECOVERY_HEADER_BYTES, head, head_bytes);
  if (bytes > 0) memcpy(out + RECOVERY_HEADER_BYTES + head_bytes, data, bytes);
  return close_frame(out, type, head_bytes + bytes);
}

size_t frame_make_chunk(uint8_t out[FRAME_MAX], uint32_t offset, const uint8_t *data, size_t bytes)
{
  uint8_t head[4];
  put_u32(head, offset);
  return frame_make(out, RECOVERY_CHUNK, head, sizeof head, data, bytes);
}

/* ---- Conversation ---- */

void recovery_session_begin(recovery_session *s, uint32_t file_bytes)
{
  *s = (recovery_session){.file_bytes = file_bytes, .status = BOOT_OK, .reason = BOOT_OK};
}

static recovery_next fail(recovery_session *s, const char *problem)
{
  s->problem = problem;
  return RECOVERY_FAILED;
}

static recovery_next start(recovery_session *s, const uint8_t *body, size_t bytes)
{
  recovery_hello hello;
  if (bytes != sizeof hello) return RECOVERY_WAIT;
  memcpy(&hello, body, sizeof hello); /* little-endian, as every host we build on */
  if (hello.protocol != RECOVERY_PROTOCOL)
    return fail(s, "the device speaks another recovery protocol; use its holdfast version");
  if (s->file_bytes > hello.image_max) return fail(s, "the image is larger than the device can take");
  if (s->attempts == RECOVERY_ATTEMPTS) return fail(s, "the device began again too often");
  s->attempts++;
  s->reason = (boot_status)hello.reason;
  s->sending = true;
  s->wanted = 0;
  return RECOVERY_SEND;
}

/* The device changes to its other slot after these. */
static bool other_slot_may_help(boot_status status)
{
  return status == BOOT_FLASH_WRITE || status == BOOT_FLASH_UNREADABLE || status == BOOT_PAYLOAD_DIGEST;
}

static recovery_next refused(recovery_session *s, const uint8_t *body, size_t bytes)
{
  if (bytes != 4) return RECOVERY_WAIT;
  s->status = (boot_status)get_u32(body);
  s->sending = false;
  return other_slot_may_help(s->status) && s->attempts < RECOVERY_ATTEMPTS ? RECOVERY_WAIT : RECOVERY_FAILED;
}

static recovery_next acknowledged(recovery_session *s, const uint8_t *body, size_t bytes)
{
  if (bytes != 4 || !s->sending) return RECOVERY_WAIT;
  uint32_t wanted = get_u32(body);
  if (wanted >= s->file_bytes) return RECOVERY_WAIT; /* all is there: DONE or REFUSED follows */
  s->wanted = wanted;
  return RECOVERY_SEND;
}

recovery_next recovery_session_step(recovery_session *s, uint8_t type, const uint8_t *body, size_t bytes)
{
  switch (type) {
  case RECOVERY_HELLO: return start(s, body, bytes);
  case RECOVERY_ACK: return acknowledged(s, body, bytes);
  case RECOVERY_REFUSED: return refused(s, body, bytes);
  case RECOVERY_DONE: return s->sending ? RECOVERY_FINISHED : RECOVERY_WAIT;
  default: return RECOVERY_WAIT; /* a later protocol's frame */
  }
}

size_t recovery_session_chunk(const recovery_session *s)
{
  uint32_t end = s->wanted < MANIFEST_BYTES ? MANIFEST_BYTES : s->file_bytes;
  uint32_t left = end - s->wanted;
  return left < RECOVERY_CHUNK_MAX ? left : RECOVERY_CHUNK_MAX;
}

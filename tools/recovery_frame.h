/* The host's side of the recovery protocol (boot/common/recovery_protocol.h), without I/O: taking
 * frames out of a console stream, making chunks, and deciding what to do next. */
#ifndef HF_TOOLS_RECOVERY_FRAME_H
#define HF_TOOLS_RECOVERY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recovery_protocol.h"
#include "status.h"

#define FRAME_MAX (RECOVERY_HEADER_BYTES + RECOVERY_BODY_MAX + 4u)

/* ---- Frames ---- */

typedef struct frame_reader {
  uint8_t bytes[FRAME_MAX];
  size_t have;
} frame_reader;

typedef enum frame_event {
  FRAME_MORE,  /* the byte was kept or dropped */
  FRAME_TEXT,  /* the byte is console text */
  FRAME_WHOLE, /* a valid frame ended: frame_type(), frame_body() until the next byte */
} frame_event;

/* Reader starts as {0}. Frames that are malformed or have a wrong CRC are dropped. */
frame_event frame_take(frame_reader *r, uint8_t byte);
uint8_t frame_type(const frame_reader *r);
const uint8_t *frame_body(const frame_reader *r, size_t *bytes);

/* Makes a frame of that type; its body is head, then data, together at most RECOVERY_BODY_MAX bytes. Returns its length. */
size_t frame_make(uint8_t out[FRAME_MAX], uint8_t type, const void *head, size_t head_bytes, const void *data,
                  size_t bytes);
/* Makes the CHUNK frame of file bytes [offset, offset + bytes); bytes: 1..RECOVERY_CHUNK_MAX. Returns its length. */
size_t frame_make_chunk(uint8_t out[FRAME_MAX], uint32_t offset, const uint8_t *data, size_t bytes);

/* ---- Conversation ----
 *
 *     waiting --HELLO--> sending --ACK...--> sending --DONE--> done
 *        ^                  |  HELLO: the device began again; REFUSED for a flash fault: it will use
 *        +------------------+  its other slot; both start over, a bounded number of times
 *                           +--REFUSED--> refused
 */
#define RECOVERY_ATTEMPTS 3u

typedef enum recovery_next {
  RECOVERY_WAIT,     /* for the next frame */
  RECOVERY_SEND,     /* the chunk at `wanted` */
  RECOVERY_FINISHED, /* the device has it */
  RECOVERY_FAILED,   /* `status` says why; or `problem`, when that is not null */
} recovery_next;

typedef struct recovery_session {
  uint32_t file_bytes;
  bool sending;
  uint32_t wanted; /* offset the device wants */
  unsigned attempts;
  boot_status status;  /* of a refusal */
  boot_status reason;  /* why the device is in recovery (after HELLO) */
  const char *problem; /* static text */
} recovery_session;

void recovery_session_begin(recovery_session *s, uint32_t file_bytes);
recovery_next recovery_session_step(recovery_session *s, uint8_t type, const uint8_t *body, size_t bytes);
/* Length of the chunk at `wanted`: it never crosses the end of the manifest. */
size_t recovery_session_chunk(const recovery_session *s);

#endif

#include "factory_session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "psa/error.h"

static_assert(sizeof(factory_item) + FACTORY_DATA_MAX <= RECOVERY_BODY_MAX, "a piece fits a frame");

void factory_session_begin(factory_session *s, const char *thing, const char *endpoint, const factory_blob *anchors,
                           unsigned anchor_count)
{
  *s = (factory_session){.thing = thing, .endpoint = endpoint, .anchor_count = anchor_count};
  for (unsigned i = 0; i < anchor_count; i++) s->anchors[i] = anchors[i];
}

void factory_session_restarted(factory_session *s)
{
  s->state = FACTORY_CALLING;
  s->item = 0;
  s->offset = 0;
}

static factory_next fail(factory_session *s, const char *format, ...) OUT_FORMAT(2);
static factory_next fail(factory_session *s, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(s->problem, sizeof s->problem, format, arguments);
  va_end(arguments);
  return FACTORY_FAILED;
}

static factory_next go(factory_session *s, factory_state state)
{
  s->state = state;
  s->item = 0;
  s->offset = 0;
  return FACTORY_SEND;
}

/* ---- Items ---- */

static bool is_anchor(const factory_session *s)
{
  return s->item >= 1 && s->item <= s->anchor_count;
}

static uint32_t item_number(const factory_session *s)
{
  if (is_anchor(s)) return FACTORY_ITEM_TRUST_ANCHOR_0 + s->item - 1;
  return s->item == 0 ? FACTORY_ITEM_ENDPOINT : FACTORY_ITEM_CERTIFICATE;
}

static factory_blob item_data(const factory_session *s)
{
  if (is_anchor(s)) return s->anchors[s->item - 1];
  return s->item == 0 ? (factory_blob){(const uint8_t *)s->endpoint, strlen(s->endpoint)} : s->certificate;
}

static uint32_t piece_bytes(const factory_session *s)
{
  uint32_t left = (uint32_t)item_data(s).bytes - s->offset;
  return left < FACTORY_DATA_MAX ? left : FACTORY_DATA_MAX;
}

static factory_next next_item(factory_session *s)
{
  s->item++;
  s->offset = 0;
  return s->item < 2 + s->anchor_count ? FACTORY_SEND : go(s, FACTORY_ENDING);
}

/* ---- Sending ---- */

size_t factory_session_frame(factory_session *s, uint8_t out[FRAME_MAX])
{
  if (s->requests == FACTORY_REQUESTS_MAX) return 0;
  s->requests++;
  switch (s->state) {
  case FACTORY_CALLING: return frame_make(out, FACTORY_BEGIN, NULL, 0, NULL, 0);
  case FACTORY_NAMING: return frame_make(out, FACTORY_NAME, NULL, 0, s->thing, strlen(s->thing));
  case FACTORY_STORING: {
    factory_blob item = item_data(s);
    factory_item head = {item_number(s), (uint32_t)item.bytes,
                         s->offset}; /* little-endian, as every host we build on */
    return frame_make(out, FACTORY_ITEM, &head, sizeof head, item.data + s->offset, piece_bytes(s));
  }
  case FACTORY_ENDING: {
    uint32_t anchors = s->anchor_count; /* any others it forgets */
    return frame_make(out, FACTORY_END, NULL, 0, &anchors, sizeof anchors);
  }
  }
  return 0;
}

/* ---- Taking answers ---- */

static factory_next hello(factory_session *s, const uint8_t *body, size_t bytes)
{
  factory_hello h;
  if (s->state != FACTORY_CALLING || bytes != sizeof h) return FACTORY_WAIT;
  memcpy(&h, body, sizeof h);
  if (h.protocol != FACTORY_PROTOCOL)
    return fail(s, "it speaks version %u of the factory protocol; use its holdfast version", h.protocol);
  if (h.name_bytes > sizeof h.name || h.has_key > 1 || h.complete > 1)
    return fail(s, "its greeting makes no sense; is its firmware of this holdfast version?");
  if (h.name_bytes > 0 && (h.name_bytes != strlen(s->thing) || memcmp(h.name, s->thing, h.name_bytes) != 0))
    return fail(s, "it has another thing name already, for good");
  return go(s, FACTORY_NAMING);
}

static factory_next csr(factory_session *s, const uint8_t *body, size_t bytes)
{
  if (s->state != FACTORY_NAMING) return FACTORY_WAIT;
  s->csr = (factory_blob){body, bytes};
  return FACTORY_CERTIFY;
}

factory_next factory_session_certified(factory_session *s, const uint8_t *der, size_t bytes)
{
  s->csr = (factory_blob){0};
  s->certificate = (factory_blob){der, bytes};
  return go(s, FACTORY_STORING);
}

/* The device has more than we sent: nonsense, ignored. It has less: a late answer, or it lost what it had; the next repeat
 * goes on from there. */
static factory_next stored(factory_session *s, const uint8_t *body, size_t bytes)
{
  uint32_t answer[2];
  if (s->state != FACTORY_STORING || bytes != sizeof answer) return FACTORY_WAIT;
  memcpy(answer, body, sizeof answer);
  uint32_t end = s->offset + piece_bytes(s);
  if (answer[0] != item_number(s) || answer[1] > end) return FACTORY_WAIT;
  s->offset = answer[1];
  if (answer[1] != end) return FACTORY_WAIT;
  return end == item_data(s).bytes ? next_item(s) : FACTORY_SEND;
}

/* ---- Refusals ---- */

static const char *reason(int32_t status)
{
  switch (status) {
  case PSA_ERROR_NOT_PERMITTED:
  case PSA_ERROR_ALREADY_EXISTS: return "it has another one already, for good";
  case PSA_ERROR_INVALID_ARGUMENT: return "it does not take that";
  case PSA_ERROR_BAD_STATE: return "something that comes before is missing";
  case PSA_ERROR_INSUFFICIENT_STORAGE: return "its storage is full";
  case PSA_ERROR_STORAGE_FAILURE: return "its flash failed";
  case PSA_ERROR_HARDWARE_FAILURE: return "its OTP or another part failed";
  case PSA_ERROR_INSUFFICIENT_ENTROPY: return "its noise source is dead or failed its health tests";
  case PSA_ERROR_INVALID_SIGNATURE: return "the certificate is not for its key";
  case PSA_ERROR_CORRUPTION_DETECTED: return "a result did not pass its own check";
  case PSA_ERROR_DATA_CORRUPT: return "what it has stored is damaged";
  default: return "it gives no reason we know";
  }
}

static const char *what(const factory_session *s)
{
  if (s->state == FACTORY_NAMING) return "the thing name, or could not make its key";
  if (s->state == FACTORY_ENDING) return "to end: its identity is not complete";
  if (is_anchor(s)) return "a server CA";
  return s->item == 0 ? "the endpoint" : "its certificate";
}

static uint32_t type_under_way(const factory_session *s)
{
  static const uint32_t types[] = {FACTORY_BEGIN, FACTORY_NAME, FACTORY_ITEM, FACTORY_END};
  return types[s->state];
}

static factory_next refused(factory_session *s, const uint8_t *body, size_t bytes)
{
  struct {
    int32_t status;
    uint32_t type;
  } refusal;
  if (bytes != sizeof refusal) return FACTORY_WAIT;
  memcpy(&refusal, body, sizeof refusal);
  if (refusal.type != type_under_way(s) || s->state == FACTORY_CALLING) return FACTORY_WAIT;
  return fail(s, "it refused %s: %s (PSA status %" PRId32 ")", what(s), reason(refusal.status), refusal.status);
}

factory_next factory_session_step(factory_session *s, uint8_t type, const uint8_t *body, size_t bytes)
{
  switch (type) {
  case FACTORY_HELLO: return hello(s, body, bytes);
  case FACTORY_CSR: return csr(s, body, bytes);
  case FACTORY_STORED: return stored(s, body, bytes);
  case FACTORY_REFUSED: return refused(s, body, bytes);
  case FACTORY_DONE: return s->state == FACTORY_ENDING && bytes == 0 ? FACTORY_FINISHED : FACTORY_WAIT;
  default: return FACTORY_WAIT; /* the recovery's, or a later protocol's */
  }
}

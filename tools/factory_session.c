#include "factory_session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ct.h"
#include "hmac.h"
#include "output.h"
#include "psa/error.h"

static_assert(FACTORY_TAG_BYTES == HMAC_BYTES, "tags are HMAC-SHA-256");
static_assert(sizeof(factory_item) + FACTORY_DATA_MAX <= RECOVERY_BODY_MAX, "a piece fits a frame");

bool factory_session_key(uint8_t key[FACTORY_KEY_BYTES], const uint8_t unique_key[32])
{
  static const char info[] = "holdfast factory";
  return hkdf(key, FACTORY_KEY_BYTES, NULL, 0, unique_key, 32, info, sizeof info - 1) == CRYPTO_OK;
}

void factory_session_begin(factory_session *s, const uint8_t key[FACTORY_KEY_BYTES], const char *thing,
                           const char *endpoint, const factory_blob *anchors, unsigned anchor_count)
{
  *s = (factory_session){.key = key, .thing = thing, .endpoint = endpoint, .anchor_count = anchor_count};
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

/* ---- Tags ---- */

static void tag_begin(const factory_session *s, hmac_ctx *tag, uint8_t type)
{
  hmac_init(tag, s->key, FACTORY_KEY_BYTES);
  hmac_update(tag, &type, sizeof type);
}

static void tag_item(hmac_ctx *tag, const void *data, size_t bytes)
{
  uint32_t count = (uint32_t)bytes;
  hmac_update(tag, &count, sizeof count);
  hmac_update(tag, data, bytes);
}

static bool tag_fits(hmac_ctx *tag, const uint8_t came[FACTORY_TAG_BYTES])
{
  uint8_t wanted[HMAC_BYTES];
  hmac_final(tag, wanted);
  bool fits = ct_equal(wanted, came, sizeof wanted);
  wipe(wanted, sizeof wanted);
  return fits;
}

static factory_next not_from_the_device(factory_session *s)
{
  return fail(s, "what came is not from this device: somebody is on its line, or its OTP is damaged");
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
  hmac_ctx tag;
  if (s->state != FACTORY_NAMING || bytes <= FACTORY_TAG_BYTES) return FACTORY_WAIT;
  s->csr = (factory_blob){body + FACTORY_TAG_BYTES, bytes - FACTORY_TAG_BYTES};
  tag_begin(s, &tag, FACTORY_CSR);
  hmac_update(&tag, s->csr.data, s->csr.bytes);
  return tag_fits(&tag, body) ? FACTORY_CERTIFY : not_from_the_device(s);
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

/* It tells what it holds, not what it was sent. */
static factory_next done(factory_session *s, const uint8_t *body, size_t bytes)
{
  hmac_ctx tag;
  if (s->state != FACTORY_ENDING || bytes != FACTORY_TAG_BYTES) return FACTORY_WAIT;
  tag_begin(s, &tag, FACTORY_DONE);
  tag_item(&tag, s->thing, strlen(s->thing));
  tag_item(&tag, s->certificate.data, s->certificate.bytes);
  tag_item(&tag, s->endpoint, strlen(s->endpoint));
  for (unsigned i = 0; i < s->anchor_count; i++) tag_item(&tag, s->anchors[i].data, s->anchors[i].bytes);
  return tag_fits(&tag, body) ? FACTORY_FINISHED : not_from_the_device(s);
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
  case PSA_ERROR_INSUFFICIENT_ENTROPY: return "its noise source is dead or failed its health tests; exchange the part";
  case PSA_ERROR_INVALID_SIGNATURE: return "the certificate is not for its key";
  case PSA_ERROR_CORRUPTION_DETECTED: return "a result did not pass its own check";
  case PSA_ERROR_DATA_CORRUPT: return "what it has stored is damaged";
  default: return "it gives no reason we know";
  }
}

static const char *what(const factory_session *s, int32_t status)
{
  if (s->state == FACTORY_NAMING && status == PSA_ERROR_INSUFFICIENT_ENTROPY) return "to make its key";
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
  return fail(s, "it refused %s: %s (PSA status %" PRId32 ")", what(s, refusal.status), reason(refusal.status),
              refusal.status);
}

factory_next factory_session_step(factory_session *s, uint8_t type, const uint8_t *body, size_t bytes)
{
  switch (type) {
  case FACTORY_HELLO: return hello(s, body, bytes);
  case FACTORY_CSR: return csr(s, body, bytes);
  case FACTORY_STORED: return stored(s, body, bytes);
  case FACTORY_REFUSED: return refused(s, body, bytes);
  case FACTORY_DONE: return done(s, body, bytes);
  default: return FACTORY_WAIT; /* the recovery's, or a later protocol's */
  }
}

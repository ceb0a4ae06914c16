/*     [listening] --BEGIN--> [serving] --END, all there--> restart
 *          | window over         | silence --------------> restart
 *          v
 *     (the non-secure world starts)
 *
 * Serving keeps no state that a lost frame or a restart could leave behind: what is stored is in sealed storage, and an item that
 * comes in pieces begins anew with its first piece. */
#include "factory.h"

#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "csr.h"
#include "ct.h"
#include "factory_protocol.h"
#include "framing.h"
#include "hmac.h"
#include "identity.h"
#include "otp.h"
#include "otp_map.h"
#include "reset.h"
#include "root_key.h"
#include "storage.h"
#include "uart.h"
#include "watchdog.h"

#define BODY_MAX (sizeof(factory_item) + FACTORY_DATA_MAX)

static uint8_t frame[BODY_MAX + FRAMING_EXTRA_BYTES];
static framing incoming = {.frame = frame, .body_max = BODY_MAX};

/* NOLINTBEGIN(misc-redundant-expression): that they are is what it says */
static_assert(HF_UID_BASE + FACTORY_ITEM_CERTIFICATE == HF_UID_DEVICE_CERTIFICATE &&
                HF_UID_BASE + FACTORY_ITEM_ENDPOINT == HF_UID_ENDPOINT &&
                HF_UID_BASE + FACTORY_ITEM_TRUST_ANCHOR_0 == HF_UID_TRUST_ANCHOR(0),
              "items have the numbers of hf_identity.h");
/* NOLINTEND(misc-redundant-expression) */

/* An item on its way. */
static struct {
  uint32_t item;
  uint32_t total;
  uint32_t had;
  uint8_t data[HF_CERTIFICATE_MAX];
} coming;

/* ---- Answers ---- */

static void refuse(psa_status_t status)
{
  const uint32_t body[2] = {(uint32_t)status, framing_type(&incoming)};
  framing_send(FACTORY_REFUSED, body, sizeof body);
}

static void say_hello(void)
{
  factory_hello hello = {.protocol = FACTORY_PROTOCOL};
  char name[HF_THING_NAME_MAX];
  if (otp_read(OTP_FUSES_OFFSET + offsetof(otp_fuses, serial), hello.serial, sizeof hello.serial) != OTP_OK)
    memset(hello.serial, 0, sizeof hello.serial);
  hello.has_key = identity_has_key();
  hello.complete = identity_is_equipped();
  hello.name_bytes = (uint32_t)identity_name(name);
  memcpy(hello.name, name, hello.name_bytes);
  framing_send(FACTORY_HELLO, &hello, sizeof hello);
}

/* ---- Tags: only this device can have said it ---- */

static psa_status_t tag_begin(hmac_ctx *tag, uint8_t type)
{
  uint8_t key[ROOT_KEY_BYTES];
  const psa_status_t status = root_key_derive(key, "factory");
  hmac_init(tag, key, sizeof key);
  wipe(key, sizeof key);
  hmac_update(tag, &type, sizeof type);
  return status;
}

static psa_status_t tag_item(hmac_ctx *tag, uint64_t uid)
{
  uint8_t piece[64];
  struct psa_storage_info_t info = {0};
  psa_status_t status = storage_get_info(STORAGE_NONSECURE, uid, &info);
  const uint32_t bytes = (uint32_t)info.size;
  hmac_update(tag, &bytes, sizeof bytes);
  for (size_t at = 0, used = 0; at < info.size && status == PSA_SUCCESS; at += used) {
    status = storage_get(STORAGE_NONSECURE, uid, at, piece, sizeof piece, &used);
    hmac_update(tag, piece, used);
  }
  return status;
}

static psa_status_t send_request(const uint8_t *csr, size_t bytes)
{
  uint8_t body[FACTORY_TAG_BYTES + CSR_MAX];
  hmac_ctx tag;
  const psa_status_t status = tag_begin(&tag, FACTORY_CSR);
  hmac_update(&tag, csr, bytes);
  hmac_final(&tag, body);
  if (status != PSA_SUCCESS) return status;
  memcpy(body + FACTORY_TAG_BYTES, csr, bytes);
  framing_send(FACTORY_CSR, body, FACTORY_TAG_BYTES + (uint32_t)bytes);
  return PSA_SUCCESS;
}

static psa_status_t send_done(uint32_t anchors)
{
  static const uint64_t items[] = {HF_UID_THING_NAME, HF_UID_DEVICE_CERTIFICATE, HF_UID_ENDPOINT};
  uint8_t body[FACTORY_TAG_BYTES];
  hmac_ctx tag;
  psa_status_t status = tag_begin(&tag, FACTORY_DONE);
  for (uint32_t i = 0; i < sizeof items / sizeof items[0] && status == PSA_SUCCESS; i++)
    status = tag_item(&tag, items[i]);
  for (uint32_t i = 0; i < anchors && status == PSA_SUCCESS; i++) status = tag_item(&tag, HF_UID_TRUST_ANCHOR(i));
  hmac_final(&tag, body);
  if (status == PSA_SUCCESS) framing_send(FACTORY_DONE, body, sizeof body);
  return status;
}

/* ---- Name ---- */

static psa_status_t take_name(const char *name, uint32_t bytes)
{
  uint8_t csr[CSR_MAX];
  size_t used = 0;
  psa_status_t status = identity_begin(name, bytes);
  if (status == PSA_SUCCESS) status = csr_make(name, bytes, csr, sizeof csr, &used);
  return status == PSA_SUCCESS ? send_request(csr, used) : status;
}

/* ---- Items ---- */

/* A piece at offset 0 begins an item, also one that was had already. */
static void begin_item(const factory_item *piece)
{
  coming.item = piece->item;
  coming.total = piece->total_bytes;
  coming.had = 0;
}

static psa_status_t add_piece(const uint8_t *data, uint32_t bytes)
{
  if (bytes > coming.total - coming.had) return PSA_ERROR_INVALID_ARGUMENT;
  memcpy(coming.data + coming.had, data, bytes);
  if (coming.had + bytes == coming.total) {
    const psa_status_t status = identity_store(HF_UID_BASE + coming.item, coming.data, coming.total);
    if (status != PSA_SUCCESS) return status;
  }
  coming.had += bytes;
  return PSA_SUCCESS;
}

static psa_status_t take_item(const uint8_t *body, uint32_t body_bytes)
{
  factory_item piece;
  if (body_bytes <= sizeof piece) return PSA_ERROR_INVALID_ARGUMENT;
  memcpy(&piece, body, sizeof piece);
  if (piece.total_bytes > sizeof coming.data) return PSA_ERROR_INVALID_ARGUMENT;
  if (piece.offset == 0) begin_item(&piece);
  if (piece.item != coming.item || piece.total_bytes != coming.total) return PSA_ERROR_INVALID_ARGUMENT;
  if (piece.offset == coming.had) { /* else it is a repeated one, or one too far: the answer says what is wanted */
    const psa_status_t status = add_piece(body + sizeof piece, body_bytes - (uint32_t)sizeof piece);
    if (status != PSA_SUCCESS) return status;
  }
  framing_send(FACTORY_STORED, (const uint32_t[2]){coming.item, coming.had}, 2u * sizeof coming.had);
  return PSA_SUCCESS;
}

/* ---- Conversation ---- */

static psa_status_t finish(const uint8_t *body, uint32_t bytes)
{
  uint32_t anchors;
  if (bytes != sizeof anchors) return PSA_ERROR_INVALID_ARGUMENT;
  memcpy(&anchors, body, sizeof anchors);
  if (!identity_is_equipped()) return PSA_ERROR_BAD_STATE;
  psa_status_t status = identity_trust_only(anchors);
  if (status == PSA_SUCCESS) status = send_done(anchors);
  if (status != PSA_SUCCESS) return status;
  reset_system(RESET_SOFTWARE);
}

static psa_status_t serve_request(void)
{
  const uint8_t *body = framing_body(&incoming);
  const uint32_t bytes = framing_body_bytes(&incoming);
  switch (framing_type(&incoming)) {
  case FACTORY_BEGIN: say_hello(); return PSA_SUCCESS;
  case FACTORY_NAME: return take_name((const char *)body, bytes);
  case FACTORY_ITEM: return take_item(body, bytes);
  case FACTORY_END: return finish(body, bytes);
  default: return PSA_ERROR_NOT_SUPPORTED;
  }
}

/* True: a frame came before the line was silent for silence_ms, and within limit_ms. The clock is asked for each byte: a line that
 * never falls silent ends no later than any other. */
static bool wait_for_frame(uint32_t silence_ms, uint32_t limit_ms)
{
  const uint32_t begin = clock_ms();
  uint32_t now = begin, last_byte = begin;
  uint8_t byte;
  for (; now - begin < limit_ms && now - last_byte < silence_ms; now = clock_ms()) {
    watchdog_feed();
    if (uart_read(&byte)) {
      last_byte = now;
      if (framing_take(&incoming, byte)) return true;
    }
    if (now - last_byte >= FACTORY_PAUSE_MS) incoming.got = 0;
  }
  return false;
}

static _Noreturn void serve(void)
{
  do {
    const psa_status_t status = serve_request();
    if (status != PSA_SUCCESS) refuse(status);
  } while (wait_for_frame(FACTORY_SILENCE_MS, FACTORY_SILENCE_MS));
  reset_system(RESET_SOFTWARE);
}

/* The caller has decided that; this is the other time. */
static bool fuses_are_open(void)
{
  uint32_t mark;
  return otp_read(OTP_FUSES_OFFSET + offsetof(otp_fuses, secured_mark), &mark, sizeof mark) == OTP_OK && mark == 0;
}

void factory_listen(void)
{
  const uint32_t begin = clock_ms();
  if (!fuses_are_open()) return;
  for (uint32_t gone = 0; gone < FACTORY_WINDOW_MAX_MS; gone = clock_ms() - begin) {
    if (!wait_for_frame(FACTORY_WINDOW_MS, FACTORY_WINDOW_MAX_MS - gone)) return;
    if (framing_type(&incoming) == FACTORY_BEGIN) serve();
  }
}

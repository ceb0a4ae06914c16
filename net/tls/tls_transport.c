/*            tls_open()                 the server is authenticated,
 *   CLOSED ------------> SHAKING_HANDS -------------------------> OPEN
 *     ^                       |           we have signed            |
 *     |                       |  any refusal, time-out, break       |
 *     |   net_close()         v                                     |
 *     +--------------------BROKEN <---------------------------------+
 *
 * CLOSED          nothing of it is in the library's pool (net_close() leads here from everywhere)
 * SHAKING_HANDS   nothing of the caller's is sent or received
 * OPEN            what moves is encrypted and authenticated
 * BROKEN          nothing moves any more; `why` says why, from the first failure */
#include "tls_transport.h"

#include <string.h>

#include "ct.h"
#include "tls_internal.h"
#include "tls_library_internal.h"
#include "ssl_misc.h"

/* --- below --- */

/* Sending that failed is kept to ourselves, and what follows is dropped: a server that refuses us says so and hangs up,
 * and what it said may lie below still. TLS 1.3 can only read it with the keys it has after our last message. */
static int to_below(void *context, const unsigned char *bytes, size_t count)
{
  tls_transport *tls = context;
  int32_t moved = tls->below_error != 0 ? tls->below_error : net_send(tls->below, bytes, count);
  if (moved == 0) return MBEDTLS_ERR_SSL_WANT_WRITE;
  if (moved < 0) tls->below_error = moved;
  if (moved < 0) return (int)count;
  tls->statistics.sent += (uint32_t)moved;
  return moved;
}

/* Bounded for each call of ours: mbedTLS goes on by itself over warnings and tickets for as long as they come. */
static int from_below(void *context, unsigned char *to, size_t room)
{
  tls_transport *tls = context;
  if (tls->allowed == 0) return MBEDTLS_ERR_SSL_WANT_READ;
  int32_t moved = net_receive(tls->below, to, room < tls->allowed ? room : tls->allowed);
  tls->dry = moved == 0;
  if (moved == 0) return tls->below_error != 0 ? MBEDTLS_ERR_SSL_CONN_EOF : MBEDTLS_ERR_SSL_WANT_READ;
  if (moved < 0) {
    tls->below_error = moved;
    return MBEDTLS_ERR_SSL_CONN_EOF;
  }
  tls->allowed -= (uint32_t)moved;
  tls->statistics.received += (uint32_t)moved;
  return moved;
}

static bool must_wait(int result)
{
  return result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE;
}

/* --- opening --- */

static bool is_letter_or_digit(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Dots between labels of letters, digits and hyphens; a last label of digits would be an address. */
static bool is_dns_name(const char *name)
{
  size_t bytes = name == NULL ? 0 : strnlen(name, TLS_NAME_MAX + 1);
  if (bytes == 0 || bytes > TLS_NAME_MAX) return false;
  bool letter = false; /* in this label */
  for (size_t i = 0; i < bytes; i++) {
    bool label_begins = i == 0 || name[i - 1] == '.';
    if (label_begins) letter = false;
    if (is_letter_or_digit(name[i]) || (name[i] == '-' && !label_begins))
      letter = letter || name[i] > '9';
    else if (name[i] != '.' || label_begins)
      return false;
  }
  return letter && name[bytes - 1] != '.';
}

static bool is_usable(const tls_config *config)
{
  if (!is_dns_name(config->server_name)) return false;
  if (config->anchor_count - 1 >= TLS_ANCHORS_MAX) return false;
  for (size_t i = 0; i < config->anchor_count; i++)
    if (config->anchors[i].data == NULL) return false;
  if (config->certificate.data == NULL || config->sign == NULL) return false;
  if (config->utc == NULL || config->utc_floor <= 0) return false;
  return config->alpn[TLS_ALPN_MAX] == NULL && config->handshake_ms - 1 < 0x7fffffffu;
}

static int32_t send_bytes(net_transport *transport, const void *from, size_t bytes);
static int32_t receive_bytes(net_transport *transport, void *to, size_t room);
static void end(net_transport *transport);

tls_status tls_open(tls_transport *tls, const tls_config *config, net_transport *below, uint32_t now_ms)
{
  if (!tls_library_started() || tls->state != TLS_STATE_CLOSED) return TLS_NOT_OPEN;
  *tls = (tls_transport){.transport = {send_bytes, receive_bytes, end}};
  if (below == NULL || !is_usable(config)) return TLS_BAD_CONFIG;
  tls->config = *config;
  tls->opened_ms = now_ms;
  tls_library_calm();
  tls_status status = tls_set_up(tls);
  if (status != TLS_OK) return status;
  tls->below = below;
  mbedtls_ssl_set_bio(&tls->inside->ssl, tls, to_below, from_below, NULL);
  tls->state = TLS_STATE_SHAKING_HANDS;
  return TLS_BUSY;
}

/* --- the handshake --- */

static tls_status fail(tls_transport *tls, tls_status why)
{
  tls->state = TLS_STATE_BROKEN;
  tls->why = why;
  return why;
}

static tls_status fail_for(tls_transport *tls, int result)
{
  return fail(tls, tls_reason(tls, result));
}

static int read_some(tls_transport *tls, void *to, size_t room)
{
  int result;
  do result = mbedtls_ssl_read(&tls->inside->ssl, to, room);
  while (result == MBEDTLS_ERR_SSL_WANT_READ && !tls->dry && tls->allowed > 0);
  return result == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : result;
}

/* Nothing can be sent any more: it breaks here, for the reason that the server gave if it gave one. */
static tls_status hear_last_words(tls_transport *tls)
{
  uint8_t unwanted[64];
  int result;
  tls->allowed = TLS_CALL_BYTES;
  do result = read_some(tls, unwanted, sizeof unwanted);
  while (result > 0);
  wipe(unwanted, sizeof unwanted);
  return fail_for(tls, result);
}

static int64_t trusted_utc(const tls_config *config)
{
  int64_t now = config->utc(config->utc_context);
  return now > config->utc_floor ? now : config->utc_floor;
}

static void note_handshake(tls_transport *tls, uint32_t now_ms)
{
  const mbedtls_ssl_context *ssl = &tls->inside->ssl;
  tls_statistics *s = &tls->statistics;
  s->handshake_sent = s->sent;
  s->handshake_received = s->received;
  s->handshake_ms = now_ms - tls->opened_ms;
  s->version = (uint16_t)mbedtls_ssl_get_version_number(ssl);
  s->suite = (uint16_t)mbedtls_ssl_get_ciphersuite_id_from_ssl(ssl);
}

/* What mbedTLS leaves to us: nothing failed on the way, the server has asked who we are, and has said what it speaks if
 * we asked. */
static tls_status judge(tls_transport *tls)
{
  tls_status ours = tls_own_failure(tls);
  if (ours != TLS_OK) return ours;
  if (!tls->signed_once) return TLS_NOT_MUTUAL;
  if (tls->config.alpn[0] != NULL && mbedtls_ssl_get_alpn_protocol(&tls->inside->ssl) == NULL) return TLS_ALPN_IGNORED;
  return TLS_OK;
}

/* mbedTLS 3.6 asks a server for small records (tls_setup.c) but, if TLS 1.3 is agreed on, takes its consent for an answer
 * to a question that was never asked. Reminding it is all it takes. Without, a record of more than 4 KB, which a broker
 * makes of a large message, ends the connection. */
static void remember_what_was_asked(mbedtls_ssl_context *ssl)
{
  if (ssl->handshake != NULL) ssl->handshake->sent_extensions |= MBEDTLS_SSL_EXT_MASK(MAX_FRAGMENT_LENGTH);
}

static int go_on(mbedtls_ssl_context *ssl)
{
  int result = 0;
  while (result == 0 && mbedtls_ssl_is_handshake_over(ssl) == 0) {
    remember_what_was_asked(ssl);
    result = mbedtls_ssl_handshake_step(ssl);
  }
  return result;
}

static tls_status shake_hands(tls_transport *tls, uint32_t now_ms)
{
  if (now_ms - tls->opened_ms >= tls->config.handshake_ms) return fail(tls, TLS_TIMED_OUT);
  tls_library_set_utc(trusted_utc(&tls->config));
  int result = go_on(&tls->inside->ssl);
  if (must_wait(result)) return TLS_BUSY;
  if (result != 0) return fail_for(tls, result);
  note_handshake(tls, now_ms);
  tls_status status = judge(tls);
  if (status != TLS_OK) return fail(tls, status);
  if (tls->below_error != 0) return hear_last_words(tls);
  tls->state = TLS_STATE_OPEN;
  return TLS_OK;
}

/* --- open --- */

/* For the world above, which knows transports but not TLS. */
static int32_t error_of(const tls_transport *tls)
{
  switch (tls->state) {
  case TLS_STATE_CLOSED: return NET_NOT_OPEN;
  case TLS_STATE_SHAKING_HANDS:
  case TLS_STATE_OPEN: return 0;
  case TLS_STATE_BROKEN: break;
  }
  if (tls->why == TLS_PEER_CLOSED) return NET_CLOSED;
  if (tls->why == TLS_CUT_OFF || tls->why == TLS_TIMED_OUT) return NET_RESET;
  return tls->why == TLS_NO_MEMORY ? NET_OUT_OF_ROOM : NET_NOT_SECURE;
}

static int32_t broken(tls_transport *tls, int result)
{
  (void)(tls->below_error != 0 ? hear_last_words(tls) : fail_for(tls, result));
  return error_of(tls);
}

/* 0: nothing of ours lies here any more; MBEDTLS_ERR_SSL_WANT_WRITE: something does. mbedTLS sends what it has and does
 * not look at the bytes it is given then: they are of a record that is encrypted already. */
static int push_on(tls_transport *tls)
{
  if (tls->unsent == 0) return 0;
  int result = mbedtls_ssl_write(&tls->inside->ssl, (const unsigned char *)"", tls->unsent);
  if (result < 0) return result;
  tls->unsent = 0;
  return tls->below_error == 0 ? 0 : MBEDTLS_ERR_SSL_CONN_EOF;
}

/* A record that mbedTLS has made counts as moved, whether or not it could leave: the caller may go on with other bytes,
 * or with fewer, and nothing is sent twice. */
static int32_t send_record(tls_transport *tls, const void *from, size_t bytes)
{
  int most = mbedtls_ssl_get_max_out_record_payload(&tls->inside->ssl);
  if (most <= 0) return broken(tls, most);
  uint32_t part = (uint32_t)(bytes < (size_t)most ? bytes : (size_t)most);
  int result = mbedtls_ssl_write(&tls->inside->ssl, from, part);
  if (result != MBEDTLS_ERR_SSL_WANT_WRITE) return result > 0 && tls->below_error == 0 ? result : broken(tls, result);
  tls->unsent = part;
  return (int32_t)part;
}

static int32_t send_bytes(net_transport *transport, const void *from, size_t bytes)
{
  tls_transport *tls = (void *)transport; /* its first member */
  if (tls->state != TLS_STATE_OPEN) return error_of(tls);
  tls->allowed = TLS_CALL_BYTES;
  int result = push_on(tls);
  if (must_wait(result)) return 0;
  return result == 0 ? send_record(tls, from, bytes) : broken(tls, result);
}

static int32_t receive_bytes(net_transport *transport, void *to, size_t room)
{
  tls_transport *tls = (void *)transport; /* its first member */
  if (tls->state != TLS_STATE_OPEN) return error_of(tls);
  tls->allowed = TLS_CALL_BYTES;
  int result = push_on(tls);
  if (result != 0 && !must_wait(result)) return broken(tls, result);
  result = read_some(tls, to, room);
  if (must_wait(result)) return 0;
  return result > 0 ? result : broken(tls, result);
}

tls_status tls_step(tls_transport *tls, uint32_t now_ms)
{
  tls->allowed = TLS_CALL_BYTES;
  if (tls->state == TLS_STATE_SHAKING_HANDS) return shake_hands(tls, now_ms);
  if (tls->state != TLS_STATE_OPEN) return tls_why(tls);
  int result = push_on(tls);
  if (result != 0 && !must_wait(result)) (void)broken(tls, result);
  return tls_why(tls);
}

/* --- the end --- */

/* Says good-bye if that is possible at once; nobody waits for it to arrive. */
static void end(net_transport *transport)
{
  tls_transport *tls = (void *)transport; /* its first member */
  if (tls->state == TLS_STATE_CLOSED) return;
  if (tls->state == TLS_STATE_OPEN && push_on(tls) == 0) (void)mbedtls_ssl_close_notify(&tls->inside->ssl);
  tls_tear_down(tls);
  net_close(tls->below);
  tls->state = TLS_STATE_CLOSED;
}

/* --- looking --- */

tls_status tls_why(const tls_transport *tls)
{
  switch (tls->state) {
  case TLS_STATE_CLOSED: break;
  case TLS_STATE_SHAKING_HANDS: return TLS_BUSY;
  case TLS_STATE_OPEN: return TLS_OK;
  case TLS_STATE_BROKEN: return tls->why;
  }
  return TLS_NOT_OPEN;
}

bool tls_has_unsent(const tls_transport *tls)
{
  return tls->unsent != 0;
}

const char *tls_alpn(const tls_transport *tls)
{
  return tls->state == TLS_STATE_OPEN ? mbedtls_ssl_get_alpn_protocol(&tls->inside->ssl) : NULL;
}

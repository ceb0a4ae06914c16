#include "secure_link.h"

#include <string.h>

#include "console.h"
#include "hf_device.h"
#include "hf_kernel.h"
#include "network.h"
#include "psa/crypto.h"
#include "tcp_transport.h"
#include "tls_library.h"
#include "tls_transport.h"

#define NAME_MS 5000u
#define CONNECT_MS 10000u
#define HANDSHAKE_MS 20000u
#define SEND_MS 10000u
#define STEP_MS 1000u

/* 2026-01-01: this program was not there before. A clock that says less is wrong. */
#define UTC_FLOOR 1767225600

static tcp_transport connection;
static tls_transport tls;
static uint64_t pool[TLS_POOL_BYTES / sizeof(uint64_t)];

static uint32_t now_ms(void)
{
  return (uint32_t)hf_uptime_ms();
}

static bool random_bytes(void *unused, uint8_t *out, size_t bytes)
{
  (void)unused;
  return psa_generate_random(out, bytes) == PSA_SUCCESS;
}

static int64_t utc(void *unused)
{
  hf_device_info info;
  (void)unused;
  return hf_device_get_info(&info) == PSA_SUCCESS ? (int64_t)info.rtc_seconds : 0;
}

bool secure_link_start(void)
{
  static const network_config config = {.name = "holdfast"}; /* not the thing's: it would be on the wire in clear */
  const tls_library_config library = {.pool = pool, .pool_bytes = sizeof pool, .random = random_bytes};
  const network_status status = network_start(&config);
  if (status != NETWORK_OK) say("no network: %u", status);
  return status == NETWORK_OK && tls_library_start(&library);
}

/* ---- Opening ---- */

static bool find(const char *name, uint32_t *address)
{
#ifdef APP_LOCALHOST
  if (strcmp(name, "localhost") == 0) name = APP_LOCALHOST;
#endif
  const network_status status = network_resolve(name, NAME_MS, address);
  if (status != NETWORK_OK) say("no address of %s: %u", name, status);
  return status == NETWORK_OK;
}

static bool connect_to(const identity *who)
{
  uint32_t address;
  if (!network_wait(NETWORK_UP, STEP_MS)) {
    say("no network: state %u", network_get_state());
    return false;
  }
  if (!find(who->broker, &address)) return false;
  const int32_t status = tcp_transport_open(&connection, address, who->port, CONNECT_MS);
  if (status != 0) say("%s:%u is not reached: %ld", who->broker, who->port, (long)status);
  return status == 0;
}

static tls_config config_for(const identity *who)
{
  tls_config config = {.server_name = who->broker,
                       .anchor_count = who->anchor_count,
                       .certificate = {who->certificate.data, who->certificate.bytes},
                       .sign = identity_sign,
                       .utc = utc,
                       .utc_floor = UTC_FLOOR,
                       .handshake_ms = HANDSHAKE_MS};
  for (size_t n = 0; n < who->anchor_count; n++)
    config.anchors[n] = (tls_der){who->anchors[n].data, who->anchors[n].bytes};
  return config;
}

static tls_status shake_hands(const identity *who)
{
  const tls_config config = config_for(who);
  tls_status status = tls_open(&tls, &config, &connection.transport, now_ms());
  while (status == TLS_BUSY && (status = tls_step(&tls, now_ms())) == TLS_BUSY) secure_link_wait(STEP_MS);
  return status;
}

/* The transport's own figure ends where the last step began, and that one computes the longest. */
static void say_secured(uint32_t handshake_ms)
{
  const tls_statistics *s = &tls.statistics;
  say("TLS %s, suite %04x, handshake %lu ms, %lu bytes sent, %lu received, memory %lu",
      s->version == 0x0304 ? "1.3" : "1.2", s->suite, (unsigned long)handshake_ms, (unsigned long)s->handshake_sent,
      (unsigned long)s->handshake_received, (unsigned long)tls_library_memory().peak);
}

bool secure_link_open(const identity *who)
{
  if (!connect_to(who)) return false;
  const uint32_t start_ms = now_ms();
  const tls_status status = shake_hands(who);
  if (status == TLS_OK) {
    say_secured(now_ms() - start_ms);
    return true;
  }
  say("no TLS: %s: %s", tls_status_name(status), tls_status_sentence(status));
  secure_link_close();
  return false;
}

/* ---- Open ---- */

static void say_broken(int32_t error)
{
  const tls_status why = tls_why(&tls);
  say("connection broke: %ld, %s: %s", (long)error, tls_status_name(why), tls_status_sentence(why));
}

bool secure_link_send(const void *from, size_t bytes)
{
  const uint8_t *next = from;
  const uint32_t start = now_ms();
  while (bytes > 0 && now_ms() - start < SEND_MS) {
    const int32_t moved = net_send(&tls.transport, next, bytes);
    if (moved < 0) {
      say_broken(moved);
      return false;
    }
    if (moved == 0) (void)tcp_transport_wait(&connection, TCP_TRANSPORT_WRITABLE, STEP_MS);
    next += moved;
    bytes -= (size_t)moved;
  }
  if (bytes > 0) say("connection broke: the broker takes nothing");
  return bytes == 0;
}

int32_t secure_link_receive(void *to, size_t room)
{
  const int32_t moved = net_receive(&tls.transport, to, room);
  if (moved < 0) say_broken(moved);
  return moved;
}

void secure_link_wait(uint32_t timeout_ms)
{
  const uint32_t what = TCP_TRANSPORT_READABLE | (tls_has_unsent(&tls) ? TCP_TRANSPORT_WRITABLE : 0u);
  (void)tcp_transport_wait(&connection, what, timeout_ms);
}

void secure_link_close(void)
{
  if (tls.transport.close != NULL) net_close(&tls.transport);
  net_close(&connection.transport); /* a refused configuration leaves it open */
}

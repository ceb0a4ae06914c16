/* A product's network, ordered about by the test on the host (test_network.py): one line asks, one line answers.
 *
 *   state                      state STATE ADDRESS CHANGES
 *   wait STATE MS              wait REACHED
 *   resolve NAME MS            resolve STATUS ADDRESS MS
 *   open ADDRESS PORT MS       open STATUS MS
 *   transfer SEND RECEIVE MS   transfer SENT RECEIVED WRONG STATUS MS   both ways at once; ends when nothing moves for that long
 *   close                      close
 *   datagram ADDRESS PORT      datagram ERROR   pieces of 1, 2 ... DATAGRAM_PIECES bytes, which follow the pattern together
 *   statistics                 statistics and its numbers
 *   time                       time KNOWN SECONDS
 *
 * The bytes of both directions follow one pattern. The watchdog is fed by the least urgent task of all: whatever comes from the
 * network, it must get to run. */
#include <stdlib.h>
#include <string.h>

#include "FreeRTOS.h"
#include "hf_device.h"
#include "hf_kernel.h"
#include "line.h"
#include "lwip/tcpip.h"
#include "lwip/udp.h"
#include "network.h"
#include "startup_nonsecure.h"
#include "task.h"
#include "tcp_transport.h"

#define DATAGRAM_PIECES 6u /* the headers are one more: what a frame may have is 8 */
#define PIECE_BYTES 1024u
#define FEED_MS 200u
#define SERVE_WORDS 1024u
#define FEED_WORDS 256u
#define WORDS_MAX 4u

static tcp_transport connection;
static volatile uint32_t changes;

typedef struct words {
  const char *at[WORDS_MAX]; /* "" where there is none */
} words;

static uint32_t number(const words *w, uint32_t index)
{
  return (uint32_t)strtoul(w->at[index], NULL, 10);
}

static uint32_t ms_since(uint64_t start)
{
  return (uint32_t)(hf_uptime_ms() - start);
}

/* ---- Answers ---- */

static void say_state(const words *unused)
{
  (void)unused;
  line_say("state %u %08lx %lu", network_get_state(), (unsigned long)network_get_address(), (unsigned long)changes);
}

static void wait_state(const words *w)
{
  line_say("wait %d", network_wait((network_state)number(w, 1), number(w, 2)));
}

static void resolve(const words *w)
{
  const uint64_t start = hf_uptime_ms();
  uint32_t address = 0;
  const network_status status = network_resolve(w->at[1], number(w, 2), &address);
  line_say("resolve %u %08lx %lu", status, (unsigned long)address, (unsigned long)ms_since(start));
}

static void open_connection(const words *w)
{
  const uint64_t start = hf_uptime_ms();
  uint32_t address;
  if (network_resolve(w->at[1], number(w, 3), &address) != NETWORK_OK) {
    line_say("open 1 0");
    return;
  }
  const int32_t status = tcp_transport_open(&connection, address, (uint16_t)number(w, 2), number(w, 3));
  line_say("open %ld %lu", (long)status, (unsigned long)ms_since(start));
}

static void close_connection(const words *unused)
{
  (void)unused;
  net_close(&connection.transport);
  line_say("close");
}

static void say_statistics(const words *unused)
{
  (void)unused;
  const network_statistics s = network_get_statistics();
  line_say("statistics %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu",
           (unsigned long)s.ethernet.received, (unsigned long)s.ethernet.receive_errors,
           (unsigned long)s.ethernet.receive_dropped, (unsigned long)s.ethernet.sent,
           (unsigned long)s.ethernet.send_errors, (unsigned long)s.ethernet.interrupts, (unsigned long)s.no_buffer,
           (unsigned long)s.rests, (unsigned long)s.heap_bytes, (unsigned long)s.heap_peak_bytes,
           (unsigned long)s.heap_failures, (unsigned long)s.frames, (unsigned long)s.frames_peak,
           (unsigned long)s.frame_failures, (unsigned long)s.segments_peak, (unsigned long)s.stack_left_bytes);
}

static void say_time(const words *unused)
{
  uint64_t seconds = 0;
  (void)unused;
  const bool known = network_get_time(&seconds);
  line_say("time %d %lu", known, (unsigned long)seconds);
}

/* ---- Transfer ---- */

static uint8_t pattern(uint32_t position)
{
  return (uint8_t)(position * 7u + (position >> 8) * 13u + (position >> 16) * 31u);
}

typedef struct transfer {
  uint32_t to_send, to_receive;
  uint32_t sent, received, wrong;
  int32_t status;
} transfer;

static bool send_some(transfer *t)
{
  uint8_t piece[PIECE_BYTES];
  const uint32_t left = t->to_send - t->sent, bytes = left < sizeof piece ? left : sizeof piece;
  if (bytes == 0) return false;
  for (uint32_t i = 0; i < bytes; i++) piece[i] = pattern(t->sent + i);
  const int32_t moved = net_send(&connection.transport, piece, bytes);
  if (moved < 0) t->status = moved;
  if (moved > 0) t->sent += (uint32_t)moved;
  return moved > 0;
}

static bool receive_some(transfer *t)
{
  uint8_t piece[PIECE_BYTES];
  const uint32_t left = t->to_receive - t->received, bytes = left < sizeof piece ? left : sizeof piece;
  if (bytes == 0) return false;
  const int32_t moved = net_receive(&connection.transport, piece, bytes);
  if (moved < 0) t->status = moved;
  for (int32_t i = 0; i < moved; i++) t->wrong += piece[i] != pattern(t->received++);
  return moved > 0;
}

static uint32_t wanted(const transfer *t)
{
  return (t->sent != t->to_send ? TCP_TRANSPORT_WRITABLE : 0u) |
         (t->received != t->to_receive ? TCP_TRANSPORT_READABLE : 0u);
}

static void transfer_bytes(const words *w)
{
  transfer t = {number(w, 1), number(w, 2), 0, 0, 0, 0};
  const uint32_t patience_ms = number(w, 3);
  const uint64_t start = hf_uptime_ms();
  while (wanted(&t) != 0 && t.status == 0) {
    const bool out = send_some(&t);
    const bool in = t.status == 0 && receive_some(&t);
    if (!out && !in && t.status == 0 && !tcp_transport_wait(&connection, wanted(&t), patience_ms)) break;
  }
  line_say("transfer %lu %lu %lu %ld %lu", (unsigned long)t.sent, (unsigned long)t.received, (unsigned long)t.wrong,
           (long)t.status, (unsigned long)ms_since(start));
}

/* ---- A frame of many pieces ---- */

static struct pbuf *make_pieces(void)
{
  struct pbuf *all = NULL;
  uint32_t position = 0;
  for (uint16_t bytes = 1; bytes <= DATAGRAM_PIECES; bytes++) {
    struct pbuf *piece = pbuf_alloc(all == NULL ? PBUF_TRANSPORT : PBUF_RAW, bytes, PBUF_RAM);
    if (piece == NULL) break;
    for (uint16_t i = 0; i < bytes; i++) pbuf_put_at(piece, i, pattern(position++));
    if (all == NULL)
      all = piece;
    else
      pbuf_cat(all, piece);
  }
  return all;
}

static err_t send_pieces(uint32_t address, uint16_t port)
{
  const ip_addr_t to = {address};
  struct udp_pcb *pcb = udp_new();
  struct pbuf *pieces = make_pieces();
  const err_t error = pcb != NULL && pieces != NULL ? udp_sendto(pcb, pieces, &to, port) : ERR_MEM;
  if (pieces != NULL) (void)pbuf_free(pieces);
  if (pcb != NULL) udp_remove(pcb);
  return error;
}

static void send_datagram(const words *w)
{
  uint32_t address;
  if (network_resolve(w->at[1], 1000, &address) != NETWORK_OK) {
    line_say("datagram 1");
    return;
  }
  LOCK_TCPIP_CORE();
  const err_t error = send_pieces(address, (uint16_t)number(w, 2));
  UNLOCK_TCPIP_CORE();
  line_say("datagram %d", error);
}

/* ---- Tasks ---- */

static const struct {
  const char *name;
  void (*obey)(const words *w);
} orders[] = {
  {"state", say_state},           {"wait", wait_state},        {"resolve", resolve},
  {"open", open_connection},      {"close", close_connection}, {"transfer", transfer_bytes},
  {"statistics", say_statistics}, {"time", say_time},          {"datagram", send_datagram},
};

static void obey(char *line)
{
  words w;
  char *rest = line;
  for (uint32_t i = 0; i < WORDS_MAX; i++) {
    char *word = strtok_r(NULL, " ", &rest);
    w.at[i] = word != NULL ? word : "";
  }
  for (uint32_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
    if (strcmp(orders[i].name, w.at[0]) != 0) continue;
    orders[i].obey(&w);
    return;
  }
  line_say("unknown");
}

static void count_change(network_state state)
{
  (void)state;
  changes++;
}

static void serve(void *unused)
{
  static const network_config config = {.name = "holdfast", .time_server = "10.0.2.2", .on_change = count_change};
  char line[LINE_MAX_BYTES];
  (void)unused;
  line_start();
  line_say("start %u", network_start(&config));
  for (;;) {
    line_receive(line);
    obey(line);
  }
}

static void feed(void *unused)
{
  (void)unused;
  for (;;) {
    if (hf_watchdog_feed() != PSA_SUCCESS) line_say("not fed");
    vTaskDelay(pdMS_TO_TICKS(FEED_MS));
  }
}

void nonsecure_main(void)
{
  static StackType_t serve_stack[SERVE_WORDS], feed_stack[FEED_WORDS];
  static StaticTask_t serve_task, feed_task;
  (void)xTaskCreateStatic(serve, "serve", SERVE_WORDS, NULL, 3, serve_stack, &serve_task);
  (void)xTaskCreateStatic(feed, "feed", FEED_WORDS, NULL, 1, feed_stack, &feed_task);
  vTaskStartScheduler();
  for (;;) continue;
}

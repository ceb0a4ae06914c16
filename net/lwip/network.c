/* lwIP's thread is the only one that touches the Ethernet device's receiver; its transmitter is used under the core lock, by
 * whoever holds it. The interrupt posts one of two messages, each at most once until it was handled, so that the mailbox always
 * has room for them. */
#include "network.h"

#include <string.h>

#include "FreeRTOS.h"
#include "hf_kernel.h"
#include "lwip/apps/sntp.h"
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/etharp.h"
#include "lwip/memp.h"
#include "lwip/netif.h"
#include "lwip/stats.h"
#include "lwip/tcpip.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "network_random.h"
#include "semphr.h"
#include "task.h"

#define START_MS 1000u
#define WAIT_MAX_MS 3600000u
#define MTU 1500u
/* Frames read without a rest, and the rest. One connection's window is a quarter of it: only floods get there. */
#define BURST_FRAMES 16u
#define REST_MS 1u
/* Pieces of a frame to be sent: headers, and what was written in that many calls. */
#define SEGMENTS_MAX 8u

_Static_assert(PBUF_POOL_BUFSIZE >= ETHERNET_FRAME_MAX, "a frame is one buffer");
_Static_assert(PBUF_POOL_SIZE > TCP_OOSEQ_MAX_PBUFS, "what came out of order leaves room for what is missing");
_Static_assert(MEM_SIZE >= TCP_SND_BUF + TCP_SND_BUF / TCP_MSS * 128u + 1024u,
               "a full send buffer leaves room for others");

static struct netif ethernet;
static network_config settings;
static network_state told_state = NETWORK_OFF;
static StaticSemaphore_t started_memory, changed_memory, resolved_memory;
static SemaphoreHandle_t started, changed, resolved;
static network_status start_status;
static struct tcpip_callback_msg *frame_message, *link_message;
static volatile bool frame_is_posted, link_is_posted;
static TaskHandle_t lwip_thread;
static uint32_t dropped_without_buffer, rests;

/* The question to the name servers: an answer to an older one is nobody's. */
static struct {
  uintptr_t number;
  bool answered;
  uint32_t address; /* 0: there is none */
} question;

static struct {
  uint64_t unix_ms;
  uint64_t at_uptime_ms;
  bool known;
} server_time;

/* ---- Interrupt ---- */

static void post(struct tcpip_callback_msg *message, volatile bool *is_posted)
{
  if (*is_posted) return;
  *is_posted = true;
  if (tcpip_callbackmsg_trycallback_fromisr(message) != ERR_OK) *is_posted = false;
}

static void on_ethernet_event(uint32_t events)
{
  if ((events & ETHERNET_EVENT_FRAME) != 0) post(frame_message, &frame_is_posted);
  if ((events & ETHERNET_EVENT_LINK) != 0) post(link_message, &link_is_posted);
}

/* ---- lwIP's thread: frames ---- */

static void receive_frame(uint32_t bytes)
{
  struct pbuf *frame = pbuf_alloc(PBUF_RAW, (u16_t)bytes, PBUF_POOL);
  if (frame == NULL) {
    dropped_without_buffer++;
    ethernet_drop();
    return;
  }
  ethernet_receive(frame->payload, frame->len);
  if (ethernet.input(frame, &ethernet) != ERR_OK) (void)pbuf_free(frame);
}

static void receive_frames(void *unused)
{
  (void)unused;
  frame_is_posted = false;
  for (uint32_t i = 0; i < BURST_FRAMES; i++) {
    const uint32_t bytes = ethernet_frame_waiting();
    if (bytes == 0) return;
    receive_frame(bytes);
  }
  rests++;
  sys_timeout(REST_MS, receive_frames, NULL);
}

static err_t send_frame(struct netif *netif, struct pbuf *frame)
{
  ethernet_segment segments[SEGMENTS_MAX];
  uint32_t count = 0;
  (void)netif;
  for (const struct pbuf *piece = frame; piece != NULL; piece = piece->next) {
    if (count == SEGMENTS_MAX) return ERR_BUF;
    segments[count++] = (ethernet_segment){piece->payload, piece->len};
  }
  return ethernet_send(segments, count) ? ERR_OK : ERR_IF;
}

/* ---- lwIP's thread: states ---- */

static network_state state_now(void)
{
  if (!netif_is_link_up(&ethernet)) return NETWORK_NO_LINK;
  return ip4_addr_isany_val(*netif_ip4_addr(&ethernet)) ? NETWORK_LINK : NETWORK_UP;
}

/* With the first address; from then on lwIP repeats it. Asked earlier, the first question is lost, and the next is 15 seconds later. */
static void ask_for_time(void)
{
  if (settings.time_server == NULL || sntp_enabled()) return;
  sntp_setoperatingmode(SNTP_OPMODE_POLL);
  sntp_setservername(0, settings.time_server);
  sntp_init();
}

static void tell_changes(struct netif *netif)
{
  const network_state state = state_now();
  (void)netif;
  if (state == told_state) return;
  told_state = state;
  if (state == NETWORK_UP) ask_for_time();
  (void)xSemaphoreGive(changed);
  if (settings.on_change != NULL) settings.on_change(state);
}

static void look_at_link(void *unused)
{
  (void)unused;
  link_is_posted = false;
  if (ethernet_link_is_up())
    netif_set_link_up(&ethernet);
  else
    netif_set_link_down(&ethernet);
}

/* ---- lwIP's thread: start ---- */

static err_t ethernet_init(struct netif *netif)
{
  netif->name[0] = 'e';
  netif->name[1] = 'n';
  netif->mtu = MTU;
  netif->hwaddr_len = ETHERNET_ADDRESS_BYTES;
  netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
  netif->output = etharp_output;
  netif->linkoutput = send_frame;
  ethernet_get_address(netif->hwaddr);
  return ERR_OK;
}

static network_status start_netif(void)
{
  frame_message = tcpip_callbackmsg_new(receive_frames, NULL);
  link_message = tcpip_callbackmsg_new(look_at_link, NULL);
  if (frame_message == NULL || link_message == NULL) return NETWORK_NO_MEMORY;
  if (!ethernet_start(configMAX_SYSCALL_INTERRUPT_PRIORITY, on_ethernet_event)) return NETWORK_NO_DEVICE;
  if (netif_add_noaddr(&ethernet, NULL, ethernet_init, ethernet_input) == NULL) return NETWORK_NO_MEMORY;
  netif_set_hostname(&ethernet, settings.name);
  netif_set_status_callback(&ethernet, tell_changes);
  netif_set_link_callback(&ethernet, tell_changes);
  netif_set_default(&ethernet);
  netif_set_up(&ethernet);
  told_state = NETWORK_NO_LINK;
  look_at_link(NULL);
  if (dhcp_start(&ethernet) != ERR_OK) return NETWORK_NO_MEMORY;
  return NETWORK_OK;
}

static void start_in_thread(void *unused)
{
  (void)unused;
  lwip_thread = xTaskGetCurrentTaskHandle();
  start_status = start_netif();
  (void)xSemaphoreGive(started);
}

/* ---- Tasks ---- */

network_status network_start(const network_config *config)
{
  if (!network_random_start()) return NETWORK_NO_RANDOM;
  settings = *config;
  started = xSemaphoreCreateBinaryStatic(&started_memory);
  changed = xSemaphoreCreateBinaryStatic(&changed_memory);
  resolved = xSemaphoreCreateBinaryStatic(&resolved_memory);
  tcpip_init(start_in_thread, NULL);
  if (xSemaphoreTake(started, pdMS_TO_TICKS(START_MS)) != pdTRUE) return NETWORK_TIMEOUT;
  return start_status;
}

network_state network_get_state(void)
{
  return told_state; /* one word */
}

static TickType_t ticks_since(TickType_t start)
{
  return xTaskGetTickCount() - start;
}

/* Waits for a semaphore that may be given for older reasons, until `ticks` have passed since `start`. */
static bool take_until(SemaphoreHandle_t semaphore, TickType_t start, TickType_t ticks)
{
  const TickType_t passed = ticks_since(start);
  return passed < ticks && xSemaphoreTake(semaphore, ticks - passed) == pdTRUE;
}

static TickType_t bounded_ticks(uint32_t timeout_ms)
{
  return pdMS_TO_TICKS(timeout_ms < WAIT_MAX_MS ? timeout_ms : WAIT_MAX_MS);
}

bool network_wait(network_state state, uint32_t timeout_ms)
{
  const TickType_t start = xTaskGetTickCount();
  if (network_get_state() == NETWORK_OFF) return false;
  while (network_get_state() < state)
    if (!take_until(changed, start, bounded_ticks(timeout_ms))) return network_get_state() >= state;
  return true;
}

uint32_t network_get_address(void)
{
  LOCK_TCPIP_CORE();
  const uint32_t address = netif_ip4_addr(&ethernet)->addr;
  UNLOCK_TCPIP_CORE();
  return address;
}

static void on_answer(const char *name, const ip_addr_t *found, void *number)
{
  (void)name;
  if ((uintptr_t)number != question.number) return;
  question.address = found != NULL ? found->addr : 0;
  question.answered = true;
  (void)xSemaphoreGive(resolved);
}

static err_t ask(const char *name, ip_addr_t *found)
{
  LOCK_TCPIP_CORE();
  question.number++;
  question.answered = false;
  const err_t error = dns_gethostbyname(name, found, on_answer, (void *)question.number);
  UNLOCK_TCPIP_CORE();
  return error;
}

/* What has come; whatever comes later is too late. */
static bool take_answer(uint32_t *address)
{
  LOCK_TCPIP_CORE();
  const bool answered = question.answered;
  *address = question.address;
  question.number++;
  UNLOCK_TCPIP_CORE();
  return answered;
}

network_status network_resolve(const char *name, uint32_t timeout_ms, uint32_t *address)
{
  const TickType_t start = xTaskGetTickCount();
  ip_addr_t found;
  if (network_get_state() == NETWORK_OFF) return NETWORK_BAD_REQUEST;
  (void)xSemaphoreTake(resolved, 0); /* of an older question */
  const err_t error = ask(name, &found);
  if (error == ERR_OK) {
    *address = found.addr;
    return NETWORK_OK;
  }
  if (error == ERR_MEM) return NETWORK_NO_MEMORY;
  if (error != ERR_INPROGRESS) return error == ERR_ARG ? NETWORK_BAD_REQUEST : NETWORK_NO_SUCH_NAME;
  (void)take_until(resolved, start, bounded_ticks(timeout_ms));
  if (!take_answer(address)) return NETWORK_TIMEOUT;
  return *address != 0 ? NETWORK_OK : NETWORK_NO_SUCH_NAME;
}

/* ---- Time ---- */

void network_take_time(unsigned long unix_seconds)
{
  server_time.unix_ms = (uint64_t)unix_seconds * 1000u;
  server_time.at_uptime_ms = hf_uptime_ms();
  server_time.known = true;
}

bool network_get_time(uint64_t *unix_seconds)
{
  if (network_get_state() == NETWORK_OFF) return false;
  LOCK_TCPIP_CORE();
  const bool known = server_time.known;
  *unix_seconds = (server_time.unix_ms + hf_uptime_ms() - server_time.at_uptime_ms) / 1000u;
  UNLOCK_TCPIP_CORE();
  return known;
}

/* ---- Statistics ---- */

network_statistics network_get_statistics(void)
{
  network_statistics s = {0};
  if (network_get_state() == NETWORK_OFF) return s;
  LOCK_TCPIP_CORE();
  s.ethernet = ethernet_get_statistics();
  s.no_buffer = dropped_without_buffer;
  s.rests = rests;
  s.heap_bytes = lwip_stats.mem.used;
  s.heap_peak_bytes = lwip_stats.mem.max;
  s.heap_failures = lwip_stats.mem.err;
  s.frames = lwip_stats.memp[MEMP_PBUF_POOL]->used;
  s.frames_peak = lwip_stats.memp[MEMP_PBUF_POOL]->max;
  s.frame_failures = lwip_stats.memp[MEMP_PBUF_POOL]->err;
  s.segments_peak = lwip_stats.memp[MEMP_TCP_SEG]->max;
  UNLOCK_TCPIP_CORE();
  s.stack_left_bytes = (uint32_t)(uxTaskGetStackHighWaterMark(lwip_thread) * sizeof(StackType_t));
  return s;
}

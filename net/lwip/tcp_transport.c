/* Everything in the struct is touched under lwIP's core lock only, by the callbacks in lwIP's thread and by the owner; the
 * semaphore says that something changed. */
#include "tcp_transport.h"

#include <string.h>

#include "lwip/tcp.h"
#include "lwip/tcpip.h"
#include "task.h"

_Static_assert(TCP_TRANSPORT_WINDOW == TCP_WND, "what was offered to the other side has room");

#define WAIT_MAX_MS 3600000u

/* ---- lwIP's callbacks ---- */

static err_t on_connected(void *connection, struct tcp_pcb *pcb, err_t error)
{
  tcp_transport *c = connection;
  (void)pcb;
  (void)error; /* always ERR_OK */
  c->is_connected = true;
  (void)xSemaphoreGive(c->events);
  return ERR_OK;
}

/* lwIP has given the connection up, and its memory. */
static void on_broken(void *connection, err_t error)
{
  tcp_transport *c = connection;
  c->pcb = NULL;
  if (c->broken == 0) c->broken = error == ERR_MEM ? NET_OUT_OF_ROOM : NET_RESET;
  (void)xSemaphoreGive(c->events);
}

static void put(tcp_transport *c, const struct pbuf *data)
{
  const uint32_t end = (c->first + c->used) % TCP_TRANSPORT_WINDOW;
  const uint32_t to_edge = TCP_TRANSPORT_WINDOW - end;
  const uint16_t before_edge = data->tot_len < to_edge ? data->tot_len : (uint16_t)to_edge;
  (void)pbuf_copy_partial(data, c->ring + end, before_edge, 0);
  (void)pbuf_copy_partial(data, c->ring, (uint16_t)(data->tot_len - before_edge), before_edge);
  c->used += data->tot_len;
}

/* More than the window was never offered: lwIP cuts it off. It is checked all the same. */
static err_t on_received(void *connection, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
  tcp_transport *c = connection;
  (void)pcb;
  (void)error;
  if (data == NULL) {
    if (c->broken == 0) c->broken = NET_CLOSED;
  } else {
    if (data->tot_len > TCP_TRANSPORT_WINDOW - c->used) return ERR_MEM;
    put(c, data);
    (void)pbuf_free(data);
  }
  (void)xSemaphoreGive(c->events);
  return ERR_OK;
}

static err_t on_sent(void *connection, struct tcp_pcb *pcb, u16_t bytes)
{
  tcp_transport *c = connection;
  (void)pcb;
  (void)bytes;
  (void)xSemaphoreGive(c->events);
  return ERR_OK;
}

/* ---- The transport ---- */

static int32_t send_locked(tcp_transport *c, const void *from, size_t bytes)
{
  if (c->broken != 0) return c->broken;
  const size_t room = tcp_sndbuf(c->pcb);
  const uint16_t piece = (uint16_t)(bytes < room ? bytes : room);
  if (piece == 0) return 0;
  const err_t error = tcp_write(c->pcb, from, piece, TCP_WRITE_FLAG_COPY);
  if (error == ERR_MEM) return 0; /* until something was acknowledged */
  if (error != ERR_OK) return c->broken = NET_RESET;
  (void)tcp_output(c->pcb); /* what does not go now goes with lwIP's timer */
  return piece;
}

static int32_t transport_send(net_transport *transport, const void *from, size_t bytes)
{
  tcp_transport *c = (tcp_transport *)transport;
  LOCK_TCPIP_CORE();
  const int32_t sent = send_locked(c, from, bytes);
  UNLOCK_TCPIP_CORE();
  return sent;
}

/* What came before the end is given out before the end is told. */
static int32_t receive_locked(tcp_transport *c, uint8_t *to, size_t room)
{
  if (c->used == 0) return c->broken;
  const uint32_t piece = c->used < room ? c->used : (uint32_t)room;
  const uint32_t to_edge = TCP_TRANSPORT_WINDOW - c->first;
  const uint32_t before_edge = piece < to_edge ? piece : to_edge;
  memcpy(to, c->ring + c->first, before_edge);
  memcpy(to + before_edge, c->ring, piece - before_edge);
  c->first = (c->first + piece) % TCP_TRANSPORT_WINDOW;
  c->used -= piece;
  if (c->pcb != NULL) tcp_recved(c->pcb, (u16_t)piece);
  return (int32_t)piece;
}

static int32_t transport_receive(net_transport *transport, void *to, size_t room)
{
  tcp_transport *c = (tcp_transport *)transport;
  LOCK_TCPIP_CORE();
  const int32_t received = receive_locked(c, to, room);
  UNLOCK_TCPIP_CORE();
  return received;
}

/* No callback comes after this. lwIP finishes what is under way by itself; where it has no memory even for that, by a reset. So
 * it does when a new connection needs the place: peers that never finish must not keep us from others. */
static void leave(tcp_transport *c)
{
  struct tcp_pcb *pcb = c->pcb;
  c->pcb = NULL;
  if (pcb == NULL) return;
  tcp_arg(pcb, NULL);
  tcp_recv(pcb, NULL);
  tcp_sent(pcb, NULL);
  tcp_err(pcb, NULL);
  tcp_setprio(pcb, TCP_PRIO_MIN);
  if (!c->is_connected || tcp_close(pcb) != ERR_OK) tcp_abort(pcb);
}

static void transport_close(net_transport *transport)
{
  tcp_transport *c = (tcp_transport *)transport;
  LOCK_TCPIP_CORE();
  leave(c);
  c->broken = NET_NOT_OPEN;
  c->used = 0;
  UNLOCK_TCPIP_CORE();
}

/* ---- Opening ---- */

static int32_t connect_locked(tcp_transport *c, uint32_t address, uint16_t port)
{
  const ip_addr_t to = {address};
  leave(c);
  c->is_connected = false;
  c->first = 0;
  c->used = 0;
  c->broken = 0;
  c->pcb = tcp_new();
  if (c->pcb == NULL) return NET_OUT_OF_ROOM;
  tcp_arg(c->pcb, c);
  tcp_recv(c->pcb, on_received);
  tcp_sent(c->pcb, on_sent);
  tcp_err(c->pcb, on_broken);
  const err_t error = tcp_connect(c->pcb, &to, port, on_connected);
  if (error == ERR_OK) return 0;
  return error == ERR_MEM || error == ERR_BUF ? NET_OUT_OF_ROOM : NET_RESET;
}

typedef bool (*condition)(const tcp_transport *c, uint32_t what);

static bool is_decided(const tcp_transport *c, uint32_t unused)
{
  (void)unused;
  return c->is_connected || c->broken != 0;
}

static bool can_go_on(const tcp_transport *c, uint32_t what)
{
  if (c->broken != 0 || c->is_woken) return true;
  if ((what & TCP_TRANSPORT_READABLE) != 0 && c->used != 0) return true;
  return (what & TCP_TRANSPORT_WRITABLE) != 0 && tcp_sndbuf(c->pcb) != 0 &&
         tcp_sndqueuelen(c->pcb) < TCP_SND_QUEUELEN / 2;
}

static bool wait_for(tcp_transport *c, condition holds, uint32_t what, uint32_t timeout_ms)
{
  const TickType_t start = xTaskGetTickCount();
  const TickType_t ticks = pdMS_TO_TICKS(timeout_ms < WAIT_MAX_MS ? timeout_ms : WAIT_MAX_MS);
  for (;;) {
    LOCK_TCPIP_CORE();
    const bool done = holds(c, what);
    UNLOCK_TCPIP_CORE();
    const TickType_t passed = xTaskGetTickCount() - start;
    if (done || passed >= ticks) return done;
    (void)xSemaphoreTake(c->events, ticks - passed);
  }
}

int32_t tcp_transport_open(tcp_transport *connection, uint32_t address, uint16_t port, uint32_t timeout_ms)
{
  tcp_transport *c = connection;
  if (c->events == NULL) c->events = xSemaphoreCreateBinaryStatic(&c->memory);
  c->transport = (net_transport){transport_send, transport_receive, transport_close};
  LOCK_TCPIP_CORE();
  int32_t status = connect_locked(c, address, port);
  UNLOCK_TCPIP_CORE();
  if (status == 0 && !wait_for(c, is_decided, 0, timeout_ms)) status = NET_RESET;
  LOCK_TCPIP_CORE();
  if (status == 0 && !c->is_connected) status = c->broken;
  UNLOCK_TCPIP_CORE();
  if (status != 0) transport_close(&c->transport);
  return status;
}

bool tcp_transport_wait(tcp_transport *connection, uint32_t what, uint32_t timeout_ms)
{
  const bool something = wait_for(connection, can_go_on, what, timeout_ms);
  LOCK_TCPIP_CORE();
  connection->is_woken = false;
  UNLOCK_TCPIP_CORE();
  return something;
}

void tcp_transport_wake(tcp_transport *connection)
{
  LOCK_TCPIP_CORE();
  connection->is_woken = true;
  UNLOCK_TCPIP_CORE();
  (void)xSemaphoreGive(connection->events);
}

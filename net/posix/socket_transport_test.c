#include "socket_transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int listener = -1, other = -1;
static uint16_t port;
static socket_transport here;
static uint8_t megabyte[1u << 20];

static int set_up(void **state)
{
  (void)state;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t bytes = sizeof at;
  listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 1) != 0) return -1;
  if (getsockname(listener, (struct sockaddr *)&at, &bytes) != 0) return -1;
  port = ntohs(at.sin_port);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  net_close(&here.transport);
  if (other >= 0) close(other);
  if (listener >= 0) close(listener);
  other = listener = -1;
  return 0;
}

static void wait_for(short events)
{
  struct pollfd ready = {.fd = here.fd, .events = events};
  assert_int_equal(poll(&ready, 1, 5000), 1);
}

static void connect_here(void)
{
  assert_true(socket_open(&here, "127.0.0.1", port));
  other = accept(listener, NULL, NULL);
  assert_true(other >= 0);
  wait_for(POLLOUT);
}

static void carries_bytes_both_ways(void **state)
{
  (void)state;
  char got[8] = "";
  connect_here();
  assert_int_equal(net_send(&here.transport, "hello", 5), 5);
  assert_int_equal(recv(other, got, sizeof got, 0), 5);
  assert_string_equal(got, "hello");
  assert_int_equal(net_receive(&here.transport, got, sizeof got), 0);
  assert_int_equal(send(other, "back", 4, 0), 4);
  wait_for(POLLIN);
  assert_int_equal(net_receive(&here.transport, got, 3), 3);
  assert_int_equal(net_receive(&here.transport, got, sizeof got), 1);
}

static void a_full_line_is_for_later(void **state)
{
  (void)state;
  int32_t moved;
  size_t all = 0;
  connect_here();
  while ((moved = net_send(&here.transport, megabyte, sizeof megabyte)) > 0) {
    all += (size_t)moved;
    assert_true(moved <= (int32_t)SOCKET_CALL_BYTES && all < 100 * sizeof megabyte);
  }
  assert_int_equal(moved, 0);
}

static void an_orderly_end_is_told_after_the_last_byte(void **state)
{
  (void)state;
  char got[8];
  connect_here();
  assert_int_equal(send(other, "x", 1, 0), 1);
  close(other);
  other = -1;
  wait_for(POLLIN);
  assert_int_equal(net_receive(&here.transport, got, sizeof got), 1);
  wait_for(POLLIN);
  assert_int_equal(net_receive(&here.transport, got, sizeof got), NET_CLOSED);
  assert_int_equal(net_receive(&here.transport, got, sizeof got), NET_CLOSED);
}

static void a_reset_is_told(void **state)
{
  (void)state;
  char got[8];
  struct linger at_once = {.l_onoff = 1};
  connect_here();
  setsockopt(other, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(other);
  other = -1;
  wait_for(POLLIN);
  assert_int_equal(net_send(&here.transport, "x", 1), NET_RESET); /* and no SIGPIPE */
  assert_true(net_receive(&here.transport, got, sizeof got) < 0);
}

static void a_refused_connection_is_a_reset(void **state)
{
  (void)state;
  char got[8];
  close(listener);
  listener = -1;
  assert_true(socket_open(&here, "127.0.0.1", port));
  wait_for(POLLOUT);
  assert_int_equal(net_receive(&here.transport, got, sizeof got), NET_RESET);
  assert_int_equal(net_send(&here.transport, "x", 1), NET_RESET);
}

static void takes_addresses_and_not_names(void **state)
{
  (void)state;
  assert_false(socket_open(&here, "localhost", port));
  assert_false(socket_open(&here, "", port));
  assert_int_equal(net_send(&here.transport, "x", 1), NET_NOT_OPEN);
}

static void is_not_open_after_its_end(void **state)
{
  (void)state;
  char got[8];
  connect_here();
  net_close(&here.transport);
  net_close(&here.transport);
  assert_int_equal(net_send(&here.transport, "x", 1), NET_NOT_OPEN);
  assert_int_equal(net_receive(&here.transport, got, sizeof got), NET_NOT_OPEN);
}

static void adopts_a_socket(void **state)
{
  (void)state;
  int pair[2];
  char got[8];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  other = pair[1];
  assert_false(socket_adopt(&here, -1));
  assert_true(socket_adopt(&here, pair[0]));
  assert_int_equal(net_receive(&here.transport, got, sizeof got), 0);
  assert_int_equal(net_send(&here.transport, "x", 1), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(carries_bytes_both_ways),
    TEST(a_full_line_is_for_later),
    TEST(an_orderly_end_is_told_after_the_last_byte),
    TEST(a_reset_is_told),
    TEST(a_refused_connection_is_a_reset),
    TEST(takes_addresses_and_not_names),
    TEST(is_not_open_after_its_end),
    TEST(adopts_a_socket),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* libFuzzer's entry: whatever comes over the UART of a device in its factory, a blank one at the program's start.
 *
 *     build/host-sanitized/secure/factory_fuzz -max_len=4096 CORPUS_FOLDER
 */
#include "device_test_support.h"

#include "crc32.h"
#include "recovery_protocol.h"

#include "factory.c" /* compiled here, so that the fuzzer sees its branches */

static jmp_buf restarted;

static void restart(reset_cause cause)
{
  (void)cause;
  longjmp(restarted, 1);
}

/* All is read: now the silence. */
static bool time_passes(void *context, uint8_t *byte)
{
  (void)context;
  (void)byte;
  host_clock_step(100);
  return false;
}

/* Sums are what a fuzzer does not find: the input is pieces of a type, a length and a body. */
static void feed_frames(const uint8_t *data, size_t bytes)
{
  while (bytes >= 2) {
    const uint32_t body = data[1] < bytes - 2 ? data[1] : (uint32_t)(bytes - 2);
    const uint8_t head[] = {RECOVERY_SYNC_0, RECOVERY_SYNC_1, data[0], 0, (uint8_t)body, 0};
    const uint32_t sum = crc32(crc32(0, head + 2, 4), data + 2, body);
    host_uart_feed(head, sizeof head);
    host_uart_feed(data + 2, body);
    host_uart_feed(&sum, sizeof sum); /* hosts are little-endian */
    data += 2 + body;
    bytes -= 2 + body;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  static bool there;
  if (!there) test_device_new();
  there = true;
  host_reset_handler(restart);
  host_uart_source(time_passes, NULL);
  host_clock_step(0);
  memset(&coming, 0, sizeof coming);
  incoming.got = 0;
  feed_frames((const uint8_t[]){FACTORY_BEGIN, 0}, 2);
  if (bytes > 0 && data[0] % 2) host_uart_feed(data + 1, (uint32_t)bytes - 1);
  if (bytes > 0 && data[0] % 2 == 0) feed_frames(data + 1, bytes - 1);
  if (setjmp(restarted) == 0) factory_listen();
  if (storage_is_stale()) abort();
  return 0;
}

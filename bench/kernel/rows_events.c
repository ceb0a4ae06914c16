/* Event groups, stream buffers and message buffers. */
#include "bench.h"
#include "event_groups.h"
#include "message_buffer.h"
#include "stream_buffer.h"

enum { MESSAGE_BYTES = 64, STORAGE_BYTES = 256 };

static uint8_t sent[MESSAGE_BYTES], received[MESSAGE_BYTES];
static uint8_t storage[STORAGE_BYTES + 1];

static void wait_for_bit(void *group)
{
  for (;;) {
    xEventGroupWaitBits(group, 1, pdTRUE, pdFALSE, portMAX_DELAY);
    mark_to();
  }
}

static void event_groups(void)
{
  static StaticEventGroup_t memory;
  EventGroupHandle_t group = xEventGroupCreateStatic(&memory);
  REPEAT(1000, xEventGroupSetBits(group, 1); xEventGroupClearBits(group, 1));
  report("h.evg_self", "-", LESS_LOOP, 1000);
  helper(wait_for_bit, group, HIGHER_PRIORITY);
  REPEAT(1000, mark_from(); xEventGroupSetBits(group, 1));
  report("h.evg_rt", "h.evg_oneway", LESS_LOOP, 1000);
  delete_helpers();
  vEventGroupDelete(group);
}

static void receive_stream(void *stream)
{
  for (;;) {
    xStreamBufferReceive(stream, received, sizeof received, portMAX_DELAY);
    mark_to();
  }
}

static void stream_buffers(void)
{
  static StaticStreamBuffer_t memory;
  StreamBufferHandle_t stream = xStreamBufferCreateStatic(STORAGE_BYTES, 1, storage, &memory);
  REPEAT(1000, xStreamBufferSend(stream, sent, sizeof sent, 0);
         xStreamBufferReceive(stream, received, sizeof received, 0));
  report("l.stream", "-", LESS_LOOP, 1000);
  helper(receive_stream, stream, HIGHER_PRIORITY);
  REPEAT(1000, mark_from(); xStreamBufferSend(stream, sent, sizeof sent, 0));
  report("l.stream_rt", "l.stream_oneway", LESS_LOOP, 1000);
  delete_helpers();
  vStreamBufferDelete(stream);
}

static void message_buffers(void)
{
  static StaticMessageBuffer_t memory;
  MessageBufferHandle_t messages = xMessageBufferCreateStatic(STORAGE_BYTES, storage, &memory);
  REPEAT(1000, xMessageBufferSend(messages, sent, sizeof sent, 0);
         xMessageBufferReceive(messages, received, sizeof received, 0));
  report("l.message", "-", LESS_LOOP, 1000);
  vMessageBufferDelete(messages);
}

void rows_events(void)
{
  event_groups();
  stream_buffers();
  message_buffers();
}

/* Stream, message and batching buffers: which bytes come out, how many, when, and who is woken. */
#include "promise.h"

#include "message_buffer.h"
#include "stream_buffer.h"

#if configSUPPORT_DYNAMIC_ALLOCATION == 1

#define PREFIX sizeof(configMESSAGE_BUFFER_LENGTH_TYPE)
#define BIG 300u

static StreamBufferHandle_t pipe;
static uint8_t out[BIG];
static uint8_t in[BIG];

static bool is_same(const uint8_t *one, const uint8_t *other, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) {
    if (one[i] != other[i]) return false;
  }
  return true;
}

/* No two bytes in a row, and no two calls in a row, are the same. */
static void fill_out(size_t bytes)
{
  static uint8_t next;
  for (size_t i = 0; i < bytes; i++) out[i] = next++;
}

static bool begin(StreamBufferHandle_t made)
{
  pipe = made;
  CHECK(pipe != NULL);
  fill_out(BIG);
  vTaskDelay(1); /* the tests begin right after a tick */
  return pipe != NULL;
}

static void end(void)
{
  vStreamBufferDelete(pipe);
  pipe = NULL;
}

/* --- tasks that send or receive once --- */

struct side {
  size_t bytes;
  TickType_t ticks;
  bool receives;
  size_t moved;
  TickType_t at;
  bool done;
  TaskHandle_t task;
};

static void move_once(void *parameter)
{
  struct side *s = parameter;
  if (s->receives)
    s->moved = xStreamBufferReceive(pipe, in, s->bytes, s->ticks);
  else
    s->moved = xStreamBufferSend(pipe, out, s->bytes, s->ticks);
  s->at = xTaskGetTickCount();
  s->done = true;
  s->task = NULL;
  vTaskDelete(NULL);
}

static void start(struct side *s, UBaseType_t priority)
{
  s->done = false;
  s->moved = 0xDEADu;
  s->task = test_task(move_once, s, priority);
}

static void stop(struct side *s)
{
  if (s->task != NULL) vTaskDelete(s->task);
  s->task = NULL;
}

/* --- made --- */

PROMISE(a_new_buffer_is_empty_and_holds_its_size)
{
  NEED(begin(xStreamBufferCreate(10, 1)));
  CHECK_EQUAL(xStreamBufferSpacesAvailable(pipe), 10);
  CHECK_EQUAL(xStreamBufferBytesAvailable(pipe), 0);
  CHECK_EQUAL(xStreamBufferIsEmpty(pipe), pdTRUE);
  CHECK_EQUAL(xStreamBufferIsFull(pipe), pdFALSE);
  CHECK_EQUAL(xStreamBufferNextMessageLengthBytes(pipe), 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 10, 0), 0);
  end();
}

PROMISE(a_static_buffer_is_in_the_memory_it_was_given_and_holds_one_byte_less)
{
  static StaticStreamBuffer_t memory;
  static uint8_t storage[8];
  uint8_t *seen_storage = NULL;
  StaticStreamBuffer_t *seen = NULL;
  NEED(begin(xStreamBufferCreateStatic(sizeof storage, 1, storage, &memory)));
  CHECK_EQUAL(xStreamBufferSpacesAvailable(pipe), 7);
  CHECK_EQUAL(xStreamBufferSend(pipe, out, 8, 0), 7);
  CHECK(is_same(storage, out, 7));
  CHECK_EQUAL(xStreamBufferGetStaticBuffers(pipe, &seen_storage, &seen), pdTRUE);
  CHECK(seen == &memory);
  CHECK(seen_storage == storage);
  end();
}

PROMISE(a_buffer_from_the_heap_has_no_static_memory)
{
  uint8_t *storage = NULL;
  StaticStreamBuffer_t *memory = NULL;
  NEED(begin(xMessageBufferCreate(20)));
  CHECK_EQUAL(xMessageBufferGetStaticBuffers(pipe, &storage, &memory), pdFALSE);
  CHECK(storage == NULL);
  CHECK(memory == NULL);
  end();
}

PROMISE(a_size_that_wraps_or_is_too_large_makes_no_buffer)
{
  for (size_t less = 0; less <= sizeof(StaticStreamBuffer_t) + 16u; less++) {
    CHECK(xStreamBufferCreate(SIZE_MAX - less, 1) == NULL);
    CHECK(xStreamBatchingBufferCreate(SIZE_MAX - less, 1) == NULL);
    CHECK(xMessageBufferCreate(SIZE_MAX - less) == NULL);
  }
  CHECK(xStreamBufferCreate(SIZE_MAX / 2u, 1) == NULL);
  CHECK(xStreamBufferCreate(configTOTAL_HEAP_SIZE, 1) == NULL);
}

/* --- streams without waiting --- */

PROMISE(bytes_come_out_as_they_went_in_wherever_the_ring_wraps)
{
  NEED(begin(xStreamBufferCreate(7, 1)));
  for (size_t round = 0; round < 120u; round++) {
    size_t bytes = 1u + round % 7u;
    fill_out(bytes);
    CHECK_EQUAL(xStreamBufferSend(pipe, out, bytes, 0), bytes);
    CHECK_EQUAL(xStreamBufferBytesAvailable(pipe), bytes);
    CHECK_EQUAL(xStreamBufferSpacesAvailable(pipe), 7u - bytes);
    CHECK_EQUAL(xStreamBufferReceive(pipe, in, sizeof in, 0), bytes);
    CHECK(is_same(in, out, bytes));
    CHECK_EQUAL(xStreamBufferIsEmpty(pipe), pdTRUE);
  }
  end();
}

PROMISE(a_receiver_takes_no_more_than_it_asks_for)
{
  NEED(begin(xStreamBufferCreate(10, 1)));
  CHECK_EQUAL(xStreamBufferSend(pipe, out, 9, 0), 9);
  in[4] = 0xEE;
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 4, 0), 4);
  CHECK_EQUAL(in[4], 0xEE);
  CHECK(is_same(in, out, 4));
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 0, 0), 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 10, 0), 5);
  CHECK(is_same(in, out + 4, 5));
  end();
}

PROMISE(a_send_that_does_not_wait_sends_what_fits)
{
  NEED(begin(xStreamBufferCreate(10, 1)));
  CHECK_EQUAL(xStreamBufferSend(pipe, out, 6, 0), 6);
  CHECK_EQUAL(xStreamBufferSend(pipe, out + 6, 6, 0), 4);
  CHECK_EQUAL(xStreamBufferIsFull(pipe), pdTRUE);
  CHECK_EQUAL(xStreamBufferSpacesAvailable(pipe), 0);
  CHECK_EQUAL(xStreamBufferSend(pipe, out, 1, 0), 0);
  CHECK_EQUAL(xStreamBufferSend(pipe, out, 0, 10), 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 10);
  CHECK(is_same(in, out, 10));
  end();
}

/* --- a receiver waits --- */

PROMISE(a_waiting_receiver_runs_when_the_trigger_level_is_there_and_not_before)
{
  static const size_t levels[] = {0, 1, 2, 5, 8};
  for (unsigned i = 0; i < sizeof levels / sizeof levels[0]; i++) {
    struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
    size_t level = levels[i] == 0 ? 1u : levels[i];
    NEED(begin(xStreamBufferCreate(8, levels[i])));
    start(&r, HIGHER);
    for (size_t sent = 0; sent < level; sent++) {
      CHECK(!r.done);
      CHECK_EQUAL(xStreamBufferSend(pipe, out + sent, 1, 0), 1);
    }
    CHECK(r.done); /* before the send returned */
    CHECK_EQUAL(r.moved, level);
    CHECK(is_same(in, out, level));
    stop(&r);
    end();
  }
}

PROMISE(one_send_beyond_the_trigger_level_wakes_too)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(8, 3)));
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK(!r.done);
  (void)xStreamBufferSend(pipe, out + 2, 5, 0);
  CHECK_EQUAL(r.moved, 7);
  CHECK(is_same(in, out, 7));
  stop(&r);
  end();
}

PROMISE(the_trigger_level_does_not_matter_when_something_is_there)
{
  NEED(begin(xStreamBufferCreate(8, 6)));
  (void)xStreamBufferSend(pipe, out, 1, 0);
  TickType_t now = xTaskGetTickCount();
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 8, 20), 1);
  CHECK_EQUAL(xTaskGetTickCount(), now);
  end();
}

PROMISE(a_receiver_whose_time_is_over_gets_what_is_there_at_its_tick)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = 4};
  NEED(begin(xStreamBufferCreate(8, 6)));
  TickType_t now = xTaskGetTickCount();
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 3, 0);
  vTaskDelay(2);
  (void)xStreamBufferSend(pipe, out + 3, 2, 0);
  vTaskDelay(3);
  CHECK_EQUAL(r.moved, 5);
  CHECK_EQUAL(r.at - now, 4);
  CHECK(is_same(in, out, 5));
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 3), 0);
  CHECK_EQUAL(xTaskGetTickCount() - now, 8);
  stop(&r);
  end();
}

PROMISE(a_less_urgent_receiver_runs_after_the_sender)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(8, 1)));
  start(&r, LOWER);
  vTaskDelay(1);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  (void)xStreamBufferSend(pipe, out + 2, 2, 0);
  CHECK(!r.done);
  vTaskDelay(1);
  CHECK_EQUAL(r.moved, 4);
  stop(&r);
  end();
}

PROMISE(the_trigger_level_can_be_changed_up_to_what_fits)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(8, 1)));
  CHECK_EQUAL(xStreamBufferSetTriggerLevel(pipe, 9), pdFALSE);
  CHECK_EQUAL(xStreamBufferSetTriggerLevel(pipe, SIZE_MAX), pdFALSE);
  CHECK_EQUAL(xStreamBufferSetTriggerLevel(pipe, 8), pdTRUE);
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 7, 0);
  CHECK(!r.done);
  (void)xStreamBufferSend(pipe, out + 7, 1, 0);
  CHECK_EQUAL(r.moved, 8);
  CHECK_EQUAL(xStreamBufferSetTriggerLevel(pipe, 0), pdTRUE);
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 1, 0);
  CHECK_EQUAL(r.moved, 1);
  stop(&r);
  end();
}

/* Upstream accepts such a level for static buffers, too; here it counts as all that fits. */
PROMISE(a_trigger_level_of_the_whole_static_storage_is_reached_when_it_is_full)
{
  static StaticStreamBuffer_t memory;
  static uint8_t storage[8];
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreateStatic(sizeof storage, sizeof storage, storage, &memory)));
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 6, 0);
  CHECK(!r.done);
  (void)xStreamBufferSend(pipe, out + 6, 1, 0);
  CHECK_EQUAL(r.moved, 7);
  stop(&r);
  end();
}

/* --- a sender waits --- */

PROMISE(a_sender_waits_for_room_for_all_its_bytes)
{
  struct side s = {.bytes = 8, .ticks = portMAX_DELAY};
  uint8_t before[6];
  NEED(begin(xStreamBufferCreate(10, 1)));
  for (size_t i = 0; i < sizeof before; i++) before[i] = (uint8_t)(0xA0u + i);
  (void)xStreamBufferSend(pipe, before, sizeof before, 0);
  start(&s, HIGHER);
  for (size_t i = 0; i < 4u; i++) {
    CHECK(!s.done);
    CHECK_EQUAL(xStreamBufferBytesAvailable(pipe), 6u - i);
    CHECK_EQUAL(xStreamBufferReceive(pipe, in, 1, 0), 1);
    CHECK_EQUAL(in[0], before[i]);
  }
  CHECK(s.done); /* before the receive returned */
  CHECK_EQUAL(s.moved, 8);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 10);
  CHECK(is_same(in, before + 4, 2));
  CHECK(is_same(in + 2, out, 8));
  stop(&s);
  end();
}

PROMISE(a_sender_whose_time_is_over_sends_what_fits_at_its_tick)
{
  struct side s = {.bytes = 8, .ticks = 5};
  NEED(begin(xStreamBufferCreate(10, 1)));
  (void)xStreamBufferSend(pipe, out, 10, 0);
  TickType_t now = xTaskGetTickCount();
  start(&s, HIGHER);
  for (unsigned i = 0; i < 3u; i++) { /* each wakes it, none is enough */
    vTaskDelay(1);
    CHECK_EQUAL(xStreamBufferReceive(pipe, in, 1, 0), 1);
    CHECK(!s.done);
  }
  vTaskDelay(3);
  CHECK_EQUAL(s.moved, 3);
  CHECK_EQUAL(s.at - now, 5);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 10);
  CHECK(is_same(in, out + 3, 7));
  CHECK(is_same(in + 7, out, 3));
  stop(&s);
  end();
}

PROMISE(a_sender_of_more_than_fits_waits_for_an_empty_buffer)
{
  struct side s = {.bytes = 25, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(10, 1)));
  (void)xStreamBufferSend(pipe, out, 2, 0);
  start(&s, HIGHER);
  (void)xStreamBufferReceive(pipe, in, 1, 0);
  CHECK(!s.done);
  (void)xStreamBufferReceive(pipe, in, 1, 0);
  CHECK_EQUAL(s.moved, 10);
  stop(&s);
  end();
}

/* --- batching --- */

PROMISE(a_batch_is_received_when_there_is_more_than_the_trigger_level)
{
  TickType_t now;
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBatchingBufferCreate(10, 4)));
  (void)xStreamBufferSend(pipe, out, 4, 0);
  now = xTaskGetTickCount();
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 0);
  CHECK_EQUAL(xTaskGetTickCount(), now);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 2), 0);
  CHECK_EQUAL(xTaskGetTickCount() - now, 2);
  CHECK_EQUAL(xStreamBufferBytesAvailable(pipe), 4);
  start(&r, HIGHER);
  CHECK(!r.done);
  (void)xStreamBufferSend(pipe, out + 4, 1, 0);
  CHECK_EQUAL(r.moved, 5);
  CHECK(is_same(in, out, 5));
  /* Exactly the level is there, and then one byte more. */
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 4, 0);
  CHECK(!r.done);
  (void)xStreamBufferSend(pipe, out + 4, 1, 0);
  CHECK_EQUAL(r.moved, 5);
  stop(&r);
  end();
}

PROMISE(a_batch_that_is_there_is_received_without_waiting)
{
  NEED(begin(xStreamBatchingBufferCreate(10, 4)));
  (void)xStreamBufferSend(pipe, out, 7, 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 2, 0), 2);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 5);
  CHECK(is_same(in, out + 2, 5));
  end();
}

PROMISE(a_batch_of_all_that_fits_is_received_when_the_buffer_is_full)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBatchingBufferCreate(6, 6)));
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 5, 0);
  CHECK(!r.done);
  (void)xStreamBufferSend(pipe, out + 5, 1, 0);
  CHECK_EQUAL(r.moved, 6);
  CHECK_EQUAL(xStreamBufferSetTriggerLevel(pipe, 2), pdTRUE);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 0);
  (void)xStreamBufferSend(pipe, out, 1, 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 3);
  stop(&r);
  end();
}

PROMISE(a_batch_level_of_0_counts_as_1)
{
  NEED(begin(xStreamBatchingBufferCreate(6, 0)));
  (void)xStreamBufferSend(pipe, out, 1, 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 0);
  (void)xStreamBufferSend(pipe, out + 1, 1, 0);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 2);
  end();
}

/* --- messages --- */

PROMISE(messages_come_out_whole_one_by_one)
{
  NEED(begin(xMessageBufferCreate(60)));
  CHECK_EQUAL(xMessageBufferNextLengthBytes(pipe), 0);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 3, 0), 3);
  CHECK_EQUAL(xMessageBufferSend(pipe, out + 3, 1, 0), 1);
  CHECK_EQUAL(xMessageBufferSend(pipe, out + 4, 20, 0), 20);
  CHECK_EQUAL(xMessageBufferSpacesAvailable(pipe), 60u - 24u - 3u * PREFIX);
  CHECK_EQUAL(xMessageBufferNextLengthBytes(pipe), 3);
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, sizeof in, 0), 3);
  CHECK(is_same(in, out, 3));
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, sizeof in, 0), 1);
  CHECK(is_same(in, out + 3, 1));
  CHECK_EQUAL(xMessageBufferNextLengthBytes(pipe), 20);
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 20, 0), 20);
  CHECK(is_same(in, out + 4, 20));
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 20, 0), 0);
  CHECK_EQUAL(xMessageBufferIsEmpty(pipe), pdTRUE);
  end();
}

PROMISE(messages_come_out_as_they_went_in_wherever_the_ring_wraps)
{
  NEED(begin(xMessageBufferCreate(PREFIX + 9u)));
  for (size_t round = 0; round < 150u; round++) {
    size_t bytes = 1u + round % 9u;
    fill_out(bytes);
    CHECK_EQUAL(xMessageBufferSend(pipe, out, bytes, 0), bytes);
    CHECK_EQUAL(xMessageBufferNextLengthBytes(pipe), bytes);
    CHECK_EQUAL(xMessageBufferReceive(pipe, in, sizeof in, 0), bytes);
    CHECK(is_same(in, out, bytes));
  }
  end();
}

PROMISE(a_message_that_does_not_fit_its_receiver_stays)
{
  NEED(begin(xMessageBufferCreate(40)));
  (void)xMessageBufferSend(pipe, out, 9, 0);
  in[0] = 0xEE;
  TickType_t now = xTaskGetTickCount();
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 8, 5), 0);
  CHECK_EQUAL(xTaskGetTickCount(), now);
  CHECK_EQUAL(in[0], 0xEE);
  CHECK_EQUAL(xMessageBufferNextLengthBytes(pipe), 9);
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 9, 0), 9);
  CHECK(is_same(in, out, 9));
  end();
}

PROMISE(a_message_that_never_fits_is_refused_at_once)
{
  NEED(begin(xMessageBufferCreate(20)));
  TickType_t now = xTaskGetTickCount();
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 21u - PREFIX, portMAX_DELAY), 0);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, SIZE_MAX, portMAX_DELAY), 0);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, SIZE_MAX - PREFIX + 1u, portMAX_DELAY), 0);
  CHECK_EQUAL(xTaskGetTickCount(), now);
  CHECK_EQUAL(xMessageBufferIsEmpty(pipe), pdTRUE);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 20u - PREFIX, 0), 20u - PREFIX);
  CHECK_EQUAL(xMessageBufferIsFull(pipe), pdTRUE);
  end();
}

PROMISE(a_message_is_sent_whole_or_not_at_all)
{
  NEED(begin(xMessageBufferCreate(2u * PREFIX + 20u)));
  TickType_t now = xTaskGetTickCount();
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 15, 0), 15);
  CHECK_EQUAL(xMessageBufferIsFull(pipe), pdFALSE);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 6, 0), 0);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 6, 3), 0);
  CHECK_EQUAL(xTaskGetTickCount() - now, 3);
  CHECK_EQUAL(xMessageBufferSpacesAvailable(pipe), PREFIX + 5u);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 4, 0), 4);
  CHECK_EQUAL(xMessageBufferIsFull(pipe), pdTRUE);
  end();
}

PROMISE(an_empty_message_is_not_sent)
{
  NEED(begin(xMessageBufferCreate(20)));
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 0, 5), 0);
  CHECK_EQUAL(xMessageBufferIsEmpty(pipe), pdTRUE);
  CHECK_EQUAL(xMessageBufferSpacesAvailable(pipe), 20);
  end();
}

PROMISE(a_receiver_waits_for_a_message_and_a_sender_for_its_room)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  struct side s = {.bytes = 12, .ticks = portMAX_DELAY};
  NEED(begin(xMessageBufferCreate(2u * PREFIX + 20u)));
  start(&r, HIGHER);
  (void)xMessageBufferSend(pipe, out, 1, 0);
  CHECK_EQUAL(r.moved, 1);
  (void)xMessageBufferSend(pipe, out, 5, 0);
  (void)xMessageBufferSend(pipe, out, 5, 0);
  start(&s, HIGHER);
  CHECK(!s.done);
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 20, 0), 5);
  CHECK_EQUAL(s.moved, 12);
  TickType_t now = xTaskGetTickCount();
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 20, 0), 5);
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 20, 0), 12);
  CHECK(is_same(in, out, 12));
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 20, 4), 0);
  CHECK_EQUAL(xTaskGetTickCount() - now, 4);
  stop(&r);
  stop(&s);
  end();
}

PROMISE(a_static_message_buffer_works_in_its_storage)
{
  static StaticMessageBuffer_t memory;
  static uint8_t storage[PREFIX + 6u];
  NEED(begin(xMessageBufferCreateStatic(sizeof storage, storage, &memory)));
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 6, 0), 0);
  CHECK_EQUAL(xMessageBufferSend(pipe, out, 5, 0), 5);
  CHECK_EQUAL(xMessageBufferReceive(pipe, in, 5, 0), 5);
  CHECK(is_same(in, out, 5));
  end();
}

/* --- waiting that ends otherwise --- */

PROMISE(a_deleted_side_leaves_no_trace)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  struct side s = {.bytes = 10, .ticks = 100};
  NEED(begin(xStreamBufferCreate(10, 1)));
  start(&r, HIGHER);
  stop(&r);
  vTaskDelay(2); /* its memory is given back */
  CHECK_EQUAL(xStreamBufferSend(pipe, out, 4, 0), 4);
  start(&s, HIGHER);
  stop(&s);
  vTaskDelay(2);
  CHECK_EQUAL(xStreamBufferReceive(pipe, in, 20, 0), 4);
  start(&r, HIGHER);
  CHECK_EQUAL(xStreamBufferSend(pipe, out, 3, 0), 3);
  CHECK_EQUAL(r.moved, 3);
  end();
}

PROMISE(an_aborted_wait_ends_at_once)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  struct side s = {.bytes = 8, .ticks = 100};
  NEED(begin(xStreamBufferCreate(10, 5)));
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK_EQUAL(xTaskAbortDelay(r.task), pdPASS);
  CHECK_EQUAL(r.moved, 2);
  (void)xStreamBufferSend(pipe, out, 7, 0);
  start(&s, HIGHER);
  CHECK_EQUAL(xTaskAbortDelay(s.task), pdPASS);
  CHECK_EQUAL(s.moved, 3);
  stop(&r);
  stop(&s);
  end();
}

PROMISE(a_suspended_receiver_is_not_woken_and_waits_on_when_resumed)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(10, 1)));
  start(&r, HIGHER);
  vTaskSuspend(r.task);
  vTaskResume(r.task);
  CHECK(!r.done);
  vTaskSuspend(r.task);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK(!r.done);
  vTaskResume(r.task);
  CHECK_EQUAL(r.moved, 2);
  stop(&r);
  end();
}

PROMISE(waiting_and_notifications_do_not_know_of_each_other)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(10, 1)));
  start(&r, HIGHER);
  for (UBaseType_t i = 0; i < configTASK_NOTIFICATION_ARRAY_ENTRIES; i++) {
    CHECK_EQUAL(xTaskNotifyIndexed(r.task, i, 0x55u, eSetValueWithOverwrite), pdPASS);
  }
  CHECK(!r.done);
  for (UBaseType_t i = 0; i < configTASK_NOTIFICATION_ARRAY_ENTRIES; i++) {
    CHECK_EQUAL(ulTaskNotifyValueClearIndexed(r.task, i, 0), 0x55);
    CHECK_EQUAL(xTaskNotifyStateClearIndexed(r.task, i), pdTRUE);
  }
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK_EQUAL(r.moved, 2);
  stop(&r);
  end();
}

/* --- reset --- */

static BaseType_t reset_result;

static void reset_in_interrupt(void)
{
  reset_result = xStreamBufferResetFromISR(pipe);
}

PROMISE(reset_empties_a_buffer_for_which_nobody_waits)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  struct side s = {.bytes = 9, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(10, 4)));
  (void)xStreamBufferSend(pipe, out, 7, 0);
  start(&s, HIGHER);
  CHECK_EQUAL(xStreamBufferReset(pipe), pdFAIL);
  test_interrupt(reset_in_interrupt);
  CHECK_EQUAL(reset_result, pdFAIL);
  CHECK_EQUAL(xStreamBufferBytesAvailable(pipe), 7);
  stop(&s);
  CHECK_EQUAL(xStreamBufferReset(pipe), pdPASS);
  CHECK_EQUAL(xStreamBufferBytesAvailable(pipe), 0);
  CHECK_EQUAL(xStreamBufferSpacesAvailable(pipe), 10);
  start(&r, HIGHER);
  CHECK_EQUAL(xStreamBufferReset(pipe), pdFAIL);
  (void)xStreamBufferSend(pipe, out, 3, 0);
  CHECK(!r.done); /* the trigger level is as it was */
  stop(&r);
  test_interrupt(reset_in_interrupt);
  CHECK_EQUAL(reset_result, pdPASS);
  CHECK_EQUAL(xStreamBufferIsEmpty(pipe), pdTRUE);
  end();
}

/* --- from interrupts --- */

static struct {
  size_t bytes;
  size_t moved;
  BaseType_t woken;
  BaseType_t result;
  bool without_woken;
} isr;

static void send_in_interrupt(void)
{
  isr.moved = xStreamBufferSendFromISR(pipe, out, isr.bytes, isr.without_woken ? NULL : &isr.woken);
}

static void receive_in_interrupt(void)
{
  isr.moved = xStreamBufferReceiveFromISR(pipe, in, isr.bytes, isr.without_woken ? NULL : &isr.woken);
}

static void send_completed_in_interrupt(void)
{
  isr.result = xStreamBufferSendCompletedFromISR(pipe, &isr.woken);
}

static void receive_completed_in_interrupt(void)
{
  isr.result = xStreamBufferReceiveCompletedFromISR(pipe, &isr.woken);
}

PROMISE(an_interrupt_sends_what_fits_and_receives_what_is_there)
{
  NEED(begin(xStreamBufferCreate(10, 1)));
  isr.woken = pdFALSE;
  isr.without_woken = false;
  isr.bytes = 7;
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.moved, 7);
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.moved, 3);
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.moved, 0);
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(isr.moved, 7);
  CHECK(is_same(in, out, 7));
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(isr.moved, 3);
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(isr.moved, 0);
  CHECK_EQUAL(isr.woken, pdFALSE);
  end();
}

PROMISE(an_interrupt_sends_and_receives_messages_whole)
{
  NEED(begin(xMessageBufferCreate(PREFIX + 10u)));
  isr.without_woken = true;
  isr.bytes = 11;
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.moved, 0);
  isr.bytes = 8;
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.moved, 8);
  isr.bytes = 1;
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.moved, 0);
  isr.bytes = 7;
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(isr.moved, 0);
  isr.bytes = 8;
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(isr.moved, 8);
  CHECK(is_same(in, out, 8));
  end();
}

PROMISE(an_interrupt_says_when_it_wakes_a_more_urgent_side_and_only_then)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  struct side s = {.bytes = 10, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreate(10, 4)));
  isr.without_woken = false;
  isr.woken = pdFALSE;
  start(&r, HIGHER);
  isr.bytes = 3;
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.woken, pdFALSE);
  CHECK(!r.done);
  isr.bytes = 1;
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.woken, pdTRUE);
  CHECK_EQUAL(r.moved, 4); /* it ran when the interrupt returned */
  /* Nobody waits: what it said before it does not take back. */
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(isr.woken, pdTRUE);

  start(&s, HIGHER);
  CHECK(!s.done);
  isr.woken = pdFALSE;
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(isr.woken, pdTRUE);
  CHECK_EQUAL(s.moved, 10);

  start(&s, LOWER);
  vTaskDelay(1);
  isr.woken = pdFALSE;
  isr.bytes = 10;
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(isr.moved, 10);
  CHECK_EQUAL(isr.woken, pdFALSE);
  CHECK(!s.done);
  vTaskDelay(1);
  CHECK_EQUAL(s.moved, 10);
  stop(&r);
  stop(&s);
  end();
}

PROMISE(completed_from_an_interrupt_wakes_who_waits)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = 6};
  struct side s = {.bytes = 10, .ticks = 6};
  NEED(begin(xStreamBufferCreate(10, 4)));
  isr.woken = pdFALSE;
  test_interrupt(send_completed_in_interrupt);
  CHECK_EQUAL(isr.result, pdFALSE);
  test_interrupt(receive_completed_in_interrupt);
  CHECK_EQUAL(isr.result, pdFALSE);
  CHECK_EQUAL(isr.woken, pdFALSE);

  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK(!r.done);
  test_interrupt(receive_completed_in_interrupt);
  CHECK_EQUAL(isr.result, pdFALSE);
  test_interrupt(send_completed_in_interrupt);
  CHECK_EQUAL(isr.result, pdTRUE);
  CHECK_EQUAL(isr.woken, pdTRUE);
  CHECK_EQUAL(r.moved, 2);

  /* With nothing to receive, or no room, it waits for the rest of its time. */
  vTaskDelay(1);
  TickType_t now = xTaskGetTickCount();
  start(&r, HIGHER);
  vTaskDelay(2);
  test_interrupt(send_completed_in_interrupt);
  CHECK_EQUAL(isr.result, pdTRUE);
  CHECK(!r.done);
  vTaskDelay(5);
  CHECK_EQUAL(r.at - now, 6);
  CHECK_EQUAL(r.moved, 0);

  (void)xStreamBufferSend(pipe, out, 9, 0);
  now = xTaskGetTickCount();
  start(&s, HIGHER);
  vTaskDelay(2);
  test_interrupt(receive_completed_in_interrupt);
  CHECK_EQUAL(isr.result, pdTRUE);
  CHECK(!s.done);
  vTaskDelay(5);
  CHECK_EQUAL(s.at - now, 6);
  CHECK_EQUAL(s.moved, 1);
  stop(&r);
  stop(&s);
  end();
}

/* --- both sides at work --- */

/* What is sent is a count, byte by byte; so is what must be received. */
static volatile size_t sent_bytes;
static volatile size_t received_bytes;
static uint8_t isr_bytes[BIG];

#define STORM_BYTES 4000u
#define STORM_TICKS_MAX 5000u

static void send_count_in_interrupt(void)
{
  size_t wanted = 1u + sent_bytes % 11u;
  for (size_t i = 0; i < wanted; i++) isr_bytes[i] = (uint8_t)(sent_bytes + i);
  sent_bytes += xStreamBufferSendFromISR(pipe, isr_bytes, wanted, NULL);
}

static void receive_count_in_interrupt(void)
{
  size_t got = xStreamBufferReceiveFromISR(pipe, isr_bytes, 1u + received_bytes % 11u, NULL);
  for (size_t i = 0; i < got; i++) CHECK_EQUAL(isr_bytes[i], (uint8_t)(received_bytes + i));
  received_bytes += got;
}

static bool is_count(const uint8_t *bytes, size_t from, size_t many)
{
  for (size_t i = 0; i < many; i++) {
    if (bytes[i] != (uint8_t)(from + i)) return false;
  }
  return true;
}

static void receive_from_a_storm(StreamBufferHandle_t made)
{
  NEED(begin(made));
  sent_bytes = 0;
  received_bytes = 0;
  bool right = true;
  test_storm_start(send_count_in_interrupt, 7, 1500);
  TickType_t now = xTaskGetTickCount();
  while (received_bytes < STORM_BYTES && right && xTaskGetTickCount() - now < STORM_TICKS_MAX) {
    size_t got = xStreamBufferReceive(pipe, in, 13, 0);
    right = is_count(in, received_bytes, got);
    received_bytes += got;
    taskENTER_CRITICAL(); /* a point for the host's storm */
    taskEXIT_CRITICAL();
    test_spin(100);
  }
  test_storm_stop();
  CHECK(right);
  CHECK(received_bytes >= STORM_BYTES);
  for (size_t got = 1; got != 0; received_bytes += got) {
    got = xStreamBufferReceive(pipe, in, 13, 0);
    CHECK(is_count(in, received_bytes, got));
  }
  CHECK_EQUAL(received_bytes, sent_bytes);
  end();
}

PROMISE(a_storm_that_sends_loses_and_doubles_no_byte)
{
  receive_from_a_storm(xStreamBufferCreate(17, 1));
}

PROMISE(a_storm_that_sends_messages_loses_and_doubles_none)
{
  receive_from_a_storm(xMessageBufferCreate(2u * PREFIX + 23u));
}

PROMISE(a_storm_that_receives_loses_and_doubles_no_byte)
{
  NEED(begin(xStreamBufferCreate(17, 1)));
  sent_bytes = 0;
  received_bytes = 0;
  test_storm_start(receive_count_in_interrupt, 9, 1500);
  TickType_t now = xTaskGetTickCount();
  while (received_bytes < STORM_BYTES && xTaskGetTickCount() - now < STORM_TICKS_MAX) {
    size_t wanted = 1u + sent_bytes % 13u;
    for (size_t i = 0; i < wanted; i++) out[i] = (uint8_t)(sent_bytes + i);
    sent_bytes += xStreamBufferSend(pipe, out, wanted, 0);
    taskENTER_CRITICAL(); /* a point for the host's storm */
    taskEXIT_CRITICAL();
    test_spin(100);
  }
  test_storm_stop();
  CHECK(received_bytes >= STORM_BYTES);
  CHECK_EQUAL(sent_bytes - received_bytes, xStreamBufferBytesAvailable(pipe));
  end();
}

/* The interrupt may come at any moment of the receiver's going to wait. */
PROMISE(a_waiting_receiver_misses_no_send_of_a_storm)
{
  NEED(begin(xStreamBufferCreate(17, 5)));
  sent_bytes = 0;
  received_bytes = 0;
  bool right = true;
  test_storm_start(send_count_in_interrupt, 3, 1500);
  while (received_bytes < STORM_BYTES && right) {
    size_t got = xStreamBufferReceive(pipe, in, 20, 1000);
    right = got != 0 && is_count(in, received_bytes, got);
    received_bytes += got;
  }
  test_storm_stop();
  CHECK(right);
  end();
}

static void send_a_count(void *parameter)
{
  static uint8_t bytes[20];
  struct side *s = parameter;
  for (sent_bytes = 0; sent_bytes < STORM_BYTES;) {
    size_t wanted = 1u + sent_bytes % 20u;
    if (wanted > STORM_BYTES - sent_bytes) wanted = STORM_BYTES - sent_bytes;
    for (size_t i = 0; i < wanted; i++) bytes[i] = (uint8_t)(sent_bytes + i);
    sent_bytes += xStreamBufferSend(pipe, bytes, wanted, portMAX_DELAY);
  }
  s->done = true;
  s->task = NULL;
  vTaskDelete(NULL);
}

static void exchange_a_count(StreamBufferHandle_t made, UBaseType_t sender_priority)
{
  struct side s = {0};
  bool right = true;
  NEED(begin(made));
  received_bytes = 0;
  s.task = test_task(send_a_count, &s, sender_priority);
  while (received_bytes < STORM_BYTES && right) {
    size_t got = xStreamBufferReceive(pipe, in, 20, 100);
    right = got != 0 && is_count(in, received_bytes, got);
    received_bytes += got;
  }
  vTaskDelay(1);
  CHECK(right);
  CHECK(s.done);
  CHECK_EQUAL(received_bytes, STORM_BYTES);
  CHECK_EQUAL(xStreamBufferIsEmpty(pipe), pdTRUE);
  stop(&s);
  end();
}

PROMISE(two_tasks_pass_all_bytes_through_a_small_buffer)
{
  exchange_a_count(xStreamBufferCreate(9, 3), HIGHER);
  exchange_a_count(xStreamBufferCreate(9, 3), LOWER);
  exchange_a_count(xStreamBufferCreate(1, 1), JUDGE_PRIORITY);
  exchange_a_count(xMessageBufferCreate(PREFIX + 20u), HIGHER);
  exchange_a_count(xMessageBufferCreate(3u * PREFIX + 40u), LOWER);
}

/* --- callbacks --- */

#if configUSE_SB_COMPLETED_CALLBACK == 1
static struct {
  unsigned sends;
  unsigned receives;
  StreamBufferHandle_t buffer;
  BaseType_t in_interrupt;
  BaseType_t *woken;
} seen;

static void note_send(StreamBufferHandle_t buffer, BaseType_t in_interrupt, BaseType_t *const woken)
{
  seen.sends++;
  seen.buffer = buffer;
  seen.in_interrupt = in_interrupt;
  seen.woken = woken;
}

static void note_receive(StreamBufferHandle_t buffer, BaseType_t in_interrupt, BaseType_t *const woken)
{
  seen.receives++;
  seen.buffer = buffer;
  seen.in_interrupt = in_interrupt;
  seen.woken = woken;
}

PROMISE(callbacks_take_the_place_of_waking)
{
  struct side r = {.receives = true, .bytes = 3, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreateWithCallback(10, 3, note_send, note_receive)));
  seen.sends = 0;
  seen.receives = 0;
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK_EQUAL(seen.sends, 0); /* below the trigger level */
  (void)xStreamBufferSend(pipe, out + 2, 2, 0);
  CHECK_EQUAL(seen.sends, 1);
  CHECK(seen.buffer == pipe);
  CHECK_EQUAL(seen.in_interrupt, pdFALSE);
  CHECK(seen.woken == NULL);
  CHECK(!r.done);
  isr.woken = pdFALSE;
  isr.without_woken = false;
  isr.bytes = 1;
  test_interrupt(send_in_interrupt);
  CHECK_EQUAL(seen.sends, 2);
  CHECK_EQUAL(seen.in_interrupt, pdTRUE);
  CHECK(seen.woken == &isr.woken);
  CHECK(!r.done);
  test_interrupt(send_completed_in_interrupt);
  CHECK_EQUAL(r.moved, 3);
  CHECK_EQUAL(seen.receives, 1);
  CHECK_EQUAL(seen.in_interrupt, pdFALSE);
  CHECK(seen.woken == NULL);
  test_interrupt(receive_in_interrupt);
  CHECK_EQUAL(seen.receives, 2);
  CHECK_EQUAL(seen.in_interrupt, pdTRUE);
  CHECK(seen.woken == &isr.woken);
  (void)xStreamBufferReceive(pipe, in, 20, 0);
  CHECK_EQUAL(seen.receives, 3);
  (void)xStreamBufferReceive(pipe, in, 20, 0);
  CHECK_EQUAL(seen.receives, 3); /* nothing was received */
  stop(&r);
  end();
}

PROMISE(every_kind_of_buffer_takes_callbacks)
{
  static StaticStreamBuffer_t memory;
  static uint8_t storage[PREFIX + 10u];
  seen.sends = 0;
  seen.receives = 0;
  NEED(begin(xMessageBufferCreateWithCallback(20, note_send, note_receive)));
  (void)xMessageBufferSend(pipe, out, 1, 0);
  CHECK_EQUAL(seen.sends, 1);
  end();
  NEED(begin(xStreamBatchingBufferCreateWithCallback(20, 2, note_send, note_receive)));
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK_EQUAL(seen.sends, 1);
  (void)xStreamBufferSend(pipe, out, 1, 0);
  CHECK_EQUAL(seen.sends, 2);
  end();
  NEED(begin(xStreamBufferCreateStaticWithCallback(sizeof storage, 1, storage, &memory, note_send, note_receive)));
  (void)xStreamBufferSend(pipe, out, 1, 0);
  CHECK_EQUAL(seen.sends, 3);
  end();
  NEED(begin(xMessageBufferCreateStaticWithCallback(sizeof storage, storage, &memory, note_send, note_receive)));
  (void)xMessageBufferSend(pipe, out, 1, 0);
  (void)xMessageBufferReceive(pipe, in, 1, 0);
  CHECK_EQUAL(seen.sends, 4);
  CHECK_EQUAL(seen.receives, 1);
  end();
}

PROMISE(without_a_callback_of_its_own_a_side_is_woken)
{
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreateWithCallback(10, 1, NULL, note_receive)));
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 2, 0);
  CHECK_EQUAL(r.moved, 2);
  stop(&r);
  end();
}
#endif

/* --- the rest --- */

PROMISE(a_buffer_keeps_its_notification_index)
{
  NEED(begin(xStreamBufferCreate(10, 1)));
  CHECK_EQUAL(uxStreamBufferGetStreamBufferNotificationIndex(pipe), 0);
  vStreamBufferSetStreamBufferNotificationIndex(pipe, configTASK_NOTIFICATION_ARRAY_ENTRIES - 1u);
  CHECK_EQUAL(uxStreamBufferGetStreamBufferNotificationIndex(pipe), configTASK_NOTIFICATION_ARRAY_ENTRIES - 1u);
  end();
}

#if configUSE_TRACE_FACILITY == 1
PROMISE(a_buffer_knows_its_kind_and_keeps_its_number)
{
  NEED(begin(xStreamBufferCreate(10, 1)));
  CHECK_EQUAL(ucStreamBufferGetStreamBufferType(pipe), sbTYPE_STREAM_BUFFER);
  CHECK_EQUAL(uxStreamBufferGetStreamBufferNumber(pipe), 0);
  vStreamBufferSetStreamBufferNumber(pipe, 4711);
  CHECK_EQUAL(uxStreamBufferGetStreamBufferNumber(pipe), 4711);
  end();
  NEED(begin(xMessageBufferCreate(10)));
  CHECK_EQUAL(ucStreamBufferGetStreamBufferType(pipe), sbTYPE_MESSAGE_BUFFER);
  end();
  NEED(begin(xStreamBatchingBufferCreate(10, 1)));
  CHECK_EQUAL(ucStreamBufferGetStreamBufferType(pipe), sbTYPE_STREAM_BATCHING_BUFFER);
  end();
}
#endif

#if configASSERT_DEFINED == 1
PROMISE(misuse_in_making_is_caught)
{
  static StaticStreamBuffer_t memory;
  static uint8_t storage[8];
  (void)test_expect_asserts(true);
  CHECK(xStreamBufferCreate(0, 0) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xMessageBufferCreate(PREFIX) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xStreamBufferCreateStatic(8, 1, NULL, &memory) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xStreamBufferCreateStatic(8, 1, storage, NULL) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xStreamBufferCreateStatic(1, 1, storage, &memory) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  CHECK(xStreamBufferCreateStatic(0, 0, storage, &memory) == NULL);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  (void)xStreamBufferCreateStatic(8, 9, storage, &memory);
  CHECK_EQUAL(test_expect_asserts(false), 1);
}

PROMISE(misuse_of_a_buffer_is_caught)
{
  static StaticStreamBuffer_t memory;
  static uint8_t storage[8];
  struct side r = {.receives = true, .bytes = 20, .ticks = portMAX_DELAY};
  NEED(begin(xStreamBufferCreateStatic(8, 1, storage, &memory)));
  (void)test_expect_asserts(true);
  (void)xStreamBufferReceive(pipe, NULL, 1, 0);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  vStreamBufferSetStreamBufferNotificationIndex(pipe, configTASK_NOTIFICATION_ARRAY_ENTRIES);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  start(&r, HIGHER);
  (void)xStreamBufferReceive(pipe, in, 1, 1); /* a second receiver */
  CHECK_EQUAL(test_expect_asserts(true), 1);
  vStreamBufferSetStreamBufferNotificationIndex(pipe, 0); /* while one waits */
  CHECK_EQUAL(test_expect_asserts(true), 1);
  stop(&r);
  (void)xStreamBufferSend(pipe, out, 7, 0);
  r.receives = false;
  start(&r, HIGHER);
  (void)xStreamBufferSend(pipe, out, 1, 1); /* a second sender */
  CHECK_EQUAL(test_expect_asserts(true), 1);
  stop(&r);
  CHECK_EQUAL(test_expect_asserts(true), 0);
  end();
  (void)xStreamBufferIsEmpty(&memory); /* it was deleted */
  CHECK(test_expect_asserts(false) >= 1u);
}
#endif

const struct promise stream_buffer_promises[] = {
  KEPT(a_new_buffer_is_empty_and_holds_its_size),
  KEPT(a_static_buffer_is_in_the_memory_it_was_given_and_holds_one_byte_less),
  KEPT(a_buffer_from_the_heap_has_no_static_memory),
  KEPT(a_size_that_wraps_or_is_too_large_makes_no_buffer),
  KEPT(bytes_come_out_as_they_went_in_wherever_the_ring_wraps),
  KEPT(a_receiver_takes_no_more_than_it_asks_for),
  KEPT(a_send_that_does_not_wait_sends_what_fits),
  KEPT(a_waiting_receiver_runs_when_the_trigger_level_is_there_and_not_before),
  KEPT(one_send_beyond_the_trigger_level_wakes_too),
  KEPT(the_trigger_level_does_not_matter_when_something_is_there),
  KEPT(a_receiver_whose_time_is_over_gets_what_is_there_at_its_tick),
  KEPT(a_less_urgent_receiver_runs_after_the_sender),
  KEPT(the_trigger_level_can_be_changed_up_to_what_fits),
  KEPT(a_trigger_level_of_the_whole_static_storage_is_reached_when_it_is_full),
  KEPT(a_sender_waits_for_room_for_all_its_bytes),
  KEPT(a_sender_whose_time_is_over_sends_what_fits_at_its_tick),
  KEPT(a_sender_of_more_than_fits_waits_for_an_empty_buffer),
  KEPT(a_batch_is_received_when_there_is_more_than_the_trigger_level),
  KEPT(a_batch_that_is_there_is_received_without_waiting),
  KEPT(a_batch_of_all_that_fits_is_received_when_the_buffer_is_full),
  KEPT(a_batch_level_of_0_counts_as_1),
  KEPT(messages_come_out_whole_one_by_one),
  KEPT(messages_come_out_as_they_went_in_wherever_the_ring_wraps),
  KEPT(a_message_that_does_not_fit_its_receiver_stays),
  KEPT(a_message_that_never_fits_is_refused_at_once),
  KEPT(a_message_is_sent_whole_or_not_at_all),
  KEPT(an_empty_message_is_not_sent),
  KEPT(a_receiver_waits_for_a_message_and_a_sender_for_its_room),
  KEPT(a_static_message_buffer_works_in_its_storage),
  KEPT(a_deleted_side_leaves_no_trace),
  KEPT(an_aborted_wait_ends_at_once),
  KEPT(a_suspended_receiver_is_not_woken_and_waits_on_when_resumed),
  KEPT(waiting_and_notifications_do_not_know_of_each_other),
  KEPT(reset_empties_a_buffer_for_which_nobody_waits),
  KEPT(an_interrupt_sends_what_fits_and_receives_what_is_there),
  KEPT(an_interrupt_sends_and_receives_messages_whole),
  KEPT(an_interrupt_says_when_it_wakes_a_more_urgent_side_and_only_then),
  KEPT(completed_from_an_interrupt_wakes_who_waits),
  KEPT(a_storm_that_sends_loses_and_doubles_no_byte),
  KEPT(a_storm_that_sends_messages_loses_and_doubles_none),
  KEPT(a_storm_that_receives_loses_and_doubles_no_byte),
  KEPT(a_waiting_receiver_misses_no_send_of_a_storm),
  KEPT(two_tasks_pass_all_bytes_through_a_small_buffer),
#if configUSE_SB_COMPLETED_CALLBACK == 1
  KEPT(callbacks_take_the_place_of_waking),
  KEPT(every_kind_of_buffer_takes_callbacks),
  KEPT(without_a_callback_of_its_own_a_side_is_woken),
#endif
  KEPT(a_buffer_keeps_its_notification_index),
#if configUSE_TRACE_FACILITY == 1
  KEPT(a_buffer_knows_its_kind_and_keeps_its_number),
#endif
#if configASSERT_DEFINED == 1
  KEPT(misuse_in_making_is_caught),
  KEPT(misuse_of_a_buffer_is_caught),
#endif
  END_OF_PROMISES,
};

#endif

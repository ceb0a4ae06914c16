/* Queues (queue.h): what goes in comes out, in order, and who waits for how long. */
#include "queue.h"

#include "diary.h"

static const char letters[] = "abc";

/* --- what goes in comes out --- */

PROMISE(items_come_out_in_the_order_they_went_in)
{
  QueueHandle_t queue = xQueueCreate(5, sizeof(uint32_t));
  NEED(queue != NULL);
  uint32_t sent = 0;
  uint32_t received = 0;
  uint32_t random = 1;
  for (unsigned i = 0; i < 2000u; i++) {
    random = random * 1664525u + 1013904223u;
    uint32_t item = sent * 7u;
    if ((random >> 16 & 1u) != 0) {
      if (xQueueSend(queue, &item, 0) == pdPASS)
        sent++;
      else
        CHECK_EQUAL(sent - received, 5);
    } else if (xQueueReceive(queue, &item, 0) == pdPASS) {
      CHECK_EQUAL(item, received * 7u);
      received++;
    } else {
      CHECK_EQUAL(sent, received);
    }
    CHECK_EQUAL(uxQueueMessagesWaiting(queue), sent - received);
    CHECK_EQUAL(uxQueueSpacesAvailable(queue), 5u - (sent - received));
  }
  CHECK(received > 500u);
  vQueueDelete(queue);
}

PROMISE(items_sent_to_the_front_come_out_first)
{
  QueueHandle_t queue = xQueueCreate(4, 1);
  NEED(queue != NULL);
  char word[5] = "";
  for (unsigned round = 0; round < 6u; round++) { /* whatever the place in memory */
    CHECK_EQUAL(xQueueSendToBack(queue, "c", 0), pdPASS);
    CHECK_EQUAL(xQueueSendToFront(queue, "b", 0), pdPASS);
    CHECK_EQUAL(xQueueSendToBack(queue, "d", 0), pdPASS);
    CHECK_EQUAL(xQueueSendToFront(queue, "a", 0), pdPASS);
    CHECK_EQUAL(xQueueSendToFront(queue, "x", 0), errQUEUE_FULL);
    CHECK_EQUAL(xQueueSendToBack(queue, "x", 0), errQUEUE_FULL);
    for (unsigned i = 0; i < 4u; i++) CHECK_EQUAL(xQueueReceive(queue, &word[i], 0), pdPASS);
    CHECK(strcmp(word, "abcd") == 0);
    CHECK_EQUAL(xQueueReceive(queue, &word[0], 0), errQUEUE_EMPTY);
    (void)xQueueSend(queue, "m", 0); /* one place further */
    (void)xQueueReceive(queue, &word[0], 0);
  }
  vQueueDelete(queue);
}

static uint8_t sent_item[304];
static uint8_t received_item[304];

PROMISE(items_of_every_size_come_out_as_they_went_in_wherever_they_lie)
{
  for (unsigned bytes = 1; bytes <= 300u; bytes += bytes < 40u ? 1u : 13u) {
    QueueHandle_t queue = xQueueCreate(3, bytes);
    NEED(queue != NULL);
    for (unsigned shift = 0; shift < 4u; shift++) {
      for (unsigned i = 0; i < sizeof sent_item; i++) sent_item[i] = (uint8_t)(i * 7u + bytes + shift);
      memset(received_item, 0xEE, sizeof received_item);
      CHECK_EQUAL(xQueueSend(queue, sent_item + shift, 0), pdPASS);
      CHECK_EQUAL(xQueueSend(queue, received_item, 0), pdPASS);
      CHECK_EQUAL(xQueueReceive(queue, received_item + 3u - shift, 0), pdPASS);
      CHECK(memcmp(received_item + 3u - shift, sent_item + shift, bytes) == 0);
      if (bytes + 3u - shift < sizeof received_item) CHECK_EQUAL(received_item[bytes + 3u - shift], 0xEE);
      if (shift < 3u) CHECK_EQUAL(received_item[2u - shift], 0xEE);
      CHECK_EQUAL(xQueueReceive(queue, received_item, 0), pdPASS);
    }
    vQueueDelete(queue);
  }
}

PROMISE(an_item_is_copied_when_it_is_sent)
{
  QueueHandle_t queue = xQueueCreate(1, sizeof(uint32_t));
  NEED(queue != NULL);
  uint32_t item = 1;
  (void)xQueueSend(queue, &item, 0);
  item = 2;
  uint32_t out = 0;
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(out, 1);
  vQueueDelete(queue);
}

PROMISE(a_queue_of_items_without_bytes_counts)
{
  QueueHandle_t queue = xQueueCreate(3, 0);
  NEED(queue != NULL);
  CHECK_EQUAL(xQueueReceive(queue, NULL, 0), errQUEUE_EMPTY);
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(xQueueSend(queue, NULL, 0), pdPASS);
  CHECK_EQUAL(xQueueSend(queue, NULL, 0), errQUEUE_FULL);
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 3);
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(xQueueReceive(queue, NULL, 0), pdPASS);
  CHECK_EQUAL(xQueueReceive(queue, NULL, 0), errQUEUE_EMPTY);
  vQueueDelete(queue);
}

PROMISE(overwriting_replaces_the_one_item)
{
  QueueHandle_t queue = xQueueCreate(1, sizeof(uint32_t));
  NEED(queue != NULL);
  uint32_t out = 0;
  for (uint32_t i = 1; i <= 10u; i++) {
    CHECK_EQUAL(xQueueOverwrite(queue, &i), pdPASS);
    CHECK_EQUAL(uxQueueMessagesWaiting(queue), 1);
    CHECK_EQUAL(xQueuePeek(queue, &out, 0), pdPASS);
    CHECK_EQUAL(out, i);
  }
  CHECK_EQUAL(xQueueReceive(queue, &out, 0), pdPASS);
  CHECK_EQUAL(out, 10);
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 0);
  vQueueDelete(queue);
}

PROMISE(peeking_leaves_the_item)
{
  QueueHandle_t queue = xQueueCreate(3, 1);
  NEED(queue != NULL);
  char out = 0;
  CHECK_EQUAL(xQueuePeek(queue, &out, 0), errQUEUE_EMPTY);
  (void)xQueueSend(queue, "a", 0);
  (void)xQueueSend(queue, "b", 0);
  for (unsigned i = 0; i < 3u; i++) {
    CHECK_EQUAL(xQueuePeek(queue, &out, 0), pdPASS);
    CHECK_EQUAL(out, 'a');
  }
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 2);
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(out, 'a');
  (void)xQueuePeek(queue, &out, 0);
  CHECK_EQUAL(out, 'b');
  vQueueDelete(queue);
}

PROMISE(a_queue_knows_its_size)
{
  QueueHandle_t queue = xQueueCreate(7, 12);
  NEED(queue != NULL);
  CHECK_EQUAL(uxQueueGetQueueLength(queue), 7);
  CHECK_EQUAL(uxQueueGetQueueItemSize(queue), 12);
  CHECK_EQUAL(uxQueueSpacesAvailable(queue), 7);
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 0);
  vQueueDelete(queue);
}

/* --- made and deleted --- */

PROMISE(a_size_that_does_not_fit_is_refused)
{
  const UBaseType_t half = (UBaseType_t)1 << (sizeof(UBaseType_t) * 4u);
  const UBaseType_t all = ~(UBaseType_t)0;
  size_t heap = xPortGetFreeHeapSize();
  CHECK(xQueueCreate(half, half) == NULL); /* the product is 0 */
  CHECK(xQueueCreate(half + 1u, half) == NULL);
  CHECK(xQueueCreate(all, 1) == NULL); /* the sum wraps */
  CHECK(xQueueCreate(1, all) == NULL);
  CHECK(xQueueCreate(all / 2u + 1u, 2) == NULL);
  CHECK(xQueueCreate(all - sizeof(StaticQueue_t), 1) == NULL);
  CHECK(xQueueCreate(all - sizeof(StaticQueue_t) + 1u, 1) == NULL);
  CHECK(xQueueCreate((all - sizeof(StaticQueue_t)) / 4u, 4) == NULL);
  CHECK(xQueueCreate(configTOTAL_HEAP_SIZE, 1) == NULL);
  (void)test_expect_asserts(true);
  CHECK(xQueueCreate(0, 4) == NULL);
  (void)test_expect_asserts(false);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
}

#if configSUPPORT_STATIC_ALLOCATION == 1
static StaticQueue_t queue_memory;
static uint8_t queue_storage[3u * 5u + 2u];

PROMISE(a_static_queue_lives_in_the_memory_given)
{
  size_t heap = xPortGetFreeHeapSize();
  memset(queue_storage, 0xEE, sizeof queue_storage);
  QueueHandle_t queue = xQueueCreateStatic(3, 5, queue_storage + 1, &queue_memory);
  NEED(queue == &queue_memory);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(xQueueSend(queue, "12345", 0), pdPASS);
  CHECK_EQUAL(xQueueSend(queue, "12345", 0), errQUEUE_FULL);
  CHECK(memcmp(queue_storage + 1, "123451234512345", 15) == 0);
  CHECK_EQUAL(queue_storage[0], 0xEE);
  CHECK_EQUAL(queue_storage[16], 0xEE);
  (void)xQueueReset(queue);
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(xQueueSendToFront(queue, "abcde", 0), pdPASS);
  CHECK(memcmp(queue_storage + 1, "abcdeabcdeabcde", 15) == 0);
  CHECK_EQUAL(queue_storage[0], 0xEE);
  CHECK_EQUAL(queue_storage[16], 0xEE);
  uint8_t *storage = NULL;
  StaticQueue_t *memory = NULL;
  CHECK_EQUAL(xQueueGetStaticBuffers(queue, &storage, &memory), pdTRUE);
  CHECK(storage == queue_storage + 1);
  CHECK(memory == &queue_memory);
  vQueueDelete(queue);
  CHECK_EQUAL(xPortGetFreeHeapSize(), heap);
}

PROMISE(a_queue_of_the_heap_has_no_static_memory)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  uint8_t *storage = NULL;
  StaticQueue_t *memory = NULL;
  CHECK_EQUAL(xQueueGetStaticBuffers(queue, &storage, &memory), pdFALSE);
  CHECK(storage == NULL);
  CHECK(memory == NULL);
  vQueueDelete(queue);
}

PROMISE(a_static_queue_without_its_memory_is_refused)
{
  (void)test_expect_asserts(true);
  CHECK(xQueueCreateStatic(3, 5, NULL, &queue_memory) == NULL);
  CHECK(xQueueCreateStatic(3, 5, queue_storage, NULL) == NULL);
  CHECK(xQueueCreateStatic(3, 0, queue_storage, &queue_memory) == NULL);
  CHECK(xQueueCreateStatic(0, 5, queue_storage, &queue_memory) == NULL);
  (void)test_expect_asserts(false);
}
#endif

/* --- waiting: how long --- */

PROMISE(a_receive_ends_exactly_when_its_time_is_over)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  char out = 0;
  for (TickType_t ticks = 0; ticks <= 9u; ticks++) {
    TickType_t start = fresh_tick();
    CHECK_EQUAL(xQueueReceive(queue, &out, ticks), errQUEUE_EMPTY);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
    start = fresh_tick();
    CHECK_EQUAL(xQueuePeek(queue, &out, ticks), errQUEUE_EMPTY);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
  vQueueDelete(queue);
}

PROMISE(a_send_ends_exactly_when_its_time_is_over)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  (void)xQueueSend(queue, "a", 0);
  for (TickType_t ticks = 0; ticks <= 9u; ticks++) {
    TickType_t start = fresh_tick();
    CHECK_EQUAL(xQueueSend(queue, "b", ticks), errQUEUE_FULL);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
    start = fresh_tick();
    CHECK_EQUAL(xQueueSendToFront(queue, "b", ticks), errQUEUE_FULL);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
  vQueueDelete(queue);
}

static BaseType_t receive(struct actor *self)
{
  char item = 0;
  return xQueueReceive(self->object, &item, self->ticks) == pdPASS ? item : 0;
}

static BaseType_t peek(struct actor *self)
{
  char item = 0;
  return xQueuePeek(self->object, &item, self->ticks) == pdPASS ? item : 0;
}

static BaseType_t send(struct actor *self)
{
  return xQueueSend(self->object, &self->letter, self->ticks);
}

static BaseType_t send_to_front(struct actor *self)
{
  return xQueueSendToFront(self->object, &self->letter, self->ticks);
}

PROMISE(a_waiting_receiver_gets_the_item_at_once)
{
  QueueHandle_t queue = xQueueCreate(2, 1);
  NEED(queue != NULL);
  struct actor high = {.letter = 'h', .act = receive, .object = queue, .ticks = portMAX_DELAY};
  struct actor low = {.letter = 'l', .act = receive, .object = queue, .ticks = 50};
  diary_begin();
  actor_start(&high, HIGHER);
  (void)xQueueSend(queue, "1", 0);
  CHECK_DIARY("h");
  CHECK_EQUAL(high.answer, '1');
  actor_start(&low, LOWER);
  vTaskDelay(1);
  (void)xQueueSend(queue, "2", 0);
  note('j');
  vTaskDelay(1);
  CHECK_DIARY("hjl");
  CHECK_EQUAL(low.answer, '2');
  vQueueDelete(queue);
}

PROMISE(a_waiting_sender_gets_the_room_at_once)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor back = {.letter = 'b', .act = send, .object = queue, .ticks = portMAX_DELAY};
  struct actor front = {.letter = 'f', .act = send_to_front, .object = queue, .ticks = 10};
  diary_begin();
  (void)xQueueSend(queue, "1", 0);
  actor_start(&back, HIGHER);
  actor_start(&front, HIGHER);
  CHECK_DIARY("");
  char out = 0;
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(out, '1');
  CHECK_DIARY("b");
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(out, 'b');
  CHECK_DIARY("bf");
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(out, 'f');
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 0);
  vQueueDelete(queue);
}

/* --- waiting: who first --- */

PROMISE(the_most_urgent_receiver_gets_on_first_then_the_longest_waiting)
{
  QueueHandle_t queue = xQueueCreate(6, 1);
  NEED(queue != NULL);
  struct actor actors[6];
  const UBaseType_t priority[6] = {HIGHER, HIGHER + 1u, HIGHER, HIGHER + 2u, HIGHER + 1u, HIGHER};
  diary_begin();
  for (unsigned i = 0; i < 6u; i++) {
    actors[i] = (struct actor){
      .letter = (char)('a' + i), .act = receive, .object = queue, .ticks = i % 2u != 0 ? 50 : portMAX_DELAY};
    actor_start(&actors[i], priority[i]);
  }
  for (unsigned i = 0; i < 6u; i++) (void)xQueueSend(queue, "x", 0);
  CHECK_DIARY("dbeacf");
  vQueueDelete(queue);
}

PROMISE(the_most_urgent_sender_gets_on_first_then_the_longest_waiting)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor actors[6];
  const UBaseType_t priority[6] = {HIGHER, HIGHER + 1u, HIGHER, HIGHER + 2u, HIGHER + 1u, HIGHER};
  diary_begin();
  (void)xQueueSend(queue, "x", 0);
  for (unsigned i = 0; i < 6u; i++) {
    actors[i] = (struct actor){.letter = (char)('a' + i), .act = send, .object = queue, .ticks = portMAX_DELAY};
    actor_start(&actors[i], priority[i]);
  }
  char word[8] = "";
  for (unsigned i = 0; i < 7u; i++) (void)xQueueReceive(queue, &word[i], 0);
  CHECK(strcmp(word, "xdbeacf") == 0);
  vQueueDelete(queue);
}

PROMISE(a_waiter_whose_time_ended_is_passed_over)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor brief = {.letter = 'b', .act = receive, .object = queue, .ticks = 3};
  struct actor patient = {.letter = 'p', .act = receive, .object = queue, .ticks = 30};
  diary_begin();
  actor_start(&brief, HIGHER);
  actor_start(&patient, HIGHER);
  vTaskDelay(4);
  CHECK_DIARY("b");
  (void)xQueueSend(queue, "x", 0);
  CHECK_DIARY("bp");
  CHECK_EQUAL(brief.answer, 0);
  CHECK_EQUAL(patient.answer, 'x');
  vQueueDelete(queue);
}

PROMISE(a_waiter_whose_priority_changes_waits_in_its_new_place)
{
  QueueHandle_t queue = xQueueCreate(3, 1);
  NEED(queue != NULL);
  struct actor a = {.letter = 'a', .act = receive, .object = queue, .ticks = 50};
  struct actor b = {.letter = 'b', .act = receive, .object = queue, .ticks = 50};
  struct actor c = {.letter = 'c', .act = receive, .object = queue, .ticks = 50};
  diary_begin();
  actor_start(&a, HIGHER);
  actor_start(&b, HIGHER);
  actor_start(&c, HIGHER + 1u);
  vTaskPrioritySet(b.task, HIGHER + 2u);
  vTaskPrioritySet(c.task, HIGHER);
  for (unsigned i = 0; i < 3u; i++) (void)xQueueSend(queue, "x", 0);
  CHECK_DIARY("bac");
  vQueueDelete(queue);
}

/* --- a woken task whose item is gone --- */

PROMISE(who_finds_the_item_taken_by_a_more_urgent_task_waits_for_the_rest_of_its_time)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  char out = 0;
  struct actor a = {.letter = 'a', .act = receive, .object = queue, .ticks = 10};
  for (TickType_t at = 1; at <= 9u; at += 4u) {
    diary_begin();
    TickType_t start = fresh_tick();
    actor_start(&a, LOWER);
    vTaskDelay(at);
    (void)xQueueSend(queue, "x", 0); /* wakes a, which does not run while we do */
    CHECK_EQUAL(eTaskGetState(a.task), eReady);
    CHECK_EQUAL(xQueueReceive(queue, &out, 0), pdPASS);
    vTaskDelay(14);
    CHECK_DIARY("a");
    CHECK_EQUAL(a.answer, 0);
    CHECK_EQUAL(a.ended - start, 10);
  }
  vQueueDelete(queue);
}

PROMISE(who_finds_the_room_taken_by_a_more_urgent_task_waits_for_the_rest_of_its_time)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  char out = 0;
  struct actor a = {.letter = 'a', .act = send, .object = queue, .ticks = 10};
  (void)xQueueSend(queue, "1", 0);
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, LOWER);
  vTaskDelay(6);
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(xQueueSend(queue, "2", 0), pdPASS);
  vTaskDelay(8);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, errQUEUE_FULL);
  CHECK_EQUAL(a.ended - start, 10);
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(out, '2');
  vQueueDelete(queue);
}

PROMISE(who_was_robbed_again_and_again_still_ends_at_its_tick)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  char out = 0;
  struct actor a = {.letter = 'a', .act = receive, .object = queue, .ticks = 20};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, LOWER);
  for (unsigned i = 0; i < 12u; i++) {
    vTaskDelay(1);
    (void)xQueueSend(queue, "x", 0);
    (void)xQueueReceive(queue, &out, 0);
  }
  vTaskDelay(10);
  CHECK_EQUAL(a.answer, 0);
  CHECK_EQUAL(a.ended - start, 20);
  vQueueDelete(queue);
}

PROMISE(an_item_that_comes_with_the_end_of_the_time_is_still_received)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor a = {.letter = 'a', .act = receive, .object = queue, .ticks = 3};
  diary_begin();
  TickType_t start = fresh_tick();
  actor_start(&a, LOWER);
  vTaskDelay(1);
  while (xTaskGetTickCount() - start < 4u) test_spin(500);
  CHECK_EQUAL(eTaskGetState(a.task), eReady); /* its time is over, but it did not run yet */
  (void)xQueueSend(queue, "x", 0);
  vTaskDelay(1);
  CHECK_DIARY("a");
  CHECK_EQUAL(a.answer, 'x');
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 0);
  vQueueDelete(queue);
}

/* --- peeking tasks --- */

PROMISE(all_peeking_tasks_see_the_item_by_priority_and_a_receiver_takes_it)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor a = {.letter = 'a', .act = peek, .object = queue, .ticks = portMAX_DELAY};
  struct actor b = {.letter = 'b', .act = peek, .object = queue, .ticks = 50};
  struct actor c = {.letter = 'c', .act = peek, .object = queue, .ticks = 50};
  struct actor r = {.letter = 'r', .act = receive, .object = queue, .ticks = 50};
  struct actor s = {.letter = 's', .act = peek, .object = queue, .ticks = 50};
  diary_begin();
  actor_start(&s, LOWER);
  actor_start(&r, HIGHER);
  actor_start(&a, HIGHER + 1u);
  actor_start(&b, HIGHER + 2u);
  actor_start(&c, HIGHER + 1u);
  vTaskDelay(1);
  (void)xQueueSend(queue, "x", 0);
  CHECK_DIARY("bacr"); /* s is less urgent than the receiver: it waits on */
  CHECK_EQUAL(a.answer, 'x');
  CHECK_EQUAL(b.answer, 'x');
  CHECK_EQUAL(c.answer, 'x');
  CHECK_EQUAL(r.answer, 'x');
  vTaskDelay(2);
  CHECK_DIARY("bacr");
  (void)xQueueSend(queue, "y", 0);
  vTaskDelay(1);
  CHECK_DIARY("bacrs");
  CHECK_EQUAL(s.answer, 'y');
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 1);
  vQueueDelete(queue);
}

PROMISE(a_peeking_task_passes_the_item_on_to_a_less_urgent_receiver)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor p = {.letter = 'p', .act = peek, .object = queue, .ticks = portMAX_DELAY};
  struct actor r = {.letter = 'r', .act = receive, .object = queue, .ticks = portMAX_DELAY};
  diary_begin();
  actor_start(&r, LOWER);
  actor_start(&p, HIGHER);
  vTaskDelay(1);
  (void)xQueueSend(queue, "x", 0);
  vTaskDelay(1);
  CHECK_DIARY("pr");
  CHECK_EQUAL(r.answer, 'x');
  vQueueDelete(queue);
}

PROMISE(an_overwrite_reaches_a_waiting_receiver)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor r = {.letter = 'r', .act = receive, .object = queue, .ticks = 50};
  diary_begin();
  actor_start(&r, HIGHER);
  CHECK_EQUAL(xQueueOverwrite(queue, "o"), pdPASS);
  CHECK_DIARY("r");
  CHECK_EQUAL(r.answer, 'o');
  vQueueDelete(queue);
}

/* --- reset --- */

PROMISE(a_reset_queue_is_empty_and_works_on)
{
  QueueHandle_t queue = xQueueCreate(3, 1);
  NEED(queue != NULL);
  char out = 0;
  for (unsigned round = 0; round < 4u; round++) {
    for (unsigned i = 0; i <= round; i++) (void)xQueueSend(queue, "x", 0);
    CHECK_EQUAL(xQueueReset(queue), pdPASS);
    CHECK_EQUAL(uxQueueMessagesWaiting(queue), 0);
    CHECK_EQUAL(uxQueueSpacesAvailable(queue), 3);
    CHECK_EQUAL(xQueueReceive(queue, &out, 0), errQUEUE_EMPTY);
    for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(xQueueSend(queue, &letters[i], 0), pdPASS);
    for (unsigned i = 0; i < 3u; i++) {
      CHECK_EQUAL(xQueueReceive(queue, &out, 0), pdPASS);
      CHECK_EQUAL(out, letters[i]);
    }
  }
  vQueueDelete(queue);
}

PROMISE(a_reset_lets_a_waiting_sender_on_and_receivers_wait_on)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  struct actor s = {.letter = 's', .act = send, .object = queue, .ticks = 50};
  struct actor r = {.letter = 'r', .act = receive, .object = queue, .ticks = 50};
  diary_begin();
  (void)xQueueSend(queue, "x", 0);
  actor_start(&s, HIGHER);
  CHECK_EQUAL(xQueueReset(queue), pdPASS);
  CHECK_DIARY("s");
  char out = 0;
  CHECK_EQUAL(xQueueReceive(queue, &out, 0), pdPASS);
  CHECK_EQUAL(out, 's');
  actor_start(&r, HIGHER);
  CHECK_EQUAL(xQueueReset(queue), pdPASS);
  CHECK_DIARY("s");
  CHECK_EQUAL(eTaskGetState(r.task), eBlocked);
  (void)xQueueSend(queue, "z", 0);
  CHECK_DIARY("sr");
  vQueueDelete(queue);
}

/* --- from interrupts --- */

static struct {
  QueueHandle_t queue;
  char item;
  BaseType_t answer;
  BaseType_t woken;
} isr;

static void isr_send_back(void)
{
  isr.woken = pdFALSE;
  isr.answer = xQueueSendFromISR(isr.queue, &isr.item, &isr.woken);
  portYIELD_FROM_ISR(isr.woken);
}

static void isr_send_front(void)
{
  isr.answer = xQueueSendToFrontFromISR(isr.queue, &isr.item, NULL);
}

static void isr_overwrite(void)
{
  isr.answer = xQueueOverwriteFromISR(isr.queue, &isr.item, NULL);
}

static void isr_receive(void)
{
  isr.woken = pdFALSE;
  isr.answer = xQueueReceiveFromISR(isr.queue, &isr.item, &isr.woken);
  portYIELD_FROM_ISR(isr.woken);
}

static void isr_peek(void)
{
  isr.answer = xQueuePeekFromISR(isr.queue, &isr.item);
}

static UBaseType_t isr_count;
static BaseType_t isr_empty;
static BaseType_t isr_full;

static void isr_look(void)
{
  isr_count = uxQueueMessagesWaitingFromISR(isr.queue);
  isr_empty = xQueueIsQueueEmptyFromISR(isr.queue);
  isr_full = xQueueIsQueueFullFromISR(isr.queue);
}

static void isr_send(void (*how)(void), char item, BaseType_t answer)
{
  isr.item = item;
  test_interrupt(how);
  CHECK_EQUAL(isr.answer, answer);
}

PROMISE(interrupts_send_receive_and_peek_in_the_same_order)
{
  isr.queue = xQueueCreate(3, 1);
  NEED(isr.queue != NULL);
  isr_send(isr_send_back, 'b', pdPASS);
  isr_send(isr_send_back, 'c', pdPASS);
  isr_send(isr_send_front, 'a', pdPASS);
  isr_send(isr_send_back, 'x', errQUEUE_FULL);
  isr_send(isr_send_front, 'x', errQUEUE_FULL);
  isr_send(isr_peek, 0, pdPASS);
  CHECK_EQUAL(isr.item, 'a');
  for (unsigned i = 0; i < 3u; i++) {
    isr_send(isr_receive, 0, pdPASS);
    CHECK_EQUAL(isr.item, letters[i]);
    CHECK_EQUAL(isr.woken, pdFALSE);
  }
  isr_send(isr_receive, 'k', pdFAIL);
  CHECK_EQUAL(isr.item, 'k'); /* untouched */
  isr_send(isr_peek, 'k', pdFAIL);
  CHECK_EQUAL(isr.item, 'k');
  vQueueDelete(isr.queue);
}

PROMISE(an_interrupt_can_overwrite)
{
  isr.queue = xQueueCreate(1, 1);
  NEED(isr.queue != NULL);
  isr_send(isr_overwrite, 'a', pdPASS);
  isr_send(isr_overwrite, 'b', pdPASS);
  char out = 0;
  CHECK_EQUAL(xQueueReceive(isr.queue, &out, 0), pdPASS);
  CHECK_EQUAL(out, 'b');
  CHECK_EQUAL(uxQueueMessagesWaiting(isr.queue), 0);
  vQueueDelete(isr.queue);
}

PROMISE(an_interrupt_can_look_at_a_queue)
{
  isr.queue = xQueueCreate(2, 1);
  NEED(isr.queue != NULL);
  for (UBaseType_t count = 0; count <= 2u; count++) {
    test_interrupt(isr_look);
    CHECK_EQUAL(isr_count, count);
    CHECK_EQUAL(isr_empty, count == 0 ? pdTRUE : pdFALSE);
    CHECK_EQUAL(isr_full, count == 2u ? pdTRUE : pdFALSE);
    (void)xQueueSend(isr.queue, "x", 0);
  }
  vQueueDelete(isr.queue);
}

PROMISE(an_item_from_an_interrupt_wakes_the_receiver_and_says_if_it_is_more_urgent)
{
  isr.queue = xQueueCreate(2, 1);
  NEED(isr.queue != NULL);
  struct actor high = {.letter = 'h', .act = receive, .object = isr.queue, .ticks = 50};
  struct actor low = {.letter = 'l', .act = receive, .object = isr.queue, .ticks = 50};
  diary_begin();
  actor_start(&low, LOWER);
  vTaskDelay(1);
  isr_send(isr_send_back, '1', pdPASS);
  CHECK_EQUAL(isr.woken, pdFALSE);
  vTaskDelay(1);
  CHECK_DIARY("l");
  actor_start(&high, HIGHER);
  isr_send(isr_send_back, '2', pdPASS);
  note('j');
  CHECK_EQUAL(isr.woken, pdTRUE);
  CHECK_DIARY("lhj");
  CHECK_EQUAL(high.answer, '2');
  vQueueDelete(isr.queue);
}

PROMISE(room_from_an_interrupt_wakes_the_sender_and_says_if_it_is_more_urgent)
{
  isr.queue = xQueueCreate(1, 1);
  NEED(isr.queue != NULL);
  struct actor high = {.letter = 'h', .act = send, .object = isr.queue, .ticks = 50};
  diary_begin();
  (void)xQueueSend(isr.queue, "x", 0);
  actor_start(&high, HIGHER);
  isr_send(isr_receive, 0, pdPASS);
  note('j');
  CHECK_EQUAL(isr.item, 'x');
  CHECK_EQUAL(isr.woken, pdTRUE);
  CHECK_DIARY("hj");
  char out = 0;
  CHECK_EQUAL(xQueueReceive(isr.queue, &out, 0), pdPASS);
  CHECK_EQUAL(out, 'h');
  vQueueDelete(isr.queue);
}

/* --- while the scheduler is suspended --- */

PROMISE(items_sent_while_the_scheduler_is_suspended_are_received_afterwards)
{
  QueueHandle_t queue = xQueueCreate(3, 1);
  NEED(queue != NULL);
  struct actor a = {.letter = 'a', .act = receive, .object = queue, .ticks = 50};
  struct actor b = {.letter = 'b', .act = receive, .object = queue, .ticks = 50};
  diary_begin();
  actor_start(&a, HIGHER);
  actor_start(&b, HIGHER);
  vTaskSuspendAll();
  CHECK_EQUAL(xQueueSend(queue, "1", 0), pdPASS);
  CHECK_EQUAL(xQueueSend(queue, "2", 0), pdPASS);
  CHECK_DIARY("");
  CHECK_EQUAL(xTaskResumeAll(), pdTRUE);
  CHECK_DIARY("ab");
  CHECK_EQUAL(a.answer, '1');
  CHECK_EQUAL(b.answer, '2');
  vQueueDelete(queue);
}

/* --- producers and consumers --- */

struct flow {
  QueueHandle_t queue;
  uint32_t from; /* of a producer: its number in the upper bits */
  uint32_t items;
  volatile uint32_t done;
  volatile uint32_t wrong;
};

static void produce(void *parameter)
{
  struct flow *flow = parameter;
  while (flow->done < flow->items) {
    uint32_t item = flow->from << 16 | flow->done;
    if (xQueueSend(flow->queue, &item, portMAX_DELAY) == pdPASS)
      flow->done++;
    else
      flow->wrong++;
  }
  vTaskDelete(NULL);
}

static uint32_t next_of[4];

static void consume(void *parameter)
{
  struct flow *flow = parameter;
  while (flow->done < flow->items) {
    uint32_t item = 0;
    if (xQueueReceive(flow->queue, &item, portMAX_DELAY) != pdPASS) flow->wrong++;
    if (next_of[item >> 16 & 3u]++ != (item & 0xFFFFu)) flow->wrong++;
    flow->done++;
  }
  vTaskDelete(NULL);
}

static void check_flow(UBaseType_t producer_priority, UBaseType_t consumer_priority)
{
  QueueHandle_t queue = xQueueCreate(3, sizeof(uint32_t));
  NEED(queue != NULL);
  static struct flow producers[3];
  static struct flow consumer;
  memset(next_of, 0, sizeof next_of);
  consumer = (struct flow){.queue = queue, .items = 300};
  (void)test_task(consume, &consumer, consumer_priority);
  for (uint32_t i = 0; i < 3u; i++) {
    producers[i] = (struct flow){.queue = queue, .from = i, .items = 100};
    (void)test_task(produce, &producers[i], producer_priority);
  }
  vTaskDelay(60);
  CHECK_EQUAL(consumer.done, 300);
  CHECK_EQUAL(consumer.wrong, 0);
  for (uint32_t i = 0; i < 3u; i++) CHECK_EQUAL(producers[i].wrong, 0);
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 0);
  vQueueDelete(queue);
}

PROMISE(several_senders_lose_nothing_whoever_is_more_urgent)
{
  check_flow(LOWER, LOWER - 1u);
  check_flow(LOWER, HIGHER);
  check_flow(LOWER, LOWER);
  check_flow(HIGHER, LOWER);
}

/* --- names and numbers --- */

#if configQUEUE_REGISTRY_SIZE > 0
PROMISE(a_queue_can_have_a_name)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  CHECK(pcQueueGetName(queue) == NULL);
  vQueueAddToRegistry(queue, "first");
  CHECK(strcmp(pcQueueGetName(queue), "first") == 0);
  vQueueAddToRegistry(queue, "second");
  CHECK(strcmp(pcQueueGetName(queue), "second") == 0);
  vQueueUnregisterQueue(queue);
  CHECK(pcQueueGetName(queue) == NULL);
  vQueueAddToRegistry(queue, "third");
  vQueueDelete(queue);
  QueueHandle_t another = xQueueCreate(1, 1); /* in the same memory */
  NEED(another != NULL);
  CHECK(pcQueueGetName(another) == NULL);
  vQueueDelete(another);
}

PROMISE(a_name_beyond_the_room_for_names_is_not_kept)
{
  QueueHandle_t queues[configQUEUE_REGISTRY_SIZE + 1];
  unsigned kept = 0; /* the timers' queue may have a name too */
  for (unsigned i = 0; i <= configQUEUE_REGISTRY_SIZE; i++) {
    queues[i] = xQueueCreate(1, 1);
    NEED(queues[i] != NULL);
    vQueueAddToRegistry(queues[i], "name");
    if (pcQueueGetName(queues[i]) == NULL) continue;
    CHECK_EQUAL(kept, i); /* the first ones */
    kept++;
  }
  CHECK(kept >= configQUEUE_REGISTRY_SIZE - 1u);
  CHECK(kept <= configQUEUE_REGISTRY_SIZE);
  for (unsigned i = 0; i <= configQUEUE_REGISTRY_SIZE; i++) vQueueDelete(queues[i]);
}
#endif

#if configUSE_TRACE_FACILITY == 1
PROMISE(a_queue_carries_a_number_for_tools)
{
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(queue != NULL);
  vQueueSetQueueNumber(queue, 815);
  CHECK_EQUAL(uxQueueGetQueueNumber(queue), 815);
  CHECK_EQUAL(ucQueueGetQueueType(queue), queueQUEUE_TYPE_BASE);
  vQueueDelete(queue);
}
#endif

const struct promise queue_promises[] = {
  KEPT(items_come_out_in_the_order_they_went_in),
  KEPT(items_sent_to_the_front_come_out_first),
  KEPT(items_of_every_size_come_out_as_they_went_in_wherever_they_lie),
  KEPT(an_item_is_copied_when_it_is_sent),
  KEPT(a_queue_of_items_without_bytes_counts),
  KEPT(overwriting_replaces_the_one_item),
  KEPT(peeking_leaves_the_item),
  KEPT(a_queue_knows_its_size),
  KEPT(a_size_that_does_not_fit_is_refused),
#if configSUPPORT_STATIC_ALLOCATION == 1
  KEPT(a_static_queue_lives_in_the_memory_given),
  KEPT(a_queue_of_the_heap_has_no_static_memory),
  KEPT(a_static_queue_without_its_memory_is_refused),
#endif
  KEPT(a_receive_ends_exactly_when_its_time_is_over),
  KEPT(a_send_ends_exactly_when_its_time_is_over),
  KEPT(a_waiting_receiver_gets_the_item_at_once),
  KEPT(a_waiting_sender_gets_the_room_at_once),
  KEPT(the_most_urgent_receiver_gets_on_first_then_the_longest_waiting),
  KEPT(the_most_urgent_sender_gets_on_first_then_the_longest_waiting),
  KEPT(a_waiter_whose_time_ended_is_passed_over),
  KEPT(a_waiter_whose_priority_changes_waits_in_its_new_place),
  KEPT(who_finds_the_item_taken_by_a_more_urgent_task_waits_for_the_rest_of_its_time),
  KEPT(who_finds_the_room_taken_by_a_more_urgent_task_waits_for_the_rest_of_its_time),
  KEPT(who_was_robbed_again_and_again_still_ends_at_its_tick),
  KEPT(an_item_that_comes_with_the_end_of_the_time_is_still_received),
  KEPT(all_peeking_tasks_see_the_item_by_priority_and_a_receiver_takes_it),
  KEPT(a_peeking_task_passes_the_item_on_to_a_less_urgent_receiver),
  KEPT(an_overwrite_reaches_a_waiting_receiver),
  KEPT(a_reset_queue_is_empty_and_works_on),
  KEPT(a_reset_lets_a_waiting_sender_on_and_receivers_wait_on),
  KEPT(interrupts_send_receive_and_peek_in_the_same_order),
  KEPT(an_interrupt_can_overwrite),
  KEPT(an_interrupt_can_look_at_a_queue),
  KEPT(an_item_from_an_interrupt_wakes_the_receiver_and_says_if_it_is_more_urgent),
  KEPT(room_from_an_interrupt_wakes_the_sender_and_says_if_it_is_more_urgent),
  KEPT(items_sent_while_the_scheduler_is_suspended_are_received_afterwards),
  KEPT(several_senders_lose_nothing_whoever_is_more_urgent),
#if configQUEUE_REGISTRY_SIZE > 0
  KEPT(a_queue_can_have_a_name),
  KEPT(a_name_beyond_the_room_for_names_is_not_kept),
#endif
#if configUSE_TRACE_FACILITY == 1
  KEPT(a_queue_carries_a_number_for_tools),
#endif
  END_OF_PROMISES,
};

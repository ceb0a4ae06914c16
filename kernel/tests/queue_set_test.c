/* Queue sets (queue.h): waiting for several queues and semaphores at once. */
#include "diary.h"
#include "queue.h"
#include "semphr.h"

#if configUSE_QUEUE_SETS == 1

/* A set with a member of every kind. */
static struct {
  QueueSetHandle_t set;
  QueueHandle_t queue; /* of 3 characters */
  SemaphoreHandle_t binary;
  SemaphoreHandle_t counting; /* to 3 */
  QueueHandle_t other;        /* of 2 numbers */
} s;

static bool make_set(void)
{
  s.set = xQueueCreateSet(3 + 1 + 3 + 2);
  s.queue = xQueueCreate(3, 1);
  s.binary = xSemaphoreCreateBinary();
  s.counting = xSemaphoreCreateCounting(3, 0);
  s.other = xQueueCreate(2, sizeof(uint32_t));
  if (s.set == NULL || s.queue == NULL || s.binary == NULL || s.counting == NULL || s.other == NULL) return false;
  CHECK_EQUAL(xQueueAddToSet(s.queue, s.set), pdPASS);
  CHECK_EQUAL(xQueueAddToSet(s.binary, s.set), pdPASS);
  CHECK_EQUAL(xQueueAddToSet(s.counting, s.set), pdPASS);
  CHECK_EQUAL(xQueueAddToSet(s.other, s.set), pdPASS);
  return true;
}

static void end_set(void)
{
  CHECK_EQUAL(xQueueRemoveFromSet(s.queue, s.set), pdPASS);
  CHECK_EQUAL(xQueueRemoveFromSet(s.binary, s.set), pdPASS);
  CHECK_EQUAL(xQueueRemoveFromSet(s.counting, s.set), pdPASS);
  CHECK_EQUAL(xQueueRemoveFromSet(s.other, s.set), pdPASS);
  vQueueDelete(s.queue);
  vSemaphoreDelete(s.binary);
  vSemaphoreDelete(s.counting);
  vQueueDelete(s.other);
  vQueueDelete(s.set);
}

/* Selects what is there, takes it, and notes the member's letter. */
static bool select_and_note(TickType_t ticks)
{
  QueueSetMemberHandle_t member = xQueueSelectFromSet(s.set, ticks);
  uint32_t number = 0;
  char letter = 0;
  if (member == NULL) return false;
  if (member == s.queue) {
    CHECK_EQUAL(xQueueReceive(s.queue, &letter, 0), pdPASS);
    note(letter);
  } else if (member == s.binary) {
    CHECK_EQUAL(xSemaphoreTake(s.binary, 0), pdTRUE);
    note('B');
  } else if (member == s.counting) {
    CHECK_EQUAL(xSemaphoreTake(s.counting, 0), pdTRUE);
    note('C');
  } else if (member == s.other) {
    CHECK_EQUAL(xQueueReceive(s.other, &number, 0), pdPASS);
    note((char)('0' + number));
  } else {
    note('?');
  }
  return true;
}

PROMISE(events_come_out_in_the_order_they_went_in)
{
  NEED(make_set());
  const uint32_t one = 1;
  const uint32_t two = 2;
  diary_begin();
  (void)xQueueSend(s.queue, "a", 0);
  (void)xSemaphoreGive(s.counting);
  (void)xQueueSend(s.other, &one, 0);
  (void)xSemaphoreGive(s.binary);
  (void)xQueueSend(s.queue, "b", 0);
  (void)xSemaphoreGive(s.counting);
  (void)xQueueSend(s.other, &two, 0);
  (void)xSemaphoreGive(s.counting);
  (void)xQueueSend(s.queue, "c", 0);
  while (select_and_note(0)) continue;
  CHECK_DIARY("aC1BbC2Cc");
  end_set();
}

PROMISE(what_does_not_go_in_is_not_announced)
{
  NEED(make_set());
  diary_begin();
  CHECK_EQUAL(xSemaphoreGive(s.binary), pdTRUE);
  CHECK_EQUAL(xSemaphoreGive(s.binary), pdFALSE);
  for (unsigned i = 0; i < 3u; i++) CHECK_EQUAL(xQueueSend(s.queue, "q", 0), pdPASS);
  CHECK_EQUAL(xQueueSend(s.queue, "q", 0), errQUEUE_FULL);
  while (select_and_note(0)) continue;
  CHECK_DIARY("Bqqq");
  end_set();
}

PROMISE(a_select_ends_exactly_when_its_time_is_over)
{
  NEED(make_set());
  for (TickType_t ticks = 0; ticks <= 8u; ticks++) {
    TickType_t start = fresh_tick();
    CHECK(xQueueSelectFromSet(s.set, ticks) == NULL);
    CHECK_EQUAL(xTaskGetTickCount() - start, ticks);
  }
  end_set();
}

static BaseType_t select_once(struct actor *self)
{
  return select_and_note(self->ticks) ? pdTRUE : pdFALSE;
}

PROMISE(every_kind_of_member_wakes_who_waits_for_the_set)
{
  NEED(make_set());
  const uint32_t seven = 7;
  struct actor a = {.letter = '.', .act = select_once, .ticks = portMAX_DELAY};
  diary_begin();
  actor_start(&a, HIGHER);
  (void)xQueueSend(s.queue, "q", 0);
  actor_start(&a, HIGHER);
  (void)xSemaphoreGive(s.binary);
  actor_start(&a, HIGHER);
  (void)xSemaphoreGive(s.counting);
  actor_start(&a, HIGHER);
  (void)xQueueSendToFront(s.other, &seven, 0);
  CHECK_DIARY("q.B.C.7.");
  end_set();
}

PROMISE(who_waits_for_a_set_is_woken_by_priority)
{
  NEED(make_set());
  struct actor low = {.letter = 'l', .act = select_once, .ticks = 50};
  struct actor high = {.letter = 'h', .act = select_once, .ticks = 50};
  diary_begin();
  actor_start(&low, HIGHER);
  actor_start(&high, HIGHER + 1u);
  (void)xQueueSend(s.queue, "1", 0);
  (void)xQueueSend(s.queue, "2", 0);
  CHECK_DIARY("1h2l");
  end_set();
}

/* --- from interrupts --- */

static QueueSetMemberHandle_t isr_member;

static void isr_events(void)
{
  BaseType_t woken = pdFALSE;
  char item = 'i';
  (void)xQueueSendFromISR(s.queue, &item, &woken);
  (void)xSemaphoreGiveFromISR(s.binary, &woken);
  (void)xSemaphoreGiveFromISR(s.counting, &woken);
  (void)xSemaphoreGiveFromISR(s.binary, &woken); /* full */
  item = 'f';
  (void)xQueueSendToFrontFromISR(s.queue, &item, &woken);
  CHECK_EQUAL(woken, pdFALSE);
}

PROMISE(events_from_interrupts_are_posted_to_the_set_in_order)
{
  NEED(make_set());
  diary_begin();
  test_interrupt(isr_events);
  CHECK_EQUAL(uxQueueMessagesWaiting(s.set), 4);
  while (select_and_note(0)) continue;
  CHECK_DIARY("fBCi"); /* two of the queue, whose front is f */
  end_set();
}

static BaseType_t isr_woken;

static void isr_give(void)
{
  isr_woken = pdFALSE;
  (void)xSemaphoreGiveFromISR(s.counting, &isr_woken);
  portYIELD_FROM_ISR(isr_woken);
}

PROMISE(a_semaphore_given_from_an_interrupt_wakes_who_waits_for_its_set)
{
  NEED(make_set());
  struct actor high = {.letter = 'h', .act = select_once, .ticks = 50};
  struct actor low = {.letter = 'l', .act = select_once, .ticks = 50};
  diary_begin();
  actor_start(&high, HIGHER);
  test_interrupt(isr_give);
  CHECK_EQUAL(isr_woken, pdTRUE);
  CHECK_DIARY("Ch");
  actor_start(&low, LOWER);
  vTaskDelay(1);
  test_interrupt(isr_give);
  CHECK_EQUAL(isr_woken, pdFALSE);
  vTaskDelay(1);
  CHECK_DIARY("ChCl");
  end_set();
}

static void isr_select(void)
{
  isr_member = xQueueSelectFromSetFromISR(s.set);
}

PROMISE(an_interrupt_can_select)
{
  NEED(make_set());
  test_interrupt(isr_select);
  CHECK(isr_member == NULL);
  (void)xSemaphoreGive(s.counting);
  (void)xQueueSend(s.queue, "q", 0);
  test_interrupt(isr_select);
  CHECK(isr_member == s.counting);
  test_interrupt(isr_select);
  CHECK(isr_member == s.queue);
  test_interrupt(isr_select);
  CHECK(isr_member == NULL);
  char out = 0;
  (void)xSemaphoreTake(s.counting, 0);
  (void)xQueueReceive(s.queue, &out, 0);
  end_set();
}

/* --- members --- */

PROMISE(only_what_is_empty_joins_or_leaves_a_set)
{
  QueueSetHandle_t set = xQueueCreateSet(4);
  QueueSetHandle_t second = xQueueCreateSet(4);
  QueueHandle_t queue = xQueueCreate(2, 1);
  NEED(set != NULL && second != NULL && queue != NULL);
  char out = 0;
  (void)xQueueSend(queue, "x", 0);
  CHECK_EQUAL(xQueueAddToSet(queue, set), pdFAIL);
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(xQueueRemoveFromSet(queue, set), pdFAIL); /* not in it */
  CHECK_EQUAL(xQueueAddToSet(queue, set), pdPASS);
  CHECK_EQUAL(xQueueAddToSet(queue, set), pdFAIL); /* is already */
  CHECK_EQUAL(xQueueAddToSet(queue, second), pdFAIL);
  CHECK_EQUAL(xQueueRemoveFromSet(queue, second), pdFAIL);
  (void)xQueueSend(queue, "x", 0);
  CHECK_EQUAL(xQueueRemoveFromSet(queue, set), pdFAIL); /* not empty */
  CHECK(xQueueSelectFromSet(set, 0) == queue);
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(xQueueRemoveFromSet(queue, set), pdPASS);
  (void)xQueueSend(queue, "x", 0); /* tells no set any more */
  CHECK(xQueueSelectFromSet(set, 0) == NULL);
  (void)xQueueReceive(queue, &out, 0);
  CHECK_EQUAL(xQueueAddToSet(queue, second), pdPASS);
  CHECK_EQUAL(xQueueRemoveFromSet(queue, second), pdPASS);
  vQueueDelete(queue);
  vQueueDelete(set);
  vQueueDelete(second);
}

PROMISE(overwriting_announces_the_item_once)
{
  QueueSetHandle_t set = xQueueCreateSet(1);
  QueueHandle_t queue = xQueueCreate(1, 1);
  NEED(set != NULL && queue != NULL);
  CHECK_EQUAL(xQueueAddToSet(queue, set), pdPASS);
  for (unsigned i = 0; i < 5u; i++) CHECK_EQUAL(xQueueOverwrite(queue, "o"), pdPASS);
  CHECK_EQUAL(uxQueueMessagesWaiting(set), 1);
  char out = 0;
  CHECK(xQueueSelectFromSet(set, 0) == queue);
  CHECK_EQUAL(xQueueReceive(queue, &out, 0), pdPASS);
  CHECK(xQueueSelectFromSet(set, 0) == NULL);
  CHECK_EQUAL(xQueueRemoveFromSet(queue, set), pdPASS);
  vQueueDelete(queue);
  vQueueDelete(set);
}

static BaseType_t send_q(struct actor *self)
{
  return xQueueSend(self->object, "w", self->ticks);
}

PROMISE(a_sender_that_waited_is_announced_when_it_has_sent)
{
  NEED(make_set());
  struct actor sender = {.letter = '.', .act = send_q, .object = s.queue, .ticks = 50};
  diary_begin();
  for (unsigned i = 0; i < 3u; i++) (void)xQueueSend(s.queue, "q", 0);
  actor_start(&sender, HIGHER);
  CHECK_EQUAL(uxQueueMessagesWaiting(s.set), 3);
  while (select_and_note(0)) continue;
  CHECK_DIARY(".qqqw");
  end_set();
}

#if configSUPPORT_STATIC_ALLOCATION == 1
PROMISE(a_static_set_lives_in_the_memory_given)
{
  static StaticQueue_t memory;
  static uint8_t storage[2u * sizeof(QueueSetMemberHandle_t)];
  QueueSetHandle_t set = xQueueCreateSetStatic(2, storage, &memory);
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
  NEED(set == &memory && semaphore != NULL);
  CHECK_EQUAL(xQueueAddToSet(semaphore, set), pdPASS);
  (void)xSemaphoreGive(semaphore);
  CHECK(xQueueSelectFromSet(set, 0) == semaphore);
  (void)xSemaphoreTake(semaphore, 0);
  CHECK_EQUAL(xQueueRemoveFromSet(semaphore, set), pdPASS);
  vSemaphoreDelete(semaphore);
  vQueueDelete(set);
}
#endif

PROMISE(a_set_too_large_for_memory_is_refused)
{
  CHECK(xQueueCreateSet(~(UBaseType_t)0) == NULL);
  CHECK(xQueueCreateSet(~(UBaseType_t)0 / sizeof(QueueSetMemberHandle_t) + 1u) == NULL);
}

/* --- under load --- */

static volatile unsigned feeds;

static void feed(void *parameter)
{
  UBaseType_t kind = (UBaseType_t)(uintptr_t)parameter;
  for (unsigned i = 0; i < 60u; i++) {
    uint32_t number = 5;
    bool fed = kind == 0   ? xQueueSend(s.queue, "q", 2) == pdPASS
               : kind == 1 ? xSemaphoreGive(s.counting) == pdTRUE
                           : xQueueSend(s.other, &number, 2) == pdPASS;
    if (fed) feeds++;
    if (i % 4u == kind) vTaskDelay(1);
  }
  vTaskDelete(NULL);
}

PROMISE(nothing_is_lost_or_announced_twice_under_load)
{
  NEED(make_set());
  feeds = 0;
  unsigned selected = 0;
  for (uintptr_t kind = 0; kind < 3u; kind++) (void)test_task(feed, (void *)kind, kind == 2u ? HIGHER : LOWER);
  for (;;) {
    diary_begin();
    if (!select_and_note(20)) break;
    CHECK(diary.text[0] != '?');
    selected++;
  }
  CHECK(selected > 100u);
  CHECK_EQUAL(selected, feeds);
  end_set();
}

#else
PROMISE(without_sets_there_is_nothing_to_promise)
{
  CHECK_EQUAL(configUSE_QUEUE_SETS, 0);
}
#endif

const struct promise queue_set_promises[] = {
#if configUSE_QUEUE_SETS == 1
  KEPT(events_come_out_in_the_order_they_went_in),
  KEPT(what_does_not_go_in_is_not_announced),
  KEPT(a_select_ends_exactly_when_its_time_is_over),
  KEPT(every_kind_of_member_wakes_who_waits_for_the_set),
  KEPT(who_waits_for_a_set_is_woken_by_priority),
  KEPT(events_from_interrupts_are_posted_to_the_set_in_order),
  KEPT(a_semaphore_given_from_an_interrupt_wakes_who_waits_for_its_set),
  KEPT(an_interrupt_can_select),
  KEPT(only_what_is_empty_joins_or_leaves_a_set),
  KEPT(overwriting_announces_the_item_once),
  KEPT(a_sender_that_waited_is_announced_when_it_has_sent),
#if configSUPPORT_STATIC_ALLOCATION == 1
  KEPT(a_static_set_lives_in_the_memory_given),
#endif
  KEPT(a_set_too_large_for_memory_is_refused),
  KEPT(nothing_is_lost_or_announced_twice_under_load),
#else
  KEPT(without_sets_there_is_nothing_to_promise),
#endif
  END_OF_PROMISES,
};

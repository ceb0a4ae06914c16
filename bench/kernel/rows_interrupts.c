/* From an interrupt to a task. */
#include "bench.h"
#include "event_groups.h"
#include "queue.h"
#include "semphr.h"

#define NVIC_ISER ((volatile uint32_t *)0xe000e100)
#define NVIC_ISPR ((volatile uint32_t *)0xe000e200)
#define NVIC_IPR ((volatile uint8_t *)0xe000e400)
enum { INTERRUPT = 3, INTERRUPT_PRIORITY = 0x80 };

static enum { NOTHING, STAMP, NOTIFY, GIVE, SEND, SET } order;
static TaskHandle_t waiter;
static void *object;

void bench_interrupt(void);
void bench_interrupt(void)
{
  BaseType_t woken = pdFALSE;
  static const uint32_t value = 1;
  switch (order) {
  case NOTHING: return;
  case STAMP: mark_to(); return;
  case NOTIFY: vTaskNotifyGiveFromISR(waiter, &woken); break;
  case GIVE: xSemaphoreGiveFromISR(object, &woken); break;
  case SEND: xQueueSendFromISR(object, &value, &woken); break;
  case SET: xEventGroupSetBitsFromISR(object, 1, &woken); break;
  }
  portYIELD_FROM_ISR(woken);
}

static void wait_for_notification(void *unused)
{
  (void)unused;
  for (;;) {
    ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    mark_to();
  }
}

static void wait_for_semaphore(void *unused)
{
  (void)unused;
  for (;;) {
    xSemaphoreTake(object, portMAX_DELAY);
    mark_to();
  }
}

static void wait_for_item(void *unused)
{
  (void)unused;
  uint32_t received;
  for (;;) {
    xQueueReceive(object, &received, portMAX_DELAY);
    mark_to();
  }
}

static void wait_for_event(void *unused)
{
  (void)unused;
  for (;;) {
    xEventGroupWaitBits(object, 1, pdTRUE, pdFALSE, portMAX_DELAY);
    mark_to();
  }
}

static void measure(const char *round_trip, const char *one_way, int what, TaskFunction_t code)
{
  order = what;
  if (code != NULL) waiter = helper(code, NULL, HIGHER_PRIORITY);
  for (unsigned i = 0; i < 1000; i++) {
    mark_start();
    mark_from();
    pend(NVIC_ISPR, 1u << INTERRUPT);
    mark_stop();
  }
  report(round_trip, one_way, LESS_PEND, 1000);
  delete_helpers();
}

void rows_interrupts(void)
{
  NVIC_IPR[INTERRUPT] = INTERRUPT_PRIORITY;
  *NVIC_ISER = 1u << INTERRUPT;
  measure("m.isr_empty", "-", NOTHING, NULL);
  measure("-", "m.isr_entry", STAMP, NULL);
  measure("m.isr_notify_rt", "m.isr_notify", NOTIFY, wait_for_notification);

  static StaticSemaphore_t semaphore;
  object = xSemaphoreCreateBinaryStatic(&semaphore);
  measure("m.isr_sem_rt", "m.isr_sem", GIVE, wait_for_semaphore);

  static StaticQueue_t queue;
  static uint32_t storage[4];
  object = xQueueCreateStatic(4, sizeof storage[0], (uint8_t *)storage, &queue);
  measure("m.isr_queue_rt", "m.isr_queue", SEND, wait_for_item);

  static StaticEventGroup_t group;
  object = xEventGroupCreateStatic(&group);
  measure("m.isr_evg_rt", "m.isr_evg", SET, wait_for_event);
}

/* Semaphores, queues and mutexes. */
#include "bench.h"
#include "queue.h"
#include "semphr.h"

enum { LARGEST_ITEM = 1024 };

static uint8_t item[LARGEST_ITEM];

static void take_semaphore(void *semaphore)
{
  for (;;) {
    xSemaphoreTake(semaphore, portMAX_DELAY);
    mark_to();
  }
}

static void take_semaphore_in_time(void *semaphore)
{
  for (;;) {
    xSemaphoreTake(semaphore, 1000);
    mark_to();
  }
}

static void semaphores(void)
{
  static StaticSemaphore_t memory;
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinaryStatic(&memory);
  REPEAT(1000, xSemaphoreGive(semaphore); xSemaphoreTake(semaphore, 0));
  report("b.sem", "-", LESS_LOOP, 1000);
  helper(take_semaphore, semaphore, HIGHER_PRIORITY);
  REPEAT(1000, mark_from(); xSemaphoreGive(semaphore));
  report("c.sem_rt", "c.sem_oneway", LESS_LOOP, 1000);
  delete_helpers();
  helper(take_semaphore_in_time, semaphore, HIGHER_PRIORITY);
  REPEAT(1000, mark_from(); xSemaphoreGive(semaphore));
  report("c.sem_timeout_rt", "c.sem_timeout_oneway", LESS_LOOP, 1000);
  delete_helpers();
  vSemaphoreDelete(semaphore);
}

static void pass_ticks(void *unused)
{
  (void)unused;
  for (;;) pass_tick();
}

/* Nothing is given: this task waits behind tasks of every higher priority until a tick, and gives up. */
static void crowded_semaphore(void)
{
  static StaticSemaphore_t memory;
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinaryStatic(&memory);
  for (unsigned i = HIGHER_PRIORITY; i < configMAX_PRIORITIES; i++) helper(take_semaphore, semaphore, i);
  helper(pass_ticks, NULL, LOWER_PRIORITY);
  REPEAT(1000, xSemaphoreTake(semaphore, 1));
  report("c.timeout_crowded", "-", LESS_LOOP, 1000);
  delete_helpers();
  vSemaphoreDelete(semaphore);
}

static void send_and_receive(const char *name, UBaseType_t item_bytes)
{
  static StaticQueue_t memory;
  static uint8_t storage[4 * LARGEST_ITEM];
  QueueHandle_t queue = xQueueCreateStatic(4, item_bytes, storage, &memory);
  REPEAT(1000, xQueueSend(queue, item, 0); xQueueReceive(queue, item, 0));
  report(name, "-", LESS_LOOP, 1000);
  vQueueDelete(queue);
}

static void receive_items(void *queue)
{
  uint32_t received;
  for (;;) {
    xQueueReceive(queue, &received, portMAX_DELAY);
    mark_to();
  }
}

static void send_to_waiting(void)
{
  static StaticQueue_t memory;
  static uint8_t storage[4 * sizeof(uint32_t)];
  QueueHandle_t queue = xQueueCreateStatic(4, sizeof(uint32_t), storage, &memory);
  helper(receive_items, queue, HIGHER_PRIORITY);
  REPEAT(1000, mark_from(); xQueueSend(queue, item, 0));
  report("e.q_rt", "e.q_oneway", LESS_LOOP, 1000);
  delete_helpers();
  vQueueDelete(queue);
}

static void want_mutex(void *mutex)
{
  for (;;) {
    ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    xSemaphoreTake(mutex, portMAX_DELAY);
    xSemaphoreGive(mutex);
  }
}

static void mutexes(void)
{
  static StaticSemaphore_t memory;
  SemaphoreHandle_t mutex = xSemaphoreCreateMutexStatic(&memory);
  REPEAT(1000, xSemaphoreTake(mutex, 0); xSemaphoreGive(mutex));
  report("f.mutex", "-", LESS_LOOP, 1000);
  TaskHandle_t higher = helper(want_mutex, mutex, HIGHER_PRIORITY);
  REPEAT(1000, xSemaphoreTake(mutex, 0); xTaskNotifyGive(higher); xSemaphoreGive(mutex));
  report("f.pi_rt", "-", LESS_LOOP, 1000);
  delete_helpers();
  vSemaphoreDelete(mutex);
  mutex = xSemaphoreCreateRecursiveMutexStatic(&memory);
  REPEAT(1000, xSemaphoreTakeRecursive(mutex, 0); xSemaphoreGiveRecursive(mutex));
  report("f.rmutex", "-", LESS_LOOP, 1000);
  vSemaphoreDelete(mutex);
}

void rows_queues(void)
{
  semaphores();
  crowded_semaphore();
  send_and_receive("d.q4", 4);
  send_and_receive("d.q64", 64);
  send_and_receive("d.q256", 256);
  send_and_receive("d.q1024", 1024);
  send_and_receive("d.q130", 130); /* every other place in the storage is not aligned */
  send_to_waiting();
  mutexes();
}

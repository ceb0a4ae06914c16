/* Making and deleting, the heap, and the sizes of objects. */
#include "bench.h"
#include "event_groups.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "timers.h"

#include <string.h>

static void never_run(void *unused)
{
  (void)unused;
}

static void tasks(void)
{
  static StaticTask_t memory;
  static StackType_t stack[128];
  TaskHandle_t task;
  REPEAT(200, xTaskCreate(never_run, "made", 128, NULL, LOWER_PRIORITY, &task); vTaskDelete(task));
  report("j.create128", "-", LESS_LOOP, 200);
  REPEAT(200, xTaskCreate(never_run, "made", 512, NULL, LOWER_PRIORITY, &task); vTaskDelete(task));
  report("j.create512", "-", LESS_LOOP, 200);
  REPEAT(200, task = xTaskCreateStatic(never_run, "made", 128, NULL, LOWER_PRIORITY, stack, &memory);
         vTaskDelete(task));
  report("j.create_static", "-", LESS_LOOP, 200);
}

static void semaphores(void)
{
  SemaphoreHandle_t semaphore;
  REPEAT(200, semaphore = xSemaphoreCreateBinary(); vSemaphoreDelete(semaphore));
  report("j.sem_create", "-", LESS_LOOP, 200);
}

static void heap(void)
{
  void *block, *blocks[40];
  REPEAT(1000, block = pvPortMalloc(64); vPortFree(block));
  report("k.malloc64", "-", LESS_LOOP, 1000);
  for (unsigned i = 0; i < 40; i++) blocks[i] = pvPortMalloc(32);
  for (unsigned i = 0; i < 40; i += 2) vPortFree(blocks[i]);
  REPEAT(1000, block = pvPortMalloc(64); vPortFree(block));
  report("k.malloc64_holes", "-", LESS_LOOP, 1000);
  for (unsigned i = 1; i < 40; i += 2) vPortFree(blocks[i]);
}

void rows_memory(void)
{
  tasks();
  semaphores();
  heap();
}

static void wait_on(void *semaphore)
{
  xSemaphoreTake(semaphore, portMAX_DELAY);
  for (;;) vTaskDelay(portMAX_DELAY);
}

static void stack_of_a_waiting_task(void)
{
  enum { STACK_WORDS = 128 };
  static StaticSemaphore_t semaphore_memory;
  static StaticTask_t memory;
  static StackType_t stack[STACK_WORDS];
  SemaphoreHandle_t semaphore = xSemaphoreCreateBinaryStatic(&semaphore_memory);
  TaskHandle_t task = xTaskCreateStatic(wait_on, "wait", STACK_WORDS, semaphore, HIGHER_PRIORITY, stack, &memory);
  report_size("waiting_stack", (STACK_WORDS - (unsigned)uxTaskGetStackHighWaterMark(task)) * sizeof(StackType_t));
  vTaskDelete(task);
}

void rows_sizes(void)
{
  report_size("tcb", sizeof(StaticTask_t));
  report_size("queue", sizeof(StaticQueue_t));
  report_size("event_group", sizeof(StaticEventGroup_t));
  report_size("stream_buffer", sizeof(StaticStreamBuffer_t));
  report_size("timer", sizeof(StaticTimer_t));
  stack_of_a_waiting_task();
}

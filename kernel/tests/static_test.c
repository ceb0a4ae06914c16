/* A kernel without a heap: all memory is the application's. */
#include "diary.h"
#include "event_groups.h"
#include "message_buffer.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "timers.h"

static StaticTask_t task_memory;
static StackType_t task_stack[TEST_STACK_WORDS] __attribute__((aligned(portBYTE_ALIGNMENT)));

static TaskHandle_t static_task(TaskFunction_t code, void *parameter, UBaseType_t priority)
{
  return xTaskCreateStatic(code, "static", TEST_STACK_WORDS, parameter, priority, task_stack, &task_memory);
}

/* Weak: whether they are in the program is what is asked. */
extern void *pvPortMalloc(size_t bytes) __attribute__((weak));
extern void vPortFree(void *block) __attribute__((weak));

PROMISE(the_program_contains_no_heap)
{
  CHECK_EQUAL(configSUPPORT_DYNAMIC_ALLOCATION, 0);
  void *(*volatile allocate)(size_t) = pvPortMalloc;
  void (*volatile release)(void *) = vPortFree;
  CHECK(allocate == NULL);
  CHECK(release == NULL);
}

static void note_and_end(void *letter)
{
  note(letter_of(letter));
  vTaskDelete(NULL);
}

PROMISE(tasks_are_made_and_end_again_and_again_in_the_same_memory)
{
  diary_begin();
  for (unsigned i = 0; i < 4u; i++) {
    NEED(static_task(note_and_end, LETTER('a' + (int)i), i % 2u != 0 ? HIGHER : LOWER) == &task_memory);
    vTaskDelay(2);
  }
  CHECK_DIARY("abcd");
}

static void echo(void *queue)
{
  for (;;) {
    char item = 0;
    (void)xQueueReceive(queue, &item, portMAX_DELAY);
    note(item);
    (void)xTaskNotifyGive(xTaskGetHandle("judge"));
  }
}

PROMISE(queues_and_notifications_work)
{
  static StaticQueue_t memory;
  static uint8_t storage[2];
  QueueHandle_t queue = xQueueCreateStatic(2, 1, storage, &memory);
  NEED(queue == &memory);
  diary_begin();
  TaskHandle_t task = static_task(echo, queue, HIGHER);
  for (unsigned i = 0; i < 3u; i++) {
    char item = (char)('x' + (int)i);
    CHECK_EQUAL(xQueueSend(queue, &item, 0), pdPASS);
    CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, 2), 1);
  }
  CHECK_DIARY("xyz");
  vTaskDelete(task);
  vQueueDelete(queue);
}

PROMISE(semaphores_and_mutexes_work)
{
  static StaticSemaphore_t memory[3];
  SemaphoreHandle_t binary = xSemaphoreCreateBinaryStatic(&memory[0]);
  SemaphoreHandle_t counting = xSemaphoreCreateCountingStatic(2, 1, &memory[1]);
  SemaphoreHandle_t mutex = xSemaphoreCreateMutexStatic(&memory[2]);
  NEED(binary != NULL && counting != NULL && mutex != NULL);
  TickType_t start = fresh_tick();
  CHECK_EQUAL(xSemaphoreTake(binary, 2), pdFALSE);
  CHECK_EQUAL(xTaskGetTickCount() - start, 2);
  CHECK_EQUAL(xSemaphoreTake(counting, 0), pdTRUE);
  CHECK_EQUAL(xSemaphoreTake(mutex, 0), pdTRUE);
  CHECK_EQUAL(xSemaphoreGive(mutex), pdTRUE);
  vSemaphoreDelete(binary);
  vSemaphoreDelete(counting);
  vSemaphoreDelete(mutex);
}

PROMISE(event_groups_and_buffers_work)
{
  static StaticEventGroup_t group_memory;
  static StaticStreamBuffer_t stream_memory;
  static StaticMessageBuffer_t message_memory;
  static uint8_t stream_storage[17];
  static uint8_t message_storage[40];
  char out[8] = "";
  EventGroupHandle_t group = xEventGroupCreateStatic(&group_memory);
  StreamBufferHandle_t stream = xStreamBufferCreateStatic(sizeof stream_storage, 1, stream_storage, &stream_memory);
  MessageBufferHandle_t messages = xMessageBufferCreateStatic(sizeof message_storage, message_storage, &message_memory);
  NEED(group != NULL && stream != NULL && messages != NULL);
  CHECK_EQUAL(xEventGroupSetBits(group, 5), 5);
  CHECK_EQUAL(xEventGroupWaitBits(group, 4, pdTRUE, pdTRUE, 0), 5);
  CHECK_EQUAL(xStreamBufferSend(stream, "abc", 3, 0), 3);
  CHECK_EQUAL(xStreamBufferReceive(stream, out, sizeof out, 0), 3);
  CHECK_EQUAL(xMessageBufferSend(messages, "hello", 5, 0), 5);
  CHECK_EQUAL(xMessageBufferReceive(messages, out, sizeof out, 0), 5);
  CHECK(memcmp(out, "hello", 5) == 0);
  vEventGroupDelete(group);
  vStreamBufferDelete(stream);
  vMessageBufferDelete(messages);
}

static volatile unsigned expired;

static void expire(TimerHandle_t timer)
{
  (void)timer;
  expired++;
}

PROMISE(timers_work)
{
  static StaticTimer_t memory;
  expired = 0;
  TimerHandle_t timer = xTimerCreateStatic("static", 2, pdTRUE, NULL, expire, &memory);
  NEED(timer != NULL);
  (void)fresh_tick();
  CHECK_EQUAL(xTimerStart(timer, 0), pdPASS);
  vTaskDelay(7);
  CHECK_EQUAL(expired, 3);
  CHECK_EQUAL(xTimerStop(timer, 0), pdPASS);
  CHECK_EQUAL(xTimerDelete(timer, 0), pdPASS);
  vTaskDelay(1);
}

const struct promise static_promises[] = {
  KEPT(the_program_contains_no_heap),
  KEPT(tasks_are_made_and_end_again_and_again_in_the_same_memory),
  KEPT(queues_and_notifications_work),
  KEPT(semaphores_and_mutexes_work),
  KEPT(event_groups_and_buffers_work),
  KEPT(timers_work),
  END_OF_PROMISES,
};

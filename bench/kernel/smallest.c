/* The smallest useful image: two tasks and a queue between them. Only its size is looked at. */
#include "FreeRTOS.h"
#include "queue.h"
#include "task.h"

static QueueHandle_t queue;
static volatile uint32_t last;

static void produce(void *unused)
{
  (void)unused;
  for (uint32_t i = 0;; i++) {
    xQueueSend(queue, &i, portMAX_DELAY);
    vTaskDelay(1);
  }
}

static void consume(void *unused)
{
  (void)unused;
  uint32_t received;
  for (;;) {
    if (xQueueReceive(queue, &received, portMAX_DELAY) == pdTRUE) last = received;
  }
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name);
void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
  (void)task;
  (void)name;
  for (;;) continue;
}

void hf_kernel_assert_failed(const char *file, int line);
void hf_kernel_assert_failed(const char *file, int line)
{
  (void)file;
  (void)line;
  for (;;) continue;
}

void SVC_Handler(void);
void PendSV_Handler(void);
void SysTick_Handler(void);

extern char __stack[]; /* the linker script: top of the main stack */

static void (*const vectors[16])(void) __attribute__((aligned(128))) = {
  [0] = (void (*)(void))__stack, [11] = SVC_Handler, [14] = PendSV_Handler, [15] = SysTick_Handler};

int main(void)
{
  static StaticTask_t tasks[2];
  static StackType_t stacks[2][128];
  static StaticQueue_t queue_memory;
  static uint8_t storage[4 * sizeof(uint32_t)];
  *(volatile uint32_t *)0xe000ed08 = (uint32_t)(uintptr_t)vectors;
  queue = xQueueCreateStatic(4, sizeof(uint32_t), storage, &queue_memory);
  xTaskCreateStatic(produce, "produce", 128, NULL, 1, stacks[0], &tasks[0]);
  xTaskCreateStatic(consume, "consume", 128, NULL, 2, stacks[1], &tasks[1]);
  vTaskStartScheduler();
  return 0;
}

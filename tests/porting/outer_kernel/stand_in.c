/* The functions of upstream's API that hf_kernel.h is made of; each leaves a trace for main.c. */
#include "stand_in.h"

#include "semphr.h"
#include "task.h"

BaseType_t scheduler_state = taskSCHEDULER_NOT_STARTED;
int mutexes_made, taken, given;

void vTaskSetTimeOutState(TimeOut_t *const state)
{
  state->xOverflowCount = 3;
  state->xTimeOnEntering = 5;
}

BaseType_t xTaskGetSchedulerState(void)
{
  return scheduler_state;
}

void vTaskSuspendAll(void)
{
}

BaseType_t xTaskResumeAll(void)
{
  return pdFALSE;
}

QueueHandle_t xQueueCreateMutexStatic(const uint8_t kind, StaticQueue_t *memory)
{
  (void)kind;
  mutexes_made++;
  return (QueueHandle_t)memory;
}

BaseType_t xQueueSemaphoreTake(QueueHandle_t queue, TickType_t ticks)
{
  taken += queue != NULL && ticks == portMAX_DELAY;
  return pdTRUE;
}

BaseType_t xQueueSemaphoreGive(QueueHandle_t queue);
BaseType_t xQueueSemaphoreGive(QueueHandle_t queue)
{
  given += queue != NULL;
  return pdTRUE;
}

BaseType_t xQueueGenericSend(QueueHandle_t queue, const void *const item, TickType_t ticks, const BaseType_t where)
{
  (void)item;
  (void)ticks;
  (void)where;
  return xQueueSemaphoreGive(queue);
}

/* taskDISABLE_INTERRUPTS() of the host's port. */
uint32_t port_mask(void)
{
  return 0;
}

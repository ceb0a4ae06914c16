/* Queue sets and the registry (queue.h). A set is a queue of handles: each member puts its own handle in whenever
 * something can be received from it, so that handles come out in the order in which things came in. */
#include "queue_internal.h"

#if configUSE_QUEUE_SETS == 1

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
QueueSetHandle_t xQueueCreateSet(const UBaseType_t length)
{
  return xQueueGenericCreate(length, sizeof(QueueHandle_t), queueQUEUE_TYPE_SET);
}
#endif

#if configSUPPORT_STATIC_ALLOCATION == 1
QueueSetHandle_t xQueueCreateSetStatic(const UBaseType_t length, uint8_t *storage, StaticQueue_t *memory)
{
  return xQueueGenericCreateStatic(length, sizeof(QueueHandle_t), storage, memory, queueQUEUE_TYPE_SET);
}
#endif

bool queue_set_announce(struct QueueDefinition *queue)
{
  struct QueueDefinition *set = queue->set;
  configASSERT(set->count < set->length); /* the set is as long as all its members together */
  if (set->count >= set->length) return false;
  traceQUEUE_SET_SEND(set);
  queue_put(set, &queue);
  return sched_wake_any(&set->receivers);
}

BaseType_t xQueueAddToSet(QueueSetMemberHandle_t member, QueueSetHandle_t set)
{
  configASSERT(queue_is_alive(member) && queue_is_alive(set));
  kernel_check_task();
  uint32_t before = port_mask();
  bool may = member->set == NULL && member->count == 0;
  if (may) member->set = set;
  port_unmask(before);
  return may ? pdPASS : pdFAIL;
}

BaseType_t xQueueRemoveFromSet(QueueSetMemberHandle_t member, QueueSetHandle_t set)
{
  configASSERT(queue_is_alive(member) && queue_is_alive(set));
  kernel_check_task();
  uint32_t before = port_mask();
  bool may = member->set == set && member->count == 0; /* its handle may still be in the set otherwise */
  if (may) member->set = NULL;
  port_unmask(before);
  return may ? pdPASS : pdFAIL;
}

QueueSetMemberHandle_t xQueueSelectFromSet(QueueSetHandle_t set, const TickType_t ticks)
{
  QueueSetMemberHandle_t member = NULL;
  (void)xQueueReceive(set, &member, ticks);
  return member;
}

QueueSetMemberHandle_t xQueueSelectFromSetFromISR(QueueSetHandle_t set)
{
  QueueSetMemberHandle_t member = NULL;
  (void)xQueueReceiveFromISR(set, &member, NULL);
  return member;
}

#endif

#if configQUEUE_REGISTRY_SIZE > 0

static struct {
  QueueHandle_t queue;
  const char *name;
} registry[configQUEUE_REGISTRY_SIZE];

static uint32_t find(QueueHandle_t queue)
{
  uint32_t i = 0;
  while (i < configQUEUE_REGISTRY_SIZE && registry[i].queue != queue) i++;
  return i;
}

void vQueueAddToRegistry(QueueHandle_t queue, const char *name)
{
  configASSERT(queue_is_alive(queue));
  if (name == NULL) return;
  vTaskSuspendAll();
  uint32_t i = find(queue);
  if (i == configQUEUE_REGISTRY_SIZE) i = find(NULL);
  if (i < configQUEUE_REGISTRY_SIZE) {
    registry[i].queue = queue;
    registry[i].name = name;
    traceQUEUE_REGISTRY_ADD(queue, name);
  }
  (void)xTaskResumeAll();
}

const char *pcQueueGetName(QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  uint32_t i = find(queue);
  return i < configQUEUE_REGISTRY_SIZE ? registry[i].name : NULL;
}

void vQueueUnregisterQueue(QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  vTaskSuspendAll();
  uint32_t i = find(queue);
  if (i < configQUEUE_REGISTRY_SIZE) registry[i].queue = NULL;
  (void)xTaskResumeAll();
}

#endif

/* Queues (queue.h): items are copied in and out. A task that finds no room, or nothing, waits in the queue's list and
 * looks again when it is woken: what woke it may be gone by then, taken by a more urgent task. */
#include "queue_internal.h"

/* --- made and deleted --- */

void queue_init(struct QueueDefinition *queue, UBaseType_t length, UBaseType_t item_bytes, uint8_t *storage,
                uint8_t kind, uint8_t flags)
{
  port_fill(queue, 0, sizeof *queue);
  queue->length = length;
  queue->item_bytes = item_bytes;
  queue->kind = kind;
  queue->flags = flags;
  if (item_bytes != 0) {
    queue->of.items.start = storage;
    queue->of.items.end = storage + (size_t)length * item_bytes;
    queue->of.items.write = storage;
    queue->of.items.read = storage;
  }
  traceQUEUE_CREATE(queue);
}

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
QueueHandle_t xQueueGenericCreate(const UBaseType_t length, const UBaseType_t item_bytes, const uint8_t kind)
{
  configASSERT(length > 0);
  size_t most = SIZE_MAX - sizeof(struct QueueDefinition);
  if (length == 0 || (item_bytes != 0 && length > most / item_bytes)) return NULL;
  struct QueueDefinition *queue = pvPortMalloc(sizeof *queue + (size_t)length * item_bytes);
  if (queue == NULL) {
    traceQUEUE_CREATE_FAILED(kind);
    return NULL;
  }
  queue_init(queue, length, item_bytes, (uint8_t *)(queue + 1), kind, QUEUE_ALLOCATED);
  return queue;
}
#endif

#if configSUPPORT_STATIC_ALLOCATION == 1
QueueHandle_t xQueueGenericCreateStatic(const UBaseType_t length, const UBaseType_t item_bytes, uint8_t *storage,
                                        StaticQueue_t *memory, const uint8_t kind)
{
  bool good = length > 0 && memory != NULL && (storage != NULL) == (item_bytes != 0) &&
              (item_bytes == 0 || length <= SIZE_MAX / item_bytes);
  configASSERT(good);
  if (!good) return NULL;
  queue_init(memory, length, item_bytes, storage, kind, 0);
  return memory;
}

BaseType_t xQueueGenericGetStaticBuffers(QueueHandle_t queue, uint8_t **storage, StaticQueue_t **memory)
{
  configASSERT(queue_is_alive(queue) && memory != NULL);
  if ((queue->flags & QUEUE_ALLOCATED) != 0) return pdFALSE;
  if (storage != NULL) *storage = queue->item_bytes != 0 ? queue->of.items.start : NULL;
  *memory = queue;
  return pdTRUE;
}
#endif

void vQueueDelete(QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  kernel_check_task();
  configASSERT(queue->senders.first == NULL && queue->receivers.first == NULL);
  traceQUEUE_DELETE(queue);
  vQueueUnregisterQueue(queue);
  queue->kind = QUEUE_DELETED;
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
  if ((queue->flags & QUEUE_ALLOCATED) != 0) vPortFree(queue);
#endif
}

BaseType_t xQueueGenericReset(QueueHandle_t queue, BaseType_t is_new)
{
  configASSERT(queue_is_alive(queue));
  kernel_check_task();
  uint32_t before = port_mask();
  queue->count = 0;
  if (queue->item_bytes != 0) {
    queue->of.items.write = queue->of.items.start;
    queue->of.items.read = queue->of.items.start;
  }
  if (is_new == pdFALSE) (void)sched_wake_any(&queue->senders);
  port_unmask(before);
  return pdPASS;
}

/* --- items in and out; masked --- */

void queue_put(struct QueueDefinition *queue, const void *item)
{
  port_copy(queue->of.items.write, item, queue->item_bytes);
  uint8_t *next = queue->of.items.write + queue->item_bytes;
  queue->of.items.write = next != queue->of.items.end ? next : queue->of.items.start;
  queue->count++;
}

static void put_first(struct QueueDefinition *queue, const void *item)
{
  uint8_t *read = queue->of.items.read;
  if (read == queue->of.items.start) read = queue->of.items.end;
  read -= queue->item_bytes;
  port_copy(read, item, queue->item_bytes);
  queue->of.items.read = read;
  queue->count++;
}

/* Waiting tasks and the set hear of it, unless an item replaced another: nothing more can be received then. True: a
 * more urgent task was woken. */
static bool put(struct QueueDefinition *queue, const void *item, BaseType_t position)
{
  if (queue->item_bytes == 0) {
    queue->count++;
  } else if (position == queueSEND_TO_BACK) {
    queue_put(queue, item);
  } else if (position == queueOVERWRITE && queue->count != 0) {
    port_copy(queue->of.items.read, item, queue->item_bytes);
    return false;
  } else {
    put_first(queue, item);
  }
  return queue_announce(queue);
}

static void get(struct QueueDefinition *queue, void *item)
{
  queue->count--;
  if (queue->item_bytes == 0) return;
  port_copy(item, queue->of.items.read, queue->item_bytes);
  uint8_t *next = queue->of.items.read + queue->item_bytes;
  queue->of.items.read = next != queue->of.items.end ? next : queue->of.items.start;
}

/* --- sending and receiving, for tasks (ticks: how long to wait) and interrupts (ticks is 0) --- */

#define send_is_good(queue, item, position)                                 \
  (queue_is_alive(queue) && ((item) != NULL || (queue)->item_bytes == 0) && \
   ((position) != queueOVERWRITE || (queue)->length == 1))
#define receive_is_good(queue, item) (queue_is_alive(queue) && ((item) != NULL || (queue)->item_bytes == 0))

static enum queue_result send(struct QueueDefinition *queue, const void *item, TickType_t ticks, BaseType_t position)
{
  uint32_t before = port_mask();
  while (queue->count >= queue->length && position != queueOVERWRITE) {
    if (ticks == 0) {
      port_unmask(before);
      return QUEUE_REFUSED;
    }
    traceBLOCKING_ON_QUEUE_SEND(queue);
    ticks = sched_wait(&queue->senders, ticks, before);
  }
  bool urgent = put(queue, item, position);
  port_unmask(before);
  return urgent ? QUEUE_DONE_URGENT : QUEUE_DONE;
}

static enum queue_result receive(struct QueueDefinition *queue, void *item, TickType_t ticks, bool peek)
{
  uint32_t before = port_mask();
  while (queue->count == 0) {
    if (ticks == 0) {
      port_unmask(before);
      return QUEUE_REFUSED;
    }
    if (peek) {
      traceBLOCKING_ON_QUEUE_PEEK(queue);
    } else {
      traceBLOCKING_ON_QUEUE_RECEIVE(queue);
    }
    ticks = sched_wait(&queue->receivers, ticks, before);
  }
  bool urgent;
  if (peek) {
    if (queue->item_bytes != 0) port_copy(item, queue->of.items.read, queue->item_bytes);
    urgent = sched_wake_any(&queue->receivers); /* the item is there for the next one too */
  } else {
    get(queue, item);
    urgent = sched_wake_any(&queue->senders);
  }
  port_unmask(before);
  return urgent ? QUEUE_DONE_URGENT : QUEUE_DONE;
}

BaseType_t xQueueGenericSend(QueueHandle_t queue, const void *const item, TickType_t ticks, const BaseType_t position)
{
  configASSERT(send_is_good(queue, item, position));
  kernel_check_task();
  if (queue->item_bytes == 0 && queue_is_mutex(queue)) return xQueueSemaphoreGive(queue);
  if (send(queue, item, ticks, position) == QUEUE_REFUSED) {
    traceQUEUE_SEND_FAILED(queue);
    return errQUEUE_FULL;
  }
  traceQUEUE_SEND(queue);
  return pdPASS;
}

BaseType_t xQueueGenericSendFromISR(QueueHandle_t queue, const void *const item, BaseType_t *const woken,
                                    const BaseType_t position)
{
  configASSERT(send_is_good(queue, item, position));
  kernel_check_interrupt();
  traceQUEUE_SEND_FROM_ISR(queue);
  return queue_told(send(queue, item, 0, position), woken);
}

BaseType_t xQueueReceive(QueueHandle_t queue, void *const item, TickType_t ticks)
{
  configASSERT(receive_is_good(queue, item));
  kernel_check_task();
  if (queue->item_bytes == 0) return xQueueSemaphoreTake(queue, ticks);
  if (receive(queue, item, ticks, false) == QUEUE_REFUSED) {
    traceQUEUE_RECEIVE_FAILED(queue);
    return errQUEUE_EMPTY;
  }
  traceQUEUE_RECEIVE(queue);
  return pdPASS;
}

BaseType_t xQueuePeek(QueueHandle_t queue, void *const item, TickType_t ticks)
{
  configASSERT(receive_is_good(queue, item));
  kernel_check_task();
  if (receive(queue, item, ticks, true) == QUEUE_REFUSED) {
    traceQUEUE_PEEK_FAILED(queue);
    return errQUEUE_EMPTY;
  }
  traceQUEUE_PEEK(queue);
  return pdPASS;
}

BaseType_t xQueueReceiveFromISR(QueueHandle_t queue, void *const item, BaseType_t *const woken)
{
  configASSERT(receive_is_good(queue, item) && !queue_is_mutex(queue)); /* an interrupt cannot hold one */
  kernel_check_interrupt();
  traceQUEUE_RECEIVE_FROM_ISR(queue);
  return queue_told(receive(queue, item, 0, false), woken);
}

BaseType_t xQueuePeekFromISR(QueueHandle_t queue, void *const item)
{
  configASSERT(receive_is_good(queue, item));
  kernel_check_interrupt();
  traceQUEUE_PEEK_FROM_ISR(queue);
  return queue_told(receive(queue, item, 0, true), NULL);
}

/* --- looked at --- */

/* For those who look again and again until it changes. */
static UBaseType_t count_now(const struct QueueDefinition *queue)
{
  return *(const volatile UBaseType_t *)&queue->count;
}

UBaseType_t uxQueueMessagesWaiting(const QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return count_now(queue);
}

UBaseType_t uxQueueMessagesWaitingFromISR(const QueueHandle_t queue) __attribute__((alias("uxQueueMessagesWaiting")));

UBaseType_t uxQueueSpacesAvailable(const QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return queue->length - count_now(queue);
}

BaseType_t xQueueIsQueueEmptyFromISR(const QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return count_now(queue) == 0 ? pdTRUE : pdFALSE;
}

BaseType_t xQueueIsQueueFullFromISR(const QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return count_now(queue) == queue->length ? pdTRUE : pdFALSE;
}

UBaseType_t uxQueueGetQueueItemSize(QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return queue->item_bytes;
}

UBaseType_t uxQueueGetQueueLength(QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return queue->length;
}

#if configUSE_TRACE_FACILITY == 1
void vQueueSetQueueNumber(QueueHandle_t queue, UBaseType_t number)
{
  configASSERT(queue_is_alive(queue));
  queue->number = number;
}

UBaseType_t uxQueueGetQueueNumber(QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return queue->number;
}

uint8_t ucQueueGetQueueType(QueueHandle_t queue)
{
  configASSERT(queue_is_alive(queue));
  return queue->kind;
}
#endif

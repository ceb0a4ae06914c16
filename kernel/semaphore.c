/* Semaphores and mutexes (semphr.h): queues whose items have no bytes. A mutex also knows its holder, which inherits the
 * priority of the most urgent task that waits for it. As with upstream, a task that holds several mutexes gives an
 * inherited priority back with the last of them, and inheritance does not go from a holder to the holder it waits for. */
#include "queue_internal.h"

#if configUSE_MUTEXES == 1

/* --- priority inheritance; masked --- */

static void lend_priority(const struct QueueDefinition *mutex)
{
  struct tskTaskControlBlock *holder = mutex->of.mutex.holder;
  if (holder == NULL || holder->priority >= sched.current->priority) return;
  traceTASK_PRIORITY_INHERIT(holder, sched.current->priority);
  sched_set_priority(holder, sched.current->priority);
}

/* The holder, which is the running task, gives the mutex. */
static void return_priority(struct tskTaskControlBlock *holder)
{
  holder->mutexes_held--;
  if (holder->priority == holder->base_priority || holder->mutexes_held != 0) return;
  traceTASK_PRIORITY_DISINHERIT(holder, holder->base_priority);
  sched_set_priority(holder, holder->base_priority);
  sched_check();
}

/* The running task waits no longer: the holder keeps what others still lend it. */
static void take_priority_back(const struct QueueDefinition *mutex)
{
  struct tskTaskControlBlock *holder = mutex->of.mutex.holder;
  if (holder == NULL || holder->mutexes_held != 1u) return;
  UBaseType_t priority = holder->base_priority;
  if (mutex->receivers.first != NULL && mutex->receivers.first->priority > priority) {
    priority = mutex->receivers.first->priority;
  }
  if (priority < holder->priority) {
    traceTASK_PRIORITY_DISINHERIT(holder, priority);
    sched_set_priority(holder, priority);
  }
}

/* --- made --- */

static QueueHandle_t make_mutex(struct QueueDefinition *mutex)
{
  if (mutex == NULL) {
    traceCREATE_MUTEX_FAILED();
    return NULL;
  }
  mutex->count = 1;
  traceCREATE_MUTEX(mutex);
  return mutex;
}

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
QueueHandle_t xQueueCreateMutex(const uint8_t kind)
{
  return make_mutex(xQueueGenericCreate(1, 0, kind));
}
#endif

#if configSUPPORT_STATIC_ALLOCATION == 1
QueueHandle_t xQueueCreateMutexStatic(const uint8_t kind, StaticQueue_t *memory)
{
  return make_mutex(xQueueGenericCreateStatic(1, 0, NULL, memory, kind));
}
#endif

/* --- the holder --- */

TaskHandle_t xQueueGetMutexHolder(QueueHandle_t mutex)
{
  configASSERT(queue_is_alive(mutex));
  return queue_is_mutex(mutex) ? mutex->of.mutex.holder : NULL; /* one word: no need to mask */
}

TaskHandle_t xQueueGetMutexHolderFromISR(QueueHandle_t mutex) __attribute__((alias("xQueueGetMutexHolder")));

/* --- recursive --- */

#if configUSE_RECURSIVE_MUTEXES == 1
BaseType_t xQueueTakeMutexRecursive(QueueHandle_t mutex, TickType_t ticks)
{
  configASSERT(queue_is_alive(mutex));
  kernel_check_task();
  traceTAKE_MUTEX_RECURSIVE(mutex);
  if (mutex->of.mutex.holder != sched.current) {
    if (xQueueSemaphoreTake(mutex, ticks) == pdFAIL) {
      traceTAKE_MUTEX_RECURSIVE_FAILED(mutex);
      return pdFAIL;
    }
  }
  mutex->of.mutex.depth++; /* the holder's alone */
  return pdPASS;
}

BaseType_t xQueueGiveMutexRecursive(QueueHandle_t mutex)
{
  configASSERT(queue_is_alive(mutex));
  kernel_check_task();
  if (mutex->of.mutex.holder != sched.current) {
    traceGIVE_MUTEX_RECURSIVE_FAILED(mutex);
    return pdFAIL;
  }
  traceGIVE_MUTEX_RECURSIVE(mutex);
  mutex->of.mutex.depth--;
  if (mutex->of.mutex.depth == 0) (void)xQueueSemaphoreGive(mutex);
  return pdPASS;
}
#endif

#endif

/* --- counting --- */

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
QueueHandle_t xQueueCreateCountingSemaphore(const UBaseType_t most, const UBaseType_t initial)
{
  configASSERT(most != 0 && initial <= most);
  if (most == 0 || initial > most) return NULL;
  struct QueueDefinition *semaphore = xQueueGenericCreate(most, 0, queueQUEUE_TYPE_COUNTING_SEMAPHORE);
  if (semaphore == NULL) {
    traceCREATE_COUNTING_SEMAPHORE_FAILED();
    return NULL;
  }
  semaphore->count = initial;
  traceCREATE_COUNTING_SEMAPHORE();
  return semaphore;
}
#endif

#if configSUPPORT_STATIC_ALLOCATION == 1
QueueHandle_t xQueueCreateCountingSemaphoreStatic(const UBaseType_t most, const UBaseType_t initial,
                                                  StaticQueue_t *memory)
{
  configASSERT(most != 0 && initial <= most);
  if (most == 0 || initial > most) return NULL;
  struct QueueDefinition *semaphore = xQueueGenericCreateStatic(most, 0, NULL, memory,
                                                                queueQUEUE_TYPE_COUNTING_SEMAPHORE);
  if (semaphore == NULL) return NULL;
  semaphore->count = initial;
  traceCREATE_COUNTING_SEMAPHORE();
  return semaphore;
}
#endif

/* --- take and give --- */

BaseType_t xQueueSemaphoreTake(QueueHandle_t semaphore, TickType_t ticks)
{
  configASSERT(queue_is_alive(semaphore) && semaphore->item_bytes == 0);
  kernel_check_task();
  uint32_t before = port_mask();
  while (semaphore->count == 0) {
    if (ticks == 0) {
#if configUSE_MUTEXES == 1
      if (queue_is_mutex(semaphore)) take_priority_back(semaphore);
#endif
      port_unmask(before);
      traceQUEUE_RECEIVE_FAILED(semaphore);
      return pdFAIL;
    }
    traceBLOCKING_ON_QUEUE_RECEIVE(semaphore);
#if configUSE_MUTEXES == 1
    configASSERT(sched_may_block(before));
    if (queue_is_mutex(semaphore)) lend_priority(semaphore);
#endif
    ticks = sched_wait(&semaphore->receivers, ticks, before);
  }
  traceQUEUE_RECEIVE(semaphore);
  semaphore->count--;
#if configUSE_MUTEXES == 1
  if (queue_is_mutex(semaphore)) {
    struct tskTaskControlBlock *task = sched.current;
    semaphore->of.mutex.holder = task;
    if (task != NULL) task->mutexes_held++; /* NULL: main() before there is a task */
    port_unmask(before);
    return pdPASS;
  }
#endif
  (void)sched_wake_any(&semaphore->senders);
  port_unmask(before);
  return pdPASS;
}

/* Masked. */
static inline bool is_held_by_another(const struct QueueDefinition *semaphore)
{
#if configUSE_MUTEXES == 1
  const struct tskTaskControlBlock *holder = semaphore->of.mutex.holder;
  return queue_is_mutex(semaphore) && holder != NULL && holder != sched.current;
#else
  (void)semaphore;
  return false;
#endif
}

static enum queue_result give(struct QueueDefinition *semaphore)
{
  uint32_t before = port_mask();
  enum queue_result result = QUEUE_REFUSED;
  if (semaphore->count < semaphore->length && !is_held_by_another(semaphore)) {
#if configUSE_MUTEXES == 1
    struct tskTaskControlBlock *holder = semaphore->of.mutex.holder;
    if (queue_is_mutex(semaphore) && holder != NULL) {
      semaphore->of.mutex.holder = NULL;
      return_priority(holder);
    }
#endif
    semaphore->count++;
    result = queue_announce(semaphore) ? QUEUE_DONE_URGENT : QUEUE_DONE;
  }
  port_unmask(before);
  return result;
}

BaseType_t xQueueSemaphoreGive(QueueHandle_t semaphore)
{
  configASSERT(queue_is_alive(semaphore) && semaphore->item_bytes == 0);
  configASSERT(semaphore->count > 0 || !is_held_by_another(semaphore));
  kernel_check_task();
  if (give(semaphore) == QUEUE_REFUSED) {
    traceQUEUE_SEND_FAILED(semaphore);
    return errQUEUE_FULL;
  }
  traceQUEUE_SEND(semaphore);
  return pdPASS;
}

BaseType_t xQueueGiveFromISR(QueueHandle_t semaphore, BaseType_t *const woken)
{
  configASSERT(queue_is_alive(semaphore) && semaphore->item_bytes == 0);
  configASSERT(!queue_is_mutex(semaphore) || semaphore->of.mutex.holder == NULL);
  kernel_check_interrupt();
  traceQUEUE_SEND_FROM_ISR(semaphore);
  return queue_told(give(semaphore), woken);
}

/* Queues: items of one size copied in and out, first in first out, between tasks and interrupts. Semaphores and mutexes
 * (semphr.h) are queues without items.
 *
 *   QueueHandle_t readings = xQueueCreate(8, sizeof(reading));
 *   ...
 *   if (xQueueSend(readings, &latest, pdMS_TO_TICKS(10)) != pdPASS) dropped++;
 *   ...
 *   while (xQueueReceive(readings, &next, portMAX_DELAY) == pdPASS) store(&next);
 *
 * Queue arguments must not be NULL. Of several tasks that wait, the most urgent gets on first, among equals the
 * one that waits longest.
 */
#ifndef QUEUE_H
#define QUEUE_H

#include "FreeRTOS.h"

#include "task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where xQueueGenericSend() puts the item. */
#define queueSEND_TO_BACK ((BaseType_t)0)
#define queueSEND_TO_FRONT ((BaseType_t)1)
#define queueOVERWRITE ((BaseType_t)2)

/* Kinds of queue. A set has the value of a queue. */
#define queueQUEUE_TYPE_BASE ((uint8_t)0U)
#define queueQUEUE_TYPE_SET ((uint8_t)0U)
#define queueQUEUE_TYPE_MUTEX ((uint8_t)1U)
#define queueQUEUE_TYPE_COUNTING_SEMAPHORE ((uint8_t)2U)
#define queueQUEUE_TYPE_BINARY_SEMAPHORE ((uint8_t)3U)
#define queueQUEUE_TYPE_RECURSIVE_MUTEX ((uint8_t)4U)

/* ---- Creation and deletion. ---- */

/* uxQueueLength items, 1 or more, of uxItemSize bytes each (0: nothing but counting), from the heap. NULL: no memory,
 * or the size does not fit a size_t. */
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
#define xQueueCreate(uxQueueLength, uxItemSize) \
  xQueueGenericCreate((uxQueueLength), (uxItemSize), (queueQUEUE_TYPE_BASE))
#endif

/* The same in the caller's memory, which stays the queue's until it is deleted. pucQueueStorage: length * item size
 * bytes; NULL exactly when the item size is 0. */
#if configSUPPORT_STATIC_ALLOCATION == 1
#define xQueueCreateStatic(uxQueueLength, uxItemSize, pucQueueStorage, pxQueueBuffer) \
  xQueueGenericCreateStatic((uxQueueLength), (uxItemSize), (pucQueueStorage), (pxQueueBuffer), (queueQUEUE_TYPE_BASE))
#endif

/* The memory given to xQueueCreateStatic(). pdFALSE, and nothing stored: it came from the heap. */
#define xQueueGetStaticBuffers(xQueue, ppucQueueStorage, ppxStaticQueue) \
  xQueueGenericGetStaticBuffers((xQueue), (ppucQueueStorage), (ppxStaticQueue))

/* No task may wait on it, and it must have left its set. */
void vQueueDelete(QueueHandle_t xQueue);

/* Empties the queue and lets one waiting sender on. pdPASS always. */
#define xQueueReset(xQueue) xQueueGenericReset((xQueue), pdFALSE)

/* ---- Sending: the item is copied. ---- */

/* pvItemToQueue: item size bytes. pdPASS | errQUEUE_FULL: still full after xTicksToWait. */
#define xQueueSend(xQueue, pvItemToQueue, xTicksToWait) \
  xQueueGenericSend((xQueue), (pvItemToQueue), (xTicksToWait), queueSEND_TO_BACK)
#define xQueueSendToBack(xQueue, pvItemToQueue, xTicksToWait) \
  xQueueGenericSend((xQueue), (pvItemToQueue), (xTicksToWait), queueSEND_TO_BACK)
#define xQueueSendToFront(xQueue, pvItemToQueue, xTicksToWait) \
  xQueueGenericSend((xQueue), (pvItemToQueue), (xTicksToWait), queueSEND_TO_FRONT)

/* Replaces what a queue of length 1 holds, or fills it. pdPASS always. */
#define xQueueOverwrite(xQueue, pvItemToQueue) xQueueGenericSend((xQueue), (pvItemToQueue), 0, queueOVERWRITE)

/* From interrupts: never wait. *pxHigherPriorityTaskWoken becomes pdTRUE when a switch should follow; may be NULL. */
#define xQueueSendFromISR(xQueue, pvItemToQueue, pxHigherPriorityTaskWoken) \
  xQueueGenericSendFromISR((xQueue), (pvItemToQueue), (pxHigherPriorityTaskWoken), queueSEND_TO_BACK)
#define xQueueSendToBackFromISR(xQueue, pvItemToQueue, pxHigherPriorityTaskWoken) \
  xQueueGenericSendFromISR((xQueue), (pvItemToQueue), (pxHigherPriorityTaskWoken), queueSEND_TO_BACK)
#define xQueueSendToFrontFromISR(xQueue, pvItemToQueue, pxHigherPriorityTaskWoken) \
  xQueueGenericSendFromISR((xQueue), (pvItemToQueue), (pxHigherPriorityTaskWoken), queueSEND_TO_FRONT)
#define xQueueOverwriteFromISR(xQueue, pvItemToQueue, pxHigherPriorityTaskWoken) \
  xQueueGenericSendFromISR((xQueue), (pvItemToQueue), (pxHigherPriorityTaskWoken), queueOVERWRITE)

/* What the macros above call. */
BaseType_t xQueueGenericSend(QueueHandle_t xQueue, const void *const pvItemToQueue, TickType_t xTicksToWait,
                             const BaseType_t xCopyPosition);
BaseType_t xQueueGenericSendFromISR(QueueHandle_t xQueue, const void *const pvItemToQueue,
                                    BaseType_t *const pxHigherPriorityTaskWoken, const BaseType_t xCopyPosition);

/* ---- Receiving. ---- */

/* Takes the first item; pvBuffer: item size bytes. pdPASS | errQUEUE_EMPTY: still empty after xTicksToWait. */
BaseType_t xQueueReceive(QueueHandle_t xQueue, void *const pvBuffer, TickType_t xTicksToWait);
BaseType_t xQueueReceiveFromISR(QueueHandle_t xQueue, void *const pvBuffer,
                                BaseType_t *const pxHigherPriorityTaskWoken);

/* The same, but the item stays. */
BaseType_t xQueuePeek(QueueHandle_t xQueue, void *const pvBuffer, TickType_t xTicksToWait);
BaseType_t xQueuePeekFromISR(QueueHandle_t xQueue, void *const pvBuffer);

/* ---- What can be asked. Old as soon as known when others use the queue. ---- */

UBaseType_t uxQueueMessagesWaiting(const QueueHandle_t xQueue);
UBaseType_t uxQueueMessagesWaitingFromISR(const QueueHandle_t xQueue);
UBaseType_t uxQueueSpacesAvailable(const QueueHandle_t xQueue);
BaseType_t xQueueIsQueueEmptyFromISR(const QueueHandle_t xQueue);
BaseType_t xQueueIsQueueFullFromISR(const QueueHandle_t xQueue);

/* Bytes of an item; items that fit. Any context. */
UBaseType_t uxQueueGetQueueItemSize(QueueHandle_t xQueue);
UBaseType_t uxQueueGetQueueLength(QueueHandle_t xQueue);

/* For trace tools: a number of theirs, and queueQUEUE_TYPE_*. Needs configUSE_TRACE_FACILITY. */
void vQueueSetQueueNumber(QueueHandle_t xQueue, UBaseType_t uxQueueNumber);
UBaseType_t uxQueueGetQueueNumber(QueueHandle_t xQueue);
uint8_t ucQueueGetQueueType(QueueHandle_t xQueue);

/* ---- The registry: names of queues for debuggers. Without room (configQUEUE_REGISTRY_SIZE) none is kept. ---- */

#if configQUEUE_REGISTRY_SIZE > 0
/* pcQueueName: kept, not copied. */
void vQueueAddToRegistry(QueueHandle_t xQueue, const char *pcQueueName);
void vQueueUnregisterQueue(QueueHandle_t xQueue);
/* NULL: has no name. */
const char *pcQueueGetName(QueueHandle_t xQueue);
#else
#define vQueueAddToRegistry(xQueue, pcQueueName)
#define vQueueUnregisterQueue(xQueue)
#define pcQueueGetName(xQueue) NULL
#endif

/* ---- Sets: waiting for several queues and semaphores at once. Needs configUSE_QUEUE_SETS. ---- */

/* uxEventQueueLength: the lengths of all members added up (1 for a binary semaphore). NULL: no memory. */
QueueSetHandle_t xQueueCreateSet(const UBaseType_t uxEventQueueLength);

/* The same in the caller's memory. pucQueueStorage: uxEventQueueLength * sizeof(QueueSetMemberHandle_t) bytes.
 * (Upstream has this after V11.1.) */
QueueSetHandle_t xQueueCreateSetStatic(const UBaseType_t uxEventQueueLength, uint8_t *pucQueueStorage,
                                       StaticQueue_t *pxStaticQueue);

/* The member must be empty. pdPASS | pdFAIL: not empty, or in a set already. */
BaseType_t xQueueAddToSet(QueueSetMemberHandle_t xQueueOrSemaphore, QueueSetHandle_t xQueueSet);

/* The same the other way. pdPASS | pdFAIL: not in this set, or not empty. */
BaseType_t xQueueRemoveFromSet(QueueSetMemberHandle_t xQueueOrSemaphore, QueueSetHandle_t xQueueSet);

/* A member that has something, in the order in which it came; receive or take from it exactly once, without waiting.
 * NULL: none came within xTicksToWait. */
QueueSetMemberHandle_t xQueueSelectFromSet(QueueSetHandle_t xQueueSet, const TickType_t xTicksToWait);
QueueSetMemberHandle_t xQueueSelectFromSetFromISR(QueueSetHandle_t xQueueSet);

/* ---- What the macros of this header and of semphr.h call; use those. ---- */

QueueHandle_t xQueueGenericCreate(const UBaseType_t uxQueueLength, const UBaseType_t uxItemSize,
                                  const uint8_t ucQueueType);
QueueHandle_t xQueueGenericCreateStatic(const UBaseType_t uxQueueLength, const UBaseType_t uxItemSize,
                                        uint8_t *pucQueueStorage, StaticQueue_t *pxStaticQueue,
                                        const uint8_t ucQueueType);
BaseType_t xQueueGenericGetStaticBuffers(QueueHandle_t xQueue, uint8_t **ppucQueueStorage,
                                         StaticQueue_t **ppxStaticQueue);
BaseType_t xQueueGenericReset(QueueHandle_t xQueue, BaseType_t xNewQueue);
QueueHandle_t xQueueCreateMutex(const uint8_t ucQueueType);
QueueHandle_t xQueueCreateMutexStatic(const uint8_t ucQueueType, StaticQueue_t *pxStaticQueue);
QueueHandle_t xQueueCreateCountingSemaphore(const UBaseType_t uxMaxCount, const UBaseType_t uxInitialCount);
QueueHandle_t xQueueCreateCountingSemaphoreStatic(const UBaseType_t uxMaxCount, const UBaseType_t uxInitialCount,
                                                  StaticQueue_t *pxStaticQueue);
BaseType_t xQueueSemaphoreTake(QueueHandle_t xQueue, TickType_t xTicksToWait);
BaseType_t xQueueGiveFromISR(QueueHandle_t xQueue, BaseType_t *const pxHigherPriorityTaskWoken);
BaseType_t xQueueTakeMutexRecursive(QueueHandle_t xMutex, TickType_t xTicksToWait);
BaseType_t xQueueGiveMutexRecursive(QueueHandle_t xMutex);
TaskHandle_t xQueueGetMutexHolder(QueueHandle_t xSemaphore);
TaskHandle_t xQueueGetMutexHolderFromISR(QueueHandle_t xSemaphore);

/* Holdfast's, for speed: what xSemaphoreGive() calls. xQueueGenericSend(xQueue, NULL, 0, queueSEND_TO_BACK) does the
 * same, as upstream. pdPASS | errQUEUE_FULL: the count is at its maximum. */
BaseType_t xQueueSemaphoreGive(QueueHandle_t xQueue);

#ifdef __cplusplus
}
#endif

#endif

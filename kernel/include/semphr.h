/* Semaphores and mutexes.
 *
 *   SemaphoreHandle_t bus = xSemaphoreCreateMutex();
 *   ...
 *   if (xSemaphoreTake(bus, pdMS_TO_TICKS(100)) != pdTRUE) return ERR_BUSY;
 *   bus_write(message);
 *   xSemaphoreGive(bus);
 *
 * binary     0 or 1, made 0: an event from a task or interrupt to a task
 * counting   0 to a maximum: events or things of which there are several
 * mutex      protects: given by the task that took it, which meanwhile has at least the priority of those that wait.
 *            Not in interrupts.
 * recursive  a mutex that its holder can take again; given as often as taken, with functions of its own
 *
 * All of these are macros over queue.h. Handles must not be NULL. Static variants keep the caller's StaticSemaphore_t
 * until vSemaphoreDelete().
 */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#include "FreeRTOS.h"

#include "queue.h"

#define semBINARY_SEMAPHORE_QUEUE_LENGTH ((uint8_t)1U)
#define semSEMAPHORE_QUEUE_ITEM_LENGTH ((uint8_t)0U)
#define semGIVE_BLOCK_TIME ((TickType_t)0U)

/* ---- Creation. NULL: no memory. ---- */

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
/* Not available until given. */
#define xSemaphoreCreateBinary() \
  xQueueGenericCreate((UBaseType_t)1, semSEMAPHORE_QUEUE_ITEM_LENGTH, queueQUEUE_TYPE_BINARY_SEMAPHORE)

/* Old: stores the handle in xSemaphore, available. */
#define vSemaphoreCreateBinary(xSemaphore)                                             \
  do {                                                                                 \
    (xSemaphore) = xQueueGenericCreate((UBaseType_t)1, semSEMAPHORE_QUEUE_ITEM_LENGTH, \
                                       queueQUEUE_TYPE_BINARY_SEMAPHORE);              \
    if ((xSemaphore) != NULL) {                                                        \
      (void)xSemaphoreGive(xSemaphore);                                                \
    }                                                                                  \
  } while (0)

/* uxMaxCount: 1 or more. uxInitialCount: at most that. */
#define xSemaphoreCreateCounting(uxMaxCount, uxInitialCount) \
  xQueueCreateCountingSemaphore((uxMaxCount), (uxInitialCount))

/* Available. */
#define xSemaphoreCreateMutex() xQueueCreateMutex(queueQUEUE_TYPE_MUTEX)
#define xSemaphoreCreateRecursiveMutex() xQueueCreateMutex(queueQUEUE_TYPE_RECURSIVE_MUTEX)
#endif

#if configSUPPORT_STATIC_ALLOCATION == 1
#define xSemaphoreCreateBinaryStatic(pxStaticSemaphore)                                                \
  xQueueGenericCreateStatic((UBaseType_t)1, semSEMAPHORE_QUEUE_ITEM_LENGTH, NULL, (pxStaticSemaphore), \
                            queueQUEUE_TYPE_BINARY_SEMAPHORE)
#define xSemaphoreCreateCountingStatic(uxMaxCount, uxInitialCount, pxSemaphoreBuffer) \
  xQueueCreateCountingSemaphoreStatic((uxMaxCount), (uxInitialCount), (pxSemaphoreBuffer))
#define xSemaphoreCreateMutexStatic(pxMutexBuffer) xQueueCreateMutexStatic(queueQUEUE_TYPE_MUTEX, (pxMutexBuffer))
#define xSemaphoreCreateRecursiveMutexStatic(pxStaticSemaphore) \
  xQueueCreateMutexStatic(queueQUEUE_TYPE_RECURSIVE_MUTEX, (pxStaticSemaphore))
#endif

/* The memory given to a Static function. pdFALSE, and nothing stored: it came from the heap. */
#define xSemaphoreGetStaticBuffer(xSemaphore, ppxSemaphoreBuffer) \
  xQueueGenericGetStaticBuffers((xSemaphore), NULL, (ppxSemaphoreBuffer))

/* No task may wait on it or hold it. */
#define vSemaphoreDelete(xSemaphore) vQueueDelete((QueueHandle_t)(xSemaphore))

/* ---- Taking and giving. ---- */

/* Binary, counting, mutex. pdTRUE | pdFALSE: not available within xBlockTime ticks. */
#define xSemaphoreTake(xSemaphore, xBlockTime) xQueueSemaphoreTake((xSemaphore), (xBlockTime))

/* pdTRUE | pdFALSE: already at its maximum. A mutex only from the task that holds it. Never blocks. */
#define xSemaphoreGive(xSemaphore) xQueueSemaphoreGive((QueueHandle_t)(xSemaphore))

/* Binary and counting, from interrupts. *pxHigherPriorityTaskWoken becomes pdTRUE when a switch should follow; may be
 * NULL. */
#define xSemaphoreGiveFromISR(xSemaphore, pxHigherPriorityTaskWoken) \
  xQueueGiveFromISR((QueueHandle_t)(xSemaphore), (pxHigherPriorityTaskWoken))
#define xSemaphoreTakeFromISR(xSemaphore, pxHigherPriorityTaskWoken) \
  xQueueReceiveFromISR((QueueHandle_t)(xSemaphore), NULL, (pxHigherPriorityTaskWoken))

/* Recursive mutexes. Give: pdFALSE: the caller does not hold it. */
#define xSemaphoreTakeRecursive(xMutex, xBlockTime) xQueueTakeMutexRecursive((xMutex), (xBlockTime))
#define xSemaphoreGiveRecursive(xMutex) xQueueGiveMutexRecursive((xMutex))

/* ---- What can be asked. ---- */

/* Times it can be taken now. */
#define uxSemaphoreGetCount(xSemaphore) uxQueueMessagesWaiting((QueueHandle_t)(xSemaphore))
#define uxSemaphoreGetCountFromISR(xSemaphore) uxQueueMessagesWaitingFromISR((QueueHandle_t)(xSemaphore))

/* The task that holds a mutex of either kind. NULL: none. Reliable only for the question "is it me?". */
#define xSemaphoreGetMutexHolder(xSemaphore) xQueueGetMutexHolder((xSemaphore))
#define xSemaphoreGetMutexHolderFromISR(xSemaphore) xQueueGetMutexHolderFromISR((xSemaphore))

#endif

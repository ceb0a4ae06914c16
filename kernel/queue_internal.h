/* What queues, semaphores and queue sets share: all three are a struct QueueDefinition. Inside the kernel only.
 *
 * Invariants (interrupts masked)
 *   count <= length
 *   items: `write` is where the next item goes, `read` where the next one comes from; both in [start, end), a multiple of
 *          item_bytes behind start, and count items lie between read and write, around the end
 *   mutex: count is 1 and holder NULL, or count is 0 and holder the task that took it
 */
#ifndef HF_KERNEL_QUEUE_INTERNAL_H
#define HF_KERNEL_QUEUE_INTERNAL_H

#include "FreeRTOS.h"
#include "kernel.h"
#include "queue.h"
#include "scheduler.h"

#define QUEUE_ALLOCATED 1u
#define QUEUE_DELETED 0xFFu

#define queue_is_alive(queue) ((queue) != NULL && (queue)->kind != QUEUE_DELETED)
#define queue_is_mutex(queue) \
  ((queue)->kind == queueQUEUE_TYPE_MUTEX || (queue)->kind == queueQUEUE_TYPE_RECURSIVE_MUTEX)

enum queue_result {
  QUEUE_REFUSED,
  QUEUE_DONE,
  QUEUE_DONE_URGENT, /* and a more urgent task than the running one was woken */
};

/* What an interrupt is told. */
static inline BaseType_t queue_told(enum queue_result result, BaseType_t *woken)
{
  if (result == QUEUE_DONE_URGENT && woken != NULL) *woken = pdTRUE;
  return result != QUEUE_REFUSED ? pdPASS : pdFAIL;
}

/* Everything but the kind's own part; storage: NULL when item_bytes is 0. */
void queue_init(struct QueueDefinition *queue, UBaseType_t length, UBaseType_t item_bytes, uint8_t *storage,
                uint8_t kind, uint8_t flags);

/* Masked. Puts an item behind the others. */
void queue_put(struct QueueDefinition *queue, const void *item);

/* Masked. Something can be received or taken now that could not before: tells the waiting, or the set. True: a more
 * urgent task was woken. */
#if configUSE_QUEUE_SETS == 1
bool queue_set_announce(struct QueueDefinition *queue);
static inline bool queue_announce(struct QueueDefinition *queue)
{
  return queue->set != NULL ? queue_set_announce(queue) : sched_wake_any(&queue->receivers);
}
#else
static inline bool queue_announce(struct QueueDefinition *queue)
{
  return sched_wake_any(&queue->receivers);
}
#endif

#endif

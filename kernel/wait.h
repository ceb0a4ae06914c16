/* Tasks waiting for an object, most urgent first; among equals, the longest waiting first.
 *
 * The list is a chain of groups, one per priority present, and each group is a ring in order of arrival:
 *
 *     list.first -> [7]  -> [4]  -> [2]          higher/lower: from group to group
 *                   ring    ring    ring
 *                   a b     c       d e f        wait.ring: within a group
 *
 * So joining takes a step per priority that is present, not per task, and leaving takes none. An object that looks
 * at every waiter itself (event groups) uses a plain ring of waiters: each one is then like a follower in a group.
 * The caller masks interrupts.
 */
#ifndef HF_KERNEL_WAIT_H
#define HF_KERNEL_WAIT_H

#include "FreeRTOS.h"

/* wait.list of those that wait in a plain ring. */
extern struct kernel_wait_list wait_unordered;

static inline struct tskTaskControlBlock *wait_task_of(struct kernel_ring *ring)
{
  return (struct tskTaskControlBlock *)(void *)((uint8_t *)ring - offsetof(struct tskTaskControlBlock, wait.ring));
}

/* The task waits for no object yet. */
void wait_join(struct kernel_wait_list *list, struct tskTaskControlBlock *task);
void wait_join_ring(struct kernel_ring *ring, struct tskTaskControlBlock *task);

/* The task waits for an object, and does no longer. */
void wait_leave(struct tskTaskControlBlock *task);

#endif

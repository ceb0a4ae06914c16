#include "wait.h"

#include "deadline.h"

struct kernel_wait_list wait_unordered;

void wait_join(struct kernel_wait_list *list, struct tskTaskControlBlock *task)
{
  struct tskTaskControlBlock *higher = NULL;
  struct tskTaskControlBlock *at = list->first;
  task->wait.list = list;
  while (at != NULL && at->priority > task->priority) {
    higher = at;
    at = at->wait.lower;
  }
  if (at != NULL && at->priority == task->priority) {
    ring_append(&at->wait.ring, &task->wait.ring);
    task->wait.higher = task;
    return;
  }
  ring_init(&task->wait.ring);
  task->wait.higher = higher;
  task->wait.lower = at;
  if (at != NULL) at->wait.higher = task;
  if (higher != NULL)
    higher->wait.lower = task;
  else
    list->first = task;
}

void wait_join_ring(struct kernel_ring *ring, struct tskTaskControlBlock *task)
{
  task->wait.list = &wait_unordered;
  task->wait.higher = task;
  ring_append(ring, &task->wait.ring);
}

void wait_leave(struct tskTaskControlBlock *task)
{
  struct kernel_wait_list *list = task->wait.list;
  struct tskTaskControlBlock *higher = task->wait.higher;
  task->wait.list = NULL;
  if (higher == task) {
    ring_remove(&task->wait.ring);
    return;
  }
  struct tskTaskControlBlock *lower = task->wait.lower;
  struct tskTaskControlBlock *heir = lower;
  if (!ring_is_empty(&task->wait.ring)) {
    heir = wait_task_of(task->wait.ring.next);
    ring_remove(&task->wait.ring);
    heir->wait.lower = lower;
    if (lower != NULL) lower->wait.higher = heir;
  }
  if (heir != NULL) heir->wait.higher = higher;
  if (higher != NULL)
    higher->wait.lower = heir;
  else
    list->first = heir;
}

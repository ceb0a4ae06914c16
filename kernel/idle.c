/* How long the idle task may let the processor sleep without a tick. */
#include "kernel.h"
#include "scheduler.h"

#if configUSE_TICKLESS_IDLE != 0

/* The tick from which kernel_expected_idle() counted last. */
static TickType_t expected_from;

/* With the scheduler suspended. Looks at the bucket of the first deadline with interrupts open in between: only interrupts can remove a task meanwhile,
 * and then that task is ready and the answer is 0. */
TickType_t kernel_expected_idle(void)
{
  TickType_t now = expected_from = sched.ticks;
  TickType_t first = portMAX_DELAY;
  const struct kernel_ring *bucket = NULL;
  const struct kernel_ring *node = NULL;
  do {
    uint32_t before = port_mask();
    if (!sched_is_idle() || sched.ticks != now) {
      first = 0;
      node = bucket;
    } else {
      if (bucket == NULL) node = bucket = deadlines_first(&sched.deadlines);
      node = node->next;
      TickType_t ahead = node != bucket ? ((const struct kernel_deadline *)node)->at - now : portMAX_DELAY;
      if (ahead < first) first = ahead;
    }
    port_unmask(before);
  } while (node != bucket);
  return first;
}

/* The port asks this with every interrupt off, as the last thing before it sleeps. */
eSleepModeStatus eTaskConfirmSleepModeStatus(void)
{
  if (!sched_is_idle() || sched.yield_pending != 0) return eAbortSleep;
  if (sched.ticks != expected_from) return eAbortSleep; /* a tick came since: the port would sleep one too long */
  return sched.deadlines.filled == 0 && ring_is_empty(&sched.deadlines.wrapped) ? eNoTasksWaitingTimeout
                                                                                : eStandardSleep;
}

#endif

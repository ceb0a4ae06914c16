/* How long the idle task may let the processor sleep without a tick. */
#include "kernel.h"
#include "scheduler.h"

#if configUSE_TICKLESS_IDLE != 0

static bool only_idle_is_ready(void)
{
  return sched.ready_bits == 1u && sched.idle->due.place.next == &sched.idle->due.place;
}

/* Ticks from now to the first deadline of the bucket, looked at with interrupts open in between: only interrupts can
 * remove a task meanwhile, and then that task is ready and the answer is 0. */
static TickType_t first_of(const struct kernel_ring *bucket)
{
  TickType_t now = sched.ticks;
  TickType_t first = portMAX_DELAY;
  const struct kernel_ring *node = bucket;
  for (;;) {
    uint32_t before = port_mask();
    if (!only_idle_is_ready() || sched.ticks != now) {
      port_unmask(before);
      return 0;
    }
    node = node->next;
    TickType_t ahead = node != bucket ? ((const struct kernel_deadline *)node)->at - now : portMAX_DELAY;
    port_unmask(before);
    if (node == bucket) return first;
    if (ahead < first) first = ahead;
  }
}

TickType_t kernel_expected_idle(void)
{
  struct kernel_deadlines *d = &sched.deadlines;
  uint32_t before = port_mask();
  bool alone = only_idle_is_ready() && sched.current == sched.idle;
  uint32_t filled = d->filled;
  while (filled != 0 && ring_is_empty(&d->bucket[(uint32_t)__builtin_ctz(filled)])) filled &= filled - 1u;
  const struct kernel_ring *bucket = filled != 0 ? &d->bucket[(uint32_t)__builtin_ctz(filled)] : &d->wrapped;
  port_unmask(before);
  return alone ? first_of(bucket) : 0;
}

/* The port asks this with every interrupt off, as the last thing before it sleeps. */
eSleepModeStatus eTaskConfirmSleepModeStatus(void)
{
  if (!only_idle_is_ready() || sched.yield_pending != 0) return eAbortSleep;
  return sched.deadlines.filled == 0 && ring_is_empty(&sched.deadlines.wrapped) ? eNoTasksWaitingTimeout
                                                                                : eStandardSleep;
}

#endif

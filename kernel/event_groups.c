/* Event groups (event_groups.h).
 *
 * A set is one step for everyone else: all who wait are compared with the same bits, in order of arrival, and what they
 * want cleared is cleared after the last of them. It is nevertheless made of stretches with interrupts open in between,
 * one per waiter; group->paused then marks the place in the ring of waiters. Meanwhile no task runs (the scheduler is
 * suspended), and an interrupt that changes the bits first finishes the set that it interrupted. So whoever comes back
 * from an interrupt finds its set either as it was, or finished.
 */
#include "kernel.h"

#include "event_groups.h"
#include "scheduler.h"

#if configUSE_EVENT_GROUPS == 1

#define GROUP_ALLOCATED 1u /* flags: on the heap */

/* task->wait_bits: the awaited bits, and in the byte that no event has: */
#define WANTS_CLEAR 0x01000000u
#define WAS_FOUND 0x02000000u /* the bits are those that ended the wait */
#define WANTS_ALL 0x04000000u
#define EVENT_BITS 0x00FFFFFFu

/* The bits of a deleted group: whatever a task waits for is among them. */
#define DELETED 0xFFFFFFFFu

static inline bool is_met(EventBits_t bits, uint32_t wanted)
{
  if ((wanted & WANTS_ALL) != 0) return (wanted & ~bits & EVENT_BITS) == 0;
  return (wanted & bits) != 0;
}

/* --- made and deleted --- */

static EventGroupHandle_t make_group(struct EventGroupDef_t *group, uint8_t flags)
{
  group->bits = 0;
  group->clear = 0;
  group->paused.next = NULL;
  group->flags = flags;
#if configUSE_TRACE_FACILITY == 1
  group->number = 0;
#endif
  ring_init(&group->waiters);
  traceEVENT_GROUP_CREATE(group);
  return group;
}

#if configSUPPORT_STATIC_ALLOCATION == 1
EventGroupHandle_t xEventGroupCreateStatic(StaticEventGroup_t *memory)
{
  configASSERT(memory != NULL);
  if (memory == NULL) return NULL;
  return make_group(memory, 0);
}

BaseType_t xEventGroupGetStaticBuffer(EventGroupHandle_t group, StaticEventGroup_t **memory)
{
  configASSERT(group != NULL && memory != NULL);
  if ((group->flags & GROUP_ALLOCATED) != 0) return pdFALSE;
  *memory = group;
  return pdTRUE;
}
#endif

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
EventGroupHandle_t xEventGroupCreate(void)
{
  struct EventGroupDef_t *group = pvPortMalloc(sizeof *group);
  if (group != NULL) return make_group(group, GROUP_ALLOCATED);
  traceEVENT_GROUP_CREATE_FAILED();
  return NULL;
}
#endif

/* --- set --- */

/* Masked, with what port_mask() gave; interrupts are open in between. Compares the waiters from `node` on with the bits, which
 * do not change meanwhile, and ends the set. True: a more urgent task is ready; a switch is pending. */
static bool finish_set(struct EventGroupDef_t *group, struct kernel_ring *node, uint32_t before)
{
  bool urgent = false;
  sched.suspended++;
  while (node != &group->waiters) {
    struct tskTaskControlBlock *task = wait_task_of(node);
    EventBits_t bits = group->bits;
    uint32_t wanted = task->wait_bits;
    node = node->next;
    if (is_met(bits, wanted)) {
      if ((wanted & WANTS_CLEAR) != 0) group->clear |= wanted & EVENT_BITS;
      task->wait_bits = bits | WAS_FOUND;
      wait_leave(task);
      if (sched_ready(task)) urgent = true;
    }
    if (node == &group->waiters) break;
    ring_append(node, &group->paused);
    port_unmask(before);
    port_mask_again();
    node = group->paused.next;
    if (node == NULL) break; /* an interrupt finished it */
    ring_remove(&group->paused);
    group->paused.next = NULL;
  }
  group->bits &= ~group->clear;
  group->clear = 0;
  sched_resume_masked();
  return urgent;
}

/* Masked. Ends the set that this interrupt interrupted, if it did. */
static __attribute__((noinline)) bool finish_interrupted_set(struct EventGroupDef_t *group, uint32_t before)
{
  struct kernel_ring *node = group->paused.next;
  if (node == NULL) return false;
  ring_remove(&group->paused);
  group->paused.next = NULL;
  return finish_set(group, node, before);
}

EventBits_t xEventGroupSetBits(EventGroupHandle_t group, const EventBits_t set)
{
  configASSERT(group != NULL && (set & ~EVENT_BITS) == 0);
  kernel_check_task();
  uint32_t before = port_mask();
  traceEVENT_GROUP_SET_BITS(group, set);
  EventBits_t bits = group->bits | set;
  struct kernel_ring *first = group->waiters.next;
  group->bits = bits;
  if (first == &group->waiters) {
    port_unmask(before);
    return bits;
  }
  (void)finish_set(group, first, before);
  bits = group->bits;
  port_unmask(before);
  port_sync();
  return bits;
}

BaseType_t xEventGroupSetBitsFromISR(EventGroupHandle_t group, const EventBits_t set, BaseType_t *woken)
{
  configASSERT(group != NULL && (set & ~EVENT_BITS) == 0);
  kernel_check_interrupt();
  uint32_t before = port_mask();
  traceEVENT_GROUP_SET_BITS_FROM_ISR(group, set);
  bool urgent = finish_interrupted_set(group, before);
  group->bits |= set;
  if (finish_set(group, group->waiters.next, before)) urgent = true;
  port_unmask(before);
  if (urgent && woken != NULL) *woken = pdTRUE;
  return pdPASS;
}

/* Tasks that wait return as if the bits were 0: that cannot be what they waited for. */
void vEventGroupDelete(EventGroupHandle_t group)
{
  configASSERT(group != NULL);
  kernel_check_task();
  traceEVENT_GROUP_DELETE(group);
  uint32_t before = port_mask();
  group->bits = DELETED;
  (void)finish_set(group, group->waiters.next, before);
  port_unmask(before);
  port_sync();
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
  if ((group->flags & GROUP_ALLOCATED) != 0) vPortFree(group);
#endif
}

/* --- wait --- */

/* Masked, with what port_mask() gave; opens interrupts. */
static EventBits_t wait_for(struct EventGroupDef_t *group, uint32_t wanted, TickType_t ticks, uint32_t before)
{
  EventBits_t bits;
  for (;;) {
    bits = group->bits;
    if (is_met(bits, wanted)) {
      if ((wanted & WANTS_CLEAR) != 0) group->bits = bits & ~wanted;
      break;
    }
    if (ticks == 0) break;
    struct tskTaskControlBlock *task = sched.current;
    configASSERT(sched_may_block(before));
    task->wait_bits = wanted;
    wait_join_ring(&group->waiters, task);
    ticks = sched_wait_joined(ticks, before);
    bits = task->wait_bits;
    if ((bits & WAS_FOUND) != 0) {
      bits = bits != DELETED ? bits & EVENT_BITS : 0;
      break;
    }
    /* Time is over, or the task was suspended meanwhile. The bits may have come since. */
  }
  port_unmask(before);
  return bits;
}

EventBits_t xEventGroupWaitBits(EventGroupHandle_t group, const EventBits_t awaited, const BaseType_t clear,
                                const BaseType_t all, TickType_t ticks)
{
  configASSERT(group != NULL && awaited != 0 && (awaited & ~EVENT_BITS) == 0);
  configASSERT(ticks == 0 || sched.suspended == 0);
  kernel_check_task();
  uint32_t wanted = awaited;
  if (clear != pdFALSE) wanted |= WANTS_CLEAR;
  if (all != pdFALSE) wanted |= WANTS_ALL;
  traceEVENT_GROUP_WAIT_BITS_BLOCK(group, awaited);
  EventBits_t bits = wait_for(group, wanted, ticks, port_mask());
  traceEVENT_GROUP_WAIT_BITS_END(group, awaited, !is_met(bits, wanted));
  return bits;
}

EventBits_t xEventGroupSync(EventGroupHandle_t group, const EventBits_t set, const EventBits_t awaited,
                            TickType_t ticks)
{
  configASSERT(group != NULL && awaited != 0 && ((set | awaited) & ~EVENT_BITS) == 0);
  configASSERT(ticks == 0 || sched.suspended == 0);
  kernel_check_task();
  traceEVENT_GROUP_SYNC_BLOCK(group, set, awaited);
  uint32_t wanted = awaited | WANTS_ALL | WANTS_CLEAR;
  uint32_t before = port_mask();
  EventBits_t bits = group->bits | set;
  group->bits = bits;
  bool met = is_met(bits, wanted);
  /* The last to come takes part in its own set: what it clears is cleared with the rest. */
  if (met) group->clear = awaited;
  /* Masked from the end of the set on: no task that it woke runs before this one waits. */
  (void)finish_set(group, group->waiters.next, before);
  if (met)
    port_unmask(before);
  else
    bits = wait_for(group, wanted, ticks, before);
  port_sync();
  traceEVENT_GROUP_SYNC_END(group, set, awaited, !is_met(bits, wanted));
  return bits;
}

/* --- cleared and read --- */

EventBits_t xEventGroupClearBits(EventGroupHandle_t group, const EventBits_t clear)
{
  configASSERT(group != NULL && (clear & ~EVENT_BITS) == 0);
  kernel_check_task();
  uint32_t before = port_mask();
  traceEVENT_GROUP_CLEAR_BITS(group, clear);
  EventBits_t bits = group->bits;
  group->bits = bits & ~clear;
  port_unmask(before);
  return bits;
}

BaseType_t xEventGroupClearBitsFromISR(EventGroupHandle_t group, const EventBits_t clear)
{
  configASSERT(group != NULL && (clear & ~EVENT_BITS) == 0);
  kernel_check_interrupt();
  uint32_t before = port_mask();
  traceEVENT_GROUP_CLEAR_BITS_FROM_ISR(group, clear);
  (void)finish_interrupted_set(group, before);
  group->bits &= ~clear;
  port_unmask(before);
  return pdPASS;
}

/* During a set that it interrupted: the bits before anything is cleared. */
EventBits_t xEventGroupGetBitsFromISR(EventGroupHandle_t group)
{
  configASSERT(group != NULL);
  return group->bits;
}

/* --- for xTimerPendFunctionCall() and trace tools --- */

void vEventGroupSetBitsCallback(void *group, uint32_t set)
{
  (void)xEventGroupSetBits(group, set);
}

void vEventGroupClearBitsCallback(void *group, uint32_t clear)
{
  (void)xEventGroupClearBits(group, clear);
}

#if configUSE_TRACE_FACILITY == 1
UBaseType_t uxEventGroupGetNumber(void *handle)
{
  struct EventGroupDef_t *group = handle;
  return group != NULL ? group->number : 0;
}

void vEventGroupSetNumber(void *handle, UBaseType_t number)
{
  struct EventGroupDef_t *group = handle;
  configASSERT(group != NULL);
  group->number = number;
}
#endif

#endif

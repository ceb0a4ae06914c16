/* The scheduler: who is ready, who runs, who waits how long. Inside the kernel only.
 *
 * States of a task, where its `due.place` is then, and whether it may wait for an object (wait.list not NULL):
 *
 *   READY      in the ring sched.ready[priority]; the running task is the first of the highest ring, unless a switch
 *              is pending or the scheduler is suspended                                         waits for nothing
 *   DELAYED    in sched.deadlines, until due.at                                                 may wait
 *   PARKED     in sched.parked, without limit                                                   may wait
 *   SUSPENDED  in sched.parked: vTaskSuspend(), until vTaskResume()                             waits for nothing
 *   DELETED    in sched.deleted until the idle task gives its memory back; or nowhere           waits for nothing
 *
 *     READY --sched_block--> DELAYED, PARKED --sched_ready--> READY         any --vTaskSuspend--> SUSPENDED --> READY
 *
 * Everything here is shared with interrupts: it is read and changed with interrupts masked, in stretches whose length
 * does not depend on the number of tasks (but for sched_pass(), which wakes all tasks of one tick in one). "Masked" below:
 * the caller has masked interrupts.
 * A suspended scheduler (vTaskSuspendAll) only keeps sched_select() from changing the running task: lists change and ticks
 * count on.
 */
#ifndef HF_KERNEL_SCHEDULER_H
#define HF_KERNEL_SCHEDULER_H

#include "FreeRTOS.h"
#include "deadline.h"
#include "port.h"
#include "task.h"
#include "wait.h"

enum task_state {
  TASK_READY,
  TASK_DELAYED,
  TASK_PARKED,
  TASK_SUSPENDED,
  TASK_DELETED,
};

/* A bit per priority. */
typedef __typeof__(__builtin_choose_expr((configMAX_PRIORITIES) > 32, (uint64_t)0, (uint32_t)0)) priority_set;

#define TASK_ALLOCATED_SELF 1u
#define TASK_ALLOCATED_STACK 2u
#define TASK_ABORTED 4u /* xTaskAbortDelay() ended its wait; it does not know yet */

#define SCHED_NOT_STARTED 0x80000000u

/* Single words first: the processor reaches those with its short instructions. */
struct scheduler {
  /* First: ports read it. A task always sees itself here. NULL before the start, when only main() runs. */
  struct tskTaskControlBlock *current;
  priority_set ready_bits;         /* bit p: ready[p] is not empty */
  volatile uint32_t suspended;     /* vTaskSuspendAll() calls open; SCHED_NOT_STARTED: before the start */
  volatile uint32_t yield_pending; /* a switch was asked for while suspended */
  volatile TickType_t ticks;
  volatile uint32_t wraps; /* of ticks */
  /* Every task. Changed by tasks only, while the scheduler is suspended or interrupts are masked. */
  struct tskTaskControlBlock *all;
  UBaseType_t tasks;   /* in all */
  UBaseType_t created; /* ever */
  struct tskTaskControlBlock *idle;
  bool running; /* from vTaskStartScheduler() to vTaskEndScheduler() */
  struct kernel_ring parked;
  struct kernel_ring deleted;
  /* The first of each ring; meaningless when the bit is clear. */
  struct tskTaskControlBlock *ready[configMAX_PRIORITIES];
  struct kernel_deadlines deadlines;
#if configGENERATE_RUN_TIME_STATS == 1
  configRUN_TIME_COUNTER_TYPE switched_at;
#endif
};
extern struct scheduler sched;

static inline struct tskTaskControlBlock *sched_task_of(struct kernel_ring *place)
{
  return (struct tskTaskControlBlock *)place;
}

/* The highest priority in the set, which is not empty. */
static inline uint32_t sched_highest(priority_set set)
{
  uint64_t all = set;
  if (all >> 32 != 0) return 32u + port_highest_bit((uint32_t)(all >> 32));
  return port_highest_bit((uint32_t)all);
}

static inline bool sched_is_running(void)
{
  return sched.running;
}

/* Masked. */
static inline bool sched_is_blocked(const struct tskTaskControlBlock *task)
{
  return task->state == TASK_DELAYED || task->state == TASK_PARKED;
}

/* Nobody but the idle task wants to run. */
static inline bool sched_is_idle(void)
{
  return sched.ready_bits == 1u && sched.idle->due.place.next == &sched.idle->due.place;
}

/* Sets up the lists, once. */
void sched_init(void);

/* Masked, or in the port's switch: makes the task that should run the current one. */
void sched_select(void);

/* The tick interrupt's work. Interrupts open. */
void sched_tick(void);

/* So many ticks have passed without their interrupts; whom they wake is ready now. Takes time for tasks to wake, not for
 * ticks, and masks interrupts while it wakes those of one tick. */
void sched_pass(TickType_t ticks);

/* Masked. A switch as soon as it is possible. */
static inline void sched_switch(void)
{
  if (sched.suspended != 0)
    sched.yield_pending = 1;
  else
    port_pend_switch();
}

/* What vTaskSuspendAll() and xTaskResumeAll() are. Whoever interrupts this, task or interrupt, leaves `suspended` as it
 * found it, and an interrupt that finds it not 0 sets yield_pending instead of switching. So nothing needs to be masked.
 * True: a switch. */
static inline void sched_suspend(void)
{
  sched.suspended++;
  portMEMORY_BARRIER();
}

bool sched_switch_late(void);
static inline bool sched_resume(void)
{
  portMEMORY_BARRIER();
  uint32_t left = sched.suspended - 1u;
  sched.suspended = left;
  portMEMORY_BARRIER();
  return left == 0 && sched.yield_pending != 0 && sched_switch_late();
}

/* Masked. The task is ready from now on; it is in no list and waits for nothing. True: it is more urgent than
 * the running one, and a switch was asked for if the kernel is preemptive. */
bool sched_enter(struct tskTaskControlBlock *task);

/* Masked. The task, DELAYED, PARKED or SUSPENDED, is ready from now on; it waits for nothing. As sched_enter(). */
bool sched_ready(struct tskTaskControlBlock *task);

/* Masked. The first of the list is ready; the list is not empty. As sched_enter(). */
bool sched_wake(struct kernel_wait_list *list);

/* Masked. The same; nothing happens when nobody waits. */
static inline bool sched_wake_any(struct kernel_wait_list *list)
{
  return list->first != NULL && sched_wake(list);
}

/* In development, before anything of a wait is done: other tasks can run. before: what port_mask() gave; not 0: the caller is
 * in a critical section. */
#define sched_may_block(before) (sched_is_running() && sched.suspended == 0 && (before) == 0)

/* Masked. The running task stops until sched_ready(), or until `ticks` (not 0) are over; portMAX_DELAY is without
 * limit if `forever`. The scheduler is not suspended: the caller asserts it before it changes anything. The switch happens when the caller opens interrupts and calls port_sync(). */
void sched_block(TickType_t ticks, bool forever);

/* Masked by the caller, with what port_mask() gave. The running task waits in `list` until it is woken, or until `ticks`
 * (not 0) are over. Returns how much of them is left (portMAX_DELAY stays; 0 also when xTaskAbortDelay() ended the
 * wait). Interrupts are open in between, so the caller looks again at what it waits for. */
TickType_t sched_wait(struct kernel_wait_list *list, TickType_t ticks, uint32_t before);

/* Masked. The rest of sched_wait(), for a task that joined a list by itself. */
TickType_t sched_wait_joined(TickType_t ticks, uint32_t before);

/* Masked. Takes the task out of every list it is in. */
void sched_withdraw(struct tskTaskControlBlock *task);

/* Masked. A new priority, inherited or not, with its consequences for every list the task is in. */
void sched_set_priority(struct tskTaskControlBlock *task, UBaseType_t priority);

/* Masked. Another half of sched_suspend(). */
static inline void sched_resume_masked(void)
{
  sched.suspended--;
  if (sched.suspended != 0 || sched.yield_pending == 0) return;
  sched.yield_pending = 0;
  port_pend_switch();
}

/* Masked. A switch if a ready task is more urgent than the running one. */
void sched_check(void);

#endif

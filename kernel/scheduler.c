#include "scheduler.h"

struct scheduler sched = {.ticks = configINITIAL_TICK_COUNT};

void sched_init(void)
{
  if (sched.parked.next != NULL) return;
  sched.suspended |= SCHED_NOT_STARTED;
  deadlines_init(&sched.deadlines, sched.ticks);
  ring_init(&sched.parked);
  ring_init(&sched.deleted);
}

/* --- the ready rings --- */

static void ready_remove(struct tskTaskControlBlock *task)
{
  struct kernel_ring *next = task->due.place.next;
  if (next == &task->due.place) {
    sched.ready_bits &= ~((priority_set)1 << task->priority);
    return;
  }
  ring_remove(&task->due.place);
  struct tskTaskControlBlock **first = &sched.ready[task->priority];
  if (*first == task) *first = sched_task_of(next);
}

/* Masked. In no list yet; no switch. */
static void make_ready(struct tskTaskControlBlock *task)
{
  uint32_t priority = task->priority;
  priority_set bits = sched.ready_bits;
  priority_set bit = (priority_set)1 << priority;
  task->state = TASK_READY;
  traceMOVED_TASK_TO_READY_STATE(task);
  if ((bits & bit) != 0) {
    ring_append(&sched.ready[priority]->due.place, &task->due.place);
    return;
  }
  sched.ready_bits = bits | bit;
  sched.ready[priority] = task;
  ring_init(&task->due.place);
}

bool sched_enter(struct tskTaskControlBlock *task)
{
  const struct tskTaskControlBlock *running = sched.current;
  make_ready(task);
  if (running == NULL || task->priority <= running->priority) return false;
  if (configUSE_PREEMPTION == 1) sched_switch();
  return true;
}

bool sched_ready(struct tskTaskControlBlock *task)
{
  ring_remove(&task->due.place);
  return sched_enter(task);
}

bool sched_wake(struct kernel_wait_list *list)
{
  struct tskTaskControlBlock *task = list->first;
  wait_leave(task);
  return sched_ready(task);
}

void sched_check(void)
{
  if (configUSE_PREEMPTION == 1 && sched_highest(sched.ready_bits) > sched.current->priority) sched_switch();
}

/* --- blocking --- */

void sched_block(TickType_t ticks, bool forever)
{
  struct tskTaskControlBlock *task = sched.current;
  ready_remove(task);
  if (forever && ticks == portMAX_DELAY) {
    task->state = TASK_PARKED;
    ring_append(&sched.parked, &task->due.place);
  } else {
    TickType_t now = sched.ticks;
    task->state = TASK_DELAYED;
    task->due.at = now + ticks;
    deadlines_add(&sched.deadlines, &task->due, now);
  }
  port_pend_switch();
}

TickType_t sched_wait_joined(TickType_t ticks, uint32_t before)
{
  struct tskTaskControlBlock *task = sched.current;
  TickType_t start = sched.ticks;
  sched_block(ticks, INCLUDE_vTaskSuspend == 1);
  port_unmask(before);
  port_sync();
  port_mask_again();
  if ((task->flags & TASK_ABORTED) != 0) {
    task->flags &= (uint8_t)~TASK_ABORTED;
    return 0;
  }
  if (INCLUDE_vTaskSuspend == 1 && ticks == portMAX_DELAY) return ticks;
  TickType_t waited = sched.ticks - start;
  return waited < ticks ? ticks - waited : 0;
}

TickType_t sched_wait(struct kernel_wait_list *list, TickType_t ticks, uint32_t before)
{
  configASSERT(sched_may_block(before));
  wait_join(list, sched.current);
  return sched_wait_joined(ticks, before);
}

void sched_withdraw(struct tskTaskControlBlock *task)
{
  if (task->wait.list != NULL) wait_leave(task);
  if (task->state == TASK_READY)
    ready_remove(task);
  else
    ring_remove(&task->due.place);
}

void sched_set_priority(struct tskTaskControlBlock *task, UBaseType_t priority)
{
  if (task->state == TASK_READY) {
    ready_remove(task);
    task->priority = (uint8_t)priority;
    make_ready(task);
    /* The running task stays the first of its ring: it has not used up its turn. */
    if (task == sched.current) sched.ready[priority] = task;
    return;
  }
  struct kernel_wait_list *list = task->wait.list;
  if (list == NULL || list == &wait_unordered) {
    task->priority = (uint8_t)priority;
    return;
  }
  wait_leave(task);
  task->priority = (uint8_t)priority;
  wait_join(list, task);
}

/* --- switching --- */

bool sched_switch_late(void)
{
  uint32_t before = port_mask();
  sched.yield_pending = 0;
  port_pend_switch();
  port_unmask(before);
  port_sync();
  return true;
}

#if configGENERATE_RUN_TIME_STATS == 1
static void account_run_time(void)
{
  configRUN_TIME_COUNTER_TYPE now = portGET_RUN_TIME_COUNTER_VALUE();
  /* A counter that runs backwards adds nothing. */
  if (now > sched.switched_at) sched.current->run_time += now - sched.switched_at;
  sched.switched_at = now;
}
#else
static inline void account_run_time(void)
{
}
#endif

#if configCHECK_FOR_STACK_OVERFLOW > 0
/* Whether the end of the stack still holds the fill. */
static inline bool end_is_unused(const StackType_t *stack)
{
  const uint32_t fill = PORT_STACK_FILL * 0x01010101u;
  const uint32_t *words = (const uint32_t *)(const void *)stack;
  return words[0] == fill && words[1] == fill && words[2] == fill && words[3] == fill;
}

static void check_stack(void)
{
  struct tskTaskControlBlock *task = sched.current;
  bool sound = task->top > task->stack && (configCHECK_FOR_STACK_OVERFLOW == 1 || end_is_unused(task->stack));
  if (!sound) vApplicationStackOverflowHook(task, task->name);
}
#else
static inline void check_stack(void)
{
}
#endif

#if configUSE_POSIX_ERRNO == 1
int FreeRTOS_errno;

static void change_errno(struct tskTaskControlBlock *from, const struct tskTaskControlBlock *to)
{
  from->error_number = FreeRTOS_errno;
  FreeRTOS_errno = to->error_number;
}
#else
static inline void change_errno(struct tskTaskControlBlock *from, const struct tskTaskControlBlock *to)
{
  (void)from;
  (void)to;
}
#endif

void sched_select(void)
{
  if (sched.suspended != 0) {
    sched.yield_pending = 1;
    return;
  }
  account_run_time();
  traceTASK_SWITCHED_OUT();
  check_stack();
  struct tskTaskControlBlock *next = sched.ready[sched_highest(sched.ready_bits)];
  change_errno(sched.current, next);
  sched.current = next;
  traceTASK_SWITCHED_IN();
}

void vTaskSwitchContext(void)
{
  sched_select();
}

/* --- the tick --- */

/* Masked, on return too; as `between` between one task and the next. */
static void wake_due(uint32_t between)
{
  struct kernel_deadlines *d = &sched.deadlines;
  struct kernel_ring *opened = deadlines_open(d, sched.ticks);
  while (!ring_is_empty(opened)) {
    struct kernel_deadline *due = deadlines_take(d, opened);
    if (due != NULL) {
      struct tskTaskControlBlock *task = sched_task_of(&due->place);
      if (task->wait.list != NULL) wait_leave(task);
      make_ready(task);
    }
    port_unmask(between);
    port_mask_again();
  }
  deadlines_close(d);
  sched_check();
}

static inline void end_time_slice(void)
{
#if configUSE_PREEMPTION == 1 && configUSE_TIME_SLICING == 1
  struct tskTaskControlBlock *task = sched.current;
  struct kernel_ring *next = task->due.place.next;
  if (next == &task->due.place || task->state != TASK_READY || sched.suspended != 0) return;
  if (sched.ready[task->priority] != task) return;
  sched.ready[task->priority] = sched_task_of(next);
  port_pend_switch();
#endif
}

/* Masked; interrupts are as `between` between one task that the tick wakes and the next. */
static inline void count_tick(uint32_t between)
{
  TickType_t now = sched.ticks + 1u;
  sched.ticks = now;
  traceTASK_INCREMENT_TICK(now);
  if (now == 0) sched.wraps++;
  if (now == sched.deadlines.next) wake_due(between);
}

void sched_tick(void)
{
  uint32_t before = port_mask();
  count_tick(before);
  end_time_slice();
  port_unmask(before);
#if configUSE_TICK_HOOK == 1
  vApplicationTickHook();
#endif
}

void sched_pass(TickType_t ticks)
{
  while (ticks > 0) {
    uint32_t before = port_mask();
    /* Nothing happens before the next deadline, and the wrap is one. */
    TickType_t quiet = deadlines_quiet(&sched.deadlines, sched.ticks) - 1u;
    if (quiet > ticks) quiet = ticks;
    sched.ticks += quiet;
    ticks -= quiet;
    if (ticks > 0) {
      ticks--;
      /* Not open in between: the tick interrupt must not open a bucket while one is open. */
      count_tick(port_mask());
    }
    port_unmask(before);
  }
}

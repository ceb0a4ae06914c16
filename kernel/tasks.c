/* Tasks: made, deleted, stopped, moved and looked at (task.h). Their notifications are in notify.c, lists of all
 * tasks in task_tables.c. */
#include "FreeRTOS.h"
#include "hf_kernel.h"
#include "kernel.h"
#include "scheduler.h"

static struct tskTaskControlBlock *task_or_self(TaskHandle_t task)
{
  return task != NULL ? task : sched.current;
}

/* --- made --- */

static void copy_name(struct tskTaskControlBlock *task, const char *name)
{
  size_t i = 0;
  if (name != NULL) {
    for (; i < configMAX_TASK_NAME_LEN - 1u && name[i] != '\0'; i++) task->name[i] = name[i];
  }
  task->name[i] = '\0';
}

static void insert_task(struct tskTaskControlBlock *task)
{
  uint32_t before = port_mask();
  sched_init();
  task->next_task = sched.all;
  sched.all = task;
  sched.tasks++;
  sched.created++;
#if configUSE_TRACE_FACILITY == 1
  task->number = sched.created;
#endif
  traceTASK_CREATE(task);
  (void)sched_enter(task);
  port_unmask(before);
}

static void make_task(struct tskTaskControlBlock *task, TaskFunction_t code, const char *name, StackType_t *stack,
                      size_t depth, void *parameter, UBaseType_t priority, uint8_t flags)
{
  configASSERT(code != NULL);
  configASSERT(priority < configMAX_PRIORITIES);
  if (priority >= configMAX_PRIORITIES) priority = configMAX_PRIORITIES - 1u;
  port_fill(task, 0, sizeof *task);
  port_fill(stack, PORT_STACK_FILL, depth * sizeof *stack);
  copy_name(task, name);
  task->priority = (uint8_t)priority;
  task->base_priority = (uint8_t)priority;
  task->flags = flags;
  task->stack = stack;
#if configRECORD_STACK_HIGH_ADDRESS == 1
  task->stack_end = stack + depth - 1u;
#endif
  port_task_init(task, stack, depth, code, parameter);
}

/* Words that a stack can have: enough, and a number of bytes. */
static inline bool is_depth(size_t words)
{
  return words >= PORT_STACK_WORDS_MIN && words <= SIZE_MAX / sizeof(StackType_t);
}

#if configSUPPORT_STATIC_ALLOCATION == 1
TaskHandle_t xTaskCreateStatic(TaskFunction_t code, const char *const name, const configSTACK_DEPTH_TYPE depth,
                               void *const parameter, UBaseType_t priority, StackType_t *const stack,
                               StaticTask_t *const memory)
{
  configASSERT(stack != NULL && memory != NULL && is_depth(depth));
  if (stack == NULL || memory == NULL || !is_depth(depth)) return NULL;
  make_task(memory, code, name, stack, depth, parameter, priority, 0);
  insert_task(memory);
  return memory;
}
#endif

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
BaseType_t xTaskCreate(TaskFunction_t code, const char *const name, const configSTACK_DEPTH_TYPE depth,
                       void *const parameter, UBaseType_t priority, TaskHandle_t *const created)
{
  size_t words = depth;
  configASSERT(words >= PORT_STACK_WORDS_MIN);
  if (!is_depth(words)) return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
  StackType_t *stack = pvPortMallocStack(words * sizeof(StackType_t));
  struct tskTaskControlBlock *task = stack != NULL ? pvPortMalloc(sizeof *task) : NULL;
  if (task == NULL) {
    if (stack != NULL) vPortFreeStack(stack);
    traceTASK_CREATE_FAILED();
    return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
  }
  make_task(task, code, name, stack, words, parameter, priority, TASK_ALLOCATED_SELF | TASK_ALLOCATED_STACK);
  /* Before it can run: it may use its own handle. */
  if (created != NULL) *created = task;
  insert_task(task);
  return pdPASS;
}
#endif

/* --- deleted --- */

/* Interrupts open. */
static void release_task(struct tskTaskControlBlock *task)
{
  vTaskSuspendAll();
  struct tskTaskControlBlock **link = &sched.all;
  while (*link != task) link = &(*link)->next_task;
  *link = task->next_task;
  sched.tasks--;
  (void)xTaskResumeAll();
  port_task_release(task);
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
  if ((task->flags & TASK_ALLOCATED_STACK) != 0) vPortFreeStack(task->stack);
  if ((task->flags & TASK_ALLOCATED_SELF) != 0) vPortFree(task);
#endif
}

/* Masked. The task stops, whatever it is doing; the caller puts it into the list of its new state. True: it is the
 * running one, and the switch happens when interrupts open. */
static bool stop(struct tskTaskControlBlock *task, enum task_state state)
{
  configASSERT(task->state != TASK_DELETED);
  configASSERT(task != sched.current || sched.suspended == 0);
  sched_withdraw(task);
  task->state = (uint8_t)state;
  if (task != sched.current) return false;
  sched_switch();
  return true;
}

void vTaskDelete(TaskHandle_t handle)
{
  kernel_check_task();
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = task_or_self(handle);
  traceTASK_DELETE(task);
  bool self = stop(task, TASK_DELETED);
  if (self) ring_append(&sched.deleted, &task->due.place);
  port_unmask(before);
  if (self) {
    port_sync(); /* it stands on its own stack, which the idle task gives back */
    return;
  }
  release_task(task);
}

static void release_deleted(void)
{
  while (!ring_is_empty(&sched.deleted)) {
    uint32_t before = port_mask();
    struct tskTaskControlBlock *task = sched_task_of(sched.deleted.next);
    ring_remove(&task->due.place);
    port_unmask(before);
    release_task(task);
  }
}

/* --- waiting for time --- */

/* Masked by the caller, with what port_mask() gave; opens interrupts. */
static __attribute__((noinline)) void delay(TickType_t ticks, uint32_t before)
{
  configASSERT(sched_may_block(before));
  sched_block(ticks, false);
  port_unmask(before);
  port_sync();
  sched.current->flags &= (uint8_t)~TASK_ABORTED;
}

void vTaskDelay(const TickType_t ticks)
{
  kernel_check_task();
  traceTASK_DELAY();
  if (ticks == 0) {
    taskYIELD();
    return;
  }
  delay(ticks, port_mask());
}

BaseType_t xTaskDelayUntil(TickType_t *const previous, const TickType_t increment)
{
  configASSERT(previous != NULL && increment > 0);
  kernel_check_task();
  uint32_t before = port_mask();
  /* Both from the last wake-up on, so that neither cares where the tick count wraps. */
  TickType_t passed = sched.ticks - *previous;
  *previous += increment;
  if (increment <= passed) {
    port_unmask(before);
    taskYIELD();
    return pdFALSE;
  }
  traceTASK_DELAY_UNTIL(*previous);
  delay(increment - passed, before);
  return pdTRUE;
}

BaseType_t xTaskAbortDelay(TaskHandle_t task)
{
  configASSERT(task != NULL);
  kernel_check_task();
  uint32_t before = port_mask();
  bool waits = sched_is_blocked(task);
  if (waits) {
    if (task->wait.list != NULL) wait_leave(task);
    task->flags |= TASK_ABORTED;
    (void)sched_ready(task);
  }
  port_unmask(before);
  return waits ? pdPASS : pdFAIL;
}

void vTaskInternalSetTimeOutState(TimeOut_t *const timeout)
{
  timeout->xOverflowCount = (BaseType_t)sched.wraps;
  timeout->xTimeOnEntering = sched.ticks;
}

void vTaskSetTimeOutState(TimeOut_t *const timeout)
{
  configASSERT(timeout != NULL);
  uint32_t before = port_mask();
  vTaskInternalSetTimeOutState(timeout);
  port_unmask(before);
}

BaseType_t xTaskCheckForTimeOut(TimeOut_t *const timeout, TickType_t *const remaining)
{
  configASSERT(timeout != NULL && remaining != NULL);
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = sched.current;
  uint64_t now = (uint64_t)sched.wraps << 32 | sched.ticks;
  uint64_t passed = now - ((uint64_t)(uint32_t)timeout->xOverflowCount << 32 | timeout->xTimeOnEntering);
  BaseType_t over = pdTRUE;
  if (task != NULL && (task->flags & TASK_ABORTED) != 0) {
    task->flags &= (uint8_t)~TASK_ABORTED;
  } else if (INCLUDE_vTaskSuspend == 1 && *remaining == portMAX_DELAY) {
    over = pdFALSE;
  } else if (passed < *remaining) {
    *remaining -= (TickType_t)passed;
    vTaskInternalSetTimeOutState(timeout);
    over = pdFALSE;
  } else {
    *remaining = 0;
  }
  port_unmask(before);
  return over;
}

/* --- suspended --- */

void vTaskSuspend(TaskHandle_t handle)
{
  kernel_check_task();
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = task_or_self(handle);
  traceTASK_SUSPEND(task);
  (void)stop(task, TASK_SUSPENDED);
  ring_append(&sched.parked, &task->due.place);
  port_unmask(before);
  port_sync();
}

static bool resume(struct tskTaskControlBlock *task)
{
  uint32_t before = port_mask();
  bool urgent = false;
  if (task->state == TASK_SUSPENDED) {
    traceTASK_RESUME(task);
    urgent = sched_ready(task);
  }
  port_unmask(before);
  return urgent;
}

void vTaskResume(TaskHandle_t task)
{
  configASSERT(task != NULL);
  kernel_check_task();
  (void)resume(task);
}

BaseType_t xTaskResumeFromISR(TaskHandle_t task)
{
  configASSERT(task != NULL);
  kernel_check_interrupt();
  traceTASK_RESUME_FROM_ISR(task);
  return resume(task) ? pdTRUE : pdFALSE;
}

void vTaskSuspendAll(void)
{
  kernel_check_task();
  sched_suspend();
}

BaseType_t xTaskResumeAll(void)
{
  configASSERT((sched.suspended & ~SCHED_NOT_STARTED) != 0);
  kernel_check_task();
  return sched_resume() ? pdTRUE : pdFALSE;
}

/* --- turns and priorities --- */

/* What taskYIELD() is. Any context. */
void kernel_yield(void)
{
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = sched.current;
  struct kernel_ring *next = task->due.place.next;
  /* Not when an interrupt calls this between a task's block and its switch. */
  if (task->state == TASK_READY && next != &task->due.place) {
    sched.ready[task->priority] = sched_task_of(next);
    sched_switch();
  } else if (configUSE_PREEMPTION == 0) {
    sched_switch();
  }
  port_unmask(before);
  port_sync();
}

UBaseType_t uxTaskPriorityGet(const TaskHandle_t task)
{
  return task_or_self(task)->priority;
}

UBaseType_t uxTaskPriorityGetFromISR(const TaskHandle_t task) __attribute__((alias("uxTaskPriorityGet")));

UBaseType_t uxTaskBasePriorityGet(const TaskHandle_t task)
{
  return task_or_self(task)->base_priority;
}

UBaseType_t uxTaskBasePriorityGetFromISR(const TaskHandle_t task) __attribute__((alias("uxTaskBasePriorityGet")));

void vTaskPrioritySet(TaskHandle_t handle, UBaseType_t priority)
{
  configASSERT(priority < configMAX_PRIORITIES);
  kernel_check_task();
  if (priority >= configMAX_PRIORITIES) priority = configMAX_PRIORITIES - 1u;
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = task_or_self(handle);
  traceTASK_PRIORITY_SET(task, priority);
  bool inherits = task->priority != task->base_priority;
  task->base_priority = (uint8_t)priority;
  /* What it inherited it keeps, unless the new one is higher. */
  if ((!inherits || priority > task->priority) && priority != task->priority) {
    sched_set_priority(task, priority);
    if (sched_is_running()) sched_check();
  }
  port_unmask(before);
  port_sync();
}

/* --- the scheduler --- */

static void idle_sleep(void)
{
#if configUSE_TICKLESS_IDLE != 0
  vTaskSuspendAll();
  TickType_t expected = kernel_expected_idle();
  configPRE_SUPPRESS_TICKS_AND_SLEEP_PROCESSING(expected);
  if (expected >= configEXPECTED_IDLE_TIME_BEFORE_SLEEP) portSUPPRESS_TICKS_AND_SLEEP(expected);
  (void)xTaskResumeAll();
#endif
}

static void idle(void *unused)
{
  (void)unused;
  const bool keeps_its_turn = configUSE_PREEMPTION == 1 && configIDLE_SHOULD_YIELD == 0;
  for (;;) {
    release_deleted();
    if (!keeps_its_turn) taskYIELD();
#if configUSE_IDLE_HOOK == 1
    vApplicationIdleHook();
#endif
    idle_sleep();
    /* Unless another task could use the time: an equal one that this one lets go first, or, without preemption, any. */
    PORT_IDLE_UNLESS(!keeps_its_turn && !sched_is_idle());
  }
}

#if configSUPPORT_STATIC_ALLOCATION == 1
#if configKERNEL_PROVIDED_STATIC_MEMORY == 1
__attribute__((weak)) void vApplicationGetIdleTaskMemory(StaticTask_t **task, StackType_t **stack,
                                                         configSTACK_DEPTH_TYPE *depth)
{
  static StaticTask_t idle_task;
  static StackType_t idle_stack[configMINIMAL_STACK_SIZE] __attribute__((aligned(portBYTE_ALIGNMENT)));
  *task = &idle_task;
  *stack = idle_stack;
  *depth = configMINIMAL_STACK_SIZE;
}
#endif

static TaskHandle_t create_idle(void)
{
  StaticTask_t *task = NULL;
  StackType_t *stack = NULL;
  configSTACK_DEPTH_TYPE depth = 0;
  vApplicationGetIdleTaskMemory(&task, &stack, &depth);
  return xTaskCreateStatic(idle, configIDLE_TASK_NAME, depth, NULL, tskIDLE_PRIORITY, stack, task);
}
#else
static TaskHandle_t create_idle(void)
{
  TaskHandle_t task = NULL;
  (void)xTaskCreate(idle, configIDLE_TASK_NAME, configMINIMAL_STACK_SIZE, NULL, tskIDLE_PRIORITY, &task);
  return task;
}
#endif

void vTaskStartScheduler(void)
{
  configASSERT(!sched_is_running());
  sched.idle = create_idle();
  if (sched.idle == NULL) return;
#if configUSE_TIMERS == 1
  if (!timers_start()) return;
#endif
  port_mask_again();
#if configGENERATE_RUN_TIME_STATS == 1
  portCONFIGURE_TIMER_FOR_RUN_TIME_STATS();
#endif
  sched.yield_pending = 0;
  sched.suspended &= ~SCHED_NOT_STARTED;
  sched.running = true;
  /* As upstream, the last one made of the most urgent begins. */
  struct tskTaskControlBlock **first = &sched.ready[sched_highest(sched.ready_bits)];
  *first = sched_task_of((*first)->due.place.prev);
  sched.current = *first;
  traceTASK_SWITCHED_IN();
  traceSTARTING_SCHEDULER(&sched.idle);
  port_start();
}

void vTaskEndScheduler(void)
{
  port_mask_again();
  sched.suspended |= SCHED_NOT_STARTED;
  sched.running = false;
  port_end();
}

BaseType_t xTaskGetSchedulerState(void)
{
  if (!sched_is_running()) return taskSCHEDULER_NOT_STARTED;
  return sched.suspended == 0 ? taskSCHEDULER_RUNNING : taskSCHEDULER_SUSPENDED;
}

/* --- the tick count --- */

TickType_t xTaskGetTickCount(void)
{
  return sched.ticks;
}

TickType_t xTaskGetTickCountFromISR(void) __attribute__((alias("xTaskGetTickCount")));

uint64_t hf_uptime_ticks(void)
{
  uint32_t before = port_mask();
  uint64_t ticks = (uint64_t)sched.wraps << 32 | sched.ticks;
  port_unmask(before);
  return ticks;
}

uint64_t hf_uptime_ms(void)
{
  uint64_t ticks = hf_uptime_ticks();
  return ticks / configTICK_RATE_HZ * 1000u + ticks % configTICK_RATE_HZ * 1000u / configTICK_RATE_HZ;
}

BaseType_t xTaskIncrementTick(void)
{
  sched_tick();
  return pdFALSE;
}

void vTaskStepTick(TickType_t ticks)
{
  traceINCREASE_TICK_COUNT(ticks);
  sched_pass(ticks);
}

BaseType_t xTaskCatchUpTicks(TickType_t ticks)
{
  vTaskSuspendAll();
  sched_pass(ticks);
  return xTaskResumeAll();
}

/* --- looked at --- */

TaskHandle_t xTaskGetCurrentTaskHandle(void)
{
  return sched.current;
}

TaskHandle_t xTaskGetIdleTaskHandle(void)
{
  configASSERT(sched.idle != NULL);
  return sched.idle;
}

UBaseType_t uxTaskGetNumberOfTasks(void)
{
  return sched.tasks;
}

char *pcTaskGetName(TaskHandle_t task)
{
  return task_or_self(task)->name;
}

eTaskState eTaskGetState(TaskHandle_t task)
{
  configASSERT(task != NULL);
  if (task == sched.current) return eRunning;
  switch ((enum task_state)task->state) {
  case TASK_READY: return eReady;
  case TASK_DELAYED: /* fall through */
  case TASK_PARKED: return eBlocked;
  case TASK_SUSPENDED: return eSuspended;
  case TASK_DELETED: break;
  }
  return eDeleted;
}

/* Words of the stack that still hold the fill. */
static size_t unused_words(const StackType_t *stack)
{
  const uint8_t *byte = (const uint8_t *)stack;
  size_t unused = 0;
  while (byte[unused] == PORT_STACK_FILL) unused++;
  return unused / sizeof(StackType_t);
}

UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t task)
{
  return (UBaseType_t)unused_words(task_or_self(task)->stack);
}

configSTACK_DEPTH_TYPE uxTaskGetStackHighWaterMark2(TaskHandle_t task)
{
  return (configSTACK_DEPTH_TYPE)unused_words(task_or_self(task)->stack);
}

#if configSUPPORT_STATIC_ALLOCATION == 1
BaseType_t xTaskGetStaticBuffers(TaskHandle_t handle, StackType_t **stack, StaticTask_t **memory)
{
  struct tskTaskControlBlock *task = task_or_self(handle);
  configASSERT(stack != NULL && memory != NULL);
  if ((task->flags & TASK_ALLOCATED_STACK) != 0) return pdFALSE;
  *stack = task->stack;
  *memory = (task->flags & TASK_ALLOCATED_SELF) != 0 ? NULL : task;
  return pdTRUE;
}
#endif

/* --- what belongs to a task --- */

#if configUSE_APPLICATION_TASK_TAG == 1
void vTaskSetApplicationTaskTag(TaskHandle_t task, TaskHookFunction_t tag)
{
  uint32_t before = port_mask();
  task_or_self(task)->tag = tag;
  port_unmask(before);
}

TaskHookFunction_t xTaskGetApplicationTaskTag(TaskHandle_t task)
{
  return task_or_self(task)->tag;
}

TaskHookFunction_t xTaskGetApplicationTaskTagFromISR(TaskHandle_t task)
{
  return task_or_self(task)->tag;
}

BaseType_t xTaskCallApplicationTaskHook(TaskHandle_t task, void *parameter)
{
  TaskHookFunction_t tag = task_or_self(task)->tag;
  return tag != NULL ? tag(parameter) : pdFAIL;
}
#endif

#if configNUM_THREAD_LOCAL_STORAGE_POINTERS > 0
void vTaskSetThreadLocalStoragePointer(TaskHandle_t task, BaseType_t index, void *value)
{
  configASSERT(index >= 0 && index < configNUM_THREAD_LOCAL_STORAGE_POINTERS);
  if (index < 0 || index >= configNUM_THREAD_LOCAL_STORAGE_POINTERS) return;
  task_or_self(task)->local_storage[index] = value;
}

void *pvTaskGetThreadLocalStoragePointer(TaskHandle_t task, BaseType_t index)
{
  if (index < 0 || index >= configNUM_THREAD_LOCAL_STORAGE_POINTERS) return NULL;
  return task_or_self(task)->local_storage[index];
}
#endif

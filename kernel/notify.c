/* Task notifications (task.h): a value and a state per task and index, no object in between. */
#include "kernel.h"
#include "scheduler.h"

#if configUSE_TASK_NOTIFICATIONS == 1

/* notify_state[]; the order of the two others does not matter. */
#define NOT_WAITING 0u
#define WAITING 1u
#define RECEIVED 2u

#define INDEX_IS_GOOD(index) ((index) < configTASK_NOTIFICATION_ARRAY_ENTRIES)

/* --- waiting --- */

/* Masked by the caller; interrupts are open while the running task waits. */
static __attribute__((noinline)) void wait_for_notification(struct tskTaskControlBlock *task, UBaseType_t index,
                                                            TickType_t ticks, uint32_t before)
{
  configASSERT(sched_may_block(before));
  task->notify_state[index] = WAITING;
  sched_block(ticks, INCLUDE_vTaskSuspend == 1);
  port_unmask(before);
  port_sync();
  port_mask_again();
  task->flags &= (uint8_t)~TASK_ABORTED;
}

uint32_t ulTaskGenericNotifyTake(UBaseType_t index, BaseType_t clear, TickType_t ticks)
{
  configASSERT(INDEX_IS_GOOD(index));
  kernel_check_task();
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = sched.current;
  if (task->notify_value[index] == 0 && ticks > 0) {
    traceTASK_NOTIFY_TAKE_BLOCK(index);
    wait_for_notification(task, index, ticks, before);
  }
  traceTASK_NOTIFY_TAKE(index);
  uint32_t value = task->notify_value[index];
  if (value != 0) task->notify_value[index] = clear != pdFALSE ? 0 : value - 1u;
  task->notify_state[index] = NOT_WAITING;
  port_unmask(before);
  return value;
}

BaseType_t xTaskGenericNotifyWait(UBaseType_t index, uint32_t clear_first, uint32_t clear_last, uint32_t *value,
                                  TickType_t ticks)
{
  configASSERT(INDEX_IS_GOOD(index));
  kernel_check_task();
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = sched.current;
  if (task->notify_state[index] != RECEIVED) {
    task->notify_value[index] &= ~clear_first;
    if (ticks > 0) {
      traceTASK_NOTIFY_WAIT_BLOCK(index);
      wait_for_notification(task, index, ticks, before);
    }
  }
  traceTASK_NOTIFY_WAIT(index);
  if (value != NULL) *value = task->notify_value[index];
  BaseType_t received = pdFALSE;
  if (task->notify_state[index] == RECEIVED) {
    task->notify_value[index] &= ~clear_last;
    received = pdTRUE;
  }
  task->notify_state[index] = NOT_WAITING;
  port_unmask(before);
  return received;
}

/* --- notifying --- */

/* Masked. True: the task was waiting and is ready now, and it is more urgent than the running one. */
static inline bool receive(struct tskTaskControlBlock *task, UBaseType_t index)
{
  uint8_t was = task->notify_state[index];
  task->notify_state[index] = RECEIVED;
  /* After a time-out it is ready already, though it does not know yet; and it may have been suspended meanwhile. */
  return was == WAITING && sched_is_blocked(task) && sched_ready(task);
}

/* Masked. pdFAIL: eSetValueWithoutOverwrite, and there is one that was not received. */
static BaseType_t change_value(struct tskTaskControlBlock *task, UBaseType_t index, uint32_t value,
                               eNotifyAction action)
{
  switch (action) {
  case eNoAction: break;
  case eSetBits: task->notify_value[index] |= value; break;
  case eIncrement: task->notify_value[index]++; break;
  case eSetValueWithOverwrite: task->notify_value[index] = value; break;
  case eSetValueWithoutOverwrite:
    if (task->notify_state[index] == RECEIVED) return pdFAIL;
    task->notify_value[index] = value;
    break;
  }
  return pdPASS;
}

static BaseType_t notify(struct tskTaskControlBlock *task, UBaseType_t index, uint32_t value, eNotifyAction action,
                         uint32_t *previous, BaseType_t *woken)
{
  configASSERT(task != NULL && INDEX_IS_GOOD(index));
  uint32_t before = port_mask();
  if (previous != NULL) *previous = task->notify_value[index];
  BaseType_t done = change_value(task, index, value, action);
  if (receive(task, index) && woken != NULL) *woken = pdTRUE;
  port_unmask(before);
  return done;
}

BaseType_t xTaskGenericNotify(TaskHandle_t task, UBaseType_t index, uint32_t value, eNotifyAction action,
                              uint32_t *previous)
{
  kernel_check_task();
  traceTASK_NOTIFY(index);
  return notify(task, index, value, action, previous, NULL);
}

BaseType_t xTaskGenericNotifyFromISR(TaskHandle_t task, UBaseType_t index, uint32_t value, eNotifyAction action,
                                     uint32_t *previous, BaseType_t *woken)
{
  kernel_check_interrupt();
  traceTASK_NOTIFY_FROM_ISR(index);
  return notify(task, index, value, action, previous, woken);
}

void vTaskGenericNotifyGiveFromISR(TaskHandle_t task, UBaseType_t index, BaseType_t *woken)
{
  configASSERT(task != NULL && INDEX_IS_GOOD(index));
  kernel_check_interrupt();
  traceTASK_NOTIFY_GIVE_FROM_ISR(index);
  uint32_t before = port_mask();
  task->notify_value[index]++;
  if (receive(task, index) && woken != NULL) *woken = pdTRUE;
  port_unmask(before);
}

/* --- clearing --- */

BaseType_t xTaskGenericNotifyStateClear(TaskHandle_t handle, UBaseType_t index)
{
  configASSERT(INDEX_IS_GOOD(index));
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = handle != NULL ? handle : sched.current;
  bool received = task->notify_state[index] == RECEIVED;
  if (received) task->notify_state[index] = NOT_WAITING;
  port_unmask(before);
  return received ? pdPASS : pdFAIL;
}

uint32_t ulTaskGenericNotifyValueClear(TaskHandle_t handle, UBaseType_t index, uint32_t bits)
{
  configASSERT(INDEX_IS_GOOD(index));
  uint32_t before = port_mask();
  struct tskTaskControlBlock *task = handle != NULL ? handle : sched.current;
  uint32_t value = task->notify_value[index];
  task->notify_value[index] = value & ~bits;
  port_unmask(before);
  return value;
}

#endif

/* What can be known about all tasks: by name, as structures, as text (task.h). The scheduler is suspended meanwhile, so no task
 * comes or goes; interrupts stay open, so states may change between one line and the next. */
#include "FreeRTOS.h"
#include "kernel.h"
#include "scheduler.h"

static bool same_name(const char *a, const char *b)
{
  for (uint32_t i = 0; i < configMAX_TASK_NAME_LEN - 1u; i++) {
    if (a[i] != b[i]) return false;
    if (a[i] == '\0') return true;
  }
  return true;
}

TaskHandle_t xTaskGetHandle(const char *name)
{
  configASSERT(name != NULL);
  vTaskSuspendAll();
  struct tskTaskControlBlock *task = sched.all;
  while (task != NULL && !same_name(task->name, name)) task = task->next_task;
  (void)xTaskResumeAll();
  return task;
}

#if configGENERATE_RUN_TIME_STATS == 1

static configRUN_TIME_COUNTER_TYPE percent_of_all(configRUN_TIME_COUNTER_TYPE run_time)
{
  configRUN_TIME_COUNTER_TYPE whole = portGET_RUN_TIME_COUNTER_VALUE() / 100u;
  return whole != 0 ? run_time / whole : 0;
}

configRUN_TIME_COUNTER_TYPE ulTaskGetRunTimeCounter(const TaskHandle_t task)
{
  return (task != NULL ? task : sched.current)->run_time;
}

configRUN_TIME_COUNTER_TYPE ulTaskGetRunTimePercent(const TaskHandle_t task)
{
  return percent_of_all(ulTaskGetRunTimeCounter(task));
}

configRUN_TIME_COUNTER_TYPE ulTaskGetIdleRunTimeCounter(void)
{
  return sched.idle->run_time;
}

configRUN_TIME_COUNTER_TYPE ulTaskGetIdleRunTimePercent(void)
{
  return percent_of_all(sched.idle->run_time);
}

#endif

#if configUSE_TRACE_FACILITY == 1

void vTaskGetInfo(TaskHandle_t handle, TaskStatus_t *status, BaseType_t with_stack, eTaskState state)
{
  struct tskTaskControlBlock *task = handle != NULL ? handle : sched.current;
  configASSERT(status != NULL);
  *status = (TaskStatus_t)
  {
    .xHandle = task, .pcTaskName = task->name, .xTaskNumber = task->number,
    .eCurrentState = state != eInvalid ? state : eTaskGetState(task), .uxCurrentPriority = task->priority,
    .uxBasePriority = task->base_priority,
#if configGENERATE_RUN_TIME_STATS == 1
    .ulRunTimeCounter = task->run_time,
#endif
    .pxStackBase = task->stack,
#if configRECORD_STACK_HIGH_ADDRESS == 1
    .pxTopOfStack = task->top, .pxEndOfStack = task->stack_end,
#endif
    .usStackHighWaterMark = with_stack != pdFALSE ? uxTaskGetStackHighWaterMark2(task) : 0,
  };
}

UBaseType_t uxTaskGetSystemState(TaskStatus_t *const status, const UBaseType_t most,
                                 configRUN_TIME_COUNTER_TYPE *const total)
{
  UBaseType_t filled = 0;
  vTaskSuspendAll();
  if (most >= sched.tasks) {
    for (struct tskTaskControlBlock *task = sched.all; task != NULL; task = task->next_task) {
      vTaskGetInfo(task, &status[filled], pdTRUE, eInvalid);
      filled++;
    }
    if (total != NULL) {
#if configGENERATE_RUN_TIME_STATS == 1
      *total = portGET_RUN_TIME_COUNTER_VALUE();
#else
      *total = 0;
#endif
    }
  }
  (void)xTaskResumeAll();
  return filled;
}

UBaseType_t uxTaskGetTaskNumber(TaskHandle_t task)
{
  return task != NULL ? task->task_number : 0;
}

void vTaskSetTaskNumber(TaskHandle_t task, const UBaseType_t number)
{
  if (task != NULL) task->task_number = number;
}

#endif

#if configUSE_STATS_FORMATTING_FUNCTIONS > 0

/* Text in a buffer: what does not fit is cut off, and there is always a terminator. */
struct text {
  char *at;
  size_t room; /* the terminator's is kept apart */
};

static void put_char(struct text *text, char c)
{
  if (text->room == 0) return;
  *text->at++ = c;
  text->room--;
}

static void put_text(struct text *text, const char *string)
{
  while (*string != '\0') put_char(text, *string++);
}

static void put_number(struct text *text, configRUN_TIME_COUNTER_TYPE number)
{
  char digits[20];
  uint32_t first = sizeof digits;
  do {
    digits[--first] = (char)('0' + number % 10u);
    number /= 10u;
  } while (number != 0);
  while (first < sizeof digits) put_char(text, digits[first++]);
}

static void put_name(struct text *text, const char *name)
{
  uint32_t length = 0;
  while (name[length] != '\0') put_char(text, name[length++]);
  for (; length < configMAX_TASK_NAME_LEN - 1u; length++) put_char(text, ' ');
}

/* One line per task by `line`. */
static void put_table(char *buffer, size_t bytes, void (*line)(struct text *, struct tskTaskControlBlock *))
{
  configASSERT(buffer != NULL && bytes > 0);
  if (buffer == NULL || bytes == 0) return;
  struct text text = {buffer, bytes - 1u};
  vTaskSuspendAll();
  for (struct tskTaskControlBlock *task = sched.all; task != NULL; task = task->next_task) {
    put_name(&text, task->name);
    line(&text, task);
    put_text(&text, "\r\n");
  }
  (void)xTaskResumeAll();
  *text.at = '\0';
}

#if configUSE_TRACE_FACILITY == 1
static void state_line(struct text *text, struct tskTaskControlBlock *task)
{
  static const char letters[] = {
    [eRunning] = 'X', [eReady] = 'R', [eBlocked] = 'B', [eSuspended] = 'S', [eDeleted] = 'D'};
  put_char(text, '\t');
  put_char(text, letters[eTaskGetState(task)]);
  put_char(text, '\t');
  put_number(text, task->priority);
  put_char(text, '\t');
  put_number(text, (configRUN_TIME_COUNTER_TYPE)uxTaskGetStackHighWaterMark(task));
  put_char(text, '\t');
  put_number(text, (configRUN_TIME_COUNTER_TYPE)task->number);
}

void vTaskListTasks(char *buffer, size_t bytes)
{
  put_table(buffer, bytes, state_line);
}
#endif

#if configGENERATE_RUN_TIME_STATS == 1
static void run_time_line(struct text *text, struct tskTaskControlBlock *task)
{
  configRUN_TIME_COUNTER_TYPE percent = percent_of_all(task->run_time);
  put_char(text, '\t');
  put_number(text, task->run_time);
  put_text(text, "\t\t");
  if (percent == 0) put_char(text, '<');
  put_number(text, percent == 0 ? 1u : percent);
  put_char(text, '%');
}

void vTaskGetRunTimeStatistics(char *buffer, size_t bytes)
{
  put_table(buffer, bytes, run_time_line);
}
#endif

#endif

/* Tasks: creation, priorities, delays, notifications, critical sections, and what can be asked about them.
 *
 *   static void blink(void *parameter)
 *   {
 *     TickType_t woken_at = xTaskGetTickCount();
 *     for (;;) {
 *       led_toggle();
 *       vTaskDelayUntil(&woken_at, pdMS_TO_TICKS(500));
 *     }
 *   }
 *   ...
 *   if (xTaskCreate(blink, "blink", 256, NULL, tskIDLE_PRIORITY + 1, NULL) != pdPASS) out_of_memory();
 *   vTaskStartScheduler();
 *
 * A TaskHandle_t argument may be NULL for the calling task where that is said ("NULL: the caller").
 */
#ifndef INC_TASK_H
#define INC_TASK_H

#include "FreeRTOS.h"

#include "list.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of the API, not of any other kernel's code. */
#define tskKERNEL_VERSION_NUMBER "V11.1.0"
#define tskKERNEL_VERSION_MAJOR 11
#define tskKERNEL_VERSION_MINOR 1
#define tskKERNEL_VERSION_BUILD 0

#define tskIDLE_PRIORITY ((UBaseType_t)0U)
#define tskNO_AFFINITY ((UBaseType_t)-1)
#define tskDEFAULT_INDEX_TO_NOTIFY (0)

typedef enum {
  eRunning = 0,
  eReady,
  eBlocked,
  eSuspended, /* by vTaskSuspend(); waits without end are eBlocked */
  eDeleted,
  eInvalid
} eTaskState;

/* What a notification does to the value of the task it goes to. */
typedef enum {
  eNoAction = 0,            /* leaves the value */
  eSetBits,                 /* value |= ulValue */
  eIncrement,               /* value += 1 */
  eSetValueWithOverwrite,   /* value = ulValue */
  eSetValueWithoutOverwrite /* the same, but fails when a notification is pending */
} eNotifyAction;

/* May the tick be stopped? Answer of eTaskConfirmSleepModeStatus(). */
typedef enum {
  eAbortSleep = 0,       /* no: a task became ready */
  eStandardSleep,        /* for the expected time at most */
  eNoTasksWaitingTimeout /* for as long as no interrupt comes: nothing has a time-out */
} eSleepModeStatus;

/* A running time-out; vTaskSetTimeOutState(). */
typedef struct xTIME_OUT {
  BaseType_t xOverflowCount;  /* wraps of the tick count before it began */
  TickType_t xTimeOnEntering; /* tick count when it began */
} TimeOut_t;

/* One task in the answer of uxTaskGetSystemState() and vTaskGetInfo(). */
typedef struct xTASK_STATUS {
  TaskHandle_t xHandle;
  const char *pcTaskName;  /* in the task: valid until it is deleted */
  UBaseType_t xTaskNumber; /* unique, by order of creation */
  eTaskState eCurrentState;
  UBaseType_t uxCurrentPriority;                /* with inheritance */
  UBaseType_t uxBasePriority;                   /* without */
  configRUN_TIME_COUNTER_TYPE ulRunTimeCounter; /* 0 without configGENERATE_RUN_TIME_STATS */
  StackType_t *pxStackBase;                     /* lowest address of the stack */
#if (portSTACK_GROWTH > 0) || (configRECORD_STACK_HIGH_ADDRESS == 1)
  StackType_t *pxTopOfStack;
  StackType_t *pxEndOfStack;
#endif
  configSTACK_DEPTH_TYPE usStackHighWaterMark; /* words never used; 0 when not asked for */
} TaskStatus_t;

/* ---- The scheduler, critical sections, yielding. ---- */

/* Creates the idle and timer tasks and runs the most urgent task. On a device returns only when those two could not
 * be created; on the host also after vTaskEndScheduler(). */
void vTaskStartScheduler(void);

/* Stops the tick and all tasks; vTaskStartScheduler() returns. Host only: on a device nothing is left to return to. */
void vTaskEndScheduler(void);

/* No other task runs until the matching xTaskResumeAll(); interrupts do. Nests. Meanwhile the caller must not block. */
void vTaskSuspendAll(void);

/* pdTRUE: a more urgent task had become ready and has run by now. pdFALSE: no switch, or still suspended by an outer
 * vTaskSuspendAll(). */
BaseType_t xTaskResumeAll(void);

/* taskSCHEDULER_NOT_STARTED | taskSCHEDULER_RUNNING | taskSCHEDULER_SUSPENDED. Any context. */
BaseType_t xTaskGetSchedulerState(void);
#define taskSCHEDULER_SUSPENDED ((BaseType_t)0)
#define taskSCHEDULER_NOT_STARTED ((BaseType_t)1)
#define taskSCHEDULER_RUNNING ((BaseType_t)2)

/* Lets other ready tasks of the same priority run first. */
#define taskYIELD() portYIELD()

/* Between these nothing else runs, up to interrupts of configMAX_SYSCALL_INTERRUPT_PRIORITY; they nest. Keep it
 * short. The only calls allowed between are those ending in FromISR. The FromISR pair is for interrupts: the first
 * returns a UBaseType_t which the second takes. */
#define taskENTER_CRITICAL() portENTER_CRITICAL()
#define taskEXIT_CRITICAL() portEXIT_CRITICAL()
#define taskENTER_CRITICAL_FROM_ISR() portSET_INTERRUPT_MASK_FROM_ISR()
#define taskEXIT_CRITICAL_FROM_ISR(saved) portCLEAR_INTERRUPT_MASK_FROM_ISR(saved)

/* The same without nesting. Prefer the pairs above. */
#define taskDISABLE_INTERRUPTS() portDISABLE_INTERRUPTS()
#define taskENABLE_INTERRUPTS() portENABLE_INTERRUPTS()

/* ---- Creation and deletion. ---- */

/* Creates a task from the heap; it is ready at once, and runs at once when more urgent than the caller. Also before the
 * scheduler starts. uxStackDepth: words. pcName: copied and cut to configMAX_TASK_NAME_LEN, may be NULL. uxPriority:
 * cut to configMAX_PRIORITIES - 1. pxCreatedTask: receives the handle before the task runs; may be NULL.
 * pdPASS | errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY, also when the depth in bytes does not fit a size_t. */
BaseType_t xTaskCreate(TaskFunction_t pxTaskCode, const char *const pcName, const configSTACK_DEPTH_TYPE uxStackDepth,
                       void *const pvParameters, UBaseType_t uxPriority, TaskHandle_t *const pxCreatedTask);

/* The same in the caller's memory, which stays the task's until it is deleted. puxStackBuffer: uxStackDepth words.
 * Returns the handle; NULL when a buffer is NULL, or the stack smaller than the port's PORT_STACK_WORDS_MIN words (armv8m: 40;
 * xTaskCreate() then answers as for no memory). */
TaskHandle_t xTaskCreateStatic(TaskFunction_t pxTaskCode, const char *const pcName,
                               const configSTACK_DEPTH_TYPE uxStackDepth, void *const pvParameters,
                               UBaseType_t uxPriority, StackType_t *const puxStackBuffer,
                               StaticTask_t *const pxTaskBuffer);

/* Ends a task. NULL: the caller, and then it does not return; the idle task frees the memory later, so it must get to
 * run. What the task held (memory, mutexes) is not given back. */
void vTaskDelete(TaskHandle_t xTaskToDelete);

/* The memory given to xTaskCreateStatic(). xTask: NULL: the caller. pdFALSE, and nothing stored: it came from the
 * heap. */
BaseType_t xTaskGetStaticBuffers(TaskHandle_t xTask, StackType_t **ppuxStackBuffer, StaticTask_t **ppxTaskBuffer);

/* ---- Delays. ---- */

/* Blocks for xTicksToDelay ticks, of which the first is already under way. 0 yields. */
void vTaskDelay(const TickType_t xTicksToDelay);

/* Blocks until *pxPreviousWakeTime + xTimeIncrement and stores that there: wake-ups do not drift. Set
 * *pxPreviousWakeTime to xTaskGetTickCount() before the first call. xTimeIncrement: more than 0.
 * pdTRUE: it did block. pdFALSE: that time had passed. vTaskDelayUntil() is the same without result. */
BaseType_t xTaskDelayUntil(TickType_t *const pxPreviousWakeTime, const TickType_t xTimeIncrement);
#define vTaskDelayUntil(pxPreviousWakeTime, xTimeIncrement)        \
  do {                                                             \
    (void)xTaskDelayUntil((pxPreviousWakeTime), (xTimeIncrement)); \
  } while (0)

/* Ends a task's wait early, whatever it waits for: there it looks like a time-out.
 * pdPASS | pdFAIL: it is not blocked. */
BaseType_t xTaskAbortDelay(TaskHandle_t xTask);

/* ---- Suspension. ---- */

/* The task does not run until resumed; suspending twice is the same as once. NULL: the caller. A wait under way is
 * broken off: once resumed, waits for queues and semaphores go on for what is left of their time, others end as by
 * time-out. */
void vTaskSuspend(TaskHandle_t xTaskToSuspend);

/* Makes a task suspended by vTaskSuspend() ready. Nothing happens to one that is not. */
void vTaskResume(TaskHandle_t xTaskToResume);

/* The same from an interrupt. pdTRUE: a switch should follow: portYIELD_FROM_ISR(pdTRUE). */
BaseType_t xTaskResumeFromISR(TaskHandle_t xTaskToResume);

/* ---- Priorities. NULL: the caller. ---- */

/* The priority it runs at now, with inheritance. */
UBaseType_t uxTaskPriorityGet(const TaskHandle_t xTask);
UBaseType_t uxTaskPriorityGetFromISR(const TaskHandle_t xTask);

/* The priority it was given, without inheritance. */
UBaseType_t uxTaskBasePriorityGet(const TaskHandle_t xTask);
UBaseType_t uxTaskBasePriorityGetFromISR(const TaskHandle_t xTask);

/* Gives it another, at most configMAX_PRIORITIES - 1 (greater is cut). An inherited higher one lasts until its mutexes
 * are given. */
void vTaskPrioritySet(TaskHandle_t xTask, UBaseType_t uxNewPriority);

/* ---- What can be asked. ---- */

/* The running task. Any context. NULL: none yet. */
TaskHandle_t xTaskGetCurrentTaskHandle(void);

/* Not before the scheduler started. */
TaskHandle_t xTaskGetIdleTaskHandle(void);

/* The task of that name, shorter than configMAX_TASK_NAME_LEN. Walks all tasks with the scheduler suspended.
 * NULL: none. */
TaskHandle_t xTaskGetHandle(const char *pcNameToQuery);

/* The name, in the task. NULL: the caller. */
char *pcTaskGetName(TaskHandle_t xTaskToQuery);

/* Its state now; not NULL. */
eTaskState eTaskGetState(TaskHandle_t xTask);

/* All tasks: ready, running, blocked, suspended, and deleted ones not yet freed. */
UBaseType_t uxTaskGetNumberOfTasks(void);

/* Words of the stack that were never used. NULL: the caller. Takes time in proportion. The second differs only in the
 * type of its result where that matters. */
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask);
configSTACK_DEPTH_TYPE uxTaskGetStackHighWaterMark2(TaskHandle_t xTask);

/* Everything about one task. xTask: NULL: the caller. xGetFreeStackSpace: pdFALSE saves the search for the high-water
 * mark. eState: the state if known, eInvalid to have it found out. Needs configUSE_TRACE_FACILITY, as do the next. */
void vTaskGetInfo(TaskHandle_t xTask, TaskStatus_t *pxTaskStatus, BaseType_t xGetFreeStackSpace, eTaskState eState);

/* Everything about all tasks. uxArraySize: entries that fit. pulTotalRunTime: receives the run-time clock, may be NULL.
 * Returns the number of entries filled; 0: the array is too small. Scheduler suspended meanwhile. */
UBaseType_t uxTaskGetSystemState(TaskStatus_t *const pxTaskStatusArray, const UBaseType_t uxArraySize,
                                 configRUN_TIME_COUNTER_TYPE *const pulTotalRunTime);

/* Tables as text, a line per task: name, state (X running, B, R, S, D), priority, unused stack, number; and name, run
 * time, percent. uxBufferLength: bytes of pcWriteBuffer; the text is cut to fit, always terminated. They may use
 * the heap meanwhile. */
void vTaskListTasks(char *pcWriteBuffer, size_t uxBufferLength);
void vTaskGetRunTimeStatistics(char *pcWriteBuffer, size_t uxBufferLength);
#define vTaskList(pcWriteBuffer) vTaskListTasks((pcWriteBuffer), configSTATS_BUFFER_MAX_LENGTH)
#define vTaskGetRunTimeStats(pcWriteBuffer) vTaskGetRunTimeStatistics((pcWriteBuffer), configSTATS_BUFFER_MAX_LENGTH)

/* Time used by a task (NULL: the caller) or the idle task, in units of the run-time clock, and in percent of the time
 * since the start, rounded down. Needs configGENERATE_RUN_TIME_STATS. */
configRUN_TIME_COUNTER_TYPE ulTaskGetRunTimeCounter(const TaskHandle_t xTask);
configRUN_TIME_COUNTER_TYPE ulTaskGetRunTimePercent(const TaskHandle_t xTask);
configRUN_TIME_COUNTER_TYPE ulTaskGetIdleRunTimeCounter(void);
configRUN_TIME_COUNTER_TYPE ulTaskGetIdleRunTimePercent(void);

/* A number for the use of trace tools. xTask: NULL is allowed and answered with 0. */
UBaseType_t uxTaskGetTaskNumber(TaskHandle_t xTask);
void vTaskSetTaskNumber(TaskHandle_t xTask, const UBaseType_t uxHandle);

/* ---- What a task carries for others. NULL: the caller. ---- */

/* Pointer number xIndex, 0 to configNUM_THREAD_LOCAL_STORAGE_POINTERS - 1. Out of range: ignored, and NULL. */
void vTaskSetThreadLocalStoragePointer(TaskHandle_t xTaskToSet, BaseType_t xIndex, void *pvValue);
void *pvTaskGetThreadLocalStoragePointer(TaskHandle_t xTaskToQuery, BaseType_t xIndex);

/* A function, NULL at first. xTaskCallApplicationTaskHook() calls it: its result, or pdFAIL when there is none.
 * Needs configUSE_APPLICATION_TASK_TAG. */
void vTaskSetApplicationTaskTag(TaskHandle_t xTask, TaskHookFunction_t pxHookFunction);
TaskHookFunction_t xTaskGetApplicationTaskTag(TaskHandle_t xTask);
TaskHookFunction_t xTaskGetApplicationTaskTagFromISR(TaskHandle_t xTask);
BaseType_t xTaskCallApplicationTaskHook(TaskHandle_t xTask, void *pvParameter);

#if configUSE_POSIX_ERRNO == 1
/* errno of the running task. */
extern int FreeRTOS_errno;
#endif

/* ---- Time. ---- */

/* Ticks since the start; wraps at 2^32, so subtract, never compare. hf_uptime_ticks() of hf_kernel.h does not wrap. */
TickType_t xTaskGetTickCount(void);
TickType_t xTaskGetTickCountFromISR(void);

/* A wait in several steps: the first begins it. The second takes the time since then off *pxTicksToWait and begins
 * anew. pdTRUE: it is over, *pxTicksToWait is 0. pdFALSE: wait again for *pxTicksToWait. */
void vTaskSetTimeOutState(TimeOut_t *const pxTimeOut);
BaseType_t xTaskCheckForTimeOut(TimeOut_t *const pxTimeOut, TickType_t *const pxTicksToWait);

/* The first without its critical section, for callers that are in one. */
void vTaskInternalSetTimeOutState(TimeOut_t *const pxTimeOut);

/* Counts ticks that were missed while interrupts were masked for long, and wakes whom they wake. Not while the
 * scheduler is suspended. pdTRUE: there was a switch. */
BaseType_t xTaskCatchUpTicks(TickType_t xTicksToCatchUp);

/* ---- Notifications: a value and a pending flag in every task, for each index below
 * configTASK_NOTIFICATION_ARRAY_ENTRIES. The lightest way to signal one task. The names without Indexed use
 * index 0. The kernel itself uses none. ---- */

/* Notifies a task; see eNotifyAction. pdPASS | pdFAIL: eSetValueWithoutOverwrite found a notification pending.
 * AndQuery also stores the value from before in *pulPreviousNotificationValue. */
#define xTaskNotify(xTaskToNotify, ulValue, eAction) \
  xTaskGenericNotify((xTaskToNotify), (tskDEFAULT_INDEX_TO_NOTIFY), (ulValue), (eAction), NULL)
#define xTaskNotifyIndexed(xTaskToNotify, uxIndexToNotify, ulValue, eAction) \
  xTaskGenericNotify((xTaskToNotify), (uxIndexToNotify), (ulValue), (eAction), NULL)
#define xTaskNotifyAndQuery(xTaskToNotify, ulValue, eAction, pulPreviousNotifyValue) \
  xTaskGenericNotify((xTaskToNotify), (tskDEFAULT_INDEX_TO_NOTIFY), (ulValue), (eAction), (pulPreviousNotifyValue))
#define xTaskNotifyAndQueryIndexed(xTaskToNotify, uxIndexToNotify, ulValue, eAction, pulPreviousNotifyValue) \
  xTaskGenericNotify((xTaskToNotify), (uxIndexToNotify), (ulValue), (eAction), (pulPreviousNotifyValue))

/* The same from an interrupt. *pxHigherPriorityTaskWoken becomes pdTRUE when a switch should follow; may be NULL. */
#define xTaskNotifyFromISR(xTaskToNotify, ulValue, eAction, pxHigherPriorityTaskWoken)                 \
  xTaskGenericNotifyFromISR((xTaskToNotify), (tskDEFAULT_INDEX_TO_NOTIFY), (ulValue), (eAction), NULL, \
                            (pxHigherPriorityTaskWoken))
#define xTaskNotifyIndexedFromISR(xTaskToNotify, uxIndexToNotify, ulValue, eAction, pxHigherPriorityTaskWoken) \
  xTaskGenericNotifyFromISR((xTaskToNotify), (uxIndexToNotify), (ulValue), (eAction), NULL, (pxHigherPriorityTaskWoken))
#define xTaskNotifyAndQueryFromISR(xTaskToNotify, ulValue, eAction, pulPreviousNotificationValue, \
                                   pxHigherPriorityTaskWoken)                                     \
  xTaskGenericNotifyFromISR((xTaskToNotify), (tskDEFAULT_INDEX_TO_NOTIFY), (ulValue), (eAction),  \
                            (pulPreviousNotificationValue), (pxHigherPriorityTaskWoken))
#define xTaskNotifyAndQueryIndexedFromISR(xTaskToNotify, uxIndexToNotify, ulValue, eAction,                           \
                                          pulPreviousNotificationValue, pxHigherPriorityTaskWoken)                    \
  xTaskGenericNotifyFromISR((xTaskToNotify), (uxIndexToNotify), (ulValue), (eAction), (pulPreviousNotificationValue), \
                            (pxHigherPriorityTaskWoken))

/* Waits for a notification. The bits ulBitsToClearOnEntry are cleared first unless one is pending;
 * ulBitsToClearOnExit afterwards, if one came. *pulNotificationValue: the value before that; may be NULL.
 * pdTRUE: notified. pdFALSE: time-out. */
#define xTaskNotifyWait(ulBitsToClearOnEntry, ulBitsToClearOnExit, pulNotificationValue, xTicksToWait) \
  xTaskGenericNotifyWait(tskDEFAULT_INDEX_TO_NOTIFY, (ulBitsToClearOnEntry), (ulBitsToClearOnExit),    \
                         (pulNotificationValue), (xTicksToWait))
#define xTaskNotifyWaitIndexed(uxIndexToWaitOn, ulBitsToClearOnEntry, ulBitsToClearOnExit, pulNotificationValue,   \
                               xTicksToWait)                                                                       \
  xTaskGenericNotifyWait((uxIndexToWaitOn), (ulBitsToClearOnEntry), (ulBitsToClearOnExit), (pulNotificationValue), \
                         (xTicksToWait))

/* The value as a counting semaphore: Give adds one; pdPASS always. */
#define xTaskNotifyGive(xTaskToNotify) \
  xTaskGenericNotify((xTaskToNotify), (tskDEFAULT_INDEX_TO_NOTIFY), (0), eIncrement, NULL)
#define xTaskNotifyGiveIndexed(xTaskToNotify, uxIndexToNotify) \
  xTaskGenericNotify((xTaskToNotify), (uxIndexToNotify), (0), eIncrement, NULL)
#define vTaskNotifyGiveFromISR(xTaskToNotify, pxHigherPriorityTaskWoken) \
  vTaskGenericNotifyGiveFromISR((xTaskToNotify), (tskDEFAULT_INDEX_TO_NOTIFY), (pxHigherPriorityTaskWoken))
#define vTaskNotifyGiveIndexedFromISR(xTaskToNotify, uxIndexToNotify, pxHigherPriorityTaskWoken) \
  vTaskGenericNotifyGiveFromISR((xTaskToNotify), (uxIndexToNotify), (pxHigherPriorityTaskWoken))

/* Take waits until the value is not 0, returns it, and then makes it 0 (xClearCountOnExit pdTRUE: binary) or one less
 * (pdFALSE: counting). 0: time-out. */
#define ulTaskNotifyTake(xClearCountOnExit, xTicksToWait) \
  ulTaskGenericNotifyTake((tskDEFAULT_INDEX_TO_NOTIFY), (xClearCountOnExit), (xTicksToWait))
#define ulTaskNotifyTakeIndexed(uxIndexToWaitOn, xClearCountOnExit, xTicksToWait) \
  ulTaskGenericNotifyTake((uxIndexToWaitOn), (xClearCountOnExit), (xTicksToWait))

/* Takes back the pending flag, not the value. xTask: NULL: the caller. pdTRUE: one was pending. */
#define xTaskNotifyStateClear(xTask) xTaskGenericNotifyStateClear((xTask), (tskDEFAULT_INDEX_TO_NOTIFY))
#define xTaskNotifyStateClearIndexed(xTask, uxIndexToClear) xTaskGenericNotifyStateClear((xTask), (uxIndexToClear))

/* Clears bits of the value; returns the value before. xTask: NULL: the caller. */
#define ulTaskNotifyValueClear(xTask, ulBitsToClear) \
  ulTaskGenericNotifyValueClear((xTask), (tskDEFAULT_INDEX_TO_NOTIFY), (ulBitsToClear))
#define ulTaskNotifyValueClearIndexed(xTask, uxIndexToClear, ulBitsToClear) \
  ulTaskGenericNotifyValueClear((xTask), (uxIndexToClear), (ulBitsToClear))

/* What the macros above call. */
BaseType_t xTaskGenericNotify(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify, uint32_t ulValue,
                              eNotifyAction eAction, uint32_t *pulPreviousNotificationValue);
BaseType_t xTaskGenericNotifyFromISR(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify, uint32_t ulValue,
                                     eNotifyAction eAction, uint32_t *pulPreviousNotificationValue,
                                     BaseType_t *pxHigherPriorityTaskWoken);
BaseType_t xTaskGenericNotifyWait(UBaseType_t uxIndexToWaitOn, uint32_t ulBitsToClearOnEntry,
                                  uint32_t ulBitsToClearOnExit, uint32_t *pulNotificationValue,
                                  TickType_t xTicksToWait);
void vTaskGenericNotifyGiveFromISR(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify,
                                   BaseType_t *pxHigherPriorityTaskWoken);
uint32_t ulTaskGenericNotifyTake(UBaseType_t uxIndexToWaitOn, BaseType_t xClearCountOnExit, TickType_t xTicksToWait);
BaseType_t xTaskGenericNotifyStateClear(TaskHandle_t xTask, UBaseType_t uxIndexToClear);
uint32_t ulTaskGenericNotifyValueClear(TaskHandle_t xTask, UBaseType_t uxIndexToClear, uint32_t ulBitsToClear);

/* ---- Hooks: written by the application, called when the configuration says so. They must not block. ---- */

void vApplicationIdleHook(void);              /* idle task, again and again; configUSE_IDLE_HOOK */
void vApplicationTickHook(void);              /* tick interrupt: FromISR functions only; configUSE_TICK_HOOK */
void vApplicationMallocFailedHook(void);      /* in the task that asked; configUSE_MALLOC_FAILED_HOOK */
void vApplicationDaemonTaskStartupHook(void); /* timer task, once; may block; configUSE_DAEMON_TASK_STARTUP_HOOK */

/* A stack has overflowed: xTask is damaged, and maybe what lies below. configCHECK_FOR_STACK_OVERFLOW. From the switch
 * of tasks, interrupts masked. Should reset. */
void vApplicationStackOverflowHook(TaskHandle_t xTask, char *pcTaskName);

/* Memory of the two tasks of the kernel, with static allocation and configKERNEL_PROVIDED_STATIC_MEMORY 0. Store
 * buffers that last; sizes in words. */
void vApplicationGetIdleTaskMemory(StaticTask_t **ppxIdleTaskTCBBuffer, StackType_t **ppxIdleTaskStackBuffer,
                                   configSTACK_DEPTH_TYPE *puxIdleTaskStackSize);
void vApplicationGetTimerTaskMemory(StaticTask_t **ppxTimerTaskTCBBuffer, StackType_t **ppxTimerTaskStackBuffer,
                                    configSTACK_DEPTH_TYPE *puxTimerTaskStackSize);

/* ---- For ports and for tickless idle of the application. ---- */

/* Counts one tick, from the tick interrupt; asks for the switch itself if there is one, so that it is always pdFALSE. */
BaseType_t xTaskIncrementTick(void);

/* Chooses the task that is to run; interrupts masked, from the switch of tasks. */
void vTaskSwitchContext(void);

/* After sleep with the tick stopped: xTicksToJump ticks have passed. Scheduler suspended. */
void vTaskStepTick(TickType_t xTicksToJump);

/* The last question before sleep; interrupts masked, scheduler suspended. */
eSleepModeStatus eTaskConfirmSleepModeStatus(void);

#ifdef __cplusplus
}
#endif

#endif

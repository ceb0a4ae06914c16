/* Software timers: callbacks at a time, once or again and again, run by one task of the kernel (the timer task).
 *
 *   TimerHandle_t dim = xTimerCreate("dim", pdMS_TO_TICKS(30000), pdFALSE, NULL, dim_display);
 *   ...
 *   on_key: xTimerReset(dim, 0);
 *
 * Commands go to the timer task through a queue (configTIMER_QUEUE_LENGTH) and are done when it runs; times count from
 * when the command was given. Before the scheduler starts they are kept, as far as the queue has room. Callbacks must
 * not block. Handles must not be NULL.
 */
#ifndef TIMERS_H
#define TIMERS_H

#include "FreeRTOS.h"

#include "task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Commands, for xTimerGenericCommand...() and trace tools. */
#define tmrCOMMAND_EXECUTE_CALLBACK_FROM_ISR ((BaseType_t)-2)
#define tmrCOMMAND_EXECUTE_CALLBACK ((BaseType_t)-1)
#define tmrCOMMAND_START_DONT_TRACE ((BaseType_t)0)
#define tmrCOMMAND_START ((BaseType_t)1)
#define tmrCOMMAND_RESET ((BaseType_t)2)
#define tmrCOMMAND_STOP ((BaseType_t)3)
#define tmrCOMMAND_CHANGE_PERIOD ((BaseType_t)4)
#define tmrCOMMAND_DELETE ((BaseType_t)5)
#define tmrFIRST_FROM_ISR_COMMAND ((BaseType_t)6)
#define tmrCOMMAND_START_FROM_ISR ((BaseType_t)6)
#define tmrCOMMAND_RESET_FROM_ISR ((BaseType_t)7)
#define tmrCOMMAND_STOP_FROM_ISR ((BaseType_t)8)
#define tmrCOMMAND_CHANGE_PERIOD_FROM_ISR ((BaseType_t)9)

/* ---- Creation. ---- */

/* A timer, not running yet. pcTimerName: kept, not copied; may be NULL. xTimerPeriodInTicks: more than 0.
 * xAutoReload: pdTRUE: again and again. pvTimerID: anything, for the callback. NULL: no memory. */
TimerHandle_t xTimerCreate(const char *const pcTimerName, const TickType_t xTimerPeriodInTicks,
                           const BaseType_t xAutoReload, void *const pvTimerID,
                           TimerCallbackFunction_t pxCallbackFunction);

/* The same in the caller's memory, which stays the timer's until its deletion is done. */
TimerHandle_t xTimerCreateStatic(const char *const pcTimerName, const TickType_t xTimerPeriodInTicks,
                                 const BaseType_t xAutoReload, void *const pvTimerID,
                                 TimerCallbackFunction_t pxCallbackFunction, StaticTimer_t *pxTimerBuffer);

/* The memory given to xTimerCreateStatic(). pdFALSE, and nothing stored: it came from the heap. */
BaseType_t xTimerGetStaticBuffer(TimerHandle_t xTimer, StaticTimer_t **ppxTimerBuffer);

/* ---- Commands. pdPASS | pdFAIL: the queue was full for xTicksToWait (0 is used before the scheduler runs). ---- */

/* Starts, or starts over: it expires one period from now. */
#define xTimerStart(xTimer, xTicksToWait) \
  xTimerGenericCommandFromTask((xTimer), tmrCOMMAND_START, (xTaskGetTickCount()), NULL, (xTicksToWait))
#define xTimerReset(xTimer, xTicksToWait) \
  xTimerGenericCommandFromTask((xTimer), tmrCOMMAND_RESET, (xTaskGetTickCount()), NULL, (xTicksToWait))
#define xTimerStop(xTimer, xTicksToWait) \
  xTimerGenericCommandFromTask((xTimer), tmrCOMMAND_STOP, 0U, NULL, (xTicksToWait))

/* Starts over with another period, more than 0, whether it ran or not. */
#define xTimerChangePeriod(xTimer, xNewPeriod, xTicksToWait) \
  xTimerGenericCommandFromTask((xTimer), tmrCOMMAND_CHANGE_PERIOD, (xNewPeriod), NULL, (xTicksToWait))

/* The handle must not be used any more. */
#define xTimerDelete(xTimer, xTicksToWait) \
  xTimerGenericCommandFromTask((xTimer), tmrCOMMAND_DELETE, 0U, NULL, (xTicksToWait))

/* From interrupts. *pxHigherPriorityTaskWoken becomes pdTRUE when a switch should follow; may be NULL. */
#define xTimerStartFromISR(xTimer, pxHigherPriorityTaskWoken)                                    \
  xTimerGenericCommandFromISR((xTimer), tmrCOMMAND_START_FROM_ISR, (xTaskGetTickCountFromISR()), \
                              (pxHigherPriorityTaskWoken), 0U)
#define xTimerResetFromISR(xTimer, pxHigherPriorityTaskWoken)                                    \
  xTimerGenericCommandFromISR((xTimer), tmrCOMMAND_RESET_FROM_ISR, (xTaskGetTickCountFromISR()), \
                              (pxHigherPriorityTaskWoken), 0U)
#define xTimerStopFromISR(xTimer, pxHigherPriorityTaskWoken) \
  xTimerGenericCommandFromISR((xTimer), tmrCOMMAND_STOP_FROM_ISR, 0, (pxHigherPriorityTaskWoken), 0U)
#define xTimerChangePeriodFromISR(xTimer, xNewPeriod, pxHigherPriorityTaskWoken)                                      \
  xTimerGenericCommandFromISR((xTimer), tmrCOMMAND_CHANGE_PERIOD_FROM_ISR, (xNewPeriod), (pxHigherPriorityTaskWoken), \
                              0U)

/* What the macros above call. xOptionalValue: the time now, or the new period. */
BaseType_t xTimerGenericCommandFromTask(TimerHandle_t xTimer, const BaseType_t xCommandID,
                                        const TickType_t xOptionalValue, BaseType_t *const pxHigherPriorityTaskWoken,
                                        const TickType_t xTicksToWait);
BaseType_t xTimerGenericCommandFromISR(TimerHandle_t xTimer, const BaseType_t xCommandID,
                                       const TickType_t xOptionalValue, BaseType_t *const pxHigherPriorityTaskWoken,
                                       const TickType_t xTicksToWait);
#define xTimerGenericCommand(xTimer, xCommandID, xOptionalValue, pxHigherPriorityTaskWoken, xTicksToWait)  \
  ((xCommandID) < tmrFIRST_FROM_ISR_COMMAND                                                                \
     ? xTimerGenericCommandFromTask((xTimer), (xCommandID), (xOptionalValue), (pxHigherPriorityTaskWoken), \
                                    (xTicksToWait))                                                        \
     : xTimerGenericCommandFromISR((xTimer), (xCommandID), (xOptionalValue), (pxHigherPriorityTaskWoken),  \
                                   (xTicksToWait)))

/* ---- Functions run by the timer task, in the order of commands. Needs INCLUDE_xTimerPendFunctionCall. ---- */

/* xFunctionToPend(pvParameter1, ulParameter2). pdPASS | pdFAIL: the queue was full. */
BaseType_t xTimerPendFunctionCall(PendedFunction_t xFunctionToPend, void *pvParameter1, uint32_t ulParameter2,
                                  TickType_t xTicksToWait);
BaseType_t xTimerPendFunctionCallFromISR(PendedFunction_t xFunctionToPend, void *pvParameter1, uint32_t ulParameter2,
                                         BaseType_t *pxHigherPriorityTaskWoken);

/* ---- What can be asked and set directly. ---- */

/* pdFALSE: stopped, expired once and for all, or the command that starts it is not done yet. */
BaseType_t xTimerIsTimerActive(TimerHandle_t xTimer);

/* In ticks. */
TickType_t xTimerGetPeriod(TimerHandle_t xTimer);

/* The tick count at which it expires; meaningless while it is not active. */
TickType_t xTimerGetExpiryTime(TimerHandle_t xTimer);

/* pdTRUE: again and again. */
void vTimerSetReloadMode(TimerHandle_t xTimer, const BaseType_t xAutoReload);
BaseType_t xTimerGetReloadMode(TimerHandle_t xTimer);
UBaseType_t uxTimerGetReloadMode(TimerHandle_t xTimer);

void *pvTimerGetTimerID(const TimerHandle_t xTimer);
void vTimerSetTimerID(TimerHandle_t xTimer, void *pvNewID);

const char *pcTimerGetName(TimerHandle_t xTimer);

/* Only after the scheduler started. */
TaskHandle_t xTimerGetTimerDaemonTaskHandle(void);

/* A number for the use of trace tools. Needs configUSE_TRACE_FACILITY. */
UBaseType_t uxTimerGetTimerNumber(TimerHandle_t xTimer);
void vTimerSetTimerNumber(TimerHandle_t xTimer, UBaseType_t uxTimerNumber);

#ifdef __cplusplus
}
#endif

#endif

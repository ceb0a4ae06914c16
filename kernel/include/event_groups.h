/* Event groups: 24 bits that tasks wait for in any combination, and on which tasks can meet.
 *
 *   #define LINK_UP (1u << 0)
 *   #define TIME_SET (1u << 1)
 *   EventBits_t bits = xEventGroupWaitBits(events, LINK_UP | TIME_SET, pdFALSE, pdTRUE, pdMS_TO_TICKS(5000));
 *   if ((bits & (LINK_UP | TIME_SET)) != (LINK_UP | TIME_SET)) return ERR_NOT_READY;
 *
 * Bits 24 to 31 must be 0 in every argument. Handles must not be NULL. Setting bits wakes every task whose wait they
 * end, in one step.
 */
#ifndef EVENT_GROUPS_H
#define EVENT_GROUPS_H

#include "FreeRTOS.h"

#include "timers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All bits 0. NULL: no memory; or pxEventGroupBuffer is NULL. The buffer stays the group's until it is deleted. */
EventGroupHandle_t xEventGroupCreate(void);
EventGroupHandle_t xEventGroupCreateStatic(StaticEventGroup_t *pxEventGroupBuffer);

/* Tasks that wait are woken, with 0. */
void vEventGroupDelete(EventGroupHandle_t xEventGroup);

/* The memory given to xEventGroupCreateStatic(). pdFALSE, and nothing stored: it came from the heap. */
BaseType_t xEventGroupGetStaticBuffer(EventGroupHandle_t xEventGroup, StaticEventGroup_t **ppxEventGroupBuffer);

/* Waits for any (xWaitForAllBits pdFALSE) or all (pdTRUE) of uxBitsToWaitFor, which must not be 0.
 * xClearOnExit pdTRUE: they are cleared in the same step when the wait succeeded. Returns the bits as they were when
 * it ended, before clearing: test them, since a time-out ends it too. */
EventBits_t xEventGroupWaitBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToWaitFor,
                                const BaseType_t xClearOnExit, const BaseType_t xWaitForAllBits,
                                TickType_t xTicksToWait);

/* Sets bits and wakes. Returns the bits afterwards; woken tasks may have cleared some. */
EventBits_t xEventGroupSetBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet);

/* Returns the bits before. */
EventBits_t xEventGroupClearBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear);

/* A meeting: sets uxBitsToSet, then waits for all of uxBitsToWaitFor and clears them. Returns as
 * xEventGroupWaitBits() does. */
EventBits_t xEventGroupSync(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet,
                            const EventBits_t uxBitsToWaitFor, TickType_t xTicksToWait);

#define xEventGroupGetBits(xEventGroup) xEventGroupClearBits((xEventGroup), 0)

/* ---- From interrupts. Unlike upstream's these act at once, not later in the timer task: they need no timer task and
 * cannot fail. pdPASS always; treat pdFAIL as lost all the same, to run over upstream too. ---- */

/* *pxHigherPriorityTaskWoken becomes pdTRUE when a switch should follow; may be NULL. */
BaseType_t xEventGroupSetBitsFromISR(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet,
                                     BaseType_t *pxHigherPriorityTaskWoken);
BaseType_t xEventGroupClearBitsFromISR(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear);
EventBits_t xEventGroupGetBitsFromISR(EventGroupHandle_t xEventGroup);

/* Set and clear as functions that can be pended (xTimerPendFunctionCall()). pvEventGroup: the handle. */
void vEventGroupSetBitsCallback(void *pvEventGroup, uint32_t ulBitsToSet);
void vEventGroupClearBitsCallback(void *pvEventGroup, uint32_t ulBitsToClear);

/* A number for the use of trace tools; NULL has 0. xEventGroup: the handle. Needs configUSE_TRACE_FACILITY. */
UBaseType_t uxEventGroupGetNumber(void *xEventGroup);
void vEventGroupSetNumber(void *xEventGroup, UBaseType_t uxEventGroupNumber);

#ifdef __cplusplus
}
#endif

#endif

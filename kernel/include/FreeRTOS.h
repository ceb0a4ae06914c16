/* The beginning of every use of the kernel: include this first, then task.h, queue.h, semphr.h, event_groups.h,
 * timers.h, stream_buffer.h or message_buffer.h as needed.
 *
 *   #include "FreeRTOS.h"
 *   #include "task.h"
 *
 * It gathers the configuration (FreeRTOSConfig.h), the port's types (portmacro.h), handles, the memory of objects
 * (StaticTask_t, ...), and what the rest falls back on: trace macros that do nothing, and names from before V8.
 *
 * Common to the whole API: times are in ticks, portMAX_DELAY waits without end (while INCLUDE_vTaskSuspend is 1);
 * functions whose name ends in FromISR are for interrupts (and safe in tasks), all others for tasks only unless they
 * say otherwise; nothing may block before the scheduler runs or while it is suspended.
 */
#ifndef INC_FREERTOS_H
#define INC_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#include "projdefs.h"
#include <FreeRTOSConfig.h> /* the product's, if the compiler finds one before ours, */
#include "FreeRTOSConfig.h" /* and ours: what it leaves out */
#include "portable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Handles. NULL is never a valid object; a handle is valid until its object is deleted. ---- */

typedef struct tskTaskControlBlock *TaskHandle_t;
typedef struct QueueDefinition *QueueHandle_t;
typedef struct QueueDefinition *QueueSetHandle_t;
typedef struct QueueDefinition *QueueSetMemberHandle_t; /* a queue or a semaphore in a set */
typedef QueueHandle_t SemaphoreHandle_t;
typedef struct EventGroupDef_t *EventGroupHandle_t;
typedef struct tmrTimerControl *TimerHandle_t;
typedef struct StreamBufferDef_t *StreamBufferHandle_t;
typedef StreamBufferHandle_t MessageBufferHandle_t;

/* Event bits: 0 to 23 are the application's, 24 to 31 the kernel's. */
typedef TickType_t EventBits_t;

/* ---- Functions of the application that the kernel calls. ---- */

/* A task's application tag; called by xTaskCallApplicationTaskHook() only. */
typedef BaseType_t (*TaskHookFunction_t)(void *parameter);

/* Called in the timer task when a timer expires. Must not block. */
typedef void (*TimerCallbackFunction_t)(TimerHandle_t xTimer);

/* Run by the timer task for xTimerPendFunctionCall(), with its two arguments. Must not block. */
typedef void (*PendedFunction_t)(void *arg1, uint32_t arg2);

/* Called instead of waking the other side after a send or receive; xIsInsideISR says from where, and only
 * then pxHigherPriorityTaskWoken is not NULL. */
typedef void (*StreamBufferCallbackFunction_t)(StreamBufferHandle_t xStreamBuffer, BaseType_t xIsInsideISR,
                                               BaseType_t *const pxHigherPriorityTaskWoken);

/* ---- Memory of objects, for the ...CreateStatic() functions. It belongs to the kernel until the object is
 * deleted. Nothing in it is for applications to read or write. ---- */

#include "kernel_objects.h"

typedef struct tskTaskControlBlock StaticTask_t;
typedef struct QueueDefinition StaticQueue_t;
typedef StaticQueue_t StaticSemaphore_t;
typedef struct EventGroupDef_t StaticEventGroup_t;
typedef struct tmrTimerControl StaticTimer_t;
typedef struct StreamBufferDef_t StaticStreamBuffer_t;
typedef StaticStreamBuffer_t StaticMessageBuffer_t;

/* ---- The configuration, as far as the preprocessor could not check it. ---- */

#ifdef __cplusplus
#define HF_KERNEL_REQUIRE(condition, sentence) static_assert(condition, sentence)
#else
#define HF_KERNEL_REQUIRE(condition, sentence) _Static_assert(condition, sentence)
#endif

HF_KERNEL_REQUIRE((configMAX_PRIORITIES) >= 1 && (configMAX_PRIORITIES) <= 64,
                  "configMAX_PRIORITIES must be 1 to 64: one bit of two words stands for each.");
HF_KERNEL_REQUIRE((configTICK_RATE_HZ) >= 1 && (configTICK_RATE_HZ) <= 1000000,
                  "configTICK_RATE_HZ must be 1 to 1000000.");
HF_KERNEL_REQUIRE((configMINIMAL_STACK_SIZE) >= PORT_STACK_WORDS_MIN,
                  "configMINIMAL_STACK_SIZE must be at least PORT_STACK_WORDS_MIN words: the idle task has that much.");
HF_KERNEL_REQUIRE((configMAX_TASK_NAME_LEN) >= 1 && (configMAX_TASK_NAME_LEN) <= 255,
                  "configMAX_TASK_NAME_LEN must be 1 to 255.");
HF_KERNEL_REQUIRE((configTASK_NOTIFICATION_ARRAY_ENTRIES) >= 1 && (configTASK_NOTIFICATION_ARRAY_ENTRIES) <= 255,
                  "configTASK_NOTIFICATION_ARRAY_ENTRIES must be 1 to 255; configUSE_TASK_NOTIFICATIONS 0 has none.");
HF_KERNEL_REQUIRE((configNUM_THREAD_LOCAL_STORAGE_POINTERS) >= 0 && (configNUM_THREAD_LOCAL_STORAGE_POINTERS) <= 255,
                  "configNUM_THREAD_LOCAL_STORAGE_POINTERS must be 0 to 255.");
HF_KERNEL_REQUIRE((configQUEUE_REGISTRY_SIZE) >= 0 && (configQUEUE_REGISTRY_SIZE) <= 255,
                  "configQUEUE_REGISTRY_SIZE must be 0 to 255.");
HF_KERNEL_REQUIRE((configEXPECTED_IDLE_TIME_BEFORE_SLEEP) >= 2,
                  "configEXPECTED_IDLE_TIME_BEFORE_SLEEP must be at least 2 ticks.");
HF_KERNEL_REQUIRE((configMAX_SYSCALL_INTERRUPT_PRIORITY) >= 1 && (configMAX_SYSCALL_INTERRUPT_PRIORITY) <= 255,
                  "configMAX_SYSCALL_INTERRUPT_PRIORITY must be 1 to 255: 0 would mask nothing.");
HF_KERNEL_REQUIRE((configKERNEL_INTERRUPT_PRIORITY) >= (configMAX_SYSCALL_INTERRUPT_PRIORITY),
                  "configKERNEL_INTERRUPT_PRIORITY must not be more urgent than configMAX_SYSCALL_INTERRUPT_PRIORITY.");
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
HF_KERNEL_REQUIRE((configTOTAL_HEAP_SIZE) >= 256, "configTOTAL_HEAP_SIZE must be at least 256 bytes.");
#endif
#if configUSE_TIMERS == 1
HF_KERNEL_REQUIRE((configTIMER_TASK_PRIORITY) >= 0 && (configTIMER_TASK_PRIORITY) < (configMAX_PRIORITIES),
                  "configTIMER_TASK_PRIORITY must be 0 to configMAX_PRIORITIES - 1.");
HF_KERNEL_REQUIRE((configTIMER_TASK_STACK_DEPTH) >= PORT_STACK_WORDS_MIN,
                  "configTIMER_TASK_STACK_DEPTH must be at least PORT_STACK_WORDS_MIN words.");
HF_KERNEL_REQUIRE((configTIMER_QUEUE_LENGTH) >= 1, "configTIMER_QUEUE_LENGTH must be at least 1.");
#endif
HF_KERNEL_REQUIRE(sizeof(TickType_t) == 4, "the port's TickType_t must have 32 bits.");
HF_KERNEL_REQUIRE(sizeof(configSTACK_DEPTH_TYPE) >= 2, "configSTACK_DEPTH_TYPE must have at least 16 bits.");

#if configGENERATE_RUN_TIME_STATS == 1 && !defined(portGET_RUN_TIME_COUNTER_VALUE)
#error "configGENERATE_RUN_TIME_STATS needs portGET_RUN_TIME_COUNTER_VALUE(), in the configuration or the port."
#endif
#if configUSE_TICKLESS_IDLE != 0 && !defined(portSUPPRESS_TICKS_AND_SLEEP)
#error "configUSE_TICKLESS_IDLE needs portSUPPRESS_TICKS_AND_SLEEP(), of the port (1) or of the application (2)."
#endif

/* ---- What a port or configuration may define, and what holds when it does not. ---- */

#ifndef portMEMORY_BARRIER
#error "the port's portmacro.h must define portMEMORY_BARRIER(): the compiler moves no access to memory across it"
#endif
#ifndef portCONFIGURE_TIMER_FOR_RUN_TIME_STATS
#define portCONFIGURE_TIMER_FOR_RUN_TIME_STATS()
#endif

#include "trace_macros.h"

/* ---- Names from before V8. ---- */

#if configENABLE_BACKWARD_COMPATIBILITY == 1
#define portTickType TickType_t
#define portTICK_RATE_MS portTICK_PERIOD_MS
#define xTaskHandle TaskHandle_t
#define xQueueHandle QueueHandle_t
#define xSemaphoreHandle SemaphoreHandle_t
#define xQueueSetHandle QueueSetHandle_t
#define xQueueSetMemberHandle QueueSetMemberHandle_t
#define xTimerHandle TimerHandle_t
#define xTimeOutType TimeOut_t
#define xTaskStatusType TaskStatus_t
#define xList List_t
#define xListItem ListItem_t
#define pdTASK_CODE TaskFunction_t
#define pdTASK_HOOK_CODE TaskHookFunction_t
#define tmrTIMER_CALLBACK TimerCallbackFunction_t
#define eTaskStateGet eTaskGetState
#define pcTaskGetTaskName pcTaskGetName
#define pcTimerGetTimerName pcTimerGetName
#define pcQueueGetQueueName pcQueueGetName
#define vTaskGetTaskInfo vTaskGetInfo
#define xTaskGetIdleRunTimeCounter ulTaskGetIdleRunTimeCounter
#endif

#ifdef __cplusplus
}
#endif

#endif

/* Every option of the kernel with its meaning, range, unit, cost and default.
 *
 * A product does not edit this file. It writes a header with the options it wants otherwise and names it to the
 * compiler; what that header leaves out gets its default here:
 *
 *   -DHF_KERNEL_CONFIG='"product_kernel_config.h"'
 *
 * A configuration written for upstream's kernel can be named there as it is. Or it keeps its name, FreeRTOSConfig.h, in a folder
 * that the compiler searches before this one (CMake: an include folder of the target freertos_config).
 *
 * Defaults follow one rule. On: what costs nothing unless it is called, since the linker drops what nobody calls. Off:
 * what costs memory in every object or time in every call. Options are 0 or 1 where no range is given.
 */
#ifndef HF_KERNEL_DEFAULTS_H /* FREERTOS_CONFIG_H guards the configurations of products */
#define HF_KERNEL_DEFAULTS_H

#ifdef HF_KERNEL_CONFIG
#include HF_KERNEL_CONFIG
#endif

/* ---- Scheduling and time ---- */

/* 1: a task that becomes ready and is more urgent runs at once. 0: when the running task blocks or yields. */
#ifndef configUSE_PREEMPTION
#define configUSE_PREEMPTION 1
#endif

/* 1: ready tasks of equal priority take turns at each tick. 0: only when one blocks or yields. Needs preemption. */
#ifndef configUSE_TIME_SLICING
#define configUSE_TIME_SLICING 1
#endif

/* Ticks per second, 1 to 1000000. Each tick costs an interrupt. 1000 makes a tick a millisecond. */
#ifndef configTICK_RATE_HZ
#define configTICK_RATE_HZ 1000
#endif

/* Clock of the processor in Hz. Only the port uses it, to set the tick timer. Default: the AN524 board. */
#ifndef configCPU_CLOCK_HZ
#define configCPU_CLOCK_HZ 32000000
#endif

/* Clock of the tick timer in Hz, where it is not the processor's: SysTick then counts its external clock. */
#ifndef configSYSTICK_CLOCK_HZ
#define configSYSTICK_CLOCK_HZ configCPU_CLOCK_HZ
#endif

/* Priorities are 0 (idle) to this - 1. 1 to 64, up to 32 is faster; one pointer of RAM each. Selection takes the same time for any. */
#ifndef configMAX_PRIORITIES
#define configMAX_PRIORITIES 8
#endif

/* 1: the idle task gives way at once to ready tasks of priority 0. 0: it uses its time slice. Needs preemption. */
#ifndef configIDLE_SHOULD_YIELD
#define configIDLE_SHOULD_YIELD 1
#endif

/* Width of TickType_t. Only TICK_TYPE_WIDTH_32_BITS; hf_uptime_ticks() counts in 64 bits. */
#ifndef configTICK_TYPE_WIDTH_IN_BITS
#define configTICK_TYPE_WIDTH_IN_BITS TICK_TYPE_WIDTH_32_BITS
#endif

/* Tick count at the start, 0 to 2^32 - 1. Tests set it shortly before the wrap. */
#ifndef configINITIAL_TICK_COUNT
#define configINITIAL_TICK_COUNT 0
#endif

/* 1: the port stops the tick while nothing is due. 2: the application does, with portSUPPRESS_TICKS_AND_SLEEP().
 * 0: the tick always runs. */
#ifndef configUSE_TICKLESS_IDLE
#define configUSE_TICKLESS_IDLE 0
#endif

/* Shortest idle time worth stopping the tick for, in ticks, 2 or more. */
#ifndef configEXPECTED_IDLE_TIME_BEFORE_SLEEP
#define configEXPECTED_IDLE_TIME_BEFORE_SLEEP 2
#endif

/* Code of the product before tickless idle is tried. Setting expected_ticks (an lvalue) to 0 prevents it. */
#ifndef configPRE_SUPPRESS_TICKS_AND_SLEEP_PROCESSING
#define configPRE_SUPPRESS_TICKS_AND_SLEEP_PROCESSING(expected_ticks)
#endif

/* Code of the product just before the processor sleeps, interrupts masked: switch peripherals off.
 * Setting expected_ticks (an lvalue) to 0 says that the code has slept by itself. */
#ifndef configPRE_SLEEP_PROCESSING
#define configPRE_SLEEP_PROCESSING(expected_ticks)
#endif

/* Code of the product just after the processor woke, interrupts masked. */
#ifndef configPOST_SLEEP_PROCESSING
#define configPOST_SLEEP_PROCESSING(expected_ticks)
#endif

/* ---- Tasks ---- */

/* Stack of the idle task, in words (StackType_t). No task should have less. The host adds what its C library needs. */
#ifndef configMINIMAL_STACK_SIZE
#define configMINIMAL_STACK_SIZE 128
#endif

/* Type of stack depths. Unsigned, at least 16 bits. */
#ifndef configSTACK_DEPTH_TYPE
#define configSTACK_DEPTH_TYPE StackType_t
#endif

/* Bytes kept of a task's name with its terminator, 1 to 255. RAM in every task. */
#ifndef configMAX_TASK_NAME_LEN
#define configMAX_TASK_NAME_LEN 16
#endif

/* Name of the idle task. */
#ifndef configIDLE_TASK_NAME
#define configIDLE_TASK_NAME "IDLE"
#endif

/* Task notifications. 5 bytes in every task, times the entries below. */
#ifndef configUSE_TASK_NOTIFICATIONS
#define configUSE_TASK_NOTIFICATIONS 1
#endif

/* Notifications per task, 1 to 255. The kernel itself uses none. */
#ifndef configTASK_NOTIFICATION_ARRAY_ENTRIES
#define configTASK_NOTIFICATION_ARRAY_ENTRIES 1
#endif

/* Pointers that a task keeps for libraries, 0 to 255. RAM in every task. */
#ifndef configNUM_THREAD_LOCAL_STORAGE_POINTERS
#define configNUM_THREAD_LOCAL_STORAGE_POINTERS 0
#endif

/* vTaskSetApplicationTaskTag() and its friends. One pointer in every task. */
#ifndef configUSE_APPLICATION_TASK_TAG
#define configUSE_APPLICATION_TASK_TAG 0
#endif

/* 1: FreeRTOS_errno is saved and restored with each switch of tasks. One int in every task, time in every switch. */
#ifndef configUSE_POSIX_ERRNO
#define configUSE_POSIX_ERRNO 0
#endif

/* ---- Memory ---- */

/* The ...CreateStatic() functions: the application provides the memory. */
#ifndef configSUPPORT_STATIC_ALLOCATION
#define configSUPPORT_STATIC_ALLOCATION 1
#endif

/* The ...Create() functions and the heap. 0: the kernel contains no heap. */
#ifndef configSUPPORT_DYNAMIC_ALLOCATION
#define configSUPPORT_DYNAMIC_ALLOCATION 1
#endif

/* 1: the kernel sets the memory of its idle and timer tasks aside. 0: with static allocation, the application does in
 * vApplicationGetIdleTaskMemory() and vApplicationGetTimerTaskMemory(); without, it is taken from the heap. */
#ifndef configKERNEL_PROVIDED_STATIC_MEMORY
#define configKERNEL_PROVIDED_STATIC_MEMORY 1
#endif

/* Size of the heap in bytes, at least 256. */
#ifndef configTOTAL_HEAP_SIZE
#define configTOTAL_HEAP_SIZE 32768
#endif

/* 1: the application defines `uint8_t ucHeap[configTOTAL_HEAP_SIZE]`, for instance in a memory of its own. */
#ifndef configAPPLICATION_ALLOCATED_HEAP
#define configAPPLICATION_ALLOCATED_HEAP 0
#endif

/* 1: freed memory is overwritten with zeros. Time in every free, for secrets that outlive their use. */
#ifndef configHEAP_CLEAR_MEMORY_ON_FREE
#define configHEAP_CLEAR_MEMORY_ON_FREE 0
#endif

/* Only 0. Define pvPortMallocStack() and vPortFreeStack() to take stacks from elsewhere. */
#ifndef configSTACK_ALLOCATION_FROM_SEPARATE_HEAP
#define configSTACK_ALLOCATION_FROM_SEPARATE_HEAP 0
#endif

/* ---- Features ---- */

/* Mutexes with priority inheritance. */
#ifndef configUSE_MUTEXES
#define configUSE_MUTEXES 1
#endif

/* Recursive mutexes. Needs configUSE_MUTEXES. */
#ifndef configUSE_RECURSIVE_MUTEXES
#define configUSE_RECURSIVE_MUTEXES configUSE_MUTEXES
#endif

/* Counting semaphores. */
#ifndef configUSE_COUNTING_SEMAPHORES
#define configUSE_COUNTING_SEMAPHORES 1
#endif

/* Queue sets. One pointer in every queue, one test in every send. */
#ifndef configUSE_QUEUE_SETS
#define configUSE_QUEUE_SETS 0
#endif

/* Queues that can have a name for a debugger, 0 to 255. Two pointers of RAM each. */
#ifndef configQUEUE_REGISTRY_SIZE
#define configQUEUE_REGISTRY_SIZE 0
#endif

/* Event groups. They do not need the timer task, not even from interrupts. */
#ifndef configUSE_EVENT_GROUPS
#define configUSE_EVENT_GROUPS 1
#endif

/* Stream, message and batching buffers. */
#ifndef configUSE_STREAM_BUFFERS
#define configUSE_STREAM_BUFFERS 1
#endif

/* Type of the length kept before each message of a message buffer: its size is the cost of a message. */
#ifndef configMESSAGE_BUFFER_LENGTH_TYPE
#define configMESSAGE_BUFFER_LENGTH_TYPE size_t
#endif

/* 1: stream buffers can have callbacks of their own. Two pointers in every stream buffer. */
#ifndef configUSE_SB_COMPLETED_CALLBACK
#define configUSE_SB_COMPLETED_CALLBACK 0
#endif

/* Software timers and the task that runs them. The task exists even when no timer does. */
#ifndef configUSE_TIMERS
#define configUSE_TIMERS 1
#endif

/* Priority of the timer task, 0 to configMAX_PRIORITIES - 1. */
#ifndef configTIMER_TASK_PRIORITY
#define configTIMER_TASK_PRIORITY (configMAX_PRIORITIES - 1)
#endif

/* Timer commands that can be waiting, 1 or more. Commands beyond that wait or fail. */
#ifndef configTIMER_QUEUE_LENGTH
#define configTIMER_QUEUE_LENGTH 10
#endif

/* Stack of the timer task in words. Timer callbacks and pended functions run on it. */
#ifndef configTIMER_TASK_STACK_DEPTH
#define configTIMER_TASK_STACK_DEPTH (configMINIMAL_STACK_SIZE * 2)
#endif

/* Name of the timer task. */
#ifndef configTIMER_SERVICE_TASK_NAME
#define configTIMER_SERVICE_TASK_NAME "Tmr Svc"
#endif

/* ---- Hooks: functions the application provides; prototypes in task.h ---- */

/* vApplicationIdleHook(), again and again in the idle task. */
#ifndef configUSE_IDLE_HOOK
#define configUSE_IDLE_HOOK 0
#endif

/* vApplicationTickHook(), in every tick interrupt. */
#ifndef configUSE_TICK_HOOK
#define configUSE_TICK_HOOK 0
#endif

/* vApplicationMallocFailedHook(), when pvPortMalloc() finds no room. */
#ifndef configUSE_MALLOC_FAILED_HOOK
#define configUSE_MALLOC_FAILED_HOOK 0
#endif

/* vApplicationDaemonTaskStartupHook(), once, when the timer task begins. Needs configUSE_TIMERS. */
#ifndef configUSE_DAEMON_TASK_STARTUP_HOOK
#define configUSE_DAEMON_TASK_STARTUP_HOOK 0
#endif

/* Looked at when a task is switched out: 1: its stack pointer. 2: also the last 16 bytes of its stack. Time in every
 * switch. Calls vApplicationStackOverflowHook(). With 0 too, armv8m has the stack limit register. */
#ifndef configCHECK_FOR_STACK_OVERFLOW
#define configCHECK_FOR_STACK_OVERFLOW 0
#endif

/* ---- Observation ---- */

/* uxTaskGetSystemState(), vTaskGetInfo() and numbers in every object for trace tools. */
#ifndef configUSE_TRACE_FACILITY
#define configUSE_TRACE_FACILITY 0
#endif

/* vTaskListTasks() and vTaskGetRunTimeStatistics(): text tables. Needs configUSE_TRACE_FACILITY. */
#ifndef configUSE_STATS_FORMATTING_FUNCTIONS
#define configUSE_STATS_FORMATTING_FUNCTIONS 0
#endif

/* Bytes that vTaskList() and vTaskGetRunTimeStats(), which are not told the size, write at most. */
#ifndef configSTATS_BUFFER_MAX_LENGTH
#define configSTATS_BUFFER_MAX_LENGTH 0xFFFF
#endif

/* Time used per task. Needs portGET_RUN_TIME_COUNTER_VALUE(), a clock 10 to 100 times faster than the tick,
 * and portCONFIGURE_TIMER_FOR_RUN_TIME_STATS() to start it. Time in every switch. */
#ifndef configGENERATE_RUN_TIME_STATS
#define configGENERATE_RUN_TIME_STATS 0
#endif

/* Type of run times. uint64_t does not wrap within days. */
#ifndef configRUN_TIME_COUNTER_TYPE
#define configRUN_TIME_COUNTER_TYPE uint32_t
#endif

/* 1: a task also keeps the end of its stack, for debuggers. One pointer in every task. */
#ifndef configRECORD_STACK_HIGH_ADDRESS
#define configRECORD_STACK_HIGH_ADDRESS 0
#endif

/* ---- Interrupts (armv8m) ---- */

/* Priority of the tick and the switch, as in the priority register: the lowest. Unimplemented bits do not matter. */
#ifndef configKERNEL_INTERRUPT_PRIORITY
#define configKERNEL_INTERRUPT_PRIORITY 0xFF
#endif

/* The most urgent priority, as in the register, from which ...FromISR() functions may be called; 0x01 to 0xFF. The
 * kernel never masks more urgent ones. 0x20 is the second of eight levels. */
#ifndef configMAX_SYSCALL_INTERRUPT_PRIORITY
#define configMAX_SYSCALL_INTERRUPT_PRIORITY 0x20
#endif

/* configRUN_FREERTOS_SECURE_ONLY: 1: the kernel runs in the secure world, 0: in the non-secure one, or there are none.
 * Not defined: it finds out, by whether it sees a security attribution unit; define it for a secure world without one. */

/* Clocks of the processor from reading SysTick to its new start, when a long sleep is cut short (configUSE_TICKLESS_IDLE);
 * docs/porting.md says how to measure. */
#ifndef configSYSTICK_RESTART_CLOCKS
#define configSYSTICK_RESTART_CLOCKS 16
#endif

/* ---- What the API can leave out. Accepted as upstream names them; the linker drops what nobody calls, so only
 * INCLUDE_vTaskSuspend (0: portMAX_DELAY is a time like any other) and INCLUDE_xTimerPendFunctionCall do something. ---- */

/* vTaskPrioritySet(). */
#ifndef INCLUDE_vTaskPrioritySet
#define INCLUDE_vTaskPrioritySet 1
#endif

/* uxTaskPriorityGet() and uxTaskBasePriorityGet(). */
#ifndef INCLUDE_uxTaskPriorityGet
#define INCLUDE_uxTaskPriorityGet 1
#endif

/* vTaskDelete(). */
#ifndef INCLUDE_vTaskDelete
#define INCLUDE_vTaskDelete 1
#endif

/* vTaskSuspend() and vTaskResume(). 0 also makes portMAX_DELAY a very long wait instead of an endless one. */
#ifndef INCLUDE_vTaskSuspend
#define INCLUDE_vTaskSuspend 1
#endif

/* xTaskResumeFromISR(). Needs INCLUDE_vTaskSuspend. */
#ifndef INCLUDE_xTaskResumeFromISR
#define INCLUDE_xTaskResumeFromISR INCLUDE_vTaskSuspend
#endif

/* vTaskDelay(). */
#ifndef INCLUDE_vTaskDelay
#define INCLUDE_vTaskDelay 1
#endif

/* xTaskDelayUntil() and vTaskDelayUntil(); INCLUDE_vTaskDelayUntil is its old name. */
#ifndef INCLUDE_xTaskDelayUntil
#ifdef INCLUDE_vTaskDelayUntil
#define INCLUDE_xTaskDelayUntil INCLUDE_vTaskDelayUntil
#else
#define INCLUDE_xTaskDelayUntil 1
#endif
#endif
#ifndef INCLUDE_vTaskDelayUntil
#define INCLUDE_vTaskDelayUntil INCLUDE_xTaskDelayUntil
#endif

/* xTaskAbortDelay(). */
#ifndef INCLUDE_xTaskAbortDelay
#define INCLUDE_xTaskAbortDelay 1
#endif

/* xTaskGetSchedulerState(). */
#ifndef INCLUDE_xTaskGetSchedulerState
#define INCLUDE_xTaskGetSchedulerState 1
#endif

/* xTaskGetCurrentTaskHandle(). */
#ifndef INCLUDE_xTaskGetCurrentTaskHandle
#define INCLUDE_xTaskGetCurrentTaskHandle 1
#endif

/* xTaskGetIdleTaskHandle(). */
#ifndef INCLUDE_xTaskGetIdleTaskHandle
#define INCLUDE_xTaskGetIdleTaskHandle 1
#endif

/* xTaskGetHandle(). */
#ifndef INCLUDE_xTaskGetHandle
#define INCLUDE_xTaskGetHandle 1
#endif

/* eTaskGetState(). */
#ifndef INCLUDE_eTaskGetState
#define INCLUDE_eTaskGetState 1
#endif

/* uxTaskGetStackHighWaterMark(). */
#ifndef INCLUDE_uxTaskGetStackHighWaterMark
#define INCLUDE_uxTaskGetStackHighWaterMark 1
#endif

/* uxTaskGetStackHighWaterMark2(). */
#ifndef INCLUDE_uxTaskGetStackHighWaterMark2
#define INCLUDE_uxTaskGetStackHighWaterMark2 1
#endif

/* xSemaphoreGetMutexHolder(); INCLUDE_xQueueGetMutexHolder is its old name. */
#ifndef INCLUDE_xSemaphoreGetMutexHolder
#ifdef INCLUDE_xQueueGetMutexHolder
#define INCLUDE_xSemaphoreGetMutexHolder INCLUDE_xQueueGetMutexHolder
#else
#define INCLUDE_xSemaphoreGetMutexHolder 1
#endif
#endif
#ifndef INCLUDE_xQueueGetMutexHolder
#define INCLUDE_xQueueGetMutexHolder INCLUDE_xSemaphoreGetMutexHolder
#endif

/* xTimerPendFunctionCall(). Needs configUSE_TIMERS. */
#ifndef INCLUDE_xTimerPendFunctionCall
#define INCLUDE_xTimerPendFunctionCall configUSE_TIMERS
#endif

/* ---- Compatibility ---- */

/* Names from before V8 (xTaskHandle, portTickType, ...), as macros. */
#ifndef configENABLE_BACKWARD_COMPATIBILITY
#define configENABLE_BACKWARD_COMPATIBILITY 1
#endif

/* Accepted and without effect: selection always takes constant time. */
#ifndef configUSE_PORT_OPTIMISED_TASK_SELECTION
#define configUSE_PORT_OPTIMISED_TASK_SELECTION 1
#endif

/* Accepted and without effect: list.h uses whole items as end markers. */
#ifndef configUSE_MINI_LIST_ITEM
#define configUSE_MINI_LIST_ITEM 0
#endif

/* A qualifier for the members of list.h's structures, for instance volatile. */
#ifndef configLIST_VOLATILE
#define configLIST_VOLATILE
#endif

/* Only 1. */
#ifndef configNUMBER_OF_CORES
#define configNUMBER_OF_CORES 1
#endif

/* Only 0. */
#ifndef configUSE_CO_ROUTINES
#define configUSE_CO_ROUTINES 0
#endif

/* Only 0: tasks are not isolated from each other. */
#ifndef configENABLE_MPU
#define configENABLE_MPU 0
#endif

/* Only 0. picolibc keeps its per-task state in errno alone; see configUSE_POSIX_ERRNO. */
#ifndef configUSE_NEWLIB_REENTRANT
#define configUSE_NEWLIB_REENTRANT 0
#endif

/* Only 0. */
#ifndef configUSE_C_RUNTIME_TLS_SUPPORT
#define configUSE_C_RUNTIME_TLS_SUPPORT 0
#endif

/* Only 0. */
#ifndef configENABLE_HEAP_PROTECTOR
#define configENABLE_HEAP_PROTECTOR 0
#endif

/* Checks of arguments, contexts and handles: on unless NDEBUG. Text and time in nearly every call. */
#ifndef configASSERT
#ifdef NDEBUG
#define configASSERT(condition) ((void)sizeof((condition) ? 1 : 0))
#define configASSERT_DEFINED 0
#else
#include "hf_kernel.h"
/* The file without its path: shorter, and the same wherever it was built. */
#ifdef __FILE_NAME__
#define configASSERT(condition) ((condition) ? (void)0 : hf_kernel_assert_failed(__FILE_NAME__, __LINE__))
#else
#define configASSERT(condition) ((condition) ? (void)0 : hf_kernel_assert_failed(__FILE__, __LINE__))
#endif
#endif
#endif
#ifndef configASSERT_DEFINED
#define configASSERT_DEFINED 1
#endif

/* ---- Contradictions. Numbers that may contain casts are checked in FreeRTOS.h instead. ---- */

#define TICK_TYPE_WIDTH_16_BITS 0
#define TICK_TYPE_WIDTH_32_BITS 1
#define TICK_TYPE_WIDTH_64_BITS 2

#if configTICK_TYPE_WIDTH_IN_BITS != TICK_TYPE_WIDTH_32_BITS
#error "configTICK_TYPE_WIDTH_IN_BITS must be TICK_TYPE_WIDTH_32_BITS: the kernel has 32-bit ticks only."
#endif
#if defined(configUSE_16_BIT_TICKS) && configUSE_16_BIT_TICKS != 0
#error "configUSE_16_BIT_TICKS must be 0: the kernel has 32-bit ticks only."
#endif
#if configNUMBER_OF_CORES != 1
#error "configNUMBER_OF_CORES must be 1: the kernel runs on one core."
#endif
#if configUSE_CO_ROUTINES != 0
#error "configUSE_CO_ROUTINES must be 0: the kernel has no co-routines."
#endif
#if configENABLE_MPU != 0
#error "configENABLE_MPU must be 0: the kernel does not isolate tasks."
#endif
#if configUSE_NEWLIB_REENTRANT != 0 || configUSE_C_RUNTIME_TLS_SUPPORT != 0
#error "configUSE_NEWLIB_REENTRANT and configUSE_C_RUNTIME_TLS_SUPPORT must be 0: tasks share the C library's state."
#endif
#if configENABLE_HEAP_PROTECTOR != 0
#error "configENABLE_HEAP_PROTECTOR must be 0: the allocator has no canary."
#endif
#if configSTACK_ALLOCATION_FROM_SEPARATE_HEAP != 0
#error "configSTACK_ALLOCATION_FROM_SEPARATE_HEAP must be 0: define pvPortMallocStack instead."
#endif
#if configSUPPORT_STATIC_ALLOCATION == 0 && configSUPPORT_DYNAMIC_ALLOCATION == 0
#error "configSUPPORT_STATIC_ALLOCATION and configSUPPORT_DYNAMIC_ALLOCATION cannot both be 0."
#endif
#if configUSE_RECURSIVE_MUTEXES == 1 && configUSE_MUTEXES == 0
#error "configUSE_RECURSIVE_MUTEXES needs configUSE_MUTEXES."
#endif
#if configUSE_STATS_FORMATTING_FUNCTIONS > 0 && configUSE_TRACE_FACILITY == 0
#error "configUSE_STATS_FORMATTING_FUNCTIONS needs configUSE_TRACE_FACILITY."
#endif
#if configUSE_DAEMON_TASK_STARTUP_HOOK == 1 && configUSE_TIMERS == 0
#error "configUSE_DAEMON_TASK_STARTUP_HOOK needs configUSE_TIMERS: that task calls it."
#endif
#if INCLUDE_xTimerPendFunctionCall == 1 && configUSE_TIMERS == 0
#error "INCLUDE_xTimerPendFunctionCall needs configUSE_TIMERS: the timer task runs the functions."
#endif
#if INCLUDE_xTaskResumeFromISR == 1 && INCLUDE_vTaskSuspend == 0
#error "INCLUDE_xTaskResumeFromISR needs INCLUDE_vTaskSuspend."
#endif
#if configUSE_TICKLESS_IDLE != 0 && INCLUDE_vTaskSuspend == 0
#error "configUSE_TICKLESS_IDLE needs INCLUDE_vTaskSuspend: without it no wait is endless."
#endif
#if configUSE_MALLOC_FAILED_HOOK == 1 && configSUPPORT_DYNAMIC_ALLOCATION == 0
#error "configUSE_MALLOC_FAILED_HOOK needs configSUPPORT_DYNAMIC_ALLOCATION: without it nothing is allocated."
#endif
#if configAPPLICATION_ALLOCATED_HEAP == 1 && configSUPPORT_DYNAMIC_ALLOCATION == 0
#error "configAPPLICATION_ALLOCATED_HEAP needs configSUPPORT_DYNAMIC_ALLOCATION: without it there is no heap."
#endif
#if configCHECK_FOR_STACK_OVERFLOW < 0 || configCHECK_FOR_STACK_OVERFLOW > 2
#error "configCHECK_FOR_STACK_OVERFLOW must be 0, 1 or 2."
#endif

#endif

/* As a product under development has the kernel: everything in, every check on. */
#ifndef TEST_CONFIG_DEVELOPMENT_H
#define TEST_CONFIG_DEVELOPMENT_H

#include <stdint.h>

/* In units of 16 instructions or so (harness/on_host.c, on_board.c). */
uint32_t test_run_time(void);
#define configGENERATE_RUN_TIME_STATS 1
#define portGET_RUN_TIME_COUNTER_VALUE() test_run_time()

#define configTOTAL_HEAP_SIZE 131072
#define configMAX_PRIORITIES 8
#define configMINIMAL_STACK_SIZE 256
#define configTIMER_TASK_PRIORITY 6
#define configTASK_NOTIFICATION_ARRAY_ENTRIES 3
#define configNUM_THREAD_LOCAL_STORAGE_POINTERS 3
#define configUSE_APPLICATION_TASK_TAG 1
#define configUSE_POSIX_ERRNO 1
#define configUSE_QUEUE_SETS 1
#define configQUEUE_REGISTRY_SIZE 4
#define configUSE_SB_COMPLETED_CALLBACK 1
#define configHEAP_CLEAR_MEMORY_ON_FREE 1
#define configUSE_TRACE_FACILITY 1
#define configUSE_STATS_FORMATTING_FUNCTIONS 1
#define configRECORD_STACK_HIGH_ADDRESS 1
#define configCHECK_FOR_STACK_OVERFLOW 2
#define configUSE_IDLE_HOOK 1
#define configUSE_TICK_HOOK 1
#define configUSE_MALLOC_FAILED_HOOK 1
#define configUSE_DAEMON_TASK_STARTUP_HOOK 1

#endif

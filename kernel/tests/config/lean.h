/* As small and fast as the kernel gets: no checks, no statistics, no hooks. */
#define configASSERT(condition) ((void)sizeof((condition) ? 1 : 0))
#define configASSERT_DEFINED 0
#define configTOTAL_HEAP_SIZE 131072
#define configTASK_NOTIFICATION_ARRAY_ENTRIES 1
#define configMINIMAL_STACK_SIZE 256
#define configTIMER_TASK_PRIORITY 6

/* Tasks run until they block or yield. */
#define configUSE_PREEMPTION 0
#define configTOTAL_HEAP_SIZE 131072
#define configMINIMAL_STACK_SIZE 256
#define configTIMER_TASK_PRIORITY 6
#define configCHECK_FOR_STACK_OVERFLOW 2

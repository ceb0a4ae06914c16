/* As many priorities as there can be: their set is two words. */
#define configMAX_PRIORITIES 64
#define configTOTAL_HEAP_SIZE 131072
#define configMINIMAL_STACK_SIZE 256
#define configTIMER_TASK_PRIORITY 6
#define configCHECK_FOR_STACK_OVERFLOW 2

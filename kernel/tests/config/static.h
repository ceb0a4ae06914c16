/* No heap: the application sets all memory aside. */
#define configSUPPORT_DYNAMIC_ALLOCATION 0
#define configMINIMAL_STACK_SIZE 256
#define configTIMER_TASK_PRIORITY 6
#define configCHECK_FOR_STACK_OVERFLOW 2

/* What can be left out is left out, and all memory is the heap's. */
#define configSUPPORT_STATIC_ALLOCATION 0
#define configUSE_TASK_NOTIFICATIONS 0
#define configUSE_MUTEXES 0
#define configUSE_TIMERS 0
#define configIDLE_SHOULD_YIELD 0
#define configENABLE_BACKWARD_COMPATIBILITY 0
#define configTOTAL_HEAP_SIZE 131072
#define configMINIMAL_STACK_SIZE 256

/* The kernel beside the secure services: as a product has it, every check on. */
#define configCPU_CLOCK_HZ 32000000
#define configTICK_RATE_HZ 1000
#define configMAX_PRIORITIES 8
#define configMINIMAL_STACK_SIZE 512
#define configTIMER_TASK_PRIORITY 7
#define configTOTAL_HEAP_SIZE 65536

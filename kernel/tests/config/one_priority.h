/* All tasks are equal, the idle task too. */
#define configMAX_PRIORITIES 1
#define configTOTAL_HEAP_SIZE 131072
#define configMINIMAL_STACK_SIZE 256
#define TEST_JUDGE_PRIORITY 0u

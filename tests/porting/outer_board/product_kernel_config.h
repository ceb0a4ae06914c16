/* What this product wants otherwise than kernel/include/FreeRTOSConfig.h. */
#define configCPU_CLOCK_HZ 32000000
#define configTOTAL_HEAP_SIZE 8192
#define configUSE_TRACE_FACILITY 1
#define configUSE_STATS_FORMATTING_FUNCTIONS 1

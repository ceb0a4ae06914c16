/* The kernel's configuration for the benchmark. Options that upstream's kernel has too, since bench/kernel/baseline.txt
 * was measured with these: no trace facility, no statistics, no queue sets. BENCH_CHECKED adds the checks of
 * development, BENCH_EVERYTHING (only for the size of the text) every option that adds code. */
#define configCPU_CLOCK_HZ 20000000
#define configTICK_RATE_HZ 1000
#define configMAX_PRIORITIES 8
#define configMINIMAL_STACK_SIZE 128
#define configTOTAL_HEAP_SIZE 65536
#define configUSE_PREEMPTION 1
#define configUSE_TIME_SLICING 1
#define configMAX_TASK_NAME_LEN 16
#define configUSE_MUTEXES 1
#define configUSE_RECURSIVE_MUTEXES 1
#define configUSE_COUNTING_SEMAPHORES 1
#define configUSE_TIMERS 1
#define configTIMER_TASK_PRIORITY 7
#define configTIMER_QUEUE_LENGTH 10
#define configTIMER_TASK_STACK_DEPTH 256
#define configSUPPORT_STATIC_ALLOCATION 1
#define configSUPPORT_DYNAMIC_ALLOCATION 1
#define configKERNEL_PROVIDED_STATIC_MEMORY 1
#define configMAX_SYSCALL_INTERRUPT_PRIORITY 0x20

#ifdef BENCH_CHECKED
#define configCHECK_FOR_STACK_OVERFLOW 2
#else
#define configCHECK_FOR_STACK_OVERFLOW 0
#endif

#ifdef BENCH_EVERYTHING
#define configUSE_QUEUE_SETS 1
#define configQUEUE_REGISTRY_SIZE 8
#define configUSE_SB_COMPLETED_CALLBACK 1
#define configUSE_TRACE_FACILITY 1
#define configUSE_STATS_FORMATTING_FUNCTIONS 1
#define configUSE_APPLICATION_TASK_TAG 1
#define configNUM_THREAD_LOCAL_STORAGE_POINTERS 2
#define configUSE_TICKLESS_IDLE 1
#endif

/* The kernel's configuration for the smallest image: tasks and queues, static memory only. */
#define configCPU_CLOCK_HZ 20000000
#define configMAX_PRIORITIES 8
#define configSUPPORT_STATIC_ALLOCATION 1
#define configSUPPORT_DYNAMIC_ALLOCATION 0
#define configKERNEL_PROVIDED_STATIC_MEMORY 1
#define configUSE_TIMERS 0
#define configUSE_TASK_NOTIFICATIONS 0
#define configUSE_EVENT_GROUPS 0
#define configUSE_STREAM_BUFFERS 0
#define configUSE_MUTEXES 0
#define configUSE_RECURSIVE_MUTEXES 0
#define configUSE_COUNTING_SEMAPHORES 0
#ifdef BENCH_CHECKED
#define configCHECK_FOR_STACK_OVERFLOW 2
#endif

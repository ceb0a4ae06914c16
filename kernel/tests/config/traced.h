/* Options the other way round than in development, as far as everything stays in: no wait is endless, equals take no turns at
 * ticks, all 32 priorities. And a trace tool: every trace macro that the kernel has counts (options_test.c). */
#ifndef TEST_CONFIG_TRACED_H
#define TEST_CONFIG_TRACED_H

#define INCLUDE_vTaskSuspend 0
#define configUSE_TIME_SLICING 0
#define configMAX_PRIORITIES 32
#define configTASK_NOTIFICATION_ARRAY_ENTRIES 3
#define configUSE_POSIX_ERRNO 1
#define configUSE_QUEUE_SETS 1
#define configQUEUE_REGISTRY_SIZE 2
#define configTOTAL_HEAP_SIZE 131072
#define configMINIMAL_STACK_SIZE 256
#define configTIMER_TASK_PRIORITY 6
#define configCHECK_FOR_STACK_OVERFLOW 1

/* clang-format off */
enum test_trace {
  TEST_traceTASK_SWITCHED_IN,
  TEST_traceSTARTING_SCHEDULER,
  TEST_traceTASK_SWITCHED_OUT,
  TEST_traceTASK_INCREMENT_TICK,
  TEST_traceINCREASE_TICK_COUNT,
  TEST_traceMOVED_TASK_TO_READY_STATE,
  TEST_traceTASK_CREATE,
  TEST_traceTASK_CREATE_FAILED,
  TEST_traceTASK_DELETE,
  TEST_traceTASK_DELAY,
  TEST_traceTASK_DELAY_UNTIL,
  TEST_traceTASK_PRIORITY_SET,
  TEST_traceTASK_PRIORITY_INHERIT,
  TEST_traceTASK_PRIORITY_DISINHERIT,
  TEST_traceTASK_SUSPEND,
  TEST_traceTASK_RESUME,
  TEST_traceTASK_RESUME_FROM_ISR,
  TEST_traceTASK_NOTIFY,
  TEST_traceTASK_NOTIFY_FROM_ISR,
  TEST_traceTASK_NOTIFY_GIVE_FROM_ISR,
  TEST_traceTASK_NOTIFY_TAKE,
  TEST_traceTASK_NOTIFY_TAKE_BLOCK,
  TEST_traceTASK_NOTIFY_WAIT,
  TEST_traceTASK_NOTIFY_WAIT_BLOCK,
  TEST_traceQUEUE_CREATE,
  TEST_traceQUEUE_CREATE_FAILED,
  TEST_traceQUEUE_DELETE,
  TEST_traceQUEUE_REGISTRY_ADD,
  TEST_traceQUEUE_SEND,
  TEST_traceQUEUE_SEND_FAILED,
  TEST_traceQUEUE_SEND_FROM_ISR,
  TEST_traceQUEUE_SET_SEND,
  TEST_traceQUEUE_RECEIVE,
  TEST_traceQUEUE_RECEIVE_FAILED,
  TEST_traceQUEUE_RECEIVE_FROM_ISR,
  TEST_traceQUEUE_PEEK,
  TEST_traceQUEUE_PEEK_FAILED,
  TEST_traceQUEUE_PEEK_FROM_ISR,
  TEST_traceBLOCKING_ON_QUEUE_SEND,
  TEST_traceBLOCKING_ON_QUEUE_RECEIVE,
  TEST_traceBLOCKING_ON_QUEUE_PEEK,
  TEST_traceCREATE_MUTEX,
  TEST_traceCREATE_MUTEX_FAILED,
  TEST_traceGIVE_MUTEX_RECURSIVE,
  TEST_traceGIVE_MUTEX_RECURSIVE_FAILED,
  TEST_traceTAKE_MUTEX_RECURSIVE,
  TEST_traceTAKE_MUTEX_RECURSIVE_FAILED,
  TEST_traceCREATE_COUNTING_SEMAPHORE,
  TEST_traceCREATE_COUNTING_SEMAPHORE_FAILED,
  TEST_traceEVENT_GROUP_CREATE,
  TEST_traceEVENT_GROUP_CREATE_FAILED,
  TEST_traceEVENT_GROUP_DELETE,
  TEST_traceEVENT_GROUP_SYNC_BLOCK,
  TEST_traceEVENT_GROUP_SYNC_END,
  TEST_traceEVENT_GROUP_WAIT_BITS_BLOCK,
  TEST_traceEVENT_GROUP_WAIT_BITS_END,
  TEST_traceEVENT_GROUP_SET_BITS,
  TEST_traceEVENT_GROUP_SET_BITS_FROM_ISR,
  TEST_traceEVENT_GROUP_CLEAR_BITS,
  TEST_traceEVENT_GROUP_CLEAR_BITS_FROM_ISR,
  TEST_traceTIMER_CREATE,
  TEST_traceTIMER_CREATE_FAILED,
  TEST_traceTIMER_COMMAND_SEND,
  TEST_traceTIMER_COMMAND_RECEIVED,
  TEST_traceTIMER_EXPIRED,
  TEST_tracePEND_FUNC_CALL,
  TEST_tracePEND_FUNC_CALL_FROM_ISR,
  TEST_traceSTREAM_BUFFER_CREATE,
  TEST_traceSTREAM_BUFFER_CREATE_FAILED,
  TEST_traceSTREAM_BUFFER_CREATE_STATIC_FAILED,
  TEST_traceSTREAM_BUFFER_DELETE,
  TEST_traceSTREAM_BUFFER_RESET,
  TEST_traceSTREAM_BUFFER_RESET_FROM_ISR,
  TEST_traceSTREAM_BUFFER_SEND,
  TEST_traceSTREAM_BUFFER_SEND_FAILED,
  TEST_traceSTREAM_BUFFER_SEND_FROM_ISR,
  TEST_traceSTREAM_BUFFER_RECEIVE,
  TEST_traceSTREAM_BUFFER_RECEIVE_FAILED,
  TEST_traceSTREAM_BUFFER_RECEIVE_FROM_ISR,
  TEST_traceBLOCKING_ON_STREAM_BUFFER_SEND,
  TEST_traceBLOCKING_ON_STREAM_BUFFER_RECEIVE,
  TEST_traceMALLOC,
  TEST_traceFREE,
  TEST_TRACES,
};
/* clang-format on */
extern volatile unsigned test_traces[TEST_TRACES];

#define traceSTARTING_SCHEDULER(...) (test_traces[TEST_traceSTARTING_SCHEDULER]++)
#define traceTASK_SWITCHED_IN(...) (test_traces[TEST_traceTASK_SWITCHED_IN]++)
#define traceTASK_SWITCHED_OUT(...) (test_traces[TEST_traceTASK_SWITCHED_OUT]++)
#define traceTASK_INCREMENT_TICK(...) (test_traces[TEST_traceTASK_INCREMENT_TICK]++)
#define traceINCREASE_TICK_COUNT(...) (test_traces[TEST_traceINCREASE_TICK_COUNT]++)
#define traceMOVED_TASK_TO_READY_STATE(...) (test_traces[TEST_traceMOVED_TASK_TO_READY_STATE]++)
#define traceTASK_CREATE(...) (test_traces[TEST_traceTASK_CREATE]++)
#define traceTASK_CREATE_FAILED(...) (test_traces[TEST_traceTASK_CREATE_FAILED]++)
#define traceTASK_DELETE(...) (test_traces[TEST_traceTASK_DELETE]++)
#define traceTASK_DELAY(...) (test_traces[TEST_traceTASK_DELAY]++)
#define traceTASK_DELAY_UNTIL(...) (test_traces[TEST_traceTASK_DELAY_UNTIL]++)
#define traceTASK_PRIORITY_SET(...) (test_traces[TEST_traceTASK_PRIORITY_SET]++)
#define traceTASK_PRIORITY_INHERIT(...) (test_traces[TEST_traceTASK_PRIORITY_INHERIT]++)
#define traceTASK_PRIORITY_DISINHERIT(...) (test_traces[TEST_traceTASK_PRIORITY_DISINHERIT]++)
#define traceTASK_SUSPEND(...) (test_traces[TEST_traceTASK_SUSPEND]++)
#define traceTASK_RESUME_FROM_ISR(...) (test_traces[TEST_traceTASK_RESUME_FROM_ISR]++)
#define traceTASK_RESUME(...) (test_traces[TEST_traceTASK_RESUME]++)
#define traceTASK_NOTIFY(...) (test_traces[TEST_traceTASK_NOTIFY]++)
#define traceTASK_NOTIFY_FROM_ISR(...) (test_traces[TEST_traceTASK_NOTIFY_FROM_ISR]++)
#define traceTASK_NOTIFY_GIVE_FROM_ISR(...) (test_traces[TEST_traceTASK_NOTIFY_GIVE_FROM_ISR]++)
#define traceTASK_NOTIFY_TAKE(...) (test_traces[TEST_traceTASK_NOTIFY_TAKE]++)
#define traceTASK_NOTIFY_TAKE_BLOCK(...) (test_traces[TEST_traceTASK_NOTIFY_TAKE_BLOCK]++)
#define traceTASK_NOTIFY_WAIT(...) (test_traces[TEST_traceTASK_NOTIFY_WAIT]++)
#define traceTASK_NOTIFY_WAIT_BLOCK(...) (test_traces[TEST_traceTASK_NOTIFY_WAIT_BLOCK]++)
#define traceQUEUE_CREATE(...) (test_traces[TEST_traceQUEUE_CREATE]++)
#define traceQUEUE_CREATE_FAILED(...) (test_traces[TEST_traceQUEUE_CREATE_FAILED]++)
#define traceQUEUE_DELETE(...) (test_traces[TEST_traceQUEUE_DELETE]++)
#define traceQUEUE_REGISTRY_ADD(...) (test_traces[TEST_traceQUEUE_REGISTRY_ADD]++)
#define traceQUEUE_SEND_FAILED(...) (test_traces[TEST_traceQUEUE_SEND_FAILED]++)
#define traceQUEUE_SEND(...) (test_traces[TEST_traceQUEUE_SEND]++)
#define traceQUEUE_SET_SEND(...) (test_traces[TEST_traceQUEUE_SET_SEND]++)
#define traceQUEUE_SEND_FROM_ISR(...) (test_traces[TEST_traceQUEUE_SEND_FROM_ISR]++)
#define traceQUEUE_RECEIVE(...) (test_traces[TEST_traceQUEUE_RECEIVE]++)
#define traceQUEUE_RECEIVE_FAILED(...) (test_traces[TEST_traceQUEUE_RECEIVE_FAILED]++)
#define traceQUEUE_RECEIVE_FROM_ISR(...) (test_traces[TEST_traceQUEUE_RECEIVE_FROM_ISR]++)
#define traceQUEUE_PEEK_FAILED(...) (test_traces[TEST_traceQUEUE_PEEK_FAILED]++)
#define traceQUEUE_PEEK(...) (test_traces[TEST_traceQUEUE_PEEK]++)
#define traceQUEUE_PEEK_FROM_ISR(...) (test_traces[TEST_traceQUEUE_PEEK_FROM_ISR]++)
#define traceBLOCKING_ON_QUEUE_SEND(...) (test_traces[TEST_traceBLOCKING_ON_QUEUE_SEND]++)
#define traceBLOCKING_ON_QUEUE_PEEK(...) (test_traces[TEST_traceBLOCKING_ON_QUEUE_PEEK]++)
#define traceBLOCKING_ON_QUEUE_RECEIVE(...) (test_traces[TEST_traceBLOCKING_ON_QUEUE_RECEIVE]++)
#define traceCREATE_MUTEX(...) (test_traces[TEST_traceCREATE_MUTEX]++)
#define traceCREATE_MUTEX_FAILED(...) (test_traces[TEST_traceCREATE_MUTEX_FAILED]++)
#define traceGIVE_MUTEX_RECURSIVE(...) (test_traces[TEST_traceGIVE_MUTEX_RECURSIVE]++)
#define traceGIVE_MUTEX_RECURSIVE_FAILED(...) (test_traces[TEST_traceGIVE_MUTEX_RECURSIVE_FAILED]++)
#define traceTAKE_MUTEX_RECURSIVE(...) (test_traces[TEST_traceTAKE_MUTEX_RECURSIVE]++)
#define traceTAKE_MUTEX_RECURSIVE_FAILED(...) (test_traces[TEST_traceTAKE_MUTEX_RECURSIVE_FAILED]++)
#define traceCREATE_COUNTING_SEMAPHORE(...) (test_traces[TEST_traceCREATE_COUNTING_SEMAPHORE]++)
#define traceCREATE_COUNTING_SEMAPHORE_FAILED(...) (test_traces[TEST_traceCREATE_COUNTING_SEMAPHORE_FAILED]++)
#define traceEVENT_GROUP_CREATE(...) (test_traces[TEST_traceEVENT_GROUP_CREATE]++)
#define traceEVENT_GROUP_CREATE_FAILED(...) (test_traces[TEST_traceEVENT_GROUP_CREATE_FAILED]++)
#define traceEVENT_GROUP_DELETE(...) (test_traces[TEST_traceEVENT_GROUP_DELETE]++)
#define traceEVENT_GROUP_SYNC_BLOCK(...) (test_traces[TEST_traceEVENT_GROUP_SYNC_BLOCK]++)
#define traceEVENT_GROUP_SYNC_END(...) (test_traces[TEST_traceEVENT_GROUP_SYNC_END]++)
#define traceEVENT_GROUP_WAIT_BITS_BLOCK(...) (test_traces[TEST_traceEVENT_GROUP_WAIT_BITS_BLOCK]++)
#define traceEVENT_GROUP_WAIT_BITS_END(...) (test_traces[TEST_traceEVENT_GROUP_WAIT_BITS_END]++)
#define traceEVENT_GROUP_SET_BITS(...) (test_traces[TEST_traceEVENT_GROUP_SET_BITS]++)
#define traceEVENT_GROUP_SET_BITS_FROM_ISR(...) (test_traces[TEST_traceEVENT_GROUP_SET_BITS_FROM_ISR]++)
#define traceEVENT_GROUP_CLEAR_BITS(...) (test_traces[TEST_traceEVENT_GROUP_CLEAR_BITS]++)
#define traceEVENT_GROUP_CLEAR_BITS_FROM_ISR(...) (test_traces[TEST_traceEVENT_GROUP_CLEAR_BITS_FROM_ISR]++)
#define traceTIMER_CREATE(...) (test_traces[TEST_traceTIMER_CREATE]++)
#define traceTIMER_CREATE_FAILED(...) (test_traces[TEST_traceTIMER_CREATE_FAILED]++)
#define traceTIMER_COMMAND_SEND(...) (test_traces[TEST_traceTIMER_COMMAND_SEND]++)
#define traceTIMER_COMMAND_RECEIVED(...) (test_traces[TEST_traceTIMER_COMMAND_RECEIVED]++)
#define traceTIMER_EXPIRED(...) (test_traces[TEST_traceTIMER_EXPIRED]++)
#define tracePEND_FUNC_CALL(...) (test_traces[TEST_tracePEND_FUNC_CALL]++)
#define tracePEND_FUNC_CALL_FROM_ISR(...) (test_traces[TEST_tracePEND_FUNC_CALL_FROM_ISR]++)
#define traceSTREAM_BUFFER_CREATE(...) (test_traces[TEST_traceSTREAM_BUFFER_CREATE]++)
#define traceSTREAM_BUFFER_CREATE_FAILED(...) (test_traces[TEST_traceSTREAM_BUFFER_CREATE_FAILED]++)
#define traceSTREAM_BUFFER_CREATE_STATIC_FAILED(...) (test_traces[TEST_traceSTREAM_BUFFER_CREATE_STATIC_FAILED]++)
#define traceSTREAM_BUFFER_DELETE(...) (test_traces[TEST_traceSTREAM_BUFFER_DELETE]++)
#define traceSTREAM_BUFFER_RESET(...) (test_traces[TEST_traceSTREAM_BUFFER_RESET]++)
#define traceSTREAM_BUFFER_RESET_FROM_ISR(...) (test_traces[TEST_traceSTREAM_BUFFER_RESET_FROM_ISR]++)
#define traceSTREAM_BUFFER_SEND(...) (test_traces[TEST_traceSTREAM_BUFFER_SEND]++)
#define traceSTREAM_BUFFER_SEND_FAILED(...) (test_traces[TEST_traceSTREAM_BUFFER_SEND_FAILED]++)
#define traceSTREAM_BUFFER_SEND_FROM_ISR(...) (test_traces[TEST_traceSTREAM_BUFFER_SEND_FROM_ISR]++)
#define traceSTREAM_BUFFER_RECEIVE(...) (test_traces[TEST_traceSTREAM_BUFFER_RECEIVE]++)
#define traceSTREAM_BUFFER_RECEIVE_FAILED(...) (test_traces[TEST_traceSTREAM_BUFFER_RECEIVE_FAILED]++)
#define traceSTREAM_BUFFER_RECEIVE_FROM_ISR(...) (test_traces[TEST_traceSTREAM_BUFFER_RECEIVE_FROM_ISR]++)
#define traceBLOCKING_ON_STREAM_BUFFER_SEND(...) (test_traces[TEST_traceBLOCKING_ON_STREAM_BUFFER_SEND]++)
#define traceBLOCKING_ON_STREAM_BUFFER_RECEIVE(...) (test_traces[TEST_traceBLOCKING_ON_STREAM_BUFFER_RECEIVE]++)
#define traceMALLOC(...) (test_traces[TEST_traceMALLOC]++)
#define traceFREE(...) (test_traces[TEST_traceFREE]++)

#endif

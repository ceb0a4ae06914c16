/* What the kernel's objects are made of. Public only so that an application can set memory aside for
 * them (StaticTask_t, StaticQueue_t, ... are these structures): nothing here is for applications to touch.
 *
 * Included by FreeRTOS.h, after the configuration and the port's types.
 */
#ifndef HF_KERNEL_OBJECTS_H
#define HF_KERNEL_OBJECTS_H

#ifndef INC_FREERTOS_H
#error "include FreeRTOS.h instead"
#endif

/* A node of a circular doubly linked list, or the head of one (an empty head points at itself). */
struct kernel_ring {
  struct kernel_ring *next;
  struct kernel_ring *prev;
};

/* Something to be done at a tick; kernel/deadline.h. */
struct kernel_deadline {
  struct kernel_ring place;
  TickType_t at;
};

/* Deadlines by the highest bit in which they differ from `base`; kernel/deadline.h. */
struct kernel_deadlines {
  TickType_t base; /* never later than now */
  TickType_t next; /* nothing is due, and nothing has to be moved, before this tick; 0: the wrap of the tick count */
  uint32_t filled; /* bit b: bucket[b] may hold something */
  struct kernel_ring bucket[32];
  struct kernel_ring wrapped; /* due after the tick count wraps */
};

/* Tasks waiting for one object: most urgent first, among equals the longest waiting; kernel/wait.h. */
struct kernel_wait_list {
  struct tskTaskControlBlock *first;
};

struct kernel_waiter {
  struct kernel_ring ring;            /* tasks of the same priority that wait for the same object */
  struct tskTaskControlBlock *higher; /* the group before ours; this task itself: a follower in its group */
  struct tskTaskControlBlock *lower;  /* the group after ours */
  struct kernel_wait_list *list;      /* where this task waits; NULL: nowhere */
};

struct tskTaskControlBlock {
  struct kernel_deadline due; /* first: a place in a list of the scheduler is the task */
  StackType_t *top;           /* the saved context, while the task does not run */
  StackType_t *limit;         /* the lowest address the stack pointer may have */
  uint8_t priority;           /* may be inherited */
  uint8_t base_priority;
  uint8_t state; /* enum task_state, kernel/scheduler.h */
  uint8_t flags; /* TASK_*, kernel/scheduler.h */
  struct kernel_waiter wait;
  uint32_t wait_bits; /* event groups: awaited bits and options, then what was found */
  StackType_t *stack;
  struct tskTaskControlBlock *next_task; /* sched.all */
  uint16_t mutexes_held;
#if configUSE_TASK_NOTIFICATIONS == 1
  uint8_t notify_state[configTASK_NOTIFICATION_ARRAY_ENTRIES];
  uint32_t notify_value[configTASK_NOTIFICATION_ARRAY_ENTRIES];
#endif
  char name[configMAX_TASK_NAME_LEN];
#if configRECORD_STACK_HIGH_ADDRESS == 1
  StackType_t *stack_end;
#endif
#if configUSE_TRACE_FACILITY == 1
  UBaseType_t number;      /* of creation */
  UBaseType_t task_number; /* vTaskSetTaskNumber() */
#endif
#if configUSE_APPLICATION_TASK_TAG == 1
  TaskHookFunction_t tag;
#endif
#if configNUM_THREAD_LOCAL_STORAGE_POINTERS > 0
  void *local_storage[configNUM_THREAD_LOCAL_STORAGE_POINTERS];
#endif
#if configGENERATE_RUN_TIME_STATS == 1
  configRUN_TIME_COUNTER_TYPE run_time;
#endif
#if configUSE_POSIX_ERRNO == 1
  int error_number;
#endif
};

struct QueueDefinition {
  UBaseType_t count;      /* items; of a semaphore or mutex: what can be taken */
  UBaseType_t length;     /* items that fit */
  UBaseType_t item_bytes; /* 0: semaphore or mutex */
  struct kernel_wait_list senders;
  struct kernel_wait_list receivers;
  union {
    struct {
      uint8_t *start;
      uint8_t *end; /* behind the last item */
      uint8_t *write;
      uint8_t *read;
    } items;
    struct {
      struct tskTaskControlBlock *holder;
      UBaseType_t depth; /* recursive takes */
    } mutex;
  } of;
#if configUSE_QUEUE_SETS == 1
  struct QueueDefinition *set; /* the set this queue belongs to */
#endif
  uint8_t kind;  /* queueQUEUE_TYPE_*, QUEUE_DELETED */
  uint8_t flags; /* QUEUE_ALLOCATED */
#if configUSE_TRACE_FACILITY == 1
  UBaseType_t number;
#endif
};

struct EventGroupDef_t {
  EventBits_t bits;
  EventBits_t clear; /* what the set in progress will clear at its end */
  struct kernel_ring waiters;
  struct kernel_ring paused; /* in waiters, behind those that the set in progress has looked at; next NULL: nowhere */
  uint8_t flags;             /* GROUP_*, kernel/event_groups.c */
#if configUSE_TRACE_FACILITY == 1
  UBaseType_t number;
#endif
};

struct StreamBufferDef_t {
  volatile size_t head; /* next byte to write; only the sender changes it */
  volatile size_t tail; /* next byte to read; only the receiver changes it */
  size_t length;        /* of the storage: one byte more than fits */
  size_t trigger;       /* bytes that wake a receiver */
  size_t held_back;     /* bytes that a receiver does not get before there are more */
  uint8_t *storage;
  struct kernel_wait_list sender;
  struct kernel_wait_list receiver;
#if configUSE_SB_COMPLETED_CALLBACK == 1
  StreamBufferCallbackFunction_t on_send;
  StreamBufferCallbackFunction_t on_receive;
#endif
  uint8_t kind;  /* sbTYPE_* */
  uint8_t flags; /* BUFFER_*, kernel/stream_buffer.c */
  uint8_t notification_index;
#if configUSE_TRACE_FACILITY == 1
  UBaseType_t number;
#endif
};

struct tmrTimerControl {
  struct kernel_deadline due; /* first: a place in the timer list is the timer */
  TickType_t period;
  void *id;
  TimerCallbackFunction_t callback;
  const char *name;
  uint8_t runs;      /* changed by the timer task only, as `due` and `period` */
  uint8_t reloads;   /* runs again and again */
  uint8_t allocated; /* from the heap */
#if configUSE_TRACE_FACILITY == 1
  UBaseType_t number;
#endif
};

#endif

/* In development, misuse ends at an assertion before it does any harm: missing and deleted objects, task functions in
 * interrupts, and what else the headers forbid. One line per call of the API. */
#include "diary.h"
#include "event_groups.h"
#include "message_buffer.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "timers.h"

#if configASSERT_DEFINED == 1 && configUSE_TRACE_FACILITY == 1

/* What the calls below are made with. */
static TaskHandle_t task;
static QueueHandle_t queue;
static QueueHandle_t sound_queue; /* of two items, one of them there */
static EventGroupHandle_t group;
static StreamBufferHandle_t buffer;
static TimerHandle_t timer;
static BaseType_t woken;
static uint32_t word;
static void *pointer;
static uint8_t *bytes;
static TickType_t tick;
static TimeOut_t timeout;
static TaskStatus_t status;
static StaticTask_t task_memory;
static StackType_t task_stack[TEST_STACK_WORDS] __attribute__((aligned(portBYTE_ALIGNMENT)));
static StaticQueue_t queue_memory;
static StaticQueue_t *queue_pointer;
static StaticEventGroup_t *group_pointer;
static StaticStreamBuffer_t buffer_memory;
static StaticStreamBuffer_t *buffer_pointer;
static StaticTimer_t timer_memory;
static StaticTimer_t *timer_pointer;
static uint8_t storage[2u * sizeof(void *)] __attribute__((aligned(portBYTE_ALIGNMENT)));

static void task_code(void *unused)
{
  (void)unused;
  for (;;) vTaskDelay(1000);
}

static void timer_code(TimerHandle_t unused)
{
  (void)unused;
}

static void pended_code(void *unused, uint32_t unused_too)
{
  (void)unused;
  (void)unused_too;
}

static TaskHandle_t make_task(TaskFunction_t code, UBaseType_t priority, StackType_t *stack, StaticTask_t *memory)
{
  return xTaskCreateStatic(code, "misuse", TEST_STACK_WORDS, NULL, priority, stack, memory);
}

/* Its stack has a number of words, but not of bytes. */
static TaskHandle_t make_endless_task(void)
{
  const size_t words = SIZE_MAX / sizeof(StackType_t) + 101u;
  return xTaskCreateStatic(task_code, "endless", words, NULL, LOWER, task_stack, &task_memory);
}

/* --- the calls --- */

/* CALL(name, call): the name is only for the function made of it. */
#define CALLS_WITH_A_TASK(CALL)                                                          \
  CALL(resume, vTaskResume(task))                                                        \
  CALL(resume_isr, xTaskResumeFromISR(task))                                             \
  CALL(abort_delay, xTaskAbortDelay(task))                                               \
  CALL(get_state, eTaskGetState(task))                                                   \
  CALL(notify, xTaskNotify(task, 1, eSetBits))                                           \
  CALL(notify_and_query, xTaskNotifyAndQuery(task, 1, eSetBits, &word))                  \
  CALL(notify_give, xTaskNotifyGive(task))                                               \
  CALL(notify_isr, xTaskNotifyFromISR(task, 1, eSetBits, &woken))                        \
  CALL(notify_and_query_isr, xTaskNotifyAndQueryFromISR(task, 1, eSetBits, &word, NULL)) \
  CALL(notify_give_isr, vTaskNotifyGiveFromISR(task, &woken))

#define CALLS_WITH_A_QUEUE(CALL)                                             \
  CALL(send, xQueueSend(queue, &word, 0))                                    \
  CALL(send_to_front, xQueueSendToFront(queue, &word, 0))                    \
  CALL(overwrite, xQueueOverwrite(queue, &word))                             \
  CALL(send_isr, xQueueSendFromISR(queue, &word, &woken))                    \
  CALL(send_to_front_isr, xQueueSendToFrontFromISR(queue, &word, &woken))    \
  CALL(overwrite_isr, xQueueOverwriteFromISR(queue, &word, &woken))          \
  CALL(receive, xQueueReceive(queue, &word, 0))                              \
  CALL(receive_isr, xQueueReceiveFromISR(queue, &word, &woken))              \
  CALL(peek, xQueuePeek(queue, &word, 0))                                    \
  CALL(peek_isr, xQueuePeekFromISR(queue, &word))                            \
  CALL(reset, xQueueReset(queue))                                            \
  CALL(waiting, uxQueueMessagesWaiting(queue))                               \
  CALL(waiting_isr, uxQueueMessagesWaitingFromISR(queue))                    \
  CALL(spaces, uxQueueSpacesAvailable(queue))                                \
  CALL(is_empty_isr, xQueueIsQueueEmptyFromISR(queue))                       \
  CALL(is_full_isr, xQueueIsQueueFullFromISR(queue))                         \
  CALL(item_size, uxQueueGetQueueItemSize(queue))                            \
  CALL(queue_length, uxQueueGetQueueLength(queue))                           \
  CALL(queue_buffers, xQueueGetStaticBuffers(queue, &bytes, &queue_pointer)) \
  CALL(set_queue_number, vQueueSetQueueNumber(queue, 1))                     \
  CALL(get_queue_number, uxQueueGetQueueNumber(queue))                       \
  CALL(queue_type, ucQueueGetQueueType(queue))                               \
  CALL(add_to_registry, vQueueAddToRegistry(queue, "name"))                  \
  CALL(unregister, vQueueUnregisterQueue(queue))                             \
  CALL(queue_name, pcQueueGetName(queue))                                    \
  CALL(delete_queue, vQueueDelete(queue))                                    \
  CALL(add_to_set, xQueueAddToSet(queue, sound_queue))                       \
  CALL(add_to_this_set, xQueueAddToSet(sound_queue, queue))                  \
  CALL(remove_from_set, xQueueRemoveFromSet(queue, sound_queue))             \
  CALL(remove_from_this_set, xQueueRemoveFromSet(sound_queue, queue))        \
  CALL(select, xQueueSelectFromSet(queue, 0))                                \
  CALL(select_isr, xQueueSelectFromSetFromISR(queue))                        \
  CALL(take, xSemaphoreTake(queue, 0))                                       \
  CALL(take_isr, xSemaphoreTakeFromISR(queue, &woken))                       \
  CALL(give, xSemaphoreGive(queue))                                          \
  CALL(give_isr, xSemaphoreGiveFromISR(queue, &woken))                       \
  CALL(take_recursive, xSemaphoreTakeRecursive(queue, 0))                    \
  CALL(give_recursive, xSemaphoreGiveRecursive(queue))                       \
  CALL(count, uxSemaphoreGetCount(queue))                                    \
  CALL(count_isr, uxSemaphoreGetCountFromISR(queue))                         \
  CALL(holder, xSemaphoreGetMutexHolder(queue))                              \
  CALL(holder_isr, xSemaphoreGetMutexHolderFromISR(queue))                   \
  CALL(semaphore_buffer, xSemaphoreGetStaticBuffer(queue, &queue_pointer))   \
  CALL(delete_semaphore, vSemaphoreDelete(queue))

#define CALLS_WITH_A_GROUP(CALL)                                        \
  CALL(wait_bits, xEventGroupWaitBits(group, 1, pdFALSE, pdFALSE, 0))   \
  CALL(set_bits, xEventGroupSetBits(group, 1))                          \
  CALL(clear_bits, xEventGroupClearBits(group, 1))                      \
  CALL(sync, xEventGroupSync(group, 1, 2, 0))                           \
  CALL(get_bits, xEventGroupGetBits(group))                             \
  CALL(set_bits_isr, xEventGroupSetBitsFromISR(group, 1, &woken))       \
  CALL(clear_bits_isr, xEventGroupClearBitsFromISR(group, 1))           \
  CALL(get_bits_isr, xEventGroupGetBitsFromISR(group))                  \
  CALL(set_bits_callback, vEventGroupSetBitsCallback(group, 1))         \
  CALL(clear_bits_callback, vEventGroupClearBitsCallback(group, 1))     \
  CALL(set_group_number, vEventGroupSetNumber(group, 1))                \
  CALL(group_buffer, xEventGroupGetStaticBuffer(group, &group_pointer)) \
  CALL(delete_group, vEventGroupDelete(group))

#define CALLS_WITH_A_BUFFER(CALL)                                                        \
  CALL(stream_send, xStreamBufferSend(buffer, "x", 1, 0))                                \
  CALL(stream_send_isr, xStreamBufferSendFromISR(buffer, "x", 1, &woken))                \
  CALL(stream_receive, xStreamBufferReceive(buffer, &word, 1, 0))                        \
  CALL(stream_receive_isr, xStreamBufferReceiveFromISR(buffer, &word, 1, &woken))        \
  CALL(message_send, xMessageBufferSend(buffer, "x", 1, 0))                              \
  CALL(message_send_isr, xMessageBufferSendFromISR(buffer, "x", 1, &woken))              \
  CALL(message_receive, xMessageBufferReceive(buffer, &word, 1, 0))                      \
  CALL(message_receive_isr, xMessageBufferReceiveFromISR(buffer, &word, 1, &woken))      \
  CALL(is_full, xStreamBufferIsFull(buffer))                                             \
  CALL(is_empty, xStreamBufferIsEmpty(buffer))                                           \
  CALL(stream_spaces, xStreamBufferSpacesAvailable(buffer))                              \
  CALL(available, xStreamBufferBytesAvailable(buffer))                                   \
  CALL(next_length, xMessageBufferNextLengthBytes(buffer))                               \
  CALL(set_trigger, xStreamBufferSetTriggerLevel(buffer, 1))                             \
  CALL(reset_stream, xStreamBufferReset(buffer))                                         \
  CALL(reset_stream_isr, xStreamBufferResetFromISR(buffer))                              \
  CALL(send_completed, xStreamBufferSendCompletedFromISR(buffer, &woken))                \
  CALL(receive_completed, xStreamBufferReceiveCompletedFromISR(buffer, &woken))          \
  CALL(get_index, uxStreamBufferGetStreamBufferNotificationIndex(buffer))                \
  CALL(set_index, vStreamBufferSetStreamBufferNotificationIndex(buffer, 0))              \
  CALL(get_stream_number, uxStreamBufferGetStreamBufferNumber(buffer))                   \
  CALL(set_stream_number, vStreamBufferSetStreamBufferNumber(buffer, 1))                 \
  CALL(stream_type, ucStreamBufferGetStreamBufferType(buffer))                           \
  CALL(stream_buffers, xStreamBufferGetStaticBuffers(buffer, &bytes, &buffer_pointer))   \
  CALL(message_buffers, xMessageBufferGetStaticBuffers(buffer, &bytes, &buffer_pointer)) \
  CALL(delete_stream, vStreamBufferDelete(buffer))

#define CALLS_WITH_A_TIMER(CALL)                                       \
  CALL(start, xTimerStart(timer, 0))                                   \
  CALL(reset_timer, xTimerReset(timer, 0))                             \
  CALL(stop, xTimerStop(timer, 0))                                     \
  CALL(change_period, xTimerChangePeriod(timer, 1, 0))                 \
  CALL(delete_timer, xTimerDelete(timer, 0))                           \
  CALL(start_isr, xTimerStartFromISR(timer, &woken))                   \
  CALL(reset_timer_isr, xTimerResetFromISR(timer, &woken))             \
  CALL(stop_isr, xTimerStopFromISR(timer, &woken))                     \
  CALL(change_period_isr, xTimerChangePeriodFromISR(timer, 1, &woken)) \
  CALL(is_active, xTimerIsTimerActive(timer))                          \
  CALL(get_period, xTimerGetPeriod(timer))                             \
  CALL(get_expiry, xTimerGetExpiryTime(timer))                         \
  CALL(set_reload, vTimerSetReloadMode(timer, pdTRUE))                 \
  CALL(get_reload, xTimerGetReloadMode(timer))                         \
  CALL(get_reload_unsigned, uxTimerGetReloadMode(timer))               \
  CALL(get_id, pvTimerGetTimerID(timer))                               \
  CALL(set_id, vTimerSetTimerID(timer, NULL))                          \
  CALL(timer_name, pcTimerGetName(timer))                              \
  CALL(get_timer_number, uxTimerGetTimerNumber(timer))                 \
  CALL(set_timer_number, vTimerSetTimerNumber(timer, 1))               \
  CALL(timer_buffer, xTimerGetStaticBuffer(timer, &timer_pointer))

/* Made with objects that are sound, and with what would not block. */
#define CALLS_FOR_TASKS_ONLY(CALL)                                                \
  CALL(task_create, xTaskCreate(task_code, "", TEST_STACK_WORDS, NULL, 1, &task)) \
  CALL(task_delete, vTaskDelete(task))                                            \
  CALL(task_delete_self, vTaskDelete(NULL))                                       \
  CALL(task_delay, vTaskDelay(1))                                                 \
  CALL(task_delay_0, vTaskDelay(0))                                               \
  CALL(task_delay_until, xTaskDelayUntil(&tick, 1))                               \
  CALL(task_abort, xTaskAbortDelay(task))                                         \
  CALL(task_suspend, vTaskSuspend(task))                                          \
  CALL(task_suspend_self, vTaskSuspend(NULL))                                     \
  CALL(task_resume, vTaskResume(task))                                            \
  CALL(task_priority, vTaskPrioritySet(task, 1))                                  \
  CALL(suspend_all, vTaskSuspendAll())                                            \
  CALL(resume_all, xTaskResumeAll())                                              \
  CALL(catch_up, xTaskCatchUpTicks(1))                                            \
  CALL(task_handle, xTaskGetHandle("judge"))                                      \
  CALL(system_state, uxTaskGetSystemState(&status, 1, NULL))                      \
  CALL(task_notify, xTaskNotifyGive(task))                                        \
  CALL(notify_take, ulTaskNotifyTake(pdTRUE, 0))                                  \
  CALL(notify_wait, xTaskNotifyWait(0, 0, &word, 0))                              \
  CALL(queue_create, xQueueCreate(1, 4))                                          \
  CALL(queue_send, xQueueSend(sound_queue, &word, 0))                             \
  CALL(queue_receive, xQueueReceive(sound_queue, &word, 0))                       \
  CALL(queue_peek, xQueuePeek(sound_queue, &word, 0))                             \
  CALL(queue_reset, xQueueReset(sound_queue))                                     \
  CALL(queue_delete, vQueueDelete(sound_queue))                                   \
  CALL(queue_register, vQueueAddToRegistry(sound_queue, "name"))                  \
  CALL(queue_unregister, vQueueUnregisterQueue(sound_queue))                      \
  CALL(queue_add, xQueueAddToSet(queue, sound_queue))                             \
  CALL(queue_remove, xQueueRemoveFromSet(queue, sound_queue))                     \
  CALL(semaphore_take, xSemaphoreTake(queue, 0))                                  \
  CALL(semaphore_give, xSemaphoreGive(queue))                                     \
  CALL(recursive_take, xSemaphoreTakeRecursive(queue, 0))                         \
  CALL(recursive_give, xSemaphoreGiveRecursive(queue))                            \
  CALL(group_create, xEventGroupCreate())                                         \
  CALL(group_wait, xEventGroupWaitBits(group, 1, pdFALSE, pdFALSE, 0))            \
  CALL(group_set, xEventGroupSetBits(group, 1))                                   \
  CALL(group_clear, xEventGroupClearBits(group, 1))                               \
  CALL(group_sync, xEventGroupSync(group, 1, 2, 0))                               \
  CALL(group_delete, vEventGroupDelete(group))                                    \
  CALL(buffer_create, xStreamBufferCreate(8, 1))                                  \
  CALL(buffer_send, xStreamBufferSend(buffer, "x", 1, 0))                         \
  CALL(buffer_receive, xStreamBufferReceive(buffer, &word, 1, 0))                 \
  CALL(buffer_reset, xStreamBufferReset(buffer))                                  \
  CALL(buffer_delete, vStreamBufferDelete(buffer))                                \
  CALL(timer_create, xTimerCreate("", 1, pdFALSE, NULL, timer_code))              \
  CALL(timer_start, xTimerStart(timer, 0))                                        \
  CALL(timer_pend, xTimerPendFunctionCall(pended_code, NULL, 0, 0))               \
  CALL(heap_malloc, pvPortMalloc(8))                                              \
  CALL(heap_calloc, pvPortCalloc(1, 8))                                           \
  CALL(heap_free, vPortFree(&word))

#define CALLS_WITH_BAD_ARGUMENTS(CALL)                                                                             \
  CALL(no_code, make_task(NULL, 1, task_stack, &task_memory))                                                      \
  CALL(no_stack, make_task(task_code, 1, NULL, &task_memory))                                                      \
  CALL(no_task_memory, make_task(task_code, 1, task_stack, NULL))                                                  \
  CALL(stack_without_end, make_endless_task())                                                                     \
  CALL(create_too_urgent, make_task(task_code, configMAX_PRIORITIES, task_stack, &task_memory))                    \
  CALL(set_too_urgent, vTaskPrioritySet(NULL, configMAX_PRIORITIES))                                               \
  CALL(until_from_nowhere, xTaskDelayUntil(NULL, 1))                                                               \
  CALL(until_now, xTaskDelayUntil(&tick, 0))                                                                       \
  CALL(no_name, xTaskGetHandle(NULL))                                                                              \
  CALL(no_timeout, vTaskSetTimeOutState(NULL))                                                                     \
  CALL(no_timeout_to_check, xTaskCheckForTimeOut(NULL, &tick))                                                     \
  CALL(no_ticks_to_check, xTaskCheckForTimeOut(&timeout, NULL))                                                    \
  CALL(no_status, vTaskGetInfo(NULL, NULL, pdTRUE, eInvalid))                                                      \
  CALL(storage_minus_one, vTaskSetThreadLocalStoragePointer(NULL, -1, NULL))                                       \
  CALL(storage_too_far, vTaskSetThreadLocalStoragePointer(NULL, configNUM_THREAD_LOCAL_STORAGE_POINTERS, NULL))    \
  CALL(notify_index, xTaskNotifyIndexed(task, configTASK_NOTIFICATION_ARRAY_ENTRIES, 0, eNoAction))                \
  CALL(notify_give_index, vTaskNotifyGiveIndexedFromISR(task, configTASK_NOTIFICATION_ARRAY_ENTRIES, NULL))        \
  CALL(take_index, ulTaskNotifyTakeIndexed(configTASK_NOTIFICATION_ARRAY_ENTRIES, pdTRUE, 0))                      \
  CALL(wait_index, xTaskNotifyWaitIndexed(configTASK_NOTIFICATION_ARRAY_ENTRIES, 0, 0, NULL, 0))                   \
  CALL(state_index, xTaskNotifyStateClearIndexed(NULL, configTASK_NOTIFICATION_ARRAY_ENTRIES))                     \
  CALL(value_index, ulTaskNotifyValueClearIndexed(NULL, configTASK_NOTIFICATION_ARRAY_ENTRIES, 0))                 \
  CALL(queue_of_none, xQueueCreate(0, 4))                                                                          \
  CALL(queue_without_memory, xQueueCreateStatic(2, 4, storage, NULL))                                              \
  CALL(queue_without_storage, xQueueCreateStatic(2, 4, NULL, &queue_memory))                                       \
  CALL(queue_with_storage_for_nothing, xQueueCreateStatic(2, 0, storage, &queue_memory))                           \
  CALL(queue_buffer_to_nowhere, xQueueGetStaticBuffers(sound_queue, &bytes, NULL))                                 \
  CALL(send_nothing, xQueueSend(sound_queue, NULL, 0))                                                             \
  CALL(send_nothing_isr, xQueueSendFromISR(sound_queue, NULL, NULL))                                               \
  CALL(receive_to_nowhere, xQueueReceive(sound_queue, NULL, 0))                                                    \
  CALL(receive_to_nowhere_isr, xQueueReceiveFromISR(sound_queue, NULL, NULL))                                      \
  CALL(peek_to_nowhere, xQueuePeek(sound_queue, NULL, 0))                                                          \
  CALL(peek_to_nowhere_isr, xQueuePeekFromISR(sound_queue, NULL))                                                  \
  CALL(overwrite_of_two, xQueueOverwrite(sound_queue, &word))                                                      \
  CALL(overwrite_of_two_isr, xQueueOverwriteFromISR(sound_queue, &word, NULL))                                     \
  CALL(take_a_queue, xSemaphoreTake(sound_queue, 0))                                                               \
  CALL(give_a_queue, xSemaphoreGive(sound_queue))                                                                  \
  CALL(give_a_queue_isr, xSemaphoreGiveFromISR(sound_queue, NULL))                                                 \
  CALL(counting_to_0, xSemaphoreCreateCounting(0, 0))                                                              \
  CALL(counting_from_beyond, xSemaphoreCreateCounting(1, 2))                                                       \
  CALL(counting_to_0_static, xSemaphoreCreateCountingStatic(0, 0, &queue_memory))                                  \
  CALL(counting_without_memory, xSemaphoreCreateCountingStatic(1, 0, NULL))                                        \
  CALL(binary_without_memory, xSemaphoreCreateBinaryStatic(NULL))                                                  \
  CALL(mutex_without_memory, xSemaphoreCreateMutexStatic(NULL))                                                    \
  CALL(group_without_memory, xEventGroupCreateStatic(NULL))                                                        \
  CALL(wait_for_no_bit, xEventGroupWaitBits(group, 0, pdFALSE, pdFALSE, 0))                                        \
  CALL(wait_for_the_kernels_bit, xEventGroupWaitBits(group, 0x01000000u, pdFALSE, pdFALSE, 0))                     \
  CALL(set_the_kernels_bit, xEventGroupSetBits(group, 0x80000000u))                                                \
  CALL(set_the_kernels_bit_isr, xEventGroupSetBitsFromISR(group, 0x80000000u, NULL))                               \
  CALL(clear_the_kernels_bit, xEventGroupClearBits(group, 0x01000000u))                                            \
  CALL(sync_for_no_bit, xEventGroupSync(group, 1, 0, 0))                                                           \
  CALL(stream_of_none, xStreamBufferCreate(0, 0))                                                                  \
  CALL(trigger_beyond, xStreamBufferCreate(8, 9))                                                                  \
  CALL(stream_without_storage, xStreamBufferCreateStatic(8, 1, NULL, &buffer_memory))                              \
  CALL(stream_without_memory, xStreamBufferCreateStatic(8, 1, storage, NULL))                                      \
  CALL(message_too_small, xMessageBufferCreate(sizeof(size_t)))                                                    \
  CALL(stream_send_nothing, xStreamBufferSend(buffer, NULL, 1, 0))                                                 \
  CALL(stream_receive_to_nowhere, xStreamBufferReceive(buffer, NULL, 1, 0))                                        \
  CALL(stream_index, vStreamBufferSetStreamBufferNotificationIndex(buffer, configTASK_NOTIFICATION_ARRAY_ENTRIES)) \
  CALL(period_0, xTimerCreate("", 0, pdFALSE, NULL, timer_code))                                                   \
  CALL(no_callback, xTimerCreate("", 1, pdFALSE, NULL, NULL))                                                      \
  CALL(period_0_static, xTimerCreateStatic("", 0, pdFALSE, NULL, timer_code, &timer_memory))                       \
  CALL(timer_without_memory, xTimerCreateStatic("", 1, pdFALSE, NULL, timer_code, NULL))                           \
  CALL(change_to_period_0, xTimerChangePeriod(timer, 0, 0))                                                        \
  CALL(change_to_period_0_isr, xTimerChangePeriodFromISR(timer, 0, NULL))                                          \
  CALL(pend_nothing, xTimerPendFunctionCall(NULL, NULL, 0, 0))                                                     \
  CALL(pend_nothing_isr, xTimerPendFunctionCallFromISR(NULL, NULL, 0, NULL))                                       \
  CALL(no_heap_stats, vPortGetHeapStats(NULL))                                                                     \
  CALL(free_of_the_middle, vPortFree((uint8_t *)pointer + portBYTE_ALIGNMENT))                                     \
  CALL(free_of_something_else, vPortFree(&storage[portBYTE_ALIGNMENT]))                                            \
  CALL(resume_all_too_often, xTaskResumeAll())                                                                     \
  CALL(exit_critical_too_often, taskEXIT_CRITICAL())

/* With the scheduler suspended; nothing of what they wait for is there. */
#define CALLS_THAT_BLOCK(CALL)                                              \
  CALL(block_delay, vTaskDelay(1))                                          \
  CALL(block_until, xTaskDelayUntil(&tick, 1000))                           \
  CALL(block_suspend, vTaskSuspend(NULL))                                   \
  CALL(block_delete, vTaskDelete(NULL))                                     \
  CALL(block_notify_take, ulTaskNotifyTake(pdTRUE, 1))                      \
  CALL(block_notify_wait, xTaskNotifyWait(0, 0, NULL, 1))                   \
  CALL(block_receive, xQueueReceive(queue, &word, 1))                       \
  CALL(block_peek, xQueuePeek(queue, &word, portMAX_DELAY))                 \
  CALL(block_send, xQueueSend(sound_queue, &word, 1))                       \
  CALL(block_select, xQueueSelectFromSet(queue, 1))                         \
  CALL(block_wait_bits, xEventGroupWaitBits(group, 1, pdFALSE, pdFALSE, 1)) \
  CALL(block_sync, xEventGroupSync(group, 1, 2, 1))                         \
  CALL(block_stream, xStreamBufferReceive(buffer, &word, 1, 1))

#define CALL_FUNCTION(name, call) \
  static void misuse_##name(void) \
  {                               \
    (void)(call);                 \
  }
#define CALL_ROW(name, call) {#call, misuse_##name},

CALLS_WITH_A_TASK(CALL_FUNCTION)
CALLS_WITH_A_QUEUE(CALL_FUNCTION)
CALLS_WITH_A_GROUP(CALL_FUNCTION)
CALLS_WITH_A_BUFFER(CALL_FUNCTION)
CALLS_WITH_A_TIMER(CALL_FUNCTION)
CALLS_FOR_TASKS_ONLY(CALL_FUNCTION)
CALLS_WITH_BAD_ARGUMENTS(CALL_FUNCTION)
CALLS_THAT_BLOCK(CALL_FUNCTION)

struct misuse {
  const char *call;
  void (*make)(void);
};

/* Each of the calls ends at an assertion. */
static void expect_stops(const struct misuse *misuses, size_t count)
{
  for (size_t i = 0; i < count; i++) check_that(test_stops(misuses[i].make), misuses[i].call, __FILE__, __LINE__);
}

#define EXPECT_STOPS(CALLS)                                   \
  do {                                                        \
    static const struct misuse misuses[] = {CALLS(CALL_ROW)}; \
    expect_stops(misuses, sizeof misuses / sizeof *misuses);  \
  } while (0)

/* --- sound objects, for what is wrong about the rest --- */

static void make_objects(void)
{
  task = make_task(task_code, LOWER, task_stack, &task_memory);
  queue = xQueueCreate(1, sizeof word);
  sound_queue = xQueueCreate(2, sizeof word);
  group = xEventGroupCreate();
  buffer = xStreamBufferCreate(8, 1);
  timer = xTimerCreate("", 100, pdFALSE, NULL, timer_code);
  pointer = pvPortMalloc(64);
  CHECK(task != NULL && queue != NULL && sound_queue != NULL && group != NULL && buffer != NULL && timer != NULL);
  CHECK_EQUAL(xQueueSend(sound_queue, &word, 0), pdPASS);
  tick = xTaskGetTickCount();
}

/* They are as they were. */
static void delete_objects(void)
{
  CHECK_EQUAL(uxQueueMessagesWaiting(queue), 0);
  CHECK_EQUAL(xEventGroupGetBits(group), 0);
  CHECK_EQUAL(xStreamBufferBytesAvailable(buffer), 0);
  CHECK_EQUAL(xTimerIsTimerActive(timer), pdFALSE);
  CHECK_EQUAL(uxTaskPriorityGet(task), LOWER);
  CHECK_EQUAL(xTaskNotifyStateClear(task), pdFALSE);
  vTaskDelete(task);
  vQueueDelete(queue);
  vQueueDelete(sound_queue);
  vEventGroupDelete(group);
  vStreamBufferDelete(buffer);
  CHECK_EQUAL(xTimerDelete(timer, 0), pdPASS);
  vPortFree(pointer);
}

/* --- promises --- */

PROMISE(a_missing_object_is_caught_by_every_function)
{
  static StaticQueue_t memory;
  static uint8_t items[2];
  task = NULL;
  queue = NULL;
  group = NULL;
  buffer = NULL;
  timer = NULL;
  sound_queue = xQueueCreateStatic(2, 1, items, &memory);
  EXPECT_STOPS(CALLS_WITH_A_TASK);
  EXPECT_STOPS(CALLS_WITH_A_QUEUE);
  EXPECT_STOPS(CALLS_WITH_A_GROUP);
  EXPECT_STOPS(CALLS_WITH_A_BUFFER);
  EXPECT_STOPS(CALLS_WITH_A_TIMER);
  vQueueDelete(sound_queue);
}

PROMISE(a_deleted_queue_semaphore_or_set_is_caught_by_every_function)
{
  static StaticQueue_t sound_memory;
  static uint8_t items[2];
  sound_queue = xQueueCreateStatic(2, 1, items, &sound_memory);
  queue = xQueueCreateStatic(1, sizeof word, storage, &queue_memory);
  vQueueDelete(queue);
  EXPECT_STOPS(CALLS_WITH_A_QUEUE);
  queue = xSemaphoreCreateBinaryStatic(&queue_memory);
  vSemaphoreDelete(queue);
  EXPECT_STOPS(CALLS_WITH_A_QUEUE);
  queue = xSemaphoreCreateRecursiveMutexStatic(&queue_memory);
  vSemaphoreDelete(queue);
  EXPECT_STOPS(CALLS_WITH_A_QUEUE);
  queue = xQueueCreateSetStatic(2, storage, &queue_memory);
  vQueueDelete(queue);
  EXPECT_STOPS(CALLS_WITH_A_QUEUE);
  vQueueDelete(sound_queue);
}

PROMISE(a_deleted_stream_or_message_buffer_is_caught_by_every_function)
{
  buffer = xStreamBufferCreateStatic(sizeof storage, 1, storage, &buffer_memory);
  vStreamBufferDelete(buffer);
  EXPECT_STOPS(CALLS_WITH_A_BUFFER);
  buffer = xMessageBufferCreateStatic(sizeof storage, storage, &buffer_memory);
  vMessageBufferDelete(buffer);
  EXPECT_STOPS(CALLS_WITH_A_BUFFER);
}

PROMISE(functions_for_tasks_are_caught_in_an_interrupt)
{
  static const struct misuse misuses[] = {CALLS_FOR_TASKS_ONLY(CALL_ROW)};
  make_objects();
  for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
    check_that(test_stops_in_interrupt(misuses[i].make), misuses[i].call, __FILE__, __LINE__);
  }
  CHECK_EQUAL(uxQueueMessagesWaiting(sound_queue), 1);
  delete_objects();
}

PROMISE(bad_arguments_are_caught)
{
  make_objects();
  vTaskDelete(task); /* its memory is used by calls that make a task */
  task = xTaskGetCurrentTaskHandle();
  EXPECT_STOPS(CALLS_WITH_BAD_ARGUMENTS);
  CHECK_EQUAL(uxQueueMessagesWaiting(sound_queue), 1);
  task = make_task(task_code, LOWER, task_stack, &task_memory);
  delete_objects();
}

static void (*blocking_call)(void);

static void call_while_suspended(void)
{
  vTaskSuspendAll();
  blocking_call();
  (void)xTaskResumeAll();
}

PROMISE(blocking_while_the_scheduler_is_suspended_is_caught)
{
  static const struct misuse misuses[] = {CALLS_THAT_BLOCK(CALL_ROW)};
  make_objects();
  CHECK_EQUAL(xQueueSend(sound_queue, &word, 0), pdPASS);
  for (size_t i = 0; i < sizeof misuses / sizeof *misuses; i++) {
    blocking_call = misuses[i].make;
    tick = xTaskGetTickCount();
    check_that(test_stops(call_while_suspended), misuses[i].call, __FILE__, __LINE__);
  }
  CHECK_EQUAL(xTaskGetSchedulerState(), taskSCHEDULER_RUNNING);
  delete_objects();
}

/* --- mutexes --- */

static SemaphoreHandle_t mutex;

static void take_mutex_while_suspended(void)
{
  vTaskSuspendAll();
  (void)xSemaphoreTake(mutex, 1);
}

static BaseType_t hold_mutex(struct actor *self)
{
  BaseType_t taken = xSemaphoreTake(mutex, 0);
  vTaskDelay(self->ticks);
  (void)xSemaphoreGive(mutex);
  return taken;
}

static void give_mutex(void)
{
  (void)xSemaphoreGive(mutex);
}

static void give_mutex_isr(void)
{
  (void)xSemaphoreGiveFromISR(mutex, NULL);
}

PROMISE(giving_a_mutex_that_one_does_not_hold_is_caught)
{
  static struct actor holder = {.letter = 'h', .act = hold_mutex, .ticks = 3};
  diary_begin();
  mutex = xSemaphoreCreateMutex();
  NEED(mutex != NULL);
  actor_start(&holder, HIGHER);
  CHECK(xSemaphoreGetMutexHolder(mutex) == holder.task);
  CHECK(test_stops(give_mutex));
  CHECK(test_stops(give_mutex_isr));
  CHECK(test_stops_in_interrupt(give_mutex_isr));
  CHECK(xSemaphoreGetMutexHolder(mutex) == holder.task);
  vTaskDelay(4);
  CHECK(holder.done);
  CHECK_EQUAL(uxSemaphoreGetCount(mutex), 1);
  vSemaphoreDelete(mutex);
}

static void take_mutex_isr(void)
{
  (void)xSemaphoreTakeFromISR(mutex, NULL);
}

PROMISE(a_mutex_taken_in_an_interrupt_is_caught)
{
  mutex = xSemaphoreCreateMutex();
  NEED(mutex != NULL);
  CHECK(test_stops_in_interrupt(take_mutex_isr));
  CHECK_EQUAL(uxSemaphoreGetCount(mutex), 1);
  CHECK(xSemaphoreGetMutexHolder(mutex) == NULL);
  vSemaphoreDelete(mutex);
}

PROMISE(waiting_for_a_mutex_while_the_scheduler_is_suspended_is_caught_before_anything_is_inherited)
{
  static struct actor holder = {.letter = 'h', .act = hold_mutex, .ticks = 3};
  diary_begin();
  mutex = xSemaphoreCreateMutex();
  NEED(mutex != NULL);
  actor_start(&holder, LOWER);
  vTaskDelay(1);
  CHECK(test_stops(take_mutex_while_suspended));
  CHECK_EQUAL(uxTaskPriorityGet(holder.task), LOWER);
  vTaskDelay(4);
  CHECK(holder.done);
  vSemaphoreDelete(mutex);
}

/* --- twice --- */

static void free_pointer(void)
{
  vPortFree(pointer);
}

PROMISE(freeing_twice_is_caught)
{
  void *between = NULL;
  pointer = pvPortMalloc(40);
  between = pvPortMalloc(40);
  NEED(pointer != NULL && between != NULL);
  free_pointer();
  CHECK(test_stops(free_pointer));
  vPortFree(between);
  CHECK(test_stops(free_pointer));
}

static void delete_task(void)
{
  vTaskDelete(task);
}

static void suspend_task(void)
{
  vTaskSuspend(task);
}

static void delete_self(void *unused)
{
  (void)unused;
  vTaskDelete(NULL);
}

PROMISE(deleting_a_task_twice_is_caught)
{
  task = make_task(task_code, LOWER, task_stack, &task_memory);
  NEED(task != NULL);
  delete_task();
  CHECK(test_stops(delete_task));
  CHECK(test_stops(suspend_task));
}

PROMISE(deleting_a_task_that_deleted_itself_is_caught_before_and_after_its_memory_is_released)
{
  UBaseType_t tasks = uxTaskGetNumberOfTasks();
  task = make_task(delete_self, HIGHER, task_stack, &task_memory);
  NEED(task != NULL);
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks + 1u);
  CHECK(test_stops(delete_task));
  vTaskDelay(2);
  CHECK_EQUAL(uxTaskGetNumberOfTasks(), tasks);
  CHECK(test_stops(delete_task));
}

/* --- the test itself --- */

static void do_nothing(void)
{
}

PROMISE(what_is_no_misuse_is_not_caught)
{
  CHECK(!test_stops(do_nothing));
  CHECK(!test_stops_in_interrupt(do_nothing));
}

const struct promise misuse_promises[] = {
  KEPT(what_is_no_misuse_is_not_caught),
  KEPT(a_missing_object_is_caught_by_every_function),
  KEPT(a_deleted_queue_semaphore_or_set_is_caught_by_every_function),
  KEPT(a_deleted_stream_or_message_buffer_is_caught_by_every_function),
  KEPT(functions_for_tasks_are_caught_in_an_interrupt),
  KEPT(bad_arguments_are_caught),
  KEPT(blocking_while_the_scheduler_is_suspended_is_caught),
  KEPT(giving_a_mutex_that_one_does_not_hold_is_caught),
  KEPT(a_mutex_taken_in_an_interrupt_is_caught),
  KEPT(waiting_for_a_mutex_while_the_scheduler_is_suspended_is_caught_before_anything_is_inherited),
  KEPT(freeing_twice_is_caught),
  KEPT(deleting_a_task_twice_is_caught),
  KEPT(deleting_a_task_that_deleted_itself_is_caught_before_and_after_its_memory_is_released),
  END_OF_PROMISES,
};

#endif

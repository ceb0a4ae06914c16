/* A trace tool is told of everything: each call makes the kernel use the trace macro in front of it (config/traced.h). */
#include "diary.h"
#include "event_groups.h"
#include "queue.h"
#include "semphr.h"
#include "stream_buffer.h"
#include "timers.h"

#ifdef TEST_CONFIG_TRACED_H

volatile unsigned test_traces[TEST_TRACES];

#define TOO_MUCH 1000000u /* for the heap */

static TaskHandle_t task;
static QueueHandle_t queue; /* of one item */
static QueueHandle_t set;
static QueueHandle_t member;
static SemaphoreHandle_t mutex;
static SemaphoreHandle_t foreign_mutex; /* held by nobody, or by another task */
static EventGroupHandle_t group;
static StreamBufferHandle_t buffer; /* of one byte */
static TimerHandle_t timer;
static uint32_t word;
static void *block;

static void wait_for_ever(void *unused)
{
  (void)unused;
  for (;;) (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
}

static void delay_until_next(void)
{
  TickType_t tick = xTaskGetTickCount();
  (void)xTaskDelayUntil(&tick, 1);
}

static BaseType_t hold_foreign_mutex(struct actor *self)
{
  (void)xSemaphoreTake(foreign_mutex, 0);
  vTaskDelay(self->ticks);
  return xSemaphoreGive(foreign_mutex);
}

static struct actor holder = {.letter = 'h', .act = hold_foreign_mutex};

static void inherit_and_give_back(void)
{
  holder.ticks = 3;
  actor_start(&holder, LOWER);
  vTaskDelay(1);
  (void)xSemaphoreTake(foreign_mutex, 5);
  (void)xSemaphoreGive(foreign_mutex);
  vTaskDelay(2);
}

static void use_foreign_mutex(void)
{
  holder.ticks = 3;
  actor_start(&holder, HIGHER);
  (void)xSemaphoreTakeRecursive(foreign_mutex, 0);
  (void)xSemaphoreGiveRecursive(foreign_mutex);
  vTaskDelay(4);
}

static void pended(void *unused, uint32_t unused_too)
{
  (void)unused;
  (void)unused_too;
}

static void expire(TimerHandle_t unused)
{
  (void)unused;
}

static void let_timer_expire(void)
{
  (void)xTimerStart(timer, 0);
  vTaskDelay(3);
}

/* TRACE(macro, calls that lead to it) */
#define TRACES(TRACE)                                                                                    \
  TRACE(traceTASK_SWITCHED_OUT, vTaskDelay(1))                                                           \
  TRACE(traceTASK_SWITCHED_IN, vTaskDelay(1))                                                            \
  TRACE(traceTASK_INCREMENT_TICK, vTaskDelay(1))                                                         \
  TRACE(traceINCREASE_TICK_COUNT, vTaskStepTick(0))                                                      \
  TRACE(traceTASK_CREATE, task = test_task(wait_for_ever, NULL, HIGHER))                                 \
  TRACE(traceTASK_CREATE_FAILED, (void)xTaskCreate(wait_for_ever, "", TOO_MUCH, NULL, 1, NULL))          \
  TRACE(traceMOVED_TASK_TO_READY_STATE, vTaskDelay(1))                                                   \
  TRACE(traceTASK_DELAY, vTaskDelay(1))                                                                  \
  TRACE(traceTASK_DELAY_UNTIL, delay_until_next())                                                       \
  TRACE(traceTASK_PRIORITY_SET, vTaskPrioritySet(task, HIGHER + 1u))                                     \
  TRACE(traceTASK_PRIORITY_INHERIT, inherit_and_give_back())                                             \
  TRACE(traceTASK_PRIORITY_DISINHERIT, inherit_and_give_back())                                          \
  TRACE(traceTASK_SUSPEND, vTaskSuspend(task))                                                           \
  TRACE(traceTASK_RESUME, vTaskResume(task))                                                             \
  TRACE(traceTASK_RESUME_FROM_ISR, vTaskSuspend(task); (void)xTaskResumeFromISR(task))                   \
  TRACE(traceTASK_NOTIFY, (void)xTaskNotifyGive(task))                                                   \
  TRACE(traceTASK_NOTIFY_FROM_ISR, (void)xTaskNotifyFromISR(task, 1, eSetBits, NULL))                    \
  TRACE(traceTASK_NOTIFY_GIVE_FROM_ISR, vTaskNotifyGiveFromISR(task, NULL))                              \
  TRACE(traceTASK_NOTIFY_TAKE, (void)ulTaskNotifyTake(pdTRUE, 0))                                        \
  TRACE(traceTASK_NOTIFY_TAKE_BLOCK, (void)ulTaskNotifyTake(pdTRUE, 1))                                  \
  TRACE(traceTASK_NOTIFY_WAIT, (void)xTaskNotifyWait(0, 0, NULL, 0))                                     \
  TRACE(traceTASK_NOTIFY_WAIT_BLOCK, (void)xTaskNotifyWait(0, 0, NULL, 1))                               \
  TRACE(traceTASK_DELETE, vTaskDelete(task))                                                             \
  TRACE(traceQUEUE_CREATE, queue = xQueueCreate(1, sizeof word))                                         \
  TRACE(traceQUEUE_CREATE_FAILED, (void)xQueueCreate(1, TOO_MUCH))                                       \
  TRACE(traceQUEUE_REGISTRY_ADD, vQueueAddToRegistry(queue, "queue"))                                    \
  TRACE(traceQUEUE_SEND, (void)xQueueSend(queue, &word, 0))                                              \
  TRACE(traceQUEUE_SEND_FAILED, (void)xQueueSend(queue, &word, 0))                                       \
  TRACE(traceBLOCKING_ON_QUEUE_SEND, (void)xQueueSend(queue, &word, 1))                                  \
  TRACE(traceQUEUE_PEEK, (void)xQueuePeek(queue, &word, 0))                                              \
  TRACE(traceQUEUE_PEEK_FROM_ISR, (void)xQueuePeekFromISR(queue, &word))                                 \
  TRACE(traceQUEUE_RECEIVE, (void)xQueueReceive(queue, &word, 0))                                        \
  TRACE(traceQUEUE_RECEIVE_FAILED, (void)xQueueReceive(queue, &word, 0))                                 \
  TRACE(traceQUEUE_PEEK_FAILED, (void)xQueuePeek(queue, &word, 0))                                       \
  TRACE(traceBLOCKING_ON_QUEUE_RECEIVE, (void)xQueueReceive(queue, &word, 1))                            \
  TRACE(traceBLOCKING_ON_QUEUE_PEEK, (void)xQueuePeek(queue, &word, 1))                                  \
  TRACE(traceQUEUE_SEND_FROM_ISR, (void)xQueueSendFromISR(queue, &word, NULL))                           \
  TRACE(traceQUEUE_RECEIVE_FROM_ISR, (void)xQueueReceiveFromISR(queue, &word, NULL))                     \
  TRACE(traceQUEUE_SET_SEND, (void)xSemaphoreGive(member))                                               \
  TRACE(traceCREATE_MUTEX, mutex = xSemaphoreCreateRecursiveMutex())                                     \
  TRACE(traceTAKE_MUTEX_RECURSIVE, (void)xSemaphoreTakeRecursive(mutex, 0))                              \
  TRACE(traceGIVE_MUTEX_RECURSIVE, (void)xSemaphoreGiveRecursive(mutex))                                 \
  TRACE(traceTAKE_MUTEX_RECURSIVE_FAILED, use_foreign_mutex())                                           \
  TRACE(traceGIVE_MUTEX_RECURSIVE_FAILED, use_foreign_mutex())                                           \
  TRACE(traceQUEUE_DELETE, vSemaphoreDelete(mutex))                                                      \
  TRACE(traceCREATE_COUNTING_SEMAPHORE, mutex = xSemaphoreCreateCounting(2, 0); vSemaphoreDelete(mutex)) \
  TRACE(traceEVENT_GROUP_CREATE, group = xEventGroupCreate())                                            \
  TRACE(traceEVENT_GROUP_SYNC_BLOCK, (void)xEventGroupSync(group, 1, 2, 1))                              \
  TRACE(traceEVENT_GROUP_SYNC_END, (void)xEventGroupSync(group, 1, 2, 0))                                \
  TRACE(traceEVENT_GROUP_WAIT_BITS_BLOCK, (void)xEventGroupWaitBits(group, 4, pdFALSE, pdFALSE, 1))      \
  TRACE(traceEVENT_GROUP_WAIT_BITS_END, (void)xEventGroupWaitBits(group, 4, pdFALSE, pdFALSE, 0))        \
  TRACE(traceEVENT_GROUP_SET_BITS, (void)xEventGroupSetBits(group, 1))                                   \
  TRACE(traceEVENT_GROUP_SET_BITS_FROM_ISR, (void)xEventGroupSetBitsFromISR(group, 1, NULL))             \
  TRACE(traceEVENT_GROUP_CLEAR_BITS, (void)xEventGroupClearBits(group, 1))                               \
  TRACE(traceEVENT_GROUP_CLEAR_BITS_FROM_ISR, (void)xEventGroupClearBitsFromISR(group, 1))               \
  TRACE(traceEVENT_GROUP_DELETE, vEventGroupDelete(group))                                               \
  TRACE(traceTIMER_CREATE, timer = xTimerCreate("", 1, pdFALSE, NULL, expire))                           \
  TRACE(traceTIMER_COMMAND_SEND, (void)xTimerStop(timer, 0))                                             \
  TRACE(traceTIMER_COMMAND_RECEIVED, (void)xTimerStop(timer, 0))                                         \
  TRACE(traceTIMER_EXPIRED, let_timer_expire())                                                          \
  TRACE(tracePEND_FUNC_CALL, (void)xTimerPendFunctionCall(pended, NULL, 0, 0))                           \
  TRACE(tracePEND_FUNC_CALL_FROM_ISR, (void)xTimerPendFunctionCallFromISR(pended, NULL, 0, NULL))        \
  TRACE(traceSTREAM_BUFFER_CREATE, buffer = xStreamBufferCreate(1, 1))                                   \
  TRACE(traceSTREAM_BUFFER_CREATE_FAILED, (void)xStreamBufferCreate(TOO_MUCH, 1))                        \
  TRACE(traceSTREAM_BUFFER_SEND, (void)xStreamBufferSend(buffer, "a", 1, 0))                             \
  TRACE(traceSTREAM_BUFFER_SEND_FAILED, (void)xStreamBufferSend(buffer, "a", 1, 0))                      \
  TRACE(traceBLOCKING_ON_STREAM_BUFFER_SEND, (void)xStreamBufferSend(buffer, "a", 1, 1))                 \
  TRACE(traceSTREAM_BUFFER_RECEIVE, (void)xStreamBufferReceive(buffer, &word, 1, 0))                     \
  TRACE(traceSTREAM_BUFFER_RECEIVE_FAILED, (void)xStreamBufferReceive(buffer, &word, 1, 0))              \
  TRACE(traceBLOCKING_ON_STREAM_BUFFER_RECEIVE, (void)xStreamBufferReceive(buffer, &word, 1, 1))         \
  TRACE(traceSTREAM_BUFFER_SEND_FROM_ISR, (void)xStreamBufferSendFromISR(buffer, "a", 1, NULL))          \
  TRACE(traceSTREAM_BUFFER_RECEIVE_FROM_ISR, (void)xStreamBufferReceiveFromISR(buffer, &word, 1, NULL))  \
  TRACE(traceSTREAM_BUFFER_RESET, (void)xStreamBufferReset(buffer))                                      \
  TRACE(traceSTREAM_BUFFER_RESET_FROM_ISR, (void)xStreamBufferResetFromISR(buffer))                      \
  TRACE(traceSTREAM_BUFFER_DELETE, vStreamBufferDelete(buffer))                                          \
  TRACE(traceMALLOC, block = pvPortMalloc(8))                                                            \
  TRACE(traceFREE, vPortFree(block))

#define TRACE_FUNCTION(macro, calls) \
  static void do_##macro(void)       \
  {                                  \
    calls;                           \
  }
#define TRACE_ROW(macro, calls) {#macro ": " #calls, do_##macro, TEST_##macro},

TRACES(TRACE_FUNCTION)

static const struct traced {
  const char *what;
  void (*make)(void);
  enum test_trace trace;
} traced[] = {TRACES(TRACE_ROW)};

PROMISE(every_trace_macro_is_used_when_its_event_happens)
{
  diary_begin();
  set = xQueueCreateSet(1);
  member = xSemaphoreCreateBinary();
  foreign_mutex = xSemaphoreCreateRecursiveMutex();
  NEED(set != NULL && member != NULL && foreign_mutex != NULL);
  NEED(xQueueAddToSet(member, set) == pdPASS);
  for (size_t i = 0; i < sizeof traced / sizeof *traced; i++) {
    unsigned before = test_traces[traced[i].trace];
    traced[i].make();
    check_that(test_traces[traced[i].trace] != before, traced[i].what, __FILE__, __LINE__);
  }
  CHECK_EQUAL(test_traces[TEST_traceSTARTING_SCHEDULER], 1);
  vQueueDelete(queue);
  CHECK_EQUAL(xTimerDelete(timer, 0), pdPASS);
  vSemaphoreDelete(foreign_mutex);
  CHECK(xQueueSelectFromSet(set, 0) == member);
  CHECK_EQUAL(xSemaphoreTake(member, 0), pdTRUE);
  CHECK_EQUAL(xQueueRemoveFromSet(member, set), pdPASS);
  vSemaphoreDelete(member);
  vQueueDelete(set);
}

PROMISE(what_does_not_happen_is_not_traced)
{
  queue = xQueueCreate(1, sizeof word);
  NEED(queue != NULL);
  unsigned blocked = test_traces[TEST_traceBLOCKING_ON_QUEUE_RECEIVE];
  unsigned failed = test_traces[TEST_traceQUEUE_SEND_FAILED];
  unsigned sent = test_traces[TEST_traceQUEUE_SEND];
  CHECK_EQUAL(xQueueReceive(queue, &word, 0), errQUEUE_EMPTY);
  CHECK_EQUAL(xQueueSend(queue, &word, 0), pdPASS);
  CHECK_EQUAL(test_traces[TEST_traceBLOCKING_ON_QUEUE_RECEIVE], blocked);
  CHECK_EQUAL(test_traces[TEST_traceQUEUE_SEND_FAILED], failed);
  CHECK_EQUAL(test_traces[TEST_traceQUEUE_SEND], sent + 1u);
  CHECK_EQUAL(xQueueSend(queue, &word, 0), errQUEUE_FULL);
  CHECK_EQUAL(test_traces[TEST_traceQUEUE_SEND], sent + 1u);
  vQueueDelete(queue);
}

/* --- without memory --- */

struct filling {
  struct filling *next;
};

static struct filling *fill_heap(void)
{
  struct filling *all = NULL;
  for (size_t bytes = configTOTAL_HEAP_SIZE; bytes >= sizeof(struct filling);) {
    struct filling *filling = pvPortMalloc(bytes);
    if (filling == NULL) {
      bytes /= 2u;
      continue;
    }
    filling->next = all;
    all = filling;
  }
  return all;
}

static void empty_heap(struct filling *all)
{
  while (all != NULL) {
    struct filling *next = all->next;
    vPortFree(all);
    all = next;
  }
}

PROMISE(what_fails_for_want_of_memory_is_traced)
{
  static const enum test_trace traces[] = {TEST_traceCREATE_MUTEX_FAILED, TEST_traceCREATE_COUNTING_SEMAPHORE_FAILED,
                                           TEST_traceEVENT_GROUP_CREATE_FAILED, TEST_traceTIMER_CREATE_FAILED};
  struct filling *all = fill_heap();
  unsigned before[sizeof traces / sizeof *traces];
  for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) before[i] = test_traces[traces[i]];
  CHECK(xSemaphoreCreateMutex() == NULL);
  CHECK(xSemaphoreCreateCounting(2, 0) == NULL);
  CHECK(xEventGroupCreate() == NULL);
  CHECK(xTimerCreate("", 1, pdFALSE, NULL, expire) == NULL);
  for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) CHECK_EQUAL(test_traces[traces[i]], before[i] + 1u);
  empty_heap(all);
}

const struct promise trace_promises[] = {
  KEPT(every_trace_macro_is_used_when_its_event_happens),
  KEPT(what_does_not_happen_is_not_traced),
  KEPT(what_fails_for_want_of_memory_is_traced),
  END_OF_PROMISES,
};

#endif

/* Software timers (timers.h). The timers that run belong to one task, the daemon: it alone changes `timers.due`, so
 * nothing here is masked. Everybody else sends it commands: a function, what to call it with, and when it was sent.
 *
 * The daemon works in the order of time, however late it gets to run. `timers.served` is how far it is: what was due up
 * to that tick is done. A command sent at tick t is executed when everything due up to t has been served and nothing
 * later has, so that
 *   - a timer that is reset or stopped before it is due does not call back, even if its tick has passed meanwhile;
 *   - a timer started late enough to be due already calls back at once, for each period that has passed;
 *   - commands, however many and however fast, do not keep due timers waiting.
 *
 * It sleeps until the earliest timer is due, to the tick. Which that is has to be looked for only after the
 * earliest itself is gone; starting and stopping another timer takes the same time however many there are.
 */
#include "FreeRTOS.h"
#include "timers.h"

#include "kernel.h"
#include "queue.h"
#include "scheduler.h"

#if configUSE_TIMERS == 1

struct command {
  PendedFunction_t execute;
  void *subject;
  uint32_t value;
  TickType_t sent;
};

static struct {
  QueueHandle_t commands; /* NULL: nothing is set up yet */
  TaskHandle_t task;
  TickType_t served;
  TickType_t sent; /* of the command being executed */
  TickType_t earliest;
  bool earliest_is_known;
  UBaseType_t running; /* timers in `due` */
  struct kernel_deadlines due;
} timers;

static struct tmrTimerControl *timer_of(struct kernel_deadline *due)
{
  return (struct tmrTimerControl *)due;
}

/* --- running timers; only the daemon --- */

static void run_until(struct tmrTimerControl *timer, TickType_t tick)
{
  timer->due.at = tick;
  deadlines_add(&timers.due, &timer->due, timers.served);
  if (timers.running++ == 0)
    timers.earliest_is_known = true;
  else if (tick - timers.served >= timers.earliest - timers.served)
    return;
  timers.earliest = tick;
}

/* It is out of `due`. */
static void runs_no_more(const struct tmrTimerControl *timer)
{
  timers.running--;
  if (timer->due.at == timers.earliest) timers.earliest_is_known = false;
}

static void call_back(struct tmrTimerControl *timer)
{
  traceTIMER_EXPIRED(timer);
  timer->callback(timer);
}

/* A period begins at `tick`, which is not later than what is served. */
static void begin_period(struct tmrTimerControl *timer, TickType_t tick)
{
  while (timers.served - tick >= timer->period) {
    tick += timer->period;
    if (!timer->reloads) {
      timer->runs = false;
      call_back(timer);
      return;
    }
    call_back(timer);
  }
  run_until(timer, tick + timer->period);
}

static void expire(struct tmrTimerControl *timer)
{
  runs_no_more(timer);
  if (timer->reloads)
    begin_period(timer, timer->due.at);
  else
    timer->runs = false;
  call_back(timer);
}

/* All timers due at timers.served, which is where a bucket of deadlines opens. */
static void serve_tick(void)
{
  struct kernel_ring *opened = deadlines_open(&timers.due, timers.served);
  while (!ring_is_empty(opened)) {
    struct kernel_deadline *due = deadlines_take(&timers.due, opened);
    if (due != NULL) expire(timer_of(due));
  }
  deadlines_close(&timers.due);
}

/* until: a tick that was; nothing happens if it is served. */
static void serve(TickType_t until)
{
  TickType_t now = sched.ticks;
  if (now - until >= now - timers.served) return;
  /* 0 stands for 2^32 ticks of quiet. */
  while (deadlines_quiet(&timers.due, timers.served) - 1u < until - timers.served) {
    timers.served = timers.due.next;
    serve_tick();
  }
  timers.served = until;
}

/* --- commands, as the daemon executes them --- */

static void halt(struct tmrTimerControl *timer)
{
  if (!timer->runs) return;
  timer->runs = false;
  ring_remove(&timer->due.place);
  runs_no_more(timer);
}

static void start(void *subject, uint32_t tick)
{
  struct tmrTimerControl *timer = subject;
  traceTIMER_COMMAND_RECEIVED(timer, tmrCOMMAND_START, tick);
  halt(timer);
  timer->runs = true;
  begin_period(timer, tick);
}

static void stop(void *subject, uint32_t unused)
{
  (void)unused;
  traceTIMER_COMMAND_RECEIVED(subject, tmrCOMMAND_STOP, 0);
  halt(subject);
}

static void change_period(void *subject, uint32_t period)
{
  struct tmrTimerControl *timer = subject;
  traceTIMER_COMMAND_RECEIVED(timer, tmrCOMMAND_CHANGE_PERIOD, period);
  halt(timer);
  timer->period = period;
  timer->runs = true;
  begin_period(timer, timers.sent);
}

static void delete (void *subject, uint32_t unused)
{
  struct tmrTimerControl *timer = subject;
  (void)unused;
  traceTIMER_COMMAND_RECEIVED(timer, tmrCOMMAND_DELETE, 0);
  halt(timer);
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
  if (timer->allocated) vPortFree(timer);
#endif
}

/* --- the daemon --- */

/* Until a command is there, or the earliest timer is due. */
static void sleep_until_needed(void)
{
  if (timers.commands->count != 0) return;
  if (!timers.earliest_is_known && timers.running != 0) {
    timers.earliest = timers.served + deadlines_earliest(&timers.due, timers.served);
    timers.earliest_is_known = true;
  }
  uint32_t before = port_mask();
  if (timers.commands->count == 0) {
    TickType_t ahead = timers.earliest - timers.served;
    TickType_t passed = sched.ticks - timers.served;
    TickType_t ticks = passed < ahead ? ahead - passed : 0;
    if (timers.running == 0)
      ticks = portMAX_DELAY;
    else if (ticks == portMAX_DELAY)
      ticks--; /* a time, not "for ever": the rest is slept afterwards */
    if (ticks != 0) (void)sched_wait(&timers.commands->receivers, ticks, before);
  }
  port_unmask(before);
}

static void run_daemon(void *unused)
{
  (void)unused;
#if configUSE_DAEMON_TASK_STARTUP_HOOK == 1
  vApplicationDaemonTaskStartupHook();
#endif
  for (;;) {
    struct command command;
    sleep_until_needed();
    if (xQueueReceive(timers.commands, &command, 0) == pdPASS) {
      serve(command.sent);
      timers.sent = command.sent;
      command.execute(command.subject, command.value);
    } else {
      serve(sched.ticks);
    }
  }
}

#if configSUPPORT_STATIC_ALLOCATION == 1
#if configKERNEL_PROVIDED_STATIC_MEMORY == 1
__attribute__((weak)) void vApplicationGetTimerTaskMemory(StaticTask_t **task, StackType_t **stack,
                                                          configSTACK_DEPTH_TYPE *depth)
{
  static StaticTask_t timer_task;
  static StackType_t timer_stack[configTIMER_TASK_STACK_DEPTH] __attribute__((aligned(portBYTE_ALIGNMENT)));
  *task = &timer_task;
  *stack = timer_stack;
  *depth = configTIMER_TASK_STACK_DEPTH;
}
#endif

static TaskHandle_t create_daemon(void)
{
  StaticTask_t *task = NULL;
  StackType_t *stack = NULL;
  configSTACK_DEPTH_TYPE depth = 0;
  vApplicationGetTimerTaskMemory(&task, &stack, &depth);
  return xTaskCreateStatic(run_daemon, configTIMER_SERVICE_TASK_NAME, depth, NULL, configTIMER_TASK_PRIORITY, stack,
                           task);
}

static QueueHandle_t create_queue(void)
{
  static StaticQueue_t queue;
  static struct command storage[configTIMER_QUEUE_LENGTH];
  return xQueueCreateStatic(configTIMER_QUEUE_LENGTH, sizeof(struct command), (uint8_t *)storage, &queue);
}
#else
static TaskHandle_t create_daemon(void)
{
  TaskHandle_t task = NULL;
  (void)xTaskCreate(run_daemon, configTIMER_SERVICE_TASK_NAME, configTIMER_TASK_STACK_DEPTH, NULL,
                    configTIMER_TASK_PRIORITY, &task);
  return task;
}

static QueueHandle_t create_queue(void)
{
  return xQueueCreate(configTIMER_QUEUE_LENGTH, sizeof(struct command));
}
#endif

/* Before the first timer, or the start of the scheduler: the queue takes commands from then on. */
static void set_up_once(void)
{
  vTaskSuspendAll();
  if (timers.commands == NULL) {
    timers.served = sched.ticks;
    deadlines_init(&timers.due, timers.served);
    timers.commands = create_queue();
    if (timers.commands != NULL) {
      vQueueAddToRegistry(timers.commands, "TmrQ");
    }
  }
  (void)xTaskResumeAll();
}

bool timers_start(void)
{
  set_up_once();
  if (timers.commands != NULL) timers.task = create_daemon();
  return timers.task != NULL;
}

/* --- made --- */

static void init(struct tmrTimerControl *timer, const char *name, TickType_t period, BaseType_t reloads, void *id,
                 TimerCallbackFunction_t callback, bool allocated)
{
  set_up_once();
  port_fill(timer, 0, sizeof *timer);
  timer->name = name;
  timer->period = period;
  timer->reloads = reloads != pdFALSE;
  timer->id = id;
  timer->callback = callback;
  timer->allocated = allocated;
  traceTIMER_CREATE(timer);
}

#if configSUPPORT_STATIC_ALLOCATION == 1
TimerHandle_t xTimerCreateStatic(const char *const name, const TickType_t period, const BaseType_t reloads,
                                 void *const id, TimerCallbackFunction_t callback, StaticTimer_t *memory)
{
  bool good = period != 0 && callback != NULL && memory != NULL;
  configASSERT(good);
  if (!good) return NULL;
  init(memory, name, period, reloads, id, callback, false);
  return memory;
}

BaseType_t xTimerGetStaticBuffer(TimerHandle_t timer, StaticTimer_t **memory)
{
  configASSERT(timer != NULL && memory != NULL);
  if (timer->allocated) return pdFALSE;
  *memory = timer;
  return pdTRUE;
}
#endif

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
TimerHandle_t xTimerCreate(const char *const name, const TickType_t period, const BaseType_t reloads, void *const id,
                           TimerCallbackFunction_t callback)
{
  bool good = period != 0 && callback != NULL;
  configASSERT(good);
  struct tmrTimerControl *timer = good ? pvPortMalloc(sizeof *timer) : NULL;
  if (timer == NULL) {
    traceTIMER_CREATE_FAILED();
    return NULL;
  }
  init(timer, name, period, reloads, id, callback, true);
  return timer;
}
#endif

/* --- commands, sent --- */

/* Who sends: a task that waits so long for room, or an interrupt. */
struct sender {
  bool interrupt;
  TickType_t ticks;
  BaseType_t *woken;
};

/* execute: NULL when there is no such command. */
static BaseType_t send(PendedFunction_t execute, void *subject, uint32_t value, const struct sender *sender)
{
  struct command command = {.execute = execute, .subject = subject, .value = value, .sent = sched.ticks};
  bool good = timers.commands != NULL && execute != NULL;
  configASSERT(good);
  if (!good) return pdFAIL;
  if (sender->interrupt) return xQueueSendToBackFromISR(timers.commands, &command, sender->woken);
  /* Nobody can wait while nobody else can run, nor the daemon for itself. */
  bool may_wait = sched.suspended == 0 && sched.current != timers.task;
  return xQueueSendToBack(timers.commands, &command, may_wait ? sender->ticks : 0);
}

static BaseType_t send_id(TimerHandle_t timer, BaseType_t id, TickType_t value, const struct sender *sender)
{
  static const PendedFunction_t executors[] = {
    [tmrCOMMAND_START_DONT_TRACE] = start,
    [tmrCOMMAND_START] = start,
    [tmrCOMMAND_RESET] = start,
    [tmrCOMMAND_STOP] = stop,
    [tmrCOMMAND_CHANGE_PERIOD] = change_period,
    [tmrCOMMAND_DELETE] = delete,
  };
  if (sender->interrupt) id -= tmrFIRST_FROM_ISR_COMMAND - tmrCOMMAND_START;
  bool good = timer != NULL && id >= 0 && id <= tmrCOMMAND_DELETE && (id != tmrCOMMAND_CHANGE_PERIOD || value != 0);
  BaseType_t sent = send(good ? executors[id] : NULL, timer, value, sender);
  traceTIMER_COMMAND_SEND(timer, id, value, sent);
  return sent;
}

BaseType_t xTimerGenericCommandFromTask(TimerHandle_t timer, const BaseType_t id, const TickType_t value,
                                        BaseType_t *const woken, const TickType_t ticks)
{
  (void)woken;
  return send_id(timer, id, value, &(struct sender){.interrupt = false, .ticks = ticks});
}

BaseType_t xTimerGenericCommandFromISR(TimerHandle_t timer, const BaseType_t id, const TickType_t value,
                                       BaseType_t *const woken, const TickType_t ticks)
{
  (void)ticks;
  return send_id(timer, id, value, &(struct sender){.interrupt = true, .woken = woken});
}

#if INCLUDE_xTimerPendFunctionCall == 1
BaseType_t xTimerPendFunctionCall(PendedFunction_t function, void *parameter, uint32_t value, TickType_t ticks)
{
  BaseType_t sent = send(function, parameter, value, &(struct sender){.interrupt = false, .ticks = ticks});
  tracePEND_FUNC_CALL(function, parameter, value, sent);
  return sent;
}

BaseType_t xTimerPendFunctionCallFromISR(PendedFunction_t function, void *parameter, uint32_t value, BaseType_t *woken)
{
  BaseType_t sent = send(function, parameter, value, &(struct sender){.interrupt = true, .woken = woken});
  tracePEND_FUNC_CALL_FROM_ISR(function, parameter, value, sent);
  return sent;
}
#endif

/* --- looked at and set; each is one access, so nothing needs to be masked --- */

BaseType_t xTimerIsTimerActive(TimerHandle_t timer)
{
  configASSERT(timer != NULL);
  return timer->runs ? pdTRUE : pdFALSE;
}

TickType_t xTimerGetPeriod(TimerHandle_t timer)
{
  configASSERT(timer != NULL);
  return timer->period;
}

TickType_t xTimerGetExpiryTime(TimerHandle_t timer)
{
  configASSERT(timer != NULL);
  return timer->due.at;
}

void vTimerSetReloadMode(TimerHandle_t timer, const BaseType_t reloads)
{
  configASSERT(timer != NULL);
  timer->reloads = reloads != pdFALSE;
}

BaseType_t xTimerGetReloadMode(TimerHandle_t timer)
{
  configASSERT(timer != NULL);
  return timer->reloads ? pdTRUE : pdFALSE;
}

UBaseType_t uxTimerGetReloadMode(TimerHandle_t timer)
{
  return (UBaseType_t)xTimerGetReloadMode(timer);
}

void *pvTimerGetTimerID(const TimerHandle_t timer)
{
  configASSERT(timer != NULL);
  return timer->id;
}

void vTimerSetTimerID(TimerHandle_t timer, void *id)
{
  configASSERT(timer != NULL);
  timer->id = id;
}

const char *pcTimerGetName(TimerHandle_t timer)
{
  configASSERT(timer != NULL);
  return timer->name;
}

TaskHandle_t xTimerGetTimerDaemonTaskHandle(void)
{
  configASSERT(timers.task != NULL);
  return timers.task;
}

#if configUSE_TRACE_FACILITY == 1
UBaseType_t uxTimerGetTimerNumber(TimerHandle_t timer)
{
  configASSERT(timer != NULL);
  return timer->number;
}

void vTimerSetTimerNumber(TimerHandle_t timer, UBaseType_t number)
{
  configASSERT(timer != NULL);
  timer->number = number;
}
#endif

#endif

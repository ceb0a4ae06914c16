/* The scheduler as a whole: who runs when. A random test lets tasks do everything to each other, and compares the kernel
 * after every step with a model that was written from the API's description, with arrays and linear search. */
#include "diary.h"
#include "semphr.h"

/* --- the model: what should be --- */

#define TASKS 7u /* the judge is number 0 */
#define JUDGE 0u
#define NOBODY TASKS
#define SEMAPHORES 2u
#define MUTEXES 2u
#define OBJECTS (SEMAPHORES + MUTEXES) /* 0, 1: semaphores; 2, 3: mutexes */
#define NOTHING OBJECTS
#define STEPS_PER_TICK 3u

#ifdef HF_KERNEL_TEST_ON_HOST
#define STEPS_MAX 20000u
#else
#define STEPS_MAX 1500u
#endif

enum model_state { MODEL_READY, MODEL_BLOCKED, MODEL_SUSPENDED };

/* What a task that was stopped in a call still has to do when it runs again. */
enum rest { REST_NONE, REST_TAKE, REST_NOTIFY };

struct model_task {
  enum model_state state;
  UBaseType_t base;
  UBaseType_t priority;
  bool limited; /* blocked: until `wake` at the latest */
  TickType_t wake;
  unsigned since;  /* blocked: in which order, for those that wake at the same tick */
  unsigned object; /* blocked: waits for it; NOTHING */
  unsigned joined; /* and in which order */
  enum rest rest;
  unsigned wanted;  /* REST_TAKE: the object */
  TickType_t left;  /* REST_TAKE: how long it was going to wait */
  TickType_t began; /* and since when */
  bool aborted;
  uint32_t notified; /* its notification's value */
  unsigned mutexes;
  BaseType_t result; /* of its call that returns next */
};

static struct {
  TickType_t tick;
  struct model_task task[TASKS];
  unsigned order[TASKS]; /* ready tasks: of equals, the first one is next */
  unsigned ready;
  unsigned running;
  unsigned count[OBJECTS];
  unsigned holder[OBJECTS];
  unsigned sequence;
} model;

static void order_remove(unsigned task)
{
  unsigned left = 0;
  for (unsigned i = 0; i < model.ready; i++) {
    if (model.order[i] != task) model.order[left++] = model.order[i];
  }
  model.ready = left;
}

static void order_append(unsigned task)
{
  model.order[model.ready++] = task;
}

static void order_to_front(unsigned task)
{
  order_remove(task);
  for (unsigned i = model.ready; i > 0; i--) model.order[i] = model.order[i - 1u];
  model.order[0] = task;
  model.ready++;
}

static void model_ready(unsigned task)
{
  model.task[task].state = MODEL_READY;
  model.task[task].object = NOTHING;
  order_append(task);
}

static void model_block(unsigned task, TickType_t ticks, bool forever)
{
  struct model_task *t = &model.task[task];
  order_remove(task);
  t->state = MODEL_BLOCKED;
  t->limited = !(forever && ticks == portMAX_DELAY);
  t->wake = model.tick + ticks;
  t->since = ++model.sequence;
}

static unsigned most_urgent_waiter(unsigned object)
{
  unsigned best = NOBODY;
  for (unsigned i = 0; i < TASKS; i++) {
    const struct model_task *t = &model.task[i];
    if (t->state != MODEL_BLOCKED || t->object != object) continue;
    if (best == NOBODY || t->priority > model.task[best].priority ||
        (t->priority == model.task[best].priority && t->joined < model.task[best].joined)) {
      best = i;
    }
  }
  return best;
}

static void model_set_priority(unsigned task, UBaseType_t priority)
{
  struct model_task *t = &model.task[task];
  t->priority = priority;
  t->joined = ++model.sequence;
  if (t->state != MODEL_READY) return;
  if (task == model.running) {
    order_to_front(task);
  } else {
    order_remove(task);
    order_append(task);
  }
}

static void model_tick(void)
{
  model.tick++;
  for (;;) {
    unsigned due = NOBODY;
    for (unsigned i = 0; i < TASKS; i++) {
      const struct model_task *t = &model.task[i];
      if (t->state != MODEL_BLOCKED || !t->limited || t->wake != model.tick) continue;
      if (due == NOBODY || t->since < model.task[due].since) due = i;
    }
    if (due == NOBODY) return;
    model_ready(due);
  }
}

static bool is_mutex(unsigned object)
{
  return object >= SEMAPHORES;
}

/* The running task tries, waits, or gives up. */
static void model_take(unsigned task, TickType_t left)
{
  struct model_task *t = &model.task[task];
  unsigned object = t->wanted;
  t->rest = REST_NONE;
  t->aborted = false;
  if (model.count[object] > 0) {
    model.count[object]--;
    t->result = pdTRUE;
    if (!is_mutex(object)) return;
    model.holder[object] = task;
    t->mutexes++;
    return;
  }
  unsigned holder = is_mutex(object) ? model.holder[object] : NOBODY;
  if (left > 0) {
    if (holder != NOBODY && model.task[holder].priority < t->priority) model_set_priority(holder, t->priority);
    t->rest = REST_TAKE;
    t->left = left;
    t->began = model.tick;
    t->object = object;
    t->joined = ++model.sequence;
    model_block(task, left, true);
    return;
  }
  t->result = pdFALSE;
  if (holder == NOBODY || model.task[holder].mutexes != 1u) return;
  UBaseType_t priority = model.task[holder].base;
  unsigned waiter = most_urgent_waiter(object);
  if (waiter != NOBODY && model.task[waiter].priority > priority) priority = model.task[waiter].priority;
  if (priority < model.task[holder].priority) model_set_priority(holder, priority);
}

/* A task runs again that was stopped in a call. */
static void model_go_on(unsigned task)
{
  struct model_task *t = &model.task[task];
  if (t->rest == REST_NOTIFY) {
    t->rest = REST_NONE;
    t->result = (BaseType_t)t->notified;
    t->notified = 0;
  } else if (t->rest == REST_TAKE) {
    TickType_t waited = model.tick - t->began;
    TickType_t left = t->left;
    if (left != portMAX_DELAY) left = waited < left ? left - waited : 0;
    if (t->aborted) left = 0;
    model_take(task, left);
  }
  t->aborted = false;
}

/* Until a task runs that has nothing left to do in the kernel. While nobody is ready time passes. */
static void model_dispatch(void)
{
  for (;;) {
    unsigned next = NOBODY;
    for (unsigned i = 0; i < model.ready; i++) {
      unsigned task = model.order[i];
      if (next == NOBODY || model.task[task].priority > model.task[next].priority) next = task;
    }
    if (next == NOBODY) {
      model_tick();
      continue;
    }
    model.running = next;
    model_go_on(next);
    if (model.task[next].state == MODEL_READY) return;
  }
}

/* --- the kernel's side --- */

static TaskHandle_t handles[TASKS];
static SemaphoreHandle_t objects[OBJECTS];
static uint32_t random_state;
static unsigned steps;
static unsigned steps_of_tick;
static TickType_t tick_of_steps;
static volatile bool over;
static unsigned mismatches;

static uint32_t random_below(uint32_t limit)
{
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 8) % limit;
}

static void expect(long long seen, long long expected, const char *what, unsigned about)
{
  if (seen == expected || mismatches >= 5u) return;
  mismatches++;
  over = true;
  check_equal(seen, expected, what, __FILE__, (int)about);
}

static eTaskState expected_state(unsigned task)
{
  if (task == model.running) return eRunning;
  switch (model.task[task].state) {
  case MODEL_READY: return eReady;
  case MODEL_BLOCKED: return eBlocked;
  case MODEL_SUSPENDED: break;
  }
  return eSuspended;
}

/* The line number that a mismatch shows is the number of the step. */
static void compare(unsigned self)
{
  expect(self, model.running, "the task that runs", steps);
  expect(xTaskGetTickCount(), model.tick, "the tick", steps);
  for (unsigned i = 0; i < TASKS; i++) {
    expect(eTaskGetState(handles[i]), expected_state(i), "a task's state", steps);
    expect((long long)uxTaskPriorityGet(handles[i]), (long long)model.task[i].priority, "a task's priority", steps);
    expect((long long)uxTaskBasePriorityGet(handles[i]), (long long)model.task[i].base, "a task's base priority",
           steps);
  }
  for (unsigned i = 0; i < OBJECTS; i++) {
    expect((long long)uxSemaphoreGetCount(objects[i]), model.count[i], "a semaphore's count", steps);
    if (!is_mutex(i)) continue;
    TaskHandle_t holder = model.holder[i] == NOBODY ? NULL : handles[model.holder[i]];
    expect(xSemaphoreGetMutexHolder(objects[i]) == holder, true, "a mutex's holder is as expected", steps);
  }
}

/* --- steps: each tells the model first, because the call may not return before others ran --- */

static void step_compute(unsigned self)
{
  TickType_t now = model.tick;
  (void)self;
  model_tick();
  order_remove(model.running); /* its turn is over */
  order_append(model.running);
  model_dispatch();
  while (xTaskGetTickCount() == now) test_spin(200);
}

static void step_yield(unsigned self)
{
  order_remove(self);
  order_append(self);
  model_dispatch();
  taskYIELD();
}

static void step_delay(unsigned self)
{
  TickType_t ticks = 1u + random_below(random_below(8) == 0 ? 100 : 12);
  model_block(self, ticks, false);
  model_dispatch();
  vTaskDelay(ticks);
}

static void step_delay_until(unsigned self)
{
  TickType_t previous = model.tick - random_below(8);
  TickType_t increment = 1u + random_below(12);
  TickType_t wake = previous + increment;
  TickType_t left = wake - model.tick;
  bool waits = left != 0 && left <= 12u;
  if (waits) {
    model_block(self, left, false);
  } else {
    order_remove(self); /* it yields */
    order_append(self);
  }
  model_dispatch();
  expect(xTaskDelayUntil(&previous, increment), waits ? pdTRUE : pdFALSE, "delay-until waits", steps);
  expect(previous, wake, "the wake-up time", steps);
}

static unsigned random_worker(void)
{
  return 1u + random_below(TASKS - 1u);
}

static void step_suspend(unsigned self)
{
  unsigned other = random_worker();
  struct model_task *t = &model.task[other];
  order_remove(other);
  t->state = MODEL_SUSPENDED;
  t->object = NOTHING;
  (void)self;
  model_dispatch();
  vTaskSuspend(handles[other]);
}

static void step_resume(unsigned self)
{
  (void)self;
  unsigned other = random_worker();
  for (unsigned i = 0; i < TASKS && model.task[other].state != MODEL_SUSPENDED; i++) {
    other = other % (TASKS - 1u) + 1u;
  }
  if (other == model.running) return;
  if (model.task[other].state == MODEL_SUSPENDED) model_ready(other);
  model_dispatch();
  vTaskResume(handles[other]);
}

static void step_set_priority(unsigned self)
{
  (void)self;
  unsigned other = random_worker();
  struct model_task *t = &model.task[other];
  UBaseType_t priority = 1u + random_below(7);
  bool inherits = t->priority != t->base;
  t->base = priority;
  if ((!inherits || priority > t->priority) && priority != t->priority) model_set_priority(other, priority);
  model_dispatch();
  vTaskPrioritySet(handles[other], priority);
}

static void step_notify(unsigned self)
{
  (void)self;
  unsigned other = random_below(TASKS);
  struct model_task *t = &model.task[other];
  t->notified++;
  if (t->state == MODEL_BLOCKED && t->rest == REST_NOTIFY) model_ready(other);
  model_dispatch();
  (void)xTaskNotifyGive(handles[other]);
}

static TickType_t random_time_out(unsigned self)
{
  uint32_t kind = random_below(8);
  if (kind == 0) return 0;
  if (kind == 1 && self != JUDGE) return portMAX_DELAY;
  return 1u + random_below(15);
}

static void step_wait_notification(unsigned self)
{
  struct model_task *t = &model.task[self];
  TickType_t ticks = random_time_out(self);
  t->rest = REST_NOTIFY;
  if (t->notified == 0 && ticks > 0) model_block(self, ticks, true);
  model_dispatch();
  BaseType_t result = (BaseType_t)ulTaskNotifyTake(pdTRUE, ticks);
  expect(result, t->result, "what was taken of notifications", steps);
}

static void step_take(unsigned self)
{
  struct model_task *t = &model.task[self];
  unsigned object = random_below(self == JUDGE ? SEMAPHORES : OBJECTS);
  TickType_t ticks = random_time_out(self);
  if (is_mutex(object) && model.holder[object] == self) return;
  t->wanted = object;
  model_take(self, ticks);
  model_dispatch();
  BaseType_t result = xSemaphoreTake(objects[object], ticks);
  expect(result, t->result, "whether it was taken", steps);
}

static void wake_one(unsigned object)
{
  unsigned waiter = most_urgent_waiter(object);
  if (waiter != NOBODY) model_ready(waiter);
}

static void step_give(unsigned self)
{
  struct model_task *t = &model.task[self];
  unsigned object = random_below(OBJECTS);
  if (is_mutex(object) && model.holder[object] != self) object = random_below(SEMAPHORES);
  unsigned most = object == 0 ? 1u : 3u;
  bool gives = is_mutex(object) || model.count[object] < most;
  if (is_mutex(object)) {
    model.holder[object] = NOBODY;
    t->mutexes--;
    if (t->mutexes == 0 && t->priority != t->base) model_set_priority(self, t->base);
  }
  if (gives) {
    model.count[object]++;
    wake_one(object);
  }
  model_dispatch();
  expect(xSemaphoreGive(objects[object]), gives ? pdTRUE : pdFALSE, "whether it was given", steps);
}

static void step_abort(unsigned self)
{
  (void)self;
  unsigned other = random_below(TASKS);
  struct model_task *t = &model.task[other];
  bool waits = t->state == MODEL_BLOCKED;
  if (waits) {
    t->aborted = true;
    model_ready(other);
  }
  model_dispatch();
  expect(xTaskAbortDelay(handles[other]), waits ? pdPASS : pdFAIL, "whether a wait was aborted", steps);
}

static void (*const steps_known[])(unsigned self) = {
  step_compute,
  step_yield,
  step_delay,
  step_delay,
  step_delay_until,
  step_suspend,
  step_resume,
  step_resume,
  step_resume,
  step_set_priority,
  step_notify,
  step_notify,
  step_wait_notification,
  step_take,
  step_take,
  step_take,
  step_give,
  step_give,
  step_give,
  step_abort,
};

/* On the board ticks come by themselves: a step must not meet one, so only a few are made in a row. */
static void make_step(unsigned self)
{
  if (tick_of_steps != model.tick) {
    tick_of_steps = model.tick;
    steps_of_tick = 0;
  }
  if (++steps >= STEPS_MAX) over = true;
  if (++steps_of_tick > STEPS_PER_TICK)
    step_compute(self);
  else
    steps_known[random_below(sizeof steps_known / sizeof steps_known[0])](self);
}

static void work(void *parameter)
{
  unsigned self = (unsigned)(uintptr_t)parameter;
  for (;;) {
    if (over) vTaskSuspend(NULL);
    compare(self);
    make_step(self);
  }
}

static bool make_objects(void)
{
  objects[0] = xSemaphoreCreateBinary();
  objects[1] = xSemaphoreCreateCounting(3, 0);
  objects[2] = xSemaphoreCreateMutex();
  objects[3] = xSemaphoreCreateMutex();
  for (unsigned i = 0; i < OBJECTS; i++) {
    if (objects[i] == NULL) return false;
    model.count[i] = is_mutex(i) ? 1 : 0;
    model.holder[i] = NOBODY;
  }
  return true;
}

static void run_randomly(uint32_t seed)
{
  memset(&model, 0, sizeof model);
  random_state = seed;
  steps = 0;
  mismatches = 0;
  over = false;
  NEED(make_objects());
  (void)ulTaskNotifyTake(pdTRUE, 0);
  (void)xTaskNotifyStateClear(NULL);
  (void)fresh_tick();
  vTaskSuspendAll(); /* nobody runs before all are there */
  handles[JUDGE] = xTaskGetCurrentTaskHandle();
  for (unsigned i = 0; i < TASKS; i++) {
    UBaseType_t priority = i == JUDGE ? JUDGE_PRIORITY : 1u + i % 3u;
    if (i != JUDGE) handles[i] = test_task(work, (void *)(uintptr_t)i, priority);
    model.task[i] = (struct model_task){.base = priority, .priority = priority, .object = NOTHING};
    order_append(i);
  }
  model.running = JUDGE;
  model.tick = xTaskGetTickCount();
  (void)xTaskResumeAll();
  while (!over) {
    compare(JUDGE);
    make_step(JUDGE);
  }
  for (unsigned i = 1; i < TASKS; i++) vTaskDelete(handles[i]);
  for (unsigned i = 0; i < OBJECTS; i++) vSemaphoreDelete(objects[i]);
  (void)ulTaskNotifyTake(pdTRUE, 0);
  CHECK_EQUAL(mismatches, 0);
  CHECK(steps >= STEPS_MAX);
}

PROMISE(whatever_tasks_do_to_each_other_the_right_one_runs)
{
  run_randomly(1);
}

PROMISE(whatever_tasks_do_to_each_other_the_right_one_runs_again)
{
  run_randomly(20260101);
}

PROMISE(whatever_tasks_do_to_each_other_the_right_one_runs_a_third_time)
{
  run_randomly(0xC0FFEE);
}

/* --- single rules --- */

static volatile unsigned work_done[4];

static void work_on(void *parameter)
{
  volatile unsigned *done = &work_done[(uintptr_t)parameter];
  for (;;) {
    (*done)++;
    test_spin(1000);
  }
}

PROMISE(lower_tasks_starve_while_a_higher_one_computes)
{
  work_done[0] = 0;
  work_done[1] = 0;
  TaskHandle_t low = test_task(work_on, (void *)0, LOWER - 1u);
  TaskHandle_t high = test_task(work_on, (void *)1, LOWER);
  vTaskDelay(10);
  CHECK_EQUAL(work_done[0], 0);
  CHECK(work_done[1] > 50u);
  vTaskDelete(high);
  vTaskDelay(2);
  CHECK(work_done[0] > 0u);
  vTaskDelete(low);
}

static volatile unsigned wrong_order;
static volatile UBaseType_t last_priority;

static void check_precedence(void *unused)
{
  (void)unused;
  /* None that is more urgent may be made to wait: they run in the order of priority. */
  if (uxTaskPriorityGet(NULL) > last_priority) wrong_order++;
  last_priority = uxTaskPriorityGet(NULL);
  vTaskDelete(NULL);
}

PROMISE(the_most_urgent_ready_task_runs_whatever_the_order_of_creation)
{
  wrong_order = 0;
  last_priority = configMAX_PRIORITIES;
  vTaskSuspendAll();
  const UBaseType_t priorities[] = {2, 7, 1, 5, 3, 6, 5, 1, 7};
  for (unsigned i = 0; i < sizeof priorities / sizeof priorities[0]; i++) {
    (void)test_task(check_precedence, NULL, priorities[i]);
  }
  (void)xTaskResumeAll();
  vTaskDelay(2);
  CHECK_EQUAL(wrong_order, 0);
  CHECK_EQUAL(last_priority, 1);
}

static volatile TickType_t woke_at;

static void wake_at_tick(void *parameter)
{
  vTaskDelay((TickType_t)(uintptr_t)parameter);
  woke_at = xTaskGetTickCount();
  vTaskDelete(NULL);
}

PROMISE(a_more_urgent_task_wakes_at_its_tick_while_another_computes)
{
  for (uintptr_t ticks = 1; ticks <= 8u; ticks++) {
    TickType_t start = fresh_tick();
    (void)test_task(wake_at_tick, (void *)ticks, HIGHER);
    woke_at = start - 1u;
    while (woke_at == start - 1u && xTaskGetTickCount() - start < 20u) test_spin(300);
    CHECK_EQUAL(woke_at - start, ticks);
  }
}

PROMISE(a_priority_has_its_own_order)
{
  /* What happens at one priority leaves the turns of another alone. */
  work_done[0] = 0;
  work_done[1] = 0;
  work_done[2] = 0;
  TaskHandle_t tasks[3];
  for (uintptr_t i = 0; i < 3u; i++) tasks[i] = test_task(work_on, (void *)i, LOWER);
  (void)fresh_tick();
  for (unsigned i = 0; i < 12u; i++) {
    test_spin(TEST_INSTRUCTIONS_PER_TICK / 3u);
    vTaskDelay(1);
  }
  for (unsigned i = 0; i < 3u; i++) CHECK(work_done[i] > 10u);
  for (unsigned i = 0; i < 3u; i++) vTaskDelete(tasks[i]);
}

const struct promise scheduler_promises[] = {
  KEPT(whatever_tasks_do_to_each_other_the_right_one_runs),
  KEPT(whatever_tasks_do_to_each_other_the_right_one_runs_again),
  KEPT(whatever_tasks_do_to_each_other_the_right_one_runs_a_third_time),
  KEPT(lower_tasks_starve_while_a_higher_one_computes),
  KEPT(the_most_urgent_ready_task_runs_whatever_the_order_of_creation),
  KEPT(a_more_urgent_task_wakes_at_its_tick_while_another_computes),
  KEPT(a_priority_has_its_own_order),
  END_OF_PROMISES,
};

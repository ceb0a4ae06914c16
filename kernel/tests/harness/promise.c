#include "promise.h"

#include <setjmp.h>
#include <string.h>

#include "hf_kernel.h"
#include "lists.h"
#include "platform.h"

#define JUDGE_STACK_WORDS 1024u
#define SETTLE_TICKS 2u /* the idle task runs meanwhile */

/* Written by whoever checks: tasks and interrupts. They may count one short when they meet, never down to none. */
static volatile unsigned checks;
static volatile unsigned failures;
static volatile bool asserts_expected;
static volatile unsigned asserts_seen;
static volatile bool misuse_is_tried;
static jmp_buf before_misuse;
static volatile uint32_t watches;

static const char *filter;
static const char *list_at_work = "";
static const char *promise_at_work = "start";
static unsigned passed;
static unsigned failed;

/* --- output --- */

void say(const char *text)
{
  platform_write(text, (uint32_t)strlen(text));
}

void say_number(long long number)
{
  char digits[21];
  uint32_t at = sizeof digits;
  unsigned long long rest = number < 0 ? 0u - (unsigned long long)number : (unsigned long long)number;
  do {
    digits[--at] = (char)('0' + rest % 10u);
    rest /= 10u;
  } while (rest != 0);
  if (number < 0) digits[--at] = '-';
  platform_write(digits + at, (uint32_t)sizeof digits - at);
}

void say_hex(uint32_t number)
{
  char digits[10] = "0x";
  for (uint32_t i = 0; i < 8u; i++) digits[2u + i] = "0123456789abcdef"[number >> (28u - 4u * i) & 15u];
  platform_write(digits, sizeof digits);
}

static void say_place(const char *file, int line)
{
  const char *name = strrchr(file, '/');
  say("  ");
  say(name != NULL ? name + 1 : file);
  say(":");
  say_number(line);
  say(": ");
}

static void say_promise(const char *verdict)
{
  say(verdict);
  say(" ");
  say(list_at_work);
  say(".");
  say(promise_at_work);
  say("\n");
}

/* --- checks --- */

static bool count_check(bool holds, const char *file, int line)
{
  checks++;
  if (holds) return true;
  failures++;
  say_place(file, line);
  return false;
}

void check_that(bool holds, const char *text, const char *file, int line)
{
  if (count_check(holds, file, line)) return;
  say(text);
  say("\n");
}

void check_equal(long long seen, long long expected, const char *text, const char *file, int line)
{
  if (count_check(seen == expected, file, line)) return;
  say(text);
  say(": seen ");
  say_number(seen);
  say(", expected ");
  say_number(expected);
  say("\n");
}

static void fail(const char *why)
{
  failures++;
  say("  ");
  say(why);
  say("\n");
}

unsigned test_expect_asserts(bool in_force)
{
  unsigned seen = asserts_seen;
  asserts_seen = 0;
  asserts_expected = in_force;
  return seen;
}

bool test_stops(void (*misuse)(void))
{
  bool stopped = setjmp(before_misuse) != 0;
  if (!stopped) {
    misuse_is_tried = true;
    misuse();
  }
  misuse_is_tried = false;
  return stopped;
}

static void (*interrupting_misuse)(void);
static volatile bool interrupt_stopped;

static void try_in_interrupt(void)
{
  interrupt_stopped = test_stops(interrupting_misuse);
}

bool test_stops_in_interrupt(void (*misuse)(void))
{
  interrupting_misuse = misuse;
  interrupt_stopped = false;
  test_interrupt(try_in_interrupt);
  return interrupt_stopped;
}

/* From inside the misused function, as if it had never been called. */
static _Noreturn void leave_misuse(void)
{
  misuse_is_tried = false;
  portENABLE_INTERRUPTS();
  if (xPortIsInsideInterrupt() == pdFALSE) {
    while (xTaskGetSchedulerState() == taskSCHEDULER_SUSPENDED) (void)xTaskResumeAll();
  }
  longjmp(before_misuse, 1);
}

void hf_kernel_assert_failed(const char *file, int line)
{
  if (misuse_is_tried) leave_misuse();
  if (asserts_expected) {
    asserts_seen++;
    return;
  }
  say_place(file, line);
  harness_give_up("an assertion of the kernel failed");
}

static void say_done(void)
{
  say("DONE ");
  say_number(passed);
  say(" passed, ");
  say_number(failed);
  say(" failed\n");
}

void harness_give_up(const char *why)
{
  fail(why);
  say_promise("FAIL");
  failed++;
  say_done();
  platform_end(failed);
}

static void watch(void)
{
  if (++watches == PLATFORM_WATCHES_MAX) harness_give_up("it does not end");
}

/* --- helpers of promises --- */

#if configSUPPORT_DYNAMIC_ALLOCATION == 1
TaskHandle_t test_task(TaskFunction_t code, void *parameter, UBaseType_t priority)
{
  TaskHandle_t task = NULL;
  BaseType_t made = xTaskCreate(code, "helper", TEST_STACK_WORDS, parameter, priority, &task);
  check_that(made == pdPASS, "a helper task can be made", __FILE__, __LINE__);
  return made == pdPASS ? task : NULL;
}
#endif

/* --- the judge --- */

/* What a promise must leave as it found it. */
struct belongings {
  UBaseType_t tasks;
  size_t heap_bytes;
};

static struct belongings take_stock(void)
{
  vTaskDelay(SETTLE_TICKS);
  struct belongings now = {.tasks = uxTaskGetNumberOfTasks()};
#if configSUPPORT_DYNAMIC_ALLOCATION == 1
  now.heap_bytes = xPortGetFreeHeapSize();
#endif
  return now;
}

static void compare_stock(const struct belongings *before, const struct belongings *after)
{
  if (after->tasks != before->tasks) {
    fail("it leaves tasks behind, or ended one that it did not make; tasks more than before:");
    say("  ");
    say_number((long long)after->tasks - (long long)before->tasks);
    say("\n");
  }
  if (after->heap_bytes != before->heap_bytes) {
    fail("the heap is not as it was; bytes less than before:");
    say("  ");
    say_number((long long)before->heap_bytes - (long long)after->heap_bytes);
    say("\n");
  }
}

static void judge_promise(const struct promise *promise)
{
  promise_at_work = promise->name;
  struct belongings before = take_stock();
  platform_promise_begins(promise->name);
  watches = 0;
  checks = 0;
  failures = 0;
  promise->run();
  if (test_expect_asserts(false) != 0) fail("assertions failed that nobody asked about");
  test_storm_stop();
  if (uxTaskPriorityGet(NULL) != JUDGE_PRIORITY) {
    fail("it leaves the judge with another priority");
    vTaskPrioritySet(NULL, JUDGE_PRIORITY);
  }
  struct belongings after = take_stock();
  compare_stock(&before, &after);
  if (checks == 0) fail("it checks nothing");
  if (failures == 0)
    passed++;
  else
    failed++;
  say_promise(failures == 0 ? "PASS" : "FAIL");
}

/* "list.promise" contains the filter. */
static bool is_wanted(const char *list, const char *promise)
{
  char name[160];
  size_t length = strlen(list);
  size_t rest = strlen(promise) + 1u;
  if (length + 1u + rest > sizeof name) return true;
  memcpy(name, list, length);
  name[length] = '.';
  memcpy(name + length + 1u, promise, rest);
  return strstr(name, filter) != NULL;
}

static void judge(void *unused)
{
  (void)unused;
  for (const struct promise_list *list = promise_lists; list->name != NULL; list++) {
    list_at_work = list->name;
    for (const struct promise *p = list->promises; p != NULL && p->name != NULL; p++) {
      if (is_wanted(list->name, p->name)) judge_promise(p);
    }
  }
  if (passed + failed == 0) harness_give_up("no promise has such a name");
  say_done();
  platform_end(failed);
}

static bool make_judge(void)
{
#if configSUPPORT_STATIC_ALLOCATION == 1
  static StaticTask_t task;
  static StackType_t stack[JUDGE_STACK_WORDS] __attribute__((aligned(portBYTE_ALIGNMENT)));
  return xTaskCreateStatic(judge, "judge", JUDGE_STACK_WORDS, NULL, JUDGE_PRIORITY, stack, &task) != NULL;
#else
  return xTaskCreate(judge, "judge", JUDGE_STACK_WORDS, NULL, JUDGE_PRIORITY, NULL) == pdPASS;
#endif
}

void harness_run(const char *name_part)
{
  filter = name_part;
  platform_watch(watch);
  before_there_is_a_task();
  if (!make_judge()) harness_give_up("no memory for the judge");
  vTaskStartScheduler();
  harness_give_up("the scheduler did not start, or it ended");
}

/* --- the application's functions that the kernel calls; a test file may define its own --- */

__attribute__((weak)) void vApplicationTickHook(void)
{
}

__attribute__((weak)) void vApplicationIdleHook(void)
{
}

__attribute__((weak)) void vApplicationMallocFailedHook(void)
{
}

__attribute__((weak)) void vApplicationDaemonTaskStartupHook(void)
{
}

__attribute__((weak)) void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
  (void)task;
  say("  task ");
  say(name);
  say("\n");
  harness_give_up("a stack has overflowed");
}

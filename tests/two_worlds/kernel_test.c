/* The kernel in the non-secure world, its tasks calling secure services. */
#include <string.h>

#include "gates.h"
#include "hf_kernel.h"
#include "nonsecure.h"
#include "platform.h"
#include "promise.h"
#include "semphr.h"
#include "sha256.h"
#include "startup_nonsecure.h"
#include "task.h"

#define TICK_CLOCKS (configCPU_CLOCK_HZ / configTICK_RATE_HZ)
#define SLACK_CLOCKS 2000u /* between two looks at the clock: a switch, and secure interrupts */

/* --- what tasks and interrupts leave for the judge --- */

/* The seed of the call that is inside, or 0. */
static volatile uint32_t inside;
static volatile uint32_t runs_beside; /* of other tasks while a call was inside */
static volatile bool stop;

static volatile uint32_t order[8];
static volatile uint32_t ordered;

static void note(uint32_t what)
{
  if (ordered < 8u) order[ordered] = what;
  ordered++;
}

static void reset_notes(void)
{
  memset((void *)(uintptr_t)order, 0, sizeof order);
  ordered = 0;
  runs_beside = 0;
  inside = 0;
  stop = false;
}

static void end_task(void)
{
  vTaskDelete(NULL);
}

/* --- a secure call and its right result --- */

static void expected_digest(uint32_t seed, uint8_t digest[GATE_DIGEST_BYTES])
{
  static uint32_t words[GATE_DIGEST_WORDS]; /* the judge's alone */
  digest_input(seed, words);
  sha256(digest, words, sizeof words);
}

static uint32_t call_digest(uint32_t seed, uint8_t digest[GATE_DIGEST_BYTES])
{
  hf_secure_call_begin();
  inside = seed;
  uint32_t status = hf_gate_digest(seed, digest);
  inside = 0;
  hf_secure_call_end();
  return status;
}

struct caller {
  uint32_t seed;
  uint32_t rounds;
  uint32_t pause_ticks;
  uint8_t expected[GATE_DIGEST_BYTES];
  volatile uint32_t right;
  volatile uint32_t wrong;
};

static void prepare(struct caller *caller, uint32_t seed, uint32_t rounds, uint32_t pause_ticks)
{
  *caller = (struct caller){.seed = seed, .rounds = rounds, .pause_ticks = pause_ticks};
  expected_digest(seed, caller->expected);
}

/* A value of the task's own in each register that a secure call must leave as it is is the compiler's `caller` and so on. */
static void call_again_and_again(void *parameter)
{
  struct caller *caller = parameter;
  for (uint32_t i = 0; i < caller->rounds; i++) {
    uint8_t digest[GATE_DIGEST_BYTES] = {0};
    bool good = call_digest(caller->seed, digest) == GATE_OK && memcmp(digest, caller->expected, sizeof digest) == 0;
    if (good)
      caller->right++;
    else
      caller->wrong++;
    if (caller->pause_ticks != 0) vTaskDelay(caller->pause_ticks);
  }
  end_task();
}

static bool is_done(const struct caller *caller)
{
  return caller->right + caller->wrong == caller->rounds;
}

/* Until the condition holds; a promise that does not end is ended by the harness. */
#define WAIT_UNTIL(condition) \
  do {                        \
    vTaskDelay(1);            \
  } while (!(condition))

/* --- tasks --- */

static void spin_until_stopped(void *parameter)
{
  volatile uint32_t *passes = parameter;
  while (!stop) (*passes)++;
  end_task();
}

PROMISE(tasks_of_one_priority_take_turns)
{
  (void)hf_gate_secure_interrupts(1); /* from here on, to the end: under everything */
  volatile uint32_t passes[2] = {0, 0};
  reset_notes();
  (void)test_task(spin_until_stopped, (void *)(uintptr_t)&passes[0], LOWER);
  (void)test_task(spin_until_stopped, (void *)(uintptr_t)&passes[1], LOWER);
  vTaskDelay(20);
  stop = true;
  vTaskDelay(5);
  CHECK(passes[0] > 1000 && passes[1] > 1000);
  CHECK(passes[0] < 2 * passes[1] && passes[1] < 2 * passes[0]);
}

static void note_and_end(void *parameter)
{
  note((uint32_t)(uintptr_t)parameter);
  end_task();
}

PROMISE(a_more_urgent_task_runs_at_once)
{
  reset_notes();
  (void)test_task(note_and_end, (void *)1, HIGHER);
  note(2);
  CHECK_EQUAL(order[0], 1);
  CHECK_EQUAL(order[1], 2);
}

PROMISE(delays_end_at_their_exact_tick)
{
  for (TickType_t ticks = 1; ticks <= 40; ticks += 3) {
    vTaskDelay(1);
    TickType_t from = xTaskGetTickCount();
    uint32_t from_clock = clock_now();
    vTaskDelay(ticks);
    uint32_t clocks = clock_now() - from_clock;
    CHECK_EQUAL(xTaskGetTickCount() - from, ticks);
    CHECK(clocks + SLACK_CLOCKS > ticks * TICK_CLOCKS && clocks < ticks * TICK_CLOCKS + SLACK_CLOCKS);
  }
}

/* --- secure calls --- */

static void run_each_tick(void *parameter)
{
  (void)parameter;
  while (!stop) {
    vTaskDelay(1);
    if (inside != 0) runs_beside++;
  }
  end_task();
}

PROMISE(other_tasks_run_while_a_secure_call_is_inside)
{
  static struct caller caller;
  prepare(&caller, 11, 10, 0);
  reset_notes();
  (void)test_task(run_each_tick, NULL, HIGHER);
  (void)test_task(call_again_and_again, &caller, LOWER);
  WAIT_UNTIL(is_done(&caller));
  stop = true;
  vTaskDelay(2);
  CHECK_EQUAL(caller.right, 10);
  CHECK(runs_beside >= 20); /* a call takes more than two ticks */
}

static TaskHandle_t woken;

static void wake_from_interrupt(void)
{
  BaseType_t switch_needed = pdFALSE;
  vTaskNotifyGiveFromISR(woken, &switch_needed);
  portYIELD_FROM_ISR(switch_needed);
}

static void run_when_woken(void *parameter)
{
  (void)parameter;
  while (!stop) {
    (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    if (inside != 0) runs_beside++;
  }
  end_task();
}

#define CALLERS 4u
#define ROUNDS 40u

PROMISE(nothing_is_lost_over_thousands_of_preemptions_inside)
{
  static struct caller callers[CALLERS];
  static const UBaseType_t priorities[CALLERS] = {1, LOWER, LOWER, HIGHER};
  for (uint32_t i = 0; i < CALLERS; i++) prepare(&callers[i], 100 + i, ROUNDS, i);
  reset_notes();
  woken = test_task(run_when_woken, NULL, HIGHER + 1);
  NEED(woken != NULL);
  for (uint32_t i = 0; i < CALLERS; i++) (void)test_task(call_again_and_again, &callers[i], priorities[i]);
  test_storm_start(wake_from_interrupt, 2024, 4000);
  for (uint32_t i = 0; i < CALLERS; i++) WAIT_UNTIL(is_done(&callers[i]));
  stop = true;
  vTaskDelay(5);
  test_storm_stop();
  for (uint32_t i = 0; i < CALLERS; i++) {
    CHECK_EQUAL(callers[i].right, ROUNDS);
    CHECK_EQUAL(callers[i].wrong, 0);
  }
  CHECK(runs_beside >= 5000);
  say("  preemptions inside secure code: ");
  say_number(runs_beside);
  say("\n");
}

/* A call of low urgency is inside; then an interrupt makes a more urgent caller ready, and a task between them. */
static TaskHandle_t low, middle, high;
static volatile UBaseType_t low_while_waited_for;
static struct caller low_call, high_call;

static void wake_middle_and_high(void)
{
  BaseType_t switch_needed = pdFALSE;
  vTaskNotifyGiveFromISR(middle, &switch_needed);
  vTaskNotifyGiveFromISR(high, &switch_needed);
  portYIELD_FROM_ISR(switch_needed);
}

static void look_at_low(void)
{
  low_while_waited_for = uxTaskPriorityGetFromISR(low);
}

static void low_caller(void *parameter)
{
  struct caller *caller = parameter;
  uint8_t digest[GATE_DIGEST_BYTES] = {0};
  hf_secure_call_begin();
  timer_once(TIMER1, 5000); /* inside */
  if (hf_gate_digest(caller->seed, digest) == GATE_OK && memcmp(digest, caller->expected, sizeof digest) == 0)
    caller->right++;
  test_interrupt(look_at_low);
  note(1);
  hf_secure_call_end();
  note(4);
  end_task();
}

static void high_caller(void *parameter)
{
  struct caller *caller = parameter;
  uint8_t digest[GATE_DIGEST_BYTES] = {0};
  (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  if (call_digest(caller->seed, digest) == GATE_OK && memcmp(digest, caller->expected, sizeof digest) == 0)
    caller->right++;
  note(2);
  end_task();
}

static void note_when_woken(void *parameter)
{
  (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
  note((uint32_t)(uintptr_t)parameter);
  end_task();
}

void timer1_handler(void)
{
  timer_stop(TIMER1);
  wake_middle_and_high();
}

PROMISE(a_more_urgent_caller_waits_and_lends_its_priority)
{
  prepare(&low_call, 21, 1, 0);
  prepare(&high_call, 22, 1, 0);
  reset_notes();
  low_while_waited_for = 0;
  high = test_task(high_caller, &high_call, HIGHER + 1);
  middle = test_task(note_when_woken, (void *)3, HIGHER);
  NEED(high != NULL && middle != NULL);
  line_enable(TIMER1_INTERRUPT, MASKED_PRIORITY);
  low = test_task(low_caller, &low_call, 1);
  WAIT_UNTIL(ordered == 4);
  line_disable(TIMER1_INTERRUPT);
  CHECK_EQUAL(low_while_waited_for, HIGHER + 1);
  CHECK_EQUAL(order[0], 1); /* low goes on first, with high's priority, ... */
  CHECK_EQUAL(order[1], 2);
  CHECK_EQUAL(order[2], 3); /* ... so the task between them waits for both */
  CHECK_EQUAL(order[3], 4);
  CHECK_EQUAL(low_call.right, 1);
  CHECK_EQUAL(high_call.right, 1);
}

static volatile uint32_t status_beside;
static volatile uint32_t right_beside;

static void call_without_asking(void *parameter)
{
  const struct caller *caller = parameter;
  while (!stop) {
    uint8_t digest[GATE_DIGEST_BYTES] = {0};
    vTaskDelay(1);
    if (inside == 0) continue;
    uint32_t status = hf_gate_digest(caller->seed, digest);
    if (status == GATE_BUSY) status_beside++;
    if (status == GATE_OK) right_beside++;
  }
  end_task();
}

PROMISE(a_call_beside_another_is_refused_and_spoils_nothing)
{
  static struct caller polite, rude;
  prepare(&polite, 31, 20, 0);
  prepare(&rude, 32, 1, 0);
  reset_notes();
  status_beside = right_beside = 0;
  (void)test_task(call_without_asking, &rude, HIGHER);
  (void)test_task(call_again_and_again, &polite, LOWER);
  WAIT_UNTIL(is_done(&polite));
  stop = true;
  vTaskDelay(3);
  CHECK_EQUAL(polite.right, 20);
  CHECK(status_beside >= 20);
  /* `inside` is set a little before the gate is entered and cleared a little after. */
  CHECK(right_beside <= 2);
}

PROMISE(a_gate_refuses_memory_that_is_not_the_callers)
{
  uint8_t *secure = (uint8_t *)(uintptr_t)0x30018000;
  hf_secure_call_begin();
  uint32_t status = hf_gate_digest(1, secure);
  uint32_t log_status = hf_gate_log((const char *)secure, 4);
  hf_secure_call_end();
  CHECK_EQUAL(status, GATE_REFUSED);
  CHECK_EQUAL(log_status, GATE_REFUSED);
}

/* --- masking --- */

static volatile uint32_t own_interrupts;

static void count_own(void)
{
  own_interrupts++;
}

#define SPIN_INSTRUCTIONS 40000u /* more than a tick, and ten secure interrupts */

PROMISE(a_critical_section_holds_back_its_own_interrupts)
{
  own_interrupts = 0;
  TickType_t from = xTaskGetTickCount();
  taskENTER_CRITICAL();
  test_interrupt(count_own);
  test_spin(SPIN_INSTRUCTIONS);
  uint32_t during = own_interrupts;
  TickType_t ticks_during = xTaskGetTickCount() - from;
  taskEXIT_CRITICAL();
  CHECK_EQUAL(during, 0);
  CHECK(ticks_during <= 1);
  CHECK_EQUAL(own_interrupts, 1);
}

PROMISE(secure_interrupts_cannot_be_masked)
{
  taskENTER_CRITICAL();
  uint32_t from = hf_gate_secure_interrupts(1);
  test_spin(SPIN_INSTRUCTIONS);
  uint32_t with_basepri = hf_gate_secure_interrupts(1) - from;
  __asm__ volatile("cpsid i\n\tcpsid f" : : : "memory");
  from = hf_gate_secure_interrupts(1);
  test_spin(SPIN_INSTRUCTIONS);
  uint32_t with_primask = hf_gate_secure_interrupts(1) - from;
  __asm__ volatile("cpsie f\n\tcpsie i" : : : "memory");
  taskEXIT_CRITICAL();
  CHECK(with_basepri >= 8);
  CHECK(with_primask >= 8);
}

/* --- stack overflow --- */

#define SMALL_STACK_WORDS 128u
#define CANARY_WORDS 32u
#define CANARY 0xC0FFEE00u

static StackType_t small_stack[CANARY_WORDS + SMALL_STACK_WORDS] __attribute__((aligned(portBYTE_ALIGNMENT)));
static StaticTask_t small_task;
static volatile TaskHandle_t overflowed;
static char overflowed_name[configMAX_TASK_NAME_LEN];

static void stay_away(void)
{
  vTaskSuspend(NULL);
  for (;;) continue;
}

/* The hook has no task to return to: this makes it one that only waits to be deleted, on the same stack. From the fault's
 * handler back into thread mode; the main stack is empty again, as between interrupts. */
__attribute__((noreturn)) static void replace_task(StackType_t *stack_end)
{
  StackType_t *frame = stack_end - 8;
  memset(frame, 0, 8 * sizeof *frame);
  frame[6] = (StackType_t)stay_away & ~1u;
  frame[7] = 0x01000000u; /* xPSR: Thumb */
  __asm__ volatile("msr psp, %0\n\t"
                   "ldr r1, =0xE000ED08\n\t" /* VTOR: the first vector is the top of the main stack */
                   "ldr r1, [r1]\n\t"
                   "ldr r1, [r1]\n\t"
                   "msr msp, r1\n\t"
                   "ldr r0, =0xFFFFFFBC\n\t" /* EXC_RETURN: non-secure, thread mode, process stack */
                   "bx r0\n\t"
                   ".ltorg"
                   :
                   : "r"(frame)
                   : "r1", "memory");
  __builtin_unreachable();
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
  if (task != &small_task) harness_give_up("a stack has overflowed that should not");
  overflowed = task;
  (void)strncpy(overflowed_name, name, sizeof overflowed_name - 1u);
  replace_task(small_stack + CANARY_WORDS + SMALL_STACK_WORDS);
}

static volatile uint32_t depth_reached;

__attribute__((noinline)) static uint32_t recurse(uint32_t depth)
{
  volatile uint32_t room[4] = {depth, depth, depth, depth};
  depth_reached = depth;
  if (stop) return depth; /* never */
  return recurse(depth + 1u) + room[depth % 4u];
}

static void overflow_by_recursion(void *unused)
{
  (void)unused;
  (void)recurse(0);
}

/* The stack pointer just above the limit: the frame of the next interrupt does not fit. */
static void overflow_by_interrupt(void *unused)
{
  (void)unused;
  __asm__ volatile("mrs r0, psplim\n\t"
                   "adds r0, #8\n\t"
                   "mov sp, r0\n\t"
                   "1: b 1b"
                   :
                   :
                   : "r0");
}

static void check_overflow(TaskFunction_t code, const char *name)
{
  for (uint32_t i = 0; i < CANARY_WORDS; i++) small_stack[i] = CANARY + i;
  overflowed = NULL;
  TaskHandle_t task = xTaskCreateStatic(code, name, SMALL_STACK_WORDS, NULL, LOWER, small_stack + CANARY_WORDS,
                                        &small_task);
  NEED(task != NULL);
  vTaskDelay(5);
  CHECK(overflowed == task);
  CHECK(strcmp(overflowed_name, name) == 0);
  bool untouched = true;
  for (uint32_t i = 0; i < CANARY_WORDS; i++) untouched = untouched && small_stack[i] == CANARY + i;
  CHECK(untouched);
  vTaskDelete(task);
}

PROMISE(a_stack_overflow_is_caught_before_it_writes)
{
  reset_notes();
  depth_reached = 0;
  check_overflow(overflow_by_recursion, "recursion");
  CHECK(depth_reached > 2);
}

PROMISE(a_stack_without_room_for_an_interrupt_is_caught)
{
  check_overflow(overflow_by_interrupt, "interrupted");
}

PROMISE(the_kernel_goes_on_after_an_overflow)
{
  static struct caller caller;
  prepare(&caller, 41, 3, 1);
  (void)test_task(call_again_and_again, &caller, LOWER);
  WAIT_UNTIL(is_done(&caller));
  vTaskDelay(2);
  CHECK_EQUAL(caller.right, 3);
}

extern const struct promise two_worlds_promises[];
const struct promise two_worlds_promises[] = {
  KEPT(tasks_of_one_priority_take_turns),
  KEPT(a_more_urgent_task_runs_at_once),
  KEPT(delays_end_at_their_exact_tick),
  KEPT(other_tasks_run_while_a_secure_call_is_inside),
  KEPT(nothing_is_lost_over_thousands_of_preemptions_inside),
  KEPT(a_more_urgent_caller_waits_and_lends_its_priority),
  KEPT(a_call_beside_another_is_refused_and_spoils_nothing),
  KEPT(a_gate_refuses_memory_that_is_not_the_callers),
  KEPT(a_critical_section_holds_back_its_own_interrupts),
  KEPT(secure_interrupts_cannot_be_masked),
  KEPT(a_stack_overflow_is_caught_before_it_writes),
  KEPT(a_stack_without_room_for_an_interrupt_is_caught),
  KEPT(the_kernel_goes_on_after_an_overflow),
  END_OF_PROMISES,
};

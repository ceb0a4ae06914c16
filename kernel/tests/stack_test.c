/* Stacks: how deep they were, and that an overflow is caught. */
#include "diary.h"

#if configCHECK_FOR_STACK_OVERFLOW > 0 && configSUPPORT_STATIC_ALLOCATION == 1

static StaticTask_t task_memory;
static StackType_t task_stack[TEST_STACK_WORDS] __attribute__((aligned(portBYTE_ALIGNMENT)));

static struct {
  volatile bool expected;
  volatile unsigned times;
  TaskHandle_t volatile task;
  char name[configMAX_TASK_NAME_LEN];
} overflow;

#ifndef HF_KERNEL_TEST_ON_HOST
static void after_overflow(void)
{
  note('o');
  vTaskDelete(NULL);
  for (;;) continue;
}

/* The hook is called in the fault's handler, and the task cannot go on: it is sent to after_overflow() with an empty
 * stack, by a return from the exception with a frame made by hand. */
static void leave_fault(TaskHandle_t task)
{
  StackType_t *frame = task_stack + TEST_STACK_WORDS - 16u;
  uint32_t exc_return = *(volatile uint32_t *)0xE000EDD4u != 0 ? 0xFFFFFFFDu : 0xFFFFFFBCu; /* SAU_TYPE: secure world */
  (void)task;
  memset(frame, 0, 8u * sizeof *frame);
  frame[6] = (StackType_t)(uintptr_t)after_overflow & ~1u;
  frame[7] = 0x01000000u; /* Thumb */
  __asm__ volatile("msr psp, %0\n"
                   "bx  %1\n"
                   :
                   : "r"(frame), "r"(exc_return)
                   : "memory");
}
#endif

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
  if (!overflow.expected || task != &task_memory) {
    check_that(false, "no stack overflows", name, 0);
    for (;;) continue;
  }
  overflow.times++;
  overflow.task = task;
  memcpy(overflow.name, name, sizeof overflow.name);
#ifndef HF_KERNEL_TEST_ON_HOST
  if ((*(volatile uint32_t *)0xE000ED04u & 0x1FFu) == 6u) leave_fault(task); /* ICSR: the usage fault */
#endif
}

static void overflow_expected(void)
{
  memset(&overflow, 0, sizeof overflow);
  overflow.expected = true;
}

#if configCHECK_FOR_STACK_OVERFLOW > 1
static void damage_end(void *word)
{
  volatile StackType_t *end = task_stack;
  end[(uintptr_t)word] = 0;
  note('d');
  vTaskSuspend(NULL); /* looked at when it is switched out */
}

/* The hook is told once: the task is not switched to again. */
static void check_damage(uintptr_t word)
{
  overflow_expected();
  diary_begin();
  TaskHandle_t task = xTaskCreateStatic(damage_end, "damaged", TEST_STACK_WORDS, (void *)word, HIGHER, task_stack,
                                        &task_memory);
  NEED(task != NULL);
  CHECK_DIARY("d");
  CHECK_EQUAL(overflow.times, 1);
  CHECK(overflow.task == task);
  CHECK(strcmp(overflow.name, "damaged") == 0);
  CHECK_EQUAL(uxTaskGetStackHighWaterMark(task), word);
  vTaskDelete(task);
  overflow.expected = false;
}

PROMISE(a_stack_whose_last_bytes_were_overwritten_is_found_at_the_next_switch)
{
  check_damage(0);
  check_damage(16u / sizeof(StackType_t) - 1u);
}
#endif

static void harmless(void *word)
{
  volatile StackType_t *end = task_stack;
  end[(uintptr_t)word] = 0;
  for (unsigned i = 0; i < 3u; i++) vTaskDelay(1);
  vTaskDelete(NULL);
}

PROMISE(a_stack_used_nearly_to_its_end_is_no_overflow)
{
  overflow_expected();
  NEED(xTaskCreateStatic(harmless, "nearly", TEST_STACK_WORDS, (void *)(uintptr_t)(16u / sizeof(StackType_t)), HIGHER,
                         task_stack, &task_memory) != NULL);
  CHECK_EQUAL(uxTaskGetStackHighWaterMark(&task_memory), 16u / sizeof(StackType_t));
  vTaskDelay(5);
  CHECK_EQUAL(overflow.times, 0);
  overflow.expected = false;
}

#ifndef HF_KERNEL_TEST_ON_HOST
static volatile unsigned depth;

static __attribute__((noinline)) unsigned go_deeper(unsigned steps)
{
  volatile uint8_t room[40];
  for (unsigned i = 0; i < sizeof room; i++) room[i] = 0x11;
  depth = steps;
  unsigned below = steps < 1000u ? go_deeper(steps + 1u) : 0;
  return below + room[steps % sizeof room];
}

static void overflow_stack(void *unused)
{
  (void)unused;
  (void)go_deeper(0);
  note('x'); /* never */
  vTaskDelete(NULL);
}

PROMISE(a_task_that_runs_over_the_end_of_its_stack_is_stopped_there)
{
  overflow_expected();
  diary_begin();
  depth = 0;
  NEED(xTaskCreateStatic(overflow_stack, "deep", TEST_STACK_WORDS, NULL, HIGHER, task_stack, &task_memory) != NULL);
  CHECK_DIARY("o");
  CHECK_EQUAL(overflow.times, 1);
  CHECK(overflow.task == &task_memory);
  CHECK(strcmp(overflow.name, "deep") == 0);
  CHECK(depth > 5u);
  CHECK(depth < TEST_STACK_WORDS / 8u);
  vTaskDelay(2);
  overflow.expected = false;
}

static void use_some(void *words)
{
  (void)go_deeper(1000u - (unsigned)(uintptr_t)words);
  vTaskSuspend(NULL);
}

PROMISE(the_high_water_mark_is_as_deep_as_the_calls_went)
{
  UBaseType_t unused[3];
  for (uintptr_t i = 0; i < 3u; i++) {
    NEED(xTaskCreateStatic(use_some, "mark", TEST_STACK_WORDS, (void *)(6u + 3u * i), HIGHER, task_stack,
                           &task_memory) != NULL);
    unused[i] = uxTaskGetStackHighWaterMark(&task_memory);
    vTaskDelete(&task_memory);
  }
  /* Three calls more each time, of at least 40 bytes each. */
  CHECK(unused[0] - unused[1] >= 30u);
  CHECK_EQUAL(unused[1] - unused[2], unused[0] - unused[1]);
}
#endif

#else
PROMISE(without_checks_no_overflow_is_looked_for)
{
  CHECK(configCHECK_FOR_STACK_OVERFLOW == 0 || configSUPPORT_STATIC_ALLOCATION == 0);
}
#endif

const struct promise stack_promises[] = {
#if configCHECK_FOR_STACK_OVERFLOW > 0 && configSUPPORT_STATIC_ALLOCATION == 1
#if configCHECK_FOR_STACK_OVERFLOW > 1
  KEPT(a_stack_whose_last_bytes_were_overwritten_is_found_at_the_next_switch),
#endif
  KEPT(a_stack_used_nearly_to_its_end_is_no_overflow),
#ifndef HF_KERNEL_TEST_ON_HOST
  KEPT(a_task_that_runs_over_the_end_of_its_stack_is_stopped_there),
  KEPT(the_high_water_mark_is_as_deep_as_the_calls_went),
#endif
#else
  KEPT(without_checks_no_overflow_is_looked_for),
#endif
  END_OF_PROMISES,
};

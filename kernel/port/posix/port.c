#define _GNU_SOURCE
#include "hf_posix.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

#include "FreeRTOS.h"
#include "task.h"
#include "fiber_tools.h"
#include "hf_kernel.h"
#include "port.h"
#include "scheduler.h"

#define GUARD_BYTES 0x10000u /* below a stack, and a multiple of any page */
#define SPARE_FIBERS 16u     /* kept when tasks end, for those to come */
#define URGENCY_TICK 1u
#define PENDING_MAX 32u
#define ARMED_MAX 8u
#define SPIN_STEP 64u /* instructions between two points where interrupts can arrive */
#define NS_PER_SECOND 1000000000u

/* A task's context; lies at the top of its own stack. */
struct fiber {
  ucontext_t context;
  uint8_t *bottom; /* of the stack, above the guard */
  size_t bytes;
  void *sanitizer_state;
  unsigned valgrind_stack;
  TaskFunction_t code;
  void *parameter;
  struct fiber *next; /* of the spare ones */
};

struct interrupt {
  void (*isr)(void);
  unsigned urgency;
};

struct armed {
  void (*isr)(void);
  uint64_t open;
};

static struct {
  struct fiber thread; /* the one that started the scheduler */
  struct fiber *running;
  struct fiber *spare;
  unsigned spares;
  bool started;

  uint32_t masked;
  unsigned serving; /* urgency of the interrupt being served; 0: none */
  bool switch_pending;
  bool tick_pending;
  struct interrupt pending[PENDING_MAX]; /* in order of arrival */
  unsigned pendings;

  uint64_t opens;
  struct armed armed[ARMED_MAX];
  unsigned armeds;

  uint64_t instructions;
  uint32_t into_tick; /* instructions of the current tick that have passed */
  bool real_time;
  struct timespec epoch;
  uint64_t epoch_ticks; /* ticks since epoch that have passed */
  void (*each_tick)(void);
} machine;

static _Noreturn void die(const char *why)
{
  (void)fprintf(stderr, "posix port: %s\n", why);
  abort();
}

__attribute__((weak)) void hf_kernel_assert_failed(const char *file, int line)
{
  (void)fprintf(stderr, "%s:%d: assertion of the kernel failed\n", file, line);
  abort();
}

/* --- fibers --- */

static void arrive(void);

static void fiber_switch(struct fiber *to)
{
  struct fiber *from = machine.running;
  machine.running = to;
  fiber_tools_leave(&from->sanitizer_state, to->bottom, to->bytes);
  if (swapcontext(&from->context, &to->context) != 0) die("swapcontext failed");
  fiber_tools_arrive(from->sanitizer_state, NULL, NULL);
}

static void fiber_main(void)
{
  struct fiber *self = machine.running;
  if (machine.thread.bytes == 0)
    fiber_tools_arrive(NULL, &machine.thread.bottom, &machine.thread.bytes);
  else
    fiber_tools_arrive(NULL, NULL, NULL);
  machine.masked = 0;
  arrive();
  self->code(self->parameter);
  configASSERT(false); /* a task function must not return */
  vTaskDelete(NULL);
}

static struct fiber *fiber_new(void)
{
  struct fiber *fiber = machine.spare;
  if (fiber != NULL) {
    machine.spare = fiber->next;
    machine.spares--;
    fiber_tools_forget(fiber->bottom, fiber->bytes);
    return fiber;
  }
  uint8_t *memory = mmap(NULL, GUARD_BYTES + HF_POSIX_STACK_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) die("no memory for a stack");
  uint8_t *bottom = memory + GUARD_BYTES;
  if (mprotect(bottom, HF_POSIX_STACK_BYTES, PROT_READ | PROT_WRITE) != 0) die("no memory for a stack");
  size_t bytes = (HF_POSIX_STACK_BYTES - sizeof(struct fiber)) & ~(size_t)63u;
  fiber = (struct fiber *)(void *)(bottom + bytes);
  fiber->bottom = bottom;
  fiber->bytes = bytes;
  fiber->valgrind_stack = fiber_tools_stack(bottom, bottom + bytes);
  return fiber;
}

/* Alone in a function: getcontext() is declared as one that returns twice. */
static __attribute__((noinline)) void fiber_prepare(struct fiber *fiber)
{
  if (getcontext(&fiber->context) != 0) die("getcontext failed");
  fiber->context.uc_stack.ss_sp = fiber->bottom;
  fiber->context.uc_stack.ss_size = fiber->bytes;
  fiber->context.uc_link = NULL;
  makecontext(&fiber->context, fiber_main, 0);
}

static void fiber_delete(struct fiber *fiber)
{
  if (machine.spares < SPARE_FIBERS) {
    fiber->next = machine.spare;
    machine.spare = fiber;
    machine.spares++;
    return;
  }
  fiber_tools_no_stack(fiber->valgrind_stack);
  fiber_tools_forget(fiber->bottom, fiber->bytes);
  (void)munmap(fiber->bottom - GUARD_BYTES, GUARD_BYTES + HF_POSIX_STACK_BYTES);
}

/* The last word of the application's stack memory leads to the fiber. */
static struct fiber **fiber_place(struct tskTaskControlBlock *task)
{
  return (struct fiber **)task->top;
}

void port_task_init(struct tskTaskControlBlock *task, StackType_t *stack, size_t depth, TaskFunction_t code,
                    void *parameter)
{
  struct fiber *fiber = fiber_new();
  fiber_prepare(fiber);
  fiber->code = code;
  fiber->parameter = parameter;
  fiber->sanitizer_state = NULL;
  task->limit = stack;
  task->top = stack + depth - 1;
  *fiber_place(task) = fiber;
}

void port_task_release(struct tskTaskControlBlock *task)
{
  struct fiber *fiber = *fiber_place(task);
  if (fiber == machine.running) die("a task that runs was released");
  fiber_delete(fiber);
}

/* --- interrupts --- */

static void serve(void (*isr)(void), unsigned urgency)
{
  unsigned interrupted = machine.serving;
  machine.serving = urgency;
  isr();
  if (machine.masked != 0) die("an interrupt left interrupts masked");
  machine.serving = interrupted;
}

static void tick_interrupt(void)
{
  if (machine.each_tick != NULL) machine.each_tick();
  sched_tick();
}

/* The most urgent pending interrupt, the oldest among equals; false: nothing that may interrupt what runs. */
static bool serve_pending(void)
{
  unsigned best = machine.pendings;
  unsigned urgency = machine.serving;
  for (unsigned i = 0; i < machine.pendings; i++) {
    if (machine.pending[i].urgency <= urgency) continue;
    best = i;
    urgency = machine.pending[i].urgency;
  }
  if (best < machine.pendings) {
    struct interrupt taken = machine.pending[best];
    machine.pendings--;
    for (unsigned i = best; i < machine.pendings; i++) machine.pending[i] = machine.pending[i + 1u];
    serve(taken.isr, taken.urgency);
    return true;
  }
  if (!machine.tick_pending || machine.serving != 0) return false;
  machine.tick_pending = false;
  serve(tick_interrupt, URGENCY_TICK);
  return true;
}

static void pend(void (*isr)(void), unsigned urgency)
{
  if (machine.pendings == PENDING_MAX) die("too many pending interrupts");
  machine.pending[machine.pendings++] = (struct interrupt){.isr = isr, .urgency = urgency};
}

static void pend_armed(void)
{
  unsigned left = 0;
  for (unsigned i = 0; i < machine.armeds; i++) {
    if (machine.armed[i].open <= machine.opens)
      pend(machine.armed[i].isr, HF_POSIX_URGENCY_MIN);
    else
      machine.armed[left++] = machine.armed[i];
  }
  machine.armeds = left;
}

/* Whole ticks of the machine's clock since the epoch. */
static uint64_t clock_ticks(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t ns = (uint64_t)(now.tv_sec - machine.epoch.tv_sec) * NS_PER_SECOND + (uint64_t)now.tv_nsec -
                (uint64_t)machine.epoch.tv_nsec;
  return ns / (NS_PER_SECOND / configTICK_RATE_HZ);
}

/* One tick per point, so that tasks run in between as they would have. */
static void poll_clock(void)
{
  uint64_t now = clock_ticks();
  if (now == machine.epoch_ticks) return;
  if (now - machine.epoch_ticks > HF_POSIX_CATCH_UP_TICKS) machine.epoch_ticks = now - HF_POSIX_CATCH_UP_TICKS;
  machine.epoch_ticks++;
  machine.tick_pending = true;
}

/* Interrupts are open: those pending are served, then a pending switch happens. A task that was switched out goes on
 * here later: that is another point where interrupts can arrive. */
static void arrive(void)
{
  for (;;) {
    if (machine.serving == 0) {
      machine.opens++;
      if (machine.armeds != 0) pend_armed();
      if (machine.real_time && machine.started) poll_clock();
    }
    while (serve_pending()) continue;
    if (!machine.switch_pending || machine.serving != 0 || !machine.started) return;
    machine.switch_pending = false;
    machine.masked = 1;
    sched_select();
    struct fiber *next = *fiber_place(sched.current);
    if (next != machine.running) fiber_switch(next);
    machine.masked = 0;
  }
}

uint32_t port_mask(void)
{
  uint32_t before = machine.masked;
  machine.masked = 1;
  return before;
}

void port_unmask(uint32_t before)
{
  bool opens = before == 0;
  machine.masked = before;
  if (opens) arrive();
}

void port_pend_switch(void)
{
  machine.switch_pending = true;
}

void port_sync(void)
{
  if (machine.masked == 0 && machine.switch_pending) arrive();
}

bool port_in_interrupt(void)
{
  return machine.serving != 0;
}

void hf_posix_interrupt(void (*isr)(void), unsigned urgency)
{
  if (urgency < HF_POSIX_URGENCY_MIN || urgency > HF_POSIX_URGENCY_MAX) die("no such urgency");
  pend(isr, urgency);
  if (machine.masked == 0) arrive();
}

unsigned hf_posix_urgency(void)
{
  return machine.serving;
}

uint64_t hf_posix_opens(void)
{
  return machine.opens;
}

void hf_posix_at_open(uint64_t nth, void (*isr)(void))
{
  if (nth != 0) {
    if (machine.armeds == ARMED_MAX) die("too many armed interrupts");
    machine.armed[machine.armeds++] = (struct armed){.isr = isr, .open = machine.opens + nth};
    return;
  }
  unsigned left = 0;
  for (unsigned i = 0; i < machine.armeds; i++) {
    if (machine.armed[i].isr != isr) machine.armed[left++] = machine.armed[i];
  }
  machine.armeds = left;
}

/* --- time --- */

void hf_posix_use_real_time(void)
{
  machine.real_time = true;
}

void hf_posix_each_tick(void (*observe)(void))
{
  machine.each_tick = observe;
}

uint64_t hf_posix_instructions(void)
{
  return machine.instructions;
}

void hf_posix_spin(uint32_t instructions)
{
  while (instructions != 0) {
    uint32_t step = instructions < SPIN_STEP ? instructions : SPIN_STEP;
    instructions -= step;
    machine.instructions += step;
    machine.into_tick += step;
    if (machine.into_tick >= HF_POSIX_INSTRUCTIONS_PER_TICK) {
      machine.into_tick -= HF_POSIX_INSTRUCTIONS_PER_TICK;
      if (!machine.real_time && machine.started) machine.tick_pending = true;
    }
    if (machine.masked == 0) arrive();
  }
}

static void sleep_until_tick(void)
{
  uint64_t ns = (machine.epoch_ticks + 1u) * (NS_PER_SECOND / configTICK_RATE_HZ) + (uint64_t)machine.epoch.tv_nsec;
  struct timespec until = {.tv_sec = machine.epoch.tv_sec + (time_t)(ns / NS_PER_SECOND),
                           .tv_nsec = (long)(ns % NS_PER_SECOND)};
  (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

void port_idle(void)
{
  if (machine.real_time) {
    sleep_until_tick();
  } else {
    machine.instructions += HF_POSIX_INSTRUCTIONS_PER_TICK - machine.into_tick;
    machine.into_tick = 0;
    machine.tick_pending = true;
  }
  if (machine.masked == 0) arrive();
}

/* --- start and end --- */

void port_start(void)
{
  (void)clock_gettime(CLOCK_MONOTONIC, &machine.epoch);
  machine.epoch_ticks = 0;
  machine.started = true;
  machine.running = &machine.thread;
  fiber_switch(*fiber_place(sched.current));
  machine.masked = 0;
}

void port_end(void)
{
  if (!machine.started) die("the scheduler does not run");
  machine.started = false;
  machine.serving = 0;
  machine.switch_pending = false;
  machine.tick_pending = false;
  machine.pendings = 0;
  machine.armeds = 0;
  fiber_switch(&machine.thread);
}

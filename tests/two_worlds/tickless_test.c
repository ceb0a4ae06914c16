/* Long sleeps keep time. The tick count is compared with a timer of the board that knows nothing of the tick, over sleeps
 * undisturbed, ended early, and disturbed at every clock around the moments that matter.
 */
#include "gates.h"
#include "hf_kernel.h"
#include "nonsecure.h"
#include "platform.h"
#include "promise.h"
#include "startup_nonsecure.h"
#include "task.h"

#define TICK_CLOCKS (configCPU_CLOCK_HZ / configTICK_RATE_HZ)
#define LONGEST_TICKS (0x00FFFFFFu / TICK_CLOCKS) /* that SysTick can sleep at a time */

/* From the end of a tick until the task that waited for it has looked at the clock. */
#define LATENCY_CLOCKS 3000
/* A sleep that an interrupt cuts short restarts SysTick: to about a clock, the phase of the tick is lost. In a
 * thousand of them. */
#define DRIFT_CLOCKS_MAX 1500

static volatile uint32_t tick_interrupts;

void vApplicationTickHook(void)
{
  tick_interrupts++;
}

/* --- two clocks --- */

static struct {
  TickType_t ticks;
  uint32_t clock;
  int64_t clocks; /* since the start, of the moment `clock` */
  uint32_t interrupts;
} start;

/* Both begin at the end of a tick. */
static void start_clocks(void)
{
  vTaskDelay(2);
  start.ticks = xTaskGetTickCount();
  start.clock = clock_now();
  start.clocks = 0;
  start.interrupts = tick_interrupts;
}

/* Called more often than the timer wraps: 134 s. */
static int64_t clocks_passed(void)
{
  uint32_t now = clock_now();
  start.clocks += now - start.clock;
  start.clock = now;
  return start.clocks;
}

static TickType_t ticks_passed(void)
{
  return xTaskGetTickCount() - start.ticks;
}

/* By how much the timer is ahead of the tick count, in clocks: less than a tick when no tick was lost. */
static int64_t ahead(void)
{
  return clocks_passed() - (int64_t)ticks_passed() * TICK_CLOCKS;
}

static bool no_tick_is_lost_or_gained(void)
{
  int64_t clocks = ahead();
  return clocks > -LATENCY_CLOCKS && clocks < TICK_CLOCKS + LATENCY_CLOCKS;
}

/* What the tick has lost (or gained, below 0) since start_clocks(): at the end of a tick again, the same way. */
static int64_t drift_clocks(void)
{
  vTaskDelay(2);
  return ahead();
}

static void say_drift(uint32_t sleeps)
{
  int64_t drift = drift_clocks();
  say("  drift in clocks: ");
  say_number(drift);
  say(", sleeps: ");
  say_number(sleeps);
  say(", ticks: ");
  say_number(ticks_passed());
  say(", tick interrupts: ");
  say_number(tick_interrupts - start.interrupts);
  say("\n");
}

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
  random_state = random_state * 1664525u + 1013904223u; /* Numerical Recipes' generator */
  return (random_state >> 8) % limit;
}

/* --- interrupts --- */

static volatile TaskHandle_t woken; /* by timer 1; NULL: it wakes nobody */

void timer1_handler(void)
{
  timer_stop(TIMER1);
  if (woken == NULL) return;
  BaseType_t switch_needed = pdFALSE;
  vTaskNotifyGiveFromISR(woken, &switch_needed);
  portYIELD_FROM_ISR(switch_needed);
}

static void disturb_begin(TaskHandle_t whom)
{
  woken = whom;
  line_enable(TIMER1_INTERRUPT, MASKED_PRIORITY);
}

static void disturb_end(void)
{
  timer_stop(TIMER1);
  line_disable(TIMER1_INTERRUPT);
}

/* The harness's watch also ends sleeps: not while they are to be undisturbed. */
static void watch(bool on)
{
  if (on)
    line_enable(DUALTIMER_INTERRUPT, 0);
  else
    line_disable(DUALTIMER_INTERRUPT);
}

#define ICSR (*(volatile uint32_t *)0xE000ED04)
#define ICSR_VECTPENDING 0x001FF000u

static volatile bool
  wakes_for_nothing; /* as when the secure world's interrupts end the wait, which this kernel does not see */
static uint32_t waits;

/* With interrupts open they are served meanwhile: the idle task comes back. */
void wait_awake(void)
{
  uint32_t off;
  __asm__ volatile("mrs %0, primask" : "=r"(off));
  if (off == 0) return;
  uint32_t passes = wakes_for_nothing ? 1u + ++waits * 7919u % 1000u : UINT32_MAX;
  while ((ICSR & ICSR_VECTPENDING) == 0 && passes-- > 0) {
    __asm__ volatile(".rept 20\n\tnop\n\t.endr");
  }
}

/* --- the promises --- */

PROMISE(undisturbed_sleeps_end_at_their_exact_tick)
{
  const uint32_t sleeps = 1500;
  random_state = 1;
  watch(false);
  start_clocks();
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < sleeps; i++) {
    TickType_t ticks = 1u + random_below(i % 50u == 0 ? LONGEST_TICKS + LONGEST_TICKS / 2u : 40u);
    TickType_t from = xTaskGetTickCount();
    vTaskDelay(ticks);
    if (xTaskGetTickCount() - from != ticks) wrong++;
    int64_t late = ahead();
    if (late < -LATENCY_CLOCKS || late > LATENCY_CLOCKS) wrong++;
  }
  CHECK_EQUAL(wrong, 0);
  int64_t drift = drift_clocks();
  CHECK(drift >= -60 && drift <= 60); /* the counter never stopped; how exactly wait_awake() sees it */
  CHECK((tick_interrupts - start.interrupts) * 10u < ticks_passed());
  say_drift(sleeps);
  watch(true);
}

PROMISE(sleeps_ended_early_lose_no_tick)
{
  const uint32_t sleeps = 3000;
  random_state = 2;
  disturb_begin(xTaskGetCurrentTaskHandle());
  start_clocks();
  uint32_t wrong = 0;
  uint32_t early = 0;
  for (uint32_t i = 0; i < sleeps; i++) {
    TickType_t limit = 2u + random_below(i % 100u == 0 ? LONGEST_TICKS + 50u : 10u);
    TickType_t from = xTaskGetTickCount();
    timer_once(TIMER1, 1u + random_below((limit + 2u) * TICK_CLOCKS));
    bool was_woken = ulTaskNotifyTake(pdTRUE, limit) != 0;
    timer_stop(TIMER1);
    TickType_t waited = xTaskGetTickCount() - from;
    if (was_woken)
      early++;
    else if (waited != limit)
      wrong++;
    if (waited > limit || !no_tick_is_lost_or_gained()) wrong++;
    (void)ulTaskNotifyTake(pdTRUE, 0);
  }
  disturb_end();
  CHECK_EQUAL(wrong, 0);
  CHECK(early > sleeps / 2u);
  int64_t drift = drift_clocks();
  int64_t drift_max = DRIFT_CLOCKS_MAX * (int64_t)sleeps / 1000;
  CHECK(drift > -drift_max && drift < drift_max);
  CHECK((tick_interrupts - start.interrupts) * 2u < ticks_passed());
  say_drift(sleeps);
}

/* One sleep of SWEPT_TICKS, with an interrupt so many clocks after its begin. */
#define SWEPT_TICKS 4u
static uint32_t swept_sleep(uint32_t clocks)
{
  start_clocks();
  timer_once(TIMER1, clocks);
  bool was_woken = ulTaskNotifyTake(pdTRUE, SWEPT_TICKS) != 0;
  uint32_t wrong = no_tick_is_lost_or_gained() ? 0 : 1u;
  if (!was_woken && ticks_passed() != SWEPT_TICKS) wrong++;
  vTaskDelay(2);
  timer_stop(TIMER1);
  (void)ulTaskNotifyTake(pdTRUE, 0);
  int64_t late = ahead();
  if (late < -LATENCY_CLOCKS || late > LATENCY_CLOCKS) wrong++;
  return wrong;
}

#define SWEEP_BEFORE 600u
#define SWEEP_AFTER 150u

static uint32_t sweep(TickType_t tick, uint32_t step)
{
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < SWEEP_BEFORE + SWEEP_AFTER; i += step)
    wrong += swept_sleep(tick * TICK_CLOCKS - SWEEP_BEFORE + i);
  return wrong;
}

/* The first tick of a sleep ends by itself, the next one inside the long period, the last one with it. */
PROMISE(an_interrupt_at_any_clock_around_a_tick_loses_none)
{
  disturb_begin(xTaskGetCurrentTaskHandle());
  CHECK_EQUAL(sweep(1, 1), 0);
  CHECK_EQUAL(sweep(2, 1), 0);
  CHECK_EQUAL(sweep(SWEPT_TICKS, 1), 0);
  disturb_end();
}

PROMISE(an_interrupt_that_wakes_nobody_loses_no_tick)
{
  disturb_begin(NULL);
  CHECK_EQUAL(sweep(1, 1), 0);
  CHECK_EQUAL(sweep(2, 1), 0);
  CHECK_EQUAL(sweep(SWEPT_TICKS, 1), 0);
  disturb_end();
}

static void do_nothing(void)
{
}

PROMISE(delays_are_exact_in_a_storm_of_interrupts)
{
  const uint32_t sleeps = 300;
  random_state = 3;
  start_clocks();
  test_storm_start(do_nothing, 77, 3u * TICK_CLOCKS);
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < sleeps; i++) {
    TickType_t ticks = 1u + random_below(60);
    TickType_t from = xTaskGetTickCount();
    vTaskDelay(ticks);
    if (xTaskGetTickCount() - from != ticks || !no_tick_is_lost_or_gained()) wrong++;
  }
  test_storm_stop();
  CHECK_EQUAL(wrong, 0);
  say_drift(sleeps);
}

/* They wake the processor, and take time where this kernel masks everything of its own. */
PROMISE(secure_interrupts_during_sleeps_lose_no_tick)
{
  const uint32_t sleeps = 100;
  random_state = 4;
  (void)hf_gate_secure_interrupts(1);
  wakes_for_nothing = true;
  start_clocks();
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < sleeps; i++) {
    TickType_t ticks = 1u + random_below(60);
    TickType_t from = xTaskGetTickCount();
    vTaskDelay(ticks);
    if (xTaskGetTickCount() - from != ticks || !no_tick_is_lost_or_gained()) wrong++;
  }
  CHECK_EQUAL(wrong, 0);
  (void)hf_gate_secure_interrupts(0);
  wakes_for_nothing = false;
  say_drift(sleeps);
}

PROMISE(time_passes_when_nobody_waits_for_a_tick)
{
  disturb_begin(xTaskGetCurrentTaskHandle());
  watch(false);
  start_clocks();
  timer_once(TIMER1, 3u * LONGEST_TICKS * TICK_CLOCKS + TICK_CLOCKS / 2u);
  CHECK_EQUAL(ulTaskNotifyTake(pdTRUE, portMAX_DELAY), 1);
  CHECK_EQUAL(ticks_passed(), 3u * LONGEST_TICKS);
  CHECK(no_tick_is_lost_or_gained());
  CHECK(tick_interrupts - start.interrupts < 10);
  disturb_end();
  watch(true);
}

extern const struct promise two_worlds_promises[];
const struct promise two_worlds_promises[] = {
  KEPT(undisturbed_sleeps_end_at_their_exact_tick),         KEPT(sleeps_ended_early_lose_no_tick),
  KEPT(an_interrupt_at_any_clock_around_a_tick_loses_none), KEPT(an_interrupt_that_wakes_nobody_loses_no_tick),
  KEPT(delays_are_exact_in_a_storm_of_interrupts),          KEPT(secure_interrupts_during_sleeps_lose_no_tick),
  KEPT(time_passes_when_nobody_waits_for_a_tick),           END_OF_PROMISES,
};

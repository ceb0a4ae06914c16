/* What the host port promises beyond the kernel's API (hf_posix.h). One scheduler per process, so one run of this
 * program for each kind of time:  host_port_test virtual|real
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "FreeRTOS.h"
#include "hf_posix.h"
#include "semphr.h"
#include "task.h"

#define STACK_WORDS 256u
#define MILLISECONDS 50u

static unsigned failures;
static SemaphoreHandle_t semaphore;
static unsigned seen;

#define CHECK(claim) check((claim), #claim, __LINE__)

static void check(bool holds, const char *claim, int line)
{
  if (holds) return;
  failures++;
  (void)printf("line %d: %s\n", line, claim);
}

static void give(void)
{
  BaseType_t woken = pdFALSE;
  seen++;
  CHECK(hf_posix_urgency() == HF_POSIX_URGENCY_MIN);
  (void)xSemaphoreGiveFromISR(semaphore, &woken);
  portYIELD_FROM_ISR(woken);
}

static void one_tick(void)
{
  vTaskDelay(1);
}

/* At each point of a take that waits, once: it always gets what the interrupt gave. */
static void an_armed_interrupt_comes_at_every_point(void)
{
  uint64_t start = hf_posix_opens();
  CHECK(xSemaphoreTake(semaphore, 2) == pdFALSE);
  uint64_t points = hf_posix_opens() - start;
  CHECK(points >= 4u);
  for (uint64_t n = 1; n <= points; n++) {
    seen = 0;
    hf_posix_at_open(n, give);
    BaseType_t taken = xSemaphoreTake(semaphore, 2);
    hf_posix_at_open(0, give);
    if (taken != pdTRUE && seen == 1) taken = xSemaphoreTake(semaphore, 0); /* it came after the time was over */
    CHECK(taken == pdTRUE || seen == 0);
  }
}

static void a_disarmed_interrupt_does_not_come(void)
{
  seen = 0;
  hf_posix_at_open(3, give);
  hf_posix_at_open(0, give);
  one_tick();
  CHECK(seen == 0);
}

static void spinning_is_time(void)
{
  uint64_t before = hf_posix_instructions();
  TickType_t start = xTaskGetTickCount();
  hf_posix_spin(3u * HF_POSIX_INSTRUCTIONS_PER_TICK);
  CHECK(hf_posix_instructions() - before == 3u * HF_POSIX_INSTRUCTIONS_PER_TICK);
  CHECK(xTaskGetTickCount() - start == 3u);
}

static void a_day_passes_in_no_time(void)
{
  TickType_t start = xTaskGetTickCount();
  vTaskDelay(86400u);
  CHECK(xTaskGetTickCount() - start == 86400u);
}

static void use_deep_stack(void *unused)
{
  volatile uint8_t deep[HF_POSIX_STACK_BYTES / 2u];
  (void)unused;
  for (uint32_t i = 0; i < sizeof deep; i++) deep[i] = (uint8_t)i;
  seen += deep[1];
  vTaskDelete(NULL);
}

/* More tasks than the port keeps spare stacks for, so that stacks are used again and given back. */
static void tasks_have_large_stacks_of_their_own(void)
{
  seen = 0;
  for (unsigned round = 0; round < 3u; round++) {
    for (unsigned i = 0; i < 20u; i++) CHECK(xTaskCreate(use_deep_stack, "deep", 128, NULL, 1, NULL) == pdPASS);
    vTaskDelay(2);
  }
  CHECK(seen == 60u);
}

static uint64_t now_ms(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

/* No upper limit: the machine may be busy. */
static void a_delay_lasts_as_long_as_it_says(void)
{
  one_tick();
  uint64_t start = now_ms();
  vTaskDelay(pdMS_TO_TICKS(MILLISECONDS));
  CHECK(now_ms() - start >= MILLISECONDS - 1u);
}

static void a_task_that_calls_the_kernel_sees_time_pass(void)
{
  uint64_t start = now_ms();
  TickType_t ticks = xTaskGetTickCount();
  while (now_ms() - start < MILLISECONDS) taskYIELD();
  CHECK(xTaskGetTickCount() - ticks >= pdMS_TO_TICKS(MILLISECONDS) / 2u);
}

static void test_virtual_time(void *unused)
{
  (void)unused;
  an_armed_interrupt_comes_at_every_point();
  a_disarmed_interrupt_does_not_come();
  spinning_is_time();
  a_day_passes_in_no_time();
  tasks_have_large_stacks_of_their_own();
  vTaskEndScheduler();
}

static void test_real_time(void *unused)
{
  (void)unused;
  a_delay_lasts_as_long_as_it_says();
  a_task_that_calls_the_kernel_sees_time_pass();
  vTaskEndScheduler();
}

int main(int argc, char **argv)
{
  if (argc != 2) return 2;
  bool real = strcmp(argv[1], "real") == 0;
  if (real) hf_posix_use_real_time();
  semaphore = xSemaphoreCreateBinary();
  CHECK(semaphore != NULL);
  CHECK(xTaskCreate(real ? test_real_time : test_virtual_time, "test", STACK_WORDS, NULL, 3, NULL) == pdPASS);
  vTaskStartScheduler();
  (void)printf("the scheduler ended; %u failed\n", failures);
  return failures == 0 ? 0 : 1;
}

/* hf_kernel.h over the public API of upstream's kernel, for a product that links that one. */
#include "hf_kernel.h"

#include <stdbool.h>

#include "FreeRTOS.h"
#include "semphr.h"
#include "task.h"

#if configUSE_MUTEXES != 1 || configSUPPORT_STATIC_ALLOCATION != 1 || INCLUDE_xTaskGetSchedulerState != 1
#error "Holdfast needs configUSE_MUTEXES, configSUPPORT_STATIC_ALLOCATION and INCLUDE_xTaskGetSchedulerState."
#endif

_Static_assert(sizeof(TickType_t) == 4, "Holdfast needs configTICK_TYPE_WIDTH_IN_BITS TICK_TYPE_WIDTH_32_BITS");

/* --- time --- */

uint64_t hf_uptime_ticks(void)
{
  TimeOut_t now;
  vTaskSetTimeOutState(&now);
  return (uint64_t)(uint32_t)now.xOverflowCount << 32 | (uint32_t)now.xTimeOnEntering;
}

uint64_t hf_uptime_ms(void)
{
  uint64_t ticks = hf_uptime_ticks();
  return ticks / configTICK_RATE_HZ * 1000u + ticks % configTICK_RATE_HZ * 1000u / configTICK_RATE_HZ;
}

/* --- secure calls --- */

static StaticSemaphore_t services_memory;
static SemaphoreHandle_t services;

static bool scheduler_runs(void)
{
  return xTaskGetSchedulerState() != taskSCHEDULER_NOT_STARTED;
}

/* By whichever task calls first. */
static void make_services(void)
{
  vTaskSuspendAll();
  if (services == NULL) services = xSemaphoreCreateMutexStatic(&services_memory);
  (void)xTaskResumeAll();
}

void hf_secure_call_begin(void)
{
  if (!scheduler_runs()) return;
  if (services == NULL) make_services();
  (void)xSemaphoreTake(services, portMAX_DELAY);
}

void hf_secure_call_end(void)
{
  if (scheduler_runs()) (void)xSemaphoreGive(services);
}

/* --- misuse --- */

__attribute__((weak)) void hf_kernel_assert_failed(const char *file, int line)
{
  (void)file;
  (void)line;
  taskDISABLE_INTERRUPTS();
  for (;;) continue;
}

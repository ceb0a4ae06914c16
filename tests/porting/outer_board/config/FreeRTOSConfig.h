/* A configuration in upstream's way: its guard, options in parentheses and with casts, a clock that is a variable. */
#ifndef FREERTOS_CONFIG_H
#define FREERTOS_CONFIG_H

#include <stdint.h>
extern uint32_t SystemCoreClock;
#define configCPU_CLOCK_HZ (SystemCoreClock)
#define configMAX_PRIORITIES (56)
#define configTICK_RATE_HZ ((TickType_t)500)
#define configMINIMAL_STACK_SIZE ((uint16_t)128)
#define configTOTAL_HEAP_SIZE ((size_t)(8 * 1024))
#define configTIMER_TASK_PRIORITY (configMAX_PRIORITIES - 1)
#define configUSE_TRACE_FACILITY 1
#define configUSE_STATS_FORMATTING_FUNCTIONS 2
#define configASSERT(x)       \
  if ((x) == 0) {             \
    taskDISABLE_INTERRUPTS(); \
    for (;;) {                \
    }                         \
  }

#endif

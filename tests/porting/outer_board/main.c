/* Two tasks, a queue and a timer; then what the tasks are, and the end. */
#include <string.h>

#include "FreeRTOS.h"
#include "hf_kernel.h"
#include "interrupts.h"
#include "queue.h"
#include "reset.h"
#include "stage.h"
#include "task.h"
#include "timers.h"
#include "uart.h"

static QueueHandle_t numbers;

static void say(const char *text)
{
  uart_write(text, (uint32_t)strlen(text));
}

uint32_t SystemCoreClock = 32000000;

_Static_assert(configMAX_PRIORITIES == 56, "the product's own configuration is taken");

static void send_next(TimerHandle_t timer)
{
  static uint32_t number;
  (void)timer;
  number++;
  (void)xQueueSend(numbers, &number, 0);
}

static void receive(void *unused)
{
  static char table[400];
  uint32_t number = 0;
  (void)unused;
  while (number < 3u) {
    if (xQueueReceive(numbers, &number, pdMS_TO_TICKS(1000)) != pdPASS)
      say("nothing came\n");
    else
      say("a number came\n");
  }
  vTaskListTasks(table, sizeof table);
  say(table);
  say(hf_uptime_ms() >= 30u ? "time passed\n" : "time stands still\n");
  reset_system(RESET_SOFTWARE);
}

void stage_main(void)
{
  uart_init();
  interrupts_init();
  numbers = xQueueCreate(4, sizeof(uint32_t));
  TimerHandle_t timer = xTimerCreate("every 10 ms", pdMS_TO_TICKS(10), pdTRUE, NULL, send_next);
  if (numbers == NULL || timer == NULL || xTaskCreate(receive, "receiver", 256, NULL, 40, NULL) != pdPASS) {
    say("no memory\n");
    reset_system(RESET_FAULT);
  }
  (void)xTimerStart(timer, 0);
  vTaskStartScheduler();
  reset_system(RESET_FAULT); /* no memory for the idle task */
}

/* Critical sections, switches, priorities and notifications. */
#include "bench.h"

static void yield_for_ever(void *unused)
{
  (void)unused;
  for (;;) taskYIELD();
}

static void take_notifications(void *unused)
{
  (void)unused;
  for (;;) {
    ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    mark_to();
  }
}

static void sections(void)
{
  REPEAT(1000, taskENTER_CRITICAL(); taskEXIT_CRITICAL());
  report("x.critical", "-", LESS_LOOP, 1000);
  REPEAT(1000, vTaskSuspendAll(); (void)xTaskResumeAll());
  report("x.suspendall", "-", LESS_LOOP, 1000);
  REPEAT(1000, (void)xTaskGetTickCount());
  report("x.tickcount", "-", LESS_LOOP, 1000);
}

static void switches(void)
{
  REPEAT(1000, taskYIELD());
  report("a.yield_alone", "-", LESS_LOOP, 1000);
  helper(yield_for_ever, NULL, MAIN_PRIORITY);
  taskYIELD();
  /* There and back: two switches each, with one pass of the other task's loop, which is not taken off. */
  REPEAT(1000, taskYIELD());
  report("a.yield_switch", "-", LESS_LOOP, 2000);
  delete_helpers();
}

static void priorities(void)
{
  TaskHandle_t lower = helper(yield_for_ever, NULL, LOWER_PRIORITY);
  REPEAT(1000, vTaskPrioritySet(lower, LOWER_PRIORITY - 1); vTaskPrioritySet(lower, LOWER_PRIORITY));
  report("x.prio", "-", LESS_LOOP, 1000);
  REPEAT(1000, vTaskSuspend(lower); vTaskResume(lower));
  report("x.suspend", "-", LESS_LOOP, 1000);
  delete_helpers();
}

static void notifications(void)
{
  TaskHandle_t self = xTaskGetCurrentTaskHandle();
  REPEAT(1000, xTaskNotifyGive(self); ulTaskNotifyTake(pdTRUE, 0));
  report("g.notify_self", "-", LESS_LOOP, 1000);
  TaskHandle_t higher = helper(take_notifications, NULL, HIGHER_PRIORITY);
  REPEAT(1000, mark_from(); xTaskNotifyGive(higher));
  report("g.notify_rt", "g.notify_oneway", LESS_LOOP, 1000);
  delete_helpers();
}

void rows_tasks(void)
{
  sections();
  switches();
  priorities();
  notifications();
}

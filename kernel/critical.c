/* Critical sections of the application (taskENTER_CRITICAL): they nest, whereas port_mask() saves and restores. No task is
 * switched while one is open, so one count serves all. */
#include "kernel.h"

static uint32_t depth;

void vPortEnterCritical(void)
{
  port_mask_again();
  depth++;
}

void vPortExitCritical(void)
{
  configASSERT(depth > 0);
  depth--;
  if (depth == 0) port_unmask(0);
}

BaseType_t xPortIsInsideInterrupt(void)
{
  return port_in_interrupt() ? pdTRUE : pdFALSE;
}

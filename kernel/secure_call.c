/* One task at a time inside the secure services (hf_kernel.h). */
#include "hf_kernel.h"
#include "queue_internal.h"

#if configUSE_MUTEXES == 1

/* A mutex made by the compiler: there is no moment at which it does not exist yet. */
static struct QueueDefinition services = {.count = 1, .length = 1, .kind = queueQUEUE_TYPE_MUTEX};

void hf_secure_call_begin(void)
{
  if (sched_is_running()) (void)xQueueSemaphoreTake(&services, portMAX_DELAY);
}

void hf_secure_call_end(void)
{
  if (sched_is_running()) (void)xQueueSemaphoreGive(&services);
}

#endif

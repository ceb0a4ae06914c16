/* What lwIP asks of the kernel (lwip/sys.h): semaphores, mutexes, a mailbox, a thread, time. All of it static: lwIP as configured
 * here makes the core lock, the lock of its heap, the thread's mailbox and the thread once, and semaphores only for tasks that wait. */
#include "FreeRTOS.h"
#include "hf_kernel.h"
#include "lwip/err.h"
#include "lwip/opt.h"
#include "lwip/sys.h"
#include "lwip/tcpip.h"
#include "queue.h"
#include "semphr.h"
#include "task.h"

#define SEMAPHORES 2u
#define MUTEXES 2u /* the core lock; the heap's */

struct sys_semaphore {
  StaticSemaphore_t memory;
  SemaphoreHandle_t handle; /* NULL: free */
};
struct sys_mutex {
  StaticSemaphore_t memory;
  SemaphoreHandle_t handle;
};
struct sys_mailbox {
  StaticQueue_t memory;
  QueueHandle_t handle;
  uint8_t slots[TCPIP_MBOX_SIZE * sizeof(void *)];
};

static struct sys_semaphore semaphores[SEMAPHORES];
static struct sys_mutex mutexes[MUTEXES];
static struct sys_mailbox mailbox;
static StackType_t stack[TCPIP_THREAD_STACKSIZE / sizeof(StackType_t)];
static StaticTask_t thread;
static bool thread_is_made;

void sys_init(void)
{
}

u32_t sys_now(void)
{
  return (u32_t)hf_uptime_ms();
}

/* lwIP's times are milliseconds; a wait is never shorter than asked. 0: without end. */
static TickType_t ticks_of(u32_t timeout_ms)
{
  if (timeout_ms == 0) return portMAX_DELAY;
  const uint64_t ticks = ((uint64_t)timeout_ms * configTICK_RATE_HZ + 999u) / 1000u + 1u;
  return ticks < portMAX_DELAY ? (TickType_t)ticks : portMAX_DELAY - 1u;
}

/* ---- Semaphores ---- */

static struct sys_semaphore *take_semaphore(u8_t count)
{
  struct sys_semaphore *found = NULL;
  taskENTER_CRITICAL();
  for (uint32_t i = 0; i < SEMAPHORES && found == NULL; i++)
    if (semaphores[i].handle == NULL) found = &semaphores[i];
  if (found != NULL) found->handle = xSemaphoreCreateCountingStatic(1, count != 0, &found->memory);
  taskEXIT_CRITICAL();
  return found;
}

err_t sys_sem_new(sys_sem_t *sem, u8_t count)
{
  *sem = take_semaphore(count);
  return *sem != NULL ? ERR_OK : ERR_MEM;
}

void sys_sem_signal(sys_sem_t *sem)
{
  (void)xSemaphoreGive((*sem)->handle);
}

u32_t sys_arch_sem_wait(sys_sem_t *sem, u32_t timeout)
{
  const u32_t started = sys_now();
  if (xSemaphoreTake((*sem)->handle, ticks_of(timeout)) != pdTRUE) return SYS_ARCH_TIMEOUT;
  return sys_now() - started;
}

void sys_sem_free(sys_sem_t *sem)
{
  vSemaphoreDelete((*sem)->handle);
  (*sem)->handle = NULL;
}

/* ---- Mutexes: made before the thread starts, by one task ---- */

err_t sys_mutex_new(sys_mutex_t *mutex)
{
  uint32_t i = 0;
  while (i < MUTEXES && mutexes[i].handle != NULL) i++;
  if (i == MUTEXES) return ERR_MEM;
  mutexes[i].handle = xSemaphoreCreateMutexStatic(&mutexes[i].memory);
  *mutex = &mutexes[i];
  return ERR_OK;
}

/* Nobody waits for anything but the processor while holding one. */
void sys_mutex_lock(sys_mutex_t *mutex)
{
  (void)xSemaphoreTake((*mutex)->handle, portMAX_DELAY);
}

void sys_mutex_unlock(sys_mutex_t *mutex)
{
  (void)xSemaphoreGive((*mutex)->handle);
}

void sys_mutex_free(sys_mutex_t *mutex)
{
  vSemaphoreDelete((*mutex)->handle);
  (*mutex)->handle = NULL;
}

/* Before the thread there is no lock. */
void network_assert_locked(void)
{
  LWIP_ASSERT("core lock", lock_tcpip_core == NULL ||
                             xSemaphoreGetMutexHolder(lock_tcpip_core->handle) == xTaskGetCurrentTaskHandle());
}

/* ---- The mailbox ---- */

err_t sys_mbox_new(sys_mbox_t *mbox, int size)
{
  if (mailbox.handle != NULL || size < 1 || size > TCPIP_MBOX_SIZE) return ERR_MEM;
  mailbox.handle = xQueueCreateStatic((UBaseType_t)size, sizeof(void *), mailbox.slots, &mailbox.memory);
  *mbox = &mailbox;
  return ERR_OK;
}

/* Its callers may wait: the thread empties it. */
void sys_mbox_post(sys_mbox_t *mbox, void *msg)
{
  (void)xQueueSend((*mbox)->handle, &msg, portMAX_DELAY);
}

err_t sys_mbox_trypost(sys_mbox_t *mbox, void *msg)
{
  return xQueueSend((*mbox)->handle, &msg, 0) == pdTRUE ? ERR_OK : ERR_MEM;
}

err_t sys_mbox_trypost_fromisr(sys_mbox_t *mbox, void *msg)
{
  BaseType_t switch_follows = pdFALSE;
  if (xQueueSendFromISR((*mbox)->handle, &msg, &switch_follows) != pdTRUE) return ERR_MEM;
  portYIELD_FROM_ISR(switch_follows);
  return ERR_OK;
}

u32_t sys_arch_mbox_fetch(sys_mbox_t *mbox, void **msg, u32_t timeout)
{
  void *taken = NULL;
  const u32_t started = sys_now();
  const BaseType_t got = xQueueReceive((*mbox)->handle, &taken, ticks_of(timeout));
  if (msg != NULL) *msg = taken;
  return got == pdTRUE ? sys_now() - started : SYS_ARCH_TIMEOUT;
}

u32_t sys_arch_mbox_tryfetch(sys_mbox_t *mbox, void **msg)
{
  void *taken = NULL;
  const BaseType_t got = xQueueReceive((*mbox)->handle, &taken, 0);
  if (msg != NULL) *msg = taken;
  return got == pdTRUE ? 0 : SYS_MBOX_EMPTY;
}

void sys_mbox_free(sys_mbox_t *mbox)
{
  vQueueDelete((*mbox)->handle);
  (*mbox)->handle = NULL;
}

/* ---- The thread ---- */

sys_thread_t sys_thread_new(const char *name, lwip_thread_fn function, void *arg, int stacksize, int prio)
{
  LWIP_ASSERT("one thread", stacksize == TCPIP_THREAD_STACKSIZE && !thread_is_made);
  thread_is_made = true;
  return xTaskCreateStatic(function, name, sizeof stack / sizeof stack[0], arg, (UBaseType_t)prio, stack, &thread);
}

sys_prot_t sys_arch_protect(void)
{
  taskENTER_CRITICAL();
  return 0;
}

void sys_arch_unprotect(sys_prot_t pval)
{
  (void)pval;
  taskEXIT_CRITICAL();
}

/* lwIP's names for what the kernel has; net/lwip/sys_arch.c keeps the objects. Pointers only: lwIP is compiled without knowing
 * which kernel it will meet. */
#ifndef HF_LWIP_ARCH_SYS_ARCH_H
#define HF_LWIP_ARCH_SYS_ARCH_H

typedef struct sys_semaphore *sys_sem_t;
typedef struct sys_mutex *sys_mutex_t;
typedef struct sys_mailbox *sys_mbox_t;
typedef void *sys_thread_t;

#define sys_sem_valid(sem) (*(sem) != 0)
#define sys_sem_set_invalid(sem) (*(sem) = 0)
#define sys_mutex_valid(mutex) (*(mutex) != 0)
#define sys_mutex_set_invalid(mutex) (*(mutex) = 0)
#define sys_mbox_valid(mbox) (*(mbox) != 0)
#define sys_mbox_set_invalid(mbox) (*(mbox) = 0)

#endif

/* Tasks take turns at the gate: it serves one call at a time and refuses a second one. client_lock_kernel.c waits as tasks do;
 * client_lock_none.c is for programs without a kernel. */
#ifndef HF_CLIENT_LOCK_H
#define HF_CLIENT_LOCK_H

#include <stdbool.h>

/* False: the caller cannot wait here (an interrupt handler). Otherwise client_unlock() follows. */
bool client_lock(void);
void client_unlock(void);

#endif

#include "client_lock.h"

#include "hf_kernel.h"

void client_lock(void)
{
  hf_secure_call_begin();
}

void client_unlock(void)
{
  hf_secure_call_end();
}

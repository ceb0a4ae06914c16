#include "client_lock.h"

#include <stdint.h>

#include "hf_kernel.h"

static bool in_handler(void)
{
  uint32_t exception;
  __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
  return exception != 0;
}

bool client_lock(void)
{
  if (in_handler()) return false;
  hf_secure_call_begin();
  return true;
}

void client_unlock(void)
{
  hf_secure_call_end();
}

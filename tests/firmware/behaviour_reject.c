#include "gates.h"
#include "nonsecure.h"
#include "status.h"

void behaviour(void)
{
  say(hf_gate_reject() == (uint32_t)BOOT_OK ? "rejected\r\n" : "not rejected\r\n");
  hf_gate_reset();
  for (;;) __asm__ volatile("nop");
}

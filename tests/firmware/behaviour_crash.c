#include <stdbool.h>
#include <stdint.h>

#include "gates.h"
#include "nonsecure.h"

#define SECURE_RAM ((volatile uint32_t *)0x30018000) /* the secure part's data */

void behaviour(void)
{
  /* A gate must not fetch for us what we may not read, wherever the forbidden part begins. */
  const char *secure = (const char *)(uintptr_t)0x30018000;
  const char *last_of_ours = (const char *)(uintptr_t)(0x28080000 - 8);
  bool refused = hf_gate_log(secure, 16) == 0 && hf_gate_log(last_of_ours, 16) == 0 &&
                 hf_gate_log(last_of_ours, 0xFFFFFFFF) == 0;
  say(refused ? "gate refused\r\n" : "gate was fooled\r\n");
  say("crashing\r\n");
  (void)*SECURE_RAM;
  say("read secure memory\r\n"); /* a test that sees this has found a hole */
  for (;;) __asm__ volatile("nop");
}

#include "gates.h"
#include "nonsecure.h"

void behaviour(void)
{
  say("quiet\r\n");
  for (;;) (void)hf_gate_feed();
}

#include "nonsecure.h"

void behaviour(void)
{
  say("hanging\r\n");
  for (;;) __asm__ volatile("nop");
}

/* A loader that verifies and then does nothing at all: what a bad release looks like to the ROM (threat T20). */
#include "stage.h"

_Noreturn void stage_main(void)
{
  for (;;) __asm__ volatile("nop");
}

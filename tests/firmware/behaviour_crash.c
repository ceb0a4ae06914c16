#include <stdint.h>

#include "nonsecure.h"

#define SECURE_RAM ((volatile uint32_t *)0x30018000) /* the secure part's data */

void behaviour(void)
{
  say("crashing\r\n");
  (void)*SECURE_RAM;
  say("read secure memory\r\n"); /* a test that sees this has found a hole */
  for (;;) __asm__ volatile("nop");
}

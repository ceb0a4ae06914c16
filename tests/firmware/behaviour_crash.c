#include <stdbool.h>
#include <stdint.h>

#include "hf_device.h"
#include "nonsecure.h"

#define SECURE_RAM 0x30018000u     /* the secure part's data */
#define OUR_END (0x28080000u - 8u) /* last bytes that are ours */

static bool refuses(uint32_t address, uint32_t bytes)
{
  return hf_console_write((const void *)(uintptr_t)address, bytes) != PSA_SUCCESS;
}

void behaviour(void)
{
  /* A gate must not fetch for us what we may not read, wherever the forbidden part begins. */
  const bool refused = refuses(SECURE_RAM, 16) && refuses(OUR_END, 16) && refuses(OUR_END, 0xFFFFFFFFu);
  say(refused ? "gate refused\r\n" : "gate was fooled\r\n");
  say("crashing\r\n");
  (void)*(volatile uint32_t *)(uintptr_t)SECURE_RAM;
  say("read secure memory\r\n"); /* a test that sees this has found a hole */
  for (;;) __asm__ volatile("nop");
}

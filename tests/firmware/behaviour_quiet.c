#include "hf_device.h"
#include "nonsecure.h"

void behaviour(void)
{
  say("quiet\r\n");
  while (hf_watchdog_feed() == PSA_SUCCESS) rest();
  say("not fed any more\r\n");
  for (;;) rest();
}

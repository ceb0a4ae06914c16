#include "nonsecure.h"

#include <string.h>

#include "gates.h"
#include "startup_nonsecure.h"

void say(const char *text)
{
  (void)hf_gate_log(text, (uint32_t)strlen(text)); /* nothing to be done about a console that refuses */
}

void nonsecure_main(void)
{
  say("non-secure part up\r\n");
  behaviour();
}

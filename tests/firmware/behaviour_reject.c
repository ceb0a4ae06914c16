#include "nonsecure.h"
#include "psa/update.h"

void behaviour(void)
{
  say(psa_fwu_reject(PSA_ERROR_GENERIC_ERROR) == PSA_SUCCESS_REBOOT ? "rejected\r\n" : "not rejected\r\n");
  if (psa_fwu_request_reboot() != PSA_SUCCESS) say("no reboot\r\n");
  for (;;) rest();
}

#include <stdio.h>

#include "hf_kernel.h"
#include "stand_in.h"
#include "task.h"

static int failures;

static void check(int holds, const char *promise)
{
  if (!holds) failures++;
  (void)printf("%s %s\n", holds ? "PASS" : "FAIL", promise);
}

int main(void)
{
  check(hf_uptime_ticks() == (3ull << 32 | 5u), "uptime has the wraps of the outer kernel's tick");
  check(hf_uptime_ms() == (3ull << 32 | 5u) * 1000u / configTICK_RATE_HZ, "so have milliseconds");
  hf_secure_call_begin();
  hf_secure_call_end();
  check(taken == 0 && given == 0, "before the scheduler starts, a secure call takes nothing");
  scheduler_state = taskSCHEDULER_RUNNING;
  for (int i = 0; i < 2; i++) {
    hf_secure_call_begin();
    hf_secure_call_end();
  }
  check(mutexes_made == 1 && taken == 2 && given == 2, "then it takes the outer kernel's mutex");
  return failures == 0 ? 0 : 1;
}

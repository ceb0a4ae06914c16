#include "cut.h"

#include <stdlib.h>

static struct {
  bool armed;
  uint64_t at;
  cut_plan plan;
  void (*handler)(void);
} cut;
static uint64_t operations;

/* The kinds of the first operations, for tests that pick outcomes by kind. */
enum { KINDS_KEPT = 1 << 16 };
static uint8_t kinds[KINDS_KEPT];

void host_cut_arm(uint64_t at, host_torn outcome, uint32_t detail, void (*handler)(void))
{
  cut.armed = true;
  cut.at = at;
  cut.plan = (cut_plan){outcome, detail};
  cut.handler = handler;
  operations = 0;
}

void host_cut_disarm(void)
{
  cut.armed = false;
  operations = 0;
}

uint64_t host_operations(void)
{
  return operations;
}

host_operation host_operation_kind(uint64_t n)
{
  return (host_operation)kinds[n % KINDS_KEPT];
}

bool cut_due(host_operation kind)
{
  const uint64_t number = operations++;
  kinds[number % KINDS_KEPT] = (uint8_t)kind;
  return cut.armed && number == cut.at;
}

const cut_plan *cut_now(void)
{
  return &cut.plan;
}

void cut_power(void)
{
  cut.armed = false;
  cut.handler();
  abort(); /* a handler that returns would let the program write on without power */
}

uint8_t cut_random(uint32_t *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (uint8_t)(*seed >> 24);
}

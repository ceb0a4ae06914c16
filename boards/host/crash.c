/* The crash record: kept until host_power_off(). */
#include "crash.h"

#include <string.h>

#include "host_board.h"

static struct {
  crash_record record;
  bool there;
  uint32_t count;
} kept;

void host_power_off(void)
{
  memset(&kept, 0, sizeof kept);
}

void crash_write(const crash_record *record)
{
  kept.record = *record;
  kept.record.count = ++kept.count;
  kept.there = true;
}

bool crash_read(crash_record *record)
{
  if (kept.there) *record = kept.record;
  return kept.there;
}

void crash_clear(void)
{
  kept.there = false;
}

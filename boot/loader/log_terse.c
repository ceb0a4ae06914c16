/* The production log: one letter and a code, no detail (docs/formats.md lists the letters). */
#include "console.h"
#include "log.h"

static void code(const char *letter, uint32_t value)
{
  console_text(letter);
  console_hex(value);
  console_text("\n");
}

void log_start(const boot_handoff *handoff, const manifest *self)
{
  (void)self;
  if (handoff->other_copy_status != (uint32_t)BOOT_OK) code("L ", handoff->other_copy_status);
}

void log_slot_refused(uint32_t slot, boot_status why)
{
  (void)slot;
  code("S ", (uint32_t)why);
}

void log_trial_reverted(uint32_t slot, boot_status why)
{
  (void)slot;
  code("T ", (uint32_t)why);
}

void log_trouble(boot_status what)
{
  code("W ", (uint32_t)what);
}

void log_boot(const boot_info *info)
{
  (void)info;
}

void log_recovery(boot_status why)
{
  code("R ", (uint32_t)why);
}

/* The development log: sentences. */
#include "console.h"
#include "log.h"

static const char *slot_name(uint32_t slot)
{
  return slot == BOOT_SLOT_B ? "B" : "A";
}

static void version(manifest_version v)
{
  console_decimal(v.major);
  console_text(".");
  console_decimal(v.minor);
  console_text(".");
  console_decimal(v.patch);
}

static void reason(boot_status why)
{
  console_hex((uint32_t)why);
  console_text(" ");
  console_text(boot_status_text(why));
  console_text("\n");
}

void log_start(const boot_handoff *handoff, const manifest *self)
{
  static const char *const causes[] = {"power on", "watchdog", "software", "fault"};
  console_text("loader ");
  version(self->version);
  console_text(" copy ");
  console_decimal(handoff->loader_copy);
  console_text(", reset by ");
  console_text(handoff->reset_cause < 4 ? causes[handoff->reset_cause] : "?");
  console_text("\n");
  if (handoff->other_copy_status == (uint32_t)BOOT_OK) return;
  console_text("loader: other copy refused: ");
  reason((boot_status)handoff->other_copy_status);
}

void log_slot_refused(uint32_t slot, boot_status why)
{
  console_text("loader: slot ");
  console_text(slot_name(slot));
  console_text(" refused: ");
  reason(why);
}

void log_trial_reverted(uint32_t slot, boot_status why)
{
  console_text("loader: trial of slot ");
  console_text(slot_name(slot));
  console_text(" given up: ");
  reason(why);
}

void log_trouble(boot_status what)
{
  console_text("loader: ");
  reason(what);
}

void log_boot(const boot_info *info)
{
  console_text("loader: starts ");
  version(info->version);
  console_text(" in slot ");
  console_text(slot_name(info->slot));
  if (info->trial) {
    console_text(" on trial, tries left ");
    console_decimal(info->tries_left);
  }
  console_text("\n");
}

void log_recovery(boot_status why)
{
  console_text("loader: recovery, waiting for a signed image: ");
  reason(why);
}

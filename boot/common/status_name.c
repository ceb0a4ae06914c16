/* Names and sentences of boot_status, for people. Kept apart so that a ROM does not carry them. */
#include "status.h"

const char *boot_status_text(boot_status status)
{
  switch (status) {
  case BOOT_OK: return "good";
#define BOOT_STATUS_TEXT(name, a, b, number, text) \
  case name: return text;
    BOOT_STATUS_LIST(BOOT_STATUS_TEXT)
#undef BOOT_STATUS_TEXT
  }
  return "unknown status";
}

const char *boot_status_name(boot_status status)
{
  switch (status) {
  case BOOT_OK: return "BOOT_OK";
#define BOOT_STATUS_NAME(name, a, b, number, text) \
  case name: return #name;
    BOOT_STATUS_LIST(BOOT_STATUS_NAME)
#undef BOOT_STATUS_NAME
  }
  return "BOOT_UNKNOWN";
}

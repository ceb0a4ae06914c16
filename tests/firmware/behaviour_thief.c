/* Wants the device's private key. Each door is tried once; the last one costs a restart, and the crash record tells of it. */
#include <stdbool.h>
#include <stdint.h>

#include "hf_device.h"
#include "hf_identity.h"
#include "nonsecure.h"
#include "psa/internal_trusted_storage.h"

#define FLASH 0x70000000u   /* where keys lie sealed */
#define OTP_BUS 0x41206000u /* where the key that seals them comes from */
#define SECURE_MEMORY 0x30018000u

static void tell(const char *door, bool kept_out)
{
  say("thief: ");
  say(door);
  say(kept_out ? ": nothing\r\n" : ": STOLEN\r\n");
}

static bool export_is_refused(void)
{
  uint8_t key[64];
  size_t length;
  return psa_export_key(HF_KEY_DEVICE_IDENTITY, key, sizeof key, &length) != PSA_SUCCESS && length == 0;
}

static bool storage_is_another(void)
{
  uint8_t item[128];
  size_t length;
  return psa_its_get(HF_KEY_DEVICE_IDENTITY, 0, sizeof item, item, &length) != PSA_SUCCESS && length == 0;
}

static bool gate_keeps_pointers_out(void)
{
  return hf_console_write((const void *)SECURE_MEMORY, 64) != PSA_SUCCESS;
}

static bool bus_is_dead(void)
{
  return *(volatile uint32_t *)OTP_BUS == 0;
}

void behaviour(void)
{
  hf_crash crash;
  if (hf_crash_read(&crash) == PSA_SUCCESS && crash.kind == HF_FAULT_SECURE_FAULT) {
    tell("the flash", true);
    say("thief: gives up\r\n");
    while (hf_watchdog_feed() == PSA_SUCCESS) rest();
  }
  tell("asking for the key", export_is_refused());
  tell("asking storage for it", storage_is_another());
  tell("a pointer into secure memory", gate_keeps_pointers_out());
  tell("the bus of the OTP", bus_is_dead());
  (void)*(volatile uint32_t *)FLASH;
  tell("the flash", false);
  for (;;) rest();
}

#include "device_service.h"

#include <assert.h>
#include <string.h>

#include "clock.h"
#include "counter.h"
#include "crash.h"
#include "identity.h"
#include "journal.h"
#include "otp.h"
#include "otp_map.h"
#include "random.h"
#include "reset.h"
#include "storage.h"
#include "uart.h"
#include "watchdog.h"

static_assert(HF_RESET_POWER_ON == (int)RESET_POWER_ON && HF_RESET_WATCHDOG == (int)RESET_WATCHDOG &&
                HF_RESET_SOFTWARE == (int)RESET_SOFTWARE && HF_RESET_FAULT == (int)RESET_FAULT,
              "hf_device.h names the causes of reset.h");
static_assert(HF_FAULT_SECURE_FAULT == (int)CRASH_SECURE_FAULT && HF_FAULT_WATCHDOG == (int)CRASH_WATCHDOG &&
                HF_FAULT_BUS == (int)CRASH_BUS && HF_FAULT_MEMORY == (int)CRASH_MEMORY &&
                HF_FAULT_USAGE == (int)CRASH_USAGE && HF_FAULT_HARD == (int)CRASH_HARD,
              "hf_device.h names the kinds of crash.h");

static const boot_info *boot;
static uint32_t started_ms;

void device_service_start(const boot_info *info)
{
  const crash_record watchdog = {.kind = CRASH_WATCHDOG};
  boot = info;
  started_ms = clock_ms();
  if (info->reset_cause == (uint32_t)RESET_WATCHDOG) crash_write(&watchdog);
}

static hf_version version_of(manifest_version v)
{
  return (hf_version){.major = v.major, .minor = v.minor, .patch = v.patch};
}

/* What may have changed since the boot is read anew; what OTP does not answer stays 0. */
static void add_present_state(hf_device_info *info)
{
  if (counter_read(COUNTER_FIRMWARE, &info->security_counter) != BOOT_OK) info->security_counter = UINT32_MAX;
  if (otp_read(OTP_FUSES_OFFSET + offsetof(otp_fuses, serial), info->serial, sizeof info->serial) != OTP_OK)
    memset(info->serial, 0, sizeof info->serial);
  info->identity = identity_is_complete();
  info->storage_stale = storage_is_stale();
  info->storage_lost = storage_has_losses();
  info->storage_raises_left = storage_raises_left();
  info->entropy_ok = random_is_good();
  info->rtc_seconds = clock_rtc_seconds();
}

void device_service_info(hf_device_info *info)
{
  *info = (hf_device_info){
    .firmware = version_of(boot->version),
    .loader = version_of(boot->loader_version),
    .security_version = boot->security_version,
    .loader_security_version = boot->loader_security_version,
    .hardware_revision = boot->hardware_revision,
    .reset_cause = boot->reset_cause,
    .slot = boot->slot,
    .trial = boot->trial,
    .tries_left = boot->tries_left,
    .trial_ms = DEVICE_TRIAL_MS,
    .watchdog_ms = boot->watchdog_ms,
    .secured = boot->lifecycle_secured,
  };
  memcpy(info->measurement, boot->measurement, sizeof info->measurement);
  add_present_state(info);
}

_Noreturn void device_service_reset(void)
{
  reset_system(RESET_SOFTWARE);
}

/* Accepted means: the journal says that what runs is the active image. Anything else (rejected, a journal nobody can read) is
 * as good as still on trial. */
static bool still_on_trial(void)
{
  journal j;
  if (boot->trial == 0) return false;
  journal_open(&j);
  return j.now.active != boot->slot || j.now.trial != BOOT_SLOT_NONE;
}

psa_status_t device_service_feed(void)
{
  if (clock_ms() - started_ms >= DEVICE_TRIAL_MS && still_on_trial()) return PSA_ERROR_NOT_PERMITTED;
  watchdog_feed();
  return PSA_SUCCESS;
}

void device_service_print(const void *text, size_t bytes)
{
  uart_write(text, (uint32_t)bytes);
}

bool device_service_crash(hf_crash *crash)
{
  crash_record record;
  if (!crash_read(&record)) return false;
  *crash = (hf_crash){
    .kind = record.kind,
    .secure = record.secure,
    .status = record.status,
    .address = record.address,
    .address_valid = record.address_valid,
    .pc = record.pc,
    .lr = record.lr,
    .exception = record.exception,
    .count = record.count,
  };
  return true;
}

void device_service_crash_clear(void)
{
  crash_clear();
}

/* What no PSA specification covers: facts about this device and boot, the watchdog, the console, the crash record.
 *
 *     hf_device_info info;
 *     if (hf_device_get_info(&info) == PSA_SUCCESS && info.trial) run_self_test();
 *
 * Every function may also answer what psa/error.h says of all calls. Tasks only. */
#ifndef HF_DEVICE_H
#define HF_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "psa/error.h"

#define HF_SERIAL_MAX 24u
#define HF_CONSOLE_MAX 256u /* bytes of one hf_console_write() */

/* reset_cause */
#define HF_RESET_POWER_ON 0u
#define HF_RESET_WATCHDOG 1u
#define HF_RESET_SOFTWARE 2u
#define HF_RESET_FAULT 3u

typedef struct hf_version {
  uint16_t major;
  uint16_t minor;
  uint32_t patch;
} hf_version;

typedef struct hf_device_info {
  hf_version firmware;
  hf_version loader;
  uint32_t security_version; /* of the running firmware */
  uint32_t security_counter; /* images below it are refused */
  uint32_t loader_security_version;
  uint32_t hardware_revision;
  uint32_t reset_cause; /* HF_RESET_* of this boot */
  uint32_t slot;        /* 0 A, 1 B */
  uint32_t trial;       /* 1: on trial, psa_fwu_accept() is awaited */
  uint32_t tries_left;
  uint32_t trial_ms;            /* on trial: how long the watchdog can be fed, from the boot on */
  uint32_t watchdog_ms;         /* longest time between two feedings */
  uint32_t secured;             /* lifecycle: 1 secured, 0 factory */
  uint32_t identity;            /* 1: has its key, certificate and name */
  uint32_t storage_stale;       /* 1: hf_storage_reset() is the way out */
  uint32_t storage_lost;        /* 1: both copies of some record are gone; hf_storage_forget_losses() is the way on */
  uint32_t storage_raises_left; /* protected changes of sealed storage that the counter in OTP still has room for */
  uint32_t entropy_ok;          /* 1: the noise source passed its tests */
  uint32_t rtc_seconds;         /* battery-backed clock, seconds since 1970-01-01 UTC: a hint; 0: none */
  char serial[HF_SERIAL_MAX];   /* padded with 0 */
  uint8_t measurement[32];      /* SHA-256 of the running payload */
} hf_device_info;

/* PSA_SUCCESS */
psa_status_t hf_device_get_info(hf_device_info *info) PSA_MUST_CHECK;

/* PSA_SUCCESS | PSA_ERROR_NOT_PERMITTED the trial's time is over: the device will restart */
psa_status_t hf_watchdog_feed(void) PSA_MUST_CHECK;

/* Restarts; comes back only with an error. */
psa_status_t hf_device_reset(void) PSA_MUST_CHECK;

/* Up to HF_CONSOLE_MAX bytes on the console. PSA_SUCCESS | PSA_ERROR_INVALID_ARGUMENT more */
psa_status_t hf_console_write(const void *text, size_t bytes) PSA_MUST_CHECK;

/* The call that does nothing: what crossing the gate costs. PSA_SUCCESS */
psa_status_t hf_empty_call(void) PSA_MUST_CHECK;

/* ---- Crash record ----
 *
 * The last fault before a restart. Survives restarts, is lost with power. Faults of the secure world give no address and no
 * registers: only that it was one, and where its code was. */
#define HF_FAULT_SECURE_FAULT \
  1u /* touched what is not the program's, also through a wild pointer; or entered where there is no gate */
#define HF_FAULT_BUS 2u      /* in its own address ranges, but nothing there */
#define HF_FAULT_MEMORY 3u   /* MPU */
#define HF_FAULT_USAGE 4u    /* undefined instruction, stack limit, ... */
#define HF_FAULT_HARD 5u     /* none of these, or a fault that could not be handled */
#define HF_FAULT_WATCHDOG 6u /* not a fault: nobody fed the watchdog */

typedef struct hf_crash {
  uint32_t kind;    /* HF_FAULT_* */
  uint32_t secure;  /* 1: in secure code */
  uint32_t status;  /* CFSR; for HF_FAULT_SECURE_FAULT SFSR (Armv8-M Architecture Reference Manual) */
  uint32_t address; /* touched address, when the processor tells */
  uint32_t address_valid;
  uint32_t pc; /* where, if the non-secure stack could be read; else 0 */
  uint32_t lr;
  uint32_t exception; /* number of the interrupted handler; 0: in a task, or not known (pc and lr 0) */
  uint32_t count;     /* crashes since power came */
} hf_crash;

/* PSA_SUCCESS | PSA_ERROR_DOES_NOT_EXIST: none since power came, or it was cleared */
psa_status_t hf_crash_read(hf_crash *crash) PSA_MUST_CHECK;
psa_status_t hf_crash_clear(void) PSA_MUST_CHECK;

#endif

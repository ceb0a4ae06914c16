/* Stage 2: which firmware runs. Pure over the ports, so the same code runs in the power-cut tests. */
#ifndef HF_LOADER_H
#define HF_LOADER_H

#include "device.h"
#include "handoff.h"
#include "journal.h"
#include "manifest.h"
#include "status.h"

/* Time a firmware has before it must have fed the watchdog, or confirmed when it is on trial. */
#define LOADER_WATCHDOG_MS 10000u

/* What the journal says of the chosen image. */
typedef enum loader_standing {
  LOADER_SETTLED,    /* confirmed: the active one */
  LOADER_TRIAL,      /* must confirm before the watchdog bites */
  LOADER_UNRECORDED, /* the journal cannot be written; neither of the others */
} loader_standing;

/* Everything stage 2 works with. The caller fills in the inputs; all memory is the caller's. */
typedef struct loader {
  /* in */
  const boot_handoff *handoff;
  const manifest *self; /* the loader's own verified manifest */
  /* state */
  device_facts device;
  verify_trust trust;
  journal journal;
  manifest firmware;        /* manifest of the image being tried, then of the chosen one */
  uint32_t entry;           /* what its checks unlocked */
  uint32_t slot;            /* the chosen slot */
  loader_standing standing; /* of the chosen image */
} loader;

/* Reads OTP and journal. BOOT_OK | BOOT_HANDOFF | BOOT_OTP_*. */
boot_status loader_open(loader *l) BOOT_MUST_CHECK;

/* Decides, verifies and loads; journal changes are persistent before the decision takes effect.
 * BOOT_OK: l->firmware, entry, slot, standing say what to start.
 * Anything else: no slot is good (the reason of the one tried last); recovery is next. */
boot_status loader_choose_firmware(loader *l) BOOT_MUST_CHECK;

/* Work that waits for a settled boot (else it does nothing): completes a torn confirm, makes the other
 * loader copy equal to the running one, raises the loader counter, burns revocations. Each
 * step can be cut and is taken up at the next boot. Never stops the boot: the first trouble is returned to be logged. */
boot_status loader_settle(loader *l);

/* What the firmware is told. */
void loader_describe(const loader *l, boot_info *info);

#endif

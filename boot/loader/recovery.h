/* Recovery: taking a signed image over the console when no slot is good. The wire is described in
 * boot/common/recovery_protocol.h. */
#ifndef HF_LOADER_RECOVERY_H
#define HF_LOADER_RECOVERY_H

#include "framing.h"
#include "loader.h"
#include "recovery_protocol.h"
#include "update.h"

typedef struct recovery {
  loader *l; /* trust, journal; l->firmware holds the manifest that is coming in */
  boot_status reason;
  update_writer writer;
  uint32_t slot;       /* being written */
  uint32_t wanted;     /* file offset of the next byte wanted */
  uint32_t last_frame; /* clock_ms() of the last valid frame */
  uint32_t last_hello; /* clock_ms() */
  framing in;
  uint8_t frame[RECOVERY_BODY_MAX + FRAMING_EXTRA_BYTES]; /* of `in` */
} recovery;

/* reason: why the device is here, told in each HELLO. */
void recovery_begin(recovery *r, loader *l, boot_status reason);

/* Handles what has arrived; returns without waiting. True: an image is in place, restart. */
bool recovery_poll(recovery *r);

#endif

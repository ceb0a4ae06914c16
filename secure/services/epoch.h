/* The counter in OTP that tells sealed storage which of its states is the present one.
 *
 * Each protected change has a number, its epoch: 1, 2, 3, ... and two bits in OTP. The first says "begun" and is set
 * before flash is touched, the second says "done". So every epoch is written to flash by one attempt at most, and what
 * became of the attempt is decided by one bit, which no power cut can tear:
 *
 *     begun  done   next begun
 *       1      1        -       done: flash must show this epoch
 *       1      0        0       open: flash may show it, or the one before; the next mount decides
 *       1      0        1       given up: flash that shows it is refused for ever
 *
 * (A plain count of raises cannot say the difference between the last two: whoever holds both flash contents of an
 * interrupted change could have each of them accepted after the other.)
 *
 * Context as storage.h. Errors: PSA_ERROR_HARDWARE_FAILURE, OTP does not answer or did not take the bit. */
#ifndef HF_SECURE_EPOCH_H
#define HF_SECURE_EPOCH_H

#include <stdint.h>

#include "otp_map.h"
#include "psa/error.h"

#define EPOCH_MAX (OTP_STORAGE_COUNTER_BYTES * 8u / 2u)

typedef struct epoch_state {
  uint32_t begun; /* the newest one; 0: none yet */
  uint32_t done;  /* the newest one; <= begun */
} epoch_state;

/* After an error *state is {EPOCH_MAX, EPOCH_MAX}, which no flash content fits. */
psa_status_t epoch_read(epoch_state *state) PSA_MUST_CHECK;

/* epoch: 1..EPOCH_MAX, otherwise PSA_ERROR_INSUFFICIENT_STORAGE. Repeating it is harmless. */
psa_status_t epoch_begin(uint32_t epoch) PSA_MUST_CHECK;
psa_status_t epoch_finish(uint32_t epoch) PSA_MUST_CHECK;

#endif

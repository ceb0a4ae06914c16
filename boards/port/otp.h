/* One-time programmable memory port. A blank bit is 0 and can be set to 1, never back.
 *
 * Two banks in one address space (the map is boot/common/otp_map.h): the *fuse* bank [0, 4096) is
 * frozen when the device is secured (the part's write-enable is taken away); the *counter* bank
 * [4096, 8192) stays programmable for life. Context as flash.h.
 */
#ifndef HF_PORT_OTP_H
#define HF_PORT_OTP_H

#include <stdint.h>

#define OTP_BANK_BYTES 4096u
#define OTP_BYTES (2u * OTP_BANK_BYTES)

typedef enum otp_status {
  OTP_OK = 0,
  OTP_RANGE,    /* beyond the device: nothing was done */
  OTP_NO_REPLY, /* the part does not answer: fail closed */
  OTP_CONFLICT, /* a bit that is 1 would have to become 0: nothing was done */
  OTP_FROZEN,   /* the part did not take the bits (write-enable removed, or worn) */
} otp_status;

/* Reads `bytes` from `offset`; both banks may be read. out: caller's, at least `bytes`. */
otp_status otp_read(uint32_t offset, void *out, uint32_t bytes) __attribute__((warn_unused_result));

/* Sets the 1 bits of data at `offset`, byte by byte in ascending order, and reads them back. 0 bits
 * of data over 1 bits of the part are a conflict. Power loss leaves a prefix of bytes set. */
otp_status otp_program(uint32_t offset, const void *data, uint32_t bytes) __attribute__((warn_unused_result));

#endif

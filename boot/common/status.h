/* Every outcome of boot code, one word each: two letters that name the area, then a number.
 * Append-only: ROMs in the field print these values for ever. Names for people are in
 * status_name.c (host tools and development builds; a ROM prints the number only).
 */
#ifndef HF_BOOT_STATUS_H
#define HF_BOOT_STATUS_H

#include <stdint.h>

#define BOOT_CODE(a, b, number) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(number))

/* X(name, area letters, number, text) */
#define BOOT_STATUS_LIST(X)                                                                \
  X(BOOT_OTP_NO_REPLY, 'O', 'T', 1, "OTP does not answer")                                 \
  X(BOOT_OTP_BLANK, 'O', 'T', 2, "device is blank: no keys in OTP")                        \
  X(BOOT_OTP_RETIRED, 'O', 'T', 3, "device is retired")                                    \
  X(BOOT_OTP_POLICY, 'O', 'T', 4, "signature policy word in OTP is invalid")               \
  X(BOOT_OTP_FULL, 'O', 'T', 5, "no room left in OTP to raise a counter")                  \
  X(BOOT_OTP_NOT_TAKEN, 'O', 'T', 6, "OTP did not take the bits")                          \
  X(BOOT_FLASH_UNREADABLE, 'F', 'L', 1, "flash is unreadable")                             \
  X(BOOT_FLASH_WRITE, 'F', 'L', 2, "flash did not take the data")                          \
  X(BOOT_MANIFEST_MAGIC, 'M', 'F', 1, "no manifest here")                                  \
  X(BOOT_MANIFEST_FORMAT, 'M', 'F', 2, "manifest format version is not supported")         \
  X(BOOT_MANIFEST_KIND, 'M', 'F', 3, "image is of another kind")                           \
  X(BOOT_MANIFEST_RESERVED, 'M', 'F', 4, "reserved bytes are not zero")                    \
  X(BOOT_MANIFEST_PRODUCT, 'M', 'F', 5, "image is for another product")                    \
  X(BOOT_MANIFEST_HARDWARE, 'M', 'F', 6, "image is not for this hardware revision")        \
  X(BOOT_MANIFEST_ROLLBACK, 'M', 'F', 7, "security version is below the counter")          \
  X(BOOT_MANIFEST_SIZE, 'M', 'F', 8, "payload size is out of bounds")                      \
  X(BOOT_MANIFEST_SEGMENT, 'M', 'F', 9, "segments do not tile the payload")                \
  X(BOOT_MANIFEST_ADDRESS, 'M', 'F', 10, "segment lies outside the load region")           \
  X(BOOT_MANIFEST_OVERLAP, 'M', 'F', 11, "segments overlap")                               \
  X(BOOT_MANIFEST_ENTRY, 'M', 'F', 12, "entry is outside the image or not a code address") \
  X(BOOT_MANIFEST_LOADER, 'M', 'F', 13, "image needs a newer loader")                      \
  X(BOOT_SIG_P256_KEY, 'S', 'G', 1, "P-256 key is not trusted here")                       \
  X(BOOT_SIG_P256, 'S', 'G', 2, "P-256 signature is wrong or missing")                     \
  X(BOOT_SIG_LMS_KEY, 'S', 'G', 3, "LMS key is not trusted here")                          \
  X(BOOT_SIG_LMS, 'S', 'G', 4, "LMS signature is wrong or missing")                        \
  X(BOOT_SIG_DEVELOPMENT, 'S', 'G', 5, "development key on a secured device")              \
  X(BOOT_PAYLOAD_DIGEST, 'I', 'M', 1, "payload does not match its digest")                 \
  X(BOOT_UNLOCK, 'I', 'M', 2, "checks did not combine: tampered while booting")            \
  X(BOOT_JOURNAL_WRITE, 'J', 'N', 1, "journal cannot be written")                          \
  X(BOOT_UPDATE_BUSY, 'U', 'P', 1, "a trial is under way: confirm or reject it first")     \
  X(BOOT_UPDATE_RUNNING, 'U', 'P', 2, "the running slot cannot be written")                \
  X(BOOT_UPDATE_NO_TRIAL, 'U', 'P', 3, "no trial is under way")                            \
  X(BOOT_UPDATE_RANGE, 'U', 'P', 4, "write is outside the slot or not in order")           \
  X(BOOT_UPDATE_ORPHANS, 'U', 'P', 5, "this loader would refuse the running firmware")     \
  X(BOOT_NO_LOADER, 'B', 'T', 1, "no loader copy is good")                                 \
  X(BOOT_NO_FIRMWARE, 'B', 'T', 2, "no firmware slot is good")                             \
  X(BOOT_HANDOFF, 'B', 'T', 3, "the previous stage left no valid hand-over")               \
  X(BOOT_TRIES_EXHAUSTED, 'B', 'T', 4, "trial was not confirmed in its boots")             \
  X(BOOT_TRIAL_REJECTED, 'B', 'T', 5, "trial was rejected by the firmware")                \
  X(BOOT_RECOVERY_PROTOCOL, 'R', 'C', 1, "recovery: frame not expected here")

typedef enum boot_status {
  BOOT_OK = 0x6D3A95C7, /* not 0 or 1: a glitched register is unlikely to hold it */
#define BOOT_STATUS_ENUM(name, a, b, number, text) name = (int)BOOT_CODE(a, b, number),
  BOOT_STATUS_LIST(BOOT_STATUS_ENUM)
#undef BOOT_STATUS_ENUM
} boot_status;

#define BOOT_MUST_CHECK __attribute__((warn_unused_result))

/* A sentence for people, or "unknown status". Never null, static. */
const char *boot_status_text(boot_status status);
/* The enum's name, e.g. "BOOT_SIG_P256", or "BOOT_UNKNOWN". Never null, static. */
const char *boot_status_name(boot_status status);

#endif

/* What lies where in OTP (docs/formats.md has the same to the bit). Blank bits are 0.
 *
 * Fuse bank, written once by the factory, frozen when the device is secured; counter bank,
 * programmable for life. Both are for secure code only.
 */
#ifndef HF_BOOT_OTP_MAP_H
#define HF_BOOT_OTP_MAP_H

#include <assert.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "manifest.h"

/* A mark is a word that is 0 (not set) or anything else (set); OTP_MARK_SET is what we write. That any
 * set bit counts makes an interrupted write err on the strict side. */
#define OTP_MARK_SET 0xA5A5A5A5u

/* Far apart, so that no small disturbance turns one into another; any other word is refused. */
#define OTP_POLICY_BOTH 0x3C5A96A3u /* P-256 and LMS signatures (the default) */
#define OTP_POLICY_P256_ONLY 0x59C3356Cu
#define OTP_POLICY_LMS_ONLY 0xA63C69CAu

/* Fuse bank. */
typedef struct otp_fuses {
  uint32_t factory_mark; /* keys are in: the device can boot */
  uint32_t secured_mark; /* development keys are refused, failures give no detail */
  uint32_t retired_mark; /* nothing boots any more */
  uint32_t reserved;
  uint32_t policy;
  uint32_t hardware_revision;
  uint8_t product_id[16];
  uint8_t serial[24];                             /* text, padded with 0; not secret */
  uint8_t root_p256[ROOT_KEYS][TRUST_HASH_BYTES]; /* SHA-256 of key_p256; all 0: empty */
  uint8_t root_lms[ROOT_KEYS][TRUST_HASH_BYTES];  /* SHA-256 of key_lms */
} otp_fuses;
static_assert(offsetof(otp_fuses, root_p256) == 64, "fuse layout");
static_assert(sizeof(otp_fuses) == 320, "fuse layout");

#define OTP_FUSES_OFFSET 0u
#define OTP_UNIQUE_KEY_OFFSET 320u    /* 32 secret bytes: hardware unique key */
#define OTP_UNIQUE_SECRET_OFFSET 352u /* 32 secret bytes: DICE unique device secret */

/* Counter bank. */
typedef struct otp_revocation {
  uint32_t p256[ROOT_KEYS]; /* mark: root key i is revoked */
  uint32_t lms[ROOT_KEYS];
} otp_revocation;
static_assert(sizeof(otp_revocation) == 32, "docs/formats.md");
#define OTP_REVOCATION_OFFSET 4096u

/* A counter is a row of cells; each raise fills the next blank one (counter.h). */
typedef struct otp_counter_cell {
  uint32_t value;
  uint32_t inverse;     /* ~value */
  uint32_t value_again; /* the same once more: one damaged half does not lose the count */
  uint32_t inverse_again;
} otp_counter_cell;
static_assert(sizeof(otp_counter_cell) == 16, "docs/formats.md");
#define OTP_LOADER_COUNTER_OFFSET 4352u
#define OTP_LOADER_COUNTER_CELLS 32u
#define OTP_FIRMWARE_COUNTER_OFFSET 5120u
#define OTP_FIRMWARE_COUNTER_CELLS 128u
/* Of sealed storage: each set bit is one raise (secure/services/epoch.h). */
#define OTP_STORAGE_COUNTER_OFFSET 7168u
#define OTP_STORAGE_COUNTER_BYTES 1024u

#endif

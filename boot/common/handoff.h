/* What one stage tells the next, at fixed addresses of the board's retained RAM. */
#ifndef HF_BOOT_HANDOFF_H
#define HF_BOOT_HANDOFF_H

#include <assert.h>
#include <stdint.h>

#include "manifest.h"

/* ROM -> loader, at BOARD_HANDOFF_BASE. The loader's own verified manifest is at
 * BOARD_LOADER_MANIFEST_BASE (the bytes the ROM verified, not a second reading of flash). */
#define BOOT_HANDOFF_MAGIC 0x464F4448u /* "HDOF" */
typedef struct boot_handoff {
  uint32_t magic;
  uint32_t size; /* of this struct, for later additions */
  uint32_t reset_cause;
  uint32_t loader_copy;       /* 0 or 1: which copy runs */
  uint32_t other_copy_status; /* boot_status of the copy tried before, BOOT_OK when none was */
} boot_handoff;

static_assert(sizeof(boot_handoff) == 20, "a loader of any age reads it");

/* Loader -> firmware's secure part, at BOARD_BOOT_INFO_BASE. */
#define BOOT_INFO_MAGIC 0x464E4942u /* "BINF" */
#define BOOT_SLOT_A 0u
#define BOOT_SLOT_B 1u
#define BOOT_SLOT_NONE 0xFFu
typedef struct boot_info {
  uint32_t magic;
  uint32_t size;
  uint32_t reset_cause;
  uint32_t slot;          /* BOOT_SLOT_A or _B: what runs */
  uint32_t trial;         /* 1: on trial, must confirm before the watchdog bites */
  uint32_t tries_left;    /* further boots this trial has */
  uint32_t revert_reason; /* boot_status: why the last update was given up; BOOT_OK: it was not */
  uint32_t security_counter;
  uint32_t lifecycle_secured; /* 1: secured */
  uint32_t watchdog_ms;       /* limit the loader set */
  manifest_version version;   /* of the running firmware */
  uint32_t security_version;
  uint32_t hardware_revision;
  manifest_version loader_version;
  uint32_t loader_security_version;
  uint32_t loader_copy;
  uint8_t measurement[32]; /* SHA-256 of the running payload */
} boot_info;
static_assert(sizeof(boot_info) == 104, "boot_info layout is shared with firmware of any age");

#endif

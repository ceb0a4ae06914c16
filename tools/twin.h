/* A device's files, and boot/common at work on them.
 *
 * DEVICES/NAME/ holds what the hardware holds: flash.bin (with the flash part's own wear counts and bad
 * units), fuses.bin and counters.bin (the two OTP banks), rom.elf, device.json (board, and what the factory gives it). run.lock is
 * locked while somebody runs or changes the device; the emulator inherits that lock, so it lasts as long as it.
 *
 * An open twin is attached to the host board: flash_*, otp_*, journal_*, update_*, counter_* work on it.
 * One at a time.
 */
#ifndef HF_TOOLS_TWIN_H
#define HF_TOOLS_TWIN_H

#include "board_profile.h"
#include "device.h"
#include "image_build.h"
#include "io.h"
#include "otp.h"
#include "verify.h"

#define TWIN_ROM_MAX (4u << 20)

typedef enum twin_use {
  TWIN_LOOK,   /* reads; the device may be running; changes reach no file */
  TWIN_CHANGE, /* may change; refused while it runs */
} twin_use;

/* What the factory gives a device besides its images; kept in device.json (format 2), so that the factory can go on where it was
 * stopped, and the tools know whom they have before them. The device's own copy is the one that counts. */
#define TWIN_ANCHORS 4u
typedef struct twin_identity {
  bool given;    /* false: a device without an identity; device.json has format 1 */
  bool finished; /* the factory has nothing more to do */
  bool secure;   /* its OTP is frozen at the end */
  char thing[129];
  char endpoint[262];
  char anchors[TWIN_ANCHORS][65]; /* SHA-256 of the server CAs, hexadecimal */
  unsigned anchor_count;
  char certificate[33]; /* serial of the device certificate; "": not known */
} twin_identity;

typedef struct twin {
  const char *name; /* the caller's, must outlive the twin */
  io_path directory;
  const board_profile *board;
  twin_identity identity;
  twin_use use;
  bool running; /* TWIN_LOOK: it runs right now */
  int lock;     /* descriptor of run.lock, -1: not held */
  uint8_t *map; /* of flash.bin, from the flash on: flash, wear counts, bad units */
  size_t map_bytes;
  uint8_t otp[OTP_BYTES];
} twin;

/* False: has said why (unknown device, running, damaged files). Changing waits a moment for a lock whose holder was just killed. */
bool twin_open(const char *name, twin_use use, twin *t) IO_MUST_CHECK;
/* Writes changed OTP back and makes flash durable; only for TWIN_CHANGE. */
bool twin_save(twin *t) IO_MUST_CHECK;
void twin_close(twin *t);
/* For twin_remove() only: locked as for TWIN_CHANGE, nothing mapped. A damaged device.json is told, and then it has no identity. */
bool twin_open_to_remove(const char *name, twin *t) IO_MUST_CHECK;
/* Removes exactly the files of the device; gone: the directory, too (it holds no others). False: has said why. */
bool twin_remove(const twin *t, bool *gone) IO_MUST_CHECK;
/* The same of a directory that no device is using; what cannot be removed stays. */
void twin_remove_files(const char *directory);
/* Writes device.json anew; only for TWIN_CHANGE. */
bool twin_save_description(const twin *t) IO_MUST_CHECK;
/* Attaches it to the host board again, after image_check(). */
void twin_attach(twin *t);

/* File of the device. */
bool twin_path(const twin *t, const char *file, io_path *path) IO_MUST_CHECK;

/* Makes the files of a blank device in `directory`, and opens it for change. name as above. */
bool twin_create(const char *directory, const char *name, const board_profile *board, const twin_identity *identity,
                 twin *t) IO_MUST_CHECK;

/* What the device would trust now. facts, loader: the caller's, must outlive the trust.
 * The loader is the copy the ROM would start. Any status; BOOT_NO_LOADER when no copy is good. */
boot_status twin_loader_trust(device_facts *facts, verify_trust *trust) BOOT_MUST_CHECK;
boot_status twin_loader(device_facts *facts, manifest *loader, uint32_t *copy) BOOT_MUST_CHECK;
boot_status twin_firmware_trust(device_facts *facts, manifest *loader, verify_trust *trust) BOOT_MUST_CHECK;

/* Writes an image to a place, as an attached programmer would. */
boot_status twin_write_image(uint32_t place, uint32_t place_bytes, const image *img) BOOT_MUST_CHECK;

#endif

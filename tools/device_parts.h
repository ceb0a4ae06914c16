/* What goes into a new device: the options of `device new`, and all they name, read and checked before anything is made. */
#ifndef HF_TOOLS_DEVICE_PARTS_H
#define HF_TOOLS_DEVICE_PARTS_H

#include "board_profile.h"
#include "cli.h"
#include "image_build.h"
#include "io.h"
#include "otp_map.h"
#include "twin.h"

#define PARTS_ANCHOR_MAX 2048u /* bytes of a server CA's certificate, DER (secure/include/hf_identity.h) */

typedef struct new_options {
  const char *board, *rom, *loader, *firmware, *policy, *product, *serial;
  const char *lifecycle; /* null: secured when there is an identity and no development key, else factory */
  const char *thing;     /* null: the device's name */
  const char *endpoint;
  cli_list roots, server_cas;
  uint32_t hardware_revision;
  uint32_t certificate_days; /* CLI_UNSET: the certificate never expires */
  bool no_identity;
} new_options;

typedef struct parts {
  const board_profile *board;
  io_bytes rom;
  image loader, firmware;
  otp_fuses fuses; /* as they are when the factory is done */
  twin_identity identity;
  io_bytes anchors[TWIN_ANCHORS]; /* DER */
} parts;

/* OUT_OK, or the exit code after saying what is wrong. Free the parts in any case. */
int parts_read(const cli_command_help *help, const new_options *o, const char *name, parts *p);
/* With the device's own code, against the OTP it is going to have. */
int parts_check(const new_options *o, parts *p);
void parts_free(parts *p);

#endif

/* holdfast device install, holdfast device retire: what an attached programmer can do. */
#include <string.h>

#include "board.h"
#include "cli.h"
#include "device_certificate.h"
#include "device_commands.h"
#include "handoff.h"
#include "image_check.h"
#include "image_fields.h"
#include "loader_copy.h"
#include "output.h"
#include "twin.h"
#include "update.h"

typedef struct install_options {
  uint32_t tries;
  bool unchecked, active;
  const char *slot;
} install_options;

/* What boot_status_text() says is for programs on the device; this is for who holds the tool. */
static int refuse(boot_status status)
{
  image_out_status(status);
  if (status == BOOT_UPDATE_BUSY)
    return out_refuse(
      "refused: a trial is under way (%s); run the device: its firmware decides, and after the last boot "
      "it may take the trial is over",
      boot_status_name(status));
  if (status == BOOT_SIG_DEVELOPMENT)
    return out_refuse("refused: %s (%s); sign it with a production key", boot_status_text(status),
                      boot_status_name(status));
  return out_refuse("refused: %s (%s)", boot_status_text(status), boot_status_name(status));
}

static char slot_letter(uint32_t slot)
{
  return slot == BOOT_SLOT_A ? 'A' : 'B';
}

/* The right way: verified before anything is erased, only into the slot that does not run, verified
 * again as written, then on trial. */
static boot_status install_checked(twin *t, const image *img, uint32_t tries, uint32_t *slot)
{
  journal j;
  device_facts facts;
  manifest loader, scratch;
  verify_trust trust;
  journal_open(&j);
  *slot = update_staging_slot(&j);
  if (*slot == BOOT_SLOT_NONE) return BOOT_UPDATE_BUSY;
  boot_status status = twin_firmware_trust(&facts, &loader, &trust);
  if (status == BOOT_OK) status = image_check(t->board, img, &trust);
  twin_attach(t);
  if (status == BOOT_OK) status = twin_write_image(update_slot_base(*slot), BOARD_FLASH_SLOT_BYTES, img);
  return status == BOOT_OK ? update_install(&j, *slot, &trust, tries, NULL, &scratch) : status;
}

/* The wrong way, to see the device refuse it. */
static boot_status install_unchecked(const image *img, const install_options *o, uint32_t *slot)
{
  journal j;
  journal_open(&j);
  *slot = o->slot == NULL ? update_staging_slot(&j) : *o->slot == 'A' ? BOOT_SLOT_A : BOOT_SLOT_B;
  if (*slot == BOOT_SLOT_NONE) return BOOT_UPDATE_BUSY;
  boot_status status = twin_write_image(update_slot_base(*slot), BOARD_FLASH_SLOT_BYTES, img);
  if (status != BOOT_OK || !o->active)
    return status == BOOT_OK ? update_start_trial(&j, *slot, o->tries, NULL) : status;
  journal_record next = j.now;
  next.active = (uint8_t)*slot;
  next.trial = BOOT_SLOT_NONE;
  next.tries_left = 0;
  next.rejected &= (uint8_t)~journal_slot_bit(*slot);
  return journal_append(&j, &next);
}

/* ---- A new loader: over the copy the ROM does not take first ---- */

static boot_status install_loader_checked(twin *t, const image *img, uint32_t running)
{
  device_facts facts;
  verify_trust trust;
  update_writer writer = {0};
  journal j;
  manifest scratch;
  boot_status status = twin_loader_trust(&facts, &trust);
  if (status == BOOT_OK) status = image_check(t->board, img, &trust);
  twin_attach(t);
  journal_open(&j);
  if (status == BOOT_OK) status = update_begin_loader(&writer, &j, running, &img->head, &facts, &scratch);
  if (status == BOOT_OK) status = update_write(&writer, img->payload, img->head.payload_bytes);
  return status == BOOT_OK ? update_finish(&writer, &img->head) : status;
}

/* Equal or older: the ROM would not take it, and the running loader would write itself over it. A device whose
 * copies are both damaged takes any. */
static bool loader_is_newer(const image *img, const manifest *running)
{
  return manifest_version_order(img->head.version) > manifest_version_order(running->version);
}

static int loader_command(twin *t, const image *img, const install_options *o)
{
  device_facts facts;
  manifest now;
  uint32_t running = 0;
  const bool has_loader = twin_loader(&facts, &now, &running) == BOOT_OK;
  if (!o->unchecked && has_loader && !loader_is_newer(img, &now))
    return out_refuse("refused: the device has this loader version or a newer one already");
  const uint32_t copy = has_loader ? running ^ 1u : loader_copy_newer();
  const boot_status status = o->unchecked ? twin_write_image(loader_copy_base(copy), BOARD_FLASH_LOADER_BYTES, img)
                                          : install_loader_checked(t, img, copy ^ 1u);
  if (!twin_save(t)) return OUT_REFUSED;
  if (status != BOOT_OK) return refuse(status);
  out_text("device", "Device", "%s", t->name);
  out_number("loader_copy", "Loader copy", copy);
  field_out_version("version", "Version", img->head.version);
  out_truth("checked", "Verified", !o->unchecked);
  return OUT_OK;
}

static int install(const char *name, const char *path, const install_options *o)
{
  twin t;
  image img;
  uint32_t slot = BOOT_SLOT_NONE;
  if (!twin_open(name, TWIN_CHANGE, &t)) return OUT_REFUSED;
  if (!image_read(path, t.board->slot_bytes, &img)) {
    twin_close(&t);
    return OUT_REFUSED;
  }
  if (img.head.kind == MANIFEST_KIND_LOADER) {
    const int answer = loader_command(&t, &img, o);
    twin_close(&t);
    image_free(&img);
    return answer;
  }
  boot_status status = o->unchecked ? install_unchecked(&img, o, &slot) : install_checked(&t, &img, o->tries, &slot);
  bool saved = twin_save(&t);
  twin_close(&t);
  int code = !saved ? OUT_REFUSED : status == BOOT_OK ? OUT_OK : refuse(status);
  if (code == OUT_OK) {
    out_text("device", "Device", "%s", name);
    out_text("slot", "Slot", "%c", slot_letter(slot));
    field_out_version("version", "Version", img.head.version);
    out_truth("trial", "On trial", !o->active);
    if (!o->active) out_number("tries", "Boots to confirm", o->tries);
    out_truth("checked", "Verified", !o->unchecked);
  }
  image_free(&img);
  return code;
}

int device_install_command(int argc, char **argv)
{
  install_options o = {.tries = UPDATE_TRIES};
  cli_range tries = {&o.tries, 1, 255};
  const cli_option options[] = {
    {"tries", CLI_RANGE, &tries, "N", "boots the new firmware has to confirm itself (3)"},
    {"unchecked", CLI_FLAG, &o.unchecked, NULL, "do not verify: shows that the device itself refuses it"},
    {"slot", CLI_TEXT, &o.slot, "A|B", "with --unchecked: which slot (the one that does not run)"},
    {"active", CLI_FLAG, &o.active, NULL, "with --unchecked: make it the active firmware, no trial"},
    {0},
  };
  const cli_command_help help = {
    "device install", "NAME IMAGE",
    "Installs an image in a device that is not running, as an attached programmer would: firmware goes on trial in\n"
    "the slot that does not run, a loader over the copy that does not run.",
    options,
    "  holdfast device install d1 fw-2.img\n"
    "  holdfast device install d1 tampered.img --unchecked && holdfast device run d1\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 2, 2);
  if (code != CLI_GO) return code;
  if (!o.unchecked && (o.active || o.slot != NULL)) return cli_misuse(&help, "--slot and --active need --unchecked");
  if (o.slot != NULL && strcmp(o.slot, "A") != 0 && strcmp(o.slot, "B") != 0)
    return cli_misuse(&help, "--slot is A or B");
  return install(operands.items[0], operands.items[1], &o);
}

/* ---- device retire ---- */

int device_retire_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {
    "device retire", "NAME",
    "Sets the retired mark: the device boots nothing any more. For good. Asks nothing; its certificate stays valid.",
    options, "  holdfast device retire d1\n"};
  static const uint32_t mark = OTP_MARK_SET;
  char serial[CA_SERIAL_TEXT];
  cli_list operands;
  twin t;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (!twin_open(operands.items[0], TWIN_CHANGE, &t)) return OUT_REFUSED;
  bool taken = otp_program(OTP_FUSES_OFFSET + offsetof(otp_fuses, retired_mark), &mark, sizeof mark) == OTP_OK;
  if (!taken) out_error("OTP of %s did not take the mark", operands.items[0]);
  bool done = taken && twin_save(&t);
  twin_identity identity = t.identity;
  twin_close(&t);
  if (!done || !device_certificate(operands.items[0], &identity, serial)) return OUT_REFUSED;
  out_text("device", "Device", "%s", operands.items[0]);
  out_text("lifecycle", "Lifecycle", "retired");
  device_certificate_remark(serial);
  return OUT_OK;
}

/* holdfast device new: the factory. */
#include <stdio.h>
#include <string.h>

#include "ca.h"
#include "cli.h"
#include "device_batch.h"
#include "device_commands.h"
#include "device_factory.h"
#include "device_make.h"
#include "device_parts.h"
#include "image_fields.h"
#include "output.h"

#define ENDPOINT_DEFAULT "localhost:8883"

typedef enum if_finished { FINISHED_IS_REFUSED, FINISHED_IS_FINE } if_finished;

typedef struct new_work {
  const cli_command_help *help;
  const new_options *options;
  if_finished finished;
} new_work;

/* ---- One device ---- */

static uint32_t certificate_days(const new_options *o)
{
  return o->certificate_days == CLI_UNSET ? 0 : o->certificate_days;
}

static int make_and_finish(const new_options *o, const char *name, factory_stage stage, const parts *p)
{
  int code = OUT_OK;
  if (stage == STAGE_ABSENT) code = device_thing_is_free(p);
  if (code == OUT_OK && stage == STAGE_ABSENT) code = device_make(name, p);
  if (code == OUT_OK && stage == STAGE_UNFINISHED) out_note("Device %s goes on where it was stopped.", name);
  return code == OUT_OK && p->identity.given ? device_finish(name, p, certificate_days(o)) : code;
}

static int one_device(const new_work *w, const char *name, parts *p)
{
  factory_stage stage = STAGE_ABSENT;
  int code = io_name_is_valid("device", name) ? parts_read(w->help, w->options, name, p) : OUT_USAGE;
  if (code == OUT_OK) code = parts_check(w->options, p);
  if (code == OUT_OK) code = device_stage(w->options, name, p, &stage);
  if (code != OUT_OK) return code;
  if (stage != STAGE_FINISHED) return make_and_finish(w->options, name, stage, p);
  if (w->finished == FINISHED_IS_FINE) return BATCH_EXISTED;
  return out_refuse("device %s exists already and is complete%s; choose another name", name,
                    p->fuses.secured_mark != 0 ? " and secured" : "");
}

static void show_certificate(const char *thing)
{
  ca device;
  ca_record live;
  bool found = false;
  uint8_t sha256[CA_FINGERPRINT_BYTES];
  if (!ca_open(CA_DEVICE, CA_LOOK, 0, &device)) return;
  if (ca_find(&device, thing, &live, &found) && found && ca_fingerprint(live.certificate, sha256)) {
    out_text("certificate_serial", "Certificate", "%s", live.serial);
    out_hex("certificate_sha256", "SHA-256 fingerprint", sha256, sizeof sha256);
  }
  ca_record_free(&live);
  ca_close(&device);
}

/* existed: it may have been updated since it was made of these images. */
static void show(const char *name, const parts *p, bool existed)
{
  out_text("name", "Device", "%s", name);
  out_text("board", "Board", "%s", p->board->name);
  field_out_padded("serial", "Serial", p->fuses.serial, sizeof p->fuses.serial);
  out_text("lifecycle", "Lifecycle", "%s", p->fuses.secured_mark != 0 ? "secured" : "factory");
  if (!existed) {
    field_out_version("loader_version", "Loader", p->loader.head.version);
    field_out_version("firmware_version", "Firmware", p->firmware.head.version);
  }
  if (p->identity.given) {
    out_text("thing", "Thing", "%s", p->identity.thing);
    out_text("endpoint", "Endpoint", "%s", p->identity.endpoint);
    show_certificate(p->identity.thing);
  }
  out_line("Start it with: holdfast device run %s", name);
}

static int new_device(const new_work *w, const char *name)
{
  parts p = {0};
  int code = one_device(w, name, &p);
  if (w->finished == FINISHED_IS_FINE) out_truth("existed", NULL, code == BATCH_EXISTED);
  if (code == OUT_OK || code == BATCH_EXISTED) show(name, &p, code == BATCH_EXISTED);
  parts_free(&p);
  return code;
}

/* ---- Many ---- */

static int make_of_batch(void *context, const char *name)
{
  return new_device(context, name);
}

/* What is wrong for all is told once, before anything is made. */
static int new_batch(new_work *w, const char *name, uint32_t count)
{
  parts p = {0};
  batch_work work = {make_of_batch, w};
  char longest[256]; /* of the names; cut off when it is too long anyway */
  snprintf(longest, sizeof longest, "%s-%u", name, count);
  int code = io_name_is_valid("device", longest) ? parts_read(w->help, w->options, name, &p) : OUT_USAGE;
  if (code == OUT_OK) code = parts_check(w->options, &p);
  parts_free(&p);
  w->finished = FINISHED_IS_FINE;
  return code == OUT_OK ? device_batch(name, count, &work) : code;
}

/* ---- The command ---- */

static int check_options(const cli_command_help *help, const new_options *o, uint32_t batch)
{
  if (o->rom == NULL) return cli_misuse(help, "--rom is missing");
  if (o->loader == NULL) return cli_misuse(help, "--loader is missing");
  if (o->firmware == NULL) return cli_misuse(help, "--firmware is missing");
  if (o->roots.count == 0) return cli_misuse(help, "--root-key is missing");
  if (o->roots.count > ROOT_KEYS) return cli_misuse(help, "at most %u --root-key", ROOT_KEYS);
  if (o->server_cas.count > TWIN_ANCHORS) return cli_misuse(help, "at most %u --server-ca", TWIN_ANCHORS);
  if (o->no_identity &&
      (o->thing != NULL || o->endpoint != NULL || o->server_cas.count > 0 || o->certificate_days != CLI_UNSET))
    return cli_misuse(help, "--no-identity excludes --thing, --endpoint, --server-ca and --certificate-days");
  if (batch != CLI_UNSET && (o->thing != NULL || o->serial != NULL))
    return cli_misuse(help, "--thing and --serial are for one device, not for a batch");
  return OUT_OK;
}

int device_new_command(int argc, char **argv)
{
  uint32_t batch = CLI_UNSET;
  new_options o = {
    .board = BOARD_PROFILE_DEFAULT, .policy = "both", .hardware_revision = CLI_UNSET, .certificate_days = CLI_UNSET};
  cli_range days = {&o.certificate_days, 1, CA_DAYS_MAX}, devices = {&batch, 1, BATCH_MAX};
  const cli_option options[] = {
    {"board", CLI_TEXT, &o.board, "NAME", "board (" BOARD_PROFILE_DEFAULT ")"},
    {"rom", CLI_TEXT, &o.rom, "FILE", "the ROM, an ELF file"},
    {"loader", CLI_TEXT, &o.loader, "FILE", "loader image; goes into both copies"},
    {"firmware", CLI_TEXT, &o.firmware, "FILE", "firmware image; goes into slot A"},
    {"root-key", CLI_LIST, &o.roots, "NAME", "who may sign loaders; up to 4 times"},
    {"policy", CLI_TEXT, &o.policy, "both|p256|lms", "which signatures are demanded (both)"},
    {"product", CLI_TEXT, &o.product, "ID", "product (the loader's)"},
    {"hardware-revision", CLI_NUMBER, &o.hardware_revision, "N", "hardware revision (the loader's lowest)"},
    {"serial", CLI_TEXT, &o.serial, "S", "serial number, up to 24 characters (random)"},
    {"thing", CLI_TEXT, &o.thing, "NAME", "thing name, the common name of its certificate (the device's name)"},
    {"endpoint", CLI_TEXT, &o.endpoint, "HOST:PORT", "broker it is to talk to (" ENDPOINT_DEFAULT ")"},
    {"server-ca", CLI_LIST, &o.server_cas, "FILE",
     "CA whose brokers it trusts, PEM or DER; up to 4 times (the local one)"},
    {"certificate-days", CLI_RANGE, &days, "N", "days its certificate is valid (for ever)"},
    {"lifecycle", CLI_TEXT, &o.lifecycle, "factory|secured",
     "secured: OTP frozen, development keys refused (secured; factory with --no-identity or a development root key)"},
    {"no-identity", CLI_FLAG, &o.no_identity, NULL, "no key, no certificate: for firmware without the factory service"},
    {"batch", CLI_RANGE, &devices, "N", "make devices NAME-1 to NAME-N (zero-padded), several at a time"},
    {0},
  };
  const cli_command_help help = {
    "device new", "NAME",
    "Makes an emulated device, from blank to secured: burns its OTP, installs loader and firmware, runs it so that it "
    "makes\n"
    "its own key, certifies that with the local device CA, and freezes the OTP. Stopped anywhere, the same command "
    "goes on.",
    options,
    "  holdfast device new d1 --rom rom.elf --loader loader.img --firmware fw.img --root-key root\n"
    "  holdfast device new d2 --rom rom.elf --loader loader.img --firmware fw.img \\\n"
    "      --root-key root-a --root-key root-b --thing lamp-7 --endpoint broker.example:8883 --server-ca "
    "broker-ca.pem\n"
    "  holdfast device new lamp --batch 20 --rom rom.elf --loader loader.img --firmware fw.img --root-key root\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  code = check_options(&help, &o, batch);
  if (code != OUT_OK) return code;
  if (o.endpoint == NULL) o.endpoint = ENDPOINT_DEFAULT;
  new_work work = {.help = &help, .options = &o};
  return batch == CLI_UNSET ? new_device(&work, operands.items[0]) : new_batch(&work, operands.items[0], batch);
}

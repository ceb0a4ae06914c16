/* holdfast device list, holdfast device info. */
#include <stdio.h>
#include <string.h>

#include "board.h"
#include "ca.h"
#include "cli.h"
#include "counter.h"
#include "device_commands.h"
#include "flash.h"
#include "handoff.h"
#include "image_check.h"
#include "image_fields.h"
#include "otp_show.h"
#include "output.h"
#include "twin.h"
#include "update.h"

static const char *slot_name(uint8_t slot)
{
  if (slot == BOOT_SLOT_A) return "A";
  return slot == BOOT_SLOT_B ? "B" : "none";
}

/* ---- device info ---- */

static void show_place(const char *label, uint32_t place, const verify_trust *trust, boot_status no_trust)
{
  manifest m;
  boot_status status = no_trust != BOOT_OK ? no_trust : verify_in_flash(place, trust, &m);
  bool readable = flash_read(place, &m, sizeof m) == FLASH_OK && m.magic == MANIFEST_MAGIC;
  out_open(NULL, label);
  out_text("place", NULL, "%s", label);
  if (readable) {
    field_out_version("version", "version", m.version);
    out_number("security_version", "security version", m.security_version);
    out_number("payload_bytes", "payload bytes", m.payload_bytes);
  }
  out_text("status", "status", "%s", boot_status_name(status));
  out_text("meaning", "meaning", "%s", boot_status_text(status));
  out_close();
}

static void show_places(void)
{
  device_facts facts;
  manifest loader;
  verify_trust trust;
  boot_status status = twin_loader_trust(&facts, &trust);
  out_open_list("places", "Flash");
  show_place("Loader copy 0", BOARD_FLASH_LOADER_0, &trust, status);
  show_place("Loader copy 1", BOARD_FLASH_LOADER_1, &trust, status);
  status = twin_firmware_trust(&facts, &loader, &trust);
  show_place("Slot A", BOARD_FLASH_SLOT_A, &trust, status);
  show_place("Slot B", BOARD_FLASH_SLOT_B, &trust, status);
  out_close();
}

static const char *outcome_name(uint32_t outcome)
{
  if (outcome == JOURNAL_OUTCOME_NONE) return "none";
  if (outcome == JOURNAL_OUTCOME_CONFIRMED) return "confirmed";
  return outcome == JOURNAL_OUTCOME_REVERTED ? "reverted" : "unknown";
}

static void show_journal(void)
{
  journal j;
  journal_open(&j);
  boot_status reason = (boot_status)j.now.revert_reason;
  out_open("journal", "Journal");
  out_truth("found", "found", j.found);
  out_number("sequence", "sequence", j.now.sequence);
  out_text("active", "active slot", "%s", slot_name(j.now.active));
  out_text("trial", "slot on trial", "%s", slot_name(j.now.trial));
  if (j.now.trial != BOOT_SLOT_NONE) out_number("tries_left", "boots left", j.now.tries_left);
  out_text("rejected", "rejected slot", "%s",
           j.now.rejected == 0   ? "none"
           : j.now.rejected == 1 ? "A"
           : j.now.rejected == 2 ? "B"
                                 : "A and B");
  if (reason != BOOT_OK && j.now.revert_reason != 0) {
    out_text("revert_reason", "revert reason", "%s", boot_status_name(reason));
    out_text("revert_meaning", "that is", "%s", boot_status_text(reason));
  }
  out_text("outcome", "outcome to report", "%s", outcome_name(j.now.outcome));
  if (j.now.job[0] != 0) field_out_padded("job", "job", (const uint8_t *)j.now.job, sizeof j.now.job);
  out_close();
}

static void show_counter(const char *field, const char *label, counter_id id)
{
  uint32_t value;
  out_open(field, label);
  if (counter_read(id, &value) == BOOT_OK) out_number("value", "value", value);
  out_number("raises_left", "raises left", counter_room(id));
  out_close();
}

static void show_wear(void)
{
  uint64_t sum = 0;
  uint32_t most = 0;
  for (uint32_t at = 0; at < BOARD_FLASH_BYTES; at += FLASH_BLOCK_BYTES) {
    uint32_t wear = flash_wear(at);
    sum += wear;
    if (wear > most) most = wear;
  }
  out_open("wear", "Flash wear");
  out_number("erases", "erases in all", sum);
  out_number("most", "most on one block", most);
  out_number("journal", "journal block", flash_wear(BOARD_FLASH_JOURNAL));
  out_close();
}

static const char *lifecycle_now(void)
{
  otp_fuses fuses;
  return otp_read(OTP_FUSES_OFFSET, &fuses, sizeof fuses) == OTP_OK ? otp_lifecycle(&fuses) : "unknown";
}

/* As the local CA has recorded it; it may be on another machine. */
static void show_certificate(const char *serial)
{
  ca device;
  ca_record record;
  bool found = false;
  uint8_t sha256[CA_FINGERPRINT_BYTES];
  if (ca_look_for(CA_DEVICE) != CA_THERE || !ca_open(CA_DEVICE, CA_LOOK, 0, &device)) {
    out_line("  (no record of it in %s)", cli_ca_directory());
    return;
  }
  if (ca_find_serial(&device, serial, &record, &found) && found && ca_fingerprint(record.certificate, sha256)) {
    out_hex("certificate_sha256", "SHA-256 fingerprint", sha256, sizeof sha256);
    out_truth("revoked", "revoked", record.revoked);
  } else {
    out_line("  (no record of it in %s)", cli_ca_directory());
  }
  ca_record_free(&record);
  ca_close(&device);
}

/* What the factory has noted about it. */
static void show_thing(const twin_identity *identity)
{
  if (!identity->given) return;
  out_open("identity", "Identity (factory's record)");
  out_text("thing", "thing", "%s", identity->thing);
  out_text("endpoint", "endpoint (factory's)", "%s", identity->endpoint);
  out_truth("finished", "finished", identity->finished);
  if (!identity->finished)
    out_line(
      "  The factory was stopped: go on with `holdfast device new` as it was begun, or `holdfast device remove`.");
  if (identity->certificate[0] != 0) {
    out_text("certificate_serial", "certificate", "%s", identity->certificate);
    show_certificate(identity->certificate);
  }
  out_close();
}

static void show_identity(void)
{
  otp_fuses fuses;
  if (otp_read(OTP_FUSES_OFFSET, &fuses, sizeof fuses) != OTP_OK) return;
  out_truth("frozen", "OTP frozen", otp_is_frozen(&fuses));
  field_out_padded("serial", "Serial", fuses.serial, sizeof fuses.serial);
  field_out_padded("product", "Product", fuses.product_id, sizeof fuses.product_id);
  out_number("hardware_revision", "Hardware revision", fuses.hardware_revision);
}

int device_info_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {
    "device info", "NAME", "Shows the state of a device: identity, loader copies, slots, journal, counters, wear.",
    options, "  holdfast device info d1\n  holdfast device info d1 --json\n"};
  cli_list operands;
  twin t;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (!twin_open(operands.items[0], TWIN_LOOK, &t)) return OUT_REFUSED;
  out_text("name", "Device", "%s", t.name);
  out_text("board", "Board", "%s", t.board->name);
  out_truth("running", "Running", t.running);
  out_text("lifecycle", "Lifecycle", "%s", lifecycle_now());
  show_identity();
  show_thing(&t.identity);
  show_places();
  show_journal();
  show_counter("loader_counter", "Loader counter", COUNTER_LOADER);
  show_counter("firmware_counter", "Firmware counter", COUNTER_FIRMWARE);
  otp_show_storage_counter();
  show_wear();
  twin_close(&t);
  return OUT_OK;
}

/* ---- device list ---- */

/* Version in the active slot, as its manifest says; "" when there is none. */
static void active_version(const journal *j, char *text, size_t bytes)
{
  manifest m;
  uint32_t place = j->now.active == BOOT_SLOT_B ? BOARD_FLASH_SLOT_B : BOARD_FLASH_SLOT_A;
  bool there = (j->now.active == BOOT_SLOT_A || j->now.active == BOOT_SLOT_B) &&
               flash_read(place, &m, sizeof m) == FLASH_OK && m.magic == MANIFEST_MAGIC;
  snprintf(text, bytes, "%s", "");
  if (there) snprintf(text, bytes, "%u.%u.%u", m.version.major, m.version.minor, m.version.patch);
}

/* Its factory was stopped; nobody has made it so on purpose. */
static bool is_unfinished(const twin *t)
{
  return t->identity.given && !t->identity.finished;
}

static bool list_one(const char *name)
{
  twin t;
  journal j;
  out_open(NULL, NULL);
  out_text("name", NULL, "%s", name);
  bool good = twin_open(name, TWIN_LOOK, &t);
  out_truth("damaged", NULL, !good);
  if (good) {
    char version[32];
    journal_open(&j);
    active_version(&j, version, sizeof version);
    out_text("firmware_version", NULL, "%s", version);
    out_text("board", NULL, "%s", t.board->name);
    out_text("lifecycle", NULL, "%s", lifecycle_now());
    out_text("active", NULL, "%s", slot_name(j.now.active));
    out_truth("running", NULL, t.running);
    out_truth("finished", NULL, !is_unfinished(&t));
    out_line("%-32s %-8s %-10s slot %-5s %-12s%s", name, t.board->name,
             is_unfinished(&t) ? "unfinished" : lifecycle_now(), slot_name(j.now.active), version,
             t.running ? " running" : "");
    twin_close(&t);
  } else {
    out_line("%-32s damaged", name);
  }
  out_close();
  return good;
}

int device_list_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {"device list", "", "Lists the devices.", options,
                                 "  holdfast device list\n  holdfast device list --json\n"};
  cli_list operands;
  io_names names;
  int code = cli_parse(&help, argc, argv, &operands, 0, 0);
  if (code != CLI_GO) return code;
  bool good = io_list(cli_devices_directory(), "", &names);
  out_open_list("devices", NULL);
  if (good && names.count == 0) out_line("no devices in %s", cli_devices_directory());
  for (size_t i = 0; i < names.count; i++) good = list_one(names.names[i]) && good;
  out_close();
  io_names_free(&names);
  return good ? OUT_OK : OUT_REFUSED;
}

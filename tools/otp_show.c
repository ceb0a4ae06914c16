/* holdfast otp show. Secrets are never printed, only whether they are set. */
#include "otp_show.h"

#include "cli.h"
#include "counter.h"
#include "device_commands.h"
#include "epoch.h"
#include "image_fields.h"
#include "output.h"
#include "twin.h"

const char *otp_lifecycle(const otp_fuses *fuses)
{
  if (fuses->retired_mark != 0) return "retired";
  if (fuses->secured_mark != 0) return "secured";
  return fuses->factory_mark != 0 ? "factory" : "blank";
}

const char *otp_policy(uint32_t policy)
{
  switch (policy) {
  case OTP_POLICY_BOTH: return "both";
  case OTP_POLICY_P256_ONLY: return "p256";
  case OTP_POLICY_LMS_ONLY: return "lms";
  default: return "invalid";
  }
}

static bool any_set(const uint8_t *bytes, size_t count)
{
  uint8_t bits = 0;
  while (count > 0) bits |= bytes[--count];
  return bits != 0;
}

static void show_roots(const char *field, const char *label, const uint8_t hashes[ROOT_KEYS][TRUST_HASH_BYTES],
                       const uint32_t revoked[ROOT_KEYS])
{
  out_open_list(field, label);
  for (unsigned i = 0; i < ROOT_KEYS; i++) {
    if (!any_set(hashes[i], TRUST_HASH_BYTES)) continue;
    out_open(NULL, NULL);
    out_number("index", "index", i);
    out_hex("hash", "hash", hashes[i], TRUST_HASH_BYTES);
    out_truth("revoked", "revoked", revoked[i] != 0);
    out_close();
  }
  out_close();
}

static void show_counter(const char *field, const char *label, counter_id id)
{
  uint32_t value;
  boot_status status = counter_read(id, &value);
  out_open(field, label);
  if (status == BOOT_OK) out_number("value", "value", value);
  out_number("raises_left", "raises left", counter_room(id));
  out_close();
}

void otp_show_storage_counter(void)
{
  epoch_state epoch;
  out_open("storage_counter", "Storage counter");
  if (epoch_read(&epoch) == PSA_SUCCESS) {
    out_number("raises", "raises", epoch.begun);
    out_number("raises_left", "raises left", EPOCH_MAX - epoch.begun);
  }
  out_close();
}

bool otp_is_frozen(const otp_fuses *fuses)
{
  return fuses->secured_mark != 0 || fuses->retired_mark != 0;
}

static void show(const twin *t, const otp_fuses *fuses, const otp_revocation *revoked)
{
  out_text("device", "Device", "%s", t->name);
  out_text("lifecycle", "Lifecycle", "%s", otp_lifecycle(fuses));
  out_truth("frozen", "Frozen", otp_is_frozen(fuses));
  out_text("policy", "Policy", "%s", otp_policy(fuses->policy));
  field_out_padded("product", "Product", fuses->product_id, sizeof fuses->product_id);
  out_number("hardware_revision", "Hardware revision", fuses->hardware_revision);
  field_out_padded("serial", "Serial", fuses->serial, sizeof fuses->serial);
  show_roots("root_p256", "P-256 root keys", fuses->root_p256, revoked->p256);
  show_roots("root_lms", "LMS root keys", fuses->root_lms, revoked->lms);
  out_text("unique_key", "Unique key", any_set(t->otp + OTP_UNIQUE_KEY_OFFSET, 32) ? "set" : "not set");
  out_text("unique_secret", "Unique secret", any_set(t->otp + OTP_UNIQUE_SECRET_OFFSET, 32) ? "set" : "not set");
  show_counter("loader_counter", "Loader counter", COUNTER_LOADER);
  show_counter("firmware_counter", "Firmware counter", COUNTER_FIRMWARE);
  otp_show_storage_counter();
}

int otp_show_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {"otp show", "DEVICE", "Shows what is in a device's one-time programmable memory.",
                                 options, "  holdfast otp show d1\n  holdfast otp show d1 --json\n"};
  cli_list operands;
  twin t;
  otp_fuses fuses;
  otp_revocation revoked;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (!twin_open(operands.items[0], TWIN_LOOK, &t)) return OUT_REFUSED;
  bool read = otp_read(OTP_FUSES_OFFSET, &fuses, sizeof fuses) == OTP_OK &&
              otp_read(OTP_REVOCATION_OFFSET, &revoked, sizeof revoked) == OTP_OK;
  if (read) show(&t, &fuses, &revoked);
  twin_close(&t);
  return read ? OUT_OK : out_refuse("OTP does not answer");
}

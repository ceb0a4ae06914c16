/* holdfast key revoke: a root key is never trusted by this device again. */
#include <string.h>

#include "cli.h"
#include "device_commands.h"
#include "key_record.h"
#include "loader_copy.h"
#include "output.h"
#include "twin.h"

/* The root keys of one algorithm in a device. */
typedef struct roots {
  const char *algorithm;
  const uint8_t (*hashes)[TRUST_HASH_BYTES];
  const uint32_t *revoked;
  uint32_t marks_at; /* OTP offset of the first mark */
} roots;

static bool is_empty(const uint8_t hash[TRUST_HASH_BYTES])
{
  static const uint8_t empty[TRUST_HASH_BYTES];
  return memcmp(hash, empty, TRUST_HASH_BYTES) == 0;
}

static bool holds(const roots *r, unsigned index, const uint8_t hash[TRUST_HASH_BYTES])
{
  return memcmp(r->hashes[index], hash, TRUST_HASH_BYTES) == 0;
}

/* Places that hold the key: all of them are revoked, however it came to be in several. */
static unsigned places(const roots *r, const uint8_t hash[TRUST_HASH_BYTES])
{
  unsigned count = 0;
  for (unsigned i = 0; i < ROOT_KEYS; i++) count += holds(r, i, hash);
  return count;
}

static unsigned usable_besides(const roots *r, const uint8_t hash[TRUST_HASH_BYTES])
{
  unsigned usable = 0;
  for (unsigned i = 0; i < ROOT_KEYS; i++)
    usable += !holds(r, i, hash) && !is_empty(r->hashes[i]) && r->revoked[i] == 0;
  return usable;
}

static bool may_revoke(const roots *r, const uint8_t hash[TRUST_HASH_BYTES], const char *key, const char *device)
{
  if (places(r, hash) == 0 || usable_besides(r, hash) > 0) return true;
  out_error("%s is the last usable %s root key of %s: revoking it would lock the device for ever; refused", key,
            r->algorithm, device);
  return false;
}

static bool set_marks(const roots *r, const uint8_t hash[TRUST_HASH_BYTES], const char *device)
{
  static const uint32_t mark = OTP_MARK_SET;
  for (unsigned i = 0; i < ROOT_KEYS; i++) {
    /* Any set bit revokes; a torn mark already counts and is left as it is. */
    if (!holds(r, i, hash) || r->revoked[i] != 0) continue;
    if (otp_program(r->marks_at + i * (uint32_t)sizeof mark, &mark, sizeof mark) == OTP_OK) continue;
    out_error("OTP of %s did not take the mark", device);
    return false;
  }
  return true;
}

/* Would the ROM still find a loader? Judged by the device's own rules, with the marks as they are going to be. A device
 * that does not boot today has nothing to lose. */
static bool boots_without(const device_facts *facts, const uint8_t *p256_hash, const uint8_t *lms_hash)
{
  device_facts then = *facts;
  verify_trust trust;
  manifest m;
  if (device_loader_trust(facts, &trust) != BOOT_OK) return true;
  bool boots_now = false, boots_then = false;
  for (uint32_t copy = 0; copy < 2; copy++) boots_now |= verify_in_flash(loader_copy_base(copy), &trust, &m) == BOOT_OK;
  for (unsigned i = 0; i < ROOT_KEYS; i++) {
    if (p256_hash != NULL && memcmp(then.fuses.root_p256[i], p256_hash, TRUST_HASH_BYTES) == 0)
      then.revoked.p256[i] = OTP_MARK_SET;
    if (lms_hash != NULL && memcmp(then.fuses.root_lms[i], lms_hash, TRUST_HASH_BYTES) == 0)
      then.revoked.lms[i] = OTP_MARK_SET;
  }
  if (device_loader_trust(&then, &trust) != BOOT_OK) return true;
  for (uint32_t copy = 0; copy < 2; copy++)
    boots_then |= verify_in_flash(loader_copy_base(copy), &trust, &m) == BOOT_OK;
  return boots_then || !boots_now;
}

static int revoke(const char *key, const char *device, const device_facts *facts)
{
  const roots p256 = {"P-256", facts->fuses.root_p256, facts->revoked.p256,
                      OTP_REVOCATION_OFFSET + offsetof(otp_revocation, p256)};
  const roots lms = {"LMS", facts->fuses.root_lms, facts->revoked.lms,
                     OTP_REVOCATION_OFFSET + offsetof(otp_revocation, lms)};
  key_records keys;
  uint8_t p256_hash[TRUST_HASH_BYTES] = {0}, lms_hash[TRUST_HASH_BYTES] = {0};
  if (!key_records_load(cli_keys_directory(), key, &keys)) return OUT_REFUSED;
  key_p256_hash(&keys.p256, p256_hash);
  key_lms_hash(&keys.lms, lms_hash);
  const unsigned p256_places = keys.has_p256 ? places(&p256, p256_hash) : 0,
                 lms_places = keys.has_lms ? places(&lms, lms_hash) : 0;
  if (p256_places + lms_places == 0)
    return out_refuse("%s is not a root key of %s; see: holdfast otp show %s", key, device, device);
  /* All checks, then the act. */
  if (p256_places > 0 && !may_revoke(&p256, p256_hash, key, device)) return OUT_REFUSED;
  if (lms_places > 0 && !may_revoke(&lms, lms_hash, key, device)) return OUT_REFUSED;
  if (!boots_without(facts, p256_places > 0 ? p256_hash : NULL, lms_places > 0 ? lms_hash : NULL))
    return out_refuse("no loader of %s verifies without %s: install a loader signed by another root key first; refused",
                      device, key);
  if (p256_places > 0 && !set_marks(&p256, p256_hash, device)) return OUT_REFUSED;
  if (lms_places > 0 && !set_marks(&lms, lms_hash, device)) return OUT_REFUSED;
  out_text("device", "Device", "%s", device);
  out_text("revoked", "Revoked", "%s", key);
  return OUT_OK;
}

int key_revoke_command(int argc, char **argv)
{
  const char *device = NULL;
  const cli_option options[] = {{"device", CLI_TEXT, &device, "NAME", "the device"}, {0}};
  const cli_command_help help = {
    "key revoke", "NAME",
    "Revokes root key NAME in a device, for good. In the field a signed loader does it: image sign --revoke-root.",
    options, "  holdfast key revoke root-a --device d1\n"};
  cli_list operands;
  twin t;
  device_facts facts;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (device == NULL) return cli_misuse(&help, "--device is missing");
  if (!twin_open(device, TWIN_CHANGE, &t)) return OUT_REFUSED;
  boot_status status = device_read(&facts);
  code = status == BOOT_OK ? revoke(operands.items[0], device, &facts)
                           : out_refuse("%s: %s", device, boot_status_text(status));
  if (code == OUT_OK && !twin_save(&t)) code = OUT_REFUSED;
  twin_close(&t);
  return code;
}

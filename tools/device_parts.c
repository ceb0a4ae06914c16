#include "device_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "ca.h"
#include "elf_file.h"
#include "host_board.h"
#include "image_check.h"
#include "image_fields.h"
#include "output.h"
#include "twin.h"

#define ANCHOR_FILE_MAX 65536u

void parts_free(parts *p)
{
  io_free(&p->rom);
  image_free(&p->loader);
  image_free(&p->firmware);
  for (unsigned i = 0; i < TWIN_ANCHORS; i++) io_free(&p->anchors[i]);
}

/* ---- Fuses ---- */

static int set_policy(const cli_command_help *help, const char *name, otp_fuses *fuses)
{
  if (strcmp(name, "both") == 0) fuses->policy = OTP_POLICY_BOTH;
  if (strcmp(name, "p256") == 0) fuses->policy = OTP_POLICY_P256_ONLY;
  if (strcmp(name, "lms") == 0) fuses->policy = OTP_POLICY_LMS_ONLY;
  return fuses->policy == 0 ? cli_misuse(help, "--policy is both, p256 or lms") : OUT_OK;
}

/* Unless told otherwise, a device that gets an identity is finished as a product is, and one that is for development is not. */
static int set_lifecycle(const cli_command_help *help, const new_options *o, const char *development_root, parts *p)
{
  bool secured = o->lifecycle == NULL ? !o->no_identity && development_root == NULL
                                      : strcmp(o->lifecycle, "secured") == 0;
  if (o->lifecycle != NULL && !secured && strcmp(o->lifecycle, "factory") != 0)
    return cli_misuse(help, "--lifecycle is factory or secured");
  if (secured && development_root != NULL)
    return out_refuse("%s is a development key: it cannot be a root of a secured device", development_root);
  p->fuses.factory_mark = OTP_MARK_SET;
  p->fuses.secured_mark = secured ? OTP_MARK_SET : 0;
  p->identity.secure = secured;
  return OUT_OK;
}

/* A key in two places would survive the revocation of one. */
static bool is_twice(const uint8_t (*hashes)[TRUST_HASH_BYTES], unsigned count)
{
  static const uint8_t empty[TRUST_HASH_BYTES];
  for (unsigned i = 0; i < count; i++)
    if (memcmp(hashes[i], hashes[count], TRUST_HASH_BYTES) == 0 && memcmp(hashes[i], empty, TRUST_HASH_BYTES) != 0)
      return true;
  return false;
}

/* development: the first root that is a development key; null when none is. */
static int set_roots(const cli_list *names, otp_fuses *fuses, const char **development)
{
  *development = NULL;
  for (unsigned i = 0; i < names->count; i++) {
    key_records keys;
    if (!key_records_load(cli_keys_directory(), names->items[i], &keys)) return OUT_REFUSED;
    if (*development == NULL && ((keys.p256.flags | keys.lms.flags) & KEY_DEVELOPMENT) != 0)
      *development = names->items[i];
    if ((fuses->policy != OTP_POLICY_LMS_ONLY && !keys.has_p256) ||
        (fuses->policy != OTP_POLICY_P256_ONLY && !keys.has_lms))
      return out_refuse("key %s lacks an algorithm the policy asks for; make it with: holdfast key new",
                        names->items[i]);
    if (keys.has_p256) key_p256_hash(&keys.p256, fuses->root_p256[i]);
    if (keys.has_lms) key_lms_hash(&keys.lms, fuses->root_lms[i]);
    if (is_twice(fuses->root_p256, i) || is_twice(fuses->root_lms, i))
      return out_refuse("root key %s is given twice", names->items[i]);
  }
  return OUT_OK;
}

static int set_product(const cli_command_help *help, const new_options *o, const image *loader, otp_fuses *fuses)
{
  memcpy(fuses->product_id, loader->head.product_id, sizeof fuses->product_id);
  if (o->product != NULL && !field_product(o->product, fuses->product_id))
    return cli_misuse(help, "--product takes 1 to 16 printable characters without blanks");
  fuses->hardware_revision = o->hardware_revision == CLI_UNSET ? loader->head.hardware_min : o->hardware_revision;
  if (o->serial == NULL) {
    uint8_t random[8];
    if (RAND_bytes(random, sizeof random) != 1) return out_refuse("no random numbers to be had");
    char text[2 * sizeof random + 1];
    for (size_t i = 0; i < sizeof random; i++) snprintf(text + 2 * i, 3, "%02x", random[i]);
    memcpy(fuses->serial, text, 2 * sizeof random);
    return OUT_OK;
  }
  size_t length = strlen(o->serial);
  if (length < 1 || length > sizeof fuses->serial || !io_name_is_plain(o->serial))
    return cli_misuse(help, "--serial takes 1 to %zu of a-z A-Z 0-9 : _ -", sizeof fuses->serial);
  memcpy(fuses->serial, o->serial, length);
  return OUT_OK;
}

/* ---- Identity ---- */

/* HOST:PORT; a name or an IPv4 address. */
static bool endpoint_is_good(const char *text)
{
  static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
  uint32_t port;
  size_t host = strspn(text, characters);
  return host >= 1 && host <= 253 && text[host] == ':' && strlen(text + host + 1) <= 5 &&
         strspn(text + host + 1, "0123456789") == strlen(text + host + 1) && cli_number(text + host + 1, &port) &&
         port >= 1 && port <= 65535;
}

static X509 *parse_anchor(const io_bytes *file, bool *more)
{
  const unsigned char *at = file->data;
  BIO *bio = BIO_new_mem_buf(file->data, (int)file->size);
  X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
  X509 *second = certificate == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
  *more = second != NULL;
  if (certificate == NULL) {
    certificate = d2i_X509(NULL, &at, (long)file->size);
    *more = certificate != NULL && at != file->data + file->size;
  }
  X509_free(second);
  BIO_free(bio);
  ERR_clear_error();
  return certificate;
}

/* The device keeps it in DER. */
static bool add_anchor(const char *source, const X509 *certificate, parts *p)
{
  twin_identity *identity = &p->identity;
  uint8_t sha256[CA_FINGERPRINT_BYTES];
  unsigned at = identity->anchor_count;
  if (!ca_der(certificate, &p->anchors[at]) || !ca_fingerprint(certificate, sha256)) return false;
  for (unsigned i = 0; i < sizeof sha256; i++) snprintf(identity->anchors[at] + (size_t)2 * i, 3, "%02x", sha256[i]);
  identity->anchor_count++;
  if (p->anchors[at].size > PARTS_ANCHOR_MAX) {
    out_error("%s is too large for a device: %zu bytes, at most %u", source, p->anchors[at].size, PARTS_ANCHOR_MAX);
    return false;
  }
  for (unsigned i = 0; i < at; i++) {
    if (strcmp(identity->anchors[i], identity->anchors[at]) != 0) continue;
    out_error("server CA %s is given twice", source);
    return false;
  }
  return true;
}

static bool read_anchor(const char *path, parts *p)
{
  io_bytes file;
  bool more = false;
  const char *wrong = NULL;
  if (!io_read(path, ANCHOR_FILE_MAX, &file)) return false;
  X509 *certificate = parse_anchor(&file, &more);
  if (certificate == NULL)
    wrong = "is not a certificate, neither in PEM nor in DER";
  else if (more)
    wrong = "holds more than one certificate; give each in a file of its own";
  else if (X509_check_ca(certificate) == 0)
    wrong = "is not the certificate of a CA";
  if (wrong != NULL) out_error("%s %s", path, wrong);
  bool added = wrong == NULL && add_anchor(path, certificate, p);
  X509_free(certificate);
  io_free(&file);
  return added;
}

static bool add_local_anchor(parts *p)
{
  ca server;
  if (!ca_open(CA_SERVER, CA_ISSUE, time(NULL), &server)) return false;
  bool added = add_anchor("the local server CA", server.certificate, p);
  ca_close(&server);
  return added;
}

static int set_identity(const cli_command_help *help, const new_options *o, const char *name, parts *p)
{
  twin_identity *identity = &p->identity;
  const char *thing = o->thing == NULL ? name : o->thing;
  identity->given = !o->no_identity;
  if (!identity->given) return OUT_OK;
  if (!io_name_is_plain(thing)) return cli_misuse(help, "--thing takes 1 to 128 of a-z A-Z 0-9 : _ -");
  if (!endpoint_is_good(o->endpoint)) return cli_misuse(help, "--endpoint takes HOST:PORT, not '%s'", o->endpoint);
  memcpy(identity->thing, thing, strlen(thing) + 1);
  memcpy(identity->endpoint, o->endpoint, strlen(o->endpoint) + 1);
  for (unsigned i = 0; i < o->server_cas.count; i++)
    if (!read_anchor(o->server_cas.items[i], p)) return OUT_REFUSED;
  return OUT_OK;
}

/* ---- Reading and checking the parts ---- */

/* Code elsewhere would run in the emulator, as the ROM of no chip could. */
static bool rom_fits(const char *path, const board_profile *board)
{
  elf rom;
  if (!elf_open(path, &rom)) return false;
  bool fits = true;
  for (uint32_t i = 0; i < rom.load_count; i++) {
    uint32_t from = rom.loads[i].address - board->rom_base;
    fits = fits && from < board->rom_bytes && rom.loads[i].bytes <= board->rom_bytes - from;
  }
  if (!fits)
    out_error("%s does not lie in the ROM of board %s (0x%08x, %u bytes); is it the ROM?", path, board->name,
              board->rom_base, board->rom_bytes);
  elf_close(&rom);
  return fits;
}

static int read_images(const new_options *o, parts *p)
{
  if (!io_read(o->rom, TWIN_ROM_MAX, &p->rom)) return OUT_REFUSED;
  if (p->rom.size < 52 || memcmp(p->rom.data, "\177ELF", 4) != 0)
    return out_refuse("%s is not an ELF file; the ROM is given as linked", o->rom);
  if (!rom_fits(o->rom, p->board)) return OUT_REFUSED;
  if (!image_read(o->loader, p->board->loader_bytes, &p->loader)) return OUT_REFUSED;
  return image_read(o->firmware, p->board->slot_bytes, &p->firmware) ? OUT_OK : OUT_REFUSED;
}

int parts_read(const cli_command_help *help, const new_options *o, const char *name, parts *p)
{
  const char *development = NULL;
  *p = (parts){.board = board_profile_find(o->board)};
  if (p->board == NULL) return OUT_USAGE;
  int code = set_policy(help, o->policy, &p->fuses);
  if (code == OUT_OK) code = set_roots(&o->roots, &p->fuses, &development);
  if (code == OUT_OK) code = set_lifecycle(help, o, development, p);
  if (code == OUT_OK) code = set_identity(help, o, name, p);
  if (code == OUT_OK) code = read_images(o, p);
  return code == OUT_OK ? set_product(help, o, &p->loader, &p->fuses) : code;
}

static int refuse_image(const char *path, boot_status status)
{
  if (status == BOOT_SIG_DEVELOPMENT)
    return out_refuse(
      "%s: this device would refuse it: %s (%s); sign it with a production key, or make the device with "
      "--lifecycle factory; no device was made",
      path, boot_status_text(status), boot_status_name(status));
  return out_refuse("%s: this device would refuse it: %s (%s); no device was made", path, boot_status_text(status),
                    boot_status_name(status));
}

/* With the device's own code, against the OTP it is going to have. */
int parts_check(const new_options *o, parts *p)
{
  static uint8_t otp[OTP_BYTES];
  device_facts facts;
  verify_trust trust;
  memset(otp, 0, sizeof otp);
  memcpy(otp + OTP_FUSES_OFFSET, &p->fuses, sizeof p->fuses);
  board_profile_select(p->board);
  host_otp_attach(otp, false);
  boot_status status = twin_loader_trust(&facts, &trust);
  if (status == BOOT_OK) status = image_check(p->board, &p->loader, &trust);
  if (status != BOOT_OK) return refuse_image(o->loader, status);
  status = device_firmware_trust(&facts, &p->loader.head, &trust);
  if (status == BOOT_OK) status = image_check(p->board, &p->firmware, &trust);
  if (status != BOOT_OK) return refuse_image(o->firmware, status);
  bool local = p->identity.given &&
               p->identity.anchor_count == 0; /* made on first use, so not before all else is good */
  return !local || add_local_anchor(p) ? OUT_OK : OUT_REFUSED;
}

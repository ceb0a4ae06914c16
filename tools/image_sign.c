/* holdfast image sign: ELF files in, image out. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "image_check.h"
#include "image_commands.h"
#include "image_fields.h"
#include "key_lms.h"
#include "key_p256.h"
#include "output.h"
#include "sha256.h"

#define SBOM_MAX (64u << 20)
#define SECURITY_VERSION_USUAL 65535u /* above: perhaps a slip, which no device forgets */

/* The options, as given. */
typedef struct sign_options {
  const char *kind, *product, *hardware, *version, *loader_min, *key, *sbom, *build_id, *profile, *output, *board,
    *vectors;
  const char *passphrase_file;
  uint32_t security_version;
  cli_list authorities, revoked;
  bool leave_unsigned;
} sign_options;

/* ---- Head: everything the options say ---- */

static int set_authorities(manifest *m, const cli_list *names, bool production)
{
  for (unsigned i = 0; i < names->count; i++) {
    key_records keys;
    if (!key_records_load(cli_keys_directory(), names->items[i], &keys)) return OUT_REFUSED;
    if (production && ((keys.p256.flags | keys.lms.flags) & KEY_DEVELOPMENT) != 0)
      return out_refuse("%s is a development key and cannot be an authority in a production image", names->items[i]);
    if (keys.has_p256) key_p256_hash(&keys.p256, m->authority_p256[i]);
    if (keys.has_lms) key_lms_hash(&keys.lms, m->authority_lms[i]);
  }
  return OUT_OK;
}

static int set_loader_fields(const cli_command_help *help, manifest *m, const sign_options *o, bool production)
{
  if (o->loader_min != NULL) return cli_misuse(help, "--loader-min is for firmware");
  if (o->authorities.count == 0) return cli_misuse(help, "a loader needs --authority NAME: who may sign firmware");
  if (o->authorities.count > AUTHORITY_KEYS) return cli_misuse(help, "at most %u --authority", AUTHORITY_KEYS);
  for (unsigned i = 0; i < o->revoked.count; i++) {
    uint32_t root;
    if (!cli_number(o->revoked.items[i], &root) || root >= ROOT_KEYS)
      return cli_misuse(help, "--revoke-root takes the number of a root key, 0 to %u", ROOT_KEYS - 1);
    m->revoke_root_p256 |= 1u << root;
    m->revoke_root_lms |= 1u << root;
  }
  return set_authorities(m, &o->authorities, production);
}

static int set_firmware_fields(const cli_command_help *help, manifest *m, const sign_options *o)
{
  if (o->authorities.count > 0) return cli_misuse(help, "--authority is for loaders");
  if (o->revoked.count > 0) return cli_misuse(help, "--revoke-root is for loaders");
  if (o->loader_min != NULL && !field_version(o->loader_min, &m->loader_min))
    return cli_misuse(help, "--loader-min takes X.Y.Z");
  return OUT_OK;
}

static int set_kind(const cli_command_help *help, manifest *m, const sign_options *o, bool production)
{
  if (strcmp(o->kind, "loader") == 0) {
    m->kind = MANIFEST_KIND_LOADER;
    return set_loader_fields(help, m, o, production);
  }
  if (strcmp(o->kind, "firmware") == 0) {
    m->kind = MANIFEST_KIND_FIRMWARE;
    return set_firmware_fields(help, m, o);
  }
  return cli_misuse(help, "--kind is firmware or loader");
}

static int set_sbom(manifest *m, const char *path)
{
  io_bytes sbom;
  if (path == NULL) return OUT_OK;
  if (!io_read(path, SBOM_MAX, &sbom)) return OUT_REFUSED;
  sha256(m->sbom_sha256, sbom.data, sbom.size);
  io_free(&sbom);
  return OUT_OK;
}

static int set_head(const cli_command_help *help, manifest *m, const sign_options *o, bool production)
{
  *m = (manifest){.magic = MANIFEST_MAGIC, .format = MANIFEST_FORMAT, .security_version = o->security_version};
  if (!field_product(o->product, m->product_id))
    return cli_misuse(help, "--product takes 1 to 16 printable characters without blanks");
  if (!field_range(o->hardware, &m->hardware_min, &m->hardware_max))
    return cli_misuse(help, "--hardware takes MIN-MAX or one number, e.g. 1-3");
  if (!field_version(o->version, &m->version)) return cli_misuse(help, "--version takes X.Y.Z (X, Y up to 65535)");
  if (o->build_id != NULL && !field_hex(o->build_id, m->build_id, sizeof m->build_id))
    return cli_misuse(help, "--build-id takes 2 to 64 hexadecimal digits, an even number of them");
  int code = set_kind(help, m, o, production);
  return code == OUT_OK ? set_sbom(m, o->sbom) : code;
}

/* ---- Keys and signatures ---- */

static int set_keys(manifest *m, const key_records *keys, const char *name, bool production)
{
  if (production && ((keys->p256.flags | keys->lms.flags) & KEY_DEVELOPMENT) != 0)
    return out_refuse("%s is a development key: a production image cannot be signed with it", name);
  if (keys->has_p256) m->p256_key = keys->p256;
  if (keys->has_lms) m->lms_key = keys->lms;
  return OUT_OK;
}

static bool sign_p256(manifest *m, const key_records *keys, const char *name, passphrase *pass)
{
  uint8_t digest[32];
  if (!keys->has_p256) return true;
  sha256(digest, m, MANIFEST_SIGNED_BYTES);
  return key_p256_sign(cli_keys_directory(), name, pass, &keys->p256, digest, m->p256_signature);
}

static bool sign_lms(manifest *m, const key_records *keys, const char *name, passphrase *pass)
{
  uint32_t left;
  if (!keys->has_lms) return true;
  if (!key_lms_sign(cli_keys_directory(), name, pass, &keys->lms, m, MANIFEST_SIGNED_BYTES, m->lms_signature, &left))
    return false;
  out_text("lms_key", NULL, "%s", name);
  out_number("lms_signatures_left", "LMS signatures left", left);
  key_lms_warn(name, &keys->lms, left);
  return true;
}

static bool sign_image(image *img, const board_profile *board, const key_records *keys, const sign_options *o)
{
  passphrase pass = {.file = o->passphrase_file};
  /* P-256 first: it costs nothing, and a wrong passphrase shows before an LMS leaf is used. */
  bool good = sign_p256(&img->head, keys, o->key, &pass) && sign_lms(&img->head, keys, o->key, &pass);
  passphrase_wipe(&pass);
  if (!good) return false;
  image_trust trust;
  image_trust_own(&trust, board, img);
  boot_status status = image_check(board, img, &trust.trust);
  if (status != BOOT_OK)
    out_error("the signed image does not verify: %s; nothing was written", boot_status_text(status));
  return status == BOOT_OK;
}

/* ---- The command ---- */

static int sign(const cli_command_help *help, const sign_options *o, const cli_list *elfs)
{
  image img = {0};
  key_records keys;
  bool production = strcmp(o->profile, "production") == 0;
  const board_profile *board = board_profile_find(o->board);
  if (board == NULL) return OUT_USAGE;
  int code = set_head(help, &img.head, o, production);
  if (code != OUT_OK) return code;
  if (!key_records_load(cli_keys_directory(), o->key, &keys)) return OUT_REFUSED;
  code = set_keys(&img.head, &keys, o->key, production);
  if (code != OUT_OK) return code;
  if (o->security_version > SECURITY_VERSION_USUAL)
    out_note("Security version %u is high: a device that confirms it accepts nothing lower, for ever.",
             o->security_version);
  bool good = io_can_write(o->output) && image_build(&img, board, elfs->items, elfs->count, o->vectors) &&
              image_layout_is_good(board, &img) && (o->leave_unsigned || sign_image(&img, board, &keys, o)) &&
              image_write(o->output, &img);
  if (good) {
    out_text("file", "Image", "%s", o->output);
    field_out_version("version", "Version", img.head.version);
    out_number("security_version", "Security version", img.head.security_version);
    out_number("payload_bytes", "Payload bytes", img.head.payload_bytes);
    out_hex("payload_sha256", "Payload SHA-256", img.head.payload_sha256, 32);
    out_truth("signed", "Signed", !o->leave_unsigned);
    if (o->leave_unsigned)
      out_note("Not signed yet: sign what `image digest %s` gives, then `image attach`.", o->output);
  }
  image_free(&img);
  return good ? OUT_OK : OUT_REFUSED;
}

static int check_use(const cli_command_help *help, const sign_options *o)
{
  if (o->kind == NULL) return cli_misuse(help, "--kind is missing");
  if (o->product == NULL) return cli_misuse(help, "--product is missing");
  if (o->hardware == NULL) return cli_misuse(help, "--hardware is missing");
  if (o->version == NULL) return cli_misuse(help, "--version is missing");
  if (o->security_version == CLI_UNSET) return cli_misuse(help, "--security-version is missing");
  if (o->key == NULL) return cli_misuse(help, "--key is missing");
  if (o->output == NULL) return cli_misuse(help, "--output is missing");
  if (strcmp(o->profile, "development") != 0 && strcmp(o->profile, "production") != 0)
    return cli_misuse(help, "--profile is development or production");
  return CLI_GO;
}

int image_sign_command(int argc, char **argv)
{
  sign_options o = {.profile = "development", .board = BOARD_PROFILE_DEFAULT, .security_version = CLI_UNSET};
  const cli_option options[] = {
    {"kind", CLI_TEXT, &o.kind, "firmware|loader", "what it is"},
    {"product", CLI_TEXT, &o.product, "ID", "product it is for (1 to 16 characters)"},
    {"hardware", CLI_TEXT, &o.hardware, "MIN-MAX", "hardware revisions it is for"},
    {"version", CLI_TEXT, &o.version, "X.Y.Z", "its version"},
    {"security-version", CLI_NUMBER, &o.security_version, "N", "devices that saw a higher one refuse it"},
    {"loader-min", CLI_TEXT, &o.loader_min, "X.Y.Z", "firmware: oldest loader that may start it (0.0.0)"},
    {"key", CLI_TEXT, &o.key, "NAME", "key to sign with"},
    {"authority", CLI_LIST, &o.authorities, "NAME", "loader: who may sign firmware; up to twice"},
    {"revoke-root", CLI_LIST, &o.revoked, "I", "loader: root key I is revoked once this loader runs"},
    {"sbom", CLI_TEXT, &o.sbom, "FILE", "software bill of materials; its digest is signed"},
    {"build-id", CLI_TEXT, &o.build_id, "HEX", "up to 32 bytes of your own"},
    {"profile", CLI_TEXT, &o.profile, "P", "development (default), or production: refuses development keys"},
    {"vectors", CLI_TEXT, &o.vectors, "SYMBOL|ADDRESS", "vector table (start of the first ELF file)"},
    {"unsigned", CLI_FLAG, &o.leave_unsigned, NULL, "leave the signatures out; needs only public keys"},
    {"passphrase-file", CLI_TEXT, &o.passphrase_file, "FILE", "passphrase of the key"},
    {"board", CLI_TEXT, &o.board, "NAME", "board (" BOARD_PROFILE_DEFAULT ")"},
    {"output", CLI_TEXT, &o.output, "FILE", "where the image goes"},
    {0},
  };
  const cli_command_help help = {
    "image sign", "ELF...",
    "Makes an image of ELF files and signs it with every algorithm the key has. Execution starts in the first ELF "
    "file.",
    options,
    "  holdfast image sign --kind firmware --product thermo --hardware 1-3 --version 1.4.0 \\\n"
    "      --security-version 7 --key firmware --output fw.img secure.elf app.elf\n"
    "  holdfast image sign --kind loader --product thermo --hardware 1-3 --version 1.0.0 \\\n"
    "      --security-version 1 --key root --authority firmware --output loader.img loader.elf\n"};
  cli_list elfs;
  int code = cli_parse(&help, argc, argv, &elfs, 1, CLI_LIST_MAX);
  if (code != CLI_GO) return code;
  code = check_use(&help, &o);
  return code == CLI_GO ? sign(&help, &o, &elfs) : code;
}

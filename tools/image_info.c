/* holdfast image info, holdfast image verify. */
#include <string.h>

#include "cli.h"
#include "image_check.h"
#include "image_commands.h"
#include "image_fields.h"
#include "output.h"
#include "twin.h"

/* ---- image info ---- */

static bool all_zero(const uint8_t *bytes, size_t count)
{
  while (count > 0 && bytes[count - 1] == 0) count--;
  return count == 0;
}

static void show_segments(const manifest *m)
{
  uint32_t count = m->segment_count < MANIFEST_SEGMENTS_MAX ? m->segment_count : MANIFEST_SEGMENTS_MAX;
  out_open_list("segments", "Segments");
  for (uint32_t i = 0; i < count; i++) {
    const manifest_segment *s = &m->segments[i];
    bool nonsecure = (s->flags & SEGMENT_NONSECURE) != 0;
    out_open(NULL, NULL);
    out_text("address", NULL, "0x%08x", s->address);
    out_number("offset", NULL, s->offset);
    out_number("bytes", NULL, s->bytes);
    out_truth("nonsecure", NULL, nonsecure);
    out_line("  0x%08x  %7u bytes  %s", s->address, s->bytes, nonsecure ? "non-secure" : "secure");
    out_close();
  }
  out_close();
}

static void show_keys(const manifest *m)
{
  key_records keys = image_keys(m);
  uint8_t hash[32];
  key_p256_hash(&keys.p256, hash);
  if (keys.has_p256) out_hex("p256_key", "P-256 key", hash, sizeof hash);
  if (keys.has_p256)
    out_truth("p256_signature", "P-256 signature", !all_zero(m->p256_signature, sizeof m->p256_signature));
  key_lms_hash(&keys.lms, hash);
  if (keys.has_lms) out_hex("lms_key", "LMS key", hash, sizeof hash);
  bool lms_signed = !all_zero(m->lms_signature, sizeof m->lms_signature);
  if (keys.has_lms) out_truth("lms_signature", "LMS signature", lms_signed);
  /* HSS levels, then q, big-endian (RFC 8554): two images with one key and one leaf mean that the key is lost. */
  const uint8_t *q = m->lms_signature + 4;
  if (keys.has_lms && lms_signed)
    out_number("lms_leaf", "LMS leaf", (uint32_t)q[0] << 24 | (uint32_t)q[1] << 16 | (uint32_t)q[2] << 8 | q[3]);
  out_truth("development", "Development key", ((keys.p256.flags | keys.lms.flags) & KEY_DEVELOPMENT) != 0);
}

static void show_hash_list(const char *field, const char *label, const uint8_t hashes[][TRUST_HASH_BYTES],
                           unsigned count)
{
  out_open_list(field, NULL);
  for (unsigned i = 0; i < count; i++)
    if (!all_zero(hashes[i], TRUST_HASH_BYTES)) out_hex(NULL, label, hashes[i], TRUST_HASH_BYTES);
  out_close();
}

static void show_loader_fields(const manifest *m)
{
  show_hash_list("authority_p256", "P-256 authority", m->authority_p256, AUTHORITY_KEYS);
  show_hash_list("authority_lms", "LMS authority", m->authority_lms, AUTHORITY_KEYS);
  out_open_list("revoke_root", NULL);
  for (unsigned i = 0; i < ROOT_KEYS; i++)
    if (((m->revoke_root_p256 | m->revoke_root_lms) >> i & 1u) != 0) out_number(NULL, "Revokes root", i);
  out_close();
}

static const char *kind_name(uint32_t kind)
{
  if (kind == MANIFEST_KIND_LOADER) return "loader";
  return kind == MANIFEST_KIND_FIRMWARE ? "firmware" : "unknown";
}

static void show_manifest(const manifest *m)
{
  out_text("kind", "Kind", "%s", kind_name(m->kind));
  out_number("format", "Format", m->format);
  field_out_padded("product", "Product", m->product_id, sizeof m->product_id);
  out_number("hardware_min", "Hardware from", m->hardware_min);
  out_number("hardware_max", "Hardware to", m->hardware_max);
  field_out_version("version", "Version", m->version);
  out_number("security_version", "Security version", m->security_version);
  if (m->kind == MANIFEST_KIND_FIRMWARE) field_out_version("loader_min", "Loader from", m->loader_min);
  out_text("entry", "Entry", "0x%08x", m->entry);
  out_text("vectors", "Vectors", "0x%08x", m->vectors);
  show_segments(m);
  out_number("payload_bytes", "Payload bytes", m->payload_bytes);
  out_hex("payload_sha256", "Payload SHA-256", m->payload_sha256, 32);
  if (!all_zero(m->sbom_sha256, 32)) out_hex("sbom_sha256", "SBOM SHA-256", m->sbom_sha256, 32);
  if (!all_zero(m->build_id, 32)) out_hex("build_id", "Build id", m->build_id, 32);
  show_keys(m);
  if (m->kind == MANIFEST_KIND_LOADER) show_loader_fields(m);
}

int image_info_command(int argc, char **argv)
{
  const char *board_name = BOARD_PROFILE_DEFAULT;
  const cli_option options[] = {{"board", CLI_TEXT, &board_name, "NAME", "board (" BOARD_PROFILE_DEFAULT ")"}, {0}};
  const cli_command_help help = {"image info", "FILE", "Shows what an image says about itself. Nothing is verified.",
                                 options, "  holdfast image info fw.img\n  holdfast image info fw.img --json\n"};
  cli_list operands;
  image img;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  const board_profile *board = board_profile_find(board_name);
  if (board == NULL) return OUT_USAGE;
  if (!image_read(operands.items[0], board->slot_bytes, &img)) return OUT_REFUSED;
  show_manifest(&img.head);
  out_truth("verified", NULL, false);
  out_line("Not verified: anybody can write this. See: holdfast image verify --help");
  image_free(&img);
  return OUT_OK;
}

/* ---- image verify ---- */

static int say(boot_status status)
{
  image_out_status(status);
  return status == BOOT_OK ? OUT_OK
                           : out_refuse("refused: %s (%s)", boot_status_text(status), boot_status_name(status));
}

static int verify_with_keys(const board_profile *board, const image *img, const cli_list *names)
{
  key_records keys[CLI_LIST_MAX];
  image_trust trust;
  for (unsigned i = 0; i < names->count; i++)
    if (!key_records_load(cli_keys_directory(), names->items[i], &keys[i])) return OUT_REFUSED;
  image_trust_keys(&trust, board, img, keys, names->count);
  return say(image_check(board, img, &trust.trust));
}

static int verify_with_device(const image *img, const char *name)
{
  twin t;
  device_facts facts;
  manifest loader;
  verify_trust trust;
  if (!twin_open(name, TWIN_LOOK, &t)) return OUT_REFUSED;
  boot_status status = img->head.kind == MANIFEST_KIND_LOADER ? twin_loader_trust(&facts, &trust)
                                                              : twin_firmware_trust(&facts, &loader, &trust);
  if (status == BOOT_OK) status = image_check(t.board, img, &trust);
  twin_close(&t);
  return say(status);
}

int image_verify_command(int argc, char **argv)
{
  const char *device = NULL, *board_name = BOARD_PROFILE_DEFAULT;
  cli_list keys = {0};
  const cli_option options[] = {
    {"trust-key", CLI_LIST, &keys, "NAME", "whole and signed by this key? May be given several times"},
    {"device", CLI_TEXT, &device, "NAME", "would this device take it, as it is now?"},
    {"board", CLI_TEXT, &board_name, "NAME", "board, with --trust-key (" BOARD_PROFILE_DEFAULT ")"},
    {0},
  };
  const cli_command_help help = {
    "image verify", "FILE", "Verifies an image with the code devices run, and says what a device would say.", options,
    "  holdfast image verify fw.img --device d1\n"
    "  holdfast image verify loader.img --trust-key root-a --trust-key root-b\n"};
  cli_list operands;
  image img;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if ((device == NULL) == (keys.count == 0)) return cli_misuse(&help, "say whom to trust: --trust-key or --device");
  const board_profile *board = board_profile_find(board_name);
  if (board == NULL) return OUT_USAGE;
  if (!image_read(operands.items[0], board->slot_bytes, &img)) return OUT_REFUSED;
  code = device != NULL ? verify_with_device(&img, device) : verify_with_keys(board, &img, &keys);
  image_free(&img);
  return code;
}

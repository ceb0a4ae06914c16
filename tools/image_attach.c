/* Signing elsewhere (HSM, another machine): holdfast image digest, holdfast image attach. */
#include <string.h>

#include "cli.h"
#include "image_check.h"
#include "image_commands.h"
#include "key_p256.h"
#include "lms.h"
#include "output.h"
#include "sha256.h"

#define SIGNATURE_FILE_MAX 65536u

int image_digest_command(int argc, char **argv)
{
  const char *message = NULL, *board_name = BOARD_PROFILE_DEFAULT;
  const cli_option options[] = {
    {"message", CLI_TEXT, &message, "OUT", "also write the signed bytes: what an LMS signer signs"},
    {"board", CLI_TEXT, &board_name, "NAME", "board (" BOARD_PROFILE_DEFAULT ")"},
    {0},
  };
  const cli_command_help help = {
    "image digest", "FILE", "Prints the SHA-256 of the bytes an image's signatures cover: what an ECDSA signer signs.",
    options,
    "  holdfast image digest fw.img --message fw.tbs\n"
    "  openssl dgst -sha256 -sign oem.pem -out fw.sig fw.tbs\n"};
  cli_list operands;
  image img;
  uint8_t digest[32];
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  const board_profile *board = board_profile_find(board_name);
  if (board == NULL) return OUT_USAGE;
  if (!image_read(operands.items[0], board->slot_bytes, &img)) return OUT_REFUSED;
  bool good = message == NULL || io_write_output(message, &img.head, MANIFEST_SIGNED_BYTES);
  sha256(digest, &img.head, MANIFEST_SIGNED_BYTES);
  if (good) out_hex("sha256", "SHA-256", digest, sizeof digest);
  image_free(&img);
  return good ? OUT_OK : OUT_REFUSED;
}

/* ---- image attach ---- */

static bool attach_p256(manifest *m, const char *path)
{
  io_bytes file;
  if (path == NULL) return true;
  if (!io_read(path, SIGNATURE_FILE_MAX, &file)) return false;
  bool good = key_p256_signature_from(file.data, file.size, m->p256_signature);
  io_free(&file);
  if (!good) out_error("%s is not an ECDSA P-256 signature: DER, or 64 bytes r and s, is expected", path);
  return good;
}

static bool attach_lms(manifest *m, const char *path)
{
  io_bytes file;
  if (path == NULL) return true;
  if (!io_read(path, SIGNATURE_FILE_MAX, &file)) return false;
  size_t wanted = hss_signature_bytes(m->lms_key.public_key);
  bool good = wanted != 0 && file.size == wanted && wanted <= MANIFEST_LMS_BYTES;
  if (good) {
    memset(m->lms_signature, 0, MANIFEST_LMS_BYTES);
    memcpy(m->lms_signature, file.data, file.size);
  } else {
    out_error("%s is not an HSS signature for the LMS key of this image: %zu bytes are expected, it has %zu", path,
              wanted, file.size);
  }
  io_free(&file);
  return good;
}

static int attach(const board_profile *board, image *img, const char *p256, const char *lms, const char *output)
{
  image_trust trust;
  if (!attach_p256(&img->head, p256) || !attach_lms(&img->head, lms)) return OUT_REFUSED;
  image_trust_own(&trust, board, img);
  boot_status status = image_check(board, img, &trust.trust);
  image_out_status(status);
  key_records keys = image_keys(&img->head);
  const char *missing = keys.has_lms && lms == NULL && status == BOOT_SIG_LMS      ? "give --lms too"
                        : keys.has_p256 && p256 == NULL && status == BOOT_SIG_P256 ? "give --p256 too"
                                                                                   : NULL;
  if (missing != NULL)
    return out_refuse("%s (%s): the image's key has two parts; %s; nothing was written", boot_status_text(status),
                      boot_status_name(status), missing);
  if (status != BOOT_OK)
    return out_refuse("%s (%s); nothing was written", boot_status_text(status), boot_status_name(status));
  if (!image_write(output, img)) return OUT_REFUSED;
  out_text("file", "Image", "%s", output);
  return OUT_OK;
}

int image_attach_command(int argc, char **argv)
{
  const char *p256 = NULL, *lms = NULL, *output = NULL, *board_name = BOARD_PROFILE_DEFAULT;
  const cli_option options[] = {
    {"p256", CLI_TEXT, &p256, "FILE", "ECDSA signature, DER or 64 bytes"},
    {"lms", CLI_TEXT, &lms, "FILE", "HSS signature"},
    {"output", CLI_TEXT, &output, "FILE", "where the signed image goes"},
    {"board", CLI_TEXT, &board_name, "NAME", "board (" BOARD_PROFILE_DEFAULT ")"},
    {0},
  };
  const cli_command_help help = {
    "image attach", "FILE",
    "Puts signatures made elsewhere into an image, after verifying them against the keys it names.\n"
    "The key's public part is put into the keys folder by hand: NAME.p256.pub (PEM, as openssl pkey -pubout writes "
    "it),\n"
    "NAME.lms.pub (PEM, docs/formats-keys.md); then: image sign --unsigned --key NAME. A key with both needs both "
    "signatures.",
    options, "  holdfast image attach fw.img --p256 fw.sig --lms fw.hss --output fw-signed.img\n"};
  cli_list operands;
  image img;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (p256 == NULL && lms == NULL) return cli_misuse(&help, "--p256 or --lms is missing");
  if (output == NULL) return cli_misuse(&help, "--output is missing");
  const board_profile *board = board_profile_find(board_name);
  if (board == NULL) return OUT_USAGE;
  if (!image_read(operands.items[0], board->slot_bytes, &img)) return OUT_REFUSED;
  code = attach(board, &img, p256, lms, output);
  image_free(&img);
  return code;
}

/* holdfast key sign: the other half of `image digest` and `image attach`, for the machine that has the key. */
#include "cli.h"
#include "key_commands.h"
#include "key_lms.h"
#include "key_p256.h"
#include "lms.h"
#include "output.h"
#include "sha256.h"

typedef struct outputs {
  const char *p256, *lms;
} outputs;

static bool p256_part(const char *name, const key_records *keys, passphrase *pass, const io_bytes *message,
                      const char *path)
{
  uint8_t digest[32], signature[64];
  if (path == NULL) return true;
  if (!keys->has_p256) {
    out_error("key %s has no P-256 part", name);
    return false;
  }
  sha256(digest, message->data, message->size);
  return key_p256_sign(cli_keys_directory(), name, pass, &keys->p256, digest, signature) &&
         io_write_output(path, signature, sizeof signature);
}

static bool lms_part(const char *name, const key_records *keys, passphrase *pass, const io_bytes *message,
                     const char *path)
{
  static uint8_t signature[MANIFEST_LMS_BYTES];
  uint32_t left;
  if (path == NULL) return true;
  if (!keys->has_lms) {
    out_error("key %s has no LMS part", name);
    return false;
  }
  if (!io_can_write(path)) return false;
  if (!key_lms_sign(cli_keys_directory(), name, pass, &keys->lms, message->data, message->size, signature, &left))
    return false;
  out_number("lms_signatures_left", "LMS signatures left", left);
  key_lms_warn(name, &keys->lms, left);
  return io_write_output(path, signature, hss_signature_bytes(keys->lms.public_key));
}

static int sign(const char *name, const char *message_path, const outputs *to, passphrase *pass)
{
  key_records keys;
  io_bytes message;
  if (!key_records_load(cli_keys_directory(), name, &keys) || !io_read(message_path, MANIFEST_SIGNED_BYTES, &message))
    return OUT_REFUSED;
  /* Signing other things with this key would let them pass for something else. */
  bool is_image = message.size == MANIFEST_SIGNED_BYTES && message.data[0] == 'H' && message.data[1] == 'F' &&
                  message.data[2] == 'M' && message.data[3] == '1';
  if (!is_image) out_error("%s is not what `image digest --message` writes; only that is signed", message_path);
  bool good = is_image && p256_part(name, &keys, pass, &message, to->p256) &&
              lms_part(name, &keys, pass, &message, to->lms);
  io_free(&message);
  return good ? OUT_OK : OUT_REFUSED;
}

int key_sign_command(int argc, char **argv)
{
  const char *message = NULL;
  outputs to = {0};
  passphrase pass = {0};
  const cli_option options[] = {
    {"message", CLI_TEXT, &message, "FILE", "what `image digest --message` wrote"},
    {"p256", CLI_TEXT, &to.p256, "OUT", "where the ECDSA signature goes (64 bytes)"},
    {"lms", CLI_TEXT, &to.lms, "OUT", "where the HSS signature goes"},
    {"passphrase-file", CLI_TEXT, &pass.file, "FILE", "passphrase of the key"},
    {0},
  };
  const cli_command_help help = {
    "key sign", "NAME", "Signs the bytes of an image made on another machine, for a key that never leaves this one.",
    options,
    "  holdfast image sign ... --unsigned --output fw.img     # where the firmware is built\n"
    "  holdfast image digest fw.img --message fw.tbs\n"
    "  holdfast key sign oem --message fw.tbs --p256 fw.p256 --lms fw.lms     # where the key is\n"
    "  holdfast image attach fw.img --p256 fw.p256 --lms fw.lms --output fw-signed.img\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (message == NULL) return cli_misuse(&help, "--message is missing");
  if (to.p256 == NULL && to.lms == NULL) return cli_misuse(&help, "--p256 or --lms is missing");
  code = sign(operands.items[0], message, &to, &pass);
  passphrase_wipe(&pass);
  return code;
}

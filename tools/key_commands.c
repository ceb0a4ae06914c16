#include "key_commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "key_lms.h"
#include "key_p256.h"

/* ---- key new ---- */

static const char *const p256_files[] = {".p256.key", ".p256.pub", NULL};
static const char *const lms_files[] = {".lms.key", ".lms.state", ".lms.log", ".lms.pub", NULL};

static bool names_are_free(const char *directory, const char *name, const char *const suffixes[])
{
  for (; *suffixes != NULL; suffixes++) {
    io_path path;
    if (!io_path_join(&path, directory, name, *suffixes)) return false;
    if (!io_exists(path.text)) continue;
    out_error("%s exists already and keys are never overwritten; choose another name", path.text);
    return false;
  }
  return true;
}

/* Held while making a key, so that two makers of one name do not mix their files. Closing gives it back. */
static int lock_directory(const char *directory)
{
  int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0 && flock(fd, LOCK_EX) == 0) return fd;
  out_error("cannot lock %s: %s", directory, strerror(errno));
  if (fd >= 0) close(fd);
  return -1;
}

typedef struct new_key {
  const char *name;
  bool p256, lms, development;
  uint32_t lms_w, lms_height;
  passphrase *pass; /* null: private files in the clear */
} new_key;

static bool make_key(const char *directory, const new_key *wanted)
{
  uint32_t flags = wanted->development ? KEY_DEVELOPMENT : 0;
  if (wanted->p256 && !names_are_free(directory, wanted->name, p256_files)) return false;
  if (wanted->lms && !names_are_free(directory, wanted->name, lms_files)) return false;
  if (wanted->pass != NULL && !passphrase_get(wanted->pass, "the new key", true)) return false;
  io_signals_hold(); /* Ctrl-C waits (a second or two): no name stays half made */
  bool made = (!wanted->lms ||
               key_lms_new(directory, wanted->name, wanted->lms_height, wanted->lms_w, flags, wanted->pass)) &&
              (!wanted->p256 || key_p256_new(directory, wanted->name, flags, wanted->pass));
  io_signals_release();
  return made;
}

static bool show_key(const char *directory, const char *name, const key_records *records);

static int make_and_show(const new_key *wanted)
{
  const char *directory = cli_keys_directory();
  key_records records;
  if (!io_name_is_valid("key", wanted->name)) return OUT_USAGE;
  if (!io_make_directory(directory, 0700)) return OUT_REFUSED;
  int lock = lock_directory(directory);
  bool made = lock >= 0 && make_key(directory, wanted);
  if (lock >= 0) close(lock);
  if (!made || !key_records_load(directory, wanted->name, &records)) return OUT_REFUSED;
  if (!show_key(directory, wanted->name, &records)) return OUT_REFUSED;
  if (!wanted->development && wanted->pass == NULL)
    out_note("The private files are not encrypted; --encrypt or --passphrase-file would have done that.");
  return OUT_OK;
}

int key_new_command(int argc, char **argv)
{
  const char *algorithm = "both", *passphrase_file = NULL, *w = "4", *height = "10";
  bool encrypt = false;
  new_key wanted = {0};
  const cli_option options[] = {
    {"algorithm", CLI_TEXT, &algorithm, "p256|lms|both", "what to make (both)"},
    {"lms-w", CLI_TEXT, &w, "4|8", "Winternitz parameter: 4 verifies fast (default), 8 signs short"},
    {"lms-height", CLI_TEXT, &height, "5|10", "10: 1024 signatures (default); 5: 32"},
    {"development", CLI_FLAG, &wanted.development, NULL, "mark the key: secured devices refuse it for ever"},
    {"encrypt", CLI_FLAG, &encrypt, NULL, "encrypt the private files; asks for a passphrase"},
    {"passphrase-file", CLI_TEXT, &passphrase_file, "FILE", "encrypt under the first line of FILE"},
    {0},
  };
  const cli_command_help help = {
    "key new", "NAME", "Makes a signing key: a P-256 and an LMS key pair under one name. Never overwrites.", options,
    "  holdfast key new root --encrypt\n"
    "  holdfast key new dev --development\n"
    "  holdfast key new firmware-2026 --passphrase-file pass.txt --lms-w 8\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  bool both = strcmp(algorithm, "both") == 0;
  wanted.name = operands.items[0];
  wanted.p256 = both || strcmp(algorithm, "p256") == 0;
  wanted.lms = both || strcmp(algorithm, "lms") == 0;
  if (!wanted.p256 && !wanted.lms) return cli_misuse(&help, "--algorithm does not take '%s'", algorithm);
  if (!cli_number(w, &wanted.lms_w) || (wanted.lms_w != 4 && wanted.lms_w != 8))
    return cli_misuse(&help, "--lms-w is 4 or 8, not '%s'", w);
  if (!cli_number(height, &wanted.lms_height) || (wanted.lms_height != 5 && wanted.lms_height != 10))
    return cli_misuse(&help, "--lms-height is 5 or 10, not '%s'", height);
  passphrase pass = {.file = passphrase_file};
  if (encrypt || passphrase_file != NULL) wanted.pass = &pass;
  code = make_and_show(&wanted);
  passphrase_wipe(&pass);
  return code;
}

/* ---- key show, key hash, key list ---- */

static bool has_private(const char *directory, const char *name, const char *suffix)
{
  io_path path;
  return io_path_join(&path, directory, name, suffix) && io_exists(path.text);
}

static void show_p256(const char *directory, const char *name, const key_p256 *key)
{
  uint8_t hash[32];
  key_p256_hash(key, hash);
  out_open("p256", "P-256");
  out_hex("hash", "trust anchor", hash, sizeof hash);
  out_hex("public_key", "public key", key->public_key, sizeof key->public_key);
  out_truth("development", "development key", (key->flags & KEY_DEVELOPMENT) != 0);
  out_truth("private", "private key here", has_private(directory, name, ".p256.key"));
  out_close();
}

/* False: the private key is here and its state is not in order. */
static bool show_lms(const char *directory, const char *name, const key_lms *key)
{
  uint8_t hash[32];
  uint32_t left;
  bool private_here = has_private(directory, name, ".lms.key"), good = true;
  key_lms_hash(key, hash);
  out_open("lms", "LMS");
  out_hex("hash", "trust anchor", hash, sizeof hash);
  out_hex("public_key", "public key", key->public_key, sizeof key->public_key);
  out_truth("development", "development key", (key->flags & KEY_DEVELOPMENT) != 0);
  out_truth("private", "private key here", private_here);
  out_number("signatures_total", "signatures in all", key_lms_total(key));
  if (private_here) {
    good = key_lms_left(directory, name, key, &left);
    if (good) out_number("signatures_left", "signatures left", left);
  }
  out_close();
  return good;
}

static bool show_key(const char *directory, const char *name, const key_records *records)
{
  out_text("name", "Key", "%s", name);
  if (records->has_p256) show_p256(directory, name, &records->p256);
  return !records->has_lms || show_lms(directory, name, &records->lms);
}

int key_show_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {"key show", "NAME",
                                 "Shows the public keys of NAME and how many LMS signatures are left.", options,
                                 "  holdfast key show root\n  holdfast key show root --json\n"};
  cli_list operands;
  key_records records;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (!key_records_load(cli_keys_directory(), operands.items[0], &records)) return OUT_REFUSED;
  return show_key(cli_keys_directory(), operands.items[0], &records) ? OUT_OK : OUT_REFUSED;
}

int key_hash_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {
    "key hash", "NAME",
    "Prints the trust anchors of NAME, the SHA-256 of its public key records: what OTP and a loader's manifest hold.",
    options, "  holdfast key hash root\n"};
  cli_list operands;
  key_records records;
  uint8_t hash[32];
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (!key_records_load(cli_keys_directory(), operands.items[0], &records)) return OUT_REFUSED;
  key_p256_hash(&records.p256, hash);
  if (records.has_p256) out_hex("p256", "p256", hash, sizeof hash);
  key_lms_hash(&records.lms, hash);
  if (records.has_lms) out_hex("lms", "lms", hash, sizeof hash);
  return OUT_OK;
}

static bool p256_is_sealed(const char *directory, const char *name)
{
  io_path path;
  io_bytes file;
  if (!io_path_join(&path, directory, name, ".p256.key") || !io_exists(path.text) ||
      !io_read(path.text, KEY_FILE_MAX, &file))
    return false;
  bool sealed = strstr((const char *)file.data, "BEGIN ENCRYPTED PRIVATE KEY") != NULL;
  io_free(&file);
  return sealed;
}

/* One element of the list; a damaged key is listed as such and does not hide the others. */
static bool list_one(const char *directory, const char *name)
{
  key_records records;
  bool good = key_records_load(directory, name, &records);
  bool development = ((records.p256.flags | records.lms.flags) & KEY_DEVELOPMENT) != 0;
  out_open(NULL, NULL);
  out_text("name", NULL, "%s", name);
  out_truth("p256", NULL, records.has_p256);
  out_truth("lms", NULL, records.has_lms);
  out_truth("development", NULL, development);
  bool p256_private = records.has_p256 && has_private(directory, name, ".p256.key");
  bool lms_private = records.has_lms && has_private(directory, name, ".lms.key");
  bool private_here = p256_private || lms_private;
  bool sealed = private_here && (!p256_private || p256_is_sealed(directory, name)) &&
                (!lms_private || key_lms_is_sealed(directory, name));
  /* Some private files without their public one, or one private half of two: a making or a copy that was cut short. */
  bool incomplete = (has_private(directory, name, ".p256.key") && !records.has_p256) ||
                    (has_private(directory, name, ".lms.key") && !records.has_lms) ||
                    (records.has_p256 && records.has_lms && p256_private != lms_private);
  uint32_t left = 0;
  char left_text[40] = "";
  if (lms_private) {
    bool known = key_lms_left(directory, name, &records.lms, &left);
    if (known) out_number("signatures_left", NULL, left);
    if (known) snprintf(left_text, sizeof left_text, ", %u signatures left", left);
    good = good && known;
  }
  out_truth("private", NULL, private_here);
  out_truth("encrypted", NULL, sealed);
  out_truth("incomplete", NULL, incomplete);
  out_truth("damaged", NULL, !good);
  out_line("%-32s %s%s%s%s%s%s%s%s", name, records.has_p256 ? "p256 " : "", records.has_lms ? "lms " : "",
           development ? "development " : "", private_here ? "private" : "public only", sealed ? ", encrypted" : "",
           left_text, incomplete ? ", incomplete" : "", good ? "" : ", damaged");
  out_close();
  return good;
}

/* Names with either kind of public file: both lists are sorted; this is their merge. */
static bool list_both(const char *directory, const io_names *p256, const io_names *lms)
{
  bool good = true;
  for (size_t i = 0, k = 0; i < p256->count || k < lms->count;) {
    int order = i == p256->count ? 1 : k == lms->count ? -1 : strcmp(p256->names[i], lms->names[k]);
    good = list_one(directory, order <= 0 ? p256->names[i] : lms->names[k]) && good;
    if (order <= 0) i++;
    if (order >= 0) k++;
  }
  return good;
}

int key_list_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {"key list", "", "Lists the keys.", options,
                                 "  holdfast key list\n  holdfast key list --json\n"};
  cli_list operands;
  io_names p256 = {0}, lms = {0};
  int code = cli_parse(&help, argc, argv, &operands, 0, 0);
  if (code != CLI_GO) return code;
  bool good = io_list(cli_keys_directory(), ".p256.pub", &p256) && io_list(cli_keys_directory(), ".lms.pub", &lms);
  out_open_list("keys", NULL);
  if (good && p256.count + lms.count == 0) out_line("no keys in %s", cli_keys_directory());
  good = good && list_both(cli_keys_directory(), &p256, &lms);
  out_close();
  io_names_free(&p256);
  io_names_free(&lms);
  return good ? OUT_OK : OUT_REFUSED;
}

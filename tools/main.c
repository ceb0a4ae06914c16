/* The holdfast command: the table of what it can do, and help. */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "ca_commands.h"
#include "cli.h"
#include "device_commands.h"
#include "emulator.h"
#include "image_commands.h"
#include "key_commands.h"
#include "output.h"

typedef struct command {
  const char *group, *name;
  int (*run)(int argc, char **argv); /* words after the name; returns the exit code */
  const char *summary;
} command;

static const command commands[] = {
  {"key", "new", key_new_command, "make a signing key"},
  {"key", "show", key_show_command, "public keys, signatures left"},
  {"key", "hash", key_hash_command, "trust anchors"},
  {"key", "list", key_list_command, "all keys"},
  {"key", "revoke", key_revoke_command, "revoke a root key in a device"},
  {"key", "sign", key_sign_command, "sign bytes of an image made elsewhere"},
  {"image", "sign", image_sign_command, "make a signed image of ELF files"},
  {"image", "info", image_info_command, "what an image says about itself"},
  {"image", "verify", image_verify_command, "would a device take it?"},
  {"image", "digest", image_digest_command, "what an external signer signs"},
  {"image", "attach", image_attach_command, "put external signatures in"},
  {"device", "new", device_new_command, "make an emulated device"},
  {"device", "list", device_list_command, "all devices"},
  {"device", "info", device_info_command, "slots, journal, counters, wear"},
  {"device", "run", device_run_command, "run it, show its console"},
  {"device", "install", device_install_command, "put an image on trial"},
  {"device", "recover", device_recover_command, "give a device without firmware an image"},
  {"device", "retire", device_retire_command, "make it boot nothing any more"},
  {"device", "remove", device_remove_command, "delete its files"},
  {"ca", "new", ca_new_command, "make the local CAs"},
  {"ca", "show", ca_show_command, "their certificates, for brokers"},
  {"ca", "list", ca_list_command, "certificates issued"},
  {"ca", "revoke", ca_revoke_command, "take a device's certificate back"},
  {"otp", "show", otp_show_command, "what is in a device's OTP"},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

/* group: null for all of them. */
static void list_commands(FILE *to, const char *group)
{
  for (size_t i = 0; i < COMMANDS; i++)
    if (group == NULL || strcmp(commands[i].group, group) == 0)
      fprintf(to, "  %-7s %-9s %s\n", commands[i].group, commands[i].name, commands[i].summary);
}

static void usage(FILE *to)
{
  fputs("Usage: holdfast COMMAND [options]\n\nSecure boot and updates for microcontrollers: keys, images, devices.\n\n",
        to);
  list_commands(to, NULL);
  fputs("\nholdfast COMMAND --help tells the options of a command, with examples. Keys and devices are kept in\n"
        "$HOLDFAST_HOME (.holdfast when unset). Exit status: 0 done, 1 refused or failed, 2 wrong use.\n",
        to);
}

static bool is_group(const char *word)
{
  for (size_t i = 0; i < COMMANDS; i++)
    if (strcmp(commands[i].group, word) == 0) return true;
  return false;
}

static bool asks_for_help(const char *word)
{
  return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static int group_usage(const char *group)
{
  out_begin(OUT_HUMAN);
  printf("Usage: holdfast %s COMMAND [options]\n\n", group);
  list_commands(stdout, group);
  printf("\nholdfast %s COMMAND --help tells the options of a command, with examples.\n", group);
  return OUT_OK;
}

static int wrong_command(const char *group, const char *name)
{
  if (is_group(group))
    out_error("holdfast %s needs one of its commands%s%s; see: holdfast --help", group, name == NULL ? "" : ", not ",
              name == NULL ? "" : name);
  else
    out_error("unknown command '%s'; see: holdfast --help", group);
  return OUT_USAGE;
}

static int run(int argc, char **argv)
{
  if (argc < 1) {
    usage(stderr);
    return OUT_USAGE;
  }
  if (asks_for_help(argv[0])) {
    out_begin(OUT_HUMAN);
    usage(stdout);
    return OUT_OK;
  }
  if (strcmp(argv[0], "--version") == 0) {
    out_begin(OUT_HUMAN);
    puts("holdfast " HOLDFAST_VERSION);
    return OUT_OK;
  }
  if (argc >= 2 && is_group(argv[0]) && asks_for_help(argv[1])) return group_usage(argv[0]);
  for (size_t i = 0; i < COMMANDS && argc >= 2; i++)
    if (strcmp(commands[i].group, argv[0]) == 0 && strcmp(commands[i].name, argv[1]) == 0)
      return commands[i].run(argc - 2, argv + 2);
  return wrong_command(argv[0], argc >= 2 ? argv[1] : NULL);
}

/* Before anything can go wrong, so that a wrong use is told in JSON too. */
static bool wants_json(int argc, char **argv)
{
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
    if (strcmp(argv[i], "--json") == 0) return true;
  return false;
}

int main(int argc, char **argv)
{
  struct rlimit none = {0, 0};
  (void)setrlimit(RLIMIT_CORE, &none); /* no private key in a core file */
  out_begin(wants_json(argc, argv) ? OUT_JSON : OUT_HUMAN);
  int code = out_end(run(argc - 1, argv + 1));
  emulator_interrupt_again(); /* Ctrl-C stops the script that runs us, too */
  return code;
}

/* holdfast device remove. */
#include <string.h>

#include "ca_commands.h"
#include "cli.h"
#include "device_certificate.h"
#include "device_commands.h"
#include "output.h"
#include "twin.h"

/* Revoked first: what is stopped in between is done by the same command again. */
static int remove_locked(const twin *t, bool revoke)
{
  char serial[CA_SERIAL_TEXT];
  bool gone;
  if (!device_certificate(t->name, &t->identity, serial)) return OUT_REFUSED;
  if (revoke && serial[0] != 0 && ca_revoke_now(serial) != OUT_OK) return OUT_REFUSED;
  if (!twin_remove(t, &gone)) return OUT_REFUSED;
  out_text("device", "Removed", "%s", t->name);
  out_truth("directory_removed", NULL, gone);
  if (!gone) out_note("%s holds files that are not the device's; they stay.", t->directory.text);
  if (!revoke) device_certificate_remark(serial);
  return OUT_OK;
}

int device_remove_command(int argc, char **argv)
{
  bool revoke = false;
  const cli_option options[] = {{"revoke", CLI_FLAG, &revoke, NULL, "revoke its certificate, too"}, {0}};
  const cli_command_help help = {
    "device remove", "NAME",
    "Removes the files of a device that does not run, its secrets with them, also when it is unfinished or damaged. "
    "Asks\n"
    "nothing. Its certificate stays valid, and so does its thing name stay taken, until it is revoked.",
    options, "  holdfast device remove d1\n  holdfast device remove d1 --revoke\n"};
  cli_list operands;
  twin t;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (!twin_open_to_remove(operands.items[0], &t)) return OUT_REFUSED;
  code = remove_locked(&t, revoke);
  twin_close(&t);
  return code;
}

/* holdfast ca new, show, list, revoke. */
#include "ca_commands.h"

#include <stdio.h>
#include <string.h>

#include "ca.h"
#include "cli.h"
#include "output.h"

/* Of CA number `at` of those a command was asked about: one by its name, or all. */
typedef struct choice {
  ca_kind first, last;
} choice;

static int choose(const cli_command_help *help, const cli_list *operands, choice *c)
{
  *c = (choice){CA_DEVICE, CA_SERVER};
  if (operands->count == 0) return OUT_OK;
  if (!ca_kind_find(operands->items[0], &c->first))
    return cli_misuse(help, "the CAs are called device and server, not '%s'", operands->items[0]);
  c->last = c->first;
  return OUT_OK;
}

/* ---- Showing one ---- */

typedef struct tally {
  uint64_t issued, revoked;
} tally;

static bool count(void *context, const ca_record *record)
{
  tally *t = context;
  t->issued++;
  t->revoked += record->revoked;
  return true;
}

static void show_names(const X509 *certificate)
{
  char subject[256];
  X509_NAME_oneline(X509_get_subject_name(certificate), subject, sizeof subject);
  const char *name = strstr(subject, "CN=");
  out_text("subject", "subject", "%s", name == NULL ? subject : name);
}

static void show_fingerprint(const X509 *certificate)
{
  uint8_t sha256[CA_FINGERPRINT_BYTES];
  if (ca_fingerprint(certificate, sha256)) out_hex("sha256", "SHA-256 fingerprint", sha256, sizeof sha256);
}

static void show_validity(const X509 *certificate)
{
  char from[CA_TIME_TEXT], to[CA_TIME_TEXT];
  ca_time_text(X509_get0_notBefore(certificate), from);
  ca_time_text(X509_get0_notAfter(certificate), to);
  out_text("not_before", "valid from", "%s", from);
  out_text("not_after", "valid until", "%s", to);
}

static bool show(const ca *c)
{
  io_path key, certificate;
  tally t = {0};
  if (!ca_path(c, "key.pem", &key) || !ca_path(c, "certificate.pem", &certificate) || !ca_each(c, count, &t))
    return false;
  out_open(ca_kind_name(c->kind), c->kind == CA_DEVICE ? "Device CA" : "Server CA");
  show_names(c->certificate);
  show_fingerprint(c->certificate);
  show_validity(c->certificate);
  out_text("certificate", "certificate", "%s", certificate.text);
  out_text("key", "private key", "%s", key.text);
  out_number("issued", "certificates issued", t.issued);
  out_number("revoked", "of them revoked", t.revoked);
  out_close();
  return true;
}

/* ---- ca new ---- */

static int make_one(ca_kind kind)
{
  ca c;
  if (!ca_open(kind, CA_ISSUE, time(NULL), &c)) return OUT_REFUSED;
  bool shown = show(&c);
  ca_close(&c);
  return shown ? OUT_OK : OUT_REFUSED;
}

int ca_new_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {
    "ca new", "[device|server]",
    "Makes the local CAs, as their first use would: `device` signs device certificates,\n"
    "`server` those of local brokers. Their keys are not encrypted: they are for development.",
    options, "  holdfast ca new\n"};
  cli_list operands;
  choice which;
  int code = cli_parse(&help, argc, argv, &operands, 0, 1);
  if (code != CLI_GO) return code;
  code = choose(&help, &operands, &which);
  for (ca_kind kind = which.first; code == OUT_OK && kind <= which.last; kind++)
    if (ca_exists(kind)) code = out_refuse("the %s CA exists already, and is never overwritten", ca_kind_name(kind));
  for (ca_kind kind = which.first; code == OUT_OK && kind <= which.last; kind++) code = make_one(kind);
  return code;
}

/* ---- ca show ---- */

static bool show_pem(const ca *c)
{
  io_bytes pem;
  if (!ca_pem(c->certificate, &pem)) return false;
  if (out_style_now() == OUT_JSON)
    out_text("pem", NULL, "%s", (const char *)pem.data);
  else
    fputs((const char *)pem.data, stdout); /* the whole output, quiet or not: it is for a file */
  io_free(&pem);
  return true;
}

static int show_one(ca_kind kind, bool pem)
{
  ca c;
  if (!ca_open(kind, CA_LOOK, 0, &c)) return OUT_REFUSED;
  bool shown = pem ? show_pem(&c) : show(&c);
  ca_close(&c);
  return shown ? OUT_OK : OUT_REFUSED;
}

int ca_show_command(int argc, char **argv)
{
  bool pem = false;
  const cli_option options[] = {{"pem", CLI_FLAG, &pem, NULL, "print the certificate itself, and nothing else"}, {0}};
  const cli_command_help help = {
    "ca show", "[device|server]",
    "Shows the local CAs: certificates, where they are, how many certificates they have issued.", options,
    "  holdfast ca show\n"
    "  holdfast ca show device --pem > device-ca.pem    # for the broker, or AWS IoT\n"};
  cli_list operands;
  choice which;
  int code = cli_parse(&help, argc, argv, &operands, 0, 1);
  if (code != CLI_GO) return code;
  if (pem && operands.count == 0) return cli_misuse(&help, "--pem is for one CA: device or server");
  code = choose(&help, &operands, &which);
  for (ca_kind kind = which.first; code == OUT_OK && kind <= which.last; kind++) code = show_one(kind, pem);
  return code;
}

/* ---- ca list ---- */

static bool list_one(void *context, const ca_record *record)
{
  char until[CA_TIME_TEXT];
  (void)context;
  ca_time_text(X509_get0_notAfter(record->certificate), until);
  out_open(NULL, NULL);
  out_text("thing", NULL, "%s", record->thing);
  out_text("serial", NULL, "%s", record->serial);
  out_truth("revoked", NULL, record->revoked);
  out_text("not_after", NULL, "%s", until);
  if (out_style_now() == OUT_JSON) show_fingerprint(record->certificate);
  out_line("%-32s %s  until %s%s", record->thing, record->serial, until, record->revoked ? "  revoked" : "");
  out_close();
  return true;
}

int ca_list_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {"ca list", "", "Lists the certificates the device CA has issued.", options,
                                 "  holdfast ca list\n  holdfast ca list --json\n"};
  cli_list operands;
  ca c;
  int code = cli_parse(&help, argc, argv, &operands, 0, 0);
  if (code != CLI_GO) return code;
  out_open_list("certificates", NULL);
  bool listed = true;
  if (ca_exists(CA_DEVICE)) {
    listed = ca_open(CA_DEVICE, CA_LOOK, 0, &c) && ca_each(&c, list_one, NULL);
    ca_close(&c);
  }
  out_close();
  return listed ? OUT_OK : OUT_REFUSED;
}

/* ---- ca revoke ---- */

/* word: a thing name, else a serial. */
static bool find_live(const ca *c, const char *word, ca_record *live)
{
  bool found;
  if (!ca_find(c, word, live, &found)) return false;
  if (!found && !ca_find_serial(c, word, live, &found)) return false;
  if (found && !live->revoked) return true;
  if (found)
    out_error("certificate %s is revoked already", live->serial);
  else
    out_error("no live certificate of %s; see: holdfast ca list", word);
  ca_record_free(live);
  return false;
}

static int revoke(const ca *c, const char *word)
{
  ca_record live;
  if (!find_live(c, word, &live)) return OUT_REFUSED;
  bool revoked = ca_revoke(c, live.serial);
  if (revoked) {
    out_text("thing", "Thing", "%s", live.thing);
    out_text("serial", "Serial", "%s", live.serial);
    out_truth("revoked", "Revoked", true);
    out_line("Take it back where it was registered, too: whoever trusts the CA does not know of this.");
  }
  ca_record_free(&live);
  return revoked ? OUT_OK : OUT_REFUSED;
}

int ca_revoke_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {
    "ca revoke", "THING|SERIAL",
    "Revokes a device certificate: from now on its thing name can be given to another device. It is only marked here;\n"
    "tell the broker that trusts the CA.",
    options, "  holdfast ca revoke d1\n  holdfast ca revoke 5c0e8a3bb1f04e2d8d2a4f5e6b7c8d90\n"};
  cli_list operands;
  ca c;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (!ca_exists(CA_DEVICE)) return out_refuse("there is no device CA yet, and no certificate to revoke");
  if (!ca_open(CA_DEVICE, CA_ISSUE, time(NULL), &c)) return OUT_REFUSED;
  code = revoke(&c, operands.items[0]);
  ca_close(&c);
  return code;
}

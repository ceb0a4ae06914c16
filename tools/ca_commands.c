/* holdfast ca new, show, list, revoke. */
#include "ca_commands.h"

#include <openssl/core_names.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ca.h"
#include "ca_crl.h"
#include "cli.h"
#include "device_label.h"
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
  if (!ca_open(kind, CA_MAKE, time(NULL), &c)) return OUT_REFUSED;
  bool shown = show(&c);
  ca_close(&c);
  return shown ? OUT_OK : OUT_REFUSED;
}

static int refuse_existing(ca_kind kind)
{
  switch (ca_look_for(kind)) {
  case CA_ABSENT: return OUT_OK;
  case CA_THERE: return out_refuse("the %s CA exists already, and is never overwritten", ca_kind_name(kind));
  case CA_UNREADABLE: break;
  }
  return OUT_REFUSED;
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
  for (ca_kind kind = which.first; code == OUT_OK && kind <= which.last; kind++) code = refuse_existing(kind);
  for (ca_kind kind = which.first; code == OUT_OK && kind <= which.last; kind++) code = make_one(kind);
  return code;
}

/* ---- ca show ---- */

typedef enum show_what { SHOW_FIELDS, SHOW_PEM, SHOW_CRL } show_what;

/* The whole output, quiet or not: it is for a file. */
static void show_file(const char *field, const io_bytes *pem)
{
  if (out_style_now() == OUT_JSON)
    out_long_text(field, (const char *)pem->data);
  else
    fputs((const char *)pem->data, stdout);
}

static bool show_pem(const ca *c)
{
  io_bytes pem;
  if (!ca_pem(c->certificate, &pem)) return false;
  show_file("pem", &pem);
  io_free(&pem);
  return true;
}

/* Made anew, so that it is valid from now on. */
static bool show_crl(const ca *c)
{
  io_path path;
  io_bytes list;
  if (!ca_path(c, CA_CRL_FILE, &path) || !ca_crl_write(c, NULL, time(NULL)) || !io_read(path.text, CA_CRL_MAX, &list))
    return false;
  show_file("crl", &list);
  io_free(&list);
  return true;
}

static int show_one(ca_kind kind, show_what what)
{
  ca c;
  ca_presence presence = ca_look_for(kind);
  if (presence == CA_UNREADABLE) return OUT_REFUSED;
  if (what == SHOW_CRL && presence == CA_ABSENT)
    return out_refuse("there is no %s CA in %s yet, and nothing to revoke", ca_kind_name(kind), cli_ca_directory());
  if (!ca_open(kind, what == SHOW_CRL ? CA_ISSUE : CA_LOOK, time(NULL), &c)) return OUT_REFUSED;
  bool shown = what == SHOW_CRL ? show_crl(&c) : what == SHOW_PEM ? show_pem(&c) : show(&c);
  ca_close(&c);
  return shown ? OUT_OK : OUT_REFUSED;
}

int ca_show_command(int argc, char **argv)
{
  bool pem = false, crl = false;
  const cli_option options[] = {
    {"pem", CLI_FLAG, &pem, NULL, "print the certificate itself, and nothing else"},
    {"crl", CLI_FLAG, &crl, NULL, "print the list of revoked certificates, made anew (valid for a year)"},
    {0}};
  const cli_command_help help = {
    "ca show", "[device|server]",
    "Shows the local CAs: certificates, where they are, how many certificates they have issued.", options,
    "  holdfast ca show\n"
    "  holdfast ca show device --pem > device-ca.pem    # for the broker (mosquitto: cafile), or AWS IoT\n"
    "  holdfast ca show device --crl > device-ca.crl    # for the broker (mosquitto: crlfile)\n"};
  cli_list operands;
  choice which;
  int code = cli_parse(&help, argc, argv, &operands, 0, 1);
  if (code != CLI_GO) return code;
  if (pem && crl) return cli_misuse(&help, "--pem and --crl exclude each other");
  if ((pem || crl) && operands.count == 0)
    return cli_misuse(&help, "--%s is for one CA: device or server", pem ? "pem" : "crl");
  const show_what what = pem ? SHOW_PEM : crl ? SHOW_CRL : SHOW_FIELDS;
  code = choose(&help, &operands, &which);
  for (ca_kind kind = which.first; code == OUT_OK && kind <= which.last; kind++) code = show_one(kind, what);
  return code;
}

/* ---- ca list ---- */

typedef struct listing {
  ca_record *records;
  size_t count, room;
  device_labels labels;
} listing;

static bool take(void *context, const ca_record *record)
{
  listing *l = context;
  if (l->count == l->room) {
    size_t room = l->room == 0 ? 64 : 2 * l->room;
    ca_record *more = realloc(l->records, room * sizeof *more);
    if (more == NULL) return false;
    l->records = more;
    l->room = room;
  }
  l->records[l->count] = *record;
  X509_up_ref(record->certificate);
  l->count++;
  return true;
}

/* By thing, then by age: the history of a name reads downwards. */
static int compare(const void *a, const void *b)
{
  const ca_record *one = a, *other = b;
  int order = strcmp(one->thing, other->thing);
  if (order == 0)
    order = ASN1_TIME_compare(X509_get0_notBefore(one->certificate), X509_get0_notBefore(other->certificate));
  if (order == 0) order = (int)other->revoked - (int)one->revoked; /* of one second: the one that was taken back */
  return order == 0 ? strcmp(one->serial, other->serial) : order;
}

static void list_json(const ca_record *record, const device_label *device)
{
  uint8_t key[256];
  size_t bytes = 0;
  show_fingerprint(record->certificate);
  const EVP_PKEY *public_key = X509_get0_pubkey(record->certificate);
  if (EVP_PKEY_get_octet_string_param(public_key, OSSL_PKEY_PARAM_PUB_KEY, key, sizeof key, &bytes) == 1)
    out_hex("public_key", NULL, key, bytes);
  if (device == NULL) return;
  out_text("device", NULL, "%s", device->name);
  out_text("device_serial", NULL, "%s", device->serial);
}

static void list_one(const ca_record *record, const device_label *device)
{
  char from[CA_TIME_TEXT], until[CA_TIME_TEXT];
  ca_time_text(X509_get0_notBefore(record->certificate), from);
  ca_time_text(X509_get0_notAfter(record->certificate), until);
  out_open(NULL, NULL);
  out_text("thing", NULL, "%s", record->thing);
  out_text("serial", NULL, "%s", record->serial);
  out_truth("revoked", NULL, record->revoked);
  out_text("not_before", NULL, "%s", from);
  out_text("not_after", NULL, "%s", until);
  if (out_style_now() == OUT_JSON) list_json(record, device);
  out_line("%-24s %s  from %.10s until %.10s%s%s%s%s", record->thing, record->serial, from, until,
           device == NULL ? "" : "  in device ", device == NULL ? "" : device->name,
           device == NULL ? "" : ", serial number ", device == NULL ? "" : device->serial);
  if (record->revoked) out_line("%-24s (revoked)", "");
  out_close();
}

static bool list_all(listing *l)
{
  ca c;
  if (!ca_open(CA_DEVICE, CA_LOOK, 0, &c)) return false;
  bool read = ca_each(&c, take, l) && device_labels_read(&l->labels);
  ca_close(&c);
  if (l->count > 0) qsort(l->records, l->count, sizeof *l->records, compare);
  for (size_t i = 0; i < l->count; i++) list_one(&l->records[i], device_labels_find(&l->labels, l->records[i].serial));
  return read;
}

static void free_listing(listing *l)
{
  for (size_t i = 0; i < l->count; i++) ca_record_free(&l->records[i]);
  free(l->records);
  device_labels_free(&l->labels);
}

int ca_list_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {"ca list", "",
                                 "Lists the certificates the device CA has issued, by thing name: when they are valid, "
                                 "and the devices here that have them.",
                                 options, "  holdfast ca list\n  holdfast ca list --json\n"};
  cli_list operands;
  listing l = {0};
  int code = cli_parse(&help, argc, argv, &operands, 0, 0);
  if (code != CLI_GO) return code;
  out_open_list("certificates", NULL);
  ca_presence presence = ca_look_for(CA_DEVICE);
  bool listed = presence == CA_ABSENT || (presence == CA_THERE && list_all(&l));
  if (listed && l.count == 0) out_line("no certificates issued in %s", cli_ca_directory());
  out_close();
  free_listing(&l);
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
  io_path list;
  if (!ca_path(c, CA_CRL_FILE, &list) || !find_live(c, word, &live)) return OUT_REFUSED;
  bool revoked = ca_revoke(c, &live, time(NULL));
  if (revoked) {
    out_text("thing", "Thing", "%s", live.thing);
    out_text("serial", "Serial", "%s", live.serial);
    out_truth("revoked", "Revoked", true);
    out_text("crl", "Revocation list", "%s", list.text);
    out_line(
      "Give that list to the broker, or take the certificate back where it was registered: whoever trusts the CA\n"
      "does not know of this.");
  }
  ca_record_free(&live);
  return revoked ? OUT_OK : OUT_REFUSED;
}

int ca_revoke_now(const char *word)
{
  ca c;
  ca_presence presence = ca_look_for(CA_DEVICE);
  if (presence == CA_UNREADABLE) return OUT_REFUSED;
  if (presence == CA_ABSENT)
    return out_refuse("there is no device CA in %s yet, and no certificate to revoke", cli_ca_directory());
  if (!ca_open(CA_DEVICE, CA_ISSUE, time(NULL), &c)) return OUT_REFUSED;
  int code = revoke(&c, word);
  ca_close(&c);
  return code;
}

int ca_revoke_command(int argc, char **argv)
{
  const cli_option options[] = {{0}};
  const cli_command_help help = {
    "ca revoke", "THING|SERIAL",
    "Revokes a device certificate: from now on its thing name can be given to another device. It is marked here, and "
    "named\n"
    "in the list of revoked certificates (ca show device --crl); give that to the broker that trusts the CA.",
    options, "  holdfast ca revoke d1\n  holdfast ca revoke 5c0e8a3bb1f04e2d8d2a4f5e6b7c8d90\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  return code == CLI_GO ? ca_revoke_now(operands.items[0]) : code;
}

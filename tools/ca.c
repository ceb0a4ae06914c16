#include "ca.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca_certificate.h"
#include "ca_crl.h"
#include "cli.h"
#include "csr_check.h"
#include "device_label.h"
#include "output.h"

#define PEM_MAX 16384u
/* Clocks that were never set show 1970 or 2000; the years between are those of this code. */
#define CLOCK_EARLIEST ((time_t)1767225600) /* 2026-01-01 */
#define CLOCK_LATEST ((time_t)4102444800)   /* 2100-01-01 */

static const char *const kind_names[CA_KINDS] = {"device", "server"};

const char *ca_kind_name(ca_kind kind)
{
  return kind_names[kind];
}

bool ca_kind_find(const char *name, ca_kind *kind)
{
  for (unsigned i = 0; i < CA_KINDS; i++) {
    if (strcmp(name, kind_names[i]) != 0) continue;
    *kind = (ca_kind)i;
    return true;
  }
  return false;
}

bool ca_path(const ca *c, const char *file, io_path *path)
{
  return io_path_join(path, c->directory.text, file, "");
}

/* ---- Forms of a certificate ---- */

static bool keep(const void *data, int bytes, io_bytes *out)
{
  *out = (io_bytes){0};
  if (data == NULL || bytes <= 0) return false;
  out->data = malloc((size_t)bytes + 1);
  if (out->data == NULL) return false;
  memcpy(out->data, data, (size_t)bytes);
  out->data[bytes] = 0;
  out->size = (size_t)bytes;
  return true;
}

bool ca_der(const X509 *certificate, io_bytes *der)
{
  unsigned char *data = NULL;
  int bytes = i2d_X509(certificate, &data);
  bool good = keep(data, bytes, der);
  OPENSSL_free(data);
  return good;
}

bool ca_pem(const X509 *certificate, io_bytes *pem)
{
  char *text = NULL;
  BIO *bio = BIO_new(BIO_s_mem());
  long bytes = bio != NULL && PEM_write_bio_X509(bio, certificate) == 1 ? BIO_get_mem_data(bio, &text) : 0;
  bool good = keep(text, (int)bytes, pem);
  BIO_free(bio);
  return good;
}

bool ca_fingerprint(const X509 *certificate, uint8_t sha256[CA_FINGERPRINT_BYTES])
{
  unsigned bytes = 0;
  return X509_digest(certificate, EVP_sha256(), sha256, &bytes) == 1 && bytes == CA_FINGERPRINT_BYTES;
}

void ca_time_text(const ASN1_TIME *at, char text[CA_TIME_TEXT])
{
  struct tm parts;
  snprintf(text, CA_TIME_TEXT, "unknown");
  if (ASN1_TIME_to_tm(at, &parts) == 1) (void)strftime(text, CA_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static X509 *read_certificate(const char *path)
{
  io_bytes file;
  if (!io_read(path, PEM_MAX, &file)) return NULL;
  BIO *bio = BIO_new_mem_buf(file.data, (int)file.size);
  X509 *certificate = bio == NULL ? NULL : PEM_read_bio_X509(bio, NULL, NULL, NULL);
  BIO_free(bio);
  io_free(&file);
  ERR_clear_error();
  if (certificate == NULL) out_error("%s is not a certificate in PEM; restore it from a good copy", path);
  return certificate;
}

static bool write_certificate(const char *path, const X509 *certificate)
{
  io_bytes pem;
  if (!ca_pem(certificate, &pem)) {
    out_error("the certificate %s could not be written: out of memory", path);
    return false;
  }
  bool written = io_write_new(path, pem.data, pem.size, 0644);
  io_free(&pem);
  return written;
}

/* ---- The CA's own key and certificate ---- */

static EVP_PKEY *read_key(const char *path)
{
  io_bytes file;
  if (!io_read(path, PEM_MAX, &file)) return NULL;
  BIO *bio = BIO_new_mem_buf(file.data, (int)file.size);
  EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
  BIO_free(bio);
  io_free(&file);
  ERR_clear_error();
  if (key == NULL) out_error("%s is not a private key in PEM; restore it from a good copy", path);
  return key;
}

static EVP_PKEY *make_key(const char *path)
{
  char *text;
  EVP_PKEY *key = EVP_EC_gen("P-256");
  BIO *bio = BIO_new(BIO_s_secmem());
  bool made = key != NULL && bio != NULL && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;
  if (!made) out_error("the key of the CA could not be made: %s", ERR_reason_error_string(ERR_peek_last_error()));
  long bytes = made ? BIO_get_mem_data(bio, &text) : 0;
  if (!made || bytes <= 0 || !io_write_new(path, text, (size_t)bytes, 0600)) {
    EVP_PKEY_free(key);
    key = NULL;
  }
  BIO_free(bio); /* wipes */
  ERR_clear_error();
  return key;
}

static X509 *make_certificate(const ca *c, const char *path, time_t now)
{
  uint8_t serial[CA_SERIAL_BYTES];
  X509 *certificate = ca_certificate_serial(serial) ? ca_certificate_authority(c->kind, c->key, serial, now) : NULL;
  if (certificate == NULL)
    out_error("the certificate of the %s CA could not be made: %s", ca_kind_name(c->kind),
              ERR_reason_error_string(ERR_peek_last_error()));
  ERR_clear_error();
  if (certificate == NULL || write_certificate(path, certificate)) return certificate;
  X509_free(certificate);
  return NULL;
}

/* A folder that is not mounted, or mistyped, must not give devices a CA that no broker knows. */
bool ca_may_be_made(ca_kind kind)
{
  device_labels labels;
  if (kind != CA_DEVICE) return true;
  bool read = device_labels_read(&labels);
  const device_label *certified = NULL;
  for (size_t i = 0; read && i < labels.names.count && certified == NULL; i++)
    if (labels.labels[i].certificate[0] != 0) certified = &labels.labels[i];
  if (certified != NULL)
    out_error(
      "there is no device CA in %s, but device %s has a certificate of one; is that the right folder? A new CA is "
      "made by: holdfast ca new device",
      cli_ca_directory(), certified->name);
  device_labels_free(&labels);
  return read && certified == NULL;
}

static void note_new(const ca *c)
{
  char name[256];
  X509_NAME_oneline(X509_get_subject_name(c->certificate), name, sizeof name);
  out_note("Made a new %s CA in %s: %s", ca_kind_name(c->kind), c->directory.text, name + strspn(name, "/"));
}

/* The key first: a CA whose maker was killed in between gets its certificate from the next. */
static bool load_or_make(ca *c, ca_use use, time_t now)
{
  io_path key, certificate;
  if (!ca_path(c, "key.pem", &key) || !ca_path(c, "certificate.pem", &certificate)) return false;
  bool has_key = io_exists(key.text), has_certificate = io_exists(certificate.text);
  if (has_certificate && !has_key) {
    out_error("%s is missing: nothing can be signed here; restore it from a good copy", key.text);
    return false;
  }
  if (!has_certificate && use != CA_MAKE && !ca_may_be_made(c->kind)) return false;
  c->key = has_key ? read_key(key.text) : make_key(key.text);
  if (c->key == NULL) return false;
  c->certificate = has_certificate ? read_certificate(certificate.text) : make_certificate(c, certificate.text, now);
  if (c->certificate == NULL) return false;
  bool fits = X509_check_private_key(c->certificate, c->key) == 1;
  ERR_clear_error();
  if (!fits) out_error("%s and %s are not of the same key; restore the right pair", key.text, certificate.text);
  if (fits && !has_certificate) note_new(c);
  return fits;
}

static bool take_lock(ca *c)
{
  c->lock = open(c->directory.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (c->lock >= 0 && flock(c->lock, LOCK_EX) == 0) return true;
  out_error("cannot lock %s: %s", c->directory.text, strerror(errno));
  return false;
}

static bool make_directories(const ca *c)
{
  io_path issued, revoked;
  return ca_path(c, "issued", &issued) && ca_path(c, "revoked", &revoked) &&
         io_make_directory(c->directory.text, 0700) && io_sync_directory(cli_ca_directory()) &&
         io_make_directory(issued.text, 0700) && io_make_directory(revoked.text, 0700) &&
         io_sync_directory(c->directory.text);
}

/* We hold the lock: what temporary files there are, killed writers left behind, perhaps with half a key. */
static bool sweep(const ca *c)
{
  io_path issued;
  if (!ca_path(c, "issued", &issued)) return false;
  io_sweep(c->directory.text);
  io_sweep(issued.text);
  return true;
}

/* ---- The clock ---- */

static bool wrong_clock(time_t now, const char *because)
{
  char text[CA_TIME_TEXT] = "an impossible time";
  struct tm parts;
  if (gmtime_r(&now, &parts) != NULL) (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  out_error("the clock says %s, %s; set it: what is issued now is for good", text, because);
  return false;
}

/* Certificates begin a day before they are made, so clocks that differ by less are not told apart. */
static bool is_after(time_t now, const X509 *certificate)
{
  return ASN1_TIME_cmp_time_t(X509_get0_notBefore(certificate), now) <= 0;
}

static bool clock_is_possible(time_t now)
{
  return (now >= CLOCK_EARLIEST && now < CLOCK_LATEST) || wrong_clock(now, "which no clock shows that is set");
}

static bool clock_is_after_ca(const ca *c, time_t now)
{
  return is_after(now, c->certificate) || wrong_clock(now, "which is before this CA was made");
}

static bool open_to_look(ca *c)
{
  io_path path;
  if (!ca_path(c, "certificate.pem", &path)) return false;
  if (io_exists(path.text)) {
    c->certificate = read_certificate(path.text);
    return c->certificate != NULL;
  }
  out_error("there is no %s CA in %s yet; the first use makes it, or: holdfast ca new", ca_kind_name(c->kind),
            cli_ca_directory());
  return false;
}

bool ca_open(ca_kind kind, ca_use use, time_t now, ca *c)
{
  *c = (ca){.kind = kind, .lock = -1};
  bool opened = io_path_join(&c->directory, cli_ca_directory(), ca_kind_name(kind), "");
  if (opened && use == CA_LOOK)
    opened = open_to_look(c);
  else
    opened = opened && clock_is_possible(now) && make_directories(c) && take_lock(c) && sweep(c) &&
             load_or_make(c, use, now) && clock_is_after_ca(c, now);
  if (!opened) ca_close(c);
  return opened;
}

void ca_close(ca *c)
{
  X509_free(c->certificate);
  EVP_PKEY_free(c->key); /* OpenSSL wipes it */
  if (c->lock >= 0) close(c->lock);
  c->certificate = NULL;
  c->key = NULL;
  c->lock = -1;
}

ca_presence ca_look_for(ca_kind kind)
{
  io_path directory, path;
  struct stat status;
  if (!io_path_join(&directory, cli_ca_directory(), ca_kind_name(kind), "") ||
      !io_path_join(&path, directory.text, "certificate.pem", ""))
    return CA_UNREADABLE;
  if (lstat(path.text, &status) == 0) return CA_THERE;
  if (errno == ENOENT) return CA_ABSENT;
  out_error("cannot look at the %s CA, %s: %s", ca_kind_name(kind), path.text, strerror(errno));
  return CA_UNREADABLE;
}

/* ---- Records ---- */

static const char *state_folder(bool revoked)
{
  return revoked ? "revoked" : "issued";
}

static bool record_path(const ca *c, bool revoked, const char *serial, io_path *path)
{
  io_path folder;
  return ca_path(c, state_folder(revoked), &folder) && io_path_join(path, folder.text, serial, ".pem");
}

static bool is_serial(const char *text)
{
  return strlen(text) == CA_SERIAL_TEXT - 1 && strspn(text, "0123456789abcdef") == CA_SERIAL_TEXT - 1;
}

static bool read_record(const ca *c, bool revoked, const char *serial, ca_record *out)
{
  io_path path;
  size_t bytes = 0;
  *out = (ca_record){.revoked = revoked};
  if (!record_path(c, revoked, serial, &path)) return false;
  snprintf(out->serial, sizeof out->serial, "%s", serial);
  out->certificate = read_certificate(path.text);
  if (out->certificate == NULL) return false;
  const uint8_t *name = csr_common_name(X509_get_subject_name(out->certificate), &bytes);
  if (name == NULL || bytes >= sizeof out->thing) {
    out_error("%s is not a certificate this CA has issued; take it away", path.text);
    ca_record_free(out);
    return false;
  }
  memcpy(out->thing, name, bytes);
  return true;
}

void ca_record_free(ca_record *r)
{
  X509_free(r->certificate);
  r->certificate = NULL;
}

/* False: a record could not be read. */
static bool each_in(const ca *c, bool revoked, bool (*each)(void *context, const ca_record *record), void *context,
                    bool *stopped)
{
  io_path folder;
  io_names names;
  bool good = ca_path(c, state_folder(revoked), &folder) && io_list(folder.text, ".pem", &names);
  if (!good) return false;
  for (size_t i = 0; i < names.count && good && !*stopped; i++) {
    ca_record record;
    if (!is_serial(names.names[i])) continue; /* what a killed writer left behind */
    good = read_record(c, revoked, names.names[i], &record);
    if (!good) break;
    *stopped = !each(context, &record);
    ca_record_free(&record);
  }
  io_names_free(&names);
  return good;
}

bool ca_each(const ca *c, bool (*each)(void *context, const ca_record *record), void *context)
{
  bool stopped = false;
  return each_in(c, false, each, context, &stopped) && (stopped || each_in(c, true, each, context, &stopped));
}

typedef struct search {
  const char *thing;
  ca_record *out;
  bool found;
} search;

static bool match(void *context, const ca_record *record)
{
  search *s = context;
  s->found = strcmp(record->thing, s->thing) == 0;
  if (!s->found) return true;
  *s->out = *record;
  X509_up_ref(record->certificate);
  return false;
}

bool ca_find(const ca *c, const char *thing, ca_record *out, bool *found)
{
  search s = {.thing = thing, .out = out};
  *out = (ca_record){0};
  bool good = each_in(c, false, match, &s, &(bool){false});
  *found = s.found;
  return good;
}

bool ca_find_serial(const ca *c, const char *serial, ca_record *out, bool *found)
{
  *out = (ca_record){0};
  *found = false;
  for (int revoked = 0; is_serial(serial) && revoked < 2; revoked++) {
    io_path path;
    if (!record_path(c, revoked != 0, serial, &path)) return false;
    if (!io_exists(path.text)) continue;
    *found = read_record(c, revoked != 0, serial, out);
    return *found;
  }
  return true;
}

/* ---- Issuing ---- */

/* serial: as the certificate has it, in lower-case hexadecimal. */
static void serial_text(const uint8_t serial[CA_SERIAL_BYTES], char text[CA_SERIAL_TEXT])
{
  for (unsigned i = 0; i < CA_SERIAL_BYTES; i++) snprintf(text + (size_t)2 * i, 3, "%02x", serial[i]);
}

static bool issue_new(const ca *c, const ca_request *request, io_bytes *der, char serial[CA_SERIAL_TEXT])
{
  uint8_t number[CA_SERIAL_BYTES];
  io_path path;
  X509 *certificate = ca_certificate_serial(number) ? ca_certificate_device(request, c->certificate, c->key, number)
                                                    : NULL;
  if (certificate == NULL)
    out_error("the certificate of %s could not be made: %s", request->thing,
              ERR_reason_error_string(ERR_peek_last_error()));
  ERR_clear_error();
  serial_text(number, serial);
  bool given = certificate != NULL && record_path(c, false, serial, &path) &&
               write_certificate(path.text, certificate) && ca_der(certificate, der);
  X509_free(certificate);
  return given;
}

static bool give_again(const ca_record *live, const ca_request *request, io_bytes *der, char serial[CA_SERIAL_TEXT])
{
  bool same = EVP_PKEY_eq(X509_get0_pubkey(live->certificate), request->key) == 1;
  ERR_clear_error();
  if (!same) {
    out_error("%s has certificate %s for another key, and two devices must not have one name; if that device is no "
              "more: holdfast "
              "ca revoke %s",
              request->thing, live->serial, request->thing);
    return false;
  }
  memcpy(serial, live->serial, sizeof live->serial);
  return ca_der(live->certificate, der);
}

static bool was_issued_before(void *context, const ca_record *record)
{
  const time_t *now = context;
  return is_after(*now, record->certificate);
}

/* False: a live certificate is from a later time than now. */
static bool clock_is_after_all(const ca *c, time_t now)
{
  bool later = false;
  if (!each_in(c, false, was_issued_before, &now, &later)) return false;
  return !later || wrong_clock(now, "which is before a certificate was issued (see: holdfast ca list)");
}

bool ca_issue(const ca *c, const ca_request *request, io_bytes *der, char serial[CA_SERIAL_TEXT])
{
  ca_record live;
  bool found;
  *der = (io_bytes){0};
  if (!io_name_is_valid("thing", request->thing) || !clock_is_after_all(c, request->now) ||
      !ca_find(c, request->thing, &live, &found))
    return false;
  bool given = found ? give_again(&live, request, der, serial) : issue_new(c, request, der, serial);
  ca_record_free(&live);
  return given;
}

bool ca_revoke(const ca *c, const ca_record *live, time_t now)
{
  io_path from, to, from_folder, to_folder;
  if (!record_path(c, false, live->serial, &from) || !record_path(c, true, live->serial, &to) ||
      !ca_path(c, state_folder(false), &from_folder) || !ca_path(c, state_folder(true), &to_folder))
    return false;
  if (!ca_crl_write(c, live->certificate, now)) return false;
  if (rename(from.text, to.text) == 0) return io_sync_directory(to_folder.text) && io_sync_directory(from_folder.text);
  out_error("cannot move %s to %s: %s", from.text, to.text, strerror(errno));
  return false;
}

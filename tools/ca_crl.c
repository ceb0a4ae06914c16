#include "ca_crl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "output.h"

/* The list so far; null when there is none, or none that this CA has signed: the records are what counts. */
static X509_CRL *read_list(const ca *c, const char *path)
{
  io_bytes file;
  if (!io_exists(path) || !io_read(path, CA_CRL_MAX, &file)) return NULL;
  BIO *bio = BIO_new_mem_buf(file.data, (int)file.size);
  X509_CRL *list = bio == NULL ? NULL : PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
  BIO_free(bio);
  io_free(&file);
  if (list != NULL && X509_CRL_verify(list, c->key) != 1) {
    X509_CRL_free(list);
    list = NULL;
  }
  ERR_clear_error();
  return list;
}

/* ---- Entries ---- */

typedef struct making {
  X509_CRL *list;
  time_t now;
  bool failed;
} making;

/* Takes the entry over. */
static bool add(making *m, X509_REVOKED *entry)
{
  X509_REVOKED *same;
  if (entry == NULL) return false;
  if (X509_CRL_get0_by_serial(m->list, &same, X509_REVOKED_get0_serialNumber(entry)) == 1) {
    X509_REVOKED_free(entry);
    return true;
  }
  if (X509_CRL_add0_revoked(m->list, entry) == 1) return true;
  X509_REVOKED_free(entry);
  return false;
}

static bool add_now(making *m, X509 *certificate)
{
  ASN1_TIME *when = ASN1_TIME_set(NULL, m->now);
  X509_REVOKED *entry = X509_REVOKED_new();
  bool filled = when != NULL && entry != NULL && X509_REVOKED_set_revocationDate(entry, when) == 1 &&
                X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate)) == 1;
  ASN1_TIME_free(when);
  if (filled) return add(m, entry);
  X509_REVOKED_free(entry);
  return false;
}

/* With their dates: first, so that no record gets a later one. */
static bool add_old(making *m, X509_CRL *old)
{
  STACK_OF(X509_REVOKED) *entries = old == NULL ? NULL : X509_CRL_get_REVOKED(old);
  for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) /* -1 of no stack */
    if (!add(m, X509_REVOKED_dup(sk_X509_REVOKED_value(entries, i)))) return false;
  return true;
}

static bool add_record(void *context, const ca_record *record)
{
  making *m = context;
  m->failed = record->revoked && !add_now(m, record->certificate);
  return !m->failed;
}

/* ---- The list ---- */

/* Greater than the one before, also when that was lost: the time in seconds, else one more. */
static bool set_number(making *m, X509_CRL *old)
{
  int64_t number = m->now, before = 0;
  ASN1_INTEGER *had = old == NULL ? NULL : X509_CRL_get_ext_d2i(old, NID_crl_number, NULL, NULL);
  if (had != NULL && ASN1_INTEGER_get_int64(&before, had) == 1 && before >= number) number = before + 1;
  ASN1_INTEGER_free(had);
  ASN1_INTEGER *now = ASN1_INTEGER_new();
  bool set = now != NULL && ASN1_INTEGER_set_int64(now, number) == 1 &&
             X509_CRL_add1_ext_i2d(m->list, NID_crl_number, now, 0, 0) == 1;
  ASN1_INTEGER_free(now);
  return set;
}

static bool set_issuer(making *m, const ca *c)
{
  X509V3_CTX context;
  X509V3_set_ctx(&context, c->certificate, NULL, NULL, m->list, 0);
  X509_EXTENSION *key = X509V3_EXT_conf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
  bool set = key != NULL && X509_CRL_add_ext(m->list, key, -1) == 1 &&
             X509_CRL_set_issuer_name(m->list, X509_get_subject_name(c->certificate)) == 1;
  X509_EXTENSION_free(key);
  return set;
}

static bool set_times(making *m)
{
  ASN1_TIME *from = ASN1_TIME_set(NULL, m->now), *to = ASN1_TIME_adj(NULL, m->now, CA_CRL_DAYS, 0);
  bool set = from != NULL && to != NULL && X509_CRL_set1_lastUpdate(m->list, from) == 1 &&
             X509_CRL_set1_nextUpdate(m->list, to) == 1;
  ASN1_TIME_free(from);
  ASN1_TIME_free(to);
  return set;
}

static bool fill(making *m, const ca *c, X509_CRL *old, X509 *also)
{
  return m->list != NULL && X509_CRL_set_version(m->list, X509_CRL_VERSION_2) == 1 && set_issuer(m, c) &&
         set_times(m) && set_number(m, old) && add_old(m, old) && ca_each(c, add_record, m) && !m->failed &&
         (also == NULL || add_now(m, also)) && X509_CRL_sort(m->list) == 1 &&
         X509_CRL_sign(m->list, c->key, EVP_sha256()) > 0;
}

static bool write_list(const char *path, X509_CRL *list)
{
  char *text = NULL;
  BIO *bio = BIO_new(BIO_s_mem());
  long bytes = bio != NULL && PEM_write_bio_X509_CRL(bio, list) == 1 ? BIO_get_mem_data(bio, &text) : 0;
  bool written = bytes > 0 && io_write_over(path, text, (size_t)bytes, 0644);
  BIO_free(bio);
  return written;
}

bool ca_crl_write(const ca *c, X509 *also, time_t now)
{
  io_path path;
  if (!ca_path(c, CA_CRL_FILE, &path)) return false;
  X509_CRL *old = read_list(c, path.text);
  making m = {.list = X509_CRL_new(), .now = now};
  bool written = fill(&m, c, old, also) && write_list(path.text, m.list);
  if (!written) out_error("%s could not be made anew; see what is wrong there, and repeat the command", path.text);
  X509_CRL_free(old);
  X509_CRL_free(m.list);
  ERR_clear_error();
  return written;
}

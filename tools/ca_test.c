/* The local CAs and the certificates they issue. What a certificate must say is asked of OpenSSL and of the standards. */
#include "test_support.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ca.h"
#include "ca_crl.h"
#include "output.h"

#define NOW ((time_t)1795305600) /* 2026-11-22T00:00:00Z */

static int enter(void **state)
{
  if (enter_scratch(state) != 0) return -1;
  out_begin(OUT_QUIET);
  return setenv("HOLDFAST_HOME", "home", 1);
}

static EVP_PKEY *new_key(void)
{
  EVP_PKEY *key = EVP_EC_gen("P-256");
  assert_non_null(key);
  return key;
}

/* Issues, by a CA opened for it; null when it refuses. */
static X509 *issue(const char *thing, EVP_PKEY *key, uint32_t days, char serial[CA_SERIAL_TEXT])
{
  ca c;
  io_bytes der;
  const ca_request request = {.thing = thing, .key = key, .days = days, .now = NOW};
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, NOW, &c));
  bool issued = ca_issue(&c, &request, &der, serial);
  const unsigned char *at = der.data;
  X509 *certificate = issued ? d2i_X509(NULL, &at, (long)der.size) : NULL;
  if (issued) assert_ptr_equal(at, der.data + der.size);
  io_free(&der);
  ca_close(&c);
  return certificate;
}

static X509 *issue_new(const char *thing, uint32_t days)
{
  char serial[CA_SERIAL_TEXT];
  EVP_PKEY *key = new_key();
  X509 *certificate = issue(thing, key, days, serial);
  EVP_PKEY_free(key);
  assert_non_null(certificate);
  return certificate;
}

static X509 *ca_certificate(ca_kind kind)
{
  ca c;
  assert_true(ca_open(kind, CA_ISSUE, NOW, &c));
  X509 *certificate = c.certificate;
  X509_up_ref(certificate);
  ca_close(&c);
  return certificate;
}

/* OpenSSL's own answer to "may this be a TLS client now?", under its strictest reading of RFC 5280. */
static int verify_error(X509 *certificate, X509 *root, const char *purpose, time_t at)
{
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  assert_int_equal(X509_STORE_add_cert(store, root), 1);
  assert_int_equal(X509_STORE_CTX_init(context, store, certificate, NULL), 1);
  assert_int_equal(X509_STORE_CTX_set_default(context, purpose), 1);
  X509_STORE_CTX_set_time(context, 0, at);
  X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CHECK_SS_SIGNATURE);
  (void)X509_verify_cert(context);
  int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return error;
}

/* The extension as bytes, and whether it is critical. */
static const ASN1_OCTET_STRING *extension(const X509 *x, int nid, int *critical)
{
  int at = X509_get_ext_by_NID(x, nid, -1);
  assert_true(at >= 0);
  assert_int_equal(X509_get_ext_by_NID(x, nid, at), -1); /* once */
  X509_EXTENSION *e = X509_get_ext(x, at);
  *critical = X509_EXTENSION_get_critical(e);
  return X509_EXTENSION_get_data(e);
}

static void assert_extension(const X509 *x, int nid, int critical, const char *der, size_t bytes)
{
  int is_critical;
  const ASN1_OCTET_STRING *data = extension(x, nid, &is_critical);
  assert_int_equal(is_critical, critical);
  assert_int_equal(ASN1_STRING_length(data), bytes);
  assert_memory_equal(ASN1_STRING_get0_data(data), der, bytes);
}

static void assert_time(const ASN1_TIME *at, int type, const char *text)
{
  assert_int_equal(ASN1_STRING_type(at), type);
  assert_int_equal(ASN1_STRING_length(at), strlen(text));
  assert_memory_equal(ASN1_STRING_get0_data(at), text, strlen(text));
}

static void a_device_certificate_is_that_of_a_tls_client_and_of_nothing_else(void **state)
{
  (void)state;
  X509 *root = ca_certificate(CA_DEVICE);
  X509 *x = issue_new("lamp:7_a-b", 0);
  assert_int_equal(verify_error(x, root, "ssl_client", NOW), X509_V_OK);
  assert_int_equal(verify_error(x, root, "ssl_server", NOW), X509_V_ERR_INVALID_PURPOSE);
  assert_int_equal(X509_check_purpose(x, X509_PURPOSE_SSL_CLIENT, 0), 1);
  for (int purpose = X509_PURPOSE_MIN; purpose <= X509_PURPOSE_MAX; purpose++)
    if (purpose != X509_PURPOSE_SSL_CLIENT && purpose != X509_PURPOSE_ANY && purpose != X509_PURPOSE_OCSP_HELPER)
      assert_int_not_equal(X509_check_purpose(x, purpose, 0), 1);
  assert_int_equal(X509_check_ca(x), 0);
  X509_free(x);
  X509_free(root);
}

static void its_fields_are_those_of_rfc_5280(void **state)
{
  (void)state;
  X509 *root = ca_certificate(CA_DEVICE);
  X509 *x = issue_new("thing", 0);
  assert_int_equal(X509_get_version(x), 2);
  assert_int_equal(X509_get_signature_nid(x), NID_ecdsa_with_SHA256);
  assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(root)), 0);
  assert_time(X509_get0_notBefore(x), V_ASN1_UTCTIME, "261121000000Z");
  assert_time(X509_get0_notAfter(x), V_ASN1_GENERALIZEDTIME, "99991231235959Z");
  assert_extension(x, NID_basic_constraints, 1, "\x30\x00", 2); /* cA is FALSE by default */
  assert_extension(x, NID_key_usage, 1, "\x03\x02\x07\x80", 4); /* digitalSignature: bit 0 */
  assert_extension(x, NID_ext_key_usage, 0, "\x30\x0A\x06\x08+\x06\x01\x05\x05\x07\x03\x02",
                   12); /* 1.3.6.1.5.5.7.3.2 */
  assert_int_equal(X509_get_ext_count(x), 5);
  const ASN1_OCTET_STRING *authority = X509_get0_authority_key_id(x);
  assert_non_null(authority);
  assert_int_equal(ASN1_OCTET_STRING_cmp(authority, X509_get0_subject_key_id(root)), 0);
  assert_int_equal(ASN1_STRING_length(X509_get0_subject_key_id(x)), 20);
  char group[32];
  assert_int_equal(EVP_PKEY_get_group_name(X509_get0_pubkey(x), group, sizeof group, NULL), 1);
  assert_string_equal(group, "prime256v1");
  X509_free(x);
  X509_free(root);
}

static void the_subject_is_the_thing_name_from_1_to_128_characters(void **state)
{
  (void)state;
  static const size_t lengths[] = {1, 63, 64, 65, 127, 128};
  X509 *root = ca_certificate(CA_DEVICE);
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    char thing[129] = "", found[256] = "";
    memset(thing, 'a' + (int)i, lengths[i]);
    X509 *x = issue_new(thing, 0);
    X509_NAME *subject = X509_get_subject_name(x);
    assert_int_equal(X509_NAME_entry_count(subject), 1);
    assert_int_equal(X509_NAME_get_text_by_NID(subject, NID_commonName, found, sizeof found), lengths[i]);
    assert_string_equal(found, thing);
    assert_int_equal(verify_error(x, root, "ssl_client", NOW), X509_V_OK);
    X509_free(x);
  }
  X509_free(root);
}

static void names_no_thing_may_have_are_refused(void **state)
{
  (void)state;
  char serial[CA_SERIAL_TEXT], long_name[130] = "";
  EVP_PKEY *key = new_key();
  memset(long_name, 'a', 129);
  const char *const names[] = {"", "a b", "a/b", "..", "a,CN=b", "\xC3\xA4", long_name};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) assert_null(issue(names[i], key, 0, serial));
  EVP_PKEY_free(key);
}

static void a_certificate_can_be_for_some_days(void **state)
{
  (void)state;
  X509 *root = ca_certificate(CA_DEVICE);
  X509 *x = issue_new("days", 30);
  assert_time(X509_get0_notAfter(x), V_ASN1_UTCTIME, "261222000000Z");
  assert_int_equal(verify_error(x, root, "ssl_client", NOW - 86400 - 1), X509_V_ERR_CERT_NOT_YET_VALID);
  assert_int_equal(verify_error(x, root, "ssl_client", NOW + 30 * 86400 - 1), X509_V_OK);
  assert_int_equal(verify_error(x, root, "ssl_client", NOW + 30 * 86400 + 1), X509_V_ERR_CERT_HAS_EXPIRED);
  X509_free(x);
  X509_free(root);
}

static void serials_are_random_positive_and_16_bytes(void **state)
{
  (void)state;
  char serials[64][CA_SERIAL_TEXT], thing[16];
  uint8_t ones[16] = {0}, zeros[16] = {0};
  for (unsigned i = 0; i < 64; i++) {
    EVP_PKEY *key = new_key();
    snprintf(thing, sizeof thing, "serial-%u", i);
    X509 *x = issue(thing, key, 0, serials[i]);
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
    assert_int_equal(ASN1_STRING_type(serial), V_ASN1_INTEGER); /* not V_ASN1_NEG_INTEGER */
    assert_int_equal(ASN1_STRING_length(serial), 16);
    const uint8_t *bytes = ASN1_STRING_get0_data(serial);
    assert_true(bytes[0] < 0x80);
    for (unsigned b = 0; b < 16; b++) {
      char two[3];
      snprintf(two, sizeof two, "%02x", bytes[b]);
      assert_memory_equal(serials[i] + (size_t)2 * b, two, 2); /* its record is called after it */
      ones[b] |= bytes[b];
      zeros[b] |= (uint8_t)~bytes[b];
    }
    for (unsigned other = 0; other < i; other++) assert_string_not_equal(serials[i], serials[other]);
    X509_free(x);
    EVP_PKEY_free(key);
  }
  for (unsigned b = 1; b < 16; b++) /* every bit was seen as both: chance of an error 2^-56 */
    assert_true(ones[b] == 0xFF && zeros[b] == 0xFF);
}

static void what_is_issued_was_recorded(void **state)
{
  (void)state;
  char serial[CA_SERIAL_TEXT], path[128], text[4096] = "";
  EVP_PKEY *key = new_key();
  X509 *x = issue("recorded", key, 0, serial);
  snprintf(path, sizeof path, "home/ca/device/issued/%s.pem", serial);
  BIO *bio = BIO_new_mem_buf(text, (int)get_file(path, text, sizeof text));
  X509 *record = PEM_read_bio_X509(bio, NULL, NULL, NULL);
  assert_non_null(record);
  assert_int_equal(X509_cmp(x, record), 0);
  X509_free(record);
  BIO_free(bio);
  X509_free(x);
  EVP_PKEY_free(key);
}

static void nothing_is_issued_that_cannot_be_recorded(void **state)
{
  (void)state;
  char serial[CA_SERIAL_TEXT];
  EVP_PKEY *key = new_key();
  X509_free(issue_new("before", 0));
  assert_int_equal(rename("home/ca/device/issued", "home/ca/device/moved"), 0);
  put_file("home/ca/device/issued", "x", 1); /* a file where the folder was: also root cannot write there */
  ca c;
  assert_false(ca_open(CA_DEVICE, CA_ISSUE, NOW, &c));
  assert_int_equal(unlink("home/ca/device/issued"), 0);
  assert_int_equal(rename("home/ca/device/moved", "home/ca/device/issued"), 0);
  X509 *x = issue("after", key, 0, serial);
  assert_non_null(x);
  X509_free(x);
  EVP_PKEY_free(key);
}

static void the_same_key_gets_the_same_certificate_again(void **state)
{
  (void)state;
  char first[CA_SERIAL_TEXT], second[CA_SERIAL_TEXT];
  EVP_PKEY *key = new_key();
  X509 *one = issue("again", key, 0, first);
  X509 *two = issue("again", key, 7, second);
  assert_string_equal(first, second);
  assert_int_equal(X509_cmp(one, two), 0);
  X509_free(one);
  X509_free(two);
  EVP_PKEY_free(key);
}

static void a_thing_name_is_refused_to_a_second_key_until_the_first_is_revoked(void **state)
{
  (void)state;
  ca c;
  ca_record record;
  bool found;
  char first[CA_SERIAL_TEXT], second[CA_SERIAL_TEXT];
  EVP_PKEY *key = new_key(), *other = new_key();
  X509_free(issue("twin", key, 0, first));
  assert_null(issue("twin", other, 0, second));
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, NOW, &c));
  assert_true(ca_find(&c, "twin", &record, &found) && found);
  assert_true(ca_revoke(&c, &record, NOW));
  assert_false(ca_revoke(&c, &record, NOW));
  ca_record_free(&record);
  assert_true(ca_find(&c, "twin", &record, &found));
  assert_false(found);
  assert_true(ca_find_serial(&c, first, &record, &found));
  assert_true(found && record.revoked);
  ca_record_free(&record);
  ca_close(&c);
  X509 *x = issue("twin", other, 0, second);
  assert_non_null(x);
  assert_string_not_equal(first, second);
  assert_null(issue("twin", key, 0, first)); /* and not back */
  X509_free(x);
  EVP_PKEY_free(key);
  EVP_PKEY_free(other);
}

static void many_at_once_share_one_ca_and_one_of_two_rivals_wins(void **state)
{
  (void)state;
  pid_t children[6];
  unsigned refused = 0, count = 0;
  io_names names;
  (void)system("rm -rf home");
  for (unsigned i = 0; i < 6; i++) {
    children[i] = fork();
    if (children[i] != 0) continue;
    char serial[CA_SERIAL_TEXT];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = issue(i < 4 ? (const char *[]){"a", "b", "c", "d"}[i] : "rivals", key, 0, serial);
    bool issued = x != NULL;
    X509_free(x);
    EVP_PKEY_free(key);
    _exit(issued ? 0 : 1);
  }
  for (unsigned i = 0; i < 6; i++) {
    int status;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_true(WIFEXITED(status));
    refused += WEXITSTATUS(status) == 1;
    if (i < 4) assert_int_equal(WEXITSTATUS(status), 0);
  }
  assert_int_equal(refused, 1);
  assert_true(io_list("home/ca/device/issued", ".pem", &names));
  count = (unsigned)names.count;
  io_names_free(&names);
  assert_int_equal(count, 5);
}

/* ---- The list of revoked certificates ---- */

static void revoke_thing(const char *thing, time_t now)
{
  ca c;
  ca_record live;
  bool found;
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, now, &c));
  assert_true(ca_find(&c, thing, &live, &found) && found);
  assert_true(ca_revoke(&c, &live, now));
  ca_record_free(&live);
  ca_close(&c);
}

static void write_list(time_t now)
{
  ca c;
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, now, &c));
  assert_true(ca_crl_write(&c, NULL, now));
  ca_close(&c);
}

static X509_CRL *read_list(void)
{
  FILE *file = fopen("home/ca/device/revoked.crl.pem", "rb");
  assert_non_null(file);
  X509_CRL *list = PEM_read_X509_CRL(file, NULL, NULL, NULL);
  assert_non_null(list);
  fclose(file);
  return list;
}

/* As verify_error(), with the list: what a broker answers that has it (mosquitto's crlfile sets the same flag). */
static int verify_error_with_list(X509 *certificate, time_t at)
{
  X509 *root = ca_certificate(CA_DEVICE);
  X509_CRL *list = read_list();
  X509_STORE *store = X509_STORE_new();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  assert_int_equal(X509_STORE_add_cert(store, root), 1);
  assert_int_equal(X509_STORE_add_crl(store, list), 1);
  assert_int_equal(X509_STORE_CTX_init(context, store, certificate, NULL), 1);
  assert_int_equal(X509_STORE_CTX_set_default(context, "ssl_client"), 1);
  X509_STORE_CTX_set_time(context, 0, at);
  X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT | X509_V_FLAG_CRL_CHECK);
  (void)X509_verify_cert(context);
  int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  X509_CRL_free(list);
  X509_free(root);
  return error;
}

static void with_the_list_a_revoked_certificate_is_refused_and_no_other(void **state)
{
  (void)state;
  X509 *lost = issue_new("lost", 0), *kept = issue_new("kept", 0);
  write_list(NOW);
  assert_int_equal(verify_error_with_list(lost, NOW), X509_V_OK);
  revoke_thing("lost", NOW);
  assert_int_equal(verify_error_with_list(lost, NOW), X509_V_ERR_CERT_REVOKED);
  assert_int_equal(verify_error_with_list(kept, NOW), X509_V_OK);
  X509 *next = issue_new("lost", 0); /* the name's next device */
  assert_int_equal(verify_error_with_list(next, NOW), X509_V_OK);
  revoke_thing("kept", NOW + 60);
  assert_int_equal(verify_error_with_list(lost, NOW + 60), X509_V_ERR_CERT_REVOKED);
  assert_int_equal(verify_error_with_list(kept, NOW + 60), X509_V_ERR_CERT_REVOKED);
  assert_int_equal(verify_error_with_list(next, NOW + 60), X509_V_OK);
  X509_free(lost);
  X509_free(kept);
  X509_free(next);
}

static void a_list_is_valid_for_a_year_and_made_anew_when_asked_for(void **state)
{
  (void)state;
  const time_t day = 86400;
  X509 *x = issue_new("yearly", 0);
  write_list(NOW);
  assert_int_equal(verify_error_with_list(x, NOW + 364 * day), X509_V_OK);
  assert_int_equal(verify_error_with_list(x, NOW + 366 * day), X509_V_ERR_CRL_HAS_EXPIRED);
  write_list(NOW + 366 * day);
  assert_int_equal(verify_error_with_list(x, NOW + 366 * day), X509_V_OK);
  X509_free(x);
}

static int64_t list_number(void)
{
  int64_t number = 0;
  X509_CRL *list = read_list();
  ASN1_INTEGER *had = X509_CRL_get_ext_d2i(list, NID_crl_number, NULL, NULL);
  assert_int_equal(ASN1_INTEGER_get_int64(&number, had), 1);
  ASN1_INTEGER_free(had);
  X509_CRL_free(list);
  return number;
}

/* RFC 5280, sections 5.1.2.1, 5.2.1 and 5.2.3. */
static void a_list_has_version_2_its_issuers_key_and_a_number_that_grows(void **state)
{
  (void)state;
  X509_free(ca_certificate(CA_DEVICE));
  write_list(NOW + 1000 * 86400);
  int64_t first = list_number();
  write_list(NOW); /* a clock that was set back */
  assert_true(list_number() > first);
  X509 *root = ca_certificate(CA_DEVICE);
  X509_CRL *list = read_list();
  AUTHORITY_KEYID *issuer = X509_CRL_get_ext_d2i(list, NID_authority_key_identifier, NULL, NULL);
  assert_int_equal(X509_CRL_get_version(list), 1);
  assert_int_equal(ASN1_OCTET_STRING_cmp(issuer->keyid, X509_get0_subject_key_id(root)), 0);
  AUTHORITY_KEYID_free(issuer);
  X509_CRL_free(list);
  X509_free(root);
}

/* The list was written, the record not yet marked. */
static void a_revocation_cut_short_is_never_taken_back(void **state)
{
  (void)state;
  ca c;
  bool found;
  ca_record record;
  X509 *x = issue_new("half", 0);
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, NOW, &c));
  assert_true(ca_crl_write(&c, x, NOW));
  ca_close(&c);
  write_list(NOW + 60);
  assert_int_equal(verify_error_with_list(x, NOW + 60), X509_V_ERR_CERT_REVOKED);
  revoke_thing("half", NOW + 120); /* completes it */
  assert_true(ca_open(CA_DEVICE, CA_LOOK, NOW, &c));
  assert_true(ca_find(&c, "half", &record, &found));
  assert_false(found);
  ca_close(&c);
  X509_CRL *list = read_list();
  X509_REVOKED *entry;
  assert_int_equal(X509_CRL_get0_by_cert(list, &entry, x), 1);
  assert_int_equal(ASN1_TIME_cmp_time_t(X509_REVOKED_get0_revocationDate(entry), NOW), 0); /* its first date */
  X509_CRL_free(list);
  X509_free(x);
}

static void a_damaged_or_foreign_list_is_made_anew_of_the_records(void **state)
{
  (void)state;
  X509 *x = issue_new("damage", 0), *other = issue_new("other-damage", 0);
  revoke_thing("damage", NOW);
  put_file("home/ca/device/revoked.crl.pem", "x", 1);
  write_list(NOW);
  assert_int_equal(verify_error_with_list(x, NOW), X509_V_ERR_CERT_REVOKED);
  ca c; /* the list of another CA that names `other` */
  assert_true(ca_open(CA_SERVER, CA_ISSUE, NOW, &c));
  assert_true(ca_crl_write(&c, other, NOW));
  ca_close(&c);
  assert_int_equal(rename("home/ca/server/revoked.crl.pem", "home/ca/device/revoked.crl.pem"), 0);
  write_list(NOW);
  assert_int_equal(verify_error_with_list(x, NOW), X509_V_ERR_CERT_REVOKED);
  assert_int_equal(verify_error_with_list(other, NOW), X509_V_OK);
  X509_free(x);
  X509_free(other);
}

static void nothing_is_revoked_when_the_list_cannot_be_written(void **state)
{
  (void)state;
  ca c;
  bool found;
  ca_record live;
  X509_free(issue_new("stays", 0));
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, NOW, &c));
  assert_true(ca_find(&c, "stays", &live, &found) && found);
  (void)remove("home/ca/device/revoked.crl.pem");
  assert_int_equal(mkdir("home/ca/device/revoked.crl.pem", 0700), 0); /* no file can take its place */
  assert_false(ca_revoke(&c, &live, NOW));
  ca_record_free(&live);
  assert_true(ca_find(&c, "stays", &live, &found) && found);
  ca_record_free(&live);
  assert_int_equal(rmdir("home/ca/device/revoked.crl.pem"), 0);
  ca_close(&c);
}

/* ---- The clock ---- */

static void a_clock_that_was_never_set_makes_no_ca(void **state)
{
  (void)state;
  ca c;
  assert_int_equal(setenv("HOLDFAST_HOME", "clockless", 1), 0);
  static const time_t wrong[] = {0, 946684800 /* 2000 */, 1767225599 /* the last second of 2025 */,
                                 4102444800 /* 2100 */, 253402300800 /* 10000 */};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(ca_open(CA_DEVICE, CA_MAKE, wrong[i], &c));
  assert_int_not_equal(access("clockless", F_OK), 0);
  assert_int_equal(setenv("HOLDFAST_HOME", "home", 1), 0);
}

static void a_clock_behind_the_ca_or_a_live_certificate_issues_nothing(void **state)
{
  (void)state;
  ca c;
  io_bytes der;
  ca_record live;
  bool found;
  char serial[CA_SERIAL_TEXT];
  const time_t day = 86400;
  EVP_PKEY *key = new_key(), *other = new_key();
  ca_request request = {.thing = "from-tomorrow", .key = key, .now = NOW + 30 * day};
  assert_int_equal(setenv("HOLDFAST_HOME", "clock", 1), 0);
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, NOW, &c));
  assert_true(ca_issue(&c, &request, &der, serial));
  io_free(&der);
  ca_request next = {.thing = "of-today", .key = other, .now = NOW + 28 * day};
  assert_false(ca_issue(&c, &next, &der, serial));
  next.now = NOW + 29 * day; /* certificates begin a day early, for clocks that differ */
  assert_true(ca_issue(&c, &next, &der, serial));
  io_free(&der);
  assert_true(ca_find(&c, "from-tomorrow", &live, &found) && found);
  assert_true(ca_revoke(&c, &live, NOW)); /* what to do about one that was issued under a wrong clock */
  ca_record_free(&live);
  ca_close(&c);
  assert_false(ca_open(CA_DEVICE, CA_ISSUE, NOW - 2 * day, &c));
  assert_true(ca_open(CA_DEVICE, CA_ISSUE, NOW - day, &c));
  ca_close(&c);
  assert_int_equal(setenv("HOLDFAST_HOME", "home", 1), 0);
  EVP_PKEY_free(key);
  EVP_PKEY_free(other);
}

static void a_ca_certificate_is_that_of_a_ca_for_end_certificates(void **state)
{
  (void)state;
  X509 *device = ca_certificate(CA_DEVICE), *server = ca_certificate(CA_SERVER);
  X509 *both[] = {device, server};
  for (unsigned i = 0; i < 2; i++) {
    X509 *x = both[i];
    assert_int_equal(X509_get_version(x), 2);
    assert_int_equal(X509_check_ca(x), 1);
    assert_int_equal(X509_self_signed(x, 1), 1);
    assert_int_equal(X509_get_pathlen(x), 0);
    assert_extension(x, NID_basic_constraints, 1, "\x30\x06\x01\x01\xFF\x02\x01\x00", 8);
    assert_extension(x, NID_key_usage, 1, "\x03\x02\x01\x06", 4); /* keyCertSign, cRLSign: bits 5 and 6 */
    assert_int_equal(ASN1_STRING_length(X509_get0_subject_key_id(x)), 20);
    assert_int_equal(X509_get_ext_count(x), 3);
    assert_int_equal(verify_error(x, x, "default", NOW), X509_V_OK);
  }
  assert_time(X509_get0_notAfter(device), V_ASN1_GENERALIZEDTIME, "99991231235959Z");
  assert_int_not_equal(X509_NAME_cmp(X509_get_subject_name(device), X509_get_subject_name(server)), 0);
  X509 *x = issue_new("client", 0);
  assert_int_not_equal(verify_error(x, server, "ssl_client", NOW),
                       X509_V_OK); /* the one does not vouch for the other */
  X509_free(x);
  X509_free(device);
  X509_free(server);
}

static void the_private_key_is_for_its_owner_only(void **state)
{
  (void)state;
  struct stat status;
  X509_free(ca_certificate(CA_DEVICE));
  assert_int_equal(stat("home/ca/device/key.pem", &status), 0);
  assert_int_equal(status.st_mode & 0777, 0600);
  assert_int_equal(stat("home/ca/device", &status), 0);
  assert_int_equal(status.st_mode & 0777, 0700);
}

static void a_ca_whose_making_was_cut_short_is_completed_with_the_same_key(void **state)
{
  (void)state;
  char before[4096] = "", after[4096] = "";
  X509_free(ca_certificate(CA_SERVER));
  size_t bytes = get_file("home/ca/server/key.pem", before, sizeof before);
  assert_int_equal(unlink("home/ca/server/certificate.pem"), 0);
  put_file("home/ca/server/.tmp-0123456789abcdef", "half a key", 10);
  X509_free(ca_certificate(CA_SERVER));
  assert_int_equal(get_file("home/ca/server/key.pem", after, sizeof after), bytes);
  assert_memory_equal(before, after, bytes);
  assert_int_not_equal(access("home/ca/server/.tmp-0123456789abcdef", F_OK), 0);
}

static void a_ca_without_its_key_or_with_another_signs_nothing(void **state)
{
  (void)state;
  ca c;
  X509_free(ca_certificate(CA_DEVICE));
  X509_free(ca_certificate(CA_SERVER));
  assert_int_equal(rename("home/ca/server/key.pem", "kept"), 0);
  assert_false(ca_open(CA_SERVER, CA_ISSUE, NOW, &c));
  assert_int_not_equal(access("home/ca/server/key.pem", F_OK), 0); /* no new one was made */
  char text[4096] = "";
  size_t bytes = get_file("home/ca/device/key.pem", text, sizeof text);
  put_file("home/ca/server/key.pem", text, bytes);
  assert_false(ca_open(CA_SERVER, CA_ISSUE, NOW, &c));
  put_file("home/ca/server/key.pem", "x", 1);
  assert_false(ca_open(CA_SERVER, CA_ISSUE, NOW, &c));
  assert_int_equal(rename("kept", "home/ca/server/key.pem"), 0);
  assert_true(ca_open(CA_SERVER, CA_ISSUE, NOW, &c));
  ca_close(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_device_certificate_is_that_of_a_tls_client_and_of_nothing_else),
    cmocka_unit_test(its_fields_are_those_of_rfc_5280),
    cmocka_unit_test(the_subject_is_the_thing_name_from_1_to_128_characters),
    cmocka_unit_test(names_no_thing_may_have_are_refused),
    cmocka_unit_test(a_certificate_can_be_for_some_days),
    cmocka_unit_test(serials_are_random_positive_and_16_bytes),
    cmocka_unit_test(what_is_issued_was_recorded),
    cmocka_unit_test(nothing_is_issued_that_cannot_be_recorded),
    cmocka_unit_test(the_same_key_gets_the_same_certificate_again),
    cmocka_unit_test(a_thing_name_is_refused_to_a_second_key_until_the_first_is_revoked),
    cmocka_unit_test(many_at_once_share_one_ca_and_one_of_two_rivals_wins),
    cmocka_unit_test(with_the_list_a_revoked_certificate_is_refused_and_no_other),
    cmocka_unit_test(a_list_is_valid_for_a_year_and_made_anew_when_asked_for),
    cmocka_unit_test(a_list_has_version_2_its_issuers_key_and_a_number_that_grows),
    cmocka_unit_test(a_revocation_cut_short_is_never_taken_back),
    cmocka_unit_test(a_damaged_or_foreign_list_is_made_anew_of_the_records),
    cmocka_unit_test(nothing_is_revoked_when_the_list_cannot_be_written),
    cmocka_unit_test(a_clock_that_was_never_set_makes_no_ca),
    cmocka_unit_test(a_clock_behind_the_ca_or_a_live_certificate_issues_nothing),
    cmocka_unit_test(a_ca_certificate_is_that_of_a_ca_for_end_certificates),
    cmocka_unit_test(the_private_key_is_for_its_owner_only),
    cmocka_unit_test(a_ca_whose_making_was_cut_short_is_completed_with_the_same_key),
    cmocka_unit_test(a_ca_without_its_key_or_with_another_signs_nothing),
  };
  return cmocka_run_group_tests(tests, enter, leave_scratch);
}

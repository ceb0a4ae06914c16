#include "ca_certificate.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define SERVER_CA_DAYS 10958L /* 30 years: it outlives the devices that trust it */
/* "No well-defined expiration", RFC 5280 section 4.1.2.5; what IEEE 802.1AR has device identities carry. A device certificate is no
 * use once its CA has expired, so the device CA has it, too. */
#define NEVER "99991231235959Z"

bool ca_certificate_serial(uint8_t serial[CA_SERIAL_BYTES])
{
  if (RAND_bytes(serial, CA_SERIAL_BYTES) != 1) return false;
  serial[0] = (uint8_t)((serial[0] & 0x3Fu) | 0x40u); /* neither negative nor shorter: 126 random bits */
  return true;
}

static bool set_serial(X509 *x, const uint8_t serial[CA_SERIAL_BYTES])
{
  BIGNUM *number = BN_bin2bn(serial, CA_SERIAL_BYTES, NULL);
  bool set = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;
  BN_free(number);
  return set;
}

/* As UTF8String ('_' is in no PrintableString), past OpenSSL's table, which ends common names at 64 characters: thing names
 * have up to 128. */
static bool add_name(X509_NAME *name, const char *text)
{
  X509_NAME_ENTRY *entry = X509_NAME_ENTRY_create_by_NID(NULL, NID_commonName, V_ASN1_UTF8STRING,
                                                         (const unsigned char *)text, (int)strlen(text));
  bool added = entry != NULL && X509_NAME_add_entry(name, entry, -1, 0) == 1;
  X509_NAME_ENTRY_free(entry);
  return added;
}

/* A day back: clocks differ. days 0: never expires. */
static bool set_validity(X509 *x, time_t now, long days)
{
  bool from = ASN1_TIME_adj(X509_getm_notBefore(x), now, -1, 0) != NULL;
  if (days == 0) return from && ASN1_TIME_set_string_X509(X509_getm_notAfter(x), NEVER) == 1;
  return from && ASN1_TIME_adj(X509_getm_notAfter(x), now, (int)days, 0) != NULL;
}

static bool add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
  bool added = extension != NULL && X509_add_ext(x, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

static X509 *signed_or_null(X509 *x, bool complete, EVP_PKEY *key)
{
  if (complete && X509_sign(x, key, EVP_sha256()) > 0) return x;
  X509_free(x);
  return NULL;
}

X509 *ca_certificate_authority(ca_kind kind, EVP_PKEY *key, const uint8_t serial[CA_SERIAL_BYTES], time_t now)
{
  char name[64]; /* of its own: a broker may trust the CAs of two desks */
  X509 *x = X509_new();
  if (x == NULL) return NULL;
  snprintf(name, sizeof name, "Holdfast local %s CA %02x%02x%02x%02x", ca_kind_name(kind), serial[0], serial[1],
           serial[2], serial[3]);
  bool complete = X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x, serial) &&
                  set_validity(x, now, kind == CA_DEVICE ? 0 : SERVER_CA_DAYS) && X509_set_pubkey(x, key) == 1 &&
                  add_name(X509_get_subject_name(x), name) && X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 &&
                  add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                  add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                  add_extension(x, x, NID_subject_key_identifier, "hash");
  return signed_or_null(x, complete, key);
}

X509 *ca_certificate_device(const ca_request *request, X509 *issuer, EVP_PKEY *issuer_key,
                            const uint8_t serial[CA_SERIAL_BYTES])
{
  X509 *x = X509_new();
  if (x == NULL) return NULL;
  bool complete = X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x, serial) &&
                  set_validity(x, request->now, (long)request->days) && X509_set_pubkey(x, request->key) == 1 &&
                  add_name(X509_get_subject_name(x), request->thing) &&
                  X509_set_issuer_name(x, X509_get_subject_name(issuer)) == 1 &&
                  add_extension(x, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                  add_extension(x, issuer, NID_key_usage, "critical,digitalSignature") &&
                  add_extension(x, issuer, NID_ext_key_usage, "clientAuth") &&
                  add_extension(x, issuer, NID_subject_key_identifier, "hash") &&
                  add_extension(x, issuer, NID_authority_key_identifier, "keyid:always");
  return signed_or_null(x, complete, issuer_key);
}

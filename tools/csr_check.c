#include "csr_check.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <string.h>

#include "key_record.h"

#define CSR_MAX 4096u

const uint8_t *csr_common_name(const X509_NAME *subject, size_t *bytes)
{
  if (X509_NAME_entry_count(subject) != 1) return NULL;
  const X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, 0);
  const ASN1_STRING *text = X509_NAME_ENTRY_get_data(entry);
  int type = ASN1_STRING_type(text);
  if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) != NID_commonName) return NULL;
  if (type != V_ASN1_UTF8STRING && type != V_ASN1_PRINTABLESTRING) return NULL;
  *bytes = (size_t)ASN1_STRING_length(text);
  return ASN1_STRING_get0_data(text);
}

static bool names(const X509_REQ *request, const char *thing)
{
  size_t bytes = 0;
  const uint8_t *name = csr_common_name(X509_REQ_get_subject_name(request), &bytes);
  return name != NULL && bytes == strlen(thing) && memcmp(name, thing, bytes) == 0;
}

/* The curve by its name and the point as it is: whatever else the request wrote about its key goes no further. */
static EVP_PKEY *clean_key(const uint8_t point[64])
{
  uint8_t text[65] = {POINT_CONVERSION_UNCOMPRESSED};
  char group[] = "P-256";
  EVP_PKEY *key = NULL;
  memcpy(text + 1, point, 64);
  OSSL_PARAM parts[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, text, sizeof text),
                        OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  if (context != NULL && EVP_PKEY_fromdata_init(context) == 1)
    (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parts); /* refuses a point that is not on the curve */
  EVP_PKEY_CTX_free(context);
  return key;
}

static const char *judge(X509_REQ *request, const char *thing, EVP_PKEY **key)
{
  key_p256 point;
  EVP_PKEY *theirs = X509_REQ_get0_pubkey(request);
  if (X509_REQ_get_version(request) != X509_REQ_VERSION_1) return "it is not a version 1 request";
  if (!names(request, thing)) return "its subject is not just CN = the thing name";
  if (X509_REQ_get_attr_count(request) > 0) return "it asks for more than a name (attributes, extensions)";
  if (theirs == NULL || EVP_PKEY_get_base_id(theirs) != EVP_PKEY_EC || !key_p256_record(theirs, 0, &point))
    return "its key is not a P-256 key";
  if (X509_REQ_get_signature_nid(request) != NID_ecdsa_with_SHA256) return "it is not signed with ecdsa-with-SHA256";
  *key = clean_key(point.public_key);
  if (*key == NULL) return "its key is not a point of P-256";
  return X509_REQ_verify(request, *key) == 1 ? NULL : "its signature is not by its own key";
}

EVP_PKEY *csr_key(const uint8_t *der, size_t bytes, const char *thing, const char **wrong)
{
  const unsigned char *at = der;
  EVP_PKEY *key = NULL;
  X509_REQ *request = bytes > CSR_MAX ? NULL : d2i_X509_REQ(NULL, &at, (long)bytes);
  if (request == NULL || at != der + bytes)
    *wrong = "it is not a certificate request (PKCS #10, DER)";
  else
    *wrong = judge(request, thing, &key);
  if (*wrong != NULL) {
    EVP_PKEY_free(key);
    key = NULL;
  }
  X509_REQ_free(request);
  ERR_clear_error();
  return key;
}

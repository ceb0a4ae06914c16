/* A certificate request as a device makes it, judged: it comes over a wire, from who knows whom. */
#ifndef HF_TOOLS_CSR_CHECK_H
#define HF_TOOLS_CSR_CHECK_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

/* The public key of a request (PKCS #10, DER) that is exactly: version 1, subject one CN = thing, a P-256 key, no attribute,
 * signed by that key (ecdsa-with-SHA256), nothing after it. Null when it is anything else; *wrong (static text) says what. The key
 * is a new object with the curve by name, the caller's to free. */
EVP_PKEY *csr_key(const uint8_t *der, size_t bytes, const char *thing, const char **wrong);

/* The one common name of a subject that holds nothing else; null otherwise. Not terminated: *bytes tells its length. */
const uint8_t *csr_common_name(const X509_NAME *subject, size_t *bytes);

#endif

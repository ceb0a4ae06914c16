/* What the certificates of our CAs say (RFC 5280), as OpenSSL objects; no files. */
#ifndef HF_TOOLS_CA_CERTIFICATE_H
#define HF_TOOLS_CA_CERTIFICATE_H

#include "ca.h"

/* A random serial number, positive and always of the same length. False: no random numbers. */
bool ca_certificate_serial(uint8_t serial[CA_SERIAL_BYTES]) IO_MUST_CHECK;

/* Self-signed certificate of a CA that signs end certificates only. The caller's; null when OpenSSL fails (its error queue). */
X509 *ca_certificate_authority(ca_kind kind, EVP_PKEY *key, const uint8_t serial[CA_SERIAL_BYTES], time_t now);

/* Certificate of a device: a TLS client with a name, nothing else. */
X509 *ca_certificate_device(const ca_request *request, X509 *issuer, EVP_PKEY *issuer_key,
                            const uint8_t serial[CA_SERIAL_BYTES]);

#endif

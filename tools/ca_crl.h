/* The list of revoked certificates (CRL, RFC 5280 section 5) that a broker is given: revoked.crl.pem beside the CA's certificate.
 *
 * Made anew of the CA's records at each revocation, and whenever it is asked for. What it once named it names for ever, so a
 * revocation that was cut short between the list and the record errs on the strict side. */
#ifndef HF_TOOLS_CA_CRL_H
#define HF_TOOLS_CA_CRL_H

#include "ca.h"

#define CA_CRL_FILE "revoked.crl.pem"
#define CA_CRL_MAX (16u << 20) /* bytes of that file: 300000 entries */
/* To its nextUpdate. Whoever checks an older one refuses every device; nobody here makes one unasked. */
#define CA_CRL_DAYS 365

/* Makes the list and writes it over the old one. also: a certificate about to be revoked; may be null. c: CA_ISSUE.
 * False: has said why, and the old list stays. */
bool ca_crl_write(const ca *c, X509 *also, time_t now) IO_MUST_CHECK;

#endif

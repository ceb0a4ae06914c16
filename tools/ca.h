/* The two local certificate authorities of a development desk: `device` signs device certificates, `server` the certificate of a
 * local broker. Made on first use; their private keys lie in the clear (mode 0600): real products sign elsewhere.
 *
 *     CA/device/key.pem          P-256, PKCS #8
 *     CA/device/certificate.pem  what a broker (AWS IoT) is told to trust
 *     CA/device/revoked.crl.pem  what a broker is told to refuse (ca_crl.h)
 *     CA/device/issued/SERIAL.pem, revoked/SERIAL.pem
 *                                every certificate, recorded before anyone sees it; SERIAL: 32 hexadecimal digits
 *     CA/server/...              the same
 *
 * A thing name has at most one live certificate (one in issued/): a second one for another key would let one device pass for
 * another. Whoever issues or revokes holds a lock on the CA's directory.
 */
#ifndef HF_TOOLS_CA_H
#define HF_TOOLS_CA_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "io.h"

#define CA_SERIAL_BYTES 16u /* RFC 5280 section 4.1.2.2: at most 20 */
#define CA_SERIAL_TEXT (2u * CA_SERIAL_BYTES + 1u)
#define CA_THING_TEXT 129u
#define CA_DAYS_MAX 36500u

typedef enum ca_kind { CA_DEVICE, CA_SERVER, CA_KINDS } ca_kind;
const char *ca_kind_name(ca_kind kind); /* "device", "server" */
/* False: it is neither. */
bool ca_kind_find(const char *name, ca_kind *kind);

typedef enum ca_use {
  CA_LOOK, /* its certificate and records; an absent CA is an error */
  CA_ISSUE, /* also its key; locked until ca_close(); made when absent, but not where devices have certificates of another one */
  CA_MAKE, /* the same, wherever: somebody has asked for it by name */
} ca_use;

typedef struct ca {
  ca_kind kind;
  io_path directory;
  X509 *certificate;
  EVP_PKEY *key; /* CA_ISSUE */
  int lock;      /* -1: not held */
} ca;

/* False: has said why. now: the clock, which is refused when it cannot be right (before the CA was made): what is issued is for
 * good. */
bool ca_open(ca_kind kind, ca_use use, time_t now, ca *c) IO_MUST_CHECK;
void ca_close(ca *c);
/* Is there a CA already? CA_UNREADABLE: nobody can tell, and why was said. */
typedef enum ca_presence { CA_THERE, CA_ABSENT, CA_UNREADABLE } ca_presence;
ca_presence ca_look_for(ca_kind kind) IO_MUST_CHECK;
/* May an absent CA be made by its first use? Not where devices have certificates of another one: says so, and false. */
bool ca_may_be_made(ca_kind kind) IO_MUST_CHECK;
/* File of the CA. */
bool ca_path(const ca *c, const char *file, io_path *path) IO_MUST_CHECK;

/* One certificate as it was recorded. */
typedef struct ca_record {
  char serial[CA_SERIAL_TEXT];
  char thing[CA_THING_TEXT]; /* its common name */
  bool revoked;
  X509 *certificate;
} ca_record;
void ca_record_free(ca_record *r);

/* The live certificate of a thing. found: is there one? False: a record could not be read, and that was said. */
bool ca_find(const ca *c, const char *thing, ca_record *out, bool *found) IO_MUST_CHECK;
/* By serial, revoked ones too. */
bool ca_find_serial(const ca *c, const char *serial, ca_record *out, bool *found) IO_MUST_CHECK;
/* Calls `each` for every record, issued then revoked, by serial; stops when it answers false. */
bool ca_each(const ca *c, bool (*each)(void *context, const ca_record *record), void *context) IO_MUST_CHECK;

typedef struct ca_request {
  const char *thing; /* [a-zA-Z0-9:_-]{1,128} */
  EVP_PKEY *key;     /* whose public half is certified: P-256 */
  uint32_t days;     /* 0: never expires (99991231235959Z, as IEEE 802.1AR has it); at most CA_DAYS_MAX */
  time_t now;
} ca_request;

/* The thing's certificate for this key, in DER: the live one when there is one, else a new one, recorded durably before it is
 * given. Refused when the thing has a live certificate for another key. c: of CA_DEVICE, opened with CA_ISSUE. */
bool ca_issue(const ca *c, const ca_request *request, io_bytes *der, char serial[CA_SERIAL_TEXT]) IO_MUST_CHECK;

/* A live certificate is none any more. The list for brokers names it first: cut short after that, it is refused but not yet marked,
 * and the same call completes it. c: CA_ISSUE. */
bool ca_revoke(const ca *c, const ca_record *live, time_t now) IO_MUST_CHECK;

/* For people and records: SHA-256 of the DER; a time as 2026-11-22T10:00:00Z. */
#define CA_FINGERPRINT_BYTES 32u
bool ca_fingerprint(const X509 *certificate, uint8_t sha256[CA_FINGERPRINT_BYTES]) IO_MUST_CHECK;
#define CA_TIME_TEXT 32u
void ca_time_text(const ASN1_TIME *at, char text[CA_TIME_TEXT]);
/* The certificate in PEM; on the heap. */
bool ca_pem(const X509 *certificate, io_bytes *pem) IO_MUST_CHECK;
bool ca_der(const X509 *certificate, io_bytes *der) IO_MUST_CHECK;

#endif

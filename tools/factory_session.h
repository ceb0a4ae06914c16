/* The host's side of the factory protocol (secure/factory_protocol.h), without I/O and without a clock: what to send now,
 * and what to make of each frame.
 *
 *     calling --HELLO--> naming --CSR--> (certify) --> storing --STORED...--> ending --DONE--> finished
 *        ^                 |                              |                     |
 *        +--restarted()----+------------------------------+---------------------+
 *
 * Every conversation goes all the way, also with a device that says it is complete: what it has may be from another who spoke with
 * it before us. The same again is taken, by all that is written once; anything else it refuses, and we fail.
 * The certificate goes last: it is written once, so nothing that is still open lies behind it. And nothing counts without the tag
 * that only the device with our OTP can have made: neither a request for a certificate, nor that it holds what we sent.
 *
 * In each state one request is under way, factory_session_frame(); it is sent again when its answer stays away. Answers to
 * anything else, late or repeated, are ignored.
 */
#ifndef HF_TOOLS_FACTORY_SESSION_H
#define HF_TOOLS_FACTORY_SESSION_H

#include "factory_protocol.h"
#include "io.h"
#include "recovery_frame.h"

#define FACTORY_ANCHORS 4u
#define FACTORY_CERTIFICATE_MAX 2048u /* of any of them, DER */
#define FACTORY_REQUESTS_MAX \
  2000u /* of one conversation, with repeats: calling for factory_patience.hello_ms takes 500 */

typedef enum factory_state { FACTORY_CALLING, FACTORY_NAMING, FACTORY_STORING, FACTORY_ENDING } factory_state;

typedef enum factory_next {
  FACTORY_WAIT,     /* for the next frame */
  FACTORY_SEND,     /* the request under way has changed: send it */
  FACTORY_CERTIFY,  /* `csr` came: make the certificate, then factory_session_certified() */
  FACTORY_FINISHED, /* the device has everything */
  FACTORY_FAILED,   /* `problem` says why */
} factory_next;

/* The bytes are the caller's, and stay. */
typedef struct factory_blob {
  const uint8_t *data;
  size_t bytes;
} factory_blob;

#define FACTORY_KEY_BYTES 32u

typedef struct factory_session {
  const uint8_t *key; /* FACTORY_KEY_BYTES, secret */
  const char *thing;
  const char *endpoint;
  factory_blob anchors[FACTORY_ANCHORS];
  unsigned anchor_count;
  factory_blob certificate;
  factory_state state;
  unsigned item;   /* storing: 0 endpoint, then the anchors, then the certificate */
  uint32_t offset; /* of the piece under way */
  unsigned requests;
  factory_blob csr; /* FACTORY_CERTIFY: in the frame reader, until its next byte */
  char problem[160];
} factory_session;

/* The key of the device's tags, of its hardware unique key. False: that was not possible. */
bool factory_session_key(uint8_t key[FACTORY_KEY_BYTES], const uint8_t unique_key[32]) IO_MUST_CHECK;

/* key, thing, endpoint, anchors (1..FACTORY_ANCHORS): the caller's, stay until the end. */
void factory_session_begin(factory_session *s, const uint8_t key[FACTORY_KEY_BYTES], const char *thing,
                           const char *endpoint, const factory_blob *anchors, unsigned anchor_count);
/* The device has restarted: everything from BEGIN on. What it has stored it keeps. */
void factory_session_restarted(factory_session *s);
factory_next factory_session_step(factory_session *s, uint8_t type, const uint8_t *body, size_t bytes);
/* Answer to FACTORY_CERTIFY: 1..FACTORY_CERTIFICATE_MAX bytes, which stay. */
factory_next factory_session_certified(factory_session *s, const uint8_t *der, size_t bytes);

/* Makes the request under way. Its length; 0: FACTORY_REQUESTS_MAX is reached. */
size_t factory_session_frame(factory_session *s, uint8_t out[FRAME_MAX]);

#endif

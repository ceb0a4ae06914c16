/* Talks to a device in its factory over its console until it has its identity; every wait is bounded.
 *
 * A device that falls silent is for the caller to switch off and on: the protocol goes on where it was.
 */
#ifndef HF_TOOLS_FACTORY_CLIENT_H
#define HF_TOOLS_FACTORY_CLIENT_H

#include "emulator.h"
#include "factory_session.h"

/* Waits in milliseconds of our clock. The device counts with its own, which an emulator on a busy machine lets run late. */
typedef struct factory_patience {
  unsigned begin_every_ms;
  unsigned hello_ms;  /* from power-on, or a restart, to HELLO */
  unsigned repeat_ms; /* of a request that is not answered */
  unsigned repeats;
} factory_patience;
extern const factory_patience factory_patience_default;

/* Makes the certificate for a request. der: lives until the conversation is over. False: has said why. */
typedef struct factory_certifier {
  bool (*certify)(void *context, const uint8_t *csr, size_t csr_bytes, factory_blob *der);
  void *context;
} factory_certifier;

typedef enum factory_end {
  FACTORY_END_DONE,
  FACTORY_END_NO_HELLO, /* it never began: nothing was said on stderr about that yet */
  FACTORY_END_SILENT,   /* it stopped answering: the same */
  FACTORY_END_GONE,     /* the emulator ended: the same */
  FACTORY_END_FAILED,   /* and why was said */
} factory_end;

/* The last whole line of text that the console showed: what a device says that does not talk to us. */
#define FACTORY_LINE_TEXT 100u
typedef struct factory_talk {
  factory_session *session;
  factory_certifier certifier;
  const factory_patience *patience;
  const char *device; /* name, for messages */
  char last_line[FACTORY_LINE_TEXT];
} factory_talk;

/* machine: just started; stays the caller's to stop. */
factory_end factory_converse(emulator *machine, factory_talk *talk) IO_MUST_CHECK;

#endif

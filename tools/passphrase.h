/* Where a passphrase comes from: a file (its first line) or the terminal. Never the command line or
 * the environment, which other processes can read. Wiped by passphrase_wipe(). */
#ifndef HF_TOOLS_PASSPHRASE_H
#define HF_TOOLS_PASSPHRASE_H

#include <stdbool.h>
#include <stddef.h>

#define PASSPHRASE_MAX 1024u /* characters */

typedef struct passphrase {
  const char *file; /* set by the caller before first use; null: ask on the terminal */
  bool known;
  size_t length;
  char text[PASSPHRASE_MAX + 1];
} passphrase;

/* Makes p->text known, for `purpose` ("key release"). Does nothing the second time.
 * twice: asked on the terminal two times, for a new key. False: has said why. */
bool passphrase_get(passphrase *p, const char *purpose, bool twice) __attribute__((warn_unused_result));
void passphrase_wipe(passphrase *p);

#endif

/* What a console says in codes, for people: production ROMs and loaders print "ROM 53470002" or "S 494d0001" only. */
#ifndef HF_TOOLS_CONSOLE_WATCH_H
#define HF_TOOLS_CONSOLE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

#define CONSOLE_WATCH_CODES 16u

typedef struct console_watch {
  char line[16]; /* the unfinished line; what is longer is no code */
  size_t length;
  struct {
    char who[4]; /* "ROM", "S" */
    boot_status status;
  } codes[CONSOLE_WATCH_CODES]; /* each once, in order of appearance */
  unsigned count;
  bool rom; /* the ROM gave up: the last code it said */
  boot_status rom_status;
} console_watch;

/* Starts as {0}. Takes one character of console text. */
void console_watch_take(console_watch *w, char c);
/* Notes on stderr what the codes seen mean, a line each; forgets them. */
void console_watch_explain(console_watch *w);

#endif

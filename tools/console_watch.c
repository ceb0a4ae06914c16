#include "console_watch.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* The letters of the production log, boot/loader/log_terse.c. */
#define LETTERS "LRSTW"

static void remember(console_watch *w, const char *who, boot_status status)
{
  for (unsigned i = 0; i < w->count; i++)
    if (w->codes[i].status == status && strcmp(w->codes[i].who, who) == 0) return;
  if (w->count == CONSOLE_WATCH_CODES) return;
  snprintf(w->codes[w->count].who, sizeof w->codes[w->count].who, "%s", who);
  w->codes[w->count++].status = status;
}

static void finish_line(console_watch *w)
{
  char who[4] = "";
  size_t digits = w->length < 8 ? 0 : w->length - 8;
  w->line[w->length] = 0;
  bool rom = w->length == 12 && strncmp(w->line, "ROM ", 4) == 0;
  bool letter = w->length == 10 && strchr(LETTERS, w->line[0]) != NULL && w->line[1] == ' ';
  if ((!rom && !letter) || strspn(w->line + digits, "0123456789abcdefABCDEF") != 8) return;
  memcpy(who, w->line, digits - 1);
  boot_status status = (boot_status)strtoul(w->line + digits, NULL, 16);
  remember(w, who, status);
  w->rom = w->rom || rom;
  if (rom) w->rom_status = status;
}

void console_watch_take(console_watch *w, char c)
{
  if (c == '\n') {
    if (w->length < sizeof w->line) finish_line(w);
    w->length = 0;
  } else if (c != '\r' && w->length < sizeof w->line) {
    w->line[w->length++] = c;
  }
}

void console_watch_explain(console_watch *w)
{
  for (unsigned i = 0; i < w->count; i++)
    out_note("(%s %08x: %s)", w->codes[i].who, (unsigned)w->codes[i].status, boot_status_text(w->codes[i].status));
  w->count = 0;
}

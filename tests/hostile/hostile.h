/* What the hostile program's files share: attempts, and the words that say what became of one.
 *
 * An attempt is tried once. What it says is printed as one line,
 *
 *     attempt memory.flash.read: fault secure 00000008
 *
 * and when it ends in a restart, the program goes on behind it and says what the crash record has. What should have
 * happened is written in expected.py, so that this program cannot judge itself. */
#ifndef HF_HOSTILE_H
#define HF_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "psa/error.h"

typedef struct attempt attempt;
struct attempt {
  const char *name;
  void (*act)(const attempt *self);
  uint32_t value;   /* for act */
  const void *data; /* for act */
  bool spoils;      /* this program's own set-up: it restarts before the next attempt */
};

typedef struct theme {
  const attempt *attempts;
  uint32_t count;
} theme;
#define THEME(list)                      \
  {                                      \
    list, sizeof(list) / sizeof(list)[0] \
  }

extern const theme theme_start, theme_memory, theme_gate, theme_race, theme_reentry, theme_flood, theme_system,
  theme_stack, theme_keys, theme_end;

/* ---- Words of an outcome: act puts them, the line ends by itself ---- */
void put(const char *text);
void put_hex(uint32_t value);
void put_number(uint32_t value);
void put_bytes(const uint8_t *bytes, uint32_t count);
void put_status(psa_status_t status);
/* The line so far is printed, for attempts that say more than one. */
void put_line_end(void);

#endif

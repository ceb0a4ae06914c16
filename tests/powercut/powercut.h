/* The power-cut sweep: real boot and update code, power cut at every operation, in every way, twice.
 *
 *   scenarios.c  what is going on when the power goes (install, confirm, loader update, recovery, ...)
 *   life.c       one life of the device, from power-on to the next reset, and all that must be true in it
 *   sweep.c      cuts, second cuts, and the count of both
 *   memo.c       signature results remembered, for speed
 */
#ifndef HF_POWERCUT_H
#define HF_POWERCUT_H

#include <stdbool.h>
#include <stdint.h>

#include "rig.h"

#define JOB "AFR_OTA-powercut"

/* The images in play. "old" is what runs at the start. */
typedef enum firmware_id { FIRMWARE_ANCIENT, FIRMWARE_OLD, FIRMWARE_NEW, FIRMWARE_NEXT, FIRMWARES } firmware_id;
typedef enum loader_id { LOADER_OLD, LOADER_NEW, LOADERS } loader_id;
extern test_image firmwares[FIRMWARES];
extern test_image loaders[LOADERS];

/* What firmware does when it finds itself on trial. */
typedef enum trial_habit { TRIAL_CONFIRMS, TRIAL_IS_SILENT, TRIAL_REJECTS } trial_habit;

/* How the journal must end when firmware changed or did not. */
typedef struct outcome_wanted {
  bool confirmed;       /* new firmware came by an update: outcome CONFIRMED and the job are kept until told */
  boot_status reverted; /* the update is always given up, for this reason; 0: it is not */
} outcome_wanted;

typedef struct scenario {
  const char *name;
  void (*prepare)(void); /* lays out the device; not cut */
  void (*act)(void);     /* what the power cut interrupts first; null: only the boots that follow */
  trial_habit habit;
  bool recovers;         /* no firmware may start at first: an operator waits with `new` */
  bool end_old, end_new; /* firmware that may run in the end */
  bool new_loader;       /* `new` may run as loader in the end; otherwise only `old` */
  bool slot_worn;        /* no further update is possible: a slot takes no data */
  bool changes_journal;  /* run it with the journal's block nearly full too */
  outcome_wanted outcome;
} scenario;

extern const scenario scenarios[];
extern const uint32_t scenario_count;

/* Says which cut of which scenario broke what, and ends the program. */
void powercut_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- life.c ---- */

/* Forgets what was seen of the device (a new device, or one put back). */
void life_forget(void);
/* Boots until a whole life has written nothing and all is settled. */
void life_to_the_end(const scenario *s);
/* All that must hold then; with update_again, also that one more update still succeeds. */
void life_judge_the_end(const scenario *s, bool update_again);

#endif

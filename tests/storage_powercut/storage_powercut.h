/* The power-cut sweep of the secure services: real storage code, power cut at every flash and OTP operation, in every
 * way, twice.
 *
 *   scenarios.c  what is going on when the power goes, and what must be true afterwards
 *   model.c      scenarios that are rows of changes to items: what they must leave
 *   sweep.c      cuts, second cuts, and the count of both
 *
 * A scenario of another service is three functions and a line in a table: put it in a file of its own beside
 * scenarios.c. */
#ifndef HF_STORAGE_POWERCUT_H
#define HF_STORAGE_POWERCUT_H

#include <stdbool.h>
#include <stdint.h>

#include "storage.h"
#include "storage_rig.h"

typedef struct cut_scenario {
  const char *name;
  /* Lays out the device (from storage_rig_new() or storage_rig_blank() on); not cut. */
  void (*prepare)(void);
  /* What the power cut interrupts, from power-on: mounts first. Says sweep_step_done() after each change that was
   * reported done. */
  void (*act)(void);
  /* After the mount that follows, which answered `mounted`: fails unless the first `done` changes are there, and of the
   * next one all or nothing. Returns how many changes it found: the answer must stay the same at the next mount. May
   * write: the device is put back after it. */
  uint32_t (*judge)(psa_status_t mounted, uint32_t done);
} cut_scenario;

/* What the scenarios' file gives: their name, and the program's. */
extern const char sweep_name[];
extern const cut_scenario storage_scenarios[];
extern const uint32_t storage_scenario_count;

/* A change has been reported done. */
void sweep_step_done(void);
/* Says which cut of which scenario broke what, and ends the program. */
void sweep_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- model.c: rows of changes ---- */

typedef struct item_change {
  storage_owner owner;
  uint64_t uid;
  uint32_t bytes, seed; /* the new value; seed 0: the item is removed */
  uint32_t flags;
} item_change;

/* Makes the changes; all must succeed. */
void model_prepare(const item_change *changes, uint32_t count);
void model_act(const item_change *changes, uint32_t count);
/* For judge: before, the changes of prepare; changes, those of act. Also tries that one more change works. */
uint32_t model_judge(psa_status_t mounted, const item_change *before, uint32_t before_count, const item_change *changes,
                     uint32_t count, uint32_t done);

#endif

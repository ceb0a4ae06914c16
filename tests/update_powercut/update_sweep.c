/* Power cuts in the secure update service: every operation of every call, in every way it can end.
 *
 * After each cut the device is booted again and must: start the old image or the new one, whole; be in the state before
 * the interrupted call or in the one after it; and let the update be carried to its end from there. Then the same with
 * a second cut in what followed the first: in the short form for some, with --full for many more (minutes). What loader
 * and journal do under power cuts by themselves: tests/powercut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "counter.h"
#include "powercut.h"
#include "update.h"
#include "update_device.h"

enum { PAYLOAD = 4096 + 640, LIVES_MAX = 8, OPERATIONS_MAX = 1 << 14 };
static const char UPDATE_JOB[HF_JOB_MAX] = JOB;

static update_image old, new, older;

/* ---- Saying where it went wrong ---- */

typedef struct cut_made {
  uint64_t at;
  host_operation kind;
  host_torn outcome;
  uint32_t detail;
} cut_made;

static struct {
  const char *scenario, *step;
  bool journal_full;
  uint32_t cuts;
  cut_made cut[2];
} where;

void powercut_fail(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "\nupdate_powercut: FAILED: ");
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\n  scenario \"%s\"%s, in or after \"%s\"\n", where.scenario,
          where.journal_full ? ", journal full" : "", where.step);
  for (uint32_t i = 0; i < where.cuts; i++)
    fprintf(stderr, "  cut at operation %llu: kind %d, outcome %d, detail %u\n", (unsigned long long)where.cut[i].at,
            (int)where.cut[i].kind, (int)where.cut[i].outcome, where.cut[i].detail);
  exit(1);
}

/* ---- One call of the service, and the states it may leave behind ---- */

static struct {
  uint8_t before, after;
  bool told; /* hf_update_outcome_told() was called: the outcome may be gone */
} may_be;

static uint8_t state_after_restart(uint8_t state)
{
  if (state == PSA_FWU_STAGED) return PSA_FWU_TRIAL;
  return state == PSA_FWU_REJECTED ? PSA_FWU_FAILED : state;
}

static void step(const char *name, psa_status_t (*call)(void), psa_status_t wanted, uint8_t after)
{
  where.step = name;
  may_be.before = update_device_query().state;
  may_be.after = after;
  const psa_status_t answer = call();
  if (answer != wanted) powercut_fail("answered %d", (int)answer);
  const uint8_t state = update_device_query().state;
  if (state != after) powercut_fail("state %u instead of %u", state, after);
  may_be.before = after;
}

static psa_status_t begin_plain(void)
{
  return update_control_begin(NULL, 0);
}

static psa_status_t begin_early(void)
{
  return update_control_begin(&new, MANIFEST_BYTES);
}

static psa_status_t write_block(uint32_t at)
{
  return update_control_write(at, (const uint8_t *)&new + at, FLASH_BLOCK_BYTES);
}

/* Last pieces first; what power loss tore goes with its whole block. */
static psa_status_t write_pieces(void)
{
  enum { PIECE = 512 };
  for (uint32_t end = (update_image_bytes(&new) + PIECE - 1) / PIECE * PIECE; end > 0; end -= PIECE) {
    const uint32_t at = end - PIECE;
    psa_status_t status = update_control_write(at, (const uint8_t *)&new + at, PIECE);
    if (status == PSA_ERROR_ALREADY_EXISTS) status = write_block(at - at % FLASH_BLOCK_BYTES);
    if (status != PSA_SUCCESS) return status;
  }
  return PSA_SUCCESS;
}

static psa_status_t write_blocks(void)
{
  for (uint32_t at = 0; at < update_image_bytes(&new); at += FLASH_BLOCK_BYTES) {
    const psa_status_t status = write_block(at);
    if (status != PSA_SUCCESS) return status;
  }
  return PSA_SUCCESS;
}

static psa_status_t install(void)
{
  return update_control_install(UPDATE_JOB);
}

static psa_status_t tell(void)
{
  may_be.told = true;
  return update_control_outcome_told();
}

/* What begin() promised of the staged manifest: in WRITING it is there, or blank when there was none to stage. */
static const manifest *staged;

static void check_staged(void)
{
  const uint8_t *there = update_flash + update_map.staging + FLASH_BLOCK_BYTES, *wanted = (const uint8_t *)staged;
  for (uint32_t i = 0; i < MANIFEST_BYTES; i++)
    if (there[i] != (wanted ? wanted[i] : 0xFF)) powercut_fail("begun, but byte %u of its manifest is wrong", i);
}

static void do_begin(void)
{
  staged = NULL;
  step("begin", begin_plain, PSA_SUCCESS, PSA_FWU_WRITING);
}
static void do_begin_early(void)
{
  staged = &new.m;
  step("begin with a manifest", begin_early, PSA_SUCCESS, PSA_FWU_WRITING);
}
static void do_write_pieces(void)
{
  step("write pieces", write_pieces, PSA_SUCCESS, PSA_FWU_WRITING);
}
static void do_write_blocks(void)
{
  step("write blocks", write_blocks, PSA_SUCCESS, PSA_FWU_WRITING);
}
static void do_finish(void)
{
  step("finish", update_control_finish, PSA_SUCCESS, PSA_FWU_CANDIDATE);
}
static void do_install(void)
{
  step("install", install, PSA_SUCCESS_REBOOT, PSA_FWU_STAGED);
}
static void do_accept(void)
{
  step("accept", update_control_accept, PSA_SUCCESS, PSA_FWU_READY);
}
static void do_tell(void)
{
  step("outcome told", tell, PSA_SUCCESS, PSA_FWU_READY);
}
static void do_cancel(void)
{
  step("cancel", update_control_cancel, PSA_SUCCESS, PSA_FWU_FAILED);
}
static void do_clean(void)
{
  step("clean", update_control_clean, PSA_SUCCESS, PSA_FWU_READY);
}
static void do_reject_trial(void)
{
  step("reject", update_control_reject, PSA_SUCCESS_REBOOT, PSA_FWU_REJECTED);
}
static void do_reject_staged(void)
{
  step("reject", update_control_reject, PSA_SUCCESS, PSA_FWU_FAILED);
}

/* ---- Power-on ---- */

static void check_active_slot(void)
{
  const uint32_t active = update_boot.l.journal.now.active;
  if (active == BOOT_SLOT_NONE) powercut_fail("no slot is active");
  const uint8_t *slot = update_flash + update_slot_base(active);
  if (memcmp(slot, &old, update_image_bytes(&old)) != 0 && memcmp(slot, &new, update_image_bytes(&new)) != 0)
    powercut_fail("the active slot was touched");
}

static void check_counter(void)
{
  uint32_t counter;
  if (counter_read(COUNTER_FIRMWARE, &counter) != BOOT_OK) powercut_fail("the counter does not answer");
  if (counter > update_boot.info.security_version) powercut_fail("the counter is ahead of what runs");
  if (update_boot.info.trial && counter != old.m.security_version) powercut_fail("the counter rose in a trial");
}

static void do_power_on(void)
{
  may_be.after = state_after_restart(may_be.after);
  may_be.before = state_after_restart(may_be.before);
  const boot_status status = update_device_boot();
  if (status != BOOT_OK) powercut_fail("does not boot: %s", boot_status_text(status));
  if (!update_device_runs(&old) && !update_device_runs(&new)) powercut_fail("what runs is neither old nor new");
  if (update_boot.settle != BOOT_OK) powercut_fail("settling: %s", boot_status_text(update_boot.settle));
  check_active_slot();
  check_counter();
  const uint8_t state = update_device_query().state;
  if (state != may_be.before && state != may_be.after)
    powercut_fail("state %u, neither %u (before) nor %u (after)", state, may_be.before, may_be.after);
  if (strstr(where.step, "begin") && state == PSA_FWU_WRITING) check_staged();
  may_be.before = may_be.after = state;
}

/* ---- To the end ---- */

static void go_on_as_far_as_this_boot_can(void)
{
  uint8_t state = update_device_query().state;
  if (state == PSA_FWU_READY || state == PSA_FWU_FAILED) {
    do_begin();
    state = PSA_FWU_WRITING;
  }
  if (state == PSA_FWU_WRITING) {
    do_write_pieces();
    do_finish();
    state = PSA_FWU_CANDIDATE;
  }
  if (state == PSA_FWU_CANDIDATE) do_install();
  if (state == PSA_FWU_TRIAL) do_accept();
}

static void check_the_end(void)
{
  uint32_t counter;
  const psa_fwu_component_info_t info = update_device_query();
  const bool to_tell = info.impl.outcome == HF_OUTCOME_CONFIRMED && memcmp(info.impl.job, UPDATE_JOB, HF_JOB_MAX) == 0;
  if (!to_tell && !may_be.told) powercut_fail("confirmed, and nothing will tell the cloud");
  if (counter_read(COUNTER_FIRMWARE, &counter) != BOOT_OK || counter != new.m.security_version)
    powercut_fail("the counter was not raised");
  do_tell();
}

static void carry_to_the_end(void)
{
  for (uint32_t lives = 0; lives < LIVES_MAX; lives++) {
    do_power_on();
    if (update_device_runs(&new) && update_device_query().state == PSA_FWU_READY) {
      check_the_end();
      return;
    }
    go_on_as_far_as_this_boot_can();
  }
  powercut_fail("no end after %d lives", LIVES_MAX);
}

/* ---- Scenarios: steps that are prepared, and steps that are cut ---- */

enum { STEPS_MAX = 10 };
typedef void (*step_fn)(void);

typedef struct scenario_of_calls {
  const char *name;
  uint32_t slot;      /* that runs */
  bool short_journal; /* again with the journal full */
  step_fn prepared[STEPS_MAX];
  step_fn cut[STEPS_MAX];
} scenario_of_calls;

/* A whole block half torn already, and another one unreadable. */
static void do_tear_blocks(void)
{
  const uint32_t slot = update_slot_base(update_boot.info.slot ^ 1u);
  memset(update_flash + slot + FLASH_BLOCK_BYTES + 48, 0x24, 8);
  host_flash_make_unreadable(slot + 2 * FLASH_BLOCK_BYTES);
}

#define TO_WRITING do_begin, do_write_blocks
#define TO_CANDIDATE TO_WRITING, do_finish
#define TO_STAGED TO_CANDIDATE, do_install
#define TO_TRIAL TO_STAGED, do_power_on

static const scenario_of_calls calls[] = {
  {"begin", BOOT_SLOT_A, false, {NULL}, {do_begin}},
  {"begin with a manifest", BOOT_SLOT_A, false, {NULL}, {do_begin_early}},
  {"begin after a failure", BOOT_SLOT_A, true, {TO_CANDIDATE, do_cancel}, {do_begin_early}},
  {"write pieces", BOOT_SLOT_A, false, {do_begin}, {do_write_pieces}},
  {"write blocks", BOOT_SLOT_A, false, {do_begin_early}, {do_write_blocks}},
  {"write over torn blocks", BOOT_SLOT_A, false, {TO_WRITING, do_tear_blocks}, {do_write_blocks}},
  {"finish", BOOT_SLOT_A, false, {TO_WRITING}, {do_finish}},
  {"install", BOOT_SLOT_A, true, {TO_CANDIDATE}, {do_install}},
  {"trial boot, accept", BOOT_SLOT_A, true, {TO_STAGED}, {do_accept, do_tell}},
  {"trial boot, reject", BOOT_SLOT_A, true, {TO_STAGED}, {do_reject_trial, do_power_on, do_clean}},
  {"reject, staged", BOOT_SLOT_A, true, {TO_CANDIDATE}, {do_install, do_reject_staged}},
  {"cancel, writing", BOOT_SLOT_A, true, {TO_WRITING}, {do_cancel, do_clean}},
  {"cancel, candidate", BOOT_SLOT_A, true, {TO_CANDIDATE}, {do_cancel}},
  {"all of it, B runs", BOOT_SLOT_B, false, {NULL}, {TO_STAGED, do_power_on, do_accept, do_tell}},
};

static void run_steps(const step_fn steps[STEPS_MAX])
{
  for (uint32_t i = 0; i < STEPS_MAX && steps[i]; i++) steps[i]();
}

/* The service has no memory but flash, so a run begins with a boot, which is cut like the rest. */
static void run_scenario(const scenario_of_calls *s)
{
  do_power_on();
  run_steps(s->cut);
  carry_to_the_end();
}

static void fill_journal(void)
{
  journal j;
  journal_open(&j);
  while (j.next != JOURNAL_FULL)
    if (journal_append(&j, &j.now) != BOOT_OK) powercut_fail("cannot fill the journal");
}

static void prepare(const scenario_of_calls *s)
{
  update_device_new(s->slot, &old);
  update_device_put(update_slot_base(s->slot ^ 1u), &older, update_image_bytes(&older));
  memset(&may_be, 0, sizeof may_be);
  where.step = "start";
  do_power_on();
  run_steps(s->prepared);
  if (where.journal_full) fill_journal();
}

/* ---- All the memory a device has ---- */

enum { UNITS = UPDATE_FLASH_BYTES / FLASH_UNIT_BYTES };
typedef struct device_state {
  uint8_t flash[UPDATE_FLASH_BYTES], otp[OTP_BYTES], marks[UNITS];
  uint8_t before, after;
  bool told;
} device_state;

static void save(device_state *state)
{
  memcpy(state->flash, update_flash, sizeof state->flash);
  memcpy(state->otp, rig.otp, sizeof state->otp);
  memcpy(state->marks, host_flash_marks(), UNITS);
  state->before = may_be.before;
  state->after = may_be.after;
  state->told = may_be.told;
}

static void restore(const device_state *state)
{
  memcpy(update_flash, state->flash, sizeof state->flash);
  memcpy(rig.otp, state->otp, sizeof state->otp);
  memcpy(host_flash_marks(), state->marks, UNITS);
  may_be.before = state->before;
  may_be.after = state->after;
  may_be.told = state->told;
}

/* ---- Cuts ---- */

typedef struct way {
  host_torn outcome;
  uint32_t detail;
} way;
enum { WAYS_MAX = 12 };
/* "Not done" is "done" of the operation before. Ended by an all-0 entry, which is "not done". */
static const way all_ways[][WAYS_MAX] = {
  [HOST_PROGRAM] = {{HOST_TORN_ALL, 0},
                    {HOST_TORN_PREFIX, 1},
                    {HOST_TORN_PREFIX, 9},
                    {HOST_TORN_PREFIX, 15},
                    {HOST_TORN_RANDOM, 1},
                    {HOST_TORN_RANDOM, 2},
                    {HOST_TORN_UNREADABLE, 0}},
  [HOST_ERASE] = {{HOST_TORN_ALL, 0},
                  {HOST_TORN_PREFIX, 1},
                  {HOST_TORN_PREFIX, 16},
                  {HOST_TORN_PREFIX, 1024},
                  {HOST_TORN_PREFIX, 4095},
                  {HOST_TORN_RANDOM, 1},
                  {HOST_TORN_RANDOM, 2},
                  {HOST_TORN_UNREADABLE, 0},
                  {HOST_TORN_UNREADABLE, 1024},
                  {HOST_TORN_UNREADABLE, 4080}},
  [HOST_OTP] =
    {{HOST_TORN_ALL, 0}, {HOST_TORN_PREFIX, 3}, {HOST_TORN_PREFIX, 7}, {HOST_TORN_RANDOM, 1}, {HOST_TORN_RANDOM, 2}},
};

static struct {
  bool full;
  uint64_t cuts, second_cuts;
} sweep;

static jmp_buf power_off;

static void cut_power_handler(void)
{
  longjmp(power_off, 1);
}

/* False when the run ended before the operation was reached. s: null for what follows a first cut. */
static bool run_cut(const scenario_of_calls *s, const device_state *from, uint32_t number, const cut_made *c)
{
  restore(from);
  where.cuts = number + 1;
  where.cut[number] = *c;
  host_cut_arm(c->at, c->outcome, c->detail, cut_power_handler);
  if (setjmp(power_off) != 0) return true;
  if (s)
    run_scenario(s);
  else
    carry_to_the_end();
  return false;
}

/* The run without a cut: number of operations, and their kinds. */
static uint64_t run_uncut(const scenario_of_calls *s, const device_state *from, uint8_t kinds[OPERATIONS_MAX])
{
  restore(from);
  host_cut_disarm();
  if (s)
    run_scenario(s);
  else
    carry_to_the_end();
  const uint64_t operations = host_operations();
  if (operations > OPERATIONS_MAX) powercut_fail("%llu operations: too many", (unsigned long long)operations);
  for (uint64_t i = 0; i < operations; i++) kinds[i] = (uint8_t)host_operation_kind(i);
  return operations;
}

static void second_cuts(const device_state *first, uint64_t operations, const uint8_t *kinds)
{
  static uint8_t unused[OPERATIONS_MAX];
  static device_state second;
  static uint64_t turn;
  const uint64_t stride = sweep.full ? 1 : 29;
  for (uint64_t at = turn % stride; at < operations; at += stride) {
    const way *ways = all_ways[kinds[at]];
    uint32_t count = 1; /* each kind has one */
    while (count < WAYS_MAX && ways[count].outcome != HOST_TORN_NOTHING) count++;
    const way *w = &ways[turn++ % count];
    const cut_made c = {at, (host_operation)kinds[at], w->outcome, w->detail};
    if (!run_cut(NULL, first, 1, &c)) powercut_fail("the second cut was never reached");
    sweep.second_cuts++;
    save(&second);
    run_uncut(NULL, &second, unused);
  }
  where.cuts = 1;
}

static void first_cut(const scenario_of_calls *s, const device_state *start, const cut_made *c)
{
  static device_state first;
  static uint8_t kinds[OPERATIONS_MAX];
  if (!run_cut(s, start, 0, c)) powercut_fail("the cut was never reached");
  save(&first);
  const uint64_t operations = run_uncut(NULL, &first, kinds);
  if (sweep.cuts++ % (sweep.full ? 20 : 31) == 0) second_cuts(&first, operations, kinds);
}

/* Up to the end of the scenario's own steps: those of the update that follows are other scenarios' matter. */
static uint64_t operations_of_the_steps(const scenario_of_calls *s, const device_state *start)
{
  restore(start);
  host_cut_disarm();
  do_power_on();
  run_steps(s->cut);
  return host_operations();
}

static void sweep_scenario(const scenario_of_calls *s)
{
  static device_state start;
  static uint8_t kinds[OPERATIONS_MAX];
  where.cuts = 0;
  prepare(s);
  save(&start);
  const uint64_t operations = operations_of_the_steps(s, &start);
  run_uncut(s, &start, kinds);
  for (uint64_t at = 0; at < operations; at++)
    for (const way *w = all_ways[kinds[at]]; w < all_ways[kinds[at]] + WAYS_MAX && w->outcome != HOST_TORN_NOTHING; w++)
      first_cut(s, &start, &(cut_made){at, (host_operation)kinds[at], w->outcome, w->detail});
}

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void report(double began, uint64_t cuts_before)
{
  printf("%-24s%s %8llu cuts %7.1f s\n", where.scenario, where.journal_full ? ", journal full" : "              ",
         (unsigned long long)(sweep.cuts - cuts_before), seconds() - began);
  fflush(stdout);
}

int main(int argc, char **argv)
{
  const double began = seconds();
  if (argc > 2 || (argc == 2 && strcmp(argv[1], "--full") != 0)) {
    fprintf(stderr, "usage: update_powercut [--full]\n");
    return 2;
  }
  sweep.full = argc == 2;
  update_image_make(&older, 0, 3, PAYLOAD + 512);
  update_image_make(&old, 1, 0x0102, PAYLOAD);
  update_image_make(&new, 2, 0x5A04, PAYLOAD);
  for (uint32_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    for (int full = 0; full <= (calls[i].short_journal ? 1 : 0); full++) {
      const double began_this = seconds();
      const uint64_t cuts = sweep.cuts;
      where.scenario = calls[i].name;
      where.journal_full = full != 0;
      sweep_scenario(&calls[i]);
      report(began_this, cuts);
    }
  }
  printf("update_powercut: %llu cuts, %llu second cuts survived in %.1f s\n", (unsigned long long)sweep.cuts,
         (unsigned long long)sweep.second_cuts, seconds() - began);
  return 0;
}

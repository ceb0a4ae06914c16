/* storage_powercut, keys_powercut [--full] [--scenario PART-OF-NAME]
 *
 * For every scenario: once without a cut, counting operations; then cut at every operation, in every way an interrupted
 * operation can end; from each state that leaves, mounts and judges, and again with a second cut at every operation of
 * that mount. A state that was judged before (same flash, same bad units, same OTP, same promises) is not judged again.
 *
 * The short form, for every day, takes second cuts after some of the first ones and in fewer ways; --full after every
 * one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage_powercut.h"

/* ---- Saying where it went wrong ---- */

typedef struct cut_made {
  uint64_t at;
  host_operation kind;
  host_torn outcome;
  uint32_t detail;
} cut_made;

static struct {
  const char *scenario;
  uint32_t cuts;
  cut_made cut[2];
} where;

static uint32_t steps_done;

void sweep_step_done(void)
{
  steps_done++;
}

static void print_cut(const cut_made *c)
{
  static const char *const kinds[] = {"program", "erase", "OTP"};
  static const char *const outcomes[] = {"not done", "prefix", "done", "random", "unreadable"};
  fprintf(stderr, "  cut at operation %llu (%s), %s, detail %u\n", (unsigned long long)c->at, kinds[c->kind],
          outcomes[c->outcome], c->detail);
}

void sweep_fail(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "\n%s: FAILED: ", sweep_name);
  vfprintf(stderr, format, arguments); /* NOLINT(clang-analyzer-valist.Uninitialized): two lines above */
  va_end(arguments);
  fprintf(stderr, "\n  scenario \"%s\", %u changes done\n", where.scenario, steps_done);
  for (uint32_t i = 0; i < where.cuts; i++) print_cut(&where.cut[i]);
  exit(1);
}

/* ---- States judged before ---- */

typedef struct fingerprint {
  uint64_t a, b;
} fingerprint;

static struct {
  fingerprint *entry; /* open addressing; {0, 0} is free */
  size_t size, used;
} judged;

/* Two multiplicative hashes of 64 bits: a collision among the states of a full run has a chance below 10^-20. */
static fingerprint fingerprint_of(const storage_rig_state *s, uint32_t done, uint32_t cuts)
{
  fingerprint f = {0x9E3779B97F4A7C15u + done, 0xC2B2AE3D27D4EB4Fu + cuts};
  for (size_t i = 0; i < sizeof *s; i += 8) {
    uint64_t word;
    memcpy(&word, (const uint8_t *)s + i, 8);
    f.a = (f.a ^ word) * 0xFF51AFD7ED558CCDu;
    f.a ^= f.a >> 32;
    f.b = (f.b + word) * 0xC4CEB9FE1A85EC53u;
    f.b ^= f.b >> 29;
  }
  return f;
}
_Static_assert(sizeof(storage_rig_state) % 8 == 0, "hashed in words");

static void judged_size(size_t size)
{
  free(judged.entry);
  judged.entry = calloc(size, sizeof judged.entry[0]);
  judged.size = size;
  judged.used = 0;
  if (!judged.entry) abort();
}

static bool judged_note(fingerprint f)
{
  size_t i = f.a & (judged.size - 1);
  while ((judged.entry[i].a | judged.entry[i].b) != 0) {
    if (judged.entry[i].a == f.a && judged.entry[i].b == f.b) return true;
    i = (i + 1) & (judged.size - 1);
  }
  judged.entry[i] = f;
  judged.used++;
  return false;
}

static bool judged_before(const storage_rig_state *s, uint32_t done, uint32_t cuts)
{
  if (judged.used * 2 > judged.size) judged_size(judged.size); /* forgets: some are judged twice */
  return judged_note(fingerprint_of(s, done, cuts));
}

/* ---- Ways an operation can end ---- */

typedef struct way {
  host_torn outcome;
  uint32_t detail;
} way;

typedef struct ways {
  uint32_t count;
  way list[24];
} ways;

#define PREFIX(n)       \
  {                     \
    HOST_TORN_PREFIX, n \
  }
#define RANDOM(n)       \
  {                     \
    HOST_TORN_RANDOM, n \
  }
#define UNREADABLE(n)       \
  {                         \
    HOST_TORN_UNREADABLE, n \
  }
#define NOTHING          \
  {                      \
    HOST_TORN_NOTHING, 0 \
  }
#define DONE         \
  {                  \
    HOST_TORN_ALL, 0 \
  }

static const ways all_ways[] = {
  [HOST_PROGRAM] = {14,
                    {NOTHING, PREFIX(1), PREFIX(2), PREFIX(4), PREFIX(7), PREFIX(8), PREFIX(12), PREFIX(15), DONE,
                     RANDOM(1), RANDOM(2), RANDOM(3), RANDOM(4), UNREADABLE(0)}},
  [HOST_ERASE] = {15,
                  {NOTHING, PREFIX(1), PREFIX(3), PREFIX(16), PREFIX(128), PREFIX(1024), PREFIX(2048), PREFIX(4095),
                   DONE, RANDOM(1), RANDOM(2), RANDOM(3), UNREADABLE(0), UNREADABLE(1024), UNREADABLE(4080)}},
  [HOST_OTP] = {14,
                {NOTHING, PREFIX(1), PREFIX(2), PREFIX(3), PREFIX(4), PREFIX(5), PREFIX(6), PREFIX(7), DONE, RANDOM(1),
                 RANDOM(2), RANDOM(3), RANDOM(4), UNREADABLE(0)}},
};
/* "Not done" is "done" of the operation before, so a second cut needs only one of them. */
static const ways few_ways[] = {
  [HOST_PROGRAM] = {4, {PREFIX(7), DONE, RANDOM(5), UNREADABLE(0)}},
  [HOST_ERASE] = {4, {PREFIX(64), DONE, RANDOM(5), UNREADABLE(0)}},
  [HOST_OTP] = {3, {PREFIX(3), DONE, RANDOM(5)}},
};

/* ---- The sweep ---- */

static struct {
  bool full;
  const char *only;
} options;

enum { OPERATIONS_MAX = 8192, SECOND_CUTS_EVERY = 800 };

typedef struct tally {
  uint64_t operations, cuts, second_cuts, states;
} tally;

static jmp_buf power_off;

static void cut_power_handler(void)
{
  longjmp(power_off, 1);
}

static uint64_t counted(uint8_t kinds[OPERATIONS_MAX])
{
  const uint64_t operations = host_operations();
  if (operations > OPERATIONS_MAX) sweep_fail("%llu operations: too many", (unsigned long long)operations);
  for (uint64_t i = 0; i < operations; i++) kinds[i] = (uint8_t)host_operation_kind(i);
  return operations;
}

/* Mounts without a cut, twice: what the first showed, the second must show. Returns the operations of the first. */
static uint64_t mount_and_judge(const cut_scenario *s, uint8_t kinds[OPERATIONS_MAX])
{
  static storage_rig_state mounted;
  const uint32_t done = steps_done;
  host_cut_disarm();
  psa_status_t status = storage_rig_restart();
  const uint64_t operations = counted(kinds);
  storage_rig_save(&mounted);
  const uint32_t found = s->judge(status, done);
  storage_rig_put_back(&mounted);
  status = storage_rig_restart();
  if (s->judge(status, done) != found) sweep_fail("the next mount shows something else");
  return operations;
}

/* Leaves the device as the cut left it. */
static void run_cut(const storage_rig_state *from, uint32_t number, const cut_made *c, void (*act)(void))
{
  storage_rig_put_back(from);
  where.cuts = number + 1;
  where.cut[number] = *c;
  host_cut_arm(c->at, c->outcome, c->detail, cut_power_handler);
  if (setjmp(power_off) == 0) {
    act();
    sweep_fail("the cut was never reached");
  }
}

static void mount_only(void)
{
  const psa_status_t status = storage_rig_restart();
  (void)status; /* power goes before it can answer */
}

static void second_cuts(const cut_scenario *s, const storage_rig_state *first, uint64_t operations,
                        const uint8_t *kinds, tally *t)
{
  static storage_rig_state state;
  static uint8_t unused[OPERATIONS_MAX];
  const uint32_t done = steps_done;
  for (uint64_t at = 0; at < operations; at++) {
    const ways *w = &few_ways[kinds[at]];
    for (uint32_t i = 0; i < w->count; i++) {
      steps_done = done;
      run_cut(first, 1, &(cut_made){at, (host_operation)kinds[at], w->list[i].outcome, w->list[i].detail}, mount_only);
      t->second_cuts++;
      storage_rig_save(&state);
      if (judged_before(&state, done, 0)) continue;
      t->states++;
      mount_and_judge(s, unused);
    }
  }
  where.cuts = 1;
}

static bool takes_second_cuts(void)
{
  static uint64_t states;
  return options.full || states++ % SECOND_CUTS_EVERY == 0;
}

static void first_cut(const cut_scenario *s, const storage_rig_state *start, const cut_made *c, tally *t)
{
  static storage_rig_state state;
  static uint8_t kinds[OPERATIONS_MAX];
  steps_done = 0;
  run_cut(start, 0, c, s->act);
  const uint32_t done = steps_done;
  t->cuts++;
  storage_rig_save(&state);
  if (judged_before(&state, done, 1)) return;
  t->states++;
  const uint64_t operations = mount_and_judge(s, kinds);
  steps_done = done;
  if (operations > 0 && takes_second_cuts()) second_cuts(s, &state, operations, kinds, t);
}

static void sweep(const cut_scenario *s, const storage_rig_state *start, tally *t)
{
  static uint8_t kinds[OPERATIONS_MAX], unused[OPERATIONS_MAX];
  where.cuts = 0;
  steps_done = 0;
  storage_rig_put_back(start);
  host_cut_disarm();
  s->act();
  t->operations = counted(kinds);
  mount_and_judge(s, unused);
  for (uint64_t at = 0; at < t->operations; at++) {
    const ways *w = &all_ways[kinds[at]];
    for (uint32_t i = 0; i < w->count; i++)
      first_cut(s, start, &(cut_made){at, (host_operation)kinds[at], w->list[i].outcome, w->list[i].detail}, t);
  }
}

static double seconds(void)
{
  struct timespec clock;
  clock_gettime(CLOCK_MONOTONIC, &clock);
  return (double)clock.tv_sec + 1e-9 * (double)clock.tv_nsec;
}

static tally run_scenario(const cut_scenario *s)
{
  static storage_rig_state start;
  tally t = {0, 0, 0, 0};
  const double began = seconds();
  where.scenario = s->name;
  judged_size(1u << 18);
  s->prepare();
  storage_rig_random_is = STORAGE_RIG_RANDOM_SAME; /* so that equal states are equal */
  storage_rig_save(&start);
  sweep(s, &start, &t);
  if (t.cuts < t.operations || t.operations == 0) sweep_fail("not every operation was cut");
  printf("%-28s %6llu operations %7llu cuts %8llu second cuts %8llu states %6.1f s\n", s->name,
         (unsigned long long)t.operations, (unsigned long long)t.cuts, (unsigned long long)t.second_cuts,
         (unsigned long long)t.states, seconds() - began);
  fflush(stdout);
  return t;
}

static bool read_options(int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--full") == 0)
      options.full = true;
    else if (strcmp(argv[i], "--scenario") == 0 && i + 1 < argc)
      options.only = argv[++i];
    else
      return false;
  }
  return true;
}

int main(int argc, char **argv)
{
  if (!read_options(argc, argv)) {
    fprintf(stderr, "usage: %s [--full] [--scenario PART-OF-NAME]\n", sweep_name);
    return 2;
  }
  tally all = {0, 0, 0, 0};
  const double began = seconds();
  for (uint32_t i = 0; i < storage_scenario_count; i++) {
    if (options.only && !strstr(storage_scenarios[i].name, options.only)) continue;
    const tally t = run_scenario(&storage_scenarios[i]);
    all.operations += t.operations;
    all.cuts += t.cuts;
    all.second_cuts += t.second_cuts;
  }
  if (all.cuts == 0) {
    fprintf(stderr, "%s: no scenario is called that, nothing was cut\n", sweep_name);
    return 1;
  }
  printf("%s: %llu operations, %llu cuts, %llu second cuts survived in %.1f s\n", sweep_name,
         (unsigned long long)all.operations, (unsigned long long)all.cuts, (unsigned long long)all.second_cuts,
         seconds() - began);
  return 0;
}

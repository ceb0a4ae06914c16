/* powercut [--full] [--scenario PART-OF-NAME]
 *
 * For every scenario: once without a cut, counting operations; then cut at every operation, in every way an
 * interrupted operation can end; from each state that leaves, boots to the end, and again with a second cut
 * at every operation of those boots. A state that was judged before (same flash, same unreadable units, same OTP)
 * is not judged again: the device has no other memory.
 *
 * The short form, for every day, does all first cuts in all ways; it takes second cuts after some of them, at every
 * operation but in fewer ways. --full takes second cuts after every one, in all ways where the boots that follow are
 * short, in fewer ways where they write a whole image again. It runs for hours; --scenario does a part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "powercut.h"

test_image firmwares[FIRMWARES];
test_image loaders[LOADERS];

/* ---- Saying where it went wrong ---- */

typedef struct cut_made {
  uint64_t at;
  host_operation kind;
  host_torn outcome;
  uint32_t detail;
} cut_made;

static struct {
  const char *scenario;
  int journal_room;
  uint32_t cuts;
  cut_made cut[2];
} where;

static void print_cut(const cut_made *c)
{
  static const char *const kinds[] = {"program", "erase", "OTP"};
  static const char *const outcomes[] = {"not done", "prefix", "done", "random", "unreadable"};
  fprintf(stderr, "  cut at operation %llu (%s), %s, detail %u\n", (unsigned long long)c->at, kinds[c->kind],
          outcomes[c->outcome], c->detail);
}

void powercut_fail(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "\npowercut: FAILED: ");
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\n  scenario \"%s\", journal room %d\n", where.scenario, where.journal_room);
  for (uint32_t i = 0; i < where.cuts; i++) print_cut(&where.cut[i]);
  exit(1);
}

/* ---- All the memory a device has ---- */

enum { UNITS = RIG_FLASH_BYTES / FLASH_UNIT_BYTES };

typedef struct device_state {
  rig_memory memory;
  uint8_t marks[UNITS];
} device_state;

static void save(device_state *state)
{
  state->memory = rig;
  memcpy(state->marks, host_flash_marks(), UNITS);
}

static void restore(const device_state *state)
{
  rig = state->memory;
  memcpy(host_flash_marks(), state->marks, UNITS);
}

typedef struct fingerprint {
  uint64_t a, b;
} fingerprint;

/* Two multiplicative hashes of 64 bits: a collision among the 10^7 states of a full run has a chance below 10^-20. */
static fingerprint fingerprint_of(const device_state *state)
{
  const uint8_t *bytes = (const uint8_t *)state;
  fingerprint f = {0x9E3779B97F4A7C15u, 0xC2B2AE3D27D4EB4Fu};
  for (size_t i = 0; i < sizeof *state; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    f.a = (f.a ^ word) * 0xFF51AFD7ED558CCDu;
    f.a ^= f.a >> 32;
    f.b = (f.b + word) * 0xC4CEB9FE1A85EC53u;
    f.b ^= f.b >> 29;
  }
  return f;
}
_Static_assert(sizeof(device_state) % 8 == 0, "hashed in words");

/* ---- States judged before ---- */

static struct {
  fingerprint *entry; /* open addressing; {0, 0} is free */
  uint8_t *depth;     /* further cuts that were tried from it */
  size_t size, used;
} judged;

static void judged_clear(void)
{
  free(judged.entry);
  free(judged.depth);
  judged.size = 1 << 16;
  judged.used = 0;
  judged.entry = calloc(judged.size, sizeof judged.entry[0]);
  judged.depth = calloc(judged.size, 1);
  if (!judged.entry || !judged.depth) abort();
}

static size_t judged_place(fingerprint f)
{
  size_t i = f.a & (judged.size - 1);
  while ((judged.entry[i].a | judged.entry[i].b) != 0 && (judged.entry[i].a != f.a || judged.entry[i].b != f.b))
    i = (i + 1) & (judged.size - 1);
  return i;
}

static void judged_grow(void)
{
  fingerprint *entry = judged.entry;
  uint8_t *depth = judged.depth;
  const size_t size = judged.size;
  judged.size *= 2;
  judged.entry = calloc(judged.size, sizeof entry[0]);
  judged.depth = calloc(judged.size, 1);
  if (!judged.entry || !judged.depth) abort();
  for (size_t i = 0; i < size; i++) {
    if ((entry[i].a | entry[i].b) == 0) continue;
    const size_t place = judged_place(entry[i]);
    judged.entry[place] = entry[i];
    judged.depth[place] = depth[i];
  }
  free(entry);
  free(depth);
}

/* True when the state has been judged with as many further cuts; notes it otherwise. */
static bool judged_before(const device_state *state, uint8_t further_cuts)
{
  if (judged.used * 2 > judged.size) judged_grow();
  const fingerprint f = fingerprint_of(state);
  const size_t i = judged_place(f);
  const bool known = (judged.entry[i].a | judged.entry[i].b) != 0;
  if (known && judged.depth[i] > further_cuts) return true;
  if (!known) judged.used++;
  judged.entry[i] = f;
  judged.depth[i] = (uint8_t)(further_cuts + 1);
  return false;
}

/* ---- Ways an operation can end ---- */

typedef struct way {
  host_torn outcome;
  uint32_t detail;
} way;

#define WAYS(...)                                                              \
  {                                                                            \
    .count = sizeof((way[]){__VA_ARGS__}) / sizeof(way), .list = (const way[]) \
    {                                                                          \
      __VA_ARGS__                                                              \
    }                                                                          \
  }
typedef struct ways {
  uint32_t count;
  const way *list;
} ways;

#define PREFIX(n)       \
  {                     \
    HOST_TORN_PREFIX, n \
  }
#define RANDOM(n)       \
  {                     \
    HOST_TORN_RANDOM, n \
  }
static const ways all_ways[] = {
  [HOST_PROGRAM] = WAYS({HOST_TORN_NOTHING, 0}, PREFIX(1), PREFIX(2), PREFIX(3), PREFIX(4), PREFIX(5), PREFIX(6),
                        PREFIX(7), PREFIX(8), PREFIX(9), PREFIX(10), PREFIX(11), PREFIX(12), PREFIX(13), PREFIX(14),
                        PREFIX(15), {HOST_TORN_ALL, 0}, RANDOM(1), RANDOM(2), RANDOM(3), RANDOM(4),
                        {HOST_TORN_UNREADABLE, 0}),
  [HOST_ERASE] = WAYS({HOST_TORN_NOTHING, 0}, PREFIX(1), PREFIX(3), PREFIX(16), PREFIX(128), PREFIX(1024), PREFIX(2048),
                      PREFIX(4095), {HOST_TORN_ALL, 0}, RANDOM(1), RANDOM(2), RANDOM(3), {HOST_TORN_UNREADABLE, 0},
                      {HOST_TORN_UNREADABLE, 1024}, {HOST_TORN_UNREADABLE, 4080}),
  [HOST_OTP] = WAYS({HOST_TORN_NOTHING, 0}, PREFIX(1), PREFIX(2), PREFIX(3), PREFIX(4), PREFIX(5), PREFIX(6), PREFIX(7),
                    {HOST_TORN_ALL, 0}, RANDOM(1), RANDOM(2), RANDOM(3), RANDOM(4)),
};
/* "Not done" is "done" of the operation before, so a second cut needs only one of them. */
static const ways few_ways[] = {
  [HOST_PROGRAM] = WAYS(PREFIX(7), {HOST_TORN_ALL, 0}, RANDOM(5), {HOST_TORN_UNREADABLE, 0}),
  [HOST_ERASE] = WAYS(PREFIX(64), {HOST_TORN_ALL, 0}, RANDOM(5), {HOST_TORN_UNREADABLE, 0}),
  [HOST_OTP] = WAYS(PREFIX(3), {HOST_TORN_ALL, 0}, RANDOM(5)),
};

/* ---- The sweep ---- */

static struct {
  bool full;
  const char *only;
} options;

/* Boots that do more operations than that write an image or a loader again. */
enum { OPERATIONS_MAX = 8192, LONG_RECOVERY = 64 };

typedef struct tally {
  uint64_t operations, cuts, second_cuts, states;
} tally;

static jmp_buf power_off;

static void cut_power_handler(void)
{
  longjmp(power_off, 1);
}

static void go_on(const scenario *s, bool act)
{
  if (act && s->act) s->act();
  life_to_the_end(s);
}

/* One run to the end without a cut. Returns the number of operations and their kinds. The update
 * after it, which is most of the work, is left out after second cuts in the short form. */
static uint64_t run_uncut(const scenario *s, bool act, uint8_t kinds[OPERATIONS_MAX])
{
  host_cut_disarm();
  go_on(s, act);
  const uint64_t operations = host_operations();
  if (operations > OPERATIONS_MAX) powercut_fail("%llu operations: too many", (unsigned long long)operations);
  for (uint64_t i = 0; i < operations; i++) kinds[i] = (uint8_t)host_operation_kind(i);
  life_judge_the_end(s, options.full || where.cuts < 2);
  return operations;
}

/* Runs from `from` until the power goes at cut `number`; leaves the device as the cut left it. */
static void run_cut(const scenario *s, bool act, const device_state *from, uint32_t number, const cut_made *c)
{
  restore(from);
  life_forget();
  where.cuts = number + 1;
  where.cut[number] = *c;
  host_cut_arm(c->at, c->outcome, c->detail, cut_power_handler);
  if (setjmp(power_off) == 0) {
    go_on(s, act);
    powercut_fail("the cut was never reached");
  }
}

/* Every cut in the boots that follow the first one. */
static void second_cuts(const scenario *s, const device_state *first, uint64_t operations, const uint8_t *kinds,
                        tally *t)
{
  static device_state state;
  static uint8_t unused[OPERATIONS_MAX];
  for (uint64_t at = 0; at < operations; at++) {
    const ways *w = options.full && operations < LONG_RECOVERY ? &all_ways[kinds[at]] : &few_ways[kinds[at]];
    for (uint32_t i = 0; i < w->count; i++) {
      run_cut(s, false, first, 1, &(cut_made){at, (host_operation)kinds[at], w->list[i].outcome, w->list[i].detail});
      t->second_cuts++;
      save(&state);
      if (judged_before(&state, 0)) continue;
      t->states++;
      run_uncut(s, false, unused);
    }
  }
  where.cuts = 1;
}

/* In the short form, second cuts are taken after every fifth state, and fewer when they are many. */
static bool takes_second_cuts(uint64_t operations)
{
  static uint64_t states;
  const uint64_t every = operations < LONG_RECOVERY ? 5 : operations;
  return options.full || states++ % every == 0;
}

static void first_cut(const scenario *s, const device_state *start, const cut_made *c, tally *t)
{
  static device_state state;
  static uint8_t kinds[OPERATIONS_MAX];
  run_cut(s, true, start, 0, c);
  t->cuts++;
  save(&state);
  if (judged_before(&state, 1)) return;
  t->states++;
  const uint64_t operations = run_uncut(s, false, kinds);
  if (takes_second_cuts(operations)) second_cuts(s, &state, operations, kinds, t);
}

static void sweep(const scenario *s, const device_state *start, tally *t)
{
  static uint8_t kinds[OPERATIONS_MAX];
  judged_clear();
  where.cuts = 0;
  restore(start);
  life_forget();
  const uint64_t operations = run_uncut(s, true, kinds);
  for (uint64_t at = 0; at < operations; at++) {
    const ways *w = &all_ways[kinds[at]];
    for (uint32_t i = 0; i < w->count; i++)
      first_cut(s, start, &(cut_made){at, (host_operation)kinds[at], w->list[i].outcome, w->list[i].detail}, t);
  }
  t->operations += operations;
}

/* ---- Scenarios with the journal's block nearly full ---- */

/* Appends the same state again until the block has room for only so many records. */
static void fill_journal(uint32_t room)
{
  journal j;
  journal_open(&j);
  for (;;) {
    uint32_t places = 0;
    if (j.next != JOURNAL_FULL) places = (j.block + FLASH_BLOCK_BYTES - j.next) / (uint32_t)sizeof(journal_record);
    if (places <= room) return;
    if (journal_append(&j, &j.now) != BOOT_OK) powercut_fail("cannot fill the journal");
  }
}

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

enum { AS_IT_IS = -1, ROOM_MAX = 2, LONG_SCENARIO = 200 };

/* Scenarios that write an image run with the block full only, not with room for one or two records too. */
static int greatest_room(const scenario *s, const tally *t)
{
  if (!s->changes_journal) return AS_IT_IS;
  return t->operations < LONG_SCENARIO ? ROOM_MAX : 0;
}

static tally run_scenario(const scenario *s)
{
  static device_state start;
  tally t = {0, 0, 0, 0};
  const double began = seconds();
  where.scenario = s->name;
  for (int room = AS_IT_IS; room <= greatest_room(s, &t); room++) {
    where.journal_room = room;
    s->prepare();
    if (room != AS_IT_IS) fill_journal((uint32_t)room);
    save(&start);
    sweep(s, &start, &t);
  }
  if (t.cuts < t.operations)
    powercut_fail("%llu operations, only %llu cuts", (unsigned long long)t.operations, (unsigned long long)t.cuts);
  printf("%-32s %7llu operations %8llu cuts %10llu second cuts %9llu states %7.1f s\n", s->name,
         (unsigned long long)t.operations, (unsigned long long)t.cuts, (unsigned long long)t.second_cuts,
         (unsigned long long)t.states, seconds() - began);
  fflush(stdout);
  return t;
}

/* ---- Images ---- */

static void make_images(void)
{
  static const struct {
    manifest_version version;
    uint32_t security_version;
  } made[FIRMWARES] = {
    [FIRMWARE_ANCIENT] = {{0, 9, 0}, 1},
    [FIRMWARE_OLD] = {{1, 0, 0}, 0x00010203}, /* many bits, so that raising the counter takes many operations */
    [FIRMWARE_NEW] = {{1, 1, 0}, 0x5A010204},
    [FIRMWARE_NEXT] = {{1, 2, 0}, 0xFFFFFFFF},
  };
  host_board_select(&rig_map);
  for (uint32_t i = 0; i < FIRMWARES; i++)
    image_make(&firmwares[i], MANIFEST_KIND_FIRMWARE, made[i].version, made[i].security_version, 512 + 64 * i, 100 + i);
  image_make(&loaders[LOADER_OLD], MANIFEST_KIND_LOADER, (manifest_version){1, 0, 0}, 3, 384, 200);
  image_make(&loaders[LOADER_NEW], MANIFEST_KIND_LOADER, (manifest_version){1, 0, 1}, 0x00C0FFEE, 448, 201);
  loaders[LOADER_NEW].m.revoke_root_p256 = 2; /* root key 1; the loader is signed by 0 */
  loaders[LOADER_NEW].m.revoke_root_lms = 2;
  image_sign(&loaders[LOADER_NEW], KEY_ROOT_0);
}

int main(int argc, char **argv)
{
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--full") == 0)
      options.full = true;
    else if (strcmp(argv[i], "--scenario") == 0 && i + 1 < argc)
      options.only = argv[++i];
    else {
      fprintf(stderr, "usage: powercut [--full] [--scenario PART-OF-NAME]\n");
      return 2;
    }
  }
  make_images();
  tally all = {0, 0, 0, 0};
  const double began = seconds();
  for (uint32_t i = 0; i < scenario_count; i++) {
    if (options.only && !strstr(scenarios[i].name, options.only)) continue;
    const tally t = run_scenario(&scenarios[i]);
    all.operations += t.operations;
    all.cuts += t.cuts;
    all.second_cuts += t.second_cuts;
  }
  if (all.cuts == 0) {
    fprintf(stderr, "powercut: no scenario is called that, nothing was cut\n");
    return 1;
  }
  printf("powercut: %llu operations, %llu cuts, %llu second cuts survived in %.1f s\n",
         (unsigned long long)all.operations, (unsigned long long)all.cuts, (unsigned long long)all.second_cuts,
         seconds() - began);
  return 0;
}

/* Changing one's mind while a call looks: an interrupt rewrites what the call was given, once at every instruction
 * of it. */
#include <string.h>

#include "calls.h"
#include "exceptions.h"
#include "gate.h"
#include "hf_device.h"
#include "hostile.h"
#include "mine.h"
#include "mpu.h"
#include "psa/internal_trusted_storage.h"

#define HERE(memory) ((uint32_t)(uintptr_t)(memory))

/* Instructions: more than the gate and a small service take, so that the change also comes too late. */
#define PHASES 1500u
#define PHASES_OF_LONG_CALLS 600u
#define TIMER_LEAST 8u

static gate_request request;
static uint8_t result[64];
static void (*volatile change)(void);
static volatile uint32_t changed_inside; /* while secure code ran */

static uint32_t interrupt(handler_entry *entry)
{
  timer_stop(0);
  change();
  if ((entry->lr & EXC_RETURN_SECURE_FRAME) != 0) changed_inside++;
  return entry->lr;
}

static uint64_t call_disturbed(uint32_t id, uint32_t phase)
{
  timer_once(0, TIMER_LEAST + phase);
  const uint64_t answer = hf_gate(id, &request);
  timer_stop(0);
  return answer;
}

typedef struct race {
  uint32_t id;
  uint32_t phases;
  void (*prepare)(void); /* before every call */
  void (*change)(void);
  bool (*is_consistent)(uint64_t answer); /* what the call may have given */
} race;

static void race_act(const attempt *self)
{
  const race *r = self->data;
  uint32_t wrong = 0;
  changed_inside = 0;
  change = r->change;
  on_timer0 = interrupt;
  for (uint32_t phase = 0; phase < r->phases; phase++) {
    r->prepare();
    if (!r->is_consistent(call_disturbed(r->id, phase))) wrong++;
    if (phase % 64u == 0 && hf_watchdog_feed() != PSA_SUCCESS) wrong++;
  }
  put_number(wrong);
  put(" wrong, ");
  put_number(changed_inside);
  put(" changed inside");
}

static bool done_or_refused(uint64_t answer)
{
  return gate_status(answer) == PSA_SUCCESS || gate_status(answer) == PSA_ERROR_PROGRAMMER_ERROR;
}

/* ---- The request ---- */

static void ask_for_random(void)
{
  request = (gate_request){.out = HERE(result), .out_bytes = 16};
}

static void aim_output_at_crash_record(void)
{
  request.out = BOARD_CRASH_BASE;
}

static void ask_for_much(void)
{
  request.out_bytes = ~0u;
  request.in_bytes = ~0u;
  request.arguments_bytes = ~0u;
}

/* Whatever happened, it happened in our buffer: nothing wrote over the crash record. */
static bool crash_record_is_clear(uint64_t answer)
{
  hf_crash crash;
  return done_or_refused(answer) && hf_crash_read(&crash) == PSA_ERROR_DOES_NOT_EXIST;
}

static bool at_most_256(uint64_t answer)
{
  return done_or_refused(answer) && gate_used(answer) <= CALL_RANDOM_MAX;
}

static void ask_with_room(void)
{
  static uint8_t room[CALL_RANDOM_MAX + 64u];
  request = (gate_request){.out = HERE(room), .out_bytes = 16};
}

/* ---- The arguments ---- */

static const char values[2][4] = {"one", "two"};
static call_item_get which;

static void ask_for_first_item(void)
{
  memset(result, 0, sizeof result);
  which = (call_item_get){{1, 1}, 0};
  request = (gate_request){
    .arguments = HERE(&which), .arguments_bytes = sizeof which, .out = HERE(result), .out_bytes = 4};
}

static void ask_for_second_item(void)
{
  which.uid[0] = 2;
}

static bool is_one_of_the_items(uint64_t answer)
{
  return gate_status(answer) == PSA_SUCCESS && gate_used(answer) == 4u &&
         (memcmp(result, values[0], 4) == 0 || memcmp(result, values[1], 4) == 0);
}

static void race_for_items(const attempt *self)
{
  for (uint32_t i = 0; i < 2u; i++)
    if (psa_its_set((psa_storage_uid_t)1 << 32 | (i + 1u), 4, values[i], PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION) !=
        PSA_SUCCESS)
      put("(not stored) ");
  race_act(self);
}

/* ---- The data ---- */

static uint32_t data[8];
static call_item_set where;

static void store_ones(void)
{
  for (uint32_t i = 0; i < 8u; i++) data[i] = 0x11111111u;
  where = (call_item_set){{3, 1}, PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION};
  request = (gate_request){
    .arguments = HERE(&where), .arguments_bytes = sizeof where, .in = HERE(data), .in_bytes = sizeof data};
}

static void make_them_twos(void)
{
  for (uint32_t i = 0; i < 8u; i++) data[i] = 0x22222222u;
}

/* Copied in ascending order, once: ones, then twos. */
static bool is_what_was_copied(uint64_t answer)
{
  uint32_t stored[8];
  size_t used;
  if (gate_status(answer) != PSA_SUCCESS) return false;
  if (psa_its_get((psa_storage_uid_t)1 << 32 | 3u, 0, sizeof stored, stored, &used) != PSA_SUCCESS) return false;
  uint32_t i = 0;
  while (i < 8u && stored[i] == 0x11111111u) i++;
  while (i < 8u && stored[i] == 0x22222222u) i++;
  return used == sizeof stored && i == 8u;
}

/* ---- The right to the memory ---- */

static uint8_t page[MPU_PAGE_BYTES] MPU_PAGE;

static void ask_for_page(void)
{
  mpu_off();
  request = (gate_request){.out = HERE(page), .out_bytes = 16};
}

static void lock_page(void)
{
  mpu_protect(page, MPU_READ_ONLY);
}

static bool done_or_refused_unlocked(uint64_t answer)
{
  mpu_off();
  return done_or_refused(answer);
}

static const race to_secure = {CALL_RANDOM, PHASES, ask_for_random, aim_output_at_crash_record, crash_record_is_clear};
static const race sizes = {CALL_RANDOM, PHASES, ask_with_room, ask_for_much, at_most_256};
static const race arguments = {CALL_ITEM_GET, PHASES, ask_for_first_item, ask_for_second_item, is_one_of_the_items};
static const race inputs = {CALL_ITEM_SET, PHASES_OF_LONG_CALLS, store_ones, make_them_twos, is_what_was_copied};
static const race rights = {CALL_RANDOM, PHASES, ask_for_page, lock_page, done_or_refused_unlocked};

static const attempt attempts[] = {
  {.name = "race.output_pointer", .act = race_act, .data = &to_secure},
  {.name = "race.sizes", .act = race_act, .data = &sizes},
  {.name = "race.arguments", .act = race_for_items, .data = &arguments},
  {.name = "race.input", .act = race_act, .data = &inputs},
  {.name = "race.rights_to_the_output", .act = race_act, .data = &rights},
};
const theme theme_race = THEME(attempts);

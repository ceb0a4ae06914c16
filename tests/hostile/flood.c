/* Very many calls. */
#include <string.h>

#include "calls.h"
#include "gate.h"
#include "hf_device.h"
#include "hostile.h"
#include "mine.h"

#define HERE(memory) ((uint32_t)(uintptr_t)(memory))
#define REFUSED_CALLS 100000u
#define RANDOM_CALLS 20000u
#define SEED 20240607u
#define ARGUMENT_WORDS 16u

static uint8_t buffers[3][4096];
static uint32_t state;

/* xorshift32 (Marsaglia 2003): the same calls in every run. */
static uint32_t draw(uint32_t below)
{
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

static const struct {
  uint32_t arguments_bytes, in_max, out_max;
} rows[] = {
#define ROW(name, function, callers, arguments, in_max, out_max, with_secrets) {sizeof(arguments), in_max, out_max},
  CALLS(ROW)
#undef ROW
};

static uint32_t any_address(uint32_t buffer)
{
  static const uint32_t others[] = {0, SECURE_RAM, 0x38000000u, MY_MEMORY_END - 4u, 0x40000000u, 0x70000000u, ~0u};
  if (draw(8) == 0) return others[draw(sizeof others / sizeof others[0])];
  return HERE(buffers[buffer]) + draw(4);
}

static uint32_t any_size(uint32_t right)
{
  static const uint32_t others[] = {0, 1, 255, 4092, 4097, 0x80000000u, ~0u};
  if (draw(8) == 0) return others[draw(sizeof others / sizeof others[0])];
  return draw(4) == 0 ? draw(right + 1u) : right;
}

/* Words that mean something: ids of keys and items, offsets, flags. MY_KEY and MY_ITEM are none of them. */
static void any_arguments(void)
{
  static const uint32_t words[] = {0, 1, 2, 3, 16, 4096, 0x40000001u, 0x48460000u, PSA_ALG_ECDSA(PSA_ALG_SHA_256), ~0u};
  for (uint32_t i = 0; i < ARGUMENT_WORDS; i++) {
    const uint32_t word = draw(4) == 0 ? draw(~0u) : words[draw(sizeof words / sizeof words[0])];
    memcpy(buffers[0] + 4u * i, &word, sizeof word);
  }
}

static psa_status_t call_at_random(void)
{
  const uint32_t id = draw(CALL_COUNT);
  if (id == CALL_DEVICE_RESET || id == CALL_CONSOLE_WRITE) return PSA_SUCCESS; /* they would do what they are asked */
  any_arguments();
  const gate_request request = {any_address(0), any_size(rows[id].arguments_bytes),
                                any_address(1), any_size(rows[id].in_max),
                                any_address(2), any_size(rows[id].out_max)};
  return gate_status(hf_gate(id, &request));
}

static void random_calls(const attempt *self)
{
  uint32_t done = 0;
  (void)self;
  state = SEED;
  for (uint32_t i = 0; i < RANDOM_CALLS; i++) {
    if (call_at_random() >= PSA_SUCCESS) done++;
    if (i % 64u == 0 && hf_watchdog_feed() != PSA_SUCCESS) put("(not fed) ");
  }
  put_number(RANDOM_CALLS);
  put(" calls, ");
  put(done > RANDOM_CALLS / 8u ? "many" : "few");
  put(" were taken");
}

static void refused_calls(const attempt *self)
{
  uint32_t wrong = 0;
  const gate_request request = {0};
  (void)self;
  for (uint32_t i = 0; i < REFUSED_CALLS; i++)
    if (gate_status(hf_gate(CALL_COUNT + i, &request)) != PSA_ERROR_CONNECTION_REFUSED) wrong++;
  put_number(wrong);
  put(" wrong");
}

/* Leaves nothing behind that the next attempts would trip over. */
static void clean_up(const attempt *self)
{
  (void)self;
  const call_component firmware = {0};
  const gate_request request = {HERE(&firmware), sizeof firmware, 0, 0, 0, 0};
  (void)hf_gate(CALL_UPDATE_CANCEL, &request);
  put_status(gate_status(hf_gate(CALL_UPDATE_CLEAN, &request)));
}

static const attempt attempts[] = {
  {.name = "flood.refused_calls", .act = refused_calls},
  {.name = "flood.random_calls", .act = random_calls},
  {.name = "flood.clean_up", .act = clean_up},
};
const theme theme_flood = THEME(attempts);

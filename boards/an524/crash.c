/* The crash record in retained RAM, behind the reset cookie, with a sum that noise at power-on does not have. */
#include "crash.h"

#include <string.h>

#include "board.h"

#define RECORD 0x48535243u /* "CRSH" */
#define CLEARED 0x52544E43u
#define SUM_SEED 0x9E3779B9u

typedef struct kept {
  uint32_t magic; /* RECORD, or CLEARED: only the count goes on */
  crash_record record;
  uint32_t sum;
} kept;

_Static_assert(sizeof(kept) <= BOARD_CRASH_BYTES, "the record's place");
#define KEPT ((kept *)BOARD_CRASH_BASE)

static uint32_t sum_of(const kept *k)
{
  const uint32_t *word = (const uint32_t *)k;
  uint32_t sum = SUM_SEED;
  /* NOLINTNEXTLINE(clang-analyzer-core.*): all words are set; the analyzer loses them between struct and words */
  for (uint32_t i = 0; i < sizeof *k / 4u - 1u; i++) sum = (sum << 5 | sum >> 27) + word[i];
  return sum;
}

static bool is_whole(const kept *k)
{
  return (k->magic == RECORD || k->magic == CLEARED) && k->sum == sum_of(k);
}

static void store(uint32_t magic, const crash_record *record, uint32_t count)
{
  kept k = {.magic = magic, .record = *record};
  k.record.count = count;
  k.sum = sum_of(&k);
  memcpy(KEPT, &k, sizeof k);
}

void crash_write(const crash_record *record)
{
  store(RECORD, record, (is_whole(KEPT) ? KEPT->record.count : 0u) + 1u);
}

bool crash_read(crash_record *record)
{
  if (KEPT->magic != RECORD || !is_whole(KEPT)) return false;
  *record = KEPT->record;
  return true;
}

void crash_clear(void)
{
  const crash_record nothing = {0};
  store(CLEARED, &nothing, is_whole(KEPT) ? KEPT->record.count : 0u);
}

#include <stdio.h>
#include <string.h>

#include "storage_powercut.h"

static void fill(uint8_t *value, uint32_t bytes, uint32_t seed)
{
  for (uint32_t i = 0; i < bytes; i++) value[i] = (uint8_t)(seed * 31u + i * (seed | 1u));
}

static psa_status_t make(const item_change *c)
{
  static uint8_t value[HF_ITS_VALUE_MAX];
  if (c->seed == 0) return storage_remove(c->owner, c->uid);
  fill(value, c->bytes, c->seed);
  return storage_set(c->owner, c->uid, value, c->bytes, c->flags);
}

static void must_make(const item_change *c)
{
  const psa_status_t status = make(c);
  if (status != PSA_SUCCESS) sweep_fail("change of item %u answers %d", (unsigned)c->uid, (int)status);
}

void model_prepare(const item_change *changes, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) must_make(&changes[i]);
}

void model_act(const item_change *changes, uint32_t count)
{
  const psa_status_t mounted = storage_rig_restart();
  if (mounted != PSA_SUCCESS) sweep_fail("mount before the changes answers %d", (int)mounted);
  for (uint32_t i = 0; i < count; i++) {
    must_make(&changes[i]);
    sweep_step_done();
  }
}

/* The last of a row of changes that is about the item of `c`. */
static const item_change *newest(const item_change *changes, uint32_t count, const item_change *c)
{
  while (count-- > 0)
    if (changes[count].owner == c->owner && changes[count].uid == c->uid) return &changes[count];
  return NULL;
}

/* wanted: null or a removal, there must be none. */
static bool holds(const item_change *c, const item_change *wanted)
{
  static uint8_t value[HF_ITS_VALUE_MAX], out[HF_ITS_VALUE_MAX];
  size_t used;
  const psa_status_t status = storage_get(c->owner, c->uid, 0, out, sizeof out, &used);
  if (!wanted || wanted->seed == 0) return status == PSA_ERROR_DOES_NOT_EXIST;
  fill(value, wanted->bytes, wanted->seed);
  return status == PSA_SUCCESS && used == wanted->bytes && memcmp(out, value, used) == 0;
}

typedef struct rows {
  const item_change *before, *changes;
  uint32_t before_count, count;
} rows;

static bool holds_after(const rows *r, const item_change *c, uint32_t done)
{
  const item_change *wanted = newest(r->changes, done, c);
  return holds(c, wanted ? wanted : newest(r->before, r->before_count, c));
}

/* All items are as after the first `done` changes. */
static bool is_state(const rows *r, uint32_t done)
{
  for (uint32_t i = 0; i < r->before_count; i++)
    if (!holds_after(r, &r->before[i], done)) return false;
  for (uint32_t i = 0; i < r->count; i++)
    if (!holds_after(r, &r->changes[i], done)) return false;
  return true;
}

static void one_more_change_works(void)
{
  static const item_change more = {STORAGE_SECURE, 999, 40, 99, 0};
  must_make(&more);
  if (storage_rig_restart() != PSA_SUCCESS || !holds(&more, &more)) sweep_fail("a change made afterwards is lost");
}

uint32_t model_judge(psa_status_t mounted, const item_change *before, uint32_t before_count, const item_change *changes,
                     uint32_t count, uint32_t done)
{
  const rows r = {before, changes, before_count, count};
  if (mounted != PSA_SUCCESS) sweep_fail("mount answers %d", (int)mounted);
  uint32_t found = done;
  if (!is_state(&r, found)) found++;
  if (found > count || !is_state(&r, found)) sweep_fail("items are not as after %u changes, nor one more", done);
  one_more_change_works();
  return found;
}

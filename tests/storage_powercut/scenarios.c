#include "storage_powercut.h"

#include "storage_log.h"

#define SEC STORAGE_SECURE
#define NS STORAGE_NONSECURE
#define REPLAYABLE PSA_STORAGE_FLAG_NO_REPLAY_PROTECTION
#define ONCE PSA_STORAGE_FLAG_WRITE_ONCE
#define COUNT(rows) ((uint32_t)(sizeof(rows) / sizeof((rows)[0])))

/* A scenario that is two rows: NAME_before (what there is) and NAME_changes. */
#define ROWS(name, lay_out)                                                                                        \
  static void name##_prepare(void)                                                                                 \
  {                                                                                                                \
    lay_out();                                                                                                     \
    model_prepare(name##_before, COUNT(name##_before));                                                            \
  }                                                                                                                \
  static void name##_act(void)                                                                                     \
  {                                                                                                                \
    model_act(name##_changes, COUNT(name##_changes));                                                              \
  }                                                                                                                \
  static uint32_t name##_judge(psa_status_t mounted, uint32_t done)                                                \
  {                                                                                                                \
    return model_judge(mounted, name##_before, COUNT(name##_before), name##_changes, COUNT(name##_changes), done); \
  }

/* ---- Devices ---- */

/* Some units take nothing, in both halves and both copies, at the very start too. */
static void worn_device(void)
{
  static const uint32_t stuck[] = {0, 0x150, 0x8200, 0x8410, 0x10000, 0x10180, 0x18240};
  storage_rig_blank();
  for (uint32_t i = 0; i < COUNT(stuck); i++) host_flash_make_stuck(STORAGE_RIG_AREA + stuck[i]);
  if (storage_rig_restart() != PSA_SUCCESS) sweep_fail("a worn device does not mount");
}

/* ---- Single changes ---- */

static const item_change two_items[] = {{SEC, 1, 32, 1, 0}, {NS, 2, 100, 2, 0}};

#define set_before two_items
static const item_change set_changes[] = {{NS, 3, 70, 3, 0}};
ROWS(set, storage_rig_new)

#define overwrite_before two_items
static const item_change overwrite_changes[] = {{NS, 2, 33, 4, 0}, {SEC, 1, 64, 5, 0}};
ROWS(overwrite, storage_rig_new)

#define remove_before two_items
static const item_change remove_changes[] = {{SEC, 1, 0, 0, 0}, {NS, 2, 0, 0, 0}};
ROWS(remove, storage_rig_new)

#define once_before two_items
static const item_change once_changes[] = {{NS, 3, 16, 3, ONCE}, {NS, 4, 0, 4, ONCE}};
ROWS(once, storage_rig_new)

static const item_change replayable_before[] = {{NS, 1, 20, 1, REPLAYABLE}, {NS, 2, 20, 2, 0}};
static const item_change replayable_changes[] = {{NS, 1, 21, 3, REPLAYABLE},
                                                 {NS, 1, 0, 0, 0},
                                                 {NS, 2, 22, 4, REPLAYABLE},
                                                 {NS, 2, 23, 5, REPLAYABLE},
                                                 {NS, 2, 5, 6, 0}};
ROWS(replayable, storage_rig_new)

static const item_change first_before[] = {{NS, 9, 1, 1, REPLAYABLE}, {NS, 9, 0, 0, 0}};
static const item_change first_changes[] = {{SEC, 1, 32, 1, 0}};
ROWS(first, storage_rig_new)

#define worn_before two_items
static const item_change worn_changes[] = {{NS, 2, 33, 4, 0}, {SEC, 1, 0, 0, 0}};
ROWS(worn, worn_device)

/* ---- A full log ---- */

/* Ten changes of 3,072 bytes: the eleventh has no room left and copies the log. */
static const item_change full_before[] = {
  {SEC, 1, 32, 1, 0},
  {NS, 2, 100, 2, 0},
  {NS, 3, 3072, 11, REPLAYABLE},
  {NS, 3, 3072, 12, REPLAYABLE},
  {NS, 3, 3072, 13, REPLAYABLE},
  {NS, 3, 3072, 14, REPLAYABLE},
  {NS, 3, 3072, 15, REPLAYABLE},
  {NS, 3, 3072, 16, REPLAYABLE},
  {NS, 3, 3072, 17, REPLAYABLE},
  {NS, 3, 3072, 18, REPLAYABLE},
  {NS, 3, 3072, 19, REPLAYABLE},
  {NS, 3, 10, 20, REPLAYABLE},
  {NS, 4, 3072, 21, REPLAYABLE},
  {NS, 4, 0, 0, 0},
};
static const item_change full_changes[] = {{NS, 2, 1000, 22, 0}, {SEC, 1, 0, 0, 0}};
ROWS(full, storage_rig_new)

#define full_worn_before full_before
#define full_worn_changes full_changes
ROWS(full_worn, worn_device)

static void decayed_device(void)
{
  storage_rig_new();
  model_prepare(two_items, COUNT(two_items));
  host_flash_make_unreadable(STORAGE_RIG_AREA + STORAGE_HALF_BYTES +
                             0x80); /* first record of the log of generation 1, one copy */
}
static const item_change decayed_before[] = {{SEC, 1, 32, 1, 0}, {NS, 2, 100, 2, 0}};
static void decayed_prepare(void)
{
  decayed_device();
}
static const item_change decayed_changes[] = {{SEC, 1, 16, 7, 0}};
static void decayed_act(void)
{
  model_act(decayed_changes, COUNT(decayed_changes));
}
static uint32_t decayed_judge(psa_status_t mounted, uint32_t done)
{
  return model_judge(mounted, decayed_before, COUNT(decayed_before), decayed_changes, COUNT(decayed_changes), done);
}

static const item_change many_before[] = {
  {SEC, 1, 32, 1, 0},         {SEC, 2, 32, 2, 0},           {SEC, 3, 32, 3, 0},           {NS, 1, 1, 4, REPLAYABLE},
  {NS, 2, 2, 5, REPLAYABLE},  {NS, 3, 3, 6, REPLAYABLE},    {NS, 4, 40, 7, REPLAYABLE},   {NS, 5, 50, 8, REPLAYABLE},
  {NS, 6, 60, 9, REPLAYABLE}, {NS, 7, 700, 10, REPLAYABLE}, {NS, 8, 800, 11, REPLAYABLE}, {NS, 9, 0, 12, ONCE},
};
static const item_change many_changes[] = {{NS, 4, 41, 13, 0}, {SEC, 2, 0, 0, 0}};
ROWS(many, storage_rig_new)

/* ---- A device's first mount ---- */

static void format_act(void)
{
  if (storage_rig_restart() != PSA_SUCCESS) sweep_fail("a blank device does not mount");
}
static uint32_t format_judge(psa_status_t mounted, uint32_t done)
{
  static const item_change nothing[] = {{NS, 1, 0, 0, 0}};
  return model_judge(mounted, nothing, 1, nothing, 0, done);
}

/* ---- Stale storage given up ---- */

static const item_change after_reset[] = {{SEC, 5, 32, 5, 0}};

static void reset_prepare(void)
{
  static storage_rig_state old;
  storage_rig_new();
  model_prepare(two_items, 1);
  storage_rig_save(&old);
  model_prepare(two_items + 1, 1);
  storage_rig_put_back_flash(&old);
}

static void reset_act(void)
{
  if (storage_rig_restart() != PSA_ERROR_DATA_CORRUPT || !storage_is_stale()) sweep_fail("old flash is not noticed");
  if (storage_reset() != PSA_SUCCESS) sweep_fail("storage_reset() fails");
  sweep_step_done();
  model_prepare(after_reset, COUNT(after_reset));
  sweep_step_done();
}

/* Of the old items none, ever; stale or new, but new once reset was reported. */
static uint32_t reset_judge(psa_status_t mounted, uint32_t done)
{
  if (done == 0 && mounted == PSA_ERROR_DATA_CORRUPT) {
    if (storage_reset() != PSA_SUCCESS) sweep_fail("storage_reset() fails the second time");
    return 0;
  }
  static const item_change before[] = {{SEC, 1, 0, 0, 0}, {NS, 2, 0, 0, 0}};
  const uint32_t sets = done == 0 ? 0 : done - 1;
  return 1 + model_judge(mounted, before, COUNT(before), after_reset, COUNT(after_reset), sets);
}

/* ---- Lost records forgotten ---- */

/* The record of the second change is gone in both copies: with it item 1, unknown now, and perhaps what item 2 was. */
static void forget_prepare(void)
{
  static const item_change there[] = {{NS, 2, 16, 2, 0}, {SEC, 1, 32, 1, 0}, {NS, 3, 70, 3, 0}};
  enum { SECOND_RECORD = 96 + 112 };
  storage_rig_new();
  model_prepare(there, COUNT(there));
  for (uint32_t copy = 0; copy < STORAGE_COPIES; copy++)
    host_flash_make_unreadable(STORAGE_RIG_AREA + STORAGE_HALF_BYTES + copy * STORAGE_LOG_BYTES + SECOND_RECORD);
}

static const item_change after_forgetting[] = {{SEC, 1, 16, 9, 0}};

static void forget_act(void)
{
  if (storage_rig_restart() != PSA_SUCCESS || !storage_has_losses()) sweep_fail("the loss is not noticed");
  if (storage_forget_losses() != PSA_SUCCESS) sweep_fail("storage_forget_losses() fails");
  sweep_step_done();
  model_prepare(after_forgetting, COUNT(after_forgetting));
  sweep_step_done();
}

static bool is_corrupt(storage_owner owner, uint64_t uid)
{
  struct psa_storage_info_t info;
  return storage_get_info(owner, uid, &info) == PSA_ERROR_DATA_CORRUPT;
}

/* Lost or forgotten, both items together, and forgotten for ever once that was reported. Item 3 stays in any case. */
static uint32_t forget_judge(psa_status_t mounted, uint32_t done)
{
  static const item_change before[] = {{SEC, 1, 0, 0, 0}, {NS, 2, 0, 0, 0}, {NS, 3, 70, 3, 0}};
  if (done > 0 || !storage_has_losses())
    return 1 + model_judge(mounted, before, COUNT(before), after_forgetting, COUNT(after_forgetting),
                           done == 0 ? 0 : done - 1);
  if (mounted != PSA_SUCCESS || !is_corrupt(SEC, 1) || !is_corrupt(NS, 2)) sweep_fail("half of the loss is forgotten");
  if (storage_forget_losses() != PSA_SUCCESS) sweep_fail("storage_forget_losses() fails the second time");
  model_judge(mounted, before, COUNT(before), before, 0, 0);
  return 0;
}

#define SCENARIO(text, name)                       \
  {                                                \
    text, name##_prepare, name##_act, name##_judge \
  }
const char sweep_name[] = "storage_powercut";
const cut_scenario storage_scenarios[] = {
  {"first mount of a device", storage_rig_blank, format_act, format_judge},
  SCENARIO("first protected change", first),
  SCENARIO("new item", set),
  SCENARIO("overwrite", overwrite),
  SCENARIO("remove", remove),
  SCENARIO("write once", once),
  SCENARIO("replayable items", replayable),
  SCENARIO("worn flash", worn),
  SCENARIO("a copy that decayed", decayed),
  SCENARIO("full log", full),
  SCENARIO("full log on worn flash", full_worn),
  SCENARIO("many items", many),
  SCENARIO("reset of stale storage", reset),
  SCENARIO("forgetting what was lost", forget),
};
const uint32_t storage_scenario_count = COUNT(storage_scenarios);

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counter.h"
#include "otp_map.h"
#include "update.h"
#include "update_control_staging.h"
#include "update_device.h"

enum { PAYLOAD = 2 * 4096 + 640, SECURITY = 7 };
static const char JOB[HF_JOB_MAX] = "AFR_OTA-4711";
static const char NO_JOB[HF_JOB_MAX];

static update_image old, next, changed;

static int make_images(void **state)
{
  (void)state;
  update_image_make(&old, 1, SECURITY, PAYLOAD);
  update_image_make(&next, 2, SECURITY + 1, PAYLOAD);
  return 0;
}

/* `old` runs in A, confirmed; nothing has been begun. */
static int fresh_device(void **state)
{
  (void)state;
  update_device_new(BOOT_SLOT_A, &old);
  changed = next;
  assert_int_equal(update_device_boot(), BOOT_OK);
  assert_true(update_device_runs(&old));
  return 0;
}

static void assert_state(uint8_t wanted)
{
  assert_int_equal(update_device_query().state, wanted);
}

/* The engine's habit: whole blocks, the last one padded with 0xFF, as the file lies in the image struct. */
static void write_blocks(const update_image *image)
{
  for (uint32_t at = 0; at < update_image_bytes(image) && at < UPDATE_SLOT_BYTES; at += FLASH_BLOCK_BYTES)
    assert_int_equal(update_control_write(at, (const uint8_t *)image + at, FLASH_BLOCK_BYTES), PSA_SUCCESS);
}

static void begin_and_write(const update_image *image)
{
  assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
  write_blocks(image);
}

static void restart(void)
{
  assert_int_equal(update_device_boot(), BOOT_OK);
}

/* ---- Every state, from a device that is READY ---- */

static void reach_ready(void)
{
}

static void reach_writing(void)
{
  begin_and_write(&next);
}

static void reach_candidate(void)
{
  reach_writing();
  assert_int_equal(update_control_finish(), PSA_SUCCESS);
}

static void reach_staged(void)
{
  reach_candidate();
  assert_int_equal(update_control_install(JOB), PSA_SUCCESS_REBOOT);
}

static void reach_trial(void)
{
  reach_staged();
  restart();
  assert_true(update_device_runs(&next));
}

static void reach_rejected(void)
{
  reach_trial();
  assert_int_equal(update_control_reject(), PSA_SUCCESS_REBOOT);
}

static void reach_failed(void)
{
  reach_writing();
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);
}

static const struct {
  uint8_t state, after_restart;
  void (*reach)(void);
} states[] = {
  {PSA_FWU_READY, PSA_FWU_READY, reach_ready},
  {PSA_FWU_WRITING, PSA_FWU_WRITING, reach_writing},
  {PSA_FWU_CANDIDATE, PSA_FWU_CANDIDATE, reach_candidate},
  {PSA_FWU_STAGED, PSA_FWU_TRIAL, reach_staged},
  {PSA_FWU_TRIAL, PSA_FWU_TRIAL, reach_trial},
  {PSA_FWU_REJECTED, PSA_FWU_FAILED, reach_rejected},
  {PSA_FWU_FAILED, PSA_FWU_FAILED, reach_failed},
};
enum { STATES = sizeof states / sizeof states[0] };

/* ---- Every transition, and every one that is not there ---- */

static psa_status_t call_begin(void)
{
  return update_control_begin(NULL, 0);
}
static psa_status_t call_begin_early(void)
{
  return update_control_begin(&next, MANIFEST_BYTES);
}
static psa_status_t call_write(void)
{
  return update_control_write(0, &next, 16);
}
static psa_status_t call_install(void)
{
  return update_control_install(JOB);
}

#define NO PSA_ERROR_BAD_STATE, 0xFF
#define GOES_TO(state) PSA_SUCCESS, (state)
#define RESTART_TO(state) PSA_SUCCESS_REBOOT, (state)

/* In the order of states[]: what the call answers, and the state it leads to. */
static const struct {
  const char *name;
  psa_status_t (*call)(void);
  struct {
    psa_status_t answer;
    uint8_t state;
  } in[STATES];
} calls[] = {
  {"begin", call_begin, {{GOES_TO(PSA_FWU_WRITING)}, {NO}, {NO}, {NO}, {NO}, {NO}, {GOES_TO(PSA_FWU_WRITING)}}},
  {"begin with a manifest",
   call_begin_early,
   {{GOES_TO(PSA_FWU_WRITING)}, {NO}, {NO}, {NO}, {NO}, {NO}, {GOES_TO(PSA_FWU_WRITING)}}},
  {"write", call_write, {{NO}, {GOES_TO(PSA_FWU_WRITING)}, {NO}, {NO}, {NO}, {NO}, {NO}}},
  {"finish", update_control_finish, {{NO}, {GOES_TO(PSA_FWU_CANDIDATE)}, {NO}, {NO}, {NO}, {NO}, {NO}}},
  {"cancel",
   update_control_cancel,
   {{NO}, {GOES_TO(PSA_FWU_FAILED)}, {GOES_TO(PSA_FWU_FAILED)}, {NO}, {NO}, {NO}, {NO}}},
  {"clean", update_control_clean, {{NO}, {NO}, {NO}, {NO}, {NO}, {NO}, {GOES_TO(PSA_FWU_READY)}}},
  {"install", call_install, {{NO}, {NO}, {RESTART_TO(PSA_FWU_STAGED)}, {NO}, {NO}, {NO}, {NO}}},
  {"reject",
   update_control_reject,
   {{NO}, {NO}, {NO}, {GOES_TO(PSA_FWU_FAILED)}, {RESTART_TO(PSA_FWU_REJECTED)}, {NO}, {NO}}},
  {"accept", update_control_accept, {{NO}, {NO}, {NO}, {NO}, {GOES_TO(PSA_FWU_READY)}, {NO}, {NO}}},
};
enum { CALLS = sizeof calls / sizeof calls[0] };

static void check_call(unsigned c, unsigned s, bool restarted)
{
  static uint8_t before[UPDATE_FLASH_BYTES];
  fresh_device(NULL);
  states[s].reach();
  assert_state(states[s].state);
  if (restarted) restart();
  memcpy(before, update_flash, sizeof before);
  const psa_status_t answer = calls[c].call();
  if (answer != calls[c].in[s].answer) fail_msg("%s in state %u: %d", calls[c].name, states[s].state, (int)answer);
  if (answer == PSA_ERROR_BAD_STATE) {
    assert_memory_equal(update_flash, before, sizeof before);
    assert_state(states[s].state);
  } else {
    assert_state(calls[c].in[s].state);
  }
}

static void makes_exactly_the_transitions_of_the_drawing(void **state)
{
  (void)state;
  for (unsigned c = 0; c < CALLS; c++)
    for (unsigned s = 0; s < STATES; s++) check_call(c, s, false);
}

static void makes_the_same_transitions_after_a_restart(void **state)
{
  (void)state;
  for (unsigned c = 0; c < CALLS; c++)
    for (unsigned s = 0; s < STATES; s++)
      if (states[s].state == states[s].after_restart) check_call(c, s, true);
}

static void is_in_the_same_state_after_a_restart(void **state)
{
  (void)state;
  for (unsigned s = 0; s < STATES; s++) {
    fresh_device(NULL);
    states[s].reach();
    restart();
    assert_state(states[s].after_restart);
    if (states[s].state == PSA_FWU_TRIAL) continue; /* its tries are counted: below */
    restart();
    assert_state(states[s].after_restart);
  }
}

/* ---- A whole update ---- */

static void update_to(const update_image *image)
{
  begin_and_write(image);
  assert_int_equal(update_control_finish(), PSA_SUCCESS);
  assert_int_equal(update_control_install(JOB), PSA_SUCCESS_REBOOT);
  restart();
  assert_true(update_device_runs(image));
  assert_state(PSA_FWU_TRIAL);
  assert_int_equal(update_control_accept(), PSA_SUCCESS);
}

static void boots_what_was_installed_and_keeps_it_once_accepted(void **state)
{
  (void)state;
  uint32_t counter;
  update_to(&next);
  assert_state(PSA_FWU_READY);
  assert_int_equal(counter_read(COUNTER_FIRMWARE, &counter), BOOT_OK);
  assert_int_equal(counter, SECURITY + 1);
  for (int i = 0; i < 5; i++) {
    restart();
    assert_true(update_device_runs(&next));
    assert_state(PSA_FWU_READY);
  }
}

/* The previous image verifies, but for the counter; with an equal counter it would verify in full. */
static void the_image_before_is_no_candidate(void **state)
{
  (void)state;
  update_image_make(&changed, 3, SECURITY, PAYLOAD);
  update_to(&changed);
  assert_int_equal(update_boot.info.slot, BOOT_SLOT_B);
  assert_memory_equal(update_flash + update_map.slot_a, &old, update_image_bytes(&old));
  assert_state(PSA_FWU_READY);
  restart();
  assert_state(PSA_FWU_READY);
  assert_int_equal(update_control_install(JOB), PSA_ERROR_BAD_STATE);
}

/* Accepted, then what runs is lost and its slot comes back as it was before: no mark of the old update is left that
 * would take the other slot for a candidate. */
static void a_finished_update_leaves_no_mark(void **state)
{
  (void)state;
  update_to(&next);
  assert_false(staging_is_begun(BOOT_SLOT_A));
  assert_false(staging_is_begun(BOOT_SLOT_B));
  rig_settle_on(BOOT_SLOT_A);
  update_device_put(update_map.slot_a, &next, update_image_bytes(&next));
  restart();
  assert_int_equal(update_boot.info.slot, BOOT_SLOT_A);
  assert_state(PSA_FWU_READY);
}

static void updates_from_either_slot(void **state)
{
  (void)state;
  for (uint16_t n = 0; n < 4; n++) {
    assert_int_equal(update_boot.info.slot, n % 2 == 0 ? BOOT_SLOT_A : BOOT_SLOT_B);
    update_image_make(&changed, (uint16_t)(10 + n), SECURITY + n, PAYLOAD);
    update_to(&changed);
    assert_int_equal(update_control_outcome_told(), PSA_SUCCESS);
  }
}

static void tells_of_a_confirmed_update_until_it_was_told(void **state)
{
  (void)state;
  update_to(&next);
  restart();
  psa_fwu_component_info_t info = update_device_query();
  assert_int_equal(info.impl.outcome, HF_OUTCOME_CONFIRMED);
  assert_memory_equal(info.impl.job, JOB, sizeof JOB);
  assert_int_equal(info.impl.reason, BOOT_OK);
  assert_int_equal(update_control_outcome_told(), PSA_SUCCESS);
  assert_int_equal(update_control_outcome_told(), PSA_SUCCESS);
  info = update_device_query();
  assert_int_equal(info.impl.outcome, HF_OUTCOME_NONE);
  assert_memory_equal(info.impl.job, NO_JOB, sizeof NO_JOB);
}

static void assert_reverted(boot_status why)
{
  const psa_fwu_component_info_t info = update_device_query();
  assert_true(update_device_runs(&old));
  assert_int_equal(info.state, PSA_FWU_FAILED);
  assert_int_equal(info.impl.outcome, HF_OUTCOME_REVERTED);
  assert_int_equal(info.impl.reason, why);
  assert_int_equal(info.error, PSA_ERROR_GENERIC_ERROR);
  assert_memory_equal(info.impl.job, JOB, sizeof JOB);
}

static void goes_back_to_the_old_image_when_rejected(void **state)
{
  (void)state;
  reach_rejected();
  assert_int_equal(update_device_query().error, PSA_ERROR_GENERIC_ERROR);
  assert_int_equal(update_device_query().impl.reason, BOOT_TRIAL_REJECTED);
  restart();
  assert_reverted(BOOT_TRIAL_REJECTED);
}

static void goes_back_to_the_old_image_when_never_accepted(void **state)
{
  (void)state;
  reach_staged();
  for (unsigned i = 0; i < UPDATE_TRIES; i++) {
    restart();
    assert_true(update_device_runs(&next));
    assert_state(PSA_FWU_TRIAL);
  }
  restart();
  assert_reverted(BOOT_TRIES_EXHAUSTED);
}

static void cleaning_or_beginning_again_keeps_an_outcome_that_is_still_to_be_told(void **state)
{
  (void)state;
  reach_rejected();
  restart();
  assert_int_equal(update_control_clean(), PSA_SUCCESS);
  assert_int_equal(update_device_query().impl.outcome, HF_OUTCOME_REVERTED);
  assert_int_equal(update_device_query().impl.reason, BOOT_TRIAL_REJECTED);
  assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);
  restart();
  assert_int_equal(update_device_query().impl.outcome, HF_OUTCOME_REVERTED);
  assert_memory_equal(update_device_query().impl.job, JOB, sizeof JOB);
  assert_int_equal(update_device_query().impl.reason, BOOT_TRIAL_REJECTED);
}

static void a_job_id_may_have_all_its_characters(void **state)
{
  (void)state;
  char job[HF_JOB_MAX];
  memset(job, 'j', sizeof job);
  reach_candidate();
  assert_int_equal(update_control_install(job), PSA_SUCCESS_REBOOT);
  restart();
  assert_memory_equal(update_device_query().impl.job, job, sizeof job);
  assert_int_equal(update_control_accept(), PSA_SUCCESS);
  restart();
  assert_memory_equal(update_device_query().impl.job, job, sizeof job);
}

static void a_staged_image_that_was_rejected_does_not_boot(void **state)
{
  (void)state;
  reach_staged();
  assert_int_equal(update_control_reject(), PSA_SUCCESS);
  restart();
  assert_reverted(BOOT_TRIAL_REJECTED);
}

/* The loader falls back to what is whole in the other slot; a cancelled image is not to come back that way. */
static void a_cancelled_candidate_never_boots(void **state)
{
  (void)state;
  reach_candidate();
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);
  update_flash[update_map.slot_a + 100] ^= 1;
  assert_int_not_equal(update_device_boot(), BOOT_OK);
}

static void a_cleaned_slot_holds_no_image(void **state)
{
  (void)state;
  reach_candidate();
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);
  assert_int_equal(update_control_clean(), PSA_SUCCESS);
  for (uint32_t i = 0; i < MANIFEST_BYTES; i++) assert_int_equal(update_flash[update_map.slot_b + i], 0xFF);
  assert_false(journal_rejects(&update_boot.l.journal.now, BOOT_SLOT_B));
}

static void an_accept_that_lost_power_before_the_counter_is_completed(void **state)
{
  (void)state;
  uint32_t counter;
  reach_trial();
  host_otp_silence(true);
  assert_int_equal(update_control_accept(), PSA_ERROR_HARDWARE_FAILURE);
  assert_state(PSA_FWU_READY);
  host_otp_silence(false);
  assert_int_equal(update_control_accept(), PSA_SUCCESS);
  assert_int_equal(counter_read(COUNTER_FIRMWARE, &counter), BOOT_OK);
  assert_int_equal(counter, SECURITY + 1);
  assert_int_equal(update_control_accept(), PSA_ERROR_BAD_STATE);
}

/* ---- Writing ---- */

static uint32_t random_below(uint32_t limit)
{
  static uint64_t x = 0x1234567;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return (uint32_t)(x >> 33) % limit;
}

/* In pieces of one size, each once, in an order of chance. */
static void write_shuffled(const update_image *image, uint32_t piece)
{
  static uint32_t order[UPDATE_SLOT_BYTES / FLASH_UNIT_BYTES];
  const uint32_t bytes = update_image_bytes(image), count = (bytes + piece - 1) / piece;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t other = random_below(i + 1);
    order[i] = order[other];
    order[other] = i;
  }
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t at = order[i] * piece, left = bytes - at;
    const psa_status_t status = update_control_write(at, (const uint8_t *)image + at, left < piece ? left : piece);
    if (status != PSA_SUCCESS) fail_msg("piece %u of %u bytes: %d", order[i], piece, (int)status);
  }
}

static void takes_pieces_of_any_size_in_any_order(void **state)
{
  (void)state;
  static const uint32_t pieces[] = {16, 48, 256, 1024, 1040, 4080, 4096};
  for (unsigned p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
    for (int round = 0; round < 8; round++) {
      assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
      memset(update_flash + update_map.slot_b + MANIFEST_BYTES, 0x5A, UPDATE_SLOT_BYTES - MANIFEST_BYTES);
      write_shuffled(&next, pieces[p]);
      write_shuffled(&next, pieces[p]); /* each once more */
      write_shuffled(&next, 512);
      assert_int_equal(update_control_finish(), PSA_SUCCESS);
      assert_memory_equal(update_flash + update_map.slot_b, &next, update_image_bytes(&next));
      assert_int_equal(update_control_cancel(), PSA_SUCCESS);
    }
  }
}

static void goes_on_writing_after_any_number_of_restarts(void **state)
{
  (void)state;
  assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
  for (uint32_t at = 0; at < update_image_bytes(&next); at += 512) {
    const uint32_t left = update_image_bytes(&next) - at;
    assert_int_equal(update_control_write(at, (const uint8_t *)&next + at, left < 512 ? left : 512), PSA_SUCCESS);
    restart();
    assert_state(PSA_FWU_WRITING);
  }
  assert_int_equal(update_control_finish(), PSA_SUCCESS);
}

static jmp_buf power_off;

static void cut_power_handler(void)
{
  longjmp(power_off, 1);
}

/* A half erased block is not taken for an erased one: what is written there next meets no leftovers. */
static void a_block_whose_erase_was_torn_is_erased_again(void **state)
{
  (void)state;
  for (uint32_t seed = 0; seed < 20; seed++) {
    fresh_device(NULL);
    image_noise(update_flash + update_map.slot_b, UPDATE_SLOT_BYTES, seed);
    assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
    host_cut_arm(seed % 2, HOST_TORN_RANDOM, seed,
                 cut_power_handler); /* the erase, and the unit that says it is done */
    if (setjmp(power_off) == 0) {
      fail_msg("not cut: %d", (int)update_control_write(MANIFEST_BYTES, next.payload, 512));
    }
    restart();
    assert_int_equal(update_control_write(MANIFEST_BYTES, next.payload, 512), PSA_SUCCESS);
    for (uint32_t i = 512; i < FLASH_BLOCK_BYTES; i++)
      assert_int_equal(update_flash[update_map.slot_b + MANIFEST_BYTES + i], 0xFF);
  }
}

static void the_same_bytes_again_change_nothing(void **state)
{
  (void)state;
  reach_writing();
  host_cut_disarm();
  write_blocks(&next);
  write_shuffled(&next, 16);
  assert_int_equal(host_operations(), 0);
}

static void refuses_other_bytes_where_some_are_and_leaves_those(void **state)
{
  (void)state;
  static uint8_t before[UPDATE_FLASH_BYTES], other[FLASH_BLOCK_BYTES];
  reach_writing();
  memcpy(before, update_flash, sizeof before);
  for (uint32_t at = 0; at < 3 * FLASH_BLOCK_BYTES; at += 1024) {
    memcpy(other, (const uint8_t *)&next + at, 1024);
    other[1023] ^= 0x80; /* the last unit; those before it are the same */
    assert_int_equal(update_control_write(at, other, 1024),
                     at < 2 * FLASH_BLOCK_BYTES + 1024 ? PSA_ERROR_ALREADY_EXISTS : PSA_SUCCESS);
    if (at >= 2 * FLASH_BLOCK_BYTES) break;
    assert_memory_equal(update_flash, before, sizeof before);
  }
  assert_state(PSA_FWU_WRITING);
}

/* What power loss left half written stays in its block, and goes with it when all of the block is written again. */
static void a_whole_block_replaces_what_is_in_the_way(void **state)
{
  (void)state;
  for (uint32_t block = 0; block < 3; block++) {
    for (int kind = 0; kind < 2; kind++) {
      fresh_device(NULL);
      reach_writing();
      const uint32_t place = block == 0 ? update_map.staging + FLASH_BLOCK_BYTES
                                        : update_map.slot_b + block * FLASH_BLOCK_BYTES;
      if (kind == 0)
        update_flash[place + 163] ^= 0x10;
      else
        host_flash_make_unreadable(place + 160);
      const uint8_t *bytes = (const uint8_t *)&next + block * FLASH_BLOCK_BYTES;
      assert_int_equal(update_control_write(block * FLASH_BLOCK_BYTES + 160, bytes + 160, 16),
                       PSA_ERROR_ALREADY_EXISTS);
      assert_int_equal(update_control_write(block * FLASH_BLOCK_BYTES, bytes, FLASH_BLOCK_BYTES), PSA_SUCCESS);
      assert_int_equal(update_control_finish(), PSA_SUCCESS);
    }
  }
}

static void refuses_what_is_out_of_bounds_before_it_touches_flash(void **state)
{
  (void)state;
  static const struct {
    size_t offset, bytes;
  } bad[] = {
    {1, 16},
    {8, 16},
    {15, 16},
    {0, 1},
    {0, 15},
    {0, 17},
    {0, 4112},
    {0, 8192},
    {UPDATE_SLOT_BYTES, 16},
    {UPDATE_SLOT_BYTES - 16, 32},
    {UPDATE_SLOT_BYTES - 4080, 4096},
    {UPDATE_SLOT_BYTES + 16, 0},
    {UPDATE_SLOT_BYTES + 16, 16},
    {SIZE_MAX - 15, 16},
    {SIZE_MAX - 15, 32},
    {SIZE_MAX - 4095, 4096},
    {16, SIZE_MAX - 15},
    {0, SIZE_MAX},
    {(size_t)1 << 31, 16},
    {0xFFFFFFF0u, 16},
    {0xFFFFF000u, 4096},
#if SIZE_MAX > 0xFFFFFFFFu
    {(size_t)1 << 32, 16},
    {((size_t)1 << 32) + 4096, 16},
    {0, (size_t)1 << 32},
#endif
  };
  static uint8_t before[UPDATE_FLASH_BYTES];
  assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
  memcpy(before, update_flash, sizeof before);
  for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
    if (update_control_write(bad[i].offset, &next, bad[i].bytes) != PSA_ERROR_INVALID_ARGUMENT)
      fail_msg("%zu bytes at %zu", bad[i].bytes, bad[i].offset);
  assert_int_equal(update_control_write(0, NULL, 0), PSA_SUCCESS);
  assert_int_equal(update_control_write(UPDATE_SLOT_BYTES, NULL, 0), PSA_SUCCESS);
  assert_memory_equal(update_flash, before, sizeof before);
  assert_int_equal(update_control_write(UPDATE_SLOT_BYTES - 16, &next, 16), PSA_SUCCESS);
  assert_memory_equal(update_flash + update_map.slot_b + UPDATE_SLOT_BYTES - 16, &next, 16);
}

/* All that an update does lies in the journal, the staging area and the other slot. */
static void never_touches_the_running_slot_nor_the_loader(void **state)
{
  (void)state;
  static uint8_t before[UPDATE_FLASH_BYTES], noise[FLASH_BLOCK_BYTES];
  memcpy(before, update_flash, sizeof before);
  image_noise(noise, sizeof noise, 5);
  assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
  for (uint32_t at = 0; at < UPDATE_SLOT_BYTES; at += FLASH_BLOCK_BYTES)
    assert_int_equal(update_control_write(at, noise, sizeof noise), PSA_SUCCESS);
  assert_int_not_equal(update_control_finish(), PSA_SUCCESS);
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);
  reach_staged();
  assert_memory_equal(update_flash, before, update_map.journal);
  assert_memory_equal(update_flash + update_map.slot_a, before + update_map.slot_a, UPDATE_SLOT_BYTES);
}

/* What the loader says and what the journal says must agree on what runs. */
static void writes_nothing_when_it_is_not_sure_what_runs(void **state)
{
  (void)state;
  static uint8_t before[UPDATE_FLASH_BYTES];
  boot_info info = update_boot.info;
  info.slot = BOOT_SLOT_B;
  assert_int_equal(update_control_start(&info, &update_boot.loader_manifest), PSA_SUCCESS);
  memcpy(before, update_flash, sizeof before);
  for (unsigned c = 0; c < CALLS; c++)
    if (calls[c].call() >= 0) fail_msg("%s", calls[c].name);
  assert_int_equal(update_control_begin(NULL, 0), PSA_ERROR_STORAGE_FAILURE);
  assert_memory_equal(update_flash, before, sizeof before);
}

static void flash_that_takes_no_data_is_a_storage_failure(void **state)
{
  (void)state;
  host_flash_make_stuck(update_map.slot_b + FLASH_BLOCK_BYTES + 32);
  assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
  for (int i = 0; i < 3; i++)
    assert_int_equal(update_control_write(FLASH_BLOCK_BYTES, next.payload, FLASH_BLOCK_BYTES),
                     PSA_ERROR_STORAGE_FAILURE);
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);

  host_flash_make_stuck(update_map.slot_b); /* the manifest's place */
  assert_int_equal(update_control_clean(), PSA_SUCCESS);
  host_flash_attach(update_flash, NULL);
  reach_writing();
  host_flash_make_stuck(update_map.slot_b);
  assert_int_equal(update_control_finish(), PSA_ERROR_STORAGE_FAILURE);
  assert_int_equal(update_device_query().impl.reason, BOOT_FLASH_WRITE);
  assert_state(PSA_FWU_WRITING);
  host_flash_attach(update_flash, NULL);
  host_flash_make_stuck(update_map.staging);
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);
  assert_int_equal(update_control_begin(NULL, 0), PSA_ERROR_STORAGE_FAILURE);
  assert_state(PSA_FWU_FAILED);
}

/* ---- Refusals: the status and the exact word ---- */

static void with_wrong_magic(void)
{
  changed.m.magic++;
}
static void with_wrong_format(void)
{
  changed.m.format++;
}
static void for_another_product(void)
{
  changed.m.product_id[0]++;
}
static void for_newer_hardware(void)
{
  changed.m.hardware_min = changed.m.hardware_max = TEST_HARDWARE_REVISION + 1;
}
static void of_the_loader_kind(void)
{
  changed.m.kind = MANIFEST_KIND_LOADER;
}
static void older_than_the_counter(void)
{
  changed.m.security_version = SECURITY - 1;
}
static void too_large(void)
{
  changed.m.payload_bytes = UPDATE_SLOT_BYTES - MANIFEST_BYTES + 32;
}
static void outside_the_load_region(void)
{
  changed.m.segments[1].address += 0x3000;
}
static void with_an_entry_elsewhere(void)
{
  changed.m.entry = 0x101;
}
static void with_reserved_bytes(void)
{
  changed.m.reserved[9] = 1;
}
static void for_a_newer_loader(void)
{
  changed.m.loader_min = (manifest_version){1, 0, 1};
}
static void unchanged(void)
{
}

static const struct {
  void (*change)(void);
  test_key key;
  boot_status reason;
  psa_status_t status;
} refusals[] = {
  {with_wrong_magic, KEY_FIRMWARE_0, BOOT_MANIFEST_MAGIC, PSA_ERROR_NOT_SUPPORTED},
  {with_wrong_format, KEY_FIRMWARE_0, BOOT_MANIFEST_FORMAT, PSA_ERROR_NOT_SUPPORTED},
  {of_the_loader_kind, KEY_FIRMWARE_0, BOOT_MANIFEST_KIND, PSA_ERROR_NOT_SUPPORTED},
  {with_reserved_bytes, KEY_FIRMWARE_0, BOOT_MANIFEST_RESERVED, PSA_ERROR_NOT_SUPPORTED},
  {for_another_product, KEY_FIRMWARE_0, BOOT_MANIFEST_PRODUCT, PSA_ERROR_NOT_SUPPORTED},
  {for_newer_hardware, KEY_FIRMWARE_0, BOOT_MANIFEST_HARDWARE, PSA_ERROR_NOT_SUPPORTED},
  {older_than_the_counter, KEY_FIRMWARE_0, BOOT_MANIFEST_ROLLBACK, PSA_ERROR_NOT_PERMITTED},
  {too_large, KEY_FIRMWARE_0, BOOT_MANIFEST_SIZE, PSA_ERROR_INSUFFICIENT_STORAGE},
  {outside_the_load_region, KEY_FIRMWARE_0, BOOT_MANIFEST_ADDRESS, PSA_ERROR_NOT_SUPPORTED},
  {with_an_entry_elsewhere, KEY_FIRMWARE_0, BOOT_MANIFEST_ENTRY, PSA_ERROR_NOT_SUPPORTED},
  {for_a_newer_loader, KEY_FIRMWARE_0, BOOT_MANIFEST_LOADER, PSA_ERROR_DEPENDENCY_NEEDED},
  {unchanged, KEY_STRANGER, BOOT_SIG_P256_KEY, PSA_ERROR_INVALID_SIGNATURE},
};

static void assert_refused(psa_status_t answer, psa_status_t status, boot_status reason, uint8_t state)
{
  const psa_fwu_component_info_t info = update_device_query();
  assert_int_equal(answer, status);
  if (info.impl.reason != (uint32_t)reason) fail_msg("%08x instead of %08x", info.impl.reason, (unsigned)reason);
  assert_int_equal(info.state, state);
}

static void refuses_what_the_loader_would_refuse_and_says_why(void **state)
{
  (void)state;
  for (unsigned i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    fresh_device(NULL);
    refusals[i].change();
    update_image_sign(&changed, refusals[i].key);
    begin_and_write(&changed);
    assert_refused(update_control_finish(), refusals[i].status, refusals[i].reason, PSA_FWU_WRITING);
    for (uint32_t at = 0; at < MANIFEST_BYTES; at++) assert_int_equal(update_flash[update_map.slot_b + at], 0xFF);
  }
}

static void refuses_a_bad_manifest_before_anything_is_begun(void **state)
{
  (void)state;
  static uint8_t before[UPDATE_FLASH_BYTES];
  memcpy(before, update_flash, sizeof before);
  for (unsigned i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    changed = next;
    refusals[i].change();
    update_image_sign(&changed, refusals[i].key);
    assert_refused(update_control_begin(&changed, MANIFEST_BYTES), refusals[i].status, refusals[i].reason,
                   PSA_FWU_READY);
  }
  assert_int_equal(update_control_begin(&next, MANIFEST_BYTES - 1), PSA_ERROR_INVALID_ARGUMENT);
  assert_int_equal(update_control_begin(&next, MANIFEST_BYTES + 1), PSA_ERROR_INVALID_ARGUMENT);
  assert_memory_equal(update_flash, before, sizeof before);
  assert_int_equal(update_control_begin(&next, MANIFEST_BYTES), PSA_SUCCESS);
  assert_int_equal(update_device_query().impl.reason, BOOT_OK);
}

static void refuses_each_broken_signature(void **state)
{
  (void)state;
  changed.m.p256_signature[5] ^= 1;
  assert_refused(update_control_begin(&changed, MANIFEST_BYTES), PSA_ERROR_INVALID_SIGNATURE, BOOT_SIG_P256,
                 PSA_FWU_READY);
  changed = next;
  changed.m.lms_signature[100] ^= 1;
  assert_refused(update_control_begin(&changed, MANIFEST_BYTES), PSA_ERROR_INVALID_SIGNATURE, BOOT_SIG_LMS,
                 PSA_FWU_READY);
  changed = next;
  changed.m.version.minor++;
  assert_refused(update_control_begin(&changed, MANIFEST_BYTES), PSA_ERROR_INVALID_SIGNATURE, BOOT_SIG_P256,
                 PSA_FWU_READY);
}

static void refuses_a_payload_that_was_not_signed(void **state)
{
  (void)state;
  changed.payload[PAYLOAD - 1] ^= 1;
  memset(changed.payload + 256, 0, 64); /* no unit of it is blank */
  begin_and_write(&changed);
  assert_refused(update_control_finish(), PSA_ERROR_INVALID_SIGNATURE, BOOT_PAYLOAD_DIGEST, PSA_FWU_WRITING);
}

static void refuses_an_image_the_counter_cannot_follow(void **state)
{
  (void)state;
  memset(rig.otp + OTP_FIRMWARE_COUNTER_OFFSET + sizeof(otp_counter_cell), 0x11,
         (OTP_FIRMWARE_COUNTER_CELLS - 1) * sizeof(otp_counter_cell)); /* all spent by torn raises */
  assert_refused(update_control_begin(&next, MANIFEST_BYTES), PSA_ERROR_NOT_PERMITTED, BOOT_OTP_FULL, PSA_FWU_READY);
  reach_writing();
  assert_refused(update_control_finish(), PSA_ERROR_NOT_PERMITTED, BOOT_OTP_FULL, PSA_FWU_WRITING);
}

static void judges_by_what_otp_says_now(void **state)
{
  (void)state;
  reach_writing();
  host_otp_silence(true);
  assert_refused(update_control_finish(), PSA_ERROR_HARDWARE_FAILURE, BOOT_OTP_NO_REPLY, PSA_FWU_WRITING);
  host_otp_silence(false);
  assert_int_equal(update_control_finish(), PSA_SUCCESS);
  assert_int_equal(counter_raise(COUNTER_FIRMWARE, SECURITY + 2), BOOT_OK);
  assert_refused(update_control_install(NO_JOB), PSA_ERROR_NOT_PERMITTED, BOOT_MANIFEST_ROLLBACK, PSA_FWU_CANDIDATE);
}

static void install_verifies_once_more(void **state)
{
  (void)state;
  reach_candidate();
  update_flash[update_map.slot_b + MANIFEST_BYTES + 5000] ^= 1;
  assert_refused(update_control_install(JOB), PSA_ERROR_INVALID_SIGNATURE, BOOT_PAYLOAD_DIGEST, PSA_FWU_CANDIDATE);
  restart();
  assert_true(update_device_runs(&old));
}

static void says_that_parts_are_missing_and_takes_them(void **state)
{
  (void)state;
  const uint32_t bytes = update_image_bytes(&next);
  for (uint32_t missing = 0; missing < bytes; missing += 1024) {
    fresh_device(NULL);
    assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
    for (uint32_t at = 0; at < bytes; at += 1024) {
      const uint32_t left = bytes - at;
      if (at == missing) continue;
      assert_int_equal(update_control_write(at, (const uint8_t *)&next + at, left < 1024 ? left : 1024), PSA_SUCCESS);
    }
    assert_int_equal(update_control_finish(), PSA_ERROR_INSUFFICIENT_DATA);
    assert_state(PSA_FWU_WRITING);
    write_blocks(&next);
    assert_int_equal(update_control_finish(), PSA_SUCCESS);
  }
}

/* The slot's old bytes happen to be the right ones: still nobody has written them. */
static void takes_no_block_that_was_not_written(void **state)
{
  (void)state;
  update_device_put(update_map.slot_b, &next, update_image_bytes(&next));
  assert_int_equal(update_control_begin(&next, MANIFEST_BYTES), PSA_SUCCESS);
  assert_int_equal(update_control_finish(), PSA_ERROR_INSUFFICIENT_DATA);
  write_blocks(&next);
  assert_int_equal(update_control_finish(), PSA_SUCCESS);
}

static void an_early_manifest_need_not_be_written(void **state)
{
  (void)state;
  assert_int_equal(update_control_begin(&next, MANIFEST_BYTES), PSA_SUCCESS);
  restart();
  for (uint32_t at = MANIFEST_BYTES; at < update_image_bytes(&next); at += FLASH_BLOCK_BYTES)
    assert_int_equal(update_control_write(at, (const uint8_t *)&next + at, FLASH_BLOCK_BYTES), PSA_SUCCESS);
  assert_int_equal(update_control_finish(), PSA_SUCCESS);
}

static void a_refusal_is_remembered_when_the_update_is_cancelled(void **state)
{
  (void)state;
  for_another_product();
  update_image_sign(&changed, KEY_FIRMWARE_0);
  begin_and_write(&changed);
  assert_int_equal(update_control_finish(), PSA_ERROR_NOT_SUPPORTED);
  assert_int_equal(update_control_cancel(), PSA_SUCCESS);
  restart();
  const psa_fwu_component_info_t info = update_device_query();
  assert_int_equal(info.state, PSA_FWU_FAILED);
  assert_int_equal(info.impl.reason, BOOT_MANIFEST_PRODUCT);
  assert_int_equal(info.error, PSA_ERROR_NOT_SUPPORTED);
  assert_int_equal(info.impl.outcome, HF_OUTCOME_NONE);
  assert_int_equal(update_control_begin(NULL, 0), PSA_SUCCESS);
  assert_int_equal(update_device_query().impl.reason, BOOT_OK);
}

/* ---- Query, start ---- */

static void describes_what_runs_and_what_is_to_run(void **state)
{
  (void)state;
  psa_fwu_component_info_t info = update_device_query();
  assert_int_equal(info.max_size, UPDATE_SLOT_BYTES);
  assert_int_equal(info.version.minor, 1);
  assert_int_equal(info.impl.candidate_minor, 0);
  assert_int_equal(info.impl.security_version, SECURITY);
  assert_int_equal(info.error, PSA_SUCCESS);
  reach_candidate();
  assert_int_equal(update_device_query().impl.candidate_minor, 2);
  assert_int_equal(update_control_install(NO_JOB), PSA_SUCCESS_REBOOT);
  assert_int_equal(update_device_query().impl.candidate_minor, 2);
  restart();
  info = update_device_query();
  assert_int_equal(info.version.minor, 2);
  assert_int_equal(info.impl.candidate_minor, 1); /* the old one */
  assert_memory_equal(info.impl.job, NO_JOB, sizeof NO_JOB);
}

static void versions_too_large_for_their_fields_are_told_in_full_elsewhere(void **state)
{
  (void)state;
  boot_info info = update_boot.info;
  info.version = (manifest_version){256, 65535, 65536};
  assert_int_equal(update_control_start(&info, &update_boot.loader_manifest), PSA_SUCCESS);
  const psa_fwu_component_info_t told = update_device_query();
  assert_int_equal(told.version.major, 255);
  assert_int_equal(told.version.minor, 255);
  assert_int_equal(told.version.patch, 65535);
  assert_int_equal(told.impl.version_major, 256);
  assert_int_equal(told.impl.version_minor, 65535);
  assert_int_equal(told.impl.version_patch, 65536);
}

static void assert_does_not_start(const boot_info *info, const manifest *loader_manifest)
{
  psa_fwu_component_info_t told;
  assert_int_equal(update_control_start(info, loader_manifest), PSA_ERROR_HARDWARE_FAILURE);
  assert_int_equal(update_control_query(&told), PSA_ERROR_BAD_STATE);
  assert_int_equal(update_control_outcome_told(), PSA_ERROR_BAD_STATE);
  for (unsigned c = 0; c < CALLS; c++) assert_int_equal(calls[c].call(), PSA_ERROR_BAD_STATE);
}

static void does_nothing_without_a_loader_it_believes(void **state)
{
  (void)state;
  boot_info info = update_boot.info;
  manifest loader_manifest = update_boot.loader_manifest;
  info.magic++;
  assert_does_not_start(&info, &loader_manifest);
  info = update_boot.info;
  info.size--;
  assert_does_not_start(&info, &loader_manifest);
  info = update_boot.info;
  info.slot = BOOT_SLOT_NONE;
  assert_does_not_start(&info, &loader_manifest);
  loader_manifest.magic++;
  assert_does_not_start(&update_boot.info, &loader_manifest);
  loader_manifest = update_boot.loader_manifest;
  loader_manifest.kind = MANIFEST_KIND_FIRMWARE;
  assert_does_not_start(&update_boot.info, &loader_manifest);
}

#define ON_A_FRESH_DEVICE(test) cmocka_unit_test_setup(test, fresh_device)

int main(void)
{
  const struct CMUnitTest tests[] = {
    ON_A_FRESH_DEVICE(makes_exactly_the_transitions_of_the_drawing),
    ON_A_FRESH_DEVICE(makes_the_same_transitions_after_a_restart),
    ON_A_FRESH_DEVICE(is_in_the_same_state_after_a_restart),
    ON_A_FRESH_DEVICE(boots_what_was_installed_and_keeps_it_once_accepted),
    ON_A_FRESH_DEVICE(the_image_before_is_no_candidate),
    ON_A_FRESH_DEVICE(a_finished_update_leaves_no_mark),
    ON_A_FRESH_DEVICE(updates_from_either_slot),
    ON_A_FRESH_DEVICE(tells_of_a_confirmed_update_until_it_was_told),
    ON_A_FRESH_DEVICE(goes_back_to_the_old_image_when_rejected),
    ON_A_FRESH_DEVICE(goes_back_to_the_old_image_when_never_accepted),
    ON_A_FRESH_DEVICE(cleaning_or_beginning_again_keeps_an_outcome_that_is_still_to_be_told),
    ON_A_FRESH_DEVICE(a_job_id_may_have_all_its_characters),
    ON_A_FRESH_DEVICE(a_staged_image_that_was_rejected_does_not_boot),
    ON_A_FRESH_DEVICE(a_cancelled_candidate_never_boots),
    ON_A_FRESH_DEVICE(a_cleaned_slot_holds_no_image),
    ON_A_FRESH_DEVICE(an_accept_that_lost_power_before_the_counter_is_completed),
    ON_A_FRESH_DEVICE(takes_pieces_of_any_size_in_any_order),
    ON_A_FRESH_DEVICE(goes_on_writing_after_any_number_of_restarts),
    ON_A_FRESH_DEVICE(a_block_whose_erase_was_torn_is_erased_again),
    ON_A_FRESH_DEVICE(the_same_bytes_again_change_nothing),
    ON_A_FRESH_DEVICE(refuses_other_bytes_where_some_are_and_leaves_those),
    ON_A_FRESH_DEVICE(a_whole_block_replaces_what_is_in_the_way),
    ON_A_FRESH_DEVICE(refuses_what_is_out_of_bounds_before_it_touches_flash),
    ON_A_FRESH_DEVICE(never_touches_the_running_slot_nor_the_loader),
    ON_A_FRESH_DEVICE(writes_nothing_when_it_is_not_sure_what_runs),
    ON_A_FRESH_DEVICE(flash_that_takes_no_data_is_a_storage_failure),
    ON_A_FRESH_DEVICE(refuses_what_the_loader_would_refuse_and_says_why),
    ON_A_FRESH_DEVICE(refuses_a_bad_manifest_before_anything_is_begun),
    ON_A_FRESH_DEVICE(refuses_each_broken_signature),
    ON_A_FRESH_DEVICE(refuses_a_payload_that_was_not_signed),
    ON_A_FRESH_DEVICE(refuses_an_image_the_counter_cannot_follow),
    ON_A_FRESH_DEVICE(judges_by_what_otp_says_now),
    ON_A_FRESH_DEVICE(install_verifies_once_more),
    ON_A_FRESH_DEVICE(says_that_parts_are_missing_and_takes_them),
    ON_A_FRESH_DEVICE(takes_no_block_that_was_not_written),
    ON_A_FRESH_DEVICE(an_early_manifest_need_not_be_written),
    ON_A_FRESH_DEVICE(a_refusal_is_remembered_when_the_update_is_cancelled),
    ON_A_FRESH_DEVICE(describes_what_runs_and_what_is_to_run),
    ON_A_FRESH_DEVICE(versions_too_large_for_their_fields_are_told_in_full_elsewhere),
    ON_A_FRESH_DEVICE(does_nothing_without_a_loader_it_believes),
  };
  return cmocka_run_group_tests(tests, make_images, NULL);
}

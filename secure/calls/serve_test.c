/* Calls against the services' contracts: every service here is a fake that writes down what it was asked, and answers as told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device_service.h"
#include "keys.h"
#include "random.h"
#include "serve.h"
#include "storage.h"
#include "update_control.h"

/* What a service was asked, and how often any was. */
static struct {
  unsigned calls;
  const char *name;
  uint64_t number[4]; /* ids, offsets, flags: in the order of its parameters */
  const void *in;
  size_t in_bytes;
  void *out;
  size_t out_bytes;
} asked;

/* What it answers. */
static struct {
  psa_status_t status;
  size_t used;
  uint8_t value[sizeof(psa_fwu_component_info_t) + sizeof(hf_device_info)];
} answer;

static jmp_buf reset;

static psa_status_t note(const char *name, uint64_t n0, uint64_t n1, uint64_t n2)
{
  asked.calls++;
  asked.name = name;
  asked.number[0] = n0;
  asked.number[1] = n1;
  asked.number[2] = n2;
  return answer.status;
}

static psa_status_t note_in(const char *name, uint64_t n0, uint64_t n1, const void *in, size_t bytes)
{
  asked.in = in;
  asked.in_bytes = bytes;
  return note(name, n0, n1, 0);
}

/* Of services that fill as much of out as they like. */
static psa_status_t note_out(const char *name, uint64_t n0, uint64_t n1, uint64_t n2, void *out, size_t bytes,
                             size_t *used)
{
  asked.out = out;
  asked.out_bytes = bytes;
  *used = answer.used;
  return note(name, n0, n1, n2);
}

static psa_status_t note_value(const char *name, uint64_t n0, void *value, size_t bytes)
{
  memcpy(value, answer.value, bytes);
  return note(name, n0, 0, 0);
}

/* ---- The services ---- */

psa_status_t keys_generate(const psa_key_attributes_t *attributes, psa_key_id_t *id)
{
  *id = attributes->id;
  return note_in("keys_generate", attributes->id, 0, attributes, sizeof *attributes);
}

psa_status_t keys_destroy(psa_key_id_t id)
{
  return note("keys_destroy", id, 0, 0);
}

psa_status_t keys_get_attributes(psa_key_id_t id, psa_key_attributes_t *attributes)
{
  return note_value("keys_get_attributes", id, attributes, sizeof *attributes);
}

psa_status_t keys_export(psa_key_id_t id)
{
  return note("keys_export", id, 0, 0);
}

psa_status_t keys_export_public(psa_key_id_t id, uint8_t *out, size_t out_bytes, size_t *used)
{
  return note_out("keys_export_public", id, 0, 0, out, out_bytes, used);
}

psa_status_t keys_sign_hash(psa_key_id_t id, psa_algorithm_t alg, const uint8_t *hash, size_t hash_bytes,
                            uint8_t *signature, size_t signature_bytes, size_t *used)
{
  asked.in = hash;
  asked.in_bytes = hash_bytes;
  return note_out("keys_sign_hash", id, alg, 0, signature, signature_bytes, used);
}

psa_status_t random_bytes(void *out, size_t bytes)
{
  size_t unused;
  return note_out("random_bytes", 0, 0, 0, out, bytes, &unused);
}

psa_status_t storage_set(storage_owner owner, uint64_t uid, const void *data, size_t bytes, uint32_t flags)
{
  const psa_status_t status = note_in("storage_set", owner, uid, data, bytes);
  asked.number[2] = flags;
  return status;
}

psa_status_t storage_get(storage_owner owner, uint64_t uid, size_t offset, void *out, size_t out_bytes,
                         size_t *out_used)
{
  return note_out("storage_get", owner, uid, offset, out, out_bytes, out_used);
}

psa_status_t storage_get_info(storage_owner owner, uint64_t uid, struct psa_storage_info_t *info)
{
  *info = (struct psa_storage_info_t){.capacity = 78, .size = 77, .flags = PSA_STORAGE_FLAG_WRITE_ONCE};
  return note("storage_get_info", owner, uid, 0);
}

psa_status_t storage_remove(storage_owner owner, uint64_t uid)
{
  return note("storage_remove", owner, uid, 0);
}

psa_status_t storage_reset(void)
{
  return note("storage_reset", 0, 0, 0);
}

psa_status_t storage_forget_losses(void)
{
  return note("storage_forget_losses", 0, 0, 0);
}

psa_status_t update_control_query(psa_fwu_component_info_t *info)
{
  return note_value("update_control_query", 0, info, sizeof *info);
}

psa_status_t update_control_begin(const void *manifest_of_image, size_t manifest_bytes)
{
  return note_in("update_control_begin", 0, 0, manifest_of_image, manifest_bytes);
}

psa_status_t update_control_write(size_t offset, const void *data, size_t bytes)
{
  return note_in("update_control_write", offset, 0, data, bytes);
}

psa_status_t update_control_finish(void)
{
  return note("update_control_finish", 0, 0, 0);
}

psa_status_t update_control_cancel(void)
{
  return note("update_control_cancel", 0, 0, 0);
}

psa_status_t update_control_clean(void)
{
  return note("update_control_clean", 0, 0, 0);
}

psa_status_t update_control_install(const char job[HF_JOB_MAX])
{
  return note_in("update_control_install", 0, 0, job, HF_JOB_MAX);
}

psa_status_t update_control_reject(void)
{
  return note("update_control_reject", 0, 0, 0);
}

psa_status_t update_control_accept(void)
{
  return note("update_control_accept", 0, 0, 0);
}

psa_status_t update_control_outcome_told(void)
{
  return note("update_control_outcome_told", 0, 0, 0);
}

void device_service_info(hf_device_info *info)
{
  note_value("device_service_info", 0, info, sizeof *info);
}

_Noreturn void device_service_reset(void)
{
  note("device_service_reset", 0, 0, 0);
  longjmp(reset, 1);
}

psa_status_t device_service_feed(void)
{
  return note("device_service_feed", 0, 0, 0);
}

void device_service_print(const void *text, size_t bytes)
{
  note_in("device_service_print", 0, 0, text, bytes);
}

bool device_service_crash(hf_crash *crash)
{
  return note_value("device_service_crash", 0, crash, sizeof *crash) == PSA_SUCCESS;
}

void device_service_crash_clear(void)
{
  note("device_service_crash_clear", 0, 0, 0);
}

/* ---- Making calls ---- */

static uint8_t in[CALL_IN_MAX], out[CALL_OUT_MAX];
static call c;

static psa_status_t ask(call_id id, const void *arguments, uint32_t in_bytes, uint32_t out_bytes)
{
  static _Alignas(8) uint8_t copy[CALL_ARGUMENTS_MAX];
  memset(copy, 0, sizeof copy);
  memset(&asked, 0, sizeof asked);
  memset(out, 0xEE, sizeof out);
  if (arguments) memcpy(copy, arguments, call_find(id)->arguments_bytes);
  c = (call){.arguments = copy, .in = in, .in_bytes = in_bytes, .out = out, .out_bytes = out_bytes};
  return call_find(id)->serve(&c);
}

static void assert_asked(const char *name, uint64_t n0, uint64_t n1, uint64_t n2)
{
  assert_int_equal(asked.calls, 1);
  assert_string_equal(asked.name, name);
  assert_true(asked.number[0] == n0 && asked.number[1] == n1 && asked.number[2] == n2);
}

static void assert_took_input(size_t bytes)
{
  assert_ptr_equal(asked.in, in);
  assert_int_equal(asked.in_bytes, bytes);
}

/* The caller's own room, and as much as the service said. */
static void assert_gave_out_what_the_service_filled(size_t room)
{
  assert_ptr_equal(asked.out, out);
  assert_int_equal(asked.out_bytes, room);
  assert_int_equal(c.out_used, answer.used);
}

static void assert_gave(const void *value, size_t bytes)
{
  assert_int_equal(c.out_used, bytes);
  assert_memory_equal(out, value, bytes);
  assert_int_equal(out[bytes], 0xEE);
}

static int services_work(void **state)
{
  (void)state;
  memset(&answer, 0, sizeof answer);
  for (size_t i = 0; i < sizeof answer.value; i++) answer.value[i] = (uint8_t)(i * 7 + 1);
  answer.used = 33;
  return 0;
}

static const psa_key_id_t KEY = 0x12345678;
static const uint32_t UID[2] = {0x89abcdef, 0x01234567};
#define UID_64 0x0123456789abcdefull

/* ---- The table ---- */

static void every_id_below_the_count_has_a_function_and_none_above(void **state)
{
  (void)state;
  for (uint32_t id = 0; id < CALL_COUNT; id++) {
    assert_non_null(call_find(id));
    assert_non_null(call_find(id)->serve);
    for (uint32_t other = 0; other < id; other++) assert_ptr_not_equal(call_find(id)->serve, call_find(other)->serve);
  }
  assert_null(call_find(CALL_COUNT));
  assert_null(call_find(CALL_COUNT + 1));
  for (uint32_t bit = 5; bit < 32; bit++) assert_null(call_find(1u << bit));
  assert_null(call_find(UINT32_MAX));
}

static void every_call_fits_the_gates_buffers(void **state)
{
  (void)state;
  for (uint32_t id = 0; id < CALL_COUNT; id++) {
    const call_entry *entry = call_find(id);
    assert_true(entry->arguments_bytes <= CALL_ARGUMENTS_MAX);
    assert_true(entry->in_max <= CALL_IN_MAX && entry->out_max <= CALL_OUT_MAX);
    assert_true(entry->callers != 0 && (entry->callers & ~CALLER_ANY) == 0);
  }
}

/* What changes the device or takes its key away is for the kernel and its tasks; written here a second time, on purpose. */
static void unprivileged_callers_reach_these_and_no_others(void **state)
{
  (void)state;
  static const call_id open[] = {CALL_EMPTY,         CALL_KEY_ATTRIBUTES, CALL_KEY_EXPORT,    CALL_KEY_EXPORT_PUBLIC,
                                 CALL_KEY_SIGN_HASH, CALL_RANDOM,         CALL_ITEM_GET,      CALL_ITEM_INFO,
                                 CALL_UPDATE_QUERY,  CALL_DEVICE_INFO,    CALL_CONSOLE_WRITE, CALL_CRASH_READ};
  for (uint32_t id = 0; id < CALL_COUNT; id++) {
    bool is_open = false;
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) is_open = is_open || open[i] == id;
    assert_int_equal(call_find(id)->callers, is_open ? CALLER_ANY : CALLER_PRIVILEGED);
  }
}

/* ---- Every call ---- */

static void calls_without_arguments_reach_their_service(void **state)
{
  (void)state;
  static const struct {
    call_id id;
    const char *service;
  } plain[] = {
    {CALL_STORAGE_RESET, "storage_reset"},
    {CALL_STORAGE_FORGET_LOSSES, "storage_forget_losses"},
    {CALL_UPDATE_REJECT, "update_control_reject"},
    {CALL_UPDATE_ACCEPT, "update_control_accept"},
    {CALL_UPDATE_OUTCOME_TOLD, "update_control_outcome_told"},
    {CALL_WATCHDOG_FEED, "device_service_feed"},
  };
  for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
    for (psa_status_t status = 1; status >= -152; status--) {
      answer.status = status;
      assert_int_equal(ask(plain[i].id, NULL, 0, 0), status);
      assert_asked(plain[i].service, 0, 0, 0);
      assert_int_equal(c.out_used, 0);
    }
}

static void the_empty_call_does_nothing(void **state)
{
  (void)state;
  assert_int_equal(ask(CALL_EMPTY, NULL, 0, 0), PSA_SUCCESS);
  assert_int_equal(asked.calls, 0);
  assert_int_equal(c.out_used, 0);
}

static void key_calls_reach_the_key_they_name(void **state)
{
  (void)state;
  assert_int_equal(ask(CALL_KEY_DESTROY, &KEY, 0, 0), PSA_SUCCESS);
  assert_asked("keys_destroy", KEY, 0, 0);
  answer.status = PSA_ERROR_NOT_PERMITTED;
  assert_int_equal(ask(CALL_KEY_EXPORT, &KEY, 0, 0), PSA_ERROR_NOT_PERMITTED);
  assert_asked("keys_export", KEY, 0, 0);
  assert_int_equal(c.out_used, 0);
  answer.status = PSA_SUCCESS;
  assert_int_equal(ask(CALL_KEY_EXPORT_PUBLIC, &KEY, 0, 65), PSA_SUCCESS);
  assert_asked("keys_export_public", KEY, 0, 0);
  assert_gave_out_what_the_service_filled(65);
  assert_int_equal(ask(CALL_KEY_ATTRIBUTES, &KEY, 0, sizeof(psa_key_attributes_t)), PSA_SUCCESS);
  assert_asked("keys_get_attributes", KEY, 0, 0);
  assert_gave(answer.value, sizeof(psa_key_attributes_t));
}

static void key_generate_hands_on_all_attributes_and_gives_the_id(void **state)
{
  (void)state;
  psa_key_attributes_t attributes;
  memcpy(&attributes, answer.value, sizeof attributes);
  assert_int_equal(ask(CALL_KEY_GENERATE, &attributes, 0, sizeof(psa_key_id_t)), PSA_SUCCESS);
  assert_asked("keys_generate", attributes.id, 0, 0);
  assert_memory_equal(asked.in, &attributes, sizeof attributes);
  assert_gave(&attributes.id, sizeof attributes.id);
}

static void key_sign_hands_on_key_algorithm_and_hash(void **state)
{
  (void)state;
  const call_sign sign = {.id = KEY, .algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_256)};
  for (uint32_t bytes = 0; bytes <= PSA_HASH_LENGTH_SHA_256; bytes++) { /* the service judges the length */
    assert_int_equal(ask(CALL_KEY_SIGN_HASH, &sign, bytes, 64), PSA_SUCCESS);
    assert_asked("keys_sign_hash", KEY, sign.algorithm, 0);
    assert_took_input(bytes);
    assert_gave_out_what_the_service_filled(64);
  }
}

static void random_fills_all_the_room(void **state)
{
  (void)state;
  for (uint32_t bytes = 0; bytes <= CALL_RANDOM_MAX; bytes++) {
    assert_int_equal(ask(CALL_RANDOM, NULL, 0, bytes), PSA_SUCCESS);
    answer.used = bytes;
    assert_asked("random_bytes", 0, 0, 0);
    assert_gave_out_what_the_service_filled(bytes);
  }
}

/* Never STORAGE_SECURE, and both halves of the uid. */
static void item_calls_reach_the_callers_items_only(void **state)
{
  (void)state;
  const call_item item = {.uid = {UID[0], UID[1]}};
  const call_item_set set = {.uid = {UID[0], UID[1]}, .flags = 0xfedcba98};
  const call_item_get get = {.uid = {UID[0], UID[1]}, .offset = 3071};
  const call_item_info info = {.size = 77, .flags = PSA_STORAGE_FLAG_WRITE_ONCE};
  for (uint32_t bytes = 0; bytes <= HF_ITS_VALUE_MAX; bytes += 1024) {
    assert_int_equal(ask(CALL_ITEM_SET, &set, bytes, 0), PSA_SUCCESS);
    assert_asked("storage_set", STORAGE_NONSECURE, UID_64, set.flags);
    assert_took_input(bytes);
    assert_int_equal(ask(CALL_ITEM_GET, &get, 0, bytes), PSA_SUCCESS);
    assert_asked("storage_get", STORAGE_NONSECURE, UID_64, get.offset);
    assert_gave_out_what_the_service_filled(bytes);
  }
  assert_int_equal(ask(CALL_ITEM_INFO, &item, 0, sizeof info), PSA_SUCCESS);
  assert_asked("storage_get_info", STORAGE_NONSECURE, UID_64, 0);
  assert_gave(&info, sizeof info);
  assert_int_equal(ask(CALL_ITEM_REMOVE, &item, 0, 0), PSA_SUCCESS);
  assert_asked("storage_remove", STORAGE_NONSECURE, UID_64, 0);
}

static void update_calls_reach_the_firmware(void **state)
{
  (void)state;
  const call_component firmware = {.component = HF_FWU_FIRMWARE};
  const call_component_write place = {.component = HF_FWU_FIRMWARE, .offset = 0x123450};
  assert_int_equal(ask(CALL_UPDATE_QUERY, &firmware, 0, sizeof(psa_fwu_component_info_t)), PSA_SUCCESS);
  assert_asked("update_control_query", 0, 0, 0);
  assert_gave(answer.value, sizeof(psa_fwu_component_info_t));
  assert_int_equal(ask(CALL_UPDATE_START, &firmware, CALL_MANIFEST_BYTES, 0), PSA_SUCCESS);
  assert_asked("update_control_begin", 0, 0, 0);
  assert_took_input(CALL_MANIFEST_BYTES);
  assert_int_equal(ask(CALL_UPDATE_WRITE, &place, PSA_FWU_MAX_WRITE_SIZE, 0), PSA_SUCCESS);
  assert_asked("update_control_write", place.offset, 0, 0);
  assert_took_input(PSA_FWU_MAX_WRITE_SIZE);
  assert_int_equal(ask(CALL_UPDATE_FINISH, &firmware, 0, 0), PSA_SUCCESS);
  assert_asked("update_control_finish", 0, 0, 0);
  assert_int_equal(ask(CALL_UPDATE_CANCEL, &firmware, 0, 0), PSA_SUCCESS);
  assert_asked("update_control_cancel", 0, 0, 0);
  assert_int_equal(ask(CALL_UPDATE_CLEAN, &firmware, 0, 0), PSA_SUCCESS);
  assert_asked("update_control_clean", 0, 0, 0);
}

static void another_component_does_not_exist(void **state)
{
  (void)state;
  static const call_id ids[] = {CALL_UPDATE_QUERY,  CALL_UPDATE_START,  CALL_UPDATE_WRITE,
                                CALL_UPDATE_FINISH, CALL_UPDATE_CANCEL, CALL_UPDATE_CLEAN};
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
    for (uint32_t component = HF_FWU_FIRMWARE + 1; component != 0; component <<= 1) {
      const call_component_write arguments = {.component = component};
      assert_int_equal(ask(ids[i], &arguments, 16, CALL_OUT_MAX), PSA_ERROR_DOES_NOT_EXIST);
      assert_int_equal(asked.calls, 0);
      assert_int_equal(c.out_used, 0);
    }
}

static char installed_job[HF_JOB_MAX];

static void job_ids_of_every_length_arrive_whole(void **state)
{
  (void)state;
  answer.status = PSA_SUCCESS_REBOOT;
  for (size_t length = 0; length <= HF_JOB_MAX; length++) {
    call_job job = {.job = {0}};
    for (size_t i = 0; i < length; i++) job.job[i] = (char)('0' + i);
    _Alignas(8) uint8_t exact[sizeof job];
    memcpy(exact, &job, sizeof job);
    memset(&asked, 0, sizeof asked);
    c = (call){.arguments = exact};
    assert_int_equal(call_find(CALL_UPDATE_INSTALL)->serve(&c), PSA_SUCCESS_REBOOT);
    assert_asked("update_control_install", 0, 0, 0);
    memcpy(installed_job, asked.in, sizeof installed_job);
    assert_memory_equal(installed_job, job.job, sizeof installed_job);
  }
}

static void device_calls_reach_the_device(void **state)
{
  (void)state;
  assert_int_equal(ask(CALL_DEVICE_INFO, NULL, 0, sizeof(hf_device_info)), PSA_SUCCESS);
  assert_asked("device_service_info", 0, 0, 0);
  assert_gave(answer.value, sizeof(hf_device_info));
  for (uint32_t bytes = 0; bytes <= HF_CONSOLE_MAX; bytes++) {
    assert_int_equal(ask(CALL_CONSOLE_WRITE, NULL, bytes, 0), PSA_SUCCESS);
    assert_asked("device_service_print", 0, 0, 0);
    assert_took_input(bytes);
  }
  assert_int_equal(ask(CALL_CRASH_READ, NULL, 0, sizeof(hf_crash)), PSA_SUCCESS);
  assert_asked("device_service_crash", 0, 0, 0);
  assert_gave(answer.value, sizeof(hf_crash));
  assert_int_equal(ask(CALL_CRASH_CLEAR, NULL, 0, 0), PSA_SUCCESS);
  assert_asked("device_service_crash_clear", 0, 0, 0);
}

static void device_reset_does_not_come_back(void **state)
{
  (void)state;
  if (setjmp(reset) == 0) {
    (void)!ask(CALL_DEVICE_RESET, NULL, 0, 0);
    fail();
  }
  assert_asked("device_service_reset", 0, 0, 0);
}

static void no_crash_does_not_exist(void **state)
{
  (void)state;
  answer.status = PSA_ERROR_GENERIC_ERROR; /* the fake's false */
  assert_int_equal(ask(CALL_CRASH_READ, NULL, 0, sizeof(hf_crash)), PSA_ERROR_DOES_NOT_EXIST);
  assert_int_equal(c.out_used, 0);
}

/* ---- Values given whole or not at all ---- */

static const struct {
  call_id id;
  uint32_t bytes;
} values[] = {
  {CALL_KEY_GENERATE, sizeof(psa_key_id_t)},  {CALL_KEY_ATTRIBUTES, sizeof(psa_key_attributes_t)},
  {CALL_ITEM_INFO, sizeof(call_item_info)},   {CALL_UPDATE_QUERY, sizeof(psa_fwu_component_info_t)},
  {CALL_DEVICE_INFO, sizeof(hf_device_info)}, {CALL_CRASH_READ, sizeof(hf_crash)},
};

static void too_little_room_gives_nothing(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    assert_int_equal(call_find(values[i].id)->out_max, values[i].bytes);
    for (uint32_t room = 0; room < values[i].bytes; room++) {
      assert_int_equal(ask(values[i].id, NULL, 0, room), PSA_ERROR_BUFFER_TOO_SMALL);
      assert_int_equal(c.out_used, 0);
      assert_int_equal(out[0], 0xEE);
    }
  }
}

static void no_key_is_made_whose_id_would_be_lost(void **state)
{
  (void)state;
  for (uint32_t room = 0; room < sizeof(psa_key_id_t); room++) {
    assert_int_equal(ask(CALL_KEY_GENERATE, NULL, 0, room), PSA_ERROR_BUFFER_TOO_SMALL);
    assert_int_equal(asked.calls, 0);
  }
}

static void a_service_that_fails_gives_nothing(void **state)
{
  (void)state;
  answer.status = PSA_ERROR_DATA_CORRUPT;
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    if (values[i].id == CALL_DEVICE_INFO || values[i].id == CALL_CRASH_READ) continue; /* do not fail with a status */
    assert_int_equal(ask(values[i].id, NULL, 0, values[i].bytes), PSA_ERROR_DATA_CORRUPT);
    assert_int_equal(c.out_used, 0);
    assert_int_equal(out[0], 0xEE);
  }
}

#define PROMISE(f) cmocka_unit_test_setup(f, services_work)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PROMISE(every_id_below_the_count_has_a_function_and_none_above),
    PROMISE(every_call_fits_the_gates_buffers),
    PROMISE(unprivileged_callers_reach_these_and_no_others),
    PROMISE(calls_without_arguments_reach_their_service),
    PROMISE(the_empty_call_does_nothing),
    PROMISE(key_calls_reach_the_key_they_name),
    PROMISE(key_generate_hands_on_all_attributes_and_gives_the_id),
    PROMISE(key_sign_hands_on_key_algorithm_and_hash),
    PROMISE(random_fills_all_the_room),
    PROMISE(item_calls_reach_the_callers_items_only),
    PROMISE(update_calls_reach_the_firmware),
    PROMISE(another_component_does_not_exist),
    PROMISE(job_ids_of_every_length_arrive_whole),
    PROMISE(device_calls_reach_the_device),
    PROMISE(device_reset_does_not_come_back),
    PROMISE(no_crash_does_not_exist),
    PROMISE(too_little_room_gives_nothing),
    PROMISE(no_key_is_made_whose_id_would_be_lost),
    PROMISE(a_service_that_fails_gives_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

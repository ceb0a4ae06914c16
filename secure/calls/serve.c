/* From calls to services: arguments unpacked, nothing decided. */
#include "serve.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "device_service.h"
#include "keys.h"
#include "random.h"
#include "storage.h"
#include "update_control.h"

/* out: a value of one type, whole or not at all. */
static psa_status_t give(call *c, const void *value, uint32_t bytes)
{
  if (c->out_bytes < bytes) return PSA_ERROR_BUFFER_TOO_SMALL;
  memcpy(c->out, value, bytes);
  c->out_used = bytes;
  return PSA_SUCCESS;
}

static psa_status_t serve_empty(call *c)
{
  (void)c;
  return PSA_SUCCESS;
}

/* ---- Keys and random numbers ---- */

static psa_key_id_t key_of(const call *c)
{
  return ((const call_key *)c->arguments)->id;
}

static psa_status_t serve_key_generate(call *c)
{
  psa_key_id_t id = PSA_KEY_ID_NULL;
  if (c->out_bytes < sizeof id) return PSA_ERROR_BUFFER_TOO_SMALL; /* or the key would be made and its id lost */
  const psa_status_t status = keys_generate(c->arguments, &id);
  return status == PSA_SUCCESS ? give(c, &id, sizeof id) : status;
}

static psa_status_t serve_key_destroy(call *c)
{
  return keys_destroy(key_of(c));
}

static psa_status_t serve_key_attributes(call *c)
{
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  const psa_status_t status = keys_get_attributes(key_of(c), &attributes);
  return status == PSA_SUCCESS ? give(c, &attributes, sizeof attributes) : status;
}

static psa_status_t serve_key_export(call *c)
{
  return keys_export(key_of(c));
}

static psa_status_t serve_key_export_public(call *c)
{
  size_t used = 0;
  const psa_status_t status = keys_export_public(key_of(c), c->out, c->out_bytes, &used);
  c->out_used = (uint32_t)used;
  return status;
}

static psa_status_t serve_key_sign_hash(call *c)
{
  const call_sign *a = c->arguments;
  size_t used = 0;
  const psa_status_t status = keys_sign_hash(a->id, a->algorithm, c->in, c->in_bytes, c->out, c->out_bytes, &used);
  c->out_used = (uint32_t)used;
  return status;
}

static psa_status_t serve_random(call *c)
{
  const psa_status_t status = random_bytes(c->out, c->out_bytes);
  c->out_used = c->out_bytes;
  return status;
}

/* ---- Sealed storage ---- */

static uint64_t uid_of(const uint32_t uid[2])
{
  return (uint64_t)uid[1] << 32 | uid[0];
}

static psa_status_t serve_item_set(call *c)
{
  const call_item_set *a = c->arguments;
  return storage_set(STORAGE_NONSECURE, uid_of(a->uid), c->in, c->in_bytes, a->flags);
}

static psa_status_t serve_item_get(call *c)
{
  const call_item_get *a = c->arguments;
  size_t used = 0;
  const psa_status_t status = storage_get(STORAGE_NONSECURE, uid_of(a->uid), a->offset, c->out, c->out_bytes, &used);
  c->out_used = (uint32_t)used;
  return status;
}

static psa_status_t serve_item_info(call *c)
{
  const call_item *a = c->arguments;
  struct psa_storage_info_t info = {0};
  const psa_status_t status = storage_get_info(STORAGE_NONSECURE, uid_of(a->uid), &info);
  if (status != PSA_SUCCESS) return status;
  const call_item_info answer = {.size = (uint32_t)info.size, .flags = info.flags};
  return give(c, &answer, sizeof answer);
}

static psa_status_t serve_item_remove(call *c)
{
  const call_item *a = c->arguments;
  return storage_remove(STORAGE_NONSECURE, uid_of(a->uid));
}

static psa_status_t serve_storage_reset(call *c)
{
  (void)c;
  return storage_reset();
}

static psa_status_t serve_storage_forget_losses(call *c)
{
  (void)c;
  return storage_forget_losses();
}

/* ---- Firmware update ---- */

static bool is_firmware(const call *c)
{
  return ((const call_component *)c->arguments)->component == HF_FWU_FIRMWARE;
}

static psa_status_t serve_update_query(call *c)
{
  psa_fwu_component_info_t info = {0};
  if (!is_firmware(c)) return PSA_ERROR_DOES_NOT_EXIST;
  const psa_status_t status = update_control_query(&info);
  return status == PSA_SUCCESS ? give(c, &info, sizeof info) : status;
}

static psa_status_t serve_update_start(call *c)
{
  return is_firmware(c) ? update_control_begin(c->in, c->in_bytes) : PSA_ERROR_DOES_NOT_EXIST;
}

static psa_status_t serve_update_write(call *c)
{
  const call_component_write *a = c->arguments;
  if (a->component != HF_FWU_FIRMWARE) return PSA_ERROR_DOES_NOT_EXIST;
  return update_control_write(a->offset, c->in, c->in_bytes);
}

static psa_status_t serve_update_finish(call *c)
{
  return is_firmware(c) ? update_control_finish() : PSA_ERROR_DOES_NOT_EXIST;
}

static psa_status_t serve_update_cancel(call *c)
{
  return is_firmware(c) ? update_control_cancel() : PSA_ERROR_DOES_NOT_EXIST;
}

static psa_status_t serve_update_clean(call *c)
{
  return is_firmware(c) ? update_control_clean() : PSA_ERROR_DOES_NOT_EXIST;
}

static psa_status_t serve_update_install(call *c)
{
  const call_job *a = c->arguments;
  return update_control_install(a->job);
}

static psa_status_t serve_update_reject(call *c)
{
  (void)c;
  return update_control_reject();
}

static psa_status_t serve_update_accept(call *c)
{
  (void)c;
  return update_control_accept();
}

static psa_status_t serve_update_outcome_told(call *c)
{
  (void)c;
  return update_control_outcome_told();
}

/* ---- Device ---- */

static psa_status_t serve_device_info(call *c)
{
  hf_device_info info = {0};
  device_service_info(&info);
  return give(c, &info, sizeof info);
}

static psa_status_t serve_device_reset(call *c)
{
  (void)c;
  device_service_reset();
}

static psa_status_t serve_watchdog_feed(call *c)
{
  (void)c;
  return device_service_feed();
}

static psa_status_t serve_console_write(call *c)
{
  device_service_print(c->in, c->in_bytes);
  return PSA_SUCCESS;
}

static psa_status_t serve_crash_read(call *c)
{
  hf_crash crash = {0};
  if (!device_service_crash(&crash)) return PSA_ERROR_DOES_NOT_EXIST;
  return give(c, &crash, sizeof crash);
}

static psa_status_t serve_crash_clear(call *c)
{
  (void)c;
  device_service_crash_clear();
  return PSA_SUCCESS;
}

/* ---- The table ---- */

#define CALL_ENTRY(name, function, callers, arguments, in_max, out_max, with_secrets) \
  {serve_##function, callers, sizeof(arguments), in_max, out_max, with_secrets},
static const call_entry entries[CALL_COUNT] = {CALLS(CALL_ENTRY)};
#undef CALL_ENTRY

#define CALL_FITS(name, function, callers, arguments, in_max, out_max, with_secrets)                             \
  static_assert(sizeof(arguments) <= CALL_ARGUMENTS_MAX && (in_max) <= CALL_IN_MAX && (out_max) <= CALL_OUT_MAX, \
                "the gate's buffers hold " #name);
CALLS(CALL_FITS)
#undef CALL_FITS

const call_entry *call_find(uint32_t id)
{
  return id < CALL_COUNT ? &entries[id] : NULL;
}

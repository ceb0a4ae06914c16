#include "gate.h"

#include <arm_cmse.h>
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "caller_memory.h"
#include "ct.h"
#include "gate_stack.h"
#include "serve.h"

#define CONTROL_UNPRIVILEGED 1u

/* Where calls lie while they are served; nothing of it is the caller's. */
static _Alignas(8) uint8_t arguments[CALL_ARGUMENTS_MAX];
static _Alignas(8) uint8_t in[CALL_IN_MAX];
static _Alignas(8) uint8_t out[CALL_OUT_MAX];

/* ---- One at a time ---- */

static volatile bool occupied;

/* Test and set: an interrupt of the other world between the two must not let a second call in. */
static bool enter(void)
{
  uint32_t before;
  __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
  const bool was_free = !occupied;
  occupied = true;
  __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
  return was_free;
}

static void leave(void)
{
  __asm__ volatile("dmb" : : : "memory");
  occupied = false;
}

/* ---- Who calls ---- */

static bool in_handler(void)
{
  uint32_t exception;
  __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
  return exception != 0;
}

/* Of the other world's thread mode: what its tasks run as. */
static uint32_t caller(void)
{
  uint32_t control;
  __asm__ volatile("mrs %0, control_ns" : "=r"(control));
  return (control & CONTROL_UNPRIVILEGED) != 0 ? CALLER_UNPRIVILEGED : CALLER_PRIVILEGED;
}

/* ---- The caller's memory ---- */

/* Could the caller itself do this? Asked of the processor (its MPU and the SAU, as they apply to him), and then whether it is
 * memory: reading devices would have effects. Null: no. */
static void *callers(uint32_t address, uint32_t bytes, int access)
{
  const int who = caller() == CALLER_UNPRIVILEGED ? CMSE_MPU_UNPRIV : 0;
  if (!caller_memory_holds(address, bytes)) return NULL;
  return cmse_check_address_range((void *)(uintptr_t)address, bytes, CMSE_NONSECURE | access | who);
}

static bool fetch(void *to, uint32_t address, uint32_t bytes)
{
  if (bytes == 0) return true;
  const void *from = callers(address, bytes, CMSE_MPU_READ);
  if (from == NULL) return false;
  memcpy(to, from, bytes);
  return true;
}

static bool put(uint32_t address, const void *from, uint32_t bytes)
{
  if (bytes == 0) return true;
  void *to = callers(address, bytes, CMSE_MPU_READWRITE);
  if (to == NULL) return false;
  memcpy(to, from, bytes);
  return true;
}

/* ---- A call ---- */

static bool sizes_fit(const gate_request *r, const call_entry *entry)
{
  return r->arguments_bytes == entry->arguments_bytes && r->in_bytes <= entry->in_max;
}

/* Serves what lies in the buffers; the answer goes out only when there is one. */
static psa_status_t serve(const gate_request *r, const call_entry *entry, uint32_t out_bytes, uint32_t *used)
{
  call c = {.arguments = arguments, .in = in, .in_bytes = r->in_bytes, .out = out, .out_bytes = out_bytes};
  const psa_status_t status = entry->serve(&c);
  if (status < 0) return status;
  if (!put(r->out, out, c.out_used)) return PSA_ERROR_PROGRAMMER_ERROR;
  *used = c.out_used;
  return status;
}

/* The place of the answer is checked before anything is done, so that no call takes effect whose answer cannot be given. */
static psa_status_t check_and_serve(const gate_request *r, const call_entry *entry, uint32_t *used)
{
  const uint32_t out_bytes = r->out_bytes < entry->out_max ? r->out_bytes : entry->out_max;
  if (!sizes_fit(r, entry)) return PSA_ERROR_PROGRAMMER_ERROR;
  if (out_bytes != 0 && callers(r->out, out_bytes, CMSE_MPU_READWRITE) == NULL) return PSA_ERROR_PROGRAMMER_ERROR;
  if (!fetch(arguments, r->arguments, entry->arguments_bytes) || !fetch(in, r->in, r->in_bytes))
    return PSA_ERROR_PROGRAMMER_ERROR;
  const psa_status_t status = serve(r, entry, out_bytes, used);
  if (entry->with_secrets) {
    wipe(in, r->in_bytes);
    wipe(out, out_bytes);
    gate_stack_wipe();
  }
  return status;
}

static psa_status_t take(uint32_t id, uint32_t request, uint32_t *used)
{
  gate_request copy;
  const call_entry *entry = call_find(id);
  if (entry == NULL || (entry->callers & caller()) == 0) return PSA_ERROR_CONNECTION_REFUSED;
  if (!fetch(&copy, request, sizeof copy)) return PSA_ERROR_PROGRAMMER_ERROR;
  return check_and_serve(&copy, entry, used);
}

static uint64_t answer(psa_status_t status, uint32_t used)
{
  return (uint64_t)used << 32 | (uint32_t)status;
}

__attribute__((cmse_nonsecure_entry, used)) uint64_t hf_gate(uint32_t id, const gate_request *request)
{
  uint32_t used = 0;
  if (in_handler()) return answer(PSA_ERROR_NOT_PERMITTED, 0);
  if (!enter()) return answer(PSA_ERROR_CONNECTION_BUSY, 0);
  const psa_status_t status = take(id, (uint32_t)(uintptr_t)request, &used);
  leave();
  return answer(status, used);
}

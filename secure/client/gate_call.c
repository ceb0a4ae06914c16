#include "gate_call.h"

#include "client_lock.h"
#include "gate.h"

/* More than 32 bits of size cannot be the caller's memory: the gate refuses what this makes of it. */
static uint32_t size_of(size_t bytes)
{
  return bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
}

psa_status_t gate_call(call_id id, const void *arguments, size_t arguments_bytes, const gate_input *in,
                       gate_output *out)
{
  gate_request request = {(uint32_t)(uintptr_t)arguments, size_of(arguments_bytes), 0, 0, 0, 0};
  if (in != NULL) {
    request.in = (uint32_t)(uintptr_t)in->data;
    request.in_bytes = size_of(in->bytes);
  }
  if (out != NULL) {
    request.out = (uint32_t)(uintptr_t)out->data;
    request.out_bytes = size_of(out->bytes);
  }
  if (out != NULL) out->used = 0;
  if (!client_lock()) return PSA_ERROR_NOT_PERMITTED;
  const uint64_t answer = hf_gate((uint32_t)id, &request);
  client_unlock();
  if (out != NULL) out->used = gate_used(answer);
  return gate_status(answer);
}

psa_status_t gate_call_plain(call_id id)
{
  return gate_call(id, NULL, 0, NULL, NULL);
}

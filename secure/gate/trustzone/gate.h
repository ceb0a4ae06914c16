/* The TrustZone gate: the one function of the secure world that non-secure code can enter.
 *
 * It trusts nothing it is given: not the number, not the pointers, not the sizes, not that memory stays as it is, not that it is
 * called in turn. Everything is copied in once, after the processor was asked whether the caller could have read it himself;
 * results are copied out at the end, after the same question about writing. No pointer of the caller is read twice. */
#ifndef HF_SECURE_GATE_H
#define HF_SECURE_GATE_H

#include <stdint.h>

#include "psa/error.h"

/* In the caller's memory, any alignment. A pointer is not looked at when its size is 0. */
typedef struct gate_request {
  uint32_t arguments;       /* addresses */
  uint32_t arguments_bytes; /* exactly what calls.h says */
  uint32_t in;
  uint32_t in_bytes; /* at most what calls.h says */
  uint32_t out;
  uint32_t out_bytes; /* room; what is more than calls.h says is not used */
} gate_request;

/* Low word: psa_status_t. High word: bytes put out. Beside the service's own statuses:
 * PSA_ERROR_CONNECTION_BUSY    a call is inside: nothing was done
 * PSA_ERROR_CONNECTION_REFUSED no such call, or not for this caller
 * PSA_ERROR_NOT_PERMITTED      called from an exception handler
 * PSA_ERROR_PROGRAMMER_ERROR   a size that the table forbids, or memory that is not the caller's */
uint64_t hf_gate(uint32_t id, const gate_request *request);

/* gate_status(), gate_used(): the two halves. */
static inline psa_status_t gate_status(uint64_t answer)
{
  return (psa_status_t)(uint32_t)answer;
}
static inline uint32_t gate_used(uint64_t answer)
{
  return (uint32_t)(answer >> 32);
}

#endif

/* The secure end of a call: what every gate hands it to, after its own checks of memory. */
#ifndef HF_SECURE_SERVE_H
#define HF_SECURE_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "calls.h"

#define CALL_ARGUMENTS_MAX 64u
#define CALL_IN_MAX 4096u
#define CALL_OUT_MAX 3072u

/* One call, all of it in memory that the caller cannot reach. */
typedef struct call {
  const void *arguments; /* aligned to 8; as many bytes as the table says */
  const uint8_t *in;
  uint32_t in_bytes; /* at most what the table says */
  uint8_t *out;
  uint32_t out_bytes; /* room: likewise */
  uint32_t out_used;  /* set by the service; what is given out when it succeeds */
} call;

/* One row of the table. */
typedef struct call_entry {
  psa_status_t (*serve)(call *c);
  uint32_t callers; /* CALLER_* */
  uint32_t arguments_bytes;
  uint32_t in_max, out_max;
  bool with_secrets;
} call_entry;

/* Null: no such call. */
const call_entry *call_find(uint32_t id);

#endif

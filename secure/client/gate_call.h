/* The client side of the gate, shared by the files of this folder: packs one call. */
#ifndef HF_CLIENT_GATE_CALL_H
#define HF_CLIENT_GATE_CALL_H

#include <stddef.h>

#include "calls.h"

typedef struct gate_input {
  const void *data;
  size_t bytes;
} gate_input;

typedef struct gate_output {
  void *data;
  size_t bytes; /* room */
  size_t used;  /* put out: set by gate_call(), 0 after an error */
} gate_output;

/* arguments: as calls.h has them for this call. in, out: null when the call has none. While another task's call is inside, waits for
 * its turn (client_lock.h). */
psa_status_t gate_call(call_id id, const void *arguments, size_t arguments_bytes, const gate_input *in,
                       gate_output *out) PSA_MUST_CHECK;

/* Without arguments, input and output. */
psa_status_t gate_call_plain(call_id id) PSA_MUST_CHECK;

#endif

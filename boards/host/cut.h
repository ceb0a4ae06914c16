/* Inside the host board: counting operations and cutting power at one of them. */
#ifndef HF_HOST_CUT_H
#define HF_HOST_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "host_board.h"

typedef struct cut_plan {
  host_torn outcome;
  uint32_t detail;
} cut_plan;

/* Counts one operation; true when it is the one to be cut. */
bool cut_due(host_operation kind);
/* How it is to be cut. */
const cut_plan *cut_now(void);
/* Power is off: calls the handler. */
_Noreturn void cut_power(void);
/* A byte from a small deterministic generator. */
uint8_t cut_random(uint32_t *seed);

#endif

/* Crash record port: the last fault before a restart, kept in RAM that survives a reset and is lost with power. Boards that have
 * worlds tell whose fault it was. Context: any; written by the fault handler, read by secure services. */
#ifndef HF_PORT_CRASH_H
#define HF_PORT_CRASH_H

#include <stdbool.h>
#include <stdint.h>

typedef enum crash_kind {
  CRASH_SECURE_FAULT = 1, /* touched the other world's property, or entered it where there is no gate */
  CRASH_BUS = 2,
  CRASH_MEMORY = 3,
  CRASH_USAGE = 4,
  CRASH_HARD = 5,
  CRASH_WATCHDOG = 6,
} crash_kind;

typedef struct crash_record {
  uint32_t kind;    /* crash_kind */
  uint32_t secure;  /* 1: secure code; then address, lr and exception are 0 */
  uint32_t status;  /* the processor's word about it */
  uint32_t address; /* when address_valid */
  uint32_t address_valid;
  uint32_t pc; /* 0: not known */
  uint32_t lr;
  uint32_t exception; /* number of the handler that was interrupted; 0: a task, or not known (pc and lr 0) */
  uint32_t count;     /* crashes since power came; filled in by crash_write() */
} crash_record;

void crash_write(const crash_record *record);
/* False: none since power came, or cleared. */
bool crash_read(crash_record *record);
void crash_clear(void);

#endif

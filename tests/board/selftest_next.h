/* A tiny next stage for board_start_stage(): it reports what it was started with. */
#ifndef HF_SELFTEST_NEXT_H
#define HF_SELFTEST_NEXT_H

#include <stdint.h>

/* What the next stage stores before it resets the machine; in SRAM that no program's data uses. */
typedef struct next_report {
  uint32_t registers_or; /* all of r0, r2-r12 and lr */
  uint32_t stack;        /* msp */
  uint32_t stack_limit;
  uint32_t vectors; /* VTOR */
  uint32_t masked;  /* PRIMASK */
} next_report;
#define NEXT_REPORT ((volatile next_report *)0x30004100)

/* Position independent code of the next stage, [next_stage, next_stage_end). */
extern const uint8_t next_stage[], next_stage_end[];

#endif

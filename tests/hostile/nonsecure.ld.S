/* As firmware_nonsecure.ld.S, with RAM that a start leaves as it is. */
#include "board.h"
#include "firmware_map.h"
#define KEPT_BYTES 0x400
#define CODE_BASE FIRMWARE_NONSECURE_BASE
#define CODE_BYTES FIRMWARE_NONSECURE_BYTES
#define RAM_BASE FIRMWARE_NONSECURE_RAM_BASE
#define RAM_BYTES (FIRMWARE_NONSECURE_RAM_BYTES - KEPT_BYTES)
#define STACK_BYTES 0x4000
#define ENTRY_POINT nonsecure_reset
#define MORE_SECTIONS \
  .kept RAM_BASE + RAM_BYTES (NOLOAD) : { KEEP(*(.kept)) } \
  ASSERT(SIZEOF(.kept) <= KEPT_BYTES, "too much is kept")
#include "sections.ld.inc"

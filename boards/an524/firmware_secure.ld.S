/* Firmware's secure part: vector table first, gates in a granule of their own. */
#include "board.h"
#include "firmware_map.h"
#define CODE_BASE FIRMWARE_SECURE_BASE
#define CODE_BYTES FIRMWARE_SECURE_BYTES
#define RAM_BASE FIRMWARE_SECURE_RAM_BASE
#define RAM_BYTES FIRMWARE_SECURE_RAM_BYTES
#define STACK_BYTES 0x1000
#define ENTRY_POINT secure_reset
#define MORE_SECTIONS                                                     \
  .gnu.sgstubs FIRMWARE_GATES_BASE : { *(.gnu.sgstubs*) . = ALIGN(16); }  \
  ASSERT(SIZEOF(.gnu.sgstubs) <= FIRMWARE_GATES_BYTES, "too many gates")
#include "sections.ld.inc"

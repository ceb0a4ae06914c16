/* The secure part, started without boot stages: all of it in the BRAM, where gates can be, and the two words that a reset
 * needs in the ROM. */
#include "board.h"
#include "firmware_map.h"
#define CODE_BASE FIRMWARE_SECURE_BASE
#define CODE_BYTES FIRMWARE_SECURE_BYTES
#define RAM_BASE FIRMWARE_SECURE_RAM_BASE
#define RAM_BYTES FIRMWARE_SECURE_RAM_BYTES
#define STACK_BYTES 0x4000
#define ENTRY_POINT secure_reset
#define MORE_SECTIONS                                                          \
  .gnu.sgstubs FIRMWARE_GATES_BASE : { *(.gnu.sgstubs*) . = ALIGN(16); }       \
  ASSERT(SIZEOF(.gnu.sgstubs) <= FIRMWARE_GATES_BYTES, "too many gates")       \
  .reset BOARD_ROM_BASE : { LONG(RAM_BASE + RAM_BYTES) LONG(secure_reset | 1) }
#include "sections.ld.inc"

/* A secure-only program, for development: no loader, no non-secure world. Code runs in place in the ROM's memory, data is in the BRAM. */
#include "board.h"
#define CODE_BASE BOARD_ROM_BASE
#define CODE_BYTES 0x100000
#define RAM_BASE BOARD_FIRMWARE_LOAD_BASE
#define RAM_BYTES BOARD_FIRMWARE_LOAD_BYTES
#define STACK_BYTES 0x2000 /* of interrupts */
#define ENTRY_POINT secure_reset
#include "sections.ld.inc"

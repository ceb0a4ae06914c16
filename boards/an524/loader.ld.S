/* The loader: loaded to RAM by the ROM, vector table first; data and stack apart, so that the
 * wipe before the firmware starts takes all of them. */
#include "board.h"
#define CODE_BASE BOARD_LOADER_LOAD_BASE
#define CODE_BYTES BOARD_LOADER_LOAD_BYTES
#define RAM_BASE BOARD_LOADER_RAM_BASE
#define RAM_BYTES BOARD_LOADER_RAM_BYTES
#define STACK_BYTES 0x900
#define ENTRY_POINT secure_reset
#include "sections.ld.inc"

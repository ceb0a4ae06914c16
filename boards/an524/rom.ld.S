/* The ROM: runs in place. A larger budget (tests) comes as ROM_BYTES, ROM_RAM_BASE and ROM_RAM_BYTES. */
#include "board.h"
#ifndef ROM_BYTES
#define ROM_BYTES BOARD_ROM_BYTES
#define ROM_RAM_BASE BOARD_ROM_RAM_BASE
#define ROM_RAM_BYTES BOARD_ROM_RAM_BYTES
#endif
#define CODE_BASE BOARD_ROM_BASE
#define CODE_BYTES ROM_BYTES
#define RAM_BASE ROM_RAM_BASE
#define RAM_BYTES ROM_RAM_BYTES
#define STACK_BYTES 0x400
#define ENTRY_POINT secure_reset
EXTERN(board_flash_power_up) /* start-up calls it where it exists: only here */
#include "sections.ld.inc"

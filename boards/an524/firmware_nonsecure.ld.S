/* Firmware's non-secure part. Linked for the addresses it runs at; the loader writes it at the
 * same address + BOARD_SECURE_ALIAS (tools that make images add it). */
#include "board.h"
#include "firmware_map.h"
#define CODE_BASE FIRMWARE_NONSECURE_BASE
#define CODE_BYTES FIRMWARE_NONSECURE_BYTES
#define RAM_BASE FIRMWARE_NONSECURE_RAM_BASE
#define RAM_BYTES FIRMWARE_NONSECURE_RAM_BYTES
#define STACK_BYTES 0x800
#define ENTRY_POINT nonsecure_reset
#include "sections.ld.inc"

/* The map of board an524, from its own header. */
#include "../boards/an524/board.h"

#include "board_profile_list.h"

const board_profile board_profile_an524 = {
  .name = BOARD_NAME,
  .emulator = "qemu-system-arm",
  .flash_bytes = BOARD_FLASH_BYTES,
  .loader_0 = BOARD_FLASH_LOADER_0,
  .loader_1 = BOARD_FLASH_LOADER_1,
  .loader_bytes = BOARD_FLASH_LOADER_BYTES,
  .journal = BOARD_FLASH_JOURNAL,
  .slot_a = BOARD_FLASH_SLOT_A,
  .slot_b = BOARD_FLASH_SLOT_B,
  .slot_bytes = BOARD_FLASH_SLOT_BYTES,
  .rom_base = BOARD_ROM_BASE,
  .rom_bytes = BOARD_ROM_BYTES,
  .loader_load = {BOARD_LOADER_LOAD_BASE, BOARD_LOADER_LOAD_BYTES, 0},
  .firmware_load = {BOARD_FIRMWARE_LOAD_BASE, BOARD_FIRMWARE_LOAD_BYTES, BOARD_SECURE_ALIAS},
  .entry_mark = BOARD_ENTRY_MARK,
  .vectors_alignment = BOARD_VECTORS_ALIGNMENT,
  .file_bytes = BOARD_FLASH_FILE_BYTES,
  .flash_at = BOARD_FLASH_FILE_OFFSET,
  .wear_at = BOARD_FLASH_FILE_OFFSET + (BOARD_FLASH_WEAR_WINDOW - BOARD_FLASH_WINDOW),
  .bad_at = BOARD_FLASH_FILE_OFFSET + (BOARD_FLASH_BAD_WINDOW - BOARD_FLASH_WINDOW),
  .bad_max = BOARD_FLASH_BAD_MAX,
};

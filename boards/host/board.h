/* Board host: the map is data, not constants, so that one host program can handle the flash of any
 * board (the holdfast command), or of a small made-up one (tests). Same names as every board.h.
 */
#ifndef HF_BOARD_H
#define HF_BOARD_H

#include <stdint.h>

typedef struct board_map {
  const char *name;
  uint32_t flash_bytes;
  uint32_t loader_0, loader_1, loader_bytes;
  uint32_t journal;
  uint32_t staging;
  uint32_t storage, storage_bytes;
  uint32_t slot_a, slot_b, slot_bytes;
  uint32_t loader_load_base, loader_load_bytes;
  uint32_t firmware_load_base, firmware_load_bytes;
  uint32_t entry_mark, vectors_alignment; /* of code addresses: bit 0; of vector tables: bytes, > 0 */
} board_map;

/* The board this program is working on; set by host_board_select() before anything else. */
extern const board_map *host_map;

#define BOARD_NAME (host_map->name)
#define BOARD_FLASH_BYTES (host_map->flash_bytes)
#define BOARD_FLASH_LOADER_0 (host_map->loader_0)
#define BOARD_FLASH_LOADER_1 (host_map->loader_1)
#define BOARD_FLASH_LOADER_BYTES (host_map->loader_bytes)
#define BOARD_FLASH_JOURNAL (host_map->journal)
#define BOARD_FLASH_STAGING (host_map->staging)
#define BOARD_FLASH_STORAGE (host_map->storage)
#define BOARD_FLASH_STORAGE_BYTES (host_map->storage_bytes)
#define BOARD_FLASH_SLOT_A (host_map->slot_a)
#define BOARD_FLASH_SLOT_B (host_map->slot_b)
#define BOARD_FLASH_SLOT_BYTES (host_map->slot_bytes)
#define BOARD_LOADER_LOAD_BASE (host_map->loader_load_base)
#define BOARD_LOADER_LOAD_BYTES (host_map->loader_load_bytes)
#define BOARD_FIRMWARE_LOAD_BASE (host_map->firmware_load_base)
#define BOARD_FIRMWARE_LOAD_BYTES (host_map->firmware_load_bytes)
#define BOARD_ENTRY_MARK (host_map->entry_mark)
#define BOARD_VECTORS_ALIGNMENT (host_map->vectors_alignment)

#endif

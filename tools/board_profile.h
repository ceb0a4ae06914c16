/* What the tool knows of each board it can make images and devices for. The numbers come from the
 * board's own board.h; this header does not include it, because every board.h has the same names. */
#ifndef HF_TOOLS_BOARD_PROFILE_H
#define HF_TOOLS_BOARD_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_PROFILE_DEFAULT "an524"

/* A region images are loaded to, at its secure addresses. */
typedef struct board_region {
  uint32_t base, bytes;
  uint32_t nonsecure_alias; /* a secure address minus this is its non-secure alias; 0: none */
} board_region;

typedef struct board_profile {
  const char *name;
  const char *emulator; /* program */
  uint32_t flash_bytes;
  uint32_t loader_0, loader_1, loader_bytes;
  uint32_t journal;
  uint32_t slot_a, slot_b, slot_bytes;
  uint32_t rom_base, rom_bytes;
  board_region loader_load, firmware_load;
  uint32_t entry_mark; /* bit 0 of code addresses */
  uint32_t vectors_alignment;
  /* The file that holds the flash: its size, and where in it things are. */
  uint64_t file_bytes, flash_at, wear_at, bad_at;
  uint32_t bad_max;
} board_profile;

/* Null: unknown; has said so. */
const board_profile *board_profile_find(const char *name);
/* Makes boot/common work on this board (host_board_select). */
void board_profile_select(const board_profile *profile);

#endif

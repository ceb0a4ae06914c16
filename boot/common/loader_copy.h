/* The two copies of the loader in flash. */
#ifndef HF_BOOT_LOADER_COPY_H
#define HF_BOOT_LOADER_COPY_H

#include <stdint.h>

/* Flash offset of copy 0 or 1; its place is BOARD_FLASH_LOADER_BYTES long. */
uint32_t loader_copy_base(uint32_t copy);

/* The copy whose manifest claims the newer version (copy 0 when they claim the same): the one the ROM
 * tries first. A claim only orders; nothing is verified here. */
uint32_t loader_copy_newer(void);

#endif

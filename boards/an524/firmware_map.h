/* Where the parts of firmware lie in RAM. Constants only: C and linker scripts.
 *
 * Non-secure addresses are given as the non-secure world sees them; while the loader loads,
 * everything is secure and reached at the address + BOARD_SECURE_ALIAS. All bounds are multiples
 * of 1 KiB, the granule of the memory protection controllers.
 */
#ifndef HF_AN524_FIRMWARE_MAP_H
#define HF_AN524_FIRMWARE_MAP_H

#include "board.h"

#define FIRMWARE_SECURE_BASE 0x38000000
#define FIRMWARE_SECURE_BYTES 0x1FC00
/* The gates: the only place non-secure code may enter. 8 bytes each, 128 of them. */
#define FIRMWARE_GATES_BASE 0x3801FC00
#define FIRMWARE_GATES_BYTES 0x400
#define FIRMWARE_SECURE_RAM_BASE 0x30018000 /* SRAM bank 3: not in the file-backed memory, gone with power */
#define FIRMWARE_SECURE_RAM_BYTES 0x8000

#define FIRMWARE_NONSECURE_BASE 0x28020000 /* starts with the non-secure vector table */
#define FIRMWARE_NONSECURE_BYTES 0x40000
#define FIRMWARE_NONSECURE_RAM_BASE 0x28060000
#define FIRMWARE_NONSECURE_RAM_BYTES 0x20000

#endif

/* Board an524 (Arm MPS3 AN524, Cortex-M33 with TrustZone, emulated by QEMU with remap=QSPI): the map.
 *
 * Constants only: shared by C, linker scripts (preprocessed) and the host tools that make and edit
 * the board's files. Secure aliases throughout.
 */
#ifndef HF_BOARD_H
#define HF_BOARD_H

#define BOARD_NAME "an524"

/* A secure address minus this is its non-secure alias. */
#define BOARD_SECURE_ALIAS 0x10000000

/* ---- Code and RAM (bus addresses) ---- */
#define BOARD_ROM_BASE 0x10000000 /* QSPI, truly read-only */
#define BOARD_ROM_BYTES 0x2000    /* budget: 8,192 */

/* Internal SRAM, 4 banks of 32 KiB. Contents survive a reset, are zero at power-on. */
#define BOARD_RETAINED_BASE 0x30000000 /* reset cookie, attempt counter (256 B) */
#define BOARD_RETAINED_BYTES 0x100
#define BOARD_CRASH_BASE 0x30000040 /* of it: the crash record */
#define BOARD_CRASH_BYTES 0x40
#define BOARD_HANDOFF_BASE 0x30000100 /* struct boot_handoff: ROM -> loader (256 B) */
#define BOARD_HANDOFF_BYTES 0x100
#define BOARD_BOOT_INFO_BASE 0x30000200 /* struct boot_info: loader -> firmware (256 B) */
#define BOARD_BOOT_INFO_BYTES 0x100
#define BOARD_ROM_RAM_BASE 0x30000400 /* the ROM's data and stack */
#define BOARD_ROM_RAM_BYTES 0x0C00
#define BOARD_LOADER_MANIFEST_BASE 0x30008000 /* the loader's verified manifest, kept for the loader */
#define BOARD_LOADER_LOAD_BASE 0x30009000     /* the loader runs here */
#define BOARD_LOADER_LOAD_BYTES 0x8000
#define BOARD_LOADER_RAM_BASE 0x30011000 /* the loader's data and stack */
#define BOARD_LOADER_RAM_BYTES 0x2000
#define BOARD_SRAM_BASE 0x30000000
#define BOARD_SRAM_BYTES 0x20000

/* How this CPU marks code addresses (Thumb: bit 0 set), and how its vector table register wants tables of up to 32 aligned. */
#define BOARD_ENTRY_MARK 1
#define BOARD_VECTORS_ALIGNMENT 128

/* BRAM, 512 KiB: firmware is loaded here and nowhere else. Non-secure alias: address - 0x10000000. */
#define BOARD_FIRMWARE_LOAD_BASE 0x38000000
#define BOARD_FIRMWARE_LOAD_BYTES 0x80000

/* ---- NOR flash: always-secure part of the file-backed DDR ---- */
#define BOARD_FLASH_WINDOW 0x70000000      /* bus address of flash offset 0 */
#define BOARD_FLASH_FILE_OFFSET 0x10000000 /* where that is in the emulator's memory file */
#define BOARD_FLASH_FILE_BYTES 0x80000000  /* size of the memory file (sparse) */
#define BOARD_FLASH_BYTES 0x300000         /* 3 MiB */

#define BOARD_FLASH_LOADER_0 0x000000
#define BOARD_FLASH_LOADER_1 0x010000
#define BOARD_FLASH_LOADER_BYTES 0x010000 /* each copy: manifest, then payload */
#define BOARD_FLASH_JOURNAL 0x020000      /* two blocks */
#define BOARD_FLASH_STAGING 0x022000      /* what an update that is being written needs: two blocks */
#define BOARD_FLASH_STORAGE 0x030000      /* for sealed storage */
#define BOARD_FLASH_STORAGE_BYTES 0x0D0000
#define BOARD_FLASH_SLOT_A 0x100000
#define BOARD_FLASH_SLOT_B 0x200000
#define BOARD_FLASH_SLOT_BYTES 0x100000 /* each slot: manifest, then payload */

/* What the emulated part keeps about itself, behind the flash window, not addressable as flash:
 * erase counts (u32 per block), then the list of unreadable units that tests plant. */
#define BOARD_FLASH_WEAR_WINDOW 0x70300000
#define BOARD_FLASH_BAD_WINDOW 0x70301000 /* u32 count, then u32 flash offsets; 1 KiB granules */
#define BOARD_FLASH_BAD_MAX 64

#endif

/* Unreadable places of the emulated flash part.
 *
 * A part's file carries its own list of them (BOARD_FLASH_BAD_WINDOW), planted by tests. Each makes
 * its 1 KiB granule of the memory protection controller inaccessible, so that reading it is a true
 * bus fault: the shipped binaries meet what an ECC double error would be, with no test code in them.
 */
#ifndef HF_AN524_FLASH_FAULTS_H
#define HF_AN524_FLASH_FAULTS_H

#include <stdint.h>

/* Makes the listed granules unreadable. Once per reset, by the ROM's start-up, before any read. */
void board_flash_power_up(void);

/* An erase makes granules in [offset, offset + bytes) readable again and takes them off the list.
 * After board_lock_after_loader() the controller cannot be changed: they stay unreadable until
 * the next reset, and the erase fails. Context as flash_erase(). */
void board_flash_heal(uint32_t offset, uint32_t bytes);

#endif

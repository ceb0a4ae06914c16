/* What a boot stage needs of the board to load and start the next one. Host builds implement it
 * over plain buffers, so that the whole decision path runs in tests. */
#ifndef HF_PORT_HANDOVER_H
#define HF_PORT_HANDOVER_H

#include <stdint.h>

/* Where the RAM with bus address `address` can be written now. The caller has checked that
 * [address, address + bytes) lies in one of the stage's load regions (board.h). Never null then. */
void *board_ram(uint32_t address, uint32_t bytes);

/* Makes the board safe for the stage that starts now: ROM locks what must not change after it,
 * the loader what must not change after it. Each board says in docs/threat-model.md what it cannot lock. */
void board_lock_after_rom(void);
void board_lock_after_loader(void);

/* Wipes the RAM of the running stage (data, stack, registers), then jumps: `vectors` is the address
 * of the next stage's vector table (stack pointer, then entry), `entry` what the signature checks
 * unlocked. Everything it does after the wipe runs from registers. */
_Noreturn void board_start_stage(uint32_t vectors, uint32_t entry);

#endif

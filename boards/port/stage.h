/* A stage's life on a board: started by the board's start-up code, ended by board_start_stage()
 * (handover.h) or a reset. */
#ifndef HF_PORT_STAGE_H
#define HF_PORT_STAGE_H

/* Every stage defines it; start-up code calls it with data and bss ready, faults enabled, interrupts masked. */
_Noreturn void stage_main(void);

/* Rests until something happens (an interrupt, the watchdog); may return at once. */
void stage_wait(void);

/* First thing after reset, called by the ROM: what the flash part does when power comes. */
void board_flash_power_up(void);

#endif

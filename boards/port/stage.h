/* A stage's life on a board: started by the board's start-up code, ended by board_start_stage()
 * (handover.h) or a reset. */
#ifndef HF_PORT_STAGE_H
#define HF_PORT_STAGE_H

/* Every stage defines it; start-up code calls it with data and bss ready and faults enabled. */
_Noreturn void stage_main(void);

/* Does nothing for ever, in a way that a skipped instruction does not leave; the watchdog ends it. */
_Noreturn void stage_halt(void);

#endif

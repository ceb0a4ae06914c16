/* What start-up offers to, and asks of, a secure program on this board.
 *
 * Reset comes to secure_reset(): stack limit, .data, .bss, fault handlers, then stage_main()
 * (stage.h). A fault that is not a guarded flash access ends in a reset with RESET_FAULT.
 */
#ifndef HF_AN524_STARTUP_H
#define HF_AN524_STARTUP_H

#include <stdint.h>

#include "stage.h"

/* Called once before the reset that follows a fault; the default does nothing. Fault context, on an
 * empty stack: static data may be half changed, so only record or print.
 * cfsr: fault status register (0 for a SecureFault). address: BFAR, meaningful when cfsr says so.
 * pc: faulting instruction, 0 when non-secure code caused the fault. exc_return: of the fault's exception.
 * crash_decode.c has one that keeps a crash record (crash.h). */
void board_fault_report(uint32_t cfsr, uint32_t address, uint32_t pc, uint32_t exc_return);

#endif

#include "handover.h"

#include "board.h"
#include "registers.h"
#include "stage.h"

/* Every load region is plain RAM that is secure while stages run: no translation, nothing to open. */
void *board_ram(uint32_t address, uint32_t bytes)
{
  (void)bytes;
  return (void *)(uintptr_t)address;
}

/* Freezes a memory's split into secure and non-secure as it is now, until reset. */
static void mpc_lock(uint32_t mpc)
{
  REG(mpc + MPC_CTRL) |= MPC_CTRL_LOCKDOWN;
}

/* The code that starts after every reset stays out of the non-secure world's reach. */
void board_lock_after_rom(void)
{
  mpc_lock(MPC_QSPI);
}

/* The flash, and the RAM that carries the reset cookie and the boot information, stay secure. */
void board_lock_after_loader(void)
{
  mpc_lock(MPC_DDR);
  mpc_lock(MPC_SRAM(0u));
}

void stage_halt(void)
{
  for (;;) __asm__ volatile("1: b 1b\n b 1b\n b 1b\n b 1b");
}

/* board_start_stage(vectors, entry). The bounds of the running stage's RAM come from the linker script:
 * all of it, stack included, is wiped, so from the first store on only registers are used. A fault
 * in here would have no stack; only the next stage's vector table, already verified, is touched. */
__asm__(
  ".syntax unified\n"
  ".thumb\n"
  ".section .text.board_start_stage, \"ax\", %progbits\n"
  ".balign 4\n"
  ".global board_start_stage\n"
  ".type board_start_stage, %function\n"
  ".thumb_func\n"
  "board_start_stage:\n"
  "   cpsid i\n"
  "   ldr r2, =__stage_ram_start\n"
  "   ldr r3, =__stage_ram_end\n"
  "   movs r4, #0\n"
  "1: str r4, [r2], #4\n"
  "   cmp r2, r3\n"
  "   blo 1b\n"
  "   msr msplim, r4\n" /* the old limit may lie above the new stack */
  "   ldr r2, =" TEXT(SCB_VTOR) "\n"
                                "   str r0, [r2]\n"
                                "   ldr r2, [r0]\n"
                                "   msr msp, r2\n"
                                "   dsb\n"
                                "   isb\n"
                                "   mov r0, r4\n"
                                "   mov r2, r4\n"
                                "   mov r3, r4\n"
                                "   mov r5, r4\n"
                                "   mov r6, r4\n"
                                "   mov r7, r4\n"
                                "   mov r8, r4\n"
                                "   mov r9, r4\n"
                                "   mov r10, r4\n"
                                "   mov r11, r4\n"
                                "   mov r12, r4\n"
                                "   mov lr, r4\n"
                                "   msr psp, r4\n"
                                "   msr apsr_nzcvq, r4\n"
                                "   cpsie i\n" /* nothing is enabled; the next stage finds what a reset would give it */
                                "   bx r1\n"
                                "   .ltorg\n"
                                ".size board_start_stage, . - board_start_stage\n"
                                ".text\n");

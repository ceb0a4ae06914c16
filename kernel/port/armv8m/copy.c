/* memcpy and memset of the kernel: an item is copied with interrupts masked, so these are as short as the processor allows.
 * Aligned: eight words with two instructions. Otherwise word by word, which the processor splits itself. */
#include <stddef.h>
#include <stdint.h>

#include "FreeRTOS.h"

__attribute__((naked)) void port_copy(void *to __attribute__((unused)), const void *from __attribute__((unused)),
                                      size_t bytes __attribute__((unused)))
{
  __asm__ volatile("  cmp   r2, #4\n"
                   "  bne   1f\n"
                   "  ldr   r3, [r1]\n" /* the commonest: a pointer */
                   "  str   r3, [r0]\n"
                   "  bx    lr\n"
                   "1: orr   r3, r0, r1\n"
                   "  lsls  r3, r3, #30\n"
                   "  bne   5f\n"
                   "  subs  r2, #32\n"
                   "  blo   3f\n"
                   "  push  {r4-r9}\n"
                   "2: ldmia r1!, {r3-r9, r12}\n"
                   "  subs  r2, #32\n"
                   "  stmia r0!, {r3-r9, r12}\n"
                   "  bhs   2b\n"
                   "  pop   {r4-r9}\n"
                   "3: adds  r2, #32\n"
                   "5: subs  r2, #4\n"
                   "  blo   7f\n"
                   "6: ldr   r3, [r1], #4\n"
                   "  subs  r2, #4\n"
                   "  str   r3, [r0], #4\n"
                   "  bhs   6b\n"
                   "7: adds  r2, #4\n"
                   "  beq   9f\n"
                   "8: ldrb  r3, [r1], #1\n"
                   "  subs  r2, #1\n"
                   "  strb  r3, [r0], #1\n"
                   "  bne   8b\n"
                   "9: bx    lr\n");
}

__attribute__((naked)) void port_fill(void *to __attribute__((unused)), uint8_t value __attribute__((unused)),
                                      size_t bytes __attribute__((unused)))
{
  __asm__ volatile("  orr   r1, r1, r1, lsl #8\n"
                   "  orr   r1, r1, r1, lsl #16\n"
                   "  lsls  r3, r0, #30\n"
                   "  bne   5f\n"
                   "  subs  r2, #32\n"
                   "  blo   3f\n"
                   "  push  {r4-r9}\n"
                   "  mov   r3, r1\n"
                   "  mov   r4, r1\n"
                   "  mov   r5, r1\n"
                   "  mov   r6, r1\n"
                   "  mov   r7, r1\n"
                   "  mov   r8, r1\n"
                   "  mov   r9, r1\n"
                   "2: subs  r2, #32\n"
                   "  stmia r0!, {r1, r3-r9}\n"
                   "  bhs   2b\n"
                   "  pop   {r4-r9}\n"
                   "3: adds  r2, #32\n"
                   "5: subs  r2, #4\n"
                   "  blo   7f\n"
                   "6: subs  r2, #4\n"
                   "  str   r1, [r0], #4\n"
                   "  bhs   6b\n"
                   "7: adds  r2, #4\n"
                   "  beq   9f\n"
                   "8: subs  r2, #1\n"
                   "  strb  r1, [r0], #1\n"
                   "  bne   8b\n"
                   "9: bx    lr\n");
}

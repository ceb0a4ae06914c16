#include "flash_guard.h"

/* In assembly because the fault handler relies on it: no stack, no changed register but r0-r3, and
 * a return address still in lr at every instruction. */
__asm__(".syntax unified\n"
        ".thumb\n"
        ".section .text.flash_guard_copy, \"ax\", %progbits\n"
        ".balign 4\n"
        ".global flash_guard_copy\n"
        ".type flash_guard_copy, %function\n"
        ".thumb_func\n"
        "flash_guard_copy:\n"
        "1: subs r2, #4\n"
        "   blo 2f\n"
        "   ldr r3, [r1], #4\n"
        "   str r3, [r0], #4\n"
        "   b 1b\n"
        "2: adds r2, #4\n"
        "3: subs r2, #1\n"
        "   blo 4f\n"
        "   ldrb r3, [r1], #1\n"
        "   strb r3, [r0], #1\n"
        "   b 3b\n"
        "4: dsb\n" /* a late fault of the last store is still ours */
        "   movs r0, #0\n"
        "   bx lr\n"
        ".balign 4\n"
        ".global flash_guard_failed\n"
        ".type flash_guard_failed, %object\n" /* an address for the handler, never called: keep bit 0 clear */
        "flash_guard_failed:\n"
        "   movs r0, #1\n"
        "   bx lr\n"
        ".size flash_guard_copy, . - flash_guard_copy\n"
        ".text\n");

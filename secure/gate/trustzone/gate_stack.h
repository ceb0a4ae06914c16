/* Wiping what a call has left below the stack pointer. */
#ifndef HF_SECURE_GATE_STACK_H
#define HF_SECURE_GATE_STACK_H

/* Zeroes the main stack from its limit up to the caller's frame. An interrupt may come in between: it restores what it pushed. */
void gate_stack_wipe(void);

#endif

/* A proof is a function proof_...(): CBMC follows it with every value that any_...() could give, along every path.
 * Loops are unwound as often as a proof says, and that they are not longer is proved, too. A proof includes the
 * kernel's source file, so that it reaches what is static there. prove.sh runs the proofs of a file.
 *
 * Most proofs are steps of an induction: from any state in which the invariants hold, one call leads to another such
 * state. So nothing is assumed about how many calls there were before. */
#ifndef HF_KERNEL_PROOF_H
#define HF_KERNEL_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CBMC's names for functions that give anything. */
uint8_t nondet_uint8(void);
uint32_t nondet_uint32(void);
bool nondet_bool(void);

#define any_uint8() nondet_uint8()
#define any_uint32() nondet_uint32()
#define any_bool() nondet_bool()

#define ASSUME(condition) __CPROVER_assume(condition)
#define PROVE(claim, text) __CPROVER_assert(claim, text)
#define MAY_READ(from, bytes) __CPROVER_r_ok(from, bytes)
#define MAY_WRITE(to, bytes) __CPROVER_w_ok(to, bytes)

#endif

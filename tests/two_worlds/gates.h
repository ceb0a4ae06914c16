/* What the secure part does for the kernel beside it. Called from non-secure code, any mode. */
#ifndef HF_TWO_WORLDS_GATES_H
#define HF_TWO_WORLDS_GATES_H

#include <stdint.h>

#define GATE_LOG_MAX 128u
#define GATE_DIGEST_BYTES 32u
#define GATE_DIGEST_WORDS 768u /* what is hashed: so many words from digest_input() */

enum gate_status {
  GATE_OK,
  GATE_BUSY,    /* another call is inside: nothing was done */
  GATE_REFUSED, /* not the caller's memory, or too much of it */
};

/* Writes bytes on the console. May be called beside any other call. */
uint32_t hf_gate_log(const char *text, uint32_t bytes);

/* SHA-256 of what digest_input() makes of the seed, made and hashed on the secure stack: 3 KiB of it, some 150,000
 * instructions. GATE_BUSY when it is at work already. */
uint32_t hf_gate_digest(uint32_t seed, uint8_t digest[GATE_DIGEST_BYTES]);

/* The secure world's own timer interrupts: on (1), one in 0.1 ms, or off (0). Returns how many there were so far. */
uint32_t hf_gate_secure_interrupts(uint32_t on);

/* Resets the machine, which ends the test; does not return. */
void hf_gate_reset(void);

/* Both worlds: fills the words, 0 to GATE_DIGEST_WORDS - 1, for that seed. */
static inline void digest_input(uint32_t seed, uint32_t *words)
{
  for (uint32_t i = 0; i < GATE_DIGEST_WORDS; i++) {
    seed = seed * 1664525u + 1013904223u; /* Numerical Recipes' generator */
    words[i] = seed;
  }
}

#endif

/* Health tests of a noise source (SP 800-90B, 4.3 and 4.4): do its samples still look like the claim made for it? They catch a
 * source that died or got stuck, and nothing subtler.
 *
 *     health_start(&health);
 *     if (!health_take(&health, samples, sizeof samples)) give_up_for_good();
 *
 * Pure: no I/O, no static state, and nothing in the state is worth hiding (one byte of a window of 512). A sample is a byte. */
#ifndef HF_SECURE_HEALTH_H
#define HF_SECURE_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The claim: bits of min-entropy in one raw byte. A cautious number for the stand-in source of the emulated board; a product sets
 * it from the assessment of its own source (SP 800-90B, 3) and the cutoffs with it. */
#define HEALTH_MIN_ENTROPY_BITS 4u

/* A good source fails either test once in 2^30 samples or windows. From this and the claim H follow the cutoffs:
 *   repetition count     1 + ceil(30 / H)                                          (4.4.1)
 *   adaptive proportion  1 + the least k with P(X <= k) >= 1 - 2^-30, X ~ Binomial(512, 2^-H)   (4.4.2)
 * health_test.c computes both anew. */
#define HEALTH_FALSE_ALARM_BITS 30u
#define HEALTH_REPETITION_CUTOFF 9u
#define HEALTH_PROPORTION_CUTOFF 71u
#define HEALTH_PROPORTION_WINDOW 512u

/* Samples to be tested and thrown away before the first one is used (4.3). */
#define HEALTH_STARTUP_SAMPLES 1024u

typedef struct health {
  bool failed;
  uint8_t last;             /* newest sample */
  uint8_t window_sample;    /* first of the window: the one that is counted */
  uint16_t repetitions;     /* of `last` in a row; 0: no sample yet */
  uint16_t window_taken;    /* samples of this window so far */
  uint16_t window_matching; /* of these, equal to window_sample */
} health;

void health_start(health *h);

/* Tests the next samples of the source. False: they, or earlier ones since health_start(), failed; nothing of this source is
 * to be used any more. */
bool health_take(health *h, const uint8_t *samples, size_t count) __attribute__((warn_unused_result));

#endif

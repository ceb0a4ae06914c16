/* What the tests of verification share: one good image of a kind, the trust that accepts it, and changes to both. */
#ifndef HF_TEST_VERIFY_BENCH_H
#define HF_TEST_VERIFY_BENCH_H

#include "device.h"
#include "rig.h"
#include "verify.h"

typedef struct verify_bench {
  test_image image;
  test_image loader; /* names the firmware keys */
  device_facts device;
  verify_trust trust;
  bool as_it_is; /* the case has signed, or damaged the signatures, itself: do not sign again */
} verify_bench;

/* A good image of `kind` and its trust. */
void bench_new(verify_bench *b, uint32_t kind);
/* Signs with both of the kind's keys again, unless as_it_is. */
void bench_sign(verify_bench *b);
/* Puts the image into its place and does everything a stage does: manifest, then payload. */
boot_status bench_verify(verify_bench *b, uint32_t *entry);

/* One way to make an image or a device wrong, and the status that must come of it. */
typedef struct refusal {
  const char *name;
  uint32_t kind;
  void (*change)(verify_bench *b);
  boot_status why;
} refusal;
extern const refusal refusals[];
extern const uint32_t refusal_count;

#endif

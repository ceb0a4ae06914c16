/* Many devices at once: a process for each, because the code that makes one has one board, its own. */
#ifndef HF_TOOLS_DEVICE_BATCH_H
#define HF_TOOLS_DEVICE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#define BATCH_MAX 9999u

/* make: does the work for one device, in a child; states its result as fields, and says on stderr what went wrong; OUT_OK,
 * BATCH_EXISTED (nothing was to be done) or another exit code. */
#define BATCH_EXISTED 3
typedef struct batch_work {
  int (*make)(void *context, const char *name);
  void *context;
} batch_work;

/* Devices NAME-1 to NAME-count, the numbers filled up with zeros to one length. Every failure is told; the others go on. In JSON,
 * the fields of each become an element of `devices`.
 * Exit code: OUT_REFUSED when any failed. */
int device_batch(const char *name, uint32_t count, const batch_work *work);

#endif

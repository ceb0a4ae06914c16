/* The second half of the factory: a device that has been made gets its identity, and its OTP is frozen.
 *
 *     made --(device makes its key)--(certificate recorded)--(device has all)--(noted)--> OTP frozen --> finished
 *
 * Interrupted anywhere, it goes on from there: the device keeps its key, the CA its record, device.json says whether it is finished.
 */
#ifndef HF_TOOLS_DEVICE_FACTORY_H
#define HF_TOOLS_DEVICE_FACTORY_H

#include "device_parts.h"

typedef enum factory_stage {
  STAGE_ABSENT,     /* no device of that name */
  STAGE_UNFINISHED, /* made by the same command: go on */
  STAGE_FINISHED,   /* made by the same command, and complete */
} factory_stage;

/* How far the device is. Refused (OUT_REFUSED, and said why) when it is none that this command could have made; its serial is
 * taken over when none was asked for. */
int device_stage(const new_options *o, const char *name, parts *p, factory_stage *stage);

/* The thing name is not another device's. Exit code. */
int device_thing_is_free(const parts *p);

/* From STAGE_UNFINISHED to STAGE_FINISHED. Exit code. */
int device_finish(const char *name, const parts *p, uint32_t certificate_days);

#endif

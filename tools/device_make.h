/* The first half of the factory: a device's files, its OTP burnt, loader and firmware in. */
#ifndef HF_TOOLS_DEVICE_MAKE_H
#define HF_TOOLS_DEVICE_MAKE_H

#include "device_parts.h"

/* All or nothing, power cuts included. A device that is to get an identity is not yet secured. Exit code. */
int device_make(const char *name, const parts *p);

#endif

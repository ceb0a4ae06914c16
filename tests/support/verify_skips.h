/* What verify.c asks in verify_lock_test (boot/tests.cmake puts the calls in). */
#ifndef HF_TEST_VERIFY_SKIPS_H
#define HF_TEST_VERIFY_SKIPS_H

#include <stdbool.h>

#include "status.h"

/* Is this step left out? */
bool verify_skips_step(void);
/* What the caller sees of a step's status. */
boot_status verify_skips_status(boot_status status);

#endif

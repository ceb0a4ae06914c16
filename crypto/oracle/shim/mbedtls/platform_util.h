/* What p256-m wants of its surroundings, so that it builds alone. */
#ifndef HF_ORACLE_PLATFORM_UTIL_H
#define HF_ORACLE_PLATFORM_UTIL_H

#include <stddef.h>

void mbedtls_platform_zeroize(void *memory, size_t bytes);

#endif

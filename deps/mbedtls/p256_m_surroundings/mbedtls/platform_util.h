/* What p256-m wants of its surroundings, so that it builds alone. */
#ifndef HF_P256_M_PLATFORM_UTIL_H
#define HF_P256_M_PLATFORM_UTIL_H

#include <stddef.h>

void mbedtls_platform_zeroize(void *memory, size_t bytes);

#endif

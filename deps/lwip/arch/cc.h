/* What lwIP asks of the compiler, and of us. */
#ifndef HF_LWIP_ARCH_CC_H
#define HF_LWIP_ARCH_CC_H

#include <stdint.h>

#define LWIP_NO_UNISTD_H 1
#define BYTE_ORDER LITTLE_ENDIAN

/* net/lwip/network_random.h */
uint32_t network_random(void);
#define LWIP_RAND() network_random()

/* kernel/include/hf_kernel.h. lwIP's own checks stay in every build: a broken invariant ends in a restart, not in damaged memory.
 * Its texts do not: file and line say it. */
void hf_kernel_assert_failed(const char *file, int line);
#define LWIP_PLATFORM_ASSERT(text) hf_kernel_assert_failed("lwip", __LINE__)
#define LWIP_PLATFORM_DIAG(text)

typedef uint32_t sys_prot_t;

#endif

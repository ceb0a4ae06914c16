/* mbedTLS as the secure services use it: ChaCha20-Poly1305 to seal, HMAC_DRBG with SHA-256 for random numbers. Nothing else is
 * compiled; memory comes from the small pool of secure/services/drbg_memory.c. */
#ifndef HF_MBEDTLS_SECURE_CONFIG_H
#define HF_MBEDTLS_SECURE_CONFIG_H

#include <stddef.h>

void *hf_drbg_calloc(size_t count, size_t bytes);
void hf_drbg_free(void *memory);

#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_PLATFORM_CALLOC_MACRO hf_drbg_calloc
#define MBEDTLS_PLATFORM_FREE_MACRO hf_drbg_free

#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_MD_C
#define MBEDTLS_HMAC_DRBG_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C

#endif

/* Memory for the one hash context that mbedTLS's DRBG allocates, and nothing else: a pool of fixed blocks. */
#ifndef HF_SECURE_DRBG_MEMORY_H
#define HF_SECURE_DRBG_MEMORY_H

#include <stddef.h>

/* Null when no block is free, or none is as large. Contents 0. */
void *hf_drbg_calloc(size_t count, size_t bytes);
/* Wipes it. memory: of hf_drbg_calloc(), or null. */
void hf_drbg_free(void *memory);

#endif

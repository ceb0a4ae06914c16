/* What the TLS library (mbedTLS) has once per program: its memory, its random numbers, its idea of the time.
 *
 *   static uint64_t pool[TLS_POOL_BYTES / 8];
 *   tls_library_config config = {.pool = pool, .pool_bytes = sizeof pool, .random = random_bytes};
 *   if (!tls_library_start(&config)) ...
 *
 * One task uses TLS: nothing here is locked. */
#ifndef HF_NET_TLS_LIBRARY_H
#define HF_NET_TLS_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enough for one connection at a time on a 32-bit device. */
#define TLS_POOL_BYTES 12288u

typedef struct tls_library_config {
  void *pool; /* the caller's, until tls_library_stop() */
  size_t pool_bytes;
  /* Fills `out` with random bytes fit for keys. False: it cannot, and no connection comes to be. */
  bool (*random)(void *context, uint8_t *out, size_t bytes);
  void *random_context;
} tls_library_config;

/* Once, before any transport is opened. False: a member is missing, or the pool is far too small. */
bool tls_library_start(const tls_library_config *config) __attribute__((warn_unused_result));

/* After every transport is closed. The pool is wiped. */
void tls_library_stop(void);

typedef struct tls_memory {
  size_t in_use;
  size_t peak; /* since the start, or tls_library_forget_peak() */
  size_t pool;
} tls_memory;

/* Headers of blocks included. */
tls_memory tls_library_memory(void);
void tls_library_forget_peak(void);

#endif

/* Of tls_library.c, for tls_transport.c. */
#ifndef HF_NET_TLS_LIBRARY_INTERNAL_H
#define HF_NET_TLS_LIBRARY_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/* The time that certificates are judged by from now on: seconds since 1970. */
void tls_library_set_utc(int64_t seconds);

bool tls_library_started(void);

/* A connection comes and goes. With the last one, every key that mbedTLS still holds is destroyed: it forgets one or the
 * other when memory ends in the middle of a handshake. */
void tls_library_enter(void);
void tls_library_leave(void);

/* mbedTLS tells of these two as of many other things; here they are told as what they are. Since tls_library_calm(): */
bool tls_library_random_failed(void);
bool tls_library_memory_ended(void);
void tls_library_calm(void);

#endif

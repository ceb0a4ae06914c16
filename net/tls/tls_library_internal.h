/* Of tls_library.c, for tls_transport.c. */
#ifndef HF_NET_TLS_LIBRARY_INTERNAL_H
#define HF_NET_TLS_LIBRARY_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/* The time that certificates are judged by from now on: seconds since 1970. */
void tls_library_set_utc(int64_t seconds);

bool tls_library_started(void);
/* Has the source of random numbers failed since the last time this was asked? */
bool tls_library_random_failed(void);

#endif

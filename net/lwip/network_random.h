/* Numbers that the network's other side must not guess: ports, query ids, first sequence numbers.
 *
 * Drawn once from the secure services (psa_generate_random), and stretched from there by SHA-256: the TCP/IP thread must not wait
 * at the gate, where a signature may be going on. They are no keys, and none may be made of them. */
#ifndef HF_NETWORK_RANDOM_H
#define HF_NETWORK_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* Tasks, once, before lwIP. False: there are no random numbers; then there is no network. */
bool network_random_start(void) __attribute__((warn_unused_result));

/* Under lwIP's core lock. */
uint32_t network_random(void);

/* The first sequence number of a connection (RFC 6528): a clock of 4 microseconds, and what only we know of these addresses. Under
 * lwIP's core lock. */
unsigned long network_first_sequence_number(unsigned long local, unsigned short local_port, unsigned long remote,
                                            unsigned short remote_port);

#endif

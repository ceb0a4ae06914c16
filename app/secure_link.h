/* The connection to the broker: its address, TCP, TLS. One at a time, of one task. Every call ends in bounded time, and
 * what went wrong is on the console.
 *
 *   if (!secure_link_open(&who)) return try_again_later();
 *   while ((moved = secure_link_receive(buffer, sizeof buffer)) == 0) secure_link_wait(1000);
 *   secure_link_close();
 *
 * APP_LOCALHOST (of the build, app/CMakeLists.txt): the address of a broker whose name is "localhost". A device that is
 * emulated has its developer's machine under another address than that machine itself. It is only where packets go: the
 * broker must still prove that it is "localhost". Not defined: that name is looked up like any other. */
#ifndef HF_APP_SECURE_LINK_H
#define HF_APP_SECURE_LINK_H

#include "identity.h"

/* Once. False: the network or TLS cannot be used. */
bool secure_link_start(void) __attribute__((warn_unused_result));

/* False: no connection, nothing is left of it. */
bool secure_link_open(const identity *who) __attribute__((warn_unused_result));

/* All of it. False: not, the connection is broken; close it. */
bool secure_link_send(const void *from, size_t bytes) __attribute__((warn_unused_result));

/* As net_receive(). */
int32_t secure_link_receive(void *to, size_t room) __attribute__((warn_unused_result));

/* Until something may have come, at most timeout_ms. */
void secure_link_wait(uint32_t timeout_ms);

void secure_link_close(void);

#endif

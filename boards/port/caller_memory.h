/* Which memory the world on the other side of the gate owns. Boards without a gate do not have it. */
#ifndef HF_PORT_CALLER_MEMORY_H
#define HF_PORT_CALLER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* Is all of [address, address + bytes), not empty, in one piece of memory (not devices) that was given to the other world? */
bool caller_memory_holds(uint32_t address, uint32_t bytes) __attribute__((warn_unused_result));

#endif

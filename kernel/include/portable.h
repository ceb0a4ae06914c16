/* Between the kernel and what lies under it: the port's types (portmacro.h) and the heap.
 *
 *   uint8_t *frame = (uint8_t *)pvPortMalloc(frame_bytes);
 *   if (frame == NULL) return ERR_NO_MEMORY;
 *   ...
 *   vPortFree(frame);
 */
#ifndef PORTABLE_H
#define PORTABLE_H

#include "portmacro.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Alignment of stacks and of what pvPortMalloc() returns, in bytes. */
#ifndef portBYTE_ALIGNMENT
#error "the port's portmacro.h must define portBYTE_ALIGNMENT"
#endif
#define portBYTE_ALIGNMENT_MASK ((size_t)portBYTE_ALIGNMENT - 1U)

/* Attributes of upstream's MPU ports; this kernel has no privileged mode, so they mean nothing here. */
#ifndef PRIVILEGED_FUNCTION
#define PRIVILEGED_FUNCTION
#define PRIVILEGED_DATA
#define FREERTOS_SYSTEM_CALL
#endif

/* ---- The heap. Tasks only, and before the scheduler starts. Free blocks are kept by size, neighbours joined at once. ---- */

typedef struct xHeapStats {
  size_t xAvailableHeapSpaceInBytes;      /* all free blocks together */
  size_t xSizeOfLargestFreeBlockInBytes;  /* no larger request can succeed now */
  size_t xSizeOfSmallestFreeBlockInBytes; /* 0: nothing is free */
  size_t xNumberOfFreeBlocks;
  size_t xMinimumEverFreeBytesRemaining; /* lowest that the free total has been */
  size_t xNumberOfSuccessfulAllocations;
  size_t xNumberOfSuccessfulFrees;
} HeapStats_t;

/* A block of at least xWantedSize bytes, not initialised, aligned to portBYTE_ALIGNMENT; the caller's until
 * vPortFree(). NULL: size 0, or no room (vApplicationMallocFailedHook() has then been called, when configured). */
void *pvPortMalloc(size_t xWantedSize);

/* xNum elements of xSize bytes each, all zero. NULL: as above, and when the product does not fit a size_t. */
void *pvPortCalloc(size_t xNum, size_t xSize);

/* Gives back a block of the two functions above. NULL does nothing. Anything else is misuse, and so is twice. */
void vPortFree(void *pv);

/* Free bytes, now and at the worst moment so far. Free bytes may lie in several blocks. */
size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);
void xPortResetHeapMinimumEverFreeHeapSize(void);

/* Walks the free blocks with the scheduler suspended. pxHeapStats: filled, not NULL. */
void vPortGetHeapStats(HeapStats_t *pxHeapStats);

/* Makes the heap as new, all of it free. Done by itself at the first allocation; here for programs that call it. */
void vPortInitialiseBlocks(void);

/* Forgets every allocation, for a program that starts its scheduler again. Only while no task exists. */
void vPortHeapResetState(void);

/* Task stacks come from the same heap. */
#ifndef pvPortMallocStack
#define pvPortMallocStack(xSize) pvPortMalloc(xSize)
#define vPortFreeStack(pv) vPortFree(pv)
#endif

#ifdef __cplusplus
}
#endif

#endif

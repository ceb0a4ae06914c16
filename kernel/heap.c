/* The heap (portable.h): malloc and free in a time that does not depend on how many blocks there are (but see below).
 *
 * The array is cut into blocks, each beginning with a word, its head: the block's bytes and two flags.
 *
 *     used block                 free block
 *     head  bytes | flags        head  bytes | flags
 *     what the caller got        next, prev: free blocks of the same class
 *     ...                        ...
 *                                last word: bytes again, so that the block behind finds where this one begins
 *
 * Invariants
 *   1  Blocks lie one behind the other, from heap.begin to heap.end, where a head alone, used and of 0 bytes, ends
 *      them.
 *   2  No two free blocks are neighbours: freeing joins them at once.
 *   3  BEFORE_USED in a head says whether the block before is used; only if it is not, that block has a last word.
 *   4  free[c] lists the free blocks whose size is of class c, and bit c of heap.filled says that it is not empty.
 *      A power of two is cut into two classes, so any block of a higher class than a request's is big enough.
 *
 * A request takes the first block of its own class if that is big enough, else the first of the next filled class, and
 * the rest of its own class is searched only if there is none: so nothing that fits somewhere is refused.
 *
 * RAM: one word per used block; and once, on a 32-bit device, 28 bytes and two pointers per power of two from 16 bytes up
 * to the heap's size: 124 bytes with 32 KB. The scheduler is suspended meanwhile, interrupts are not masked.
 */
#include "FreeRTOS.h"

#include "kernel.h"
#include "scheduler.h"

#if configSUPPORT_DYNAMIC_ALLOCATION == 1

struct free_block {
  size_t head;
  struct free_block *next;
  struct free_block *prev; /* NULL: the first of its class */
};

#define USED ((size_t)1)
#define BEFORE_USED ((size_t)2)
#define FLAGS (USED | BEFORE_USED)
#define WORD sizeof(size_t)
#define ALIGN ((size_t)portBYTE_ALIGNMENT)
#define ROUND_UP(bytes) (((bytes) + ALIGN - 1u) / ALIGN * ALIGN)
#define BYTES_MIN ROUND_UP(sizeof(struct free_block) + WORD)
#define HEAP_BYTES ((size_t)(configTOTAL_HEAP_SIZE))

/* Class of a size: twice its highest bit, and the bit below that; from that of BYTES_MIN on. */
#define LOG2(bytes) (31u - (unsigned)__builtin_clz((unsigned)(bytes)))
#define FIRST_CLASS (2u * LOG2(BYTES_MIN))
#define CLASSES_SPANNED (2u * LOG2(HEAP_BYTES) + 2u - FIRST_CLASS)
#define CLASSES (CLASSES_SPANNED < 32u ? CLASSES_SPANNED : 32u) /* the last one then has everything bigger, too */

_Static_assert(ALIGN >= 4u && (ALIGN & (ALIGN - 1u)) == 0 && ALIGN % WORD == 0, "flags lie in the low bits of a size");
_Static_assert((BYTES_MIN & (BYTES_MIN - 1u)) == 0, "the smallest block begins a class");
_Static_assert(HEAP_BYTES < 0x80000000u, "configTOTAL_HEAP_SIZE must be less than 2 GB");

#if configAPPLICATION_ALLOCATED_HEAP == 1
extern uint8_t ucHeap[configTOTAL_HEAP_SIZE];
#else
static uint8_t ucHeap[configTOTAL_HEAP_SIZE] __attribute__((aligned(portBYTE_ALIGNMENT)));
#endif

static struct heap {
  struct free_block *begin; /* NULL: not set up yet */
  struct free_block *end;
  uint32_t filled;
  struct free_block *free[CLASSES];
  size_t free_bytes;
  size_t free_bytes_min;
  size_t allocations;
  size_t frees;
} heap;

static inline size_t bytes_of(const struct free_block *block)
{
  return block->head & ~FLAGS;
}

static inline struct free_block *at_offset(const void *from, size_t bytes)
{
  return (struct free_block *)((uintptr_t)from + bytes);
}

static inline size_t *last_word(const struct free_block *block, size_t bytes)
{
  return (size_t *)((uintptr_t)block + bytes - WORD);
}

static inline void *payload(const struct free_block *block)
{
  return (void *)((uintptr_t)block + WORD);
}

static inline uint32_t class_of(size_t bytes)
{
  uint32_t highest = port_highest_bit((uint32_t)bytes);
  uint32_t c = 2u * highest + ((uint32_t)bytes >> (highest - 1u) & 1u) - FIRST_CLASS;
  return CLASSES_SPANNED > CLASSES && c >= CLASSES ? CLASSES - 1u : c;
}

/* --- lists of free blocks --- */

static void list_add(struct free_block *block, size_t bytes)
{
  uint32_t c = class_of(bytes);
  struct free_block *next = heap.free[c];
  block->next = next;
  block->prev = NULL;
  if (next != NULL) next->prev = block;
  heap.free[c] = block;
  heap.filled |= 1u << c;
}

static void list_remove(const struct free_block *block, size_t bytes)
{
  struct free_block *next = block->next;
  struct free_block *prev = block->prev;
  if (next != NULL) next->prev = prev;
  if (prev != NULL) {
    prev->next = next;
    return;
  }
  uint32_t c = class_of(bytes);
  heap.free[c] = next;
  if (next == NULL) heap.filled &= ~(1u << c);
}

/* The block before it is used. */
static void write_free(struct free_block *block, size_t bytes)
{
  block->head = bytes | BEFORE_USED;
  *last_word(block, bytes) = bytes;
}

/* A listed block becomes another one, its rest or joined with a neighbour. Mostly it stays in its class: then the new one takes
 * its place in the list. */
static void list_change(struct free_block *old, size_t old_bytes, struct free_block *block, size_t bytes)
{
  uint32_t c = class_of(bytes);
  if (class_of(old_bytes) != c) {
    list_remove(old, old_bytes);
    list_add(block, bytes);
  } else if (old != block) {
    struct free_block *next = old->next;
    struct free_block *prev = old->prev;
    block->next = next;
    block->prev = prev;
    if (next != NULL) next->prev = block;
    if (prev != NULL) {
      prev->next = block;
    } else {
      heap.free[c] = block;
    }
  }
  write_free(block, bytes);
}

/* --- set up --- */

void vPortInitialiseBlocks(void)
{
  uintptr_t first = ROUND_UP((uintptr_t)ucHeap + WORD) - WORD;
  uintptr_t limit = (uintptr_t)ucHeap + HEAP_BYTES - WORD;
  size_t bytes = (limit - first) / ALIGN * ALIGN;
  vPortHeapResetState();
  heap.begin = at_offset(ucHeap, first - (uintptr_t)ucHeap);
  heap.end = at_offset(heap.begin, bytes);
  heap.end->head = USED;
  heap.free_bytes = bytes;
  heap.free_bytes_min = bytes;
  list_add(heap.begin, bytes);
  write_free(heap.begin, bytes);
}

void vPortHeapResetState(void)
{
  heap = (struct heap){0};
}

static inline void set_up_once(void)
{
  if (heap.begin == NULL) vPortInitialiseBlocks();
}

/* --- malloc --- */

static struct free_block *find(size_t bytes)
{
  uint32_t c = class_of(bytes);
  struct free_block *block = heap.free[c];
  if (block != NULL && bytes_of(block) >= bytes) return block;
  uint32_t higher = heap.filled & ~((2u << c) - 1u);
  if (higher != 0) return heap.free[__builtin_ctz(higher)];
  while (block != NULL && bytes_of(block) < bytes) block = block->next;
  return block;
}

/* Makes a free block a used one; what it has too much stays free if that is enough for a block. */
static void take(struct free_block *block, size_t bytes)
{
  size_t whole = bytes_of(block);
  size_t rest = whole - bytes;
  if (rest >= BYTES_MIN) {
    list_change(block, whole, at_offset(block, bytes), rest);
  } else {
    list_remove(block, whole);
    bytes = whole;
    at_offset(block, bytes)->head |= BEFORE_USED;
  }
  block->head = bytes | USED | BEFORE_USED; /* the block before a free one is used */
  heap.free_bytes -= bytes;
  if (heap.free_bytes < heap.free_bytes_min) heap.free_bytes_min = heap.free_bytes;
  heap.allocations++;
}

void *pvPortMalloc(size_t wanted)
{
  struct free_block *block = NULL;
  kernel_check_task();
  sched_suspend();
  set_up_once();
  /* Before it is rounded up, so that nothing wraps. */
  if (wanted - 1u < HEAP_BYTES) {
    size_t bytes = wanted <= BYTES_MIN - WORD ? BYTES_MIN : ROUND_UP(wanted + WORD);
    if (bytes <= heap.free_bytes) block = find(bytes);
    if (block != NULL) take(block, bytes);
  }
  void *given = block != NULL ? payload(block) : NULL;
  traceMALLOC(given, wanted);
  (void)sched_resume();
#if configUSE_MALLOC_FAILED_HOOK == 1
  if (given == NULL) vApplicationMallocFailedHook();
#endif
  return given;
}

void *pvPortCalloc(size_t count, size_t each)
{
  size_t bytes;
  if (__builtin_mul_overflow(count, each, &bytes)) bytes = SIZE_MAX; /* which no heap has: refused as any other */
  void *given = pvPortMalloc(bytes);
  if (given != NULL) port_fill(given, 0, bytes);
  return given;
}

/* --- free --- */

/* A size that a block at this offset behind heap.begin can have. */
static inline bool is_size(size_t bytes, size_t offset, size_t heap_bytes)
{
  return bytes % ALIGN == 0 && bytes >= BYTES_MIN && bytes <= heap_bytes - offset;
}

/* In development: nobody has written over the ends of the free neighbours either. */
static bool has_sound_neighbours(const struct free_block *block, size_t offset, size_t heap_bytes)
{
  size_t bytes = bytes_of(block);
  if ((block->head & BEFORE_USED) == 0) {
    size_t bytes_before = ((const size_t *)block)[-1];
    if (bytes_before > offset) return false;
    const struct free_block *one_before = (const struct free_block *)((uintptr_t)block - bytes_before);
    if (one_before->head != (bytes_before | BEFORE_USED)) return false;
  }
  const struct free_block *behind = at_offset(block, bytes);
  if (behind == heap.end) return behind->head == (USED | BEFORE_USED);
  size_t bytes_behind = bytes_of(behind);
  if (!is_size(bytes_behind, offset + bytes, heap_bytes)) return false;
  return (behind->head & USED) != 0 || *last_word(behind, bytes_behind) == bytes_behind;
}

/* Whether it is a used block, as far as its head and the one behind it can tell: not one that was freed already, not a
 * pointer to somewhere else, not one that was written over to its end. */
static bool is_used_block(const struct free_block *block)
{
  size_t offset = (uintptr_t)block - (uintptr_t)heap.begin;
  size_t heap_bytes = (uintptr_t)heap.end - (uintptr_t)heap.begin;
  if (offset >= heap_bytes || offset % ALIGN != 0 || (block->head & USED) == 0) return false;
  size_t bytes = bytes_of(block);
  if (!is_size(bytes, offset, heap_bytes) || (at_offset(block, bytes)->head & BEFORE_USED) == 0) return false;
  return configASSERT_DEFINED == 0 || has_sound_neighbours(block, offset, heap_bytes);
}

static void give_back(struct free_block *block)
{
  size_t bytes = bytes_of(block);
  struct free_block *behind = at_offset(block, bytes);
  struct free_block *listed = block; /* the neighbour that it is joined with */
  heap.free_bytes += bytes;
  heap.frees++;
#if configHEAP_CLEAR_MEMORY_ON_FREE == 1
  port_fill(payload(block), 0, bytes - WORD);
#endif
  size_t bytes_listed = 0; /* 0: no neighbour is free */
  if ((behind->head & USED) == 0) {
    listed = behind;
    bytes_listed = bytes_of(behind);
    bytes += bytes_listed;
  } else {
    behind->head &= ~BEFORE_USED;
  }
  if ((block->head & BEFORE_USED) == 0) {
    if (bytes_listed != 0) list_remove(listed, bytes_listed);
    bytes_listed = ((size_t *)block)[-1];
    block->head = 0; /* so that it is not taken for a block when it is freed again */
    listed = block = (struct free_block *)((uintptr_t)block - bytes_listed);
    bytes += bytes_listed;
  }
  if (bytes_listed != 0) {
    list_change(listed, bytes_listed, block, bytes);
    return;
  }
  list_add(block, bytes);
  write_free(block, bytes);
}

void vPortFree(void *given)
{
  if (given == NULL) return;
  kernel_check_task();
  struct free_block *block = (struct free_block *)((uintptr_t)given - WORD);
  sched_suspend();
  bool valid = is_used_block(block);
  if (valid) {
    traceFREE(given, bytes_of(block));
    give_back(block);
  }
  (void)sched_resume();
  configASSERT(valid);
}

/* --- looked at --- */

static void set_up_for_a_look(void)
{
  vTaskSuspendAll();
  set_up_once();
  (void)xTaskResumeAll();
}

size_t xPortGetFreeHeapSize(void)
{
  set_up_for_a_look();
  return heap.free_bytes;
}

size_t xPortGetMinimumEverFreeHeapSize(void)
{
  set_up_for_a_look();
  return heap.free_bytes_min;
}

void xPortResetHeapMinimumEverFreeHeapSize(void)
{
  vTaskSuspendAll();
  set_up_once();
  heap.free_bytes_min = heap.free_bytes;
  (void)xTaskResumeAll();
}

void vPortGetHeapStats(HeapStats_t *stats)
{
  configASSERT(stats != NULL);
  *stats = (HeapStats_t){0};
  vTaskSuspendAll();
  set_up_once();
  for (uint32_t c = 0; c < CLASSES; c++) {
    for (const struct free_block *block = heap.free[c]; block != NULL; block = block->next) {
      size_t bytes = bytes_of(block);
      if (bytes > stats->xSizeOfLargestFreeBlockInBytes) stats->xSizeOfLargestFreeBlockInBytes = bytes;
      if (stats->xNumberOfFreeBlocks == 0 || bytes < stats->xSizeOfSmallestFreeBlockInBytes) {
        stats->xSizeOfSmallestFreeBlockInBytes = bytes;
      }
      stats->xNumberOfFreeBlocks++;
    }
  }
  stats->xAvailableHeapSpaceInBytes = heap.free_bytes;
  stats->xMinimumEverFreeBytesRemaining = heap.free_bytes_min;
  stats->xNumberOfSuccessfulAllocations = heap.allocations;
  stats->xNumberOfSuccessfulFrees = heap.frees;
  (void)xTaskResumeAll();
}

#endif

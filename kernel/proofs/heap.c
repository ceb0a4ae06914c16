/* The heap's arithmetic (heap.c), for every size of 32 bits: rounding up never wraps, what is too big is refused
 * before, and classes are in range and in order. And is_used_block() reads nothing outside the heap, whatever pointer
 * it is asked about and whatever the heap's memory holds. (Lists of blocks and their joining are for the tests to
 * show.)
 *
 * options: --unwind 2 --slice-formula
 * planted: classes heap.c s/(highest - 1u) & 1u)/(highest - 1u))/
 * planted: malloc heap.c s/wanted - 1u < HEAP_BYTES/wanted != 0/
 * planted: calloc heap.c s/bytes = SIZE_MAX;/(void)bytes;/
 * planted: is_used_block heap.c s/bytes >= BYTES_MIN .. bytes <= heap_bytes - offset/bytes >= BYTES_MIN/ */
#include "proof.h"

#include "../heap.c"

struct scheduler sched;
static uint64_t wanted_in_all;

void port_fill(void *to, uint8_t value, size_t bytes)
{
  (void)to, (void)value, (void)bytes;
}

void vApplicationMallocFailedHook(void)
{
}

bool sched_switch_late(void)
{
  return false;
}

/* --- classes --- */

void proof_classes(void)
{
  size_t bytes = any_uint32();
  size_t more = any_uint32();
  ASSUME(bytes >= BYTES_MIN && bytes <= more && more <= HEAP_BYTES);
  PROVE(class_of(more) < CLASSES, "a class that there is");
  PROVE(class_of(bytes) <= class_of(more), "what is bigger is in no lower class");
  size_t any = any_uint32();
  ASSUME(any >= BYTES_MIN && any <= HEAP_BYTES && class_of(any) > class_of(bytes));
  PROVE(any >= bytes, "any block of a higher class is big enough");
}

/* --- sizes --- */

/* A heap that is one free block: nothing else can be taken, so nothing hides a size that came out wrong. */
static struct free_block *one_free_block(void)
{
  vPortInitialiseBlocks();
  return heap.begin;
}

void proof_malloc(void)
{
  struct free_block *block = one_free_block();
  size_t whole = bytes_of(block);
  size_t wanted = any_uint32();
  void *given = pvPortMalloc(wanted);
  PROVE((given != NULL) == (wanted != 0 && wanted <= whole - WORD), "what fits is given, and nothing else");
  if (given == NULL) return;
  PROVE(given == payload(block) && bytes_of(block) >= wanted + WORD, "it is big enough");
  PROVE(bytes_of(block) % ALIGN == 0 && bytes_of(block) <= whole, "and whole");
  PROVE(heap.free_bytes == whole - bytes_of(block), "what is left is counted");
}

void proof_calloc(void)
{
  one_free_block();
  size_t count = any_uint32();
  size_t each = any_uint8();
  wanted_in_all = (uint64_t)count * each;
  if (wanted_in_all > HEAP_BYTES) PROVE(pvPortCalloc(count, each) == NULL, "what does not fit is refused");
}

/* --- a pointer that is given back --- */

void proof_is_used_block(void)
{
  heap.begin = at_offset(ucHeap, ROUND_UP(WORD) - WORD);
  heap.end = at_offset(heap.begin, (HEAP_BYTES - WORD - (ROUND_UP(WORD) - WORD)) / ALIGN * ALIGN);
  __CPROVER_havoc_object(ucHeap);
  uint32_t offset = any_uint32();
  const struct free_block *block = at_offset(ucHeap, offset);
  bool used = is_used_block(block);
  if (used) PROVE(offset < HEAP_BYTES && bytes_of(block) <= HEAP_BYTES - offset, "what is given back lies in the heap");
}

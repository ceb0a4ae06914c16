/* Promises of the heap (portable.h). What is free before a promise need not be one block: other promises ran before. */
#include "FreeRTOS.h"
#include "portable.h"

#include <string.h>

#include "promise.h"

#if configSUPPORT_DYNAMIC_ALLOCATION == 1

#define WORD sizeof(size_t)
#define ALIGNED(pointer) ((uintptr_t)(pointer) % portBYTE_ALIGNMENT == 0)

static HeapStats_t stats(void)
{
  HeapStats_t now;
  vPortGetHeapStats(&now);
  return now;
}

static bool holds(const uint8_t *at, uint8_t value, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++) {
    if (at[i] != value) return false;
  }
  return true;
}

static uint32_t seed;
static uint32_t any_below(uint32_t limit)
{
  seed = seed * 1664525u + 1013904223u; /* Numerical Recipes' generator */
  return (seed >> 8) % limit;
}

/* Everything that is free, as one used block; the rest of the heap is in blocks too small for any other request. */
static size_t largest_request(void)
{
  return stats().xSizeOfLargestFreeBlockInBytes - WORD;
}

/* Takes every free block but the largest, so that what is allocated next lies in a row; free_away() ends it. */
#define AWAY_MAX 64u
static void *away[AWAY_MAX];
static unsigned aways;

static void take_away(void)
{
  while (aways < AWAY_MAX && stats().xNumberOfFreeBlocks > 1u) {
    away[aways++] = pvPortMalloc(stats().xSizeOfSmallestFreeBlockInBytes - WORD);
  }
}

static void free_away(void)
{
  while (aways > 0) vPortFree(away[--aways]);
}

/* --- malloc and free --- */

PROMISE(every_size_is_aligned_and_usable_to_its_last_byte)
{
  size_t before = xPortGetFreeHeapSize();
  for (size_t bytes = 1; bytes <= 300; bytes++) {
    uint8_t *a = pvPortMalloc(bytes);
    uint8_t *b = pvPortMalloc(bytes);
    NEED(a != NULL && b != NULL);
    CHECK(ALIGNED(a) && ALIGNED(b));
    memset(a, 0xAA, bytes);
    memset(b, 0xBB, bytes);
    CHECK(holds(a, 0xAA, bytes));
    CHECK(holds(b, 0xBB, bytes));
    vPortFree(a);
    vPortFree(b);
    CHECK_EQUAL(xPortGetFreeHeapSize(), before);
  }
}

PROMISE(a_block_costs_a_word_and_its_alignment)
{
  size_t before = xPortGetFreeHeapSize();
  size_t bytes = 20u * portBYTE_ALIGNMENT - WORD;
  void *block = pvPortMalloc(bytes);
  CHECK_EQUAL(before - xPortGetFreeHeapSize(), bytes + WORD);
  vPortFree(block);
  block = pvPortMalloc(bytes + 1u);
  CHECK_EQUAL(before - xPortGetFreeHeapSize(), bytes + WORD + portBYTE_ALIGNMENT);
  vPortFree(block);
}

PROMISE(size_zero_is_refused)
{
  size_t before = xPortGetFreeHeapSize();
  CHECK(pvPortMalloc(0) == NULL);
  CHECK_EQUAL(xPortGetFreeHeapSize(), before);
}

PROMISE(sizes_that_wrap_are_refused)
{
  HeapStats_t before = stats();
  for (size_t less = 0; less <= 64; less++) CHECK(pvPortMalloc(SIZE_MAX - less) == NULL);
  CHECK(pvPortMalloc(SIZE_MAX / 2u) == NULL);
  CHECK(pvPortMalloc(SIZE_MAX / 2u + 1u) == NULL);
  CHECK(pvPortMalloc(configTOTAL_HEAP_SIZE) == NULL);
  CHECK_EQUAL(stats().xAvailableHeapSpaceInBytes, before.xAvailableHeapSpaceInBytes);
  CHECK_EQUAL(stats().xNumberOfSuccessfulAllocations, before.xNumberOfSuccessfulAllocations);
}

PROMISE(the_largest_block_can_be_had_and_a_byte_more_cannot)
{
  size_t bytes = largest_request();
  CHECK(pvPortMalloc(bytes + 1u) == NULL);
  uint8_t *all = pvPortMalloc(bytes);
  NEED(all != NULL);
  memset(all, 0x5A, bytes);
  CHECK(stats().xSizeOfLargestFreeBlockInBytes < bytes);
  vPortFree(all);
  CHECK_EQUAL(largest_request(), bytes);
}

PROMISE(freeing_null_does_nothing)
{
  HeapStats_t before = stats();
  vPortFree(NULL);
  CHECK_EQUAL(stats().xNumberOfSuccessfulFrees, before.xNumberOfSuccessfulFrees);
}

/* Three neighbours, given back in every order: one block again each time. */
PROMISE(neighbours_are_joined_in_every_order)
{
  static const uint8_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  HeapStats_t before = stats();
  for (unsigned i = 0; i < 6u; i++) {
    void *blocks[3];
    /* Of the largest block, so that they are neighbours. */
    size_t bytes = largest_request() / 4u;
    for (unsigned n = 0; n < 3u; n++) blocks[n] = pvPortMalloc(bytes);
    for (unsigned n = 0; n < 3u; n++) {
      CHECK(blocks[n] != NULL);
      vPortFree(blocks[orders[i][n]]);
    }
    CHECK_EQUAL(stats().xNumberOfFreeBlocks, before.xNumberOfFreeBlocks);
    CHECK_EQUAL(stats().xSizeOfLargestFreeBlockInBytes, before.xSizeOfLargestFreeBlockInBytes);
  }
}

/* The only block that is big enough is the last in the list of its class. */
PROMISE(nothing_that_fits_is_refused)
{
  enum { HOLES = 6 };
  void *holes[HOLES];
  void *walls[HOLES];
  size_t smallest = 1024u - WORD; /* with its head, the first size of a class */
  take_away();
  for (unsigned i = 0; i < HOLES; i++) {
    holes[i] = pvPortMalloc(smallest + (HOLES - i) * portBYTE_ALIGNMENT);
    walls[i] = pvPortMalloc(1);
    CHECK(holes[i] != NULL && walls[i] != NULL);
  }
  void *rest = pvPortMalloc(largest_request());
  for (unsigned i = 0; i < HOLES; i++) vPortFree(holes[i]);
  for (unsigned i = 0; i < HOLES; i++) {
    holes[i] = pvPortMalloc(smallest + (HOLES - i) * portBYTE_ALIGNMENT);
    CHECK(holes[i] != NULL);
  }
  CHECK(pvPortMalloc(smallest) == NULL);
  for (unsigned i = 0; i < HOLES; i++) {
    vPortFree(holes[i]);
    vPortFree(walls[i]);
  }
  vPortFree(rest);
  free_away();
}

PROMISE(calloc_gives_zeros)
{
  enum { BYTES = 200 };
  uint8_t *dirty = pvPortMalloc(BYTES);
  NEED(dirty != NULL);
  memset(dirty, 0xFF, BYTES);
  vPortFree(dirty);
  uint8_t *block = pvPortCalloc(BYTES / 8, 8);
  NEED(block != NULL);
  CHECK(holds(block, 0, BYTES));
  vPortFree(block);
}

PROMISE(calloc_refuses_products_that_do_not_fit)
{
  size_t before = xPortGetFreeHeapSize();
  CHECK(pvPortCalloc(SIZE_MAX / 2u + 1u, 2) == NULL);
  CHECK(pvPortCalloc(2, SIZE_MAX / 2u + 1u) == NULL);
  CHECK(pvPortCalloc(SIZE_MAX, SIZE_MAX) == NULL);
  CHECK(pvPortCalloc((SIZE_MAX >> WORD * 4u) + 1u, (SIZE_MAX >> WORD * 4u) + 2u) == NULL);
  CHECK(pvPortCalloc(0, 8) == NULL);
  CHECK(pvPortCalloc(8, 0) == NULL);
  CHECK_EQUAL(xPortGetFreeHeapSize(), before);
}

#if configUSE_MALLOC_FAILED_HOOK == 1
static unsigned hook_calls;

void vApplicationMallocFailedHook(void)
{
  hook_calls++;
}

PROMISE(the_hook_hears_of_each_refusal)
{
  hook_calls = 0;
  void *block = pvPortMalloc(8);
  vPortFree(block);
  CHECK_EQUAL(hook_calls, 0);
  CHECK(pvPortMalloc(SIZE_MAX) == NULL);
  CHECK_EQUAL(hook_calls, 1);
  CHECK(pvPortMalloc(largest_request() + 1u) == NULL);
  CHECK_EQUAL(hook_calls, 2);
}
#endif

#if configHEAP_CLEAR_MEMORY_ON_FREE == 1
PROMISE(freed_memory_is_cleared)
{
  enum { BYTES = 128 };
  uint8_t *secret = pvPortMalloc(BYTES);
  NEED(secret != NULL);
  memset(secret, 0x77, BYTES);
  vPortFree(secret);
  for (size_t i = 0; i < BYTES; i++) CHECK(secret[i] != 0x77); /* some bytes of it are the heap's now */
  CHECK(holds(secret + 2u * WORD, 0, BYTES - 3u * WORD));
}
#endif

/* --- what the heap tells --- */

PROMISE(the_least_ever_free_is_remembered_until_it_is_reset)
{
  xPortResetHeapMinimumEverFreeHeapSize();
  size_t before = xPortGetFreeHeapSize();
  CHECK_EQUAL(xPortGetMinimumEverFreeHeapSize(), before);
  void *block = pvPortMalloc(1000);
  size_t least = xPortGetFreeHeapSize();
  CHECK(least < before);
  vPortFree(block);
  block = pvPortMalloc(10);
  vPortFree(block);
  CHECK_EQUAL(xPortGetMinimumEverFreeHeapSize(), least);
  CHECK_EQUAL(stats().xMinimumEverFreeBytesRemaining, least);
  xPortResetHeapMinimumEverFreeHeapSize();
  CHECK_EQUAL(xPortGetMinimumEverFreeHeapSize(), before);
}

PROMISE(statistics_are_exact)
{
  HeapStats_t before = stats();
  size_t small = 2u * sizeof(HeapStats_t) / portBYTE_ALIGNMENT * portBYTE_ALIGNMENT - WORD;
  size_t big = before.xSizeOfLargestFreeBlockInBytes / 8u / portBYTE_ALIGNMENT * portBYTE_ALIGNMENT - WORD;
  /* All from the largest block, one behind the other, so `a` and `b` become holes. */
  void *all[5];
  take_away();
  size_t alone = stats().xAvailableHeapSpaceInBytes;
  CHECK_EQUAL(stats().xNumberOfFreeBlocks, 1);
  CHECK_EQUAL(stats().xSizeOfLargestFreeBlockInBytes, alone);
  CHECK_EQUAL(stats().xSizeOfSmallestFreeBlockInBytes, alone);
  for (unsigned i = 0; i < 5u; i++) all[i] = pvPortMalloc(i == 3u ? big : small);
  vPortFree(all[1]);
  vPortFree(all[3]);
  HeapStats_t now = stats();
  CHECK_EQUAL(now.xNumberOfFreeBlocks, 3);
  CHECK_EQUAL(now.xSizeOfSmallestFreeBlockInBytes, small + WORD);
  CHECK_EQUAL(now.xSizeOfLargestFreeBlockInBytes, alone - 4u * (small + WORD) - (big + WORD));
  CHECK_EQUAL(now.xAvailableHeapSpaceInBytes, alone - 3u * (small + WORD));
  CHECK_EQUAL(now.xAvailableHeapSpaceInBytes, xPortGetFreeHeapSize());
  CHECK_EQUAL(now.xNumberOfSuccessfulAllocations - before.xNumberOfSuccessfulAllocations, aways + 5u);
  CHECK_EQUAL(now.xNumberOfSuccessfulFrees - before.xNumberOfSuccessfulFrees, 2);
  vPortFree(all[0]);
  vPortFree(all[2]);
  vPortFree(all[4]);
  free_away();
  CHECK_EQUAL(stats().xAvailableHeapSpaceInBytes, before.xAvailableHeapSpaceInBytes);
}

PROMISE(the_scheduler_runs_on_after_every_call)
{
  HeapStats_t now;
  vPortFree(pvPortMalloc(8));
  (void)pvPortMalloc(SIZE_MAX);
  vPortGetHeapStats(&now);
  xPortResetHeapMinimumEverFreeHeapSize();
  CHECK_EQUAL(xTaskGetSchedulerState(), taskSCHEDULER_RUNNING);
  vTaskSuspendAll();
  vPortFree(pvPortMalloc(8));
  CHECK_EQUAL(xTaskGetSchedulerState(), taskSCHEDULER_SUSPENDED);
  (void)xTaskResumeAll();
}

/* --- misuse --- */

#if configASSERT_DEFINED == 1
static size_t free_before;
static size_t blocks_before;

/* Freeing this is caught, and changes nothing. */
static bool is_refused(void *pointer)
{
  free_before = xPortGetFreeHeapSize();
  blocks_before = stats().xNumberOfFreeBlocks;
  (void)test_expect_asserts(true);
  vPortFree(pointer);
  return test_expect_asserts(false) == 1u && xPortGetFreeHeapSize() == free_before &&
         stats().xNumberOfFreeBlocks == blocks_before;
}

/* Blocks one behind the other; the last one keeps the others from the free rest. */
static bool make_row(uint8_t **blocks, unsigned count, size_t bytes)
{
  take_away();
  bool in_a_row = true;
  for (unsigned i = 0; i < count; i++) {
    blocks[i] = pvPortMalloc(bytes);
    in_a_row = in_a_row && blocks[i] != NULL && (i == 0 || blocks[i] == blocks[i - 1u] + bytes + WORD);
  }
  free_away();
  return in_a_row;
}

PROMISE(a_block_freed_twice_is_caught)
{
  uint8_t *row[4];
  NEED(make_row(row, 4, 6u * portBYTE_ALIGNMENT - WORD));
  vPortFree(row[1]);
  CHECK(is_refused(row[1])); /* free, between used ones */
  vPortFree(row[2]);
  CHECK(is_refused(row[2])); /* joined to the one before */
  CHECK(is_refused(row[1]));
  vPortFree(row[0]);
  CHECK(is_refused(row[0]));
  CHECK(is_refused(row[1])); /* joined to the one behind */
  vPortFree(row[3]);
  for (unsigned i = 0; i < 4u; i++) CHECK(is_refused(row[i]));
}

PROMISE(a_pointer_that_is_no_block_is_caught)
{
  static uint8_t elsewhere[64] __attribute__((aligned(portBYTE_ALIGNMENT)));
  uint8_t *block = pvPortCalloc(1, 20u * portBYTE_ALIGNMENT);
  NEED(block != NULL);
  for (size_t off = 1; off < 4u * portBYTE_ALIGNMENT; off++) CHECK(is_refused(block + off));
  CHECK(is_refused(elsewhere + portBYTE_ALIGNMENT));
  CHECK(is_refused(&block));
  CHECK(is_refused((void *)(uintptr_t)portBYTE_ALIGNMENT));
  CHECK(is_refused((void *)(UINTPTR_MAX - portBYTE_ALIGNMENT + 1u)));
  for (size_t i = 0; i < 20u; i++) {
    /* Words that look like heads of all kinds. */
    memset(block, (int)(i * 13u + 1u), 20u * portBYTE_ALIGNMENT);
    CHECK(is_refused(block + 2u * portBYTE_ALIGNMENT));
  }
  vPortFree(block);
}

PROMISE(writing_over_the_end_of_a_block_is_caught)
{
  uint8_t *row[3];
  size_t bytes = 4u * portBYTE_ALIGNMENT - WORD;
  NEED(make_row(row, 3, bytes));
  size_t head;
  for (unsigned freed = 0; freed < 2u; freed++) { /* the block behind is used, then free */
    memcpy(&head, row[0] + bytes, WORD);
    for (unsigned value = 0; value < 256u; value += 0x55u) {
      memset(row[0] + bytes, (int)value, WORD);
      CHECK(is_refused(row[0]));
    }
    memcpy(row[0] + bytes, &head, WORD);
    if (freed == 0) vPortFree(row[1]);
  }
  vPortFree(row[0]);
  vPortFree(row[2]);
}

static void *from_interrupt;

static void allocate(void)
{
  from_interrupt = pvPortMalloc(16);
}

static void give_back(void)
{
  vPortFree(from_interrupt);
}

PROMISE(interrupts_are_kept_away)
{
  (void)test_expect_asserts(true);
  test_interrupt(allocate);
  CHECK_EQUAL(test_expect_asserts(true), 1);
  test_interrupt(give_back);
  CHECK_EQUAL(test_expect_asserts(false), 1);
}
#endif

/* --- at random --- */

#define SLOTS 64u
static struct {
  uint8_t *block;
  size_t bytes;
  size_t cost;
} slots[SLOTS];

static void free_slot(uint32_t i)
{
  size_t before = xPortGetFreeHeapSize();
  bool whole = holds(slots[i].block, (uint8_t)(i + 1u), slots[i].bytes);
  CHECK(whole);
  vPortFree(slots[i].block);
  slots[i].block = NULL;
  if (xPortGetFreeHeapSize() != before + slots[i].cost) CHECK_EQUAL(xPortGetFreeHeapSize(), before + slots[i].cost);
}

static void fill_slot(uint32_t i)
{
  static const uint32_t ranges[] = {24, 24, 200, 200, 1500, 12000};
  size_t minimum = (3u * WORD + WORD + portBYTE_ALIGNMENT - 1u) / portBYTE_ALIGNMENT * portBYTE_ALIGNMENT;
  size_t bytes = 1u + any_below(ranges[any_below(6)]);
  size_t needs = (bytes + WORD + portBYTE_ALIGNMENT - 1u) / portBYTE_ALIGNMENT * portBYTE_ALIGNMENT;
  if (needs < minimum) needs = minimum;
  HeapStats_t before = stats();
  uint8_t *block = any_below(4) == 0 ? pvPortCalloc(1, bytes) : pvPortMalloc(bytes);
  CHECK((block != NULL) == (before.xSizeOfLargestFreeBlockInBytes >= needs));
  if (block == NULL) return;
  size_t cost = before.xAvailableHeapSpaceInBytes - xPortGetFreeHeapSize();
  CHECK(ALIGNED(block));
  CHECK(cost >= needs && cost < needs + minimum);
  memset(block, (int)(i + 1u), bytes);
  slots[i].block = block;
  slots[i].bytes = bytes;
  slots[i].cost = cost;
}

PROMISE(twenty_thousand_random_calls_agree_with_a_model)
{
  HeapStats_t before = stats();
  void *ballast = pvPortMalloc(largest_request() - 40000u); /* so that the heap is full at times */
  seed = 1;
  unsigned refused = 0;
  for (unsigned n = 0; n < 20000u; n++) {
    /* By turns the heap fills and empties. */
    bool fills = any_below(100) < (n / 500u % 2u == 0 ? 70u : 35u);
    uint32_t i = any_below(SLOTS);
    if (slots[i].block != NULL) {
      if (!fills || any_below(3) == 0) free_slot(i);
    } else if (fills) {
      fill_slot(i);
      if (slots[i].block == NULL) refused++;
    }
  }
  for (uint32_t i = 0; i < SLOTS; i++) {
    if (slots[i].block != NULL) free_slot(i);
  }
  vPortFree(ballast);
  HeapStats_t after = stats();
  CHECK(refused > 100u && refused < 5000u);
  CHECK_EQUAL(after.xAvailableHeapSpaceInBytes, before.xAvailableHeapSpaceInBytes);
  CHECK_EQUAL(after.xNumberOfFreeBlocks, before.xNumberOfFreeBlocks);
  CHECK_EQUAL(after.xSizeOfLargestFreeBlockInBytes, before.xSizeOfLargestFreeBlockInBytes);
  CHECK_EQUAL(after.xSizeOfSmallestFreeBlockInBytes, before.xSizeOfSmallestFreeBlockInBytes);
  CHECK_EQUAL(after.xNumberOfSuccessfulAllocations - before.xNumberOfSuccessfulAllocations,
              after.xNumberOfSuccessfulFrees - before.xNumberOfSuccessfulFrees);
}

static TaskHandle_t rival_task;
static volatile bool rival_ends;
static volatile unsigned rival_rounds;

/* Holds a block from round to round, while the judge is stopped wherever it was. */
static void rival(void *unused)
{
  uint8_t *held = NULL;
  size_t bytes = 0;
  uint32_t n = 0;
  (void)unused;
  while (!rival_ends) {
    (void)ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    if (held != NULL) CHECK(holds(held, 0xEE, bytes));
    vPortFree(held);
    bytes = 1u + n++ * 37u % 100u;
    held = pvPortMalloc(bytes);
    if (held != NULL) memset(held, 0xEE, bytes);
    rival_rounds++;
  }
  vPortFree(held);
  vTaskDelete(NULL);
}

static void wake_rival(void)
{
  BaseType_t woken = pdFALSE;
  vTaskNotifyGiveFromISR(rival_task, &woken);
  portYIELD_FROM_ISR(woken);
}

PROMISE(tasks_that_interrupt_each_other_in_the_heap_do_not_meet)
{
  rival_ends = false;
  rival_rounds = 0;
  rival_task = test_task(rival, NULL, HIGHER);
  NEED(rival_task != NULL);
  seed = 3;
  test_storm_start(wake_rival, 5, 4000); /* rarer than the rival takes, or the judge would never get on */
  for (unsigned n = 0; n < 3000u; n++) {
    size_t bytes = 1u + any_below(300);
    uint8_t *block = pvPortMalloc(bytes);
    if (block == NULL) {
      CHECK(block != NULL);
      break;
    }
    memset(block, (int)(n & 0xFFu), bytes);
    test_spin(20);
    if (!holds(block, (uint8_t)n, bytes)) CHECK(holds(block, (uint8_t)n, bytes));
    vPortFree(block);
  }
  test_storm_stop();
  rival_ends = true;
  xTaskNotifyGive(rival_task);
  CHECK(rival_rounds > 30u || configUSE_PREEMPTION == 0);
}

/* --- before the scheduler started --- */

#ifdef HF_KERNEL_TEST_ON_HOST
static size_t new_free_bytes;
static bool works_before_the_start;
static bool reset_forgets;

__attribute__((constructor)) static void before_the_start(void)
{
  new_free_bytes = xPortGetFreeHeapSize();
  void *block = pvPortMalloc(100);
  works_before_the_start = block != NULL && ALIGNED(block) && xPortGetFreeHeapSize() < new_free_bytes;
  vPortHeapResetState();
  reset_forgets = xPortGetFreeHeapSize() == new_free_bytes && xPortGetMinimumEverFreeHeapSize() == new_free_bytes;
}

PROMISE(a_new_heap_is_all_free_and_works_before_the_start)
{
  CHECK(new_free_bytes > configTOTAL_HEAP_SIZE - 4u * portBYTE_ALIGNMENT);
  CHECK(works_before_the_start);
  CHECK(reset_forgets);
}
#endif

const struct promise heap_promises[] = {
#ifdef HF_KERNEL_TEST_ON_HOST
  KEPT(a_new_heap_is_all_free_and_works_before_the_start),
#endif
  KEPT(every_size_is_aligned_and_usable_to_its_last_byte),
  KEPT(a_block_costs_a_word_and_its_alignment),
  KEPT(size_zero_is_refused),
  KEPT(sizes_that_wrap_are_refused),
  KEPT(the_largest_block_can_be_had_and_a_byte_more_cannot),
  KEPT(freeing_null_does_nothing),
  KEPT(neighbours_are_joined_in_every_order),
  KEPT(nothing_that_fits_is_refused),
  KEPT(calloc_gives_zeros),
  KEPT(calloc_refuses_products_that_do_not_fit),
#if configUSE_MALLOC_FAILED_HOOK == 1
  KEPT(the_hook_hears_of_each_refusal),
#endif
#if configHEAP_CLEAR_MEMORY_ON_FREE == 1
  KEPT(freed_memory_is_cleared),
#endif
  KEPT(the_least_ever_free_is_remembered_until_it_is_reset),
  KEPT(statistics_are_exact),
  KEPT(the_scheduler_runs_on_after_every_call),
#if configASSERT_DEFINED == 1
  KEPT(a_block_freed_twice_is_caught),
  KEPT(a_pointer_that_is_no_block_is_caught),
  KEPT(writing_over_the_end_of_a_block_is_caught),
  KEPT(interrupts_are_kept_away),
#endif
  KEPT(twenty_thousand_random_calls_agree_with_a_model),
  KEPT(tasks_that_interrupt_each_other_in_the_heap_do_not_meet),
  END_OF_PROMISES,
};

#endif

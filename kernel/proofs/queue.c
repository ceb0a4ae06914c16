/* Queues (queue.c): the invariants of queue_internal.h, for any length up to 8 and any item size up to 16. From any
 * state in which they hold, an item that is put, put first or got is copied to or from the right item of the storage,
 * whole and inside, and the invariants hold again. And a queue that does not fit is refused, for any length of 32
 * bits, and any item size below 48 or one of some large ones (for any size of 32 bits CBMC does not come to an end).
 *
 * Where an item lies is counted in items: its place in the storage is that times the item size.
 *
 * options: --unwind 16 --pointer-overflow-check --slice-formula
 * planted: put queue.c s/next != queue->of.items.end/next == queue->of.items.end/
 * planted: put_first queue.c s/if (read == queue->of.items.start) read = .*;$//
 * planted: get queue.c s/queue->of.items.read + queue->item_bytes/queue->of.items.read + 1u/
 * planted: create queue.c s/SIZE_MAX - sizeof(struct QueueDefinition)/SIZE_MAX/
 * planted: create_large queue.c s/length > most . item_bytes/(size_t)length * item_bytes > most/ */
#include "proof.h"

#include "../queue.c"

#define LENGTH_MAX 8u
#define ITEM_MAX 16u

struct scheduler sched;
static struct QueueDefinition queue;
static uint8_t storage[LENGTH_MAX * ITEM_MAX];
static uint8_t item[ITEM_MAX];
static const void *copied_from;
static const void *copied_to;

void port_copy(void *to, const void *from, size_t bytes)
{
  PROVE(bytes == queue.item_bytes, "whole items");
  PROVE(copied_to == NULL, "one item");
  copied_to = to;
  copied_from = from;
}

/* --- places --- */

static uint8_t *place(unsigned index)
{
  return storage + index * queue.item_bytes;
}

static unsigned behind(unsigned index, unsigned items)
{
  return (unsigned)(index + items >= queue.length ? index + items - queue.length : index + items);
}

/* first: in which place the first item is. */
static bool is_sound(unsigned first)
{
  return queue.of.items.start == storage && queue.of.items.end == place((unsigned)queue.length) &&
         queue.count <= queue.length && first < queue.length && queue.of.items.read == place(first) &&
         queue.of.items.write == place(behind(first, (unsigned)queue.count));
}

static unsigned any_sound_queue(void)
{
  unsigned first = any_uint8();
  queue.length = any_uint8();
  queue.item_bytes = any_uint8();
  queue.count = any_uint8();
  ASSUME(queue.length >= 1u && queue.length <= LENGTH_MAX);
  ASSUME(queue.item_bytes >= 1u && queue.item_bytes <= ITEM_MAX);
  ASSUME(queue.count <= queue.length && first < queue.length);
  queue.of.items.start = storage;
  queue.of.items.end = place((unsigned)queue.length);
  queue.of.items.read = place(first);
  queue.of.items.write = place(behind(first, (unsigned)queue.count));
  return first;
}

/* --- items in and out --- */

void proof_put(void)
{
  unsigned first = any_sound_queue();
  UBaseType_t before = queue.count;
  ASSUME(before < queue.length);
  queue_put(&queue, item);
  PROVE(copied_from == item && copied_to == place(behind(first, (unsigned)before)), "behind the others");
  PROVE(queue.count == before + 1u && is_sound(first), "the invariants hold, and the first stays the first");
}

void proof_put_first(void)
{
  unsigned first = any_sound_queue();
  UBaseType_t before = queue.count;
  ASSUME(before < queue.length);
  put_first(&queue, item);
  first = behind(first, (unsigned)queue.length - 1u);
  PROVE(copied_from == item && copied_to == place(first), "before the others");
  PROVE(queue.count == before + 1u && is_sound(first), "the invariants hold, and it is the first");
}

void proof_get(void)
{
  unsigned first = any_sound_queue();
  UBaseType_t before = queue.count;
  ASSUME(before > 0);
  get(&queue, item);
  PROVE(copied_from == place(first) && copied_to == item, "the first");
  PROVE(queue.count == before - 1u && is_sound(behind(first, 1)), "the invariants hold, and the next is the first");
}

/* --- made --- */

static uint64_t bytes_needed;
static bool was_asked;

void *pvPortMalloc(size_t bytes)
{
  PROVE(bytes == bytes_needed, "what is asked from the heap is what is needed");
  was_asked = true;
  return NULL;
}

/* A function of its own for each item size that is known, which is much faster to prove than any. */
static void prove_create(UBaseType_t item_bytes)
{
  UBaseType_t length = any_uint32();
  ASSUME(length != 0);
  was_asked = false;
  bytes_needed = (uint64_t)length * item_bytes + sizeof(struct QueueDefinition);
  QueueHandle_t made = xQueueGenericCreate(length, item_bytes, queueQUEUE_TYPE_BASE);
  PROVE(made == NULL, "without memory there is no queue");
  PROVE(was_asked == (bytes_needed <= SIZE_MAX), "what does not fit is refused, and nothing else");
}

void proof_create(void)
{
  UBaseType_t item_bytes = any_uint32();
  ASSUME(item_bytes < 48u);
  prove_create(item_bytes);
}

void proof_create_large(void)
{
  static const UBaseType_t sizes[] = {64, 256, 1000, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  unsigned any = any_uint8();
  for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    if (i == any) prove_create(sizes[i]);
  }
}

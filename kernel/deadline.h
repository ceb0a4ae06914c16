/* Things to be done at a tick, for any number of things: adding and removing take the same few instructions
 * however many there are.
 *
 * A deadline lies in the bucket of the highest bit in which it differs from `base`, a tick not later than now:
 *
 *     base      = 1011 0110
 *     deadline  = 1011 1001   highest difference: bit 3 -> bucket[3]
 *
 * Invariants
 *   1  base <= now < every deadline (in the order of time, from now to one wrap ahead).
 *   2  bucket[b] holds exactly the deadlines, not wrapped, whose highest difference from base is bit b; so all of them
 *      lie behind its boundary: base with bit b set and everything below it cleared.
 *   3  Hence the first deadline lies in the lowest filled bucket, and until that bucket's boundary is reached there is
 *      nothing to do. `next` is not later than that boundary, and later than now.
 *   4  `wrapped` holds those whose tick is numerically below base: due after the tick count goes from 2^32-1 to 0.
 *      At the wrap, at the latest, base becomes 0.
 *
 * When a boundary is reached, base moves there and that bucket's things move to lower buckets, or are due. A thing
 * moves at most once per bit: 32 times in its life at the very most, and at most log2(its delay) + 1 times.
 * deadlines_take() hands one thing at a time, so that the caller can open interrupts in between.
 *
 * Nothing here masks interrupts: the caller does.
 */
#ifndef HF_KERNEL_DEADLINE_H
#define HF_KERNEL_DEADLINE_H

#include "FreeRTOS.h"

static inline void ring_init(struct kernel_ring *head)
{
  head->next = head;
  head->prev = head;
}

static inline bool ring_is_empty(const struct kernel_ring *head)
{
  return head->next == head;
}

static inline void ring_append(struct kernel_ring *head, struct kernel_ring *node)
{
  struct kernel_ring *last = head->prev;
  node->next = head;
  node->prev = last;
  last->next = node;
  head->prev = node;
}

static inline void ring_remove(struct kernel_ring *node)
{
  struct kernel_ring *next = node->next;
  struct kernel_ring *prev = node->prev;
  prev->next = next;
  next->prev = prev;
}

void deadlines_init(struct kernel_deadlines *d, TickType_t now);

/* thing->at: any tick but now; numerically up to now it means after the wrap. Among things of the same tick the
 * first added comes first. */
void deadlines_add(struct kernel_deadlines *d, struct kernel_deadline *thing, TickType_t now);

/* Nothing is due and nothing has to be moved for so many ticks after now; 0: 2^32 ticks. */
static inline TickType_t deadlines_quiet(const struct kernel_deadlines *d, TickType_t now)
{
  return d->next - now;
}

/* now is d->next: moves base there. Returns the bucket that is open now; deadlines_take() until it is empty, then
 * deadlines_close(). Meanwhile deadlines may be removed, and added with base as now: those never come into the open
 * bucket, since they lie behind base and its bit is set there. */
struct kernel_ring *deadlines_open(struct kernel_deadlines *d, TickType_t now);

/* Takes the first thing out of the opened bucket, which is not empty: due, to be served; or not due, then it was moved,
 * and NULL is returned. */
static inline struct kernel_deadline *deadlines_take(struct kernel_deadlines *d, struct kernel_ring *opened)
{
  struct kernel_ring *node = opened->next;
  struct kernel_ring *next = node->next;
  opened->next = next;
  next->prev = opened;
  struct kernel_deadline *thing = (struct kernel_deadline *)node;
  if (thing->at == d->base) return thing;
  deadlines_add(d, thing, d->base);
  return NULL;
}

/* All of the opened bucket was taken: looks for the next boundary. */
void deadlines_close(struct kernel_deadlines *d);

/* The bucket in which the first deadline is; empty when there is none. */
const struct kernel_ring *deadlines_first(const struct kernel_deadlines *d);

/* The exact number of ticks from now to the first deadline; portMAX_DELAY: none. Looks at every thing of one bucket. */
TickType_t deadlines_earliest(const struct kernel_deadlines *d, TickType_t now);

#endif

#include "deadline.h"

#include "port.h"

void deadlines_init(struct kernel_deadlines *d, TickType_t now)
{
  d->base = now;
  d->next = 0;
  d->filled = 0;
  for (uint32_t b = 0; b < 32u; b++) ring_init(&d->bucket[b]);
  ring_init(&d->wrapped);
}

/* base as it becomes when bucket b opens. */
static TickType_t boundary(const struct kernel_deadlines *d, uint32_t b)
{
  return (d->base >> b | 1u) << b;
}

void deadlines_add(struct kernel_deadlines *d, struct kernel_deadline *thing, TickType_t now)
{
  if (thing->at <= now) {
    ring_append(&d->wrapped, &thing->place); /* `next` is the wrap or earlier at all times */
    return;
  }
  /* No filled bucket's boundary lies between base and now (invariant 3): all things are where they belong for this base too. */
  d->base = now;
  uint32_t b = port_highest_bit(thing->at ^ d->base);
  ring_append(&d->bucket[b], &thing->place);
  uint32_t lower = d->filled & ((1u << b) - 1u);
  d->filled |= 1u << b;
  if (lower == 0) d->next = boundary(d, b);
}

struct kernel_ring *deadlines_open(struct kernel_deadlines *d, TickType_t now)
{
  TickType_t base = d->base;
  d->base = now;
  if (now == 0) return &d->wrapped;
  uint32_t b = port_highest_bit(now ^ base);
  d->filled &= ~(1u << b);
  return &d->bucket[b];
}

void deadlines_close(struct kernel_deadlines *d)
{
  while (d->filled != 0) {
    uint32_t b = (uint32_t)__builtin_ctz(d->filled);
    if (!ring_is_empty(&d->bucket[b])) {
      d->next = boundary(d, b);
      return;
    }
    d->filled &= ~(1u << b);
  }
  d->next = 0;
}

const struct kernel_ring *deadlines_first(const struct kernel_deadlines *d)
{
  for (uint32_t filled = d->filled; filled != 0; filled &= filled - 1u) {
    const struct kernel_ring *bucket = &d->bucket[(uint32_t)__builtin_ctz(filled)];
    if (!ring_is_empty(bucket)) return bucket;
  }
  return &d->wrapped;
}

TickType_t deadlines_earliest(const struct kernel_deadlines *d, TickType_t now)
{
  const struct kernel_ring *bucket = deadlines_first(d);
  TickType_t earliest = portMAX_DELAY;
  for (const struct kernel_ring *node = bucket->next; node != bucket; node = node->next) {
    TickType_t ahead = ((const struct kernel_deadline *)node)->at - now;
    if (ahead < earliest) earliest = ahead;
  }
  return earliest;
}

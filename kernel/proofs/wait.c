/* Lists of waiting tasks (wait.h): from any well-formed list of up to three tasks of any priorities, one more that
 * joins, or one of four that leaves, leads to a well-formed list of exactly those that wait then, in order: most
 * urgent first, among equals the longest waiting.
 *
 * What a list looks like follows from the order of its tasks alone: build() makes any, prove_built() compares.
 *
 * options: --unwind 6
 * planted: join wait.c s/at->priority > task->priority/at->priority >= task->priority/
 * planted: leave wait.c s/heir->wait.lower = lower/(void)lower/ */
#include "proof.h"

#include "../wait.c"

#define TASKS 4u

typedef struct tskTaskControlBlock task;

static task a, b, c, d;
static struct kernel_wait_list list;

static bool begins_group(task *const order[], unsigned i)
{
  return i == 0 || order[i - 1u]->priority != order[i]->priority;
}

/* The first of the group that the task at i is in. */
static unsigned group_of(task *const order[], unsigned i)
{
  while (!begins_group(order, i)) i--;
  return i;
}

/* The first of the group behind; count: none. */
static unsigned group_behind(task *const order[], unsigned i, unsigned count)
{
  do i++;
  while (i < count && !begins_group(order, i));
  return i;
}

static struct kernel_ring *ring_after(task *const order[], unsigned i, unsigned count)
{
  bool is_last = i + 1u == count || begins_group(order, i + 1u);
  return &order[is_last ? group_of(order, i) : i + 1u]->wait.ring;
}

static task *higher_of(task *const order[], unsigned i)
{
  if (!begins_group(order, i)) return order[i];
  return i == 0 ? NULL : order[group_of(order, i - 1u)];
}

static task *lower_of(task *const order[], unsigned i, unsigned count)
{
  unsigned behind = group_behind(order, i, count);
  return behind == count ? NULL : order[behind];
}

static void build(task *const order[], unsigned count)
{
  list.first = count == 0 ? NULL : order[0];
  for (unsigned i = 0; i < count; i++) {
    struct kernel_ring *after = ring_after(order, i, count);
    order[i]->wait.list = &list;
    order[i]->wait.ring.next = after;
    after->prev = &order[i]->wait.ring;
    order[i]->wait.higher = higher_of(order, i);
    /* Of a follower it means nothing. */
    order[i]->wait.lower = begins_group(order, i) ? lower_of(order, i, count) : any_bool() ? &a : NULL;
  }
}

static void prove_built(task *const order[], unsigned count)
{
  PROVE(list.first == (count == 0 ? NULL : order[0]), "the list begins with the most urgent");
  for (unsigned i = 0; i < count; i++) {
    struct kernel_ring *after = ring_after(order, i, count);
    PROVE(order[i]->wait.list == &list, "who waits knows where");
    PROVE(order[i]->wait.ring.next == after, "a group is in order of arrival");
    PROVE(after->prev == &order[i]->wait.ring, "links within a group agree");
    PROVE(order[i]->wait.higher == higher_of(order, i), "followers are marked, groups know the one before");
    if (begins_group(order, i)) PROVE(order[i]->wait.lower == lower_of(order, i, count), "groups know the one behind");
  }
}

static void any_priorities(task *const order[], unsigned count)
{
  for (unsigned i = 0; i < count; i++) {
    order[i]->priority = any_uint8();
    ASSUME(i == 0 || order[i]->priority <= order[i - 1u]->priority);
  }
}

static void prove_join(unsigned waiting)
{
  task *order[TASKS] = {&a, &b, &c};
  task *joins = &d;
  any_priorities(order, waiting);
  build(order, waiting);
  joins->priority = any_uint8();
  wait_join(&list, joins);
  unsigned at = waiting;
  for (; at > 0 && order[at - 1u]->priority < joins->priority; at--) order[at] = order[at - 1u];
  order[at] = joins;
  prove_built(order, waiting + 1u);
}

static void prove_leave(unsigned waiting, unsigned leaves)
{
  task *order[TASKS] = {&a, &b, &c, &d};
  any_priorities(order, waiting);
  build(order, waiting);
  wait_leave(order[leaves]);
  PROVE(order[leaves]->wait.list == NULL, "who left waits nowhere");
  for (unsigned i = leaves; i + 1u < waiting; i++) order[i] = order[i + 1u];
  prove_built(order, waiting - 1u);
}

/* Each call with numbers that are known, which is much faster to prove than one call with any. */
void proof_join(void)
{
  unsigned waiting = any_uint8();
  for (unsigned n = 0; n < TASKS; n++) {
    if (n == waiting) prove_join(n);
  }
}

void proof_leave(void)
{
  unsigned waiting = any_uint8();
  unsigned leaves = any_uint8();
  for (unsigned n = 1; n <= TASKS; n++) {
    for (unsigned i = 0; i < n; i++) {
      if (n == waiting && i == leaves) prove_leave(n, i);
    }
  }
}

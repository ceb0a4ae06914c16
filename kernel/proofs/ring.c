/* Rings (deadline.h): appending puts a node behind all others, removing takes out that one, and the others keep their
 * order and their links. A ring of a head and up to three nodes: what is farther away is not touched.
 *
 * options: --unwind 6
 * planted: append deadline.h s/node->prev = last/node->prev = head/
 * planted: remove deadline.h s/next->prev = prev;/(void)prev;/ */
#include "proof.h"

#include "deadline.h"

#define NODES 3u

static struct kernel_ring head;
static struct kernel_ring nodes[NODES + 1u];

/* The ring is the head and those nodes, in their order; without: none, or one that is left out. */
static void link_all(struct kernel_ring *of[], unsigned count)
{
  for (unsigned i = 0; i < count; i++) {
    of[i]->next = of[(i + 1u) % count];
    of[(i + 1u) % count]->prev = of[i];
  }
}

static void prove_all_linked(struct kernel_ring *of[], unsigned count)
{
  for (unsigned i = 0; i < count; i++) {
    PROVE(of[i]->next == of[(i + 1u) % count], "the order is kept");
    PROVE(of[(i + 1u) % count]->prev == of[i], "links agree");
  }
}

static unsigned any_count(unsigned least)
{
  unsigned count = any_uint8();
  ASSUME(count >= least && count <= NODES);
  return count;
}

void proof_append(void)
{
  struct kernel_ring *ring[NODES + 2u] = {&head, &nodes[0], &nodes[1], &nodes[2], &nodes[3]};
  unsigned count = any_count(0);
  link_all(ring, count + 1u);
  PROVE(ring_is_empty(&head) == (count == 0), "empty is told from filled");
  struct kernel_ring *added = ring[count + 1u];
  ring_append(&head, added);
  prove_all_linked(ring, count + 2u);
}

void proof_remove(void)
{
  struct kernel_ring *ring[NODES + 1u] = {&head, &nodes[0], &nodes[1], &nodes[2]};
  unsigned count = any_count(1);
  unsigned which = any_count(1);
  ASSUME(which <= count);
  link_all(ring, count + 1u);
  ring_remove(ring[which]);
  struct kernel_ring *left[NODES + 1u];
  unsigned n = 0;
  for (unsigned i = 0; i < NODES + 1u; i++) {
    if (i <= count && i != which) left[n++] = ring[i];
  }
  prove_all_linked(left, count);
}

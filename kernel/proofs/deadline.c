/* Deadlines (deadline.h): its invariants, for any 32-bit base, now and deadlines, the wrap included. What rings do is
 * proved in ring.c; here only in which ring a thing lies.
 *
 * Things do not influence each other but through `filled` and `next`: so one thing and any state of these stand for any
 * number of things; a second one is there where the two are compared.
 *
 * options: --unwind 34 --slice-formula
 * planted: add deadline.c s/d->base = now;$/\/\/ &/
 * planted: wrapped deadline.c s/thing->at <= now/thing->at < d->base/
 * planted: pass deadline.c s/(d->base >> b | 1u) << b/((d->base >> b) + 2u) << b/
 * planted: open deadline.c s/d->filled &= ~(1u << b);$/d->filled = 0;/
 * planted: first deadline.c s/filled &= filled - 1u/filled = 0/ */
#include "proof.h"

#include "deadline.h"

#define WRAPPED 32u
#define NOWHERE 33u

static struct kernel_deadlines d;
static struct kernel_deadline a;
static struct kernel_deadline b;
static unsigned place_a = NOWHERE;
static unsigned place_b = NOWHERE;
static TickType_t now;

static unsigned place_of(const struct kernel_ring *head)
{
  return head == &d.wrapped ? WRAPPED : (unsigned)(head - d.bucket);
}

static void append(struct kernel_ring *head, const struct kernel_ring *node)
{
  PROVE(node == &a.place, "only what is added, or moved, goes into a ring");
  PROVE(place_a == NOWHERE, "nothing is in two rings");
  place_a = place_of(head);
}

/* Of things that are neither a nor b, there are any. */
static bool is_empty(const struct kernel_ring *head)
{
  unsigned place = place_of(head);
  return place != place_a && place != place_b && any_bool();
}

#define ring_append(head, node) append((head), (node))
#define ring_is_empty(head) is_empty(head)
#include "../deadline.c"

/* --- the invariants --- */

static bool is_sound(void)
{
  if (d.base > now || (d.filled & d.base) != 0) return false;
  if (d.filled == 0) return d.next == 0;
  return d.next == boundary(&d, (uint32_t)__builtin_ctz(d.filled)) && d.next > now;
}

static bool lies_right(const struct kernel_deadline *thing, unsigned place)
{
  if (place == NOWHERE) return true;
  if (thing->at < now) return place == WRAPPED;
  return thing->at > now && place == port_highest_bit(thing->at ^ d.base) && (d.filled >> place & 1u) != 0;
}

static void any_sound_state(void)
{
  d.base = any_uint32();
  d.next = any_uint32();
  d.filled = any_uint32();
  now = any_uint32();
  ASSUME(is_sound());
}

static unsigned any_right_place(struct kernel_deadline *thing)
{
  unsigned place = any_uint8();
  thing->at = any_uint32();
  ASSUME(place < NOWHERE && lies_right(thing, place));
  return place;
}

static TickType_t ahead(TickType_t tick)
{
  return tick - now;
}

/* --- adding --- */

void proof_add(void)
{
  any_sound_state();
  if (any_bool()) place_b = any_right_place(&b);
  a.at = any_uint32();
  ASSUME(a.at != now);
  deadlines_add(&d, &a, now);
  PROVE(is_sound(), "the invariants hold");
  PROVE(lies_right(&a, place_a), "it lies where it belongs");
  PROVE(lies_right(&b, place_b), "the others do, too");
  PROVE(ahead(d.next) - 1u <= ahead(a.at) - 1u, "and nothing is missed until `next`");
}

void proof_wrapped(void)
{
  any_sound_state();
  a.at = any_uint32();
  ASSUME(a.at < now);
  deadlines_add(&d, &a, now);
  PROVE(place_a == WRAPPED, "after the wrap means in the ring of the wrap");
}

/* --- time passes --- */

void proof_pass(void)
{
  any_sound_state();
  place_a = any_right_place(&a);
  TickType_t ticks = any_uint32();
  ASSUME(ticks - 1u < deadlines_quiet(&d, now) - 1u);
  PROVE(ticks < ahead(a.at), "nothing is due before `next`");
  now += ticks;
  PROVE(is_sound() && lies_right(&a, place_a), "the invariants hold all the time");
}

/* --- `next` is reached --- */

/* As if the opened ring had only a in it. */
static void take(struct kernel_ring *opened)
{
  struct kernel_ring head = {&a.place, &a.place};
  unsigned before = place_a;
  PROVE(place_of(opened) == place_a, "the ring that is opened");
  a.place = (struct kernel_ring){&head, &head};
  place_a = NOWHERE;
  const struct kernel_deadline *due = deadlines_take(&d, &head);
  PROVE(head.next == &head && head.prev == &head, "it is out of the opened ring");
  if (a.at == now) {
    PROVE(due == &a && place_a == NOWHERE, "what is due is handed out");
  } else {
    PROVE(due == NULL && place_a < before, "what is not moves to a lower bucket");
  }
}

void proof_open(void)
{
  any_sound_state();
  place_a = any_right_place(&a);
  if (any_bool()) place_b = any_right_place(&b);
  TickType_t a_ahead = ahead(a.at);
  TickType_t ticks = deadlines_quiet(&d, now);
  PROVE(ticks == 0 || ticks <= a_ahead, "`next` comes in time");
  now = d.next;
  struct kernel_ring *opened = deadlines_open(&d, now);
  if (place_of(opened) == place_a) {
    take(opened);
  } else {
    PROVE(a.at != now, "nothing that is due lies elsewhere");
  }
  /* b in the opened ring would have been taken as a was. */
  if (place_of(opened) == place_b) place_b = NOWHERE;
  deadlines_close(&d);
  PROVE(is_sound(), "the invariants hold again");
  PROVE(lies_right(&a, place_a) && lies_right(&b, place_b), "everything lies where it belongs");
}

/* --- the first --- */

void proof_first(void)
{
  any_sound_state();
  place_a = any_right_place(&a);
  place_b = any_right_place(&b);
  unsigned first = place_of(deadlines_first(&d));
  if (place_a == first && place_b != first)
    PROVE(ahead(a.at) < ahead(b.at), "what is due first lies in the first ring");
}

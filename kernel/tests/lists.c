#include "harness/lists.h"

#define LIST(name) extern const struct promise name##_promises[] __attribute__((weak));
#include "lists.inc"
#undef LIST

#define LIST(name) {#name, name##_promises},
const struct promise_list promise_lists[] = {
#include "lists.inc"
  {0, 0},
};

/* All promises, by list. A program of the tests has those lists whose files it was linked with. */
#ifndef HF_KERNEL_TEST_LISTS_H
#define HF_KERNEL_TEST_LISTS_H

#include "promise.h"

struct promise_list {
  const char *name;
  const struct promise *promises; /* NULL: not in this program */
};

/* Ends with a list without a name. */
extern const struct promise_list promise_lists[];

#endif

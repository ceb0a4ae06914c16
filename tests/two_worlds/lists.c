/* The promises of the program: each has a file of them. */
#include "lists.h"

extern const struct promise two_worlds_promises[];

const struct promise_list promise_lists[] = {{"two_worlds", two_worlds_promises}, {NULL, NULL}};

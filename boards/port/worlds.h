/* The two worlds of a board that has them: what the product's part of firmware is given, and its start. All else stays secure. */
#ifndef HF_PORT_WORLDS_H
#define HF_PORT_WORLDS_H

#include <stdbool.h>

/* Gives the product its memory and devices. Once, before it starts. False: it could not be done; nothing must start. */
bool worlds_divide(void) __attribute__((warn_unused_result));

/* Starts the product on an empty, wiped secure stack. */
_Noreturn void worlds_start_product(void);

#endif

/* Lines on the console, and the end of a test. */
#ifndef HF_TESTS_SERVICES_SAY_H
#define HF_TESTS_SERVICES_SAY_H

#include <stdbool.h>
#include <stdint.h>

void say(const char *text);
void say_number(const char *what, uint32_t number);

/* A promise: says which one was not kept, once each. what: a literal. */
void promise(bool kept, const char *what);
/* "services: kept" or "services: NOT KEPT", then feeds the watchdog for ever. */
_Noreturn void say_verdict(void);

#endif

/* What the harness (promise.c) needs from where the tests run: on_host.c, on_board.c. */
#ifndef HF_KERNEL_TEST_PLATFORM_H
#define HF_KERNEL_TEST_PLATFORM_H

#include <stdint.h>

/* Any context. */
void platform_write(const char *text, uint32_t bytes);

/* The end of the program, seen by who runs it. */
_Noreturn void platform_end(unsigned failures);

/* watch() is called again and again, PLATFORM_WATCHES_MAX times while a promise may last, whatever the kernel does and
 * masks. On the host by ticks; where there are none, an alarm ends the program. */
#ifdef HF_KERNEL_TEST_ON_HOST
#define PLATFORM_WATCHES_MAX 2000000u
#else
#define PLATFORM_WATCHES_MAX 300u /* of 100 ms */
#endif
void platform_watch(void (*watch)(void));

/* A promise begins; for the alarm. name stays valid. */
void platform_promise_begins(const char *name);

/* The clock of run-time statistics (config/development.h): 16 instructions or so each. */
uint32_t test_run_time(void);

/* Runs all promises whose name (list.promise) contains name_part; ends the program. */
void harness_run(const char *name_part);

/* The program came to a place it must not come to: counts as a failure of the promise at work, and ends it all. */
_Noreturn void harness_give_up(const char *why);

/* smoke_test.c: what must work in main(), before the first task is made. */
void before_there_is_a_task(void);

/* Output in pieces. */
void say(const char *text);
void say_number(long long number);
void say_hex(uint32_t number);

#endif

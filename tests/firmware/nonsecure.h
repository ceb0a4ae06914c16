/* Shared by the behaviours. */
#ifndef HF_TEST_FIRMWARE_NONSECURE_H
#define HF_TEST_FIRMWARE_NONSECURE_H

/* Prints a text (at most HF_CONSOLE_MAX bytes) through the gate. */
void say(const char *text);

/* Sleeps for 0.1 s. */
void rest(void);

/* What this firmware does; one file per behaviour. */
_Noreturn void behaviour(void);

#endif

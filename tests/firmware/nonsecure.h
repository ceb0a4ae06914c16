/* Shared by the non-secure parts. */
#ifndef HF_TEST_FIRMWARE_NONSECURE_H
#define HF_TEST_FIRMWARE_NONSECURE_H

/* Prints a text (at most GATE_LOG_MAX bytes) through the gate. */
void say(const char *text);

/* What this firmware does; one file per behaviour. */
_Noreturn void behaviour(void);

#endif

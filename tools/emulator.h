/* The emulator process of a device: started, watched, always ended.
 *
 *     starting -> running -> over
 *
 * The child holds the device's lock, dies with us (parent-death signal), and is reaped by
 * emulator_stop(). Console and control channel (QMP) are descriptors for poll().
 */
#ifndef HF_TOOLS_EMULATOR_H
#define HF_TOOLS_EMULATOR_H

#include <sys/types.h>

#include "twin.h"

typedef struct emulator_options {
  bool icount;              /* one instruction per nanosecond of its clock: exact and repeatable */
  const char *const *extra; /* further arguments for the emulator */
  unsigned extra_count;
} emulator_options;

typedef struct emulator {
  pid_t process;     /* 0: none */
  int console;       /* both ways; end of file when the emulator ends */
  int control;       /* QMP events */
  int messages;      /* memory file with what the emulator says on stderr */
  unsigned restarts; /* resets of the machine so far */
  char line[4096];   /* unfinished line of the control channel */
  size_t line_bytes;
} emulator;

/* t: open for change (it holds the lock). False: has said why. */
bool emulator_start(const twin *t, const emulator_options *options, emulator *e) IO_MUST_CHECK;

/* Reads what the control channel has; counts restarts. control becomes -1 when the other end has closed it. */
void emulator_control_read(emulator *e);

/* Ends the process, reaps it, closes the descriptors. True: it had been running well (or was ended by
 * us); false: it had failed by itself, and why was said. Harmless when repeated. */
bool emulator_stop(emulator *e);

/* Milliseconds of a clock that only goes forward. */
int64_t emulator_clock_ms(void);

/* SIGINT, SIGTERM, SIGHUP make this true from now on. */
void emulator_signals_catch(void);
bool emulator_interrupted(void);
/* Ends us by SIGINT when that has come since emulator_signals_catch(), as it would have without it. */
void emulator_interrupt_again(void);

#endif

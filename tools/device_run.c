/* holdfast device run: the device's console, here. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "console_watch.h"
#include "device_commands.h"
#include "emulator.h"
#include "output.h"
#include "recovery_frame.h"

#define UNTIL_MAX 256u
#define SECONDS_MAX 31536000u

typedef enum run_end {
  RUN_GOES_ON,
  RUN_TEXT_SEEN,
  RUN_RESTARTS,
  RUN_TIMEOUT,
  RUN_INTERRUPTED,
  RUN_EMULATOR_ENDED,
  RUN_NO_OUTPUT
} run_end;

typedef struct run {
  emulator machine;
  const char *name;
  console_watch watch;
  frame_reader frames;
  bool recovery;     /* it waits for an image; said once */
  const char *until; /* null: none */
  size_t matched;    /* characters of `until` that the newest console characters are */
  uint32_t reboots;  /* CLI_UNSET: any number */
  int log;           /* -1: none */
  bool line_open;    /* what was shown last does not end a line */
  int64_t deadline;  /* ms of emulator_clock_ms(); INT64_MAX: none */
} run;

/* ---- Console ---- */

/* Longest prefix of `until` that the matched part, followed by c, ends with. Short texts: no table needed. */
static size_t match_next(const char *until, size_t matched, char c)
{
  for (size_t length = matched + 1; length > 0; length--)
    if (until[length - 1] == c && memcmp(until, until + matched + 1 - length, length - 1) == 0) return length;
  return 0;
}

static bool text_seen(run *r, const char *bytes, size_t count)
{
  if (r->until == NULL) return false;
  for (size_t i = 0; i < count; i++) {
    r->matched = match_next(r->until, r->matched, bytes[i]);
    if (r->until[r->matched] == 0) return true;
  }
  return false;
}

/* Takes the frames of the recovery protocol out; returns how many characters are left. */
static size_t only_text(run *r, char *bytes, size_t count)
{
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    frame_event event = frame_take(&r->frames, (uint8_t)bytes[i]);
    if (event == FRAME_WHOLE && frame_type(&r->frames) == RECOVERY_HELLO && !r->recovery) {
      r->recovery = true;
      out_note("(waiting for recovery: holdfast device recover %s IMAGE)", r->name);
    }
    if (event != FRAME_TEXT) continue;
    console_watch_take(&r->watch, bytes[i]);
    bytes[kept++] = bytes[i];
  }
  return kept;
}

static run_end read_console(run *r)
{
  char bytes[4096];
  ssize_t got = read(r->machine.console, bytes, sizeof bytes);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return RUN_GOES_ON;
  if (got <= 0) return RUN_EMULATOR_ENDED;
  bool taken = r->log < 0 || io_write_all(r->log, bytes, (size_t)got); /* raw */
  bool seen = text_seen(r, bytes, (size_t)got);
  size_t kept = only_text(r, bytes, (size_t)got);
  /* With --json stdout is for the result; the log has the console. */
  if (out_style_now() == OUT_HUMAN) taken = taken && io_write_all(STDOUT_FILENO, bytes, kept);
  if (!taken) return RUN_NO_OUTPUT;
  if (kept > 0) r->line_open = bytes[kept - 1] != '\n';
  return seen ? RUN_TEXT_SEEN : RUN_GOES_ON;
}

/* ---- Loop ---- */

static int patience(const run *r)
{
  if (r->deadline == INT64_MAX) return -1;
  int64_t left = r->deadline - emulator_clock_ms();
  return left <= 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static run_end step(run *r)
{
  struct pollfd ends[2] = {{r->machine.console, POLLIN, 0}, {r->machine.control, POLLIN, 0}};
  if (emulator_interrupted()) return RUN_INTERRUPTED;
  if (emulator_clock_ms() >= r->deadline) return RUN_TIMEOUT;
  if (poll(ends, 2, patience(r)) <= 0) return RUN_GOES_ON;
  if (ends[1].revents != 0) emulator_control_read(&r->machine);
  run_end end = ends[0].revents != 0 ? read_console(r) : RUN_GOES_ON;
  if (end == RUN_GOES_ON && r->reboots != CLI_UNSET && r->machine.restarts > r->reboots) return RUN_RESTARTS;
  return end;
}

static run_end go(run *r)
{
  run_end end;
  do end = step(r);
  while (end == RUN_GOES_ON);
  return end;
}

/* ---- The command ---- */

static int say_end(const run *r, run_end end, const char *name, bool well)
{
  out_number("restarts", NULL, r->machine.restarts);
  out_truth("seen", NULL, end == RUN_TEXT_SEEN);
  switch (end) {
  case RUN_TEXT_SEEN: out_text("end", NULL, "text seen"); return OUT_OK;
  case RUN_INTERRUPTED:
    out_text("end", NULL, "interrupted");
    return r->until == NULL ? OUT_OK : out_refuse("interrupted before '%s' was seen", r->until);
  case RUN_RESTARTS:
    out_text("end", NULL, "restarts");
    return r->until == NULL
             ? OUT_OK
             : out_refuse("%s restarted %u times without printing '%s'", name, r->machine.restarts, r->until);
  case RUN_TIMEOUT:
    out_text("end", NULL, "timeout");
    return r->until == NULL ? out_refuse("time is up") : out_refuse("time is up and '%s' was not seen", r->until);
  case RUN_NO_OUTPUT:
    out_text("end", NULL, "no output");
    return out_refuse("the console could not be written: %s", strerror(errno));
  case RUN_EMULATOR_ENDED:
  case RUN_GOES_ON: break;
  }
  out_text("end", NULL, "emulator ended");
  if (!well) return OUT_REFUSED; /* said by emulator_stop() */
  return r->until == NULL ? OUT_OK : out_refuse("the emulator ended before '%s' was seen", r->until);
}

static bool open_log(const char *path, run *r)
{
  r->log = -1;
  if (path == NULL) return true;
  r->log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (r->log < 0) out_error("cannot write %s: %s", path, strerror(errno));
  return r->log >= 0;
}

static int run_device(const char *name, run *r, const emulator_options *how, uint32_t seconds)
{
  twin t;
  if (!twin_open(name, TWIN_CHANGE, &t)) return OUT_REFUSED;
  emulator_signals_catch();
  bool started = emulator_start(&t, how, &r->machine);
  twin_close(&t); /* the emulator has the lock now */
  if (!started) return OUT_REFUSED;
  r->deadline = seconds == CLI_UNSET ? INT64_MAX : emulator_clock_ms() + (int64_t)seconds * 1000;
  run_end end = go(r);
  if (r->line_open) out_line("%s", ""); /* so that what follows has its own line */
  bool well = emulator_stop(&r->machine);
  console_watch_explain(&r->watch);
  return say_end(r, end, name, well);
}

int device_run_command(int argc, char **argv)
{
  const char *log = NULL;
  uint32_t seconds = CLI_UNSET;
  cli_list extra = {0};
  emulator_options how = {0};
  run r = {.reboots = CLI_UNSET, .log = -1};
  cli_range timeout = {&seconds, 1, SECONDS_MAX};
  const cli_option options[] = {
    {"timeout", CLI_RANGE, &timeout, "SECONDS", "end after that long, with exit status 1 (never)"},
    {"until", CLI_TEXT, &r.until, "TEXT", "end when the console has printed TEXT"},
    {"log", CLI_TEXT, &log, "FILE", "also write the console to FILE"},
    {"reboots", CLI_NUMBER, &r.reboots, "N", "end when the device restarts itself more than N times"},
    {"icount", CLI_FLAG, &how.icount, NULL, "instruction-exact time: slower, repeatable"},
    {"emulator-option", CLI_LIST, &extra, "WORD", "one more word for the emulator's command line"},
    {0},
  };
  const cli_command_help help = {"device run", "NAME", "Runs an emulated device and shows its console, until Ctrl-C.",
                                 options,
                                 "  holdfast device run d1\n"
                                 "  holdfast device run d1 --until 'boot: firmware' --timeout 20 --log d1.log\n"
                                 "  holdfast device run d1 --reboots 0      # power-on to the first restart\n"};
  cli_list operands;
  int code = cli_parse(&help, argc, argv, &operands, 1, 1);
  if (code != CLI_GO) return code;
  if (r.until != NULL && (*r.until == 0 || strlen(r.until) > UNTIL_MAX))
    return cli_misuse(&help, "--until takes 1 to %u characters", UNTIL_MAX);
  r.name = operands.items[0];
  how.extra = extra.items;
  how.extra_count = extra.count;
  if (!open_log(log, &r)) return OUT_REFUSED;
  code = run_device(operands.items[0], &r, &how, seconds);
  if (r.log >= 0) close(r.log);
  return code;
}

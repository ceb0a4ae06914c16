#include "device_batch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emulator.h"
#include "io.h"
#include "output.h"

#define WORKERS_MAX 64u
#define WAIT_MS 200
#define PROGRAM "holdfast: "
#define RESULT_MAX 16384u /* bytes of one device's fields */

/* One child at work. */
typedef struct worker {
  pid_t process; /* 0: none */
  int errors;    /* what it says on stderr */
  int result;    /* memory file: its fields, in JSON */
  char name[140];
  char text[1024]; /* of that, what fits */
  size_t bytes;
} worker;

#define NO_WORKER ((worker){.errors = -1, .result = -1})

typedef struct batch {
  const char *name;
  const batch_work *work;
  uint32_t count, started, made, existed, failed;
  int digits;
  worker workers[WORKERS_MAX];
  unsigned at_work, most;
} batch;

/* ---- Child ---- */

static _Noreturn void run_child(const batch_work *work, const worker *w, int errors, pid_t parent)
{
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(OUT_REFUSED);
  if (dup2(errors, STDERR_FILENO) < 0 || dup2(w->result, STDOUT_FILENO) < 0) _exit(OUT_REFUSED);
  out_begin(OUT_JSON); /* what it has to say is told by the parent */
  int code = work->make(work->context, w->name);
  int written = out_end(code == BATCH_EXISTED ? OUT_OK : code);
  _exit(written == OUT_OK ? code : written);
}

static void close_ends(worker *w)
{
  if (w->errors >= 0) close(w->errors);
  if (w->result >= 0) close(w->result);
  *w = NO_WORKER;
}

static bool not_started(worker *w)
{
  out_error("cannot start the work on %s: %s", w->name, strerror(errno));
  close_ends(w);
  return false;
}

static bool start(batch *b, worker *w)
{
  int ends[2];
  *w = NO_WORKER;
  snprintf(w->name, sizeof w->name, "%s-%0*u", b->name, b->digits, b->started + 1);
  w->result = memfd_create("result", MFD_CLOEXEC);
  if (w->result < 0 || pipe2(ends, O_CLOEXEC) != 0) return not_started(w);
  w->errors = ends[0];
  (void)fflush(NULL); /* or the child would print it, too */
  pid_t parent = getpid();
  w->process = fork();
  if (w->process == 0) run_child(b->work, w, ends[1], parent);
  close(ends[1]);
  return w->process > 0 || not_started(w);
}

static void start_more(batch *b)
{
  for (unsigned i = 0; i < b->most && b->started < b->count && !emulator_interrupted(); i++) {
    if (b->workers[i].process > 0) continue;
    bool begun = start(b, &b->workers[i]);
    b->started++;
    b->at_work += begun;
    b->failed += !begun;
  }
}

/* ---- Parent ---- */

/* The last line it said, without our name before it: remarks come before the problem. */
static const char *reason(worker *w)
{
  w->text[w->bytes] = 0;
  while (w->bytes > 0 && w->text[w->bytes - 1] == '\n') w->text[--w->bytes] = 0;
  const char *line = strrchr(w->text, '\n'), *text = line == NULL ? w->text : line + 1;
  if (strncmp(text, PROGRAM, sizeof PROGRAM - 1) == 0) text += sizeof PROGRAM - 1;
  return *text == 0 ? "it was ended" : text;
}

static void tell_failure(worker *w)
{
  const char *why = reason(w);
  out_open(NULL, NULL);
  out_text("name", NULL, "%s", w->name);
  out_truth("ok", NULL, false);
  out_text("error", NULL, "%s", why);
  out_close();
  out_error("%s: %s", w->name, why);
}

static bool tell_result(const worker *w)
{
  static char text[RESULT_MAX];
  ssize_t got = pread(w->result, text, sizeof text - 1, 0);
  text[got < 0 ? 0 : got] = 0;
  return out_element(text);
}

static void end_worker(batch *b, worker *w)
{
  int status = 0;
  while (waitpid(w->process, &status, 0) < 0 && errno == EINTR) {
  }
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : OUT_REFUSED;
  bool done = (code == OUT_OK || code == BATCH_EXISTED) && tell_result(w);
  if (!done) tell_failure(w);
  b->made += done && code == OUT_OK;
  b->existed += done && code == BATCH_EXISTED;
  b->failed += !done;
  b->at_work--;
  close_ends(w);
  out_progress("Making devices", b->made + b->existed + b->failed, b->count);
}

static void listen(batch *b, worker *w)
{
  char piece[512];
  ssize_t got = read(w->errors, piece, sizeof piece);
  if (got < 0 && errno == EINTR) return;
  if (got <= 0) {
    end_worker(b, w);
    return;
  }
  size_t room = sizeof w->text - 1 - w->bytes;
  size_t keep = (size_t)got < room ? (size_t)got : room;
  memcpy(w->text + w->bytes, piece, keep);
  w->bytes += keep;
}

/* A closing pipe tells that its worker is over. */
static void wait_for_workers(batch *b)
{
  struct pollfd ends[WORKERS_MAX];
  for (unsigned i = 0; i < b->most; i++)
    ends[i] = (struct pollfd){b->workers[i].process > 0 ? b->workers[i].errors : -1, POLLIN, 0};
  if (poll(ends, b->most, WAIT_MS) <= 0) return;
  for (unsigned i = 0; i < b->most; i++)
    if (ends[i].revents != 0) listen(b, &b->workers[i]);
}

/* They may not have had the signal themselves. */
static void pass_interruption_on(const batch *b)
{
  for (unsigned i = 0; emulator_interrupted() && i < b->most; i++)
    if (b->workers[i].process > 0) (void)kill(b->workers[i].process, SIGTERM);
}

static unsigned workers_at_most(void)
{
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  return processors < 1 ? 2 : processors + 1 > (long)WORKERS_MAX ? WORKERS_MAX : (unsigned)processors + 1;
}

int device_batch(const char *name, uint32_t count, const batch_work *work)
{
  static batch b;
  b = (batch){.name = name, .work = work, .count = count, .most = workers_at_most()};
  b.digits = snprintf(NULL, 0, "%u", count);
  for (unsigned i = 0; i < b.most; i++) b.workers[i] = NO_WORKER;
  emulator_signals_catch();
  out_open_list("devices", NULL);
  out_progress("Making devices", 0, count);
  do {
    start_more(&b);
    if (b.at_work > 0) wait_for_workers(&b);
    pass_interruption_on(&b);
  } while (b.at_work > 0 || (b.started < b.count && !emulator_interrupted()));
  out_close();
  uint32_t missing = count - b.made - b.existed;
  out_number("made", "Devices made", b.made);
  out_number("existed", "Complete before", b.existed);
  out_number("failed", "Failed", b.failed);
  out_number("not_started", "Not begun", count - b.started);
  if (missing == 0) return OUT_OK;
  return out_refuse("%u of %u devices were not made; the same command makes what is missing", missing, count);
}

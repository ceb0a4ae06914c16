#include "emulator.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "otp_map.h"
#include "output.h"

#define ARGUMENTS_MAX 64u
#define TEXTS_MAX 4096u
#define STOP_PATIENCE_MS 2000u
#define MESSAGE_MAX 512u
/* Exit codes of a child that could not become the emulator. */
#define NOT_STARTED 126
#define NOT_INSTALLED 127

/* ---- Command line ---- */

typedef struct arguments {
  char *list[ARGUMENTS_MAX + 1];
  unsigned count;
  char texts[TEXTS_MAX * 4]; /* the words themselves, each ends in 0 */
  size_t used;
  bool full;
} arguments;

static void add(arguments *a, const char *format, ...) OUT_FORMAT(2);
static void add(arguments *a, const char *format, ...)
{
  va_list values;
  size_t room = sizeof a->texts - a->used;
  va_start(values, format);
  int length = vsnprintf(a->texts + a->used, room, format, values);
  va_end(values);
  if (length < 0 || (size_t)length >= room || a->count == ARGUMENTS_MAX) {
    a->full = true;
    return;
  }
  a->list[a->count++] = a->texts + a->used;
  a->used += (size_t)length + 1;
}

/* The emulator reads commas in values as separators; doubled they are data. */
static void escape(const char *path, char escaped[2 * PATH_MAX])
{
  for (; *path != 0; path++) {
    if (*path == ',') *escaped++ = ',';
    *escaped++ = *path;
  }
  *escaped = 0;
}

static void add_eeprom(arguments *a, const char *id, const char *directory, const char *file, unsigned address,
                       bool writable)
{
  add(a, "-drive");
  add(a, "if=none,id=%s,format=raw,file=%s/%s", id, directory, file);
  add(a, "-device");
  add(a, "at24c-eeprom,address=0x%x,rom-size=%u,drive=%s,writable=%s", address, OTP_BANK_BYTES, id,
      writable ? "true" : "false");
}

/* Board an524; facts and reasons in docs (board notes). */
static void build_arguments(arguments *a, const twin *t, const emulator_options *o, int control)
{
  char directory[2 * PATH_MAX];
  otp_fuses fuses;
  memcpy(&fuses, t->otp + OTP_FUSES_OFFSET, sizeof fuses);
  bool factory = fuses.secured_mark == 0 && fuses.retired_mark == 0;
  escape(t->directory.text, directory);
  add(a, "%s", t->board->emulator);
  add(a, "-M");
  add(a, "mps3-an524,remap=QSPI,memory-backend=nvm");
  add(a, "-object");
  add(a, "memory-backend-file,id=nvm,size=%llu,share=on,mem-path=%s/flash.bin",
      (unsigned long long)t->board->file_bytes, directory);
  add(a, "-global");
  add(a, "sse-200.CPU0_DSP=on");
  add(a, "-kernel");
  add(a, "%s/rom.elf", t->directory.text);
  add(a, "-display");
  add(a, "none");
  add(a, "-serial");
  add(a, "stdio");
  add(a, "-chardev");
  add(a, "serial,id=rng,path=/dev/urandom");
  add(a, "-serial");
  add(a, "chardev:rng");
  add_eeprom(a, "fuses", directory, "fuses.bin", 0x50, factory); /* secured: nobody holds the write-enable any more */
  add_eeprom(a, "counters", directory, "counters.bin", 0x51, true);
  add(a, "-nic");
  add(a, "none");
  add(a, "-chardev");
  add(a, "socket,id=control,fd=%d", control);
  add(a, "-mon");
  add(a, "chardev=control,mode=control");
  if (o->icount) {
    add(a, "-icount");
    add(a, "shift=0");
  }
  for (unsigned i = 0; i < o->extra_count; i++) add(a, "%s", o->extra[i]);
  a->list[a->count] = NULL;
}

/* ---- Child ---- */

static void keep_open_across_exec(int fd)
{
  (void)fcntl(fd, F_SETFD, 0);
}

static _Noreturn void run_child(const twin *t, const arguments *a, int console, int control, int messages, pid_t parent)
{
  struct rlimit none = {0, 0};
  sigset_t nothing;
  sigemptyset(&nothing);
  (void)sigprocmask(SIG_SETMASK, &nothing, NULL);
  (void)setpgid(0, 0);                 /* Ctrl-C is for us: we end the child in order */
  (void)setrlimit(RLIMIT_CORE, &none); /* a locked-up CPU makes the emulator abort */
  /* The parent may have died before the request took effect: then its process id is not our parent's. */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(NOT_STARTED);
  if (dup2(console, STDIN_FILENO) < 0 || dup2(console, STDOUT_FILENO) < 0 || dup2(messages, STDERR_FILENO) < 0)
    _exit(NOT_STARTED);
  keep_open_across_exec(control);
  keep_open_across_exec(t->lock); /* held as long as the emulator lives, even without us */
  execvp(a->list[0], a->list);
  _exit(errno == ENOENT ? NOT_INSTALLED : NOT_STARTED);
}

/* ---- Starting ---- */

static bool make_channels(int console[2], int control[2])
{
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console) != 0) return false;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == 0) return true;
  close(console[0]);
  close(console[1]);
  return false;
}

bool emulator_start(const twin *t, const emulator_options *options, emulator *e)
{
  static arguments a;
  static const char hello[] = "{\"execute\":\"qmp_capabilities\"}\n"; /* events come only after this */
  int console[2], control[2];
  *e = (emulator){.console = -1, .control = -1};
  /* Warnings of a healthy emulator are of no interest; the last words of a failed one are. */
  e->messages = memfd_create("emulator messages", MFD_CLOEXEC);
  if (e->messages < 0 || !make_channels(console, control)) {
    out_error("cannot start the emulator: %s", strerror(errno));
    if (e->messages >= 0) close(e->messages);
    return false;
  }
  a = (arguments){0};
  build_arguments(&a, t, options, control[1]);
  pid_t parent = getpid();
  pid_t child = a.full ? -1 : fork();
  if (child == 0) run_child(t, &a, console[1], control[1], e->messages, parent);
  close(console[1]);
  close(control[1]);
  e->process = child > 0 ? child : 0;
  e->console = console[0];
  e->control = control[0];
  if (child > 0 && io_write_all(e->control, hello, sizeof hello - 1)) return true;
  if (child < 0)
    out_error("cannot start the emulator: %s", a.full ? "too many or too long arguments" : strerror(errno));
  emulator_stop(e); /* a child that ended at once has said why */
  return false;
}

/* ---- Control channel: one JSON object per line; only restarts matter ---- */

static void control_line(emulator *e)
{
  e->line[e->line_bytes] = 0;
  if (strstr(e->line, "\"event\": \"RESET\"") != NULL && strstr(e->line, "\"guest\": true") != NULL) e->restarts++;
  e->line_bytes = 0;
}

void emulator_control_read(emulator *e)
{
  char piece[1024];
  ssize_t got = read(e->control, piece, sizeof piece);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) { /* poll() passes over a descriptor of -1 */
    close(e->control);
    e->control = -1;
    return;
  }
  for (ssize_t i = 0; i < got; i++) {
    if (piece[i] == '\n')
      control_line(e);
    else if (e->line_bytes < sizeof e->line - 1)
      e->line[e->line_bytes++] = piece[i]; /* a longer line is not one of those we look for */
  }
}

/* ---- Stopping ---- */

static bool reap_within(emulator *e, unsigned ms, int *status)
{
  for (unsigned waited = 0;; waited += 5) {
    pid_t got = waitpid(e->process, status, WNOHANG);
    if (got == e->process || (got < 0 && errno == ECHILD)) return true;
    if (waited >= ms) return false;
    (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
  }
}

/* The emulator has closed its end: it is ending, or has ended, without being told to. */
static bool ended_by_itself(const emulator *e)
{
  struct pollfd end = {e->control, POLLIN, 0};
  return e->control < 0 || (poll(&end, 1, 0) > 0 && (end.revents & POLLHUP) != 0);
}

/* Last line the emulator wrote on stderr; "" when none. */
static void last_message(const emulator *e, char text[MESSAGE_MAX])
{
  off_t end = lseek(e->messages, 0, SEEK_END);
  off_t from = end > (off_t)MESSAGE_MAX - 1 ? end - ((off_t)MESSAGE_MAX - 1) : 0;
  ssize_t got = end <= 0 ? 0 : pread(e->messages, text, MESSAGE_MAX - 1, from);
  while (got > 0 && (text[got - 1] == '\n' || text[got - 1] == '\r')) got--;
  text[got > 0 ? got : 0] = 0;
  const char *line = strrchr(text, '\n');
  if (line != NULL) memmove(text, line + 1, strlen(line + 1) + 1);
}

static bool judge(const emulator *e, int status)
{
  char message[MESSAGE_MAX];
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
  last_message(e, message);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
    out_error("the emulator gave up: the device's processor locked up (a fault while handling a fault)");
  else if (WIFSIGNALED(status))
    out_error("the emulator was ended from outside, by signal %d; the same command goes on", WTERMSIG(status));
  else if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_INSTALLED)
    out_error("the emulator is not installed; on Debian: apt install qemu-system-arm");
  else
    out_error("the emulator failed: %s", message[0] == 0 ? "it said nothing" : message);
  return false;
}

static void end_process(emulator *e, int *status)
{
  (void)kill(e->process, SIGTERM);
  if (reap_within(e, STOP_PATIENCE_MS, status)) return;
  (void)kill(e->process, SIGKILL);
  (void)waitpid(e->process, status, 0);
}

bool emulator_stop(emulator *e)
{
  int status = 0;
  bool well = true;
  if (e->process > 0 && ended_by_itself(e) && reap_within(e, STOP_PATIENCE_MS, &status))
    well = judge(e, status);
  else if (e->process > 0)
    end_process(e, &status);
  if (e->console >= 0) close(e->console);
  if (e->control >= 0) close(e->control);
  if (e->messages >= 0) close(e->messages);
  e->process = 0;
  e->console = e->control = e->messages = -1;
  return well;
}

int64_t emulator_clock_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Signals ---- */

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
  interrupted = number;
}

void emulator_signals_catch(void)
{
  struct sigaction action = {.sa_handler = note_signal}; /* no SA_RESTART: poll() is to return */
  sigemptyset(&action.sa_mask);
  (void)sigaction(SIGINT, &action, NULL);
  (void)sigaction(SIGTERM, &action, NULL);
  (void)sigaction(SIGHUP, &action, NULL);
  action.sa_handler = SIG_IGN; /* a closed pipe shows as EPIPE */
  (void)sigaction(SIGPIPE, &action, NULL);
}

bool emulator_interrupted(void)
{
  return interrupted != 0;
}

void emulator_interrupt_again(void)
{
  if (interrupted != SIGINT) return;
  (void)signal(SIGINT, SIG_DFL);
  (void)raise(SIGINT);
}

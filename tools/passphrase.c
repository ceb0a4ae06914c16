#include "passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "io.h"
#include "output.h"

#define FILE_MAX 4096u

static bool take(passphrase *p, const char *text, size_t length, const char *where)
{
  if (length == 0 || length > PASSPHRASE_MAX) {
    out_error("%s: a passphrase has 1 to %u characters", where, PASSPHRASE_MAX);
    return false;
  }
  memcpy(p->text, text, length);
  p->text[length] = 0;
  p->length = length;
  p->known = true;
  return true;
}

static bool from_file(passphrase *p)
{
  io_bytes file;
  if (!io_read(p->file, FILE_MAX, &file)) return false;
  bool taken = take(p, (const char *)file.data, strcspn((const char *)file.data, "\r\n"), p->file);
  io_free(&file);
  return taken;
}

/* ---- Terminal ---- */

static volatile sig_atomic_t caught; /* number of the signal that interrupted the typing; 0: none */

static void catch_signal(int number)
{
  caught = number;
}

/* SIGINT and SIGTERM as they were before the terminal went silent. */
typedef struct held_signals {
  struct sigaction on_int, on_term;
  sigset_t mask;
} held_signals;

/* From before the silence until after it both only come through while we wait in ppoll(): wherever Ctrl-C falls, the
 * terminal is restored first. */
static void hold_signals(held_signals *before)
{
  struct sigaction note = {.sa_handler = catch_signal};
  sigset_t both;
  sigemptyset(&note.sa_mask);
  sigemptyset(&both);
  sigaddset(&both, SIGINT);
  sigaddset(&both, SIGTERM);
  caught = 0;
  (void)sigprocmask(SIG_BLOCK, &both, &before->mask);
  (void)sigaction(SIGINT, &note, &before->on_int);
  (void)sigaction(SIGTERM, &note, &before->on_term);
}

static void release_signals(const held_signals *before)
{
  (void)sigaction(SIGINT, &before->on_int, NULL);
  (void)sigaction(SIGTERM, &before->on_term, NULL);
  (void)sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static ssize_t read_interruptibly(int tty, const held_signals *before, char line[PASSPHRASE_MAX + 2])
{
  struct pollfd wait = {.fd = tty, .events = POLLIN};
  return ppoll(&wait, 1, NULL, &before->mask) > 0 ? read(tty, line, PASSPHRASE_MAX + 2) : -1;
}

/* One line without echo. Length, or -1 when reading fails or the line does not fit. */
static ssize_t ask_line(int tty, const char *prompt, char line[PASSPHRASE_MAX + 2])
{
  struct termios before, silent;
  held_signals held;
  if (tcgetattr(tty, &before) != 0) return -1;
  silent = before;
  silent.c_lflag &= ~(tcflag_t)ECHO;
  hold_signals(&held);
  /* Silence first: it throws away what was typed too early, which after the prompt would be an answer. */
  ssize_t got = -1;
  if (tcsetattr(tty, TCSAFLUSH, &silent) == 0 && io_write_all(tty, prompt, strlen(prompt)))
    got = read_interruptibly(tty, &held, line);
  (void)tcsetattr(tty, TCSAFLUSH, &before);
  (void)!io_write_all(tty, "\n", 1);
  release_signals(&held);
  if (caught != 0) (void)raise(caught);
  return got > 0 && line[got - 1] == '\n' ? got - 1 : -1;
}

static bool from_terminal(passphrase *p, const char *purpose, bool twice)
{
  char line[PASSPHRASE_MAX + 2], again[PASSPHRASE_MAX + 2], prompt[256];
  int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (tty < 0) {
    out_error("%s needs a passphrase and there is no terminal to ask on; use --passphrase-file FILE", purpose);
    return false;
  }
  snprintf(prompt, sizeof prompt, "Passphrase of %s: ", purpose);
  ssize_t length = ask_line(tty, prompt, line);
  bool same = true;
  if (twice && length > 0) {
    ssize_t length_again = ask_line(tty, "The same again: ", again);
    same = length_again == length && CRYPTO_memcmp(line, again, (size_t)length) == 0;
  }
  close(tty);
  bool taken = false;
  if (!same)
    out_error("the two passphrases differ; nothing was made");
  else
    taken = take(p, line, length < 0 ? 0 : (size_t)length, "terminal");
  OPENSSL_cleanse(line, sizeof line);
  OPENSSL_cleanse(again, sizeof again);
  return taken;
}

bool passphrase_get(passphrase *p, const char *purpose, bool twice)
{
  if (p->known) return true;
  return p->file != NULL ? from_file(p) : from_terminal(p, purpose, twice);
}

void passphrase_wipe(passphrase *p)
{
  OPENSSL_cleanse(p->text, sizeof p->text);
  p->known = false;
  p->length = 0;
}

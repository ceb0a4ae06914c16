#include "key_lms_state.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "sha256.h"

#define STATE_MAGIC "HFLMSST1"
/* A backup would hand leaves out again, and two signatures of one leaf give the key away. */
#define REMEDY "put back only the latest file of this very machine, never a backup; otherwise make a new key"

typedef struct state_file {
  char magic[8];
  uint32_t next;
  uint32_t total;
  uint8_t key_id[32];
  uint8_t checksum[32]; /* SHA-256 of all before it */
} state_file;
static_assert(sizeof(state_file) == 80, "docs/formats-keys.md");
#define STATE_CHECKED_BYTES offsetof(state_file, checksum)

/* "0000000012 2026-01-31T12:00:00Z " + 64 hex digits + "\n" */
#define LOG_LINE 97

/* An open key state: log open and locked. */
typedef struct key_state {
  io_path state_path, log_path;
  int log;           /* descriptor */
  uint32_t next;     /* index to hand out next */
  bool state_behind; /* the state file says one less: a crash came between log and state */
} key_state;

/* ---- State file ---- */

static void seal(state_file *file)
{
  sha256(file->checksum, file, STATE_CHECKED_BYTES);
}

static bool read_state(const char *path, const uint8_t key_id[32], uint32_t total, uint32_t *next)
{
  io_bytes bytes;
  state_file file;
  uint8_t checksum[32];
  if (!io_exists(path)) {
    out_error("%s is missing: without it used LMS leaves are unknown; " REMEDY, path);
    return false;
  }
  if (!io_read(path, sizeof file, &bytes)) return false;
  bool whole = bytes.size == sizeof file;
  if (whole) memcpy(&file, bytes.data, sizeof file);
  io_free(&bytes);
  if (whole) sha256(checksum, &file, STATE_CHECKED_BYTES);
  if (!whole || memcmp(file.magic, STATE_MAGIC, 8) != 0 || memcmp(checksum, file.checksum, 32) != 0) {
    out_error("%s is damaged: used LMS leaves are unknown; " REMEDY, path);
    return false;
  }
  if (memcmp(file.key_id, key_id, 32) != 0 || file.total != total || file.next > total) {
    out_error("%s belongs to another key; " REMEDY, path);
    return false;
  }
  *next = file.next;
  return true;
}

static bool write_state(const char *path, const uint8_t key_id[32], uint32_t total, uint32_t next, bool first)
{
  state_file file = {.magic = STATE_MAGIC, .next = next, .total = total};
  memcpy(file.key_id, key_id, 32);
  seal(&file);
  return first ? io_write_new(path, &file, sizeof file, 0600) : io_write_over(path, &file, sizeof file, 0600);
}

/* ---- Log ---- */

static bool append_line(int log, uint32_t index, const uint8_t digest[32])
{
  char line[LOG_LINE + 1], when[24];
  time_t now = time(NULL);
  struct tm parts;
  if (gmtime_r(&now, &parts) == NULL) return false;
  if (strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts) != 20) return false;
  int at = snprintf(line, sizeof line, "%010u %s ", index, when);
  for (int i = 0; i < 32; i++) at += snprintf(line + at, sizeof line - (size_t)at, "%02x", digest[i]);
  line[LOG_LINE - 1] = '\n';
  off_t where = (off_t)index * LOG_LINE;
  /* Cuts off what a crash left of an unfinished line; writes from there. */
  return ftruncate(log, where) == 0 && lseek(log, where, SEEK_SET) == where && io_write_all(log, line, LOG_LINE) &&
         fsync(log) == 0;
}

/* Whole lines in the log, when the last of them says so itself. */
static bool count_lines(int log, uint32_t total, uint32_t *lines)
{
  struct stat status;
  char number[12] = "", expected[12];
  if (fstat(log, &status) != 0 || status.st_size > (off_t)total * LOG_LINE) return false;
  *lines = (uint32_t)(status.st_size / LOG_LINE);
  if (*lines == 0) return true;
  if (pread(log, number, 10, (off_t)(*lines - 1) * LOG_LINE) != 10) return false;
  snprintf(expected, sizeof expected, "%010u", *lines - 1);
  return memcmp(number, expected, 10) == 0;
}

/* ---- Opening: lock, then both witnesses must agree ---- */

static bool lock_log(key_state *state)
{
  state->log = open(state->log_path.text, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (state->log < 0) {
    out_error("%s cannot be opened (%s): without it used LMS leaves are unknown; " REMEDY, state->log_path.text,
              strerror(errno));
    return false;
  }
  while (flock(state->log, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    out_error("cannot lock %s: %s", state->log_path.text, strerror(errno));
    return false;
  }
  return true;
}

static bool witnesses_agree(key_state *state, const uint8_t key_id[32], uint32_t total)
{
  uint32_t lines;
  if (!read_state(state->state_path.text, key_id, total, &state->next)) return false;
  if (!count_lines(state->log, total, &lines)) {
    out_error("%s is damaged: used LMS leaves are unknown; " REMEDY, state->log_path.text);
    return false;
  }
  if (lines < state->next) {
    out_error("%s is older than the state file: used LMS leaves are unknown; " REMEDY, state->log_path.text);
    return false;
  }
  if (lines > state->next + 1) {
    out_error("%s is older than the log: signing would reuse LMS leaves; " REMEDY, state->state_path.text);
    return false;
  }
  state->state_behind = lines != state->next;
  state->next = lines;
  return true;
}

static void state_close(key_state *state)
{
  if (state->log >= 0) close(state->log); /* gives the lock back */
  state->log = -1;
}

static bool state_open(key_state *state, const char *directory, const char *name, const uint8_t key_id[32],
                       uint32_t total)
{
  state->log = -1;
  if (!io_path_join(&state->state_path, directory, name, ".lms.state") ||
      !io_path_join(&state->log_path, directory, name, ".lms.log"))
    return false;
  if (lock_log(state) && witnesses_agree(state, key_id, total)) return true;
  state_close(state);
  return false;
}

/* ---- Interface ---- */

static bool create_empty(const char *directory, const char *path)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool made = fd >= 0 && fsync(fd) == 0;
  if (!made) out_error("cannot make %s: %s", path, strerror(errno));
  if (fd >= 0) close(fd);
  return made && io_sync_directory(directory);
}

bool key_lms_state_new(const char *directory, const char *name, const uint8_t key_id[32], uint32_t total)
{
  io_path state_path, log_path;
  return io_path_join(&state_path, directory, name, ".lms.state") &&
         io_path_join(&log_path, directory, name, ".lms.log") && create_empty(directory, log_path.text) &&
         write_state(state_path.text, key_id, total, 0, true);
}

bool key_lms_state_reserve(const char *directory, const char *name, const uint8_t key_id[32], uint32_t total,
                           const uint8_t digest[32], uint32_t *index)
{
  key_state state;
  if (!state_open(&state, directory, name, key_id, total)) return false;
  bool reserved = false;
  /* Mend first, or a second crash would leave the log two ahead. */
  if (state.state_behind && !write_state(state.state_path.text, key_id, total, state.next, false)) {
    state_close(&state);
    return false;
  }
  if (state.next >= total) {
    out_error("LMS key %s is exhausted: all %u signatures are made; make a new key", name, total);
  } else if (!append_line(state.log, state.next, digest)) {
    out_error("cannot write %s: %s; nothing was signed", state.log_path.text, strerror(errno));
  } else {
    *index = state.next;
    reserved = write_state(state.state_path.text, key_id, total, state.next + 1, false);
  }
  state_close(&state);
  return reserved;
}

bool key_lms_state_next(const char *directory, const char *name, const uint8_t key_id[32], uint32_t total,
                        uint32_t *next)
{
  key_state state;
  if (!state_open(&state, directory, name, key_id, total)) return false;
  *next = state.next;
  state_close(&state);
  return true;
}

#include "io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-"
#define NAME_MAX_CHARACTERS 128u
#define TEMPORARY ".tmp-"

static bool path_fits(io_path *path, int length)
{
  if (length >= 0 && (size_t)length < sizeof path->text) return true;
  out_error("path is too long; use a directory with a shorter one");
  return false;
}

bool io_path_join(io_path *path, const char *directory, const char *name, const char *suffix)
{
  return path_fits(path, snprintf(path->text, sizeof path->text, "%s/%s%s", directory, name, suffix));
}

/* ---- Reading ---- */

static bool read_up_to(int fd, uint8_t *data, size_t max, size_t *bytes)
{
  size_t have = 0;
  while (have < max) {
    ssize_t got = read(fd, data + have, max - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    have += (size_t)got;
  }
  *bytes = have;
  return true;
}

static bool open_to_read(const char *path, int *fd)
{
  struct stat status;
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (*fd < 0) {
    out_error("cannot read %s: %s", path, strerror(errno));
    return false;
  }
  if (fstat(*fd, &status) != 0 || S_ISDIR(status.st_mode)) {
    out_error("cannot read %s: it is a directory; give the name of a file", path);
    close(*fd);
    return false;
  }
  return true;
}

/* A buffer of just the right size, so that reading beyond the end is noticed by whoever looks for that. */
static bool keep_exactly(const uint8_t *data, size_t bytes, io_bytes *out)
{
  uint8_t *exact = malloc(bytes + 1);
  if (exact == NULL) return false;
  memcpy(exact, data, bytes);
  exact[bytes] = 0;
  *out = (io_bytes){exact, bytes};
  return true;
}

bool io_read(const char *path, size_t max, io_bytes *out)
{
  int fd;
  *out = (io_bytes){0};
  if (!open_to_read(path, &fd)) return false;
  uint8_t *data = malloc(max + 1); /* one more shows that the file is longer */
  size_t bytes = 0;
  bool got = data != NULL && read_up_to(fd, data, max + 1, &bytes);
  if (!got)
    out_error("cannot read %s: %s", path, strerror(errno));
  else if (bytes == 0)
    out_error("%s is empty", path);
  else if (bytes > max)
    out_error("%s is too large: at most %zu bytes are expected here", path, max);
  else if (!keep_exactly(data, bytes, out))
    out_error("out of memory");
  close(fd);
  if (data != NULL) OPENSSL_cleanse(data, bytes);
  free(data);
  return out->data != NULL;
}

void io_free(io_bytes *bytes)
{
  if (bytes->data != NULL) OPENSSL_cleanse(bytes->data, bytes->size);
  free(bytes->data);
  *bytes = (io_bytes){0};
}

/* ---- Writing ---- */

bool io_write_all(int fd, const void *data, size_t bytes)
{
  const uint8_t *next = data;
  while (bytes > 0) {
    ssize_t put = write(fd, next, bytes);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    next += put;
    bytes -= (size_t)put;
  }
  return true;
}

bool io_exists(const char *path)
{
  struct stat status;
  return lstat(path, &status) == 0;
}

static void directory_of(const char *path, io_path *directory)
{
  const char *slash = strrchr(path, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - path);
  if (slash == NULL)
    snprintf(directory->text, sizeof directory->text, ".");
  else
    snprintf(directory->text, sizeof directory->text, "%.*s", (int)(length == 0 ? 1 : length), path);
}

bool io_sync_directory(const char *path)
{
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* EINVAL: this file system has nothing to sync for a directory. */
  bool synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
  if (!synced) out_error("cannot make %s durable: %s", path, strerror(errno));
  if (fd >= 0) close(fd);
  return synced;
}

bool io_sync_file(const char *path)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  bool synced = fd >= 0 && fsync(fd) == 0;
  if (!synced) out_error("cannot make %s durable: %s", path, strerror(errno));
  if (fd >= 0) close(fd);
  return synced;
}

static bool temporary_name(const char *path, io_path *temporary)
{
  uint64_t random;
  if (RAND_bytes((uint8_t *)&random, sizeof random) != 1) {
    out_error("no random numbers to be had");
    return false;
  }
  io_path directory;
  directory_of(path, &directory);
  return path_fits(temporary, snprintf(temporary->text, sizeof temporary->text, "%s/" TEMPORARY "%016llx",
                                       directory.text, (unsigned long long)random));
}

static bool write_temporary(const char *temporary, const void *data, size_t bytes, mode_t mode)
{
  int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return false;
  bool written = io_write_all(fd, data, bytes) && fsync(fd) == 0;
  int why = errno;
  if (close(fd) != 0 && written) {
    written = false;
    why = errno;
  }
  if (!written) unlink(temporary);
  errno = why;
  return written;
}

typedef enum on_existing { REFUSE, REPLACE } on_existing;

static bool put_file(const char *path, const void *data, size_t bytes, mode_t mode, on_existing existing)
{
  io_path temporary, directory;
  if (!temporary_name(path, &temporary)) return false;
  directory_of(path, &directory);
  bool put = write_temporary(temporary.text, data, bytes, mode);
  if (put && existing == REPLACE) {
    put = rename(temporary.text, path) == 0;
  } else if (put) { /* link() fails on an existing name, which rename() would silently replace */
    put = link(temporary.text, path) == 0;
    int why = errno;
    if (put) unlink(temporary.text);
    errno = why;
  }
  if (!put) {
    if (errno == EEXIST)
      out_error("%s exists already and is never overwritten; choose another name", path);
    else
      out_error("cannot write %s: %s", path, strerror(errno));
    unlink(temporary.text);
    return false;
  }
  return io_sync_directory(directory.text);
}

bool io_write_new(const char *path, const void *data, size_t bytes, mode_t mode)
{
  return put_file(path, data, bytes, mode, REFUSE);
}

bool io_write_over(const char *path, const void *data, size_t bytes, mode_t mode)
{
  return put_file(path, data, bytes, mode, REPLACE);
}

void io_sweep(const char *directory)
{
  io_path path;
  DIR *open_directory = opendir(directory);
  if (open_directory == NULL) return;
  for (struct dirent *entry; (entry = readdir(open_directory)) != NULL;)
    if (strncmp(entry->d_name, TEMPORARY, sizeof TEMPORARY - 1) == 0 &&
        io_path_join(&path, directory, entry->d_name, ""))
      (void)unlink(path.text);
  closedir(open_directory);
}

/* Keys and their states begin with one of these, their logs end with that. A slip in --output must not cost one. */
static bool is_key_file(const char *path)
{
  static const char log_suffix[] = ".lms.log";
  size_t length = strlen(path);
  if (length >= sizeof log_suffix && strcmp(path + length - (sizeof log_suffix - 1), log_suffix) == 0) return true;
  static const char *const beginnings[] = {"-----BEGIN", "Holdfast", "HFLMS"};
  char head[16] = {0};
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  ssize_t got = read(fd, head, sizeof head - 1);
  close(fd);
  for (size_t i = 0; got > 0 && i < sizeof beginnings / sizeof beginnings[0]; i++)
    if (strncmp(head, beginnings[i], strlen(beginnings[i])) == 0) return true;
  return false;
}

bool io_write_output(const char *path, const void *data, size_t bytes)
{
  return io_can_write(path) && io_write_over(path, data, bytes, 0644);
}

bool io_can_write(const char *path)
{
  io_path directory;
  struct stat status;
  directory_of(path, &directory);
  if (access(directory.text, W_OK) != 0) {
    out_error("cannot write %s: %s", path, strerror(errno));
    return false;
  }
  if (is_key_file(path)) {
    out_error("%s is a key, which is never overwritten; choose another name", path);
    return false;
  }
  if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
    out_error("cannot write %s: it is a directory; give the name of a file", path);
    return false;
  }
  return true;
}

static bool make_one_directory(const char *path, mode_t mode)
{
  struct stat status;
  if (mkdir(path, mode) == 0) return true;
  int why = errno;
  if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return true; /* whatever mkdir() says of one that is there */
  out_error("cannot make directory %s: %s", path, strerror(why));
  return false;
}

bool io_make_directory(const char *path, mode_t mode)
{
  io_path part;
  if (!path_fits(&part, snprintf(part.text, sizeof part.text, "%s", path))) return false;
  for (char *at = part.text + 1; *at != 0; at++) {
    if (*at != '/') continue;
    *at = 0;
    if (!make_one_directory(part.text, 0777)) return false;
    *at = '/';
  }
  return make_one_directory(path, mode);
}

/* ---- Signals ---- */

static void mask(int how)
{
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  (void)sigprocmask(how, &set, NULL);
}

void io_signals_hold(void)
{
  mask(SIG_BLOCK);
}

void io_signals_release(void)
{
  mask(SIG_UNBLOCK);
}

/* ---- Names ---- */

bool io_name_is_plain(const char *name)
{
  size_t length = strlen(name);
  return length >= 1 && length <= NAME_MAX_CHARACTERS && strspn(name, NAME_CHARACTERS) == length;
}

bool io_name_is_valid(const char *what, const char *name)
{
  if (io_name_is_plain(name)) return true;
  out_error("that %s name will not do: use 1 to %u of the characters a-z A-Z 0-9 : _ -", what, NAME_MAX_CHARACTERS);
  return false;
}

static int by_text(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool names_add(io_names *names, const char *name)
{
  char **larger = realloc(names->names, (names->count + 1) * sizeof *larger);
  if (larger == NULL) return false;
  names->names = larger;
  larger[names->count] = strdup(name);
  if (larger[names->count] == NULL) return false;
  names->count++;
  return true;
}

bool io_list(const char *directory, const char *suffix, io_names *out)
{
  *out = (io_names){0};
  DIR *open_directory = opendir(directory);
  if (open_directory == NULL && errno == ENOENT) return true;
  if (open_directory == NULL) {
    out_error("cannot read %s: %s", directory, strerror(errno));
    return false;
  }
  bool good = true;
  for (struct dirent *entry; good && (entry = readdir(open_directory)) != NULL;) {
    size_t length = strlen(entry->d_name), tail = strlen(suffix);
    if (length <= tail || strcmp(entry->d_name + length - tail, suffix) != 0) continue;
    entry->d_name[length - tail] = 0;
    if (io_name_is_plain(entry->d_name)) good = names_add(out, entry->d_name);
  }
  closedir(open_directory);
  if (!good) {
    out_error("out of memory");
    io_names_free(out);
    return false;
  }
  if (out->count > 0) qsort(out->names, out->count, sizeof *out->names, by_text);
  return true;
}

void io_names_free(io_names *names)
{
  for (size_t i = 0; i < names->count; i++) free(names->names[i]);
  free(names->names);
  *names = (io_names){0};
}

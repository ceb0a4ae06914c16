/* Files, carefully: reads are bounded, writes are all or nothing.
 *
 * A write goes to a temporary file in the same directory, is synced, gets its name, and then the
 * directory is synced: whoever looks, at any instant, after any crash, sees the old file or the
 * new one. Functions that return false have said why on stderr (out_error), in one line.
 */
#ifndef HF_TOOLS_IO_H
#define HF_TOOLS_IO_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define IO_MUST_CHECK __attribute__((warn_unused_result))

/* One path, always terminated. */
typedef struct io_path {
  char text[PATH_MAX];
} io_path;

/* path = directory/name suffix. Suffix may be "". */
bool io_path_join(io_path *path, const char *directory, const char *name, const char *suffix) IO_MUST_CHECK;

/* Bytes on the heap; may be secret, so io_free() wipes them. */
typedef struct io_bytes {
  uint8_t *data;
  size_t size;
} io_bytes;

/* Reads a whole file of 1..max bytes. A zero byte follows the data, so text can be used as a string. */
bool io_read(const char *path, size_t max, io_bytes *out) IO_MUST_CHECK;
void io_free(io_bytes *bytes);

/* Creates a file; refuses when the name exists. mode as for open(). */
bool io_write_new(const char *path, const void *data, size_t bytes, mode_t mode) IO_MUST_CHECK;
/* Creates or replaces a file. */
bool io_write_over(const char *path, const void *data, size_t bytes, mode_t mode) IO_MUST_CHECK;

/* Creates or replaces a file that a person named (mode 0644); refuses to replace a key, its state or its log. */
bool io_write_output(const char *path, const void *data, size_t bytes) IO_MUST_CHECK;

/* Is there something by that name? (A dangling link counts.) */
bool io_exists(const char *path);

/* Could a file of that name be written? Asked before something that cannot be undone. False: has said why not. */
bool io_can_write(const char *path) IO_MUST_CHECK;

/* Removes the temporary files of writers that were killed; nobody else may be writing there (a lock says so). */
void io_sweep(const char *directory);

/* Makes the directory and what is missing above it. */
bool io_make_directory(const char *path, mode_t mode) IO_MUST_CHECK;
/* Makes what others wrote into a file durable. */
bool io_sync_file(const char *path) IO_MUST_CHECK;
/* Makes directory entries durable. */
bool io_sync_directory(const char *path) IO_MUST_CHECK;

/* Between these, Ctrl-C and its like (SIGINT, SIGTERM, SIGHUP) wait: files that belong together are made whole. */
void io_signals_hold(void);
void io_signals_release(void);

/* Writes everything to an open file. False: errno says why; nothing was printed. */
bool io_write_all(int fd, const void *data, size_t bytes) IO_MUST_CHECK;

/* Names of keys and devices: [a-zA-Z0-9:_-]{1,128}, so a name is never a path. what: "key", "device". */
bool io_name_is_valid(const char *what, const char *name) IO_MUST_CHECK;

/* The same question without a word. */
bool io_name_is_plain(const char *name);

/* Names of the files in `directory` that end in `suffix`, without it, sorted; on the heap. An absent
 * directory has none. Names that io_name_is_valid() would refuse are left out. */
typedef struct io_names {
  char **names;
  size_t count;
} io_names;
bool io_list(const char *directory, const char *suffix, io_names *out) IO_MUST_CHECK;
void io_names_free(io_names *names);

#endif

/* For the unit tests of tools/: a scratch directory, and silence. */
#ifndef HF_TOOLS_TEST_SUPPORT_H
#define HF_TOOLS_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Refusals are what most of these tests are about: the tool's lines would only be noise. What cmocka says is not. */
static inline ssize_t write_all_but_problems(void *cookie, const char *text, size_t bytes)
{
  static const char ours[] = "holdfast: ";
  (void)cookie;
  for (size_t at = 0, line; at < bytes; at += line) {
    const char *end = (const char *)memchr(text + at, '\n', bytes - at);
    line = end == NULL ? bytes - at : (size_t)(end - (text + at)) + 1;
    bool is_ours = line >= sizeof ours - 1 && memcmp(text + at, ours, sizeof ours - 1) == 0;
    if (!is_ours && write(STDERR_FILENO, text + at, line) < 0) return 0;
  }
  return (ssize_t)bytes;
}

/* Makes a new directory and works in it. */
static inline int enter_scratch(void **state)
{
  char path[] = "/tmp/holdfast-test-XXXXXX";
  if (mkdtemp(path) == NULL || chdir(path) != 0) return -1;
  *state = strdup(path);
  const cookie_io_functions_t only_write = {.write = write_all_but_problems};
  FILE *filtered = getenv("VERBOSE") == NULL ? fopencookie(NULL, "w", only_write) : NULL;
  if (filtered == NULL) return 0;
  (void)setvbuf(filtered, NULL, _IOLBF, BUFSIZ);
  stderr = filtered; /* of the C library: sanitizers write to the descriptor */
  return 0;
}

static inline int leave_scratch(void **state)
{
  char command[256];
  snprintf(command, sizeof command, "rm -rf '%s'", (const char *)*state);
  free(*state);
  return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static inline void put_file(const char *path, const void *data, size_t bytes)
{
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, bytes, file), bytes);
  assert_int_equal(fclose(file), 0);
}

static inline size_t get_file(const char *path, void *data, size_t room)
{
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t bytes = fread(data, 1, room, file);
  fclose(file);
  return bytes;
}

#endif

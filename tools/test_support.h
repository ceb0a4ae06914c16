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

/* Makes a new directory and works in it. */
static inline int enter_scratch(void **state)
{
  char path[] = "/tmp/holdfast-test-XXXXXX";
  if (mkdtemp(path) == NULL || chdir(path) != 0) return -1;
  *state = strdup(path);
  /* Refusals are what most of these tests are about: their lines would only be noise. */
  int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (getenv("VERBOSE") == NULL) dup2(nowhere, STDERR_FILENO);
  close(nowhere);
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

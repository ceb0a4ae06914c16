#include "console.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hf_device.h"

#define BEGIN "app: "
#define END "\r\n"

void say(const char *format, ...)
{
  char line[HF_CONSOLE_MAX] = BEGIN;
  const size_t begin = sizeof BEGIN - 1u, room = sizeof line - begin - (sizeof END - 1u);
  va_list values;
  va_start(values, format);
  (void)vsnprintf(line + begin, room, format, values);
  va_end(values);
  const size_t bytes = strlen(line);
  memcpy(line + bytes, END, sizeof END - 1u);
  /* A console that takes nothing is no reason to stop. */
  if (hf_console_write(line, bytes + sizeof END - 1u) != PSA_SUCCESS) return;
}

#include "output.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 8
#define LABEL_WIDTH 24
#define TEXT_MAX 1024

static out_style style;
static cJSON *stack[DEPTH_MAX];
static int depth;                /* of the part the next field belongs to; stack[depth] */
static bool labelled[DEPTH_MAX]; /* people see the part's label, and its fields further right */
static char last_error[TEXT_MAX];

void out_begin(out_style wanted)
{
  style = wanted;
  depth = 0;
  last_error[0] = 0;
  cJSON_Delete(stack[0]);
  stack[0] = style == OUT_JSON ? cJSON_CreateObject() : NULL;
}

out_style out_style_now(void)
{
  return style;
}

int out_end(int exit_code)
{
  if (style == OUT_JSON) {
    cJSON_AddBoolToObject(stack[0], "ok", exit_code == OUT_OK);
    if (exit_code != OUT_OK) cJSON_AddStringToObject(stack[0], "error", last_error[0] == 0 ? "failed" : last_error);
    char *text = cJSON_Print(stack[0]);
    if (text != NULL) puts(text);
    cJSON_free(text);
    cJSON_Delete(stack[0]);
    stack[0] = NULL;
  }
  if (fflush(stdout) == 0 && !ferror(stdout)) return exit_code;
  fputs("holdfast: cannot write to standard output\n", stderr);
  return exit_code == OUT_OK ? OUT_REFUSED : exit_code;
}

/* ---- Fields ---- */

static void put_json(const char *field, cJSON *item)
{
  if (style != OUT_JSON || item == NULL) {
    cJSON_Delete(item);
    return;
  }
  if (cJSON_IsArray(stack[depth]))
    cJSON_AddItemToArray(stack[depth], item);
  else
    cJSON_AddItemToObject(stack[depth], field == NULL ? "" : field, item);
}

/* Values can hold what a file held: control characters never reach the terminal. */
static void print_clean(FILE *to, const char *text)
{
  for (; *text != 0; text++) fputc((unsigned char)*text < 0x20 || *text == 0x7F ? '?' : *text, to);
}

static int indentation(void)
{
  int columns = 0;
  for (int i = 1; i <= depth; i++) columns += labelled[i] ? 2 : 0;
  return columns;
}

static void put_human(const char *label, const char *value)
{
  if (style != OUT_HUMAN || label == NULL) return;
  int used = printf("%*s%s:", indentation(), "", label);
  printf("%*s", used < LABEL_WIDTH ? LABEL_WIDTH - used : 1, "");
  print_clean(stdout, value);
  putchar('\n');
}

void out_text(const char *field, const char *label, const char *format, ...)
{
  char text[TEXT_MAX];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (field != NULL && style == OUT_JSON) put_json(field, cJSON_CreateString(text));
  put_human(label, text);
}

void out_long_text(const char *field, const char *text)
{
  if (style == OUT_JSON) put_json(field, cJSON_CreateString(text));
}

bool out_element(const char *text)
{
  cJSON *object = cJSON_Parse(text);
  bool good = cJSON_IsObject(object);
  if (good)
    put_json(NULL, object);
  else
    cJSON_Delete(object);
  return good;
}

void out_number(const char *field, const char *label, uint64_t number)
{
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  if (field != NULL && style == OUT_JSON) put_json(field, cJSON_CreateNumber((double)number));
  put_human(label, text);
}

void out_truth(const char *field, const char *label, bool truth)
{
  if (field != NULL && style == OUT_JSON) put_json(field, cJSON_CreateBool(truth));
  put_human(label, truth ? "yes" : "no");
}

void out_hex(const char *field, const char *label, const uint8_t *bytes, size_t count)
{
  char text[TEXT_MAX];
  size_t shown = count < (sizeof text - 1) / 2 ? count : (sizeof text - 1) / 2;
  text[0] = 0;
  for (size_t i = 0; i < shown; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
  out_text(field, label, "%s", text);
}

static void open_part(const char *label, cJSON *part, const char *field)
{
  if (style == OUT_JSON) put_json(field, part);
  if (style == OUT_HUMAN && label != NULL) {
    printf("%*s", indentation(), "");
    print_clean(stdout, label);
    puts(":");
  }
  if (depth + 1 >= DEPTH_MAX) abort(); /* a mistake in a command, never in its input */
  stack[++depth] = part;
  labelled[depth] = label != NULL;
}

void out_open(const char *field, const char *label)
{
  open_part(label, style == OUT_JSON ? cJSON_CreateObject() : NULL, field);
}

void out_open_list(const char *field, const char *label)
{
  open_part(label, style == OUT_JSON ? cJSON_CreateArray() : NULL, field);
}

void out_close(void)
{
  if (depth > 0) depth--;
}

/* ---- Lines ---- */

void out_line(const char *format, ...)
{
  if (style != OUT_HUMAN) return;
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  putchar('\n');
}

static __attribute__((format(printf, 1, 0))) void error_line(const char *format, va_list arguments)
{
  vsnprintf(last_error, sizeof last_error, format, arguments);
  fputs("holdfast: ", stderr);
  print_clean(stderr, last_error);
  fputc('\n', stderr);
}

void out_error(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  error_line(format, arguments);
  va_end(arguments);
}

int out_refuse(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  error_line(format, arguments);
  va_end(arguments);
  return OUT_REFUSED;
}

void out_note(const char *format, ...)
{
  if (style == OUT_QUIET) return;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
}

/* ---- Progress ---- */

#define BAR_CELLS 40

static void progress_bar(const char *what, uint64_t done, uint64_t total)
{
  int full = (int)(done * BAR_CELLS / total);
  fprintf(stderr, "\r%s [", what);
  for (int i = 0; i < BAR_CELLS; i++) fputc(i < full ? '#' : '.', stderr);
  fprintf(stderr, "] %3u%%%s", (unsigned)(done * 100 / total), done == total ? "\n" : "");
}

void out_progress(const char *what, uint64_t done, uint64_t total)
{
  static unsigned shown; /* tenths already printed in plain style */
  if (style == OUT_QUIET || total == 0) return;
  if (done == 0) shown = 0;
  if (isatty(STDERR_FILENO)) {
    progress_bar(what, done, total);
    return;
  }
  unsigned tenth = (unsigned)(done * 10 / total);
  if (tenth <= shown) return;
  shown = tenth;
  fprintf(stderr, "%s: %u%%\n", what, tenth * 10);
}
